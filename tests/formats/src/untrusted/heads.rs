//! Checkpoints and forks that do not hold.

use super::{Cases, fork};
use crate::shard::{Shard, key};
use abi::codec::Encode;
use journal::{Checkpoint, CheckpointFile, Commitment, ForkFile, Header};

/// The checkpoint of the block of `height`.
pub(super) fn checkpoint(shard: &Shard, height: usize) -> Checkpoint {
    let (header, commitment) = (shard.blocks[height - 1].header, shard.commitments[height - 1].clone());
    Checkpoint { header, commitment, links: shard.links(header.history_size) }
}

/// Two second blocks of one writer.
pub fn forked() -> ForkFile {
    let (one, other) = fork();
    ForkFile { genesis: one.genesis.clone(), sides: [checkpoint(&one, 2), checkpoint(&other, 2)] }
}

/// The file of the sample's checkpoint, changed.
pub fn checkpoint_file(shard: &Shard, change: impl FnOnce(&mut Checkpoint)) -> Vec<u8> {
    let mut checkpoint = checkpoint(shard, 3);
    change(&mut checkpoint);
    CheckpointFile { genesis: shard.genesis.clone(), checkpoint }.to_bytes()
}

pub(super) fn make_checkpoints(shard: &Shard, cases: &mut Cases) {
    let of = |change: fn(&mut Checkpoint)| checkpoint_file(shard, change);
    cases.anchors(&of(|_| ()));
    cases.invalid("header-of-another-version", of(|c| c.header.version = 2), 2004);
    cases.invalid("header-of-another-state", of(|c| c.header.root_after = abi::Hash::ZERO), 2013);
    // The acts are looked for in the tree that the header names.
    cases.invalid("header-of-another-history", of(|c| c.header.history_root = abi::Hash::ZERO), 2017);
    cases.invalid("links-missing", of(|c| c.links.clear()), 2005);
    let signed = |seed: u8, header: &Header| Commitment::sign(&key(seed), &shard.genesis.origin, header);
    let former = checkpoint_file(shard, |c| c.commitment = signed(1, &c.header));
    cases.invalid("commitment-of-the-former-writer", former, 2005);
    let other = checkpoint_file(shard, |c| c.commitment = shard.commitments[1].clone());
    cases.invalid("commitment-of-another-block", other, 2013);
}

pub(super) fn make_forks(cases: &mut Cases) {
    let anchor = verify::Anchor::Shard(cases.shard);
    cases.case("whole", forked().to_bytes(), anchor, verify::Exit::Verified, 0);
    let of = |change: &dyn Fn(&mut ForkFile)| {
        let mut fork = forked();
        change(&mut fork);
        fork.to_bytes()
    };
    cases.invalid("one-side-twice", of(&|fork| fork.sides[1] = fork.sides[0].clone()), 2501);
    let (one, _) = fork();
    cases.invalid("sides-that-can-both-be-true", of(&|fork| fork.sides[1] = checkpoint(&one, 1)), 2502);
    let stranger = |fork: &mut ForkFile| {
        let side = &mut fork.sides[1];
        side.commitment = Commitment::sign(&key(77), &fork.genesis.origin, &side.header);
    };
    cases.invalid("a-side-of-a-stranger", of(&stranger), 2005);
}
