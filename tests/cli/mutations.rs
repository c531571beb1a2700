//! What a verifier is handed by strangers: files of every kind, mutated at random. A table of the verdicts.
//!
//! `FOIL_MUTATIONS=N` makes N of them, from the seed `FOIL_SEED` on.

use crate::flips::note;
use crate::foil::Folder;
use crate::rng::Rng;
use abi::codec::Decode;
use std::collections::BTreeMap;
use verify::{
    Anchor, Claim, Execution, Exit, Plan, ProofFile, Report, verify_bundle, verify_checkpoint, verify_proof,
    verify_receipt,
};

/// A file of each kind, and how it is verified.
struct Kinds {
    anchor: Anchor,
    files: Vec<(&'static str, Vec<u8>)>,
}

impl Kinds {
    fn new() -> Kinds {
        let folder = Folder::new();
        folder.write("note.wasm", note());
        let shard = folder.create("");
        folder.foil("deploy note.wasm --sign authority.key --at 1356998400").ok();
        folder.foil("call note text=one --as clerk.key --at 1356998401").ok();
        folder.foil("shard set-writer --sign authority.key --at 1356998402").ok();
        folder.foil("call note text=two --at 1356998403").ok();
        folder.foil("revert --to 2 --sign authority.key --at 1356998404").ok();
        folder.foil("bundle --out bundle").ok();
        folder.foil("bundle --witness --out witnessed").ok();
        folder.foil("bundle --from 3 --witness --out part").ok();
        folder.foil("receipt 3 --out receipt").ok();
        folder.foil("state range note --proof proof").ok();
        folder.foil("checkpoint --out checkpoint").ok();
        let names = ["bundle", "witnessed", "part", "receipt", "proof", "checkpoint"];
        let files = names.map(|name| (name, folder.read(name)));
        Kinds { anchor: Anchor::Shard(shard.parse().unwrap()), files: files.into() }
    }

    fn verify(&self, kind: &str, bytes: &[u8], execute: bool) -> Report {
        let execution = if execute { Execution::By(kernel::Engine::Wasmi) } else { Execution::Off };
        match kind {
            "receipt" => verify_receipt(bytes, &self.anchor),
            "proof" => verify_proof(bytes, &self.anchor),
            "checkpoint" => verify_checkpoint(bytes, &self.anchor),
            _ => verify_bundle(bytes, &self.anchor, &Plan::of(execution), &mut |_| ()),
        }
    }
}

/// One to four edits: bits, bytes, lengths, pieces cut out, doubled, moved, or taken from another file.
fn mutate(bytes: &[u8], other: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=rng.index(4) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.index(bytes.len());
        let to = at + rng.index((bytes.len() - at).min(200) + 1);
        match rng.index(8) {
            0 | 1 => bytes[at] ^= 1 << rng.index(8),
            2 => bytes[at] = [0, 0xff, 0x5b, 0x9b, 0xbf, 0xf6][rng.index(6)],
            3 => drop(bytes.drain(at..to)),
            4 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => bytes.truncate(at),
            6 => {
                let from = rng.index(other.len());
                let end = (from + 200).min(other.len());
                bytes.splice(at..to, other[from..end].iter().copied());
            }
            _ => {
                let piece: Vec<u8> = bytes.drain(at..to).collect();
                let place = rng.index(bytes.len() + 1);
                bytes.splice(place..place, piece);
            }
        }
    }
    bytes
}

/// Whether a changed file still claims what the file does. A range proof may also move its bounds within the gaps
/// around its entries: it then names another range, as truly.
fn says_the_same(kind: &str, bytes: &[u8], changed: &[u8]) -> bool {
    let parsed = || Some((ProofFile::from_bytes(bytes).ok()?, ProofFile::from_bytes(changed).ok()?));
    let bounds_moved = || {
        let (a, mut b) = parsed()?;
        match (&a.claim, &mut b.claim) {
            (Claim::Range(a), Claim::Range(b)) => (b.from, b.to) = (a.from.clone(), a.to.clone()),
            _ => return None,
        }
        Some(a == b)
    };
    changed == bytes || kind == "proof" && bounds_moved() == Some(true)
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the run is for")]
fn no_mutated_file_is_taken_for_right() {
    let kinds = Kinds::new();
    let (count, seed) = (number("FOIL_MUTATIONS", 6_000), number("FOIL_SEED", 1));
    let mut table: BTreeMap<(&str, u8), u64> = BTreeMap::new();
    for (name, bytes) in &kinds.files {
        assert_eq!(kinds.verify(name, bytes, true).verdict.exit, Exit::Verified, "{name}");
    }
    for n in 0..count {
        let mut rng = Rng::new(seed.wrapping_add(n), "mutations");
        let (name, bytes) = &kinds.files[rng.index(kinds.files.len())];
        let (_, other) = &kinds.files[rng.index(kinds.files.len())];
        let changed = mutate(bytes, other, &mut rng);
        let verdict = kinds.verify(name, &changed, rng.index(8) == 0).verdict;
        let is_right = match verdict.exit {
            Exit::Verified => says_the_same(name, bytes, &changed),
            Exit::Invalid | Exit::CannotJudge | Exit::Unanchored => changed != *bytes && verdict.code != 0,
            _ => false,
        };
        assert!(is_right, "{name}: FOIL_SEED={} FOIL_MUTATIONS=1: {verdict:?}", seed.wrapping_add(n));
        *table.entry((name, verdict.exit as u8)).or_default() += 1;
    }
    for ((name, exit), count) in &table {
        println!("{name:12} exit {exit:2}  {count:8}");
    }
    assert_eq!(table.values().sum::<u64>(), count);
}
