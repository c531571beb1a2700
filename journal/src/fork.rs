//! Forks: two commitments, or two published heads, of one signer that cannot both be true; each as a file
//! that proves it to anybody.
//!
//! ```text
//! fork          = ["counterfoil fork", version, << genesis >>, checkpoint, checkpoint]
//! fork of heads = ["counterfoil fork of heads", version, [log key, note], [log key, note]]
//! ```

use crate::checkpoint::{Checkpoint, decode_start, encode_start};
use crate::commitment::Issuer;
use crate::head::Head;
use crate::note::{Note, NoteError, NoteKey, Scheme};
use crate::receipt::ReceiptError;
use abi::codec::{Decode, Encode, Error, Reader, Writer};
use abi::genesis::{Genesis, GenesisError};
use abi::{Coded, VERSION, canonical_array};

/// The proof that a shard's writer has committed to two histories.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForkFile {
    /// The shard's genesis.
    pub genesis: Genesis,
    /// The two commitments.
    pub sides: [Checkpoint; 2],
}

/// Why a fork is none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ForkError {
    /// The genesis breaks a rule.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// A side is not signed as it must be.
    #[error("side {side} is no commitment of the shard's writer: {error}")]
    Side {
        /// Which, 0 or 1.
        side: usize,
        /// The rule it breaks.
        error: ReceiptError,
    },
    /// The log's key, or a head, is not what it must be, or the log did not sign it.
    #[error("the log's key or a head of it does not hold: {0}")]
    Head(#[from] NoteError),
    /// Both sides are the same header, or the same head.
    #[error("both sides are one: evidence that names an item twice is none")]
    Same,
    /// Both can be true: they are of different heights and sizes.
    #[error("the sides are of other heights and sizes, so that both can be true")]
    Apart,
}

impl Coded for ForkError {
    fn code(&self) -> u16 {
        match self {
            ForkError::Genesis(error) => error.code(),
            ForkError::Side { error, .. } => error.code(),
            ForkError::Head(error) => error.code(),
            ForkError::Same => 2501,
            ForkError::Apart => 2502,
        }
    }
}

impl ForkFile {
    /// Checks that the shard's writer did commit to both, and that they exclude each other: another header at
    /// one height, or another root at one size of history.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold.
    pub fn verify(&self) -> Result<[Issuer; 2], ForkError> {
        self.genesis.check()?;
        let issuer = |side: usize| {
            self.sides[side].verify(&self.genesis).map_err(|error| ForkError::Side { side, error })
        };
        let issuers = [issuer(0)?, issuer(1)?];
        let [a, b] = [&self.sides[0].header, &self.sides[1].header];
        if a == b {
            return Err(ForkError::Same);
        }
        match a.height == b.height || (a.history_size == b.history_size) {
            true => Ok(issuers),
            false => Err(ForkError::Apart),
        }
    }
}

const FORK: &str = "counterfoil fork";

impl Encode for ForkFile {
    fn encode(&self, w: &mut Writer) {
        encode_start(w, 5, FORK, &self.genesis);
        self.sides.iter().for_each(|side| side.encode(w));
    }
}

impl Decode for ForkFile {
    fn decode(r: &mut Reader<'_>) -> Result<ForkFile, Error> {
        let genesis = decode_start(r, 5, FORK)?;
        Ok(ForkFile { genesis, sides: [Decode::decode(r)?, Decode::decode(r)?] })
    }
}

/// A published head, and the key of the log that signed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedHead {
    /// The log's key, as text.
    pub log: String,
    /// The head, as a signed note.
    pub note: String,
}

canonical_array!(SignedHead { log, note });

impl SignedHead {
    /// The head in a note, if `log` signed it; signatures of others are left out.
    pub(crate) fn of(note: &Note, log: &NoteKey) -> Option<SignedHead> {
        let note = note.verify(std::slice::from_ref(log)).ok()?;
        Some(SignedHead { log: log.to_string(), note: note.to_string() })
    }

    /// The head that the key signed, if it did.
    fn verify(&self) -> Result<(NoteKey, Head), NoteError> {
        let log: NoteKey = self.log.parse()?;
        if log.scheme() != Scheme::Text {
            return Err(NoteError::Key("a log's key signs texts, not cosignatures"));
        }
        let note = Note::parse(self.note.as_bytes())?.verify(std::slice::from_ref(&log))?;
        let head: Head = note.text().parse()?;
        match head.origin == log.name() {
            true => Ok((log, head)),
            false => Err(NoteError::Head("it is of another origin than the log's key")),
        }
    }
}

/// The proof that a log has signed two heads of one size: what a witness, who knows logs and no genesis, can
/// hand on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeadsForkFile {
    /// The two heads.
    pub sides: [SignedHead; 2],
}

impl HeadsForkFile {
    /// Checks that the log did sign both, and that they exclude each other: another root at one size.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold.
    pub fn verify(&self) -> Result<[(NoteKey, Head); 2], ForkError> {
        let sides = [self.sides[0].verify()?, self.sides[1].verify()?];
        let [(_, a), (_, b)] = &sides;
        match a.origin == b.origin && a.size == b.size {
            true if a.root == b.root => Err(ForkError::Same),
            true => Ok(sides),
            false => Err(ForkError::Apart),
        }
    }
}

const HEADS_FORK: &str = "counterfoil fork of heads";

impl Encode for HeadsForkFile {
    fn encode(&self, w: &mut Writer) {
        w.array(4);
        w.text(HEADS_FORK);
        VERSION.encode(w);
        self.sides.iter().for_each(|side| side.encode(w));
    }
}

impl Decode for HeadsForkFile {
    fn decode(r: &mut Reader<'_>) -> Result<HeadsForkFile, Error> {
        r.array_of(4)?;
        r.named(HEADS_FORK)?;
        Ok(HeadsForkFile { sides: [Decode::decode(r)?, Decode::decode(r)?] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commitment::Commitment;
    use crate::sample::{START_MS, Sample};
    use abi::Hash;
    use abi::sign::SecretKey;

    /// One writer, two second blocks.
    fn forked() -> ForkFile {
        let side = |key: u8| {
            let (mut sample, _) = Sample::begun();
            let block = sample.block(vec![sample.hit(key, START_MS + 20)]);
            sample.push(&block);
            (sample.checkpoint(), sample)
        };
        let ((a, sample), (b, _)) = (side(2), side(3));
        ForkFile { genesis: sample.genesis, sides: [a, b] }
    }

    #[test]
    fn two_commitments_at_one_height_are_a_fork() {
        let fork = forked();
        assert_eq!(ForkFile::from_bytes(&fork.to_bytes()), Ok(fork.clone()));
        assert!(fork.verify().is_ok());
    }

    #[test]
    fn evidence_that_names_one_item_twice_is_none() {
        let mut fork = forked();
        fork.sides[1] = fork.sides[0].clone();
        assert_eq!(fork.verify(), Err(ForkError::Same));
    }

    #[test]
    fn what_can_both_be_true_is_no_fork() {
        let mut fork = forked();
        fork.sides[1] = Sample::begun().0.checkpoint();
        assert_eq!(fork.verify(), Err(ForkError::Apart));
    }

    #[test]
    fn a_side_of_another_key_is_no_evidence() {
        let mut fork = forked();
        let stranger = SecretKey::from_seed(&[99; 32]);
        let header = fork.sides[1].header;
        fork.sides[1].commitment = Commitment::sign(&stranger, &fork.genesis.origin, &header);
        let error = ReceiptError::Key;
        assert_eq!(fork.verify(), Err(ForkError::Side { side: 1, error }));
    }

    fn log() -> (SecretKey, NoteKey) {
        let secret = SecretKey::from_seed(&[5; 32]);
        let key = Head::key("foil.example/shard/5", secret.public()).unwrap();
        (secret, key)
    }

    fn heads(sizes: [u64; 2], roots: [u8; 2]) -> HeadsForkFile {
        let (secret, key) = log();
        let side = |n: usize| {
            let head = Head { origin: key.name().into(), size: sizes[n], root: Hash([roots[n]; 32]) };
            SignedHead::of(&head.sign(&secret).unwrap(), &key).unwrap()
        };
        HeadsForkFile { sides: [side(0), side(1)] }
    }

    #[test]
    fn two_heads_of_one_size_are_a_fork() {
        let fork = heads([7, 7], [1, 2]);
        assert_eq!(HeadsForkFile::from_bytes(&fork.to_bytes()), Ok(fork.clone()));
        let [one, other] = fork.verify().unwrap();
        assert_eq!((one.0, other.1.root), (log().1, Hash([2; 32])));
    }

    #[test]
    fn heads_that_exclude_nothing_are_no_fork() {
        assert_eq!(heads([7, 7], [1, 1]).verify(), Err(ForkError::Same));
        assert_eq!(heads([7, 8], [1, 2]).verify(), Err(ForkError::Apart));
    }

    #[test]
    fn no_bit_of_a_fork_of_heads_can_be_changed() {
        let bytes = heads([7, 7], [1, 2]).to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Ok(fork) = HeadsForkFile::from_bytes(&changed) else { continue };
            assert!(fork.verify().is_err(), "bit {bit}");
        }
    }
}
