use super::*;
use crate::block::Block;
use crate::disk::MemoryDisk;
use crate::log::tests::journal;
use crate::log::{Ending, Tail};
use crate::past::tests::past;
use crate::sample::Sample;
use crate::segment::SegmentSize;
use std::cell::RefCell;
use std::rc::Rc;

/// A shard of nine blocks, three in each segment.
fn nine() -> (Sample, Vec<Block>, MemoryDisk) {
    let (sample, blocks) = Sample::of_blocks(9);
    let disk = journal(&sample, &blocks, SegmentSize::of_pages(4)).into_disk();
    assert_eq!(disk.list().unwrap().len(), 3);
    (sample, blocks, disk)
}

fn open(disk: &MemoryDisk, sample: &Sample) -> Result<Journal<MemoryDisk>, Fault> {
    Journal::open(disk.clone(), sample.genesis.id()).map(|(journal, _)| journal)
}

/// The disk after everything up to `height` was pruned.
fn pruned(disk: &MemoryDisk, sample: &Sample, blocks: &[Block], height: usize) -> MemoryDisk {
    let mut journal = open(disk, sample).unwrap();
    journal.prune(past(sample, &blocks[..height])).unwrap();
    journal.into_disk()
}

/// That a journal holds these blocks, but for the first ones.
fn assert_holds(journal: &Journal<MemoryDisk>, blocks: &[Block], gone: u64) {
    let height = blocks.len() as u64;
    assert_eq!((journal.first(), journal.height(), journal.durable()), (gone + 1, height, height));
    assert_eq!(journal.head(), blocks.last().map(|block| &block.header));
    for (height, block) in (1..).zip(blocks) {
        let read = journal.read(height);
        if height <= gone {
            let fault = Fault::Pruned { first: gone + 1, decision: journal.past().unwrap().decision };
            assert_eq!((read, journal.place(height)), (Err(fault.clone()), None));
            assert_eq!(journal.commitment(height), Err(fault));
        } else {
            assert_eq!(read.unwrap().as_ref(), Some(block));
            assert_eq!(journal.commitment(height).unwrap().is_some(), height <= journal.committed());
        }
        if height >= gone {
            assert_eq!(journal.header(height), Ok(Some(block.header)));
        }
    }
    assert_eq!((journal.read(0), journal.read(height + 1)), (Ok(None), Ok(None)));
}

#[test]
fn segments_go_as_a_whole_and_the_last_stays() {
    let (sample, _, disk) = nine();
    let journal = open(&disk, &sample).unwrap();
    let found = |height| journal.prunable(height).unwrap().map(|it| (it.height, it.segment, it.segments));
    assert_eq!([0, 1, 2].map(found), [None; 3]);
    assert_eq!([3, 4, 5].map(found), [Some((3, 1, 1)); 3]);
    assert_eq!([6, 8, 9, u64::MAX].map(found), [Some((6, 2, 2)); 4]);
    assert_eq!(journal.prunable(6).unwrap().map(|it| it.bytes), Some(8 * crate::PAGE_BYTES as u64));
}

#[test]
fn a_pruned_journal_goes_on_opens_and_is_pruned_again() {
    let (mut sample, mut blocks, disk) = nine();
    let mut journal = open(&disk, &sample).unwrap();
    journal.prune(past(&sample, &blocks[..3])).unwrap();
    assert_holds(&journal, &blocks, 3);
    assert_eq!(journal.disk().list().unwrap(), ["00000001.past", "00000001.segment", "00000002.segment"]);
    assert_eq!(journal.prunable(3), Ok(None));
    for n in 10..15 {
        let block = sample.block(vec![sample.hit(n, crate::sample::START_MS + 10 * u64::from(n))]);
        journal.append(&block, Some(&sample.commit(blocks.last().unwrap()))).unwrap();
        journal.sync().unwrap();
        sample.push(&block);
        blocks.push(block);
    }
    let mut journal = open(&journal.into_disk(), &sample).unwrap();
    assert_holds(&journal, &blocks, 3);
    assert_eq!(
        journal.prunable(12).unwrap().map(|it| (it.height, it.segment, it.segments)),
        Some((12, 4, 3))
    );
    journal.prune(past(&sample, &blocks[..12])).unwrap();
    let journal = open(&journal.into_disk(), &sample).unwrap();
    assert_holds(&journal, &blocks, 12);
    assert_eq!(journal.disk().list().unwrap(), ["00000004.past", "00000004.segment"]);
}

/// The last block's frame may be torn where it is all that is left, and was never answered.
#[test]
fn the_first_kept_block_may_be_all_there_is() {
    let (sample, blocks) = Sample::of_blocks(4);
    let disk = journal(&sample, &blocks, SegmentSize::of_pages(4)).into_disk();
    let mut disk = pruned(&disk, &sample, &blocks, 3);
    disk.file_mut("00000001.segment").unwrap()[crate::PAGE_BYTES..][..512].fill(0);
    let (mut journal, Tail { cut, .. }) = Journal::open(disk, sample.genesis.id()).unwrap();
    assert!(cut.is_some());
    assert_eq!((journal.first(), journal.height(), journal.committed()), (4, 3, 3));
    assert_eq!(journal.head(), Some(&blocks[2].header));
    journal.append(&blocks[3], Some(&sample.commit(&blocks[2]))).unwrap();
    journal.sync().unwrap();
    assert_holds(&open(&journal.into_disk(), &sample).unwrap(), &blocks, 3);
}

/// A disk that keeps what it was after each change.
#[derive(Clone)]
struct Filmed(MemoryDisk, Rc<RefCell<Vec<MemoryDisk>>>);

impl Filmed {
    fn changed<T>(&self, done: T) -> T {
        self.1.borrow_mut().push(self.0.clone());
        done
    }
}

impl Disk for Filmed {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.0.list()
    }
    fn len(&self, name: &str) -> Result<u64, Fault> {
        self.0.len(name)
    }
    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        let done = self.0.create(name, len);
        self.changed(done)
    }
    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        self.0.read(name, offset, buf)
    }
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        // A write may be torn anywhere.
        for end in (0..bytes.len()).step_by(100) {
            self.0.write(name, offset, &bytes[..end])?;
            self.changed(());
        }
        let done = self.0.write(name, offset, bytes);
        self.changed(done)
    }
    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        self.0.sync(name)
    }
    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        let done = self.0.remove(name);
        self.changed(done)
    }
}

/// Cut off after each change of a first and a second pruning, the journal opens, holds what was to stay, and is
/// pruned again.
#[test]
fn a_crash_between_any_two_steps_leaves_a_journal_that_opens() {
    let (sample, blocks, disk) = nine();
    for (before, to, segments) in [(0u64, 3usize, 1), (0, 6, 2), (3, 6, 1)] {
        let disk = if before > 0 { pruned(&disk, &sample, &blocks, 3) } else { disk.clone() };
        let film = Rc::new(RefCell::new(Vec::new()));
        let (mut journal, _) = Journal::open(Filmed(disk, film.clone()), sample.genesis.id()).unwrap();
        film.borrow_mut().clear();
        assert_eq!(journal.prunable(to as u64).unwrap().map(|it| it.segments), Some(segments));
        journal.prune(past(&sample, &blocks[..to])).unwrap();
        let after: Vec<u64> = film
            .borrow()
            .iter()
            .map(|disk| {
                let journal = open(disk, &sample).unwrap();
                let gone = journal.first() - 1;
                assert_holds(&journal, &blocks, gone);
                let survey = Journal::survey(disk, sample.genesis.id()).unwrap();
                assert_eq!((survey.height(), survey.pruned(), survey.ending), (9, gone, Ending::Clean));
                let done =
                    if gone == to as u64 { journal.into_disk() } else { pruned(disk, &sample, &blocks, to) };
                assert_holds(&open(&done, &sample).unwrap(), &blocks, to as u64);
                let left = done.list().unwrap();
                assert!(
                    !left
                        .iter()
                        .any(|name| number(name).or(segment::number(name)) < u32::try_from(to / 3).ok()),
                    "{left:?}"
                );
                gone
            })
            .collect();
        assert!(after.is_sorted() && after.contains(&before) && after.ends_with(&[to as u64]), "{after:?}");
    }
}

#[test]
fn a_past_that_is_not_whole_counts_only_where_all_is_there() {
    let (sample, blocks, disk) = nine();
    let done = pruned(&disk, &sample, &blocks, 6);
    let name = name(2);
    let corrupt = |disk: &MemoryDisk, because: &str| {
        let Err(Fault::Corrupt { what }) = open(disk, &sample) else { panic!("{because}: it opened") };
        assert!(what.contains(because), "{what}");
        let survey = Journal::survey(disk, sample.genesis.id()).unwrap();
        assert!(matches!(survey.ending, Ending::Damaged(damage) if damage.because.contains(because)));
    };
    for byte in [0, 40, 200, 400] {
        let mut rotten = done.clone();
        rotten.file_mut(&name).unwrap()[byte] ^= 1;
        corrupt(&rotten, &name);
    }
    let mut gone = done.clone();
    gone.remove(&name).unwrap();
    corrupt(&gone, "segment 0 is missing");
    let mut gone = done.clone();
    gone.remove("00000002.segment").unwrap();
    corrupt(&gone, "segment 2 is missing");

    // Of another height, or before another segment.
    let other = past(&sample, &blocks[..5]).to_bytes();
    let mut wrong = done.clone();
    wrong.remove(&name).unwrap();
    wrong.create(&name, other.len() as u64).unwrap();
    wrong.write(&name, 0, &other).unwrap();
    corrupt(&wrong, "the label names height 7");
    let whole = past(&sample, &blocks[..6]).to_bytes();
    let mut misplaced = disk.clone();
    misplaced.create("00000001.past", whole.len() as u64).unwrap();
    misplaced.write("00000001.past", 0, &whole).unwrap();
    corrupt(&misplaced, "the label names height 4");

    // Another shard's.
    let mut foreign = disk.clone();
    foreign.create(&name, whole.len() as u64).unwrap();
    foreign.write(&name, 0, &whole).unwrap();
    let opened = Journal::open(foreign, Hash([7; 32])).map(drop);
    assert!(matches!(opened, Err(Fault::Foreign { .. })), "{opened:?}");
}

#[test]
fn a_survey_tells_what_was_pruned_and_where_the_rest_is_damaged() {
    let (sample, blocks, disk) = nine();
    let mut done = pruned(&disk, &sample, &blocks, 6);
    let shard = sample.genesis.id();
    let survey = Journal::survey(&done, shard).unwrap();
    let root = |height: usize| blocks[height - 1].header.root_after;
    assert_eq!((survey.height(), survey.pruned(), survey.blocks.len()), (9, 6, 3));
    assert_eq!(survey.hashes(6), Some((blocks[5].header.hash(), root(6))));
    assert_eq!((survey.hashes(5), survey.block(6)), (None, None));
    assert_eq!(survey.block(7).map(|block| block.root), Some(root(7)));
    assert_eq!(survey.segments[0].heights, Some((7, 9)));

    done.file_mut("00000002.segment").unwrap()[2 * crate::PAGE_BYTES + 9] ^= 1;
    let survey = Journal::survey(&done, shard).unwrap();
    let Ending::Damaged(damage) = survey.ending else { panic!("{:?}", survey.ending) };
    assert_eq!((damage.segment, damage.page, damage.height, damage.resumes), (2, 2, 8, Some(9)));
}
