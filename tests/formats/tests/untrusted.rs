//! Hostile files, and how a verifier has to end: `tests/vectors/v1/untrusted.tsv`.

use abi::codec::Encode;
use formats::shard::Shard;
use formats::untrusted::{Case, cases, fork, proof_of_keys};
use formats::vector::folder;
use journal::is_consistent;
use state::Store;
use verify::{Anchor, Claim, Exit, ProofFile, Report, verify_proof, verify_receipt};

const FILE: &str = "untrusted.tsv";
const HEAD: &str = "kind\tname\tanchor\texit\tcode\theight\tseq\toffset\tverdict";

/// A row of the table: how the case ends, and where.
fn row(case: &Case, report: &Report) -> String {
    let verdict = &report.verdict;
    let place = |place: Option<u64>| place.map_or("-".to_owned(), |place| place.to_string());
    let anchor = match case.anchor {
        Anchor::Shard(_) => "shard",
        Anchor::Key(_) => "key",
        Anchor::None => "none",
    };
    let code = if verdict.code == 0 { "-".to_owned() } else { format!("E{}", verdict.code) };
    let (kind, name, exit) = (case.kind, case.name, verdict.exit as u8);
    let places = [verdict.height, verdict.seq, verdict.offset].map(place).join("\t");
    format!("{kind}\t{name}\t{anchor}\t{exit}\t{code}\t{places}\t{:?}", verdict.exit)
}

#[test]
fn hostile_files_end_as_the_table_says() {
    let mut found = vec![HEAD.to_owned()];
    for case in cases() {
        let report = case.verify();
        let end = (report.verdict.exit, report.verdict.code);
        assert_eq!(end, (case.exit, case.code), "{} {}: {}", case.kind, case.name, report.verdict.reason);
        found.push(row(&case, &report));
    }
    let path = folder().join(FILE);
    if std::env::var("FOIL_RECORD").is_ok_and(|value| value == "1") {
        std::fs::write(&path, found.join("\n") + "\n").unwrap();
    }
    let table = std::fs::read_to_string(&path).unwrap();
    for (row, found) in table.lines().zip(&found) {
        assert_eq!(row, found);
    }
    assert_eq!(table.lines().count(), found.len());
}

/// Each bit of receipts and proofs, and of a bundle one bit of each byte (all, with `FOIL_SOAK=1`).
#[test]
fn no_bit_of_a_file_can_be_changed() {
    let shard = Shard::sample();
    let anchor = Anchor::Shard(shard.id());
    let is_soak = std::env::var("FOIL_SOAK").is_ok_and(|value| value == "1");
    let bundle = |bytes: &[u8]| formats::judge::bundle(bytes, &anchor);
    let refused = |bytes: &[u8], step: usize, verify: &dyn Fn(&[u8]) -> Report| {
        assert_eq!(verify(bytes).verdict.exit, Exit::Verified);
        for bit in (0..bytes.len() * 8).step_by(step) {
            let mut changed = bytes.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            let verdict = verify(&changed).verdict;
            // A genesis that is absent by one bit: f6 for the head of its bytes.
            let is_refused = verdict.exit == Exit::Invalid || verdict.code == 6003;
            assert!(is_refused, "bit {bit}: {verdict:?}");
        }
    };
    refused(&shard.receipt(6, 3).to_bytes(), 1, &|bytes| verify_receipt(bytes, &anchor));
    // Of a key that is there: a proof that a key is absent may as well be one of another absent key.
    let claim = Claim::Keys(shard.tree.prove(&*shard.store.view(), &[&[1, 4]]).unwrap());
    let proof = ProofFile { claim, ..proof_of_keys(&shard) };
    refused(&proof.to_bytes(), 1, &|bytes| verify_proof(bytes, &anchor));
    refused(&shard.bundle(None, true), if is_soak { 1 } else { 9 }, &bundle);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let shard = Shard::sample();
    let anchor = Anchor::Shard(shard.id());
    let bundle = shard.bundle(None, true);
    for len in (0..bundle.len()).step_by(7) {
        assert_eq!(formats::judge::bundle(&bundle[..len], &anchor).verdict.exit, Exit::Invalid, "{len}");
    }
    let receipt = shard.receipt(6, 3).to_bytes();
    for len in 0..receipt.len() {
        assert_eq!(verify_receipt(&receipt[..len], &anchor).verdict.code, 1001, "{len}");
    }
}

/// Each side of a fork verifies: what shows the fork is both, since no tree has both as prefixes.
#[test]
fn a_fork_is_shown_by_both_its_sides() {
    let (one, other) = fork();
    assert_eq!(one.id(), other.id());
    assert_eq!(one.commitments[0], other.commitments[0]);
    let size = one.commitments[1].size();
    assert_eq!(size, other.commitments[1].size());
    let (root_one, root_other) = (one.history.root_at(size).unwrap(), other.history.root_at(size).unwrap());
    assert_ne!(root_one, root_other, "two commitments at one size, with different roots");
    let newer = other.history.size();
    let path = other.history.consistency(size, newer).unwrap();
    assert!(is_consistent(size, &root_other, newer, &other.history.root(), &path));
    assert!(!is_consistent(size, &root_one, newer, &other.history.root(), &path));
}
