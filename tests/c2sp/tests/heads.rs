//! Signed heads: ours read by Cloudflare's `signed_note` and `tlog_tiles`, and theirs by us.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use abi::sign::SecretKey;
use c2sp::{Log, ORIGIN};
use ed25519_dalek::{SigningKey, VerifyingKey};
use journal::{Head, NoteKey, Request, Scheme, Witness};
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, Verifier, VerifierList, generate_key};
use tlog_tiles::Checkpoint;

/// Whether their note library finds a signature of `verifier`.
fn verifies(note: &[u8], verifier: impl Verifier + 'static) -> bool {
    let list = VerifierList::new(vec![Box::new(verifier)]);
    Note::from_bytes(note).is_ok_and(|note| note.verify(&list).is_ok_and(|(verified, _)| verified.len() == 1))
}

#[test]
fn our_heads_are_theirs_and_one_flipped_bit_is_not() {
    let log = Log::of(300);
    let key = Head::key(ORIGIN, log.secret.public()).unwrap().to_string();
    let verifier = StandardVerifier::new(&key).unwrap();
    let bytes = log.checkpoint().to_string().into_bytes();
    assert!(verifies(&bytes, verifier.clone()));
    let note = Note::from_bytes(&bytes).unwrap();
    let checkpoint = Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), (ORIGIN, 300));
    assert_eq!((checkpoint.hash().0, checkpoint.extension()), (log.history.root().0, ""));
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!verifies(&flipped, verifier.clone()), "bit {bit}");
        let ours = journal::Note::parse(&flipped).and_then(|note| note.verify(&[key.parse()?]));
        assert!(ours.is_err(), "bit {bit}");
    }
}

#[test]
fn their_keys_and_heads_are_ours() {
    let (secret, key) = generate_key(&mut Fixed, ORIGIN);
    let hash = tlog_tiles::record_hash(b"a record");
    let text = Checkpoint::new(ORIGIN, 1, hash, "").unwrap().to_bytes();
    let mut note = Note::new(&text, &[]).unwrap();
    note.add_sigs(&[&StandardSigner::new(&secret).unwrap() as &dyn Signer]).unwrap();
    let read = journal::Note::parse(&note.to_bytes()).unwrap();
    assert!(read.verify(&[key.parse().unwrap()]).is_ok());
    let head: Head = read.text().parse().unwrap();
    assert_eq!((head.size, head.root), (1, journal::History::leaf_hash(b"a record")));
    assert_eq!(read.to_string().into_bytes(), note.to_bytes());
}

/// A verifier of `cosignature/v1`, written from the specification: their library has none.
struct Cosigner(VerifyingKey);

impl Verifier for Cosigner {
    fn name(&self) -> &str {
        "witness.example"
    }

    fn key_id(&self) -> u32 {
        signed_note::key_id(self.name(), &[&[4], &self.0.as_bytes()[..]].concat())
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Some((time, signature)) = signature.split_first_chunk::<8>() else {
            return false;
        };
        let before = format!("cosignature/v1\ntime {}\n", u64::from_be_bytes(*time));
        let signature = ed25519_dalek::Signature::from_slice(signature);
        signature.is_ok_and(|it| self.0.verify_strict(&[before.as_bytes(), text].concat(), &it).is_ok())
    }
}

#[test]
fn a_cosigned_head_is_theirs_and_one_flipped_bit_is_not() {
    let log = Log::of(300);
    let key = Head::key(ORIGIN, log.secret.public()).unwrap();
    let witness = Witness::new("witness.example", SecretKey::from_seed(&[8; 32]), vec![key.clone()]).unwrap();
    let request = Request::new(0, Vec::new(), log.checkpoint()).unwrap();
    let stored = witness.decide(None, &request, 1_700_000_000).store.unwrap();
    let public = SigningKey::from_bytes(&[8; 32]).verifying_key();
    let cosigner =
        NoteKey::new("witness.example", Scheme::Cosignature, SecretKey::from_seed(&[8; 32]).public());
    assert_eq!(cosigner.as_ref(), Ok(witness.key()));
    let bytes = stored.to_string().into_bytes();
    assert!(verifies(&bytes, Cosigner(public)));
    assert!(verifies(&bytes, StandardVerifier::new(&key.to_string()).unwrap()));
    let log_line = log.checkpoint().to_string().len();
    for bit in (0..log.head().to_string().len() * 8).chain(log_line * 8..bytes.len() * 8) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(!verifies(&flipped, Cosigner(public)), "bit {bit}");
    }
}

/// Randomness that is none: a key of a test is the same each time.
struct Fixed;

impl rand_core::RngCore for Fixed {
    fn next_u32(&mut self) -> u32 {
        5
    }

    fn next_u64(&mut self) -> u64 {
        5
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        bytes.fill(5);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        bytes.fill(5);
        Ok(())
    }
}

impl rand_core::CryptoRng for Fixed {}
