//! Dropping old blocks: what goes on, what is refused, and what brings the state back.

use super::fixture::*;
use crate::ladder::{Deed, Kept, Plan, Rung, StoreFound, Survey};
use crate::prune::PruneError;
use crate::scrub::{Finding, Scrub};
use crate::{Answer, Fold, Rejected, Replayer, Shard, ShardError};
use abi::codec::Encode;
use abi::fault::Fault;
use abi::profile::Profile;
use abi::system::{Act, Erase, Prune, Revert, SetProfile};
use journal::{Disk, Journal, MemoryDisk, Past, ReceiptFile, SegmentSize};
use state::{MemoryStore, Store, Tree};
use vm::Engine;

const PAST: &str = "00000001.past";

/// An act under the second profile.
fn new(answer: Answer) -> u64 {
    match answer {
        Answer::New { seq, .. } => seq,
        other => panic!("{other:?}"),
    }
}

/// A shard under profile 2 of nine blocks in small segments: a deploy, the profile, and calls that write.
fn nine() -> Sample {
    let disk = Journal::create_with(MemoryDisk::new(), genesis().id(), SegmentSize::of_pages(5)).unwrap();
    let mut sample = Sample::on(disk.into_disk());
    let deploy = sample.deploy(program(1), &[2, 3]);
    new(sample.ask(&deploy));
    let set = sample.act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), &[2, 3]);
    new(sample.ask(&set));
    for method in ["put", "count", "count", "count", "count", "count", "count"] {
        let call = sample.signed(method);
        new(sample.ask(&call));
    }
    assert_eq!(sample.shard.position().height, 9);
    sample
}

/// The same, once the keys of its calls are dead, after the decision to let blocks up to `height` go.
fn decided(height: u64) -> Sample {
    let mut sample = nine();
    sample.now_ms += 20_000;
    let prune = sample.act(Act::Prune(Prune { height }), &[2, 3]);
    assert_eq!(new(sample.ask(&prune)), 9);
    sample
}

/// The same, pruned; and its unpruned twin.
fn pruned() -> (Sample, Sample) {
    let mut sample = decided(6);
    let found = sample.shard.prune(6).unwrap();
    assert_eq!((found.height, found.segments), (4, 1));
    (sample, decided(6))
}

fn gone() -> Fault {
    Fault::Pruned { first: 5, decision: 9 }
}

/// The state after a block, by its diffs.
fn state_after(twin: &Sample, height: usize) -> MemoryStore {
    let mut store = MemoryStore::default();
    twin.blocks()[..height].iter().for_each(|block| store.apply(block.header.height, &block.diff).unwrap());
    store
}

#[test]
fn a_pruned_shard_goes_on_as_if_it_were_whole() {
    let (mut sample, mut twin) = pruned();
    for round in 0..3 {
        let (ours, theirs) = (&sample.shard, &twin.shard);
        assert_eq!((ours.position(), ours.head()), (theirs.position(), theirs.head()));
        let header = theirs.header(theirs.position().height).unwrap().unwrap();
        assert_eq!(ours.start_after(&header), theirs.start_after(&header));
        assert_eq!((ours.standing(), ours.first()), (theirs.standing(), 5));
        assert_eq!(ours.program_at(&header), theirs.program_at(&header));
        assert_eq!(sample.content(), twin.content());
        let call = sample.signed("count");
        assert_eq!(twin.signed("count"), call);
        assert_eq!(sample.ask(&call), twin.ask(&call));
        assert_eq!(sample.ask(&call), Answer::Known(10 + round));
        sample = sample.reopened().0;
    }
    // Again, over what the first one has left.
    sample.now_ms += 20_000;
    let prune = sample.act(Act::Prune(Prune { height: 13 }), &[2, 3]);
    let seq = new(sample.ask(&prune));
    let found = sample.shard.prune(13).unwrap();
    assert!(found.height > 6, "{found:?}");
    let (sample, _) = sample.reopened();
    assert_eq!(sample.shard.first(), found.height + 1);
    assert_eq!(sample.shard.find(5), Err(Fault::Pruned { first: found.height + 1, decision: seq }));
    assert_eq!(sample.shard.profile_at(13), Profile::Two);
}

#[test]
fn what_is_kept_has_receipts_and_what_is_gone_says_who_decided_it() {
    let (sample, _) = pruned();
    for seq in 0..10 {
        let found = sample.shard.receipt_file(seq);
        match seq < 4 {
            true => assert_eq!((found, sample.shard.find(seq)), (Err(gone()), Err(gone()))),
            false => {
                let file: ReceiptFile = found.unwrap().unwrap();
                assert_eq!(file.verify(&genesis().id()).map(|found| found.0.effect.seq), Ok(seq));
            }
        }
    }
    assert_eq!(sample.shard.block(4), Err(gone()));
    assert_eq!(sample.shard.commitment(4), Err(gone()));
    assert!(sample.shard.header(4).unwrap().is_some() && sample.shard.block(5).unwrap().is_some());
    let said = gone().to_string();
    assert_eq!(said, "pruned: history before block 5 was dropped by decision of record 9");
}

/// A decision to erase a call whose block is gone has nothing left to do.
#[test]
fn what_was_pruned_is_not_to_be_erased() {
    let (mut sample, _) = pruned();
    for seq in [1, 7] {
        let erase = sample.act(Act::Erase(Erase { seq }), &[2, 3]);
        new(sample.ask(&erase));
    }
    assert_eq!(sample.shard.unerased(), Ok(vec![7]));
}

#[test]
fn what_is_live_undecided_or_no_whole_segment_stays() {
    let mut sample = nine();
    let now = sample.now_ms;
    let refused = |sample: &mut Sample, height| sample.shard.prune(height).unwrap_err().to_string();
    assert!(matches!(sample.shard.prune(3), Err(PruneError::Nothing { height: 3 })));
    assert!(matches!(sample.shard.prune(6), Err(PruneError::Live { seq: 0, height: 1, .. })));
    assert_eq!((sample.shard.settled(now), sample.shard.settled(now + 20_000)), (Ok(0), Ok(9)));
    sample.now_ms += 20_000;
    let call = sample.signed("count");
    new(sample.ask(&call));
    assert!(refused(&mut sample, 6).contains("has not decided that blocks up to 4"));
    let prune = sample.act(Act::Prune(Prune { height: 3 }), &[2, 3]);
    new(sample.ask(&prune));
    assert!(matches!(sample.shard.prune(6), Err(PruneError::Undecided { height: 4 })));
    assert_eq!(sample.shard.first(), 1);
    // The last call's key is live.
    assert!(matches!(
        sample.shard.prunable(10, sample.now_ms),
        Err(PruneError::Live { seq: 9, height: 10, .. })
    ));
    assert_eq!(sample.shard.settled(sample.now_ms), Ok(9));
}

#[test]
fn a_revert_needs_the_values_that_it_brings_back() {
    let (mut sample, _) = pruned();
    let mut back = |height: u64| {
        let root =
            sample.shard.header(height).ok().flatten().map_or(abi::Hash::ZERO, |header| header.root_after);
        let revert = sample.act(Act::Revert(Revert { height, root, program: program(1) }), &[2, 3]);
        sample.ask(&revert)
    };
    let refused = |height, because| Answer::Rejected(Rejected::Revert { height, because });
    assert_eq!(back(3), refused(3, "it was pruned"));
    assert_eq!(back(4), refused(4, "it was pruned"));
    // The count was written since; what was put was not.
    assert!(matches!(back(7), Answer::New { seq: 10, .. }));
    assert_eq!(sample.shard.position().root, sample.shard.header(7).unwrap().unwrap().root_after);

    let (mut sample, _) = pruned();
    let put = sample.signed("put");
    new(sample.ask(&put));
    let root = sample.shard.header(7).unwrap().unwrap().root_after;
    let revert = sample.act(Act::Revert(Revert { height: 7, root, program: program(1) }), &[2, 3]);
    assert_eq!(sample.ask(&revert), refused(7, "a value that it would bring back was erased or pruned"));
}

#[test]
fn a_lost_store_comes_back_from_a_snapshot_alone() {
    let (sample, twin) = pruned();
    let root = sample.shard.position().root;
    let (disk, store) = sample.shard.close().unwrap();
    let refused = refusal(opening(disk.clone(), MemoryStore::default()));
    assert!(matches!(refused, ShardError::Fault(fault) if fault == gone()));

    let journal = Journal::survey(&disk, genesis().id()).unwrap();
    let tree = Tree::build(&*store.view()).unwrap();
    let found = StoreFound::At { height: 10, root: tree.root(), entries: tree.len() as u64 };
    let facts = Survey { journal, store: found, snapshots: Vec::new(), remembered: None };
    assert_eq!(Plan::of(&facts).rung, Rung::Nothing);
    let kept = |height: u64| {
        let header = twin.shard.header(height).unwrap().unwrap().hash();
        Kept { id: format!("{height}-a"), height, header, bytes: 1000 }
    };
    let plan = |store: &StoreFound, snapshots: Vec<Kept>| {
        Plan::of(&Survey { store: store.clone(), snapshots, ..facts.clone() })
    };
    let old = state_after(&twin, 3);
    let old = StoreFound::At { height: 3, root: Tree::build(&*old.view()).unwrap().root(), entries: 1 };
    let born = StoreFound::At { height: 0, root: state::empty_root(), entries: 0 };
    for store in [StoreFound::Missing, old, born] {
        let halted = plan(&store, vec![kept(3)]);
        let halt = halted.halt.unwrap();
        assert_eq!((halted.rung, halt.from, halt.to, halted.steps), (Rung::Halt, 1, 4, Vec::new()));
        assert!(halt.because.contains("no whole snapshot from there on"), "{}", halt.because);
        let mended = plan(&store, vec![kept(3), kept(4)]);
        let deeds: Vec<&Deed> = mended.steps.iter().rev().take(2).map(|step| &step.deed).collect();
        assert!(mended.rung >= Rung::Snapshot && mended.halt.is_none());
        let load = Deed::Load { snapshot: "4-a".into(), height: 4 };
        assert_eq!(deeds, [&Deed::Replay { from: 5, to: 10 }, &load]);
    }
    let (shard, recovered) = Shard::open(opening(disk, state_after(&twin, 4))).unwrap();
    assert_eq!((recovered.store_height, shard.position().root), (4, root));
}

/// A past that no act of the authority stands for is none.
#[test]
fn a_past_that_nobody_decided_is_refused() {
    let (sample, _) = pruned();
    let (disk, store) = sample.shard.close().unwrap();
    let len = usize::try_from(disk.len(PAST).unwrap()).unwrap();
    let mut bytes = vec![0; len];
    disk.read(PAST, 0, &mut bytes).unwrap();
    let past = Past::open(&bytes, &genesis().id()).unwrap();
    for decision in [8, 10] {
        let forged = Past { decision, ..past.clone() }.to_bytes();
        let mut disk = disk.clone();
        disk.remove(PAST).unwrap();
        disk.create(PAST, forged.len() as u64).unwrap();
        disk.write(PAST, 0, &forged).unwrap();
        let refused = refusal(opening(disk, store.clone())).to_string();
        assert!(refused.contains(&format!("record {decision} is no decision")), "{refused}");
    }
}

#[test]
fn it_is_replayed_and_scrubbed_from_a_state_that_is_known() {
    let (sample, twin) = pruned();
    let shard = &sample.shard;
    let blocks: Vec<_> = (5..=10).map(|height| shard.block(height).unwrap().unwrap()).collect();
    let header = shard.header(6).unwrap().unwrap();
    let fold = |height| Fold::of(state_after(&twin, height), &header.root_after);
    assert!(matches!(fold(5), Err(Fault::Corrupt { .. })));
    let start = shard.start_after(&header).unwrap();
    let programs = Box::new(programs());
    let mut replayer =
        Replayer::after(&genesis(), &start, fold(6).unwrap(), programs, Engine::default()).unwrap();
    blocks[2..].iter().for_each(|block| replayer.block(block).unwrap());
    assert_eq!(replayer.chain().root(), shard.position().root);

    let start = shard.start_after(&shard.header(4).unwrap().unwrap()).unwrap();
    let mut scrub = Scrub::after(&genesis(), &start).unwrap();
    for block in &blocks {
        assert_eq!(scrub.block(block, None), Ok(Ok(())));
        if block.header.height == 6 {
            assert!(scrub.state(state_after(&twin, 5)).is_err() && !scrub.has_state());
            scrub.state(state_after(&twin, 6)).unwrap();
        }
    }
    assert!(scrub.has_state());
    assert_eq!(scrub.height(), 10);
    let view = |height| state_after(&twin, height).view();
    assert_eq!(scrub.store(10, &*view(10)), Ok(Ok(())));
    assert_eq!(scrub.store(4, &*view(4)), Ok(Ok(())));
    assert!(matches!(scrub.store(5, &*view(4)), Ok(Err(Finding::Store { height: 5, .. }))));
    assert_eq!(scrub.store(3, &*view(3)), Ok(Err(Finding::Behind { height: 3, first: 5 })));
    assert_eq!(scrub.store(11, &*view(10)), Ok(Err(Finding::Ahead { height: 11, ends: 10 })));
}
