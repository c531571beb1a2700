//! Hostile files: bundles, receipts and proofs as a stranger might send them, and how a verifier that knows
//! the shard's id, and executes nothing, has to end.

use crate::judge::bundle;
use crate::shard::{Shard, WASM, key};
use abi::Hash;
use abi::call::Caller;
use abi::codec::Bytes;
use abi::diff::Diff;
use state::{Recording, Store, View};
use verify::{
    Anchor, Claim, Exit, ProofFile, QueryProof, Report, verify_checkpoint, verify_fork, verify_proof,
    verify_receipt,
};

mod acts;
mod bundles;
mod heads;
mod lies;
mod receipts;

pub use heads::{checkpoint_file, forked};

/// Largest file among the vectors.
const VECTOR_BYTES_MAX: usize = 16 << 10;

/// One hostile file, and its end.
pub struct Case {
    /// What was done to the file.
    pub name: &'static str,
    /// `bundle`, `receipt`, `proof`, `checkpoint` or `fork`.
    pub kind: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// What the verifier was told.
    pub anchor: Anchor,
    /// How it has to end.
    pub exit: Exit,
    /// The reason's number; 0 for none.
    pub code: u16,
}

impl Case {
    /// What the verifier makes of it.
    pub fn verify(&self) -> Report {
        match self.kind {
            "bundle" => bundle(&self.bytes, &self.anchor),
            "receipt" => verify_receipt(&self.bytes, &self.anchor),
            "checkpoint" => verify_checkpoint(&self.bytes, &self.anchor),
            "fork" => verify_fork(&self.bytes, &self.anchor),
            _ => verify_proof(&self.bytes, &self.anchor),
        }
    }

    /// Whether it stands among the vectors: those that are refused by who knows the sample shard's id, but
    /// for bombs, which are large.
    pub fn is_vector(&self) -> bool {
        let is_small = self.bytes.len() < VECTOR_BYTES_MAX;
        is_small && self.exit == Exit::Invalid && self.anchor == Anchor::Shard(Shard::new(9).id())
    }
}

/// The cases of one kind of file, as they are made.
struct Cases {
    kind: &'static str,
    shard: Hash,
    made: Vec<Case>,
}

impl Cases {
    /// A file that a verifier who knows the shard's id refuses as invalid.
    fn invalid(&mut self, name: &'static str, bytes: Vec<u8>, code: u16) {
        self.case(name, bytes, Anchor::Shard(self.shard), Exit::Invalid, code);
    }

    fn case(&mut self, name: &'static str, bytes: Vec<u8>, anchor: Anchor, exit: Exit, code: u16) {
        self.made.push(Case { name, kind: self.kind, bytes, anchor, exit, code });
    }

    /// What any file ends in under other anchors than the shard's id.
    fn anchors(&mut self, bytes: &[u8]) {
        let shard = self.shard;
        self.case("whole", bytes.to_vec(), Anchor::Shard(shard), Exit::Verified, 0);
        self.case(
            "whole-by-the-writers-key",
            bytes.to_vec(),
            Anchor::Key(key(6).public()),
            Exit::Verified,
            0,
        );
        self.case("without-an-anchor", bytes.to_vec(), Anchor::None, Exit::Unanchored, 6002);
        self.case("of-another-shard", bytes.to_vec(), Anchor::Shard(Hash::ZERO), Exit::Invalid, 6001);
        let former = Anchor::Key(key(1).public());
        self.case("by-the-former-writers-key", bytes.to_vec(), former, Exit::Invalid, 6001);
    }
}

/// All cases.
pub fn cases() -> Vec<Case> {
    let shard = Shard::sample();
    let cases = |kind| Cases { kind, shard: shard.id(), made: Vec::new() };
    let (mut of_bundles, mut of_receipts, mut of_proofs) =
        (cases("bundle"), cases("receipt"), cases("proof"));
    bundles::make(&shard, &mut of_bundles);
    lies::make(&shard, &mut of_bundles);
    acts::make(&mut of_bundles);
    receipts::make(&shard, &mut of_receipts);
    receipts::make_proofs(&shard, &mut of_proofs);
    let (mut of_checkpoints, mut of_forks) = (cases("checkpoint"), cases("fork"));
    heads::make_checkpoints(&shard, &mut of_checkpoints);
    heads::make_forks(&mut of_forks);
    let all = [of_bundles, of_receipts, of_proofs, of_checkpoints, of_forks];
    all.into_iter().flat_map(|cases| cases.made).collect()
}

/// A proof file of one key that is there and one that is not.
pub fn proof_of_keys(shard: &Shard) -> ProofFile {
    let proof = shard.tree.prove(&*shard.store.view(), &[&[1, 4], &[1, 99]]).unwrap();
    ProofFile { receipt: shard.receipt(9, 3), claim: Claim::Keys(proof) }
}

/// A proof file of a range.
pub fn proof_of_range(shard: &Shard) -> ProofFile {
    let proof = shard.tree.prove_range(&*shard.store.view(), &[1, 2], Some(&[1, 9])).unwrap();
    ProofFile { receipt: shard.receipt(9, 3), claim: Claim::Range(proof) }
}

/// A proof file of a query's answer, over the witness of a state.
pub fn proof_of_query(shard: &Shard) -> ProofFile {
    let recording = Recording::new(shard.store.view());
    recording.get(&[1, 4]).unwrap();
    let reads = recording.take().unwrap();
    let proof = QueryProof {
        caller: Caller::Nobody,
        method: "hits".into(),
        args: Bytes(vec![0x80]),
        fuel_max: 1_000,
        program: WASM.into(),
        outcome: 0,
        output: Bytes(vec![0x04]),
        witness: shard.tree.witness(&*shard.store.view(), &reads, &Diff::new()).unwrap(),
    };
    ProofFile { receipt: shard.receipt(9, 3), claim: Claim::Query(Box::new(proof)) }
}

/// Two journals of one shard that have the first block in common, and not the second.
pub fn fork() -> (Shard, Shard) {
    let ends = [4u8, 5].map(|n| {
        let mut shard = Shard::new(9);
        let start = crate::shard::START_MS;
        shard.push(vec![shard.deploy(start), shard.hit(1, start)]);
        shard.push(vec![shard.hit(n, start + 1)]);
        shard.push(vec![shard.hit(6, start + 2)]);
        shard
    });
    let [one, other] = ends;
    (one, other)
}
