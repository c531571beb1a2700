//! What a history has forgotten is there for whoever asks: read again, and the same.

use super::fixture::*;
use crate::Answer;
use abi::call::{Call, SignedCall};
use abi::codec::Encode;
use abi::profile::Profile;
use abi::system::{Act, Prune, Revert, SetProfile};
use journal::{History, Journal, MemoryDisk, ReceiptFile, SegmentSize, Tile};

/// Calls, of which the first tiles are complete, and a part of another.
const CALLS: u64 = 700;

/// A shard of many records in small segments.
fn long() -> Sample {
    let disk = Journal::create_with(MemoryDisk::new(), genesis().id(), SegmentSize::of_pages(12)).unwrap();
    let mut sample = Sample::on(disk.into_disk());
    let deploy = sample.deploy(program(1), &[2, 3]);
    let set = sample.act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), &[2, 3]);
    let one = sample.call("count");
    let call = |number: u64| {
        let mut key = [0xaa; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        unsigned(Call { key, ..one.clone() })
    };
    let calls: Vec<SignedCall> = [deploy, set].into_iter().chain((0..CALLS).map(call)).collect();
    let answers = sample.submit(&calls, 60);
    assert!(answers.iter().all(|answer| matches!(answer, Answer::New { .. })), "{answers:?}");
    sample
}

/// The whole tree.
fn whole(sample: &Sample) -> History {
    let mut history = History::new();
    for block in sample.blocks() {
        sample.shard.records_of(&block).iter().for_each(|record| history.push(&record.to_bytes()));
    }
    history
}

/// Everything that is said of the history is what the whole tree says, from a record on that is kept.
fn says_what_it_said(sample: &Sample, whole: &History, kept: u64) {
    let (shard, size) = (&sample.shard, sample.shard.position().seq);
    assert_eq!((shard.history().size(), shard.head()), (size, whole.root_at(size).unwrap()));
    let places: Vec<u64> = (0..size).step_by(23).chain([255, 256, 511, 512, size]).collect();
    for &old in &places {
        for &new in &places {
            let recalled = shard.recalled(&[old, new]).unwrap();
            assert_eq!(recalled.consistency(old, new), whole.consistency(old, new));
            assert_eq!(recalled.path(old, new), whole.path(old, new));
        }
    }
    for tile in Tile::of_tree(size) {
        assert_eq!(shard.tile(&tile).unwrap(), whole.tile(&tile), "{tile}");
    }
    for seq in (kept..size).step_by(17) {
        let file: ReceiptFile = shard.receipt_file(seq).unwrap().unwrap();
        assert_eq!(file.verify(&genesis().id()).map(|found| found.0.effect.seq), Ok(seq));
    }
    for height in shard.first()..=shard.position().height {
        let header = shard.header(height).unwrap().unwrap();
        assert_eq!(Some(shard.start_after(&header).unwrap().peaks), whole.peaks(header.history_size));
    }
}

#[test]
fn it_says_what_it_said_before_it_forgot() {
    let sample = long();
    assert!(!sample.shard.history().forgotten(&[0]).is_empty(), "it has forgotten something");
    let whole = whole(&sample);
    says_what_it_said(&sample, &whole, 0);
    let (mut sample, _) = sample.reopened();
    says_what_it_said(&sample, &whole, 0);
    let third = sample.shard.block(3).unwrap().unwrap().header;
    let revert = Revert { height: 3, root: third.root_after, program: program(1) };
    let revert = sample.act(Act::Revert(revert), &[2, 3]);
    assert!(matches!(sample.ask(&revert), Answer::New { .. }));
    assert_eq!(sample.shard.position().root, third.root_after);
    sample.replay().unwrap();
}

#[test]
fn what_was_pruned_is_recalled_too() {
    let mut sample = long();
    sample.now_ms += 20_000;
    let prune = sample.act(Act::Prune(Prune { height: 8 }), &[2, 3]);
    assert!(matches!(sample.ask(&prune), Answer::New { .. }));
    let whole = whole(&sample);
    let found = sample.shard.prune(8).unwrap();
    let kept = sample.shard.header(found.height).unwrap().unwrap().history_size;
    assert!(kept > 256 && !kept.is_multiple_of(256), "a tile is in part of blocks that are kept: {kept}");
    says_what_it_said(&sample, &whole, kept);
    let (sample, _) = sample.reopened();
    says_what_it_said(&sample, &whole, kept);
}
