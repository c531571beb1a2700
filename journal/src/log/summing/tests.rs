use super::*;
use crate::block::Block;
use crate::disk::MemoryDisk;
use crate::history::History;
use crate::log::open::Fold;
use crate::log::tests::journal;
use crate::past::PastAct;
use crate::sample::Sample;
use crate::segment::{SegmentSize, name as segment_name};
use crate::window::{Scope, Window};
use proptest::prelude::*;

/// What the records of a history come to, and how many summaries said so.
#[derive(Default, Debug)]
struct Told {
    sums: Sums,
    heads: Vec<Header>,
    summaries: usize,
}

impl PartialEq for Told {
    /// Summaries name the keys that still live, blocks all.
    fn eq(&self, other: &Told) -> bool {
        let live = |told: &Told| -> Vec<_> {
            let now_ms = told.heads.last().map_or(0, |head| head.time_ms);
            told.sums.keys.iter().filter(|key| key.expires_ms > now_ms).copied().collect()
        };
        (&self.sums.leaves, &self.sums.acts, self.heads.last(), live(self))
            == (&other.sums.leaves, &other.sums.acts, other.heads.last(), live(other))
    }
}

fn sums_of(block: &Block) -> Sums {
    let profile = abi::profile::Profile::One.hash();
    let leaves = block.records(profile).iter().map(|record| History::leaf_hash(&record.leaf())).collect();
    let key = |(seq, entry): (u64, &crate::block::Entry)| {
        let call = &entry.call.call;
        Window::new().insert(Scope::of(&call.caller, &call.key), call.expires_ms, seq)
    };
    let keys = (block.header.first_seq..).zip(&block.entries).map(key).collect();
    Sums { leaves, keys, acts: PastAct::of(block, profile) }
}

impl Told {
    fn add(&mut self, next: Sums) {
        let Sums { leaves, keys, acts } = next;
        self.sums.leaves.extend(leaves);
        self.sums.keys.extend(keys);
        self.sums.acts.extend(acts);
    }
}

impl Fold for Told {
    fn block(&mut self, block: &Block) -> Option<Sums> {
        let sums = sums_of(block);
        self.add(sums.clone());
        self.heads.push(block.header);
        Some(sums)
    }

    fn summary(&mut self, summary: &Summary) {
        self.add(summary.sums.clone());
        self.heads.push(summary.head);
        self.summaries += 1;
    }
}

type Opened = (Journal<MemoryDisk>, crate::log::Tail, Told);

fn open(disk: MemoryDisk, sample: &Sample) -> Result<Opened, Fault> {
    Journal::open_folding(disk, sample.genesis.id(), 0, |_| Told::default())
}

/// A journal of these blocks in segments of five pages, each block with its sums.
fn summed(sample: &Sample, blocks: &[Block]) -> Journal<MemoryDisk> {
    let size = SegmentSize::of_pages(5);
    let mut journal = Journal::create_with(MemoryDisk::new(), sample.genesis.id(), size).unwrap();
    append(&mut journal, sample, blocks, None);
    journal
}

fn append(journal: &mut Journal<MemoryDisk>, sample: &Sample, blocks: &[Block], before: Option<&Block>) {
    let mut previous = before.map(|block| sample.commit(block));
    for block in blocks {
        journal.append_summed(block, previous.as_ref(), Some(sums_of(block))).unwrap();
        journal.sync().unwrap();
        previous = Some(sample.commit(block));
    }
}

fn without_summaries(disk: &MemoryDisk) -> MemoryDisk {
    let mut bare = disk.clone();
    for name in disk.list().unwrap().iter().filter(|name| number(name).is_some()) {
        bare.remove(name).unwrap();
    }
    bare
}

/// Whether opening comes to the same with the summaries as without; how many said something.
fn assert_same(disk: &MemoryDisk, sample: &Sample) -> usize {
    let (with, tail, told) = open(disk.clone(), sample).unwrap();
    let (without, bare_tail, read) = open(without_summaries(disk), sample).unwrap();
    assert_eq!(read.summaries, 0);
    assert_eq!((&told, &tail), (&read, &bare_tail));
    assert_eq!(
        (with.height(), with.committed(), with.head()),
        (without.height(), without.committed(), without.head())
    );
    for height in 1..=with.height() {
        assert_eq!((with.place(height), with.read(height)), (without.place(height), without.read(height)));
        assert_eq!(with.commitment(height), without.commitment(height));
    }
    told.summaries
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    /// However often a journal is closed, or not, and goes on: a summary says what its frames say.
    #[test]
    fn opening_comes_to_the_same_with_summaries(stops in proptest::collection::vec((1usize..5, any::<bool>()), 1..6)) {
        let (sample, blocks) = Sample::of_blocks(24);
        let (mut journal, mut at) = (summed(&sample, &[]), 0);
        for (more, closes) in stops {
            let next = &blocks[at..(at + more).min(blocks.len())];
            append(&mut journal, &sample, next, at.checked_sub(1).map(|before| &blocks[before]));
            at += next.len();
            if closes {
                journal.close(&sample.commit(&blocks[at - 1])).unwrap();
            }
            let disk = journal.into_disk();
            let summaries = assert_same(&disk, &sample);
            prop_assert!(!closes || summaries > 0);
            journal = open(disk, &sample).unwrap().0;
        }
    }
}

#[test]
fn opening_leaves_the_summaries_that_are_missing() {
    let (sample, blocks) = Sample::of_blocks(12);
    let bare = without_summaries(&summed(&sample, &blocks).into_disk());
    let disk = open(bare.clone(), &sample).unwrap().0.into_disk();
    let segments = disk.list().unwrap().iter().filter(|name| name.ends_with(".segment")).count();
    assert!(segments > 2);
    assert_eq!(assert_same(&disk, &sample), segments - 1, "all but the one that is written");
    let unfolded = Journal::open(bare.clone(), sample.genesis.id()).unwrap().0.into_disk();
    assert_eq!(unfolded.list(), bare.list(), "who folds nothing leaves nothing");
}

#[test]
fn a_summary_that_is_not_whole_counts_for_nothing() {
    let (sample, blocks) = Sample::of_blocks(7);
    let disk = summed(&sample, &blocks).into_disk();
    let whole = assert_same(&disk, &sample);
    let len = usize::try_from(disk.len(&name(0)).unwrap()).unwrap();
    for at in (0..len).step_by(5) {
        let mut changed = disk.clone();
        changed.file_mut(&name(0)).unwrap()[at] ^= 1;
        assert_eq!(assert_same(&changed, &sample), whole - 1, "byte {at}");
    }
    for len in [0, 1, len - 1] {
        let mut cut = disk.clone();
        cut.file_mut(&name(0)).unwrap().truncate(len);
        assert_eq!(assert_same(&cut, &sample), whole - 1);
    }
}

#[test]
fn a_summary_of_other_pages_counts_for_nothing() {
    let (sample, blocks) = Sample::of_blocks(12);
    let disk = summed(&sample, &blocks).into_disk();
    let mut swapped = disk.clone();
    let other = disk.clone().file_mut(&name(1)).unwrap().clone();
    *swapped.file_mut(&name(0)).unwrap() = other;
    assert_eq!(assert_same(&swapped, &sample), assert_same(&disk, &sample) - 1);
    // A segment that is sound, and another than the one that was summed up.
    let mut other = blocks.clone();
    other[0].build = "another build".into();
    let mut mixed = summed(&sample, &other).into_disk();
    *mixed.file_mut(&name(0)).unwrap() = disk.clone().file_mut(&name(0)).unwrap().clone();
    assert_eq!(assert_same(&mixed, &sample), assert_same(&disk, &sample) - 1);
}

#[test]
fn a_page_that_changed_is_corruption_all_the_same() {
    let (sample, blocks) = Sample::of_blocks(7);
    let disk = summed(&sample, &blocks).into_disk();
    for page in 0..3 {
        let mut changed = disk.clone();
        changed.file_mut(&segment_name(0)).unwrap()[page * PAGE_BYTES + 700] ^= 4;
        let bare = open(without_summaries(&changed), &sample).err();
        assert!(matches!(bare, Some(Fault::Corrupt { .. })), "{bare:?}");
        assert_eq!(open(changed, &sample).err(), bare);
    }
}

#[test]
fn a_segment_of_which_something_was_erased_is_summed_up_anew() {
    let (sample, blocks) = Sample::of_blocks(12);
    let mut journal = summed(&sample, &blocks);
    let mut erased = blocks[0].clone();
    assert!(erased.erase(1));
    journal.rewrite(&erased).unwrap();
    let disk = journal.into_disk();
    assert!(!disk.list().unwrap().contains(&name(0)), "nothing of it stays");
    assert_same(&disk, &sample);
    let disk = open(disk, &sample).unwrap().0.into_disk();
    assert!(disk.list().unwrap().contains(&name(0)));
    assert_same(&disk, &sample);
}

#[test]
fn a_journal_whose_sums_are_not_known_has_no_summaries() {
    let (sample, blocks) = Sample::of_blocks(12);
    let disk = journal(&sample, &blocks, SegmentSize::of_pages(5)).into_disk();
    assert!(disk.list().unwrap().iter().all(|name| number(name).is_none()));
}
