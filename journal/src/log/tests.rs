use super::*;
use crate::disk::MemoryDisk;
use crate::page::PAGE_BYTES;
use crate::sample::{START_MS, Sample};
use proptest::prelude::*;
use std::cell::Cell;

const SECTOR: usize = 512;
const SIZE: SegmentSize = SegmentSize::of_pages(16);

/// Opens a journal, of which who only reads it is told the same.
fn open(disk: MemoryDisk, shard: Hash) -> Result<(Journal<MemoryDisk>, Tail), Fault> {
    let read = read_through(disk.clone(), shard);
    let opened = Journal::open(disk, shard);
    let held = opened.as_ref().map_err(Clone::clone).map(|(journal, _)| {
        let held = |height| (journal.read(height).unwrap().unwrap(), journal.commitment(height).unwrap());
        (journal.first()..=journal.height()).map(held).collect::<Vec<_>>()
    });
    assert_eq!(read, held);
    opened
}

fn read_through(disk: MemoryDisk, shard: Hash) -> Result<Vec<(Block, Option<Commitment>)>, Fault> {
    let (mut reader, mut read) = (JournalReader::open(disk, shard)?, Vec::new());
    while let Some(next) = reader.read()? {
        read.push(next);
    }
    Ok(read)
}

/// A journal of these blocks, each synced, each but the last with its commitment.
pub(super) fn journal(sample: &Sample, blocks: &[Block], size: SegmentSize) -> Journal<MemoryDisk> {
    let mut journal = Journal::create_with(MemoryDisk::new(), sample.genesis.id(), size).unwrap();
    let mut previous = None;
    for block in blocks {
        journal.append(block, previous.as_ref()).unwrap();
        journal.sync().unwrap();
        previous = Some(sample.commit(block));
    }
    journal
}

/// The same block with `bytes` more output in its first call: a frame of many pages.
fn larger(sample: &Sample, block: &Block, bytes: usize) -> Block {
    let mut block = block.clone();
    block.entries[0].outcome = abi::outcome::Outcome::Returned(vec![7; bytes]);
    sample.sealed(block)
}

/// A shard of two blocks and a third, large one that is not history yet.
fn three(bytes: usize) -> (Sample, Vec<Block>) {
    let (sample, mut blocks) = Sample::of_blocks(2);
    let third = sample.block(vec![sample.hit(3, START_MS + 30)]);
    blocks.push(larger(&sample, &third, bytes));
    (sample, blocks)
}

fn assert_holds(journal: &Journal<MemoryDisk>, sample: &Sample, blocks: &[Block]) {
    assert_eq!((journal.height(), journal.durable()), (blocks.len() as u64, blocks.len() as u64));
    for (height, block) in (1..).zip(blocks) {
        assert_eq!(journal.read(height).unwrap().as_ref(), Some(block));
        let last = height == journal.height();
        let commitment = (!last).then(|| sample.commit(block));
        assert_eq!(journal.commitment(height).unwrap(), commitment);
    }
    assert_eq!(journal.read(journal.height() + 1), Ok(None));
    assert_eq!(journal.read(0), Ok(None));
}

#[test]
fn what_was_appended_reads_back_and_is_there_after_opening() {
    let (sample, blocks) = Sample::of_blocks(5);
    let journal = journal(&sample, &blocks, SIZE);
    assert_holds(&journal, &sample, &blocks);
    let (journal, tail) = open(journal.into_disk(), sample.genesis.id()).unwrap();
    assert_holds(&journal, &sample, &blocks);
    assert_eq!(tail, Tail { cut: None, commitment: None });
    assert_eq!((journal.committed(), journal.head()), (4, Some(&blocks[4].header)));
}

#[test]
fn a_clean_close_keeps_the_last_commitment() {
    let (sample, blocks) = Sample::of_blocks(2);
    let mut journal = journal(&sample, &blocks[..1], SIZE);
    let commitment = sample.commit(&blocks[0]);
    journal.close(&commitment).unwrap();
    assert_eq!(journal.commitment(1), Ok(Some(commitment.clone())));
    let (mut journal, tail) = open(journal.into_disk(), sample.genesis.id()).unwrap();
    assert_eq!((journal.committed(), tail.commitment.as_ref()), (1, Some(&commitment)));
    journal.append(&blocks[1], Some(&commitment)).unwrap();
    journal.sync().unwrap();
    let (journal, _) = open(journal.into_disk(), sample.genesis.id()).unwrap();
    assert_holds(&journal, &sample, &blocks);
}

#[test]
fn a_frame_that_does_not_fit_begins_a_new_segment() {
    let (sample, blocks) = Sample::of_blocks(9);
    let journal = journal(&sample, &blocks, SegmentSize::of_pages(4));
    assert_eq!(journal.disk().list().unwrap().len(), 3);
    let (journal, _) = open(journal.into_disk(), sample.genesis.id()).unwrap();
    assert_holds(&journal, &sample, &blocks);
}

#[test]
fn a_frame_can_span_pages_and_fill_its_segment() {
    for bytes in [3_000, 4_000, 10_000, 59_900] {
        let (sample, blocks) = three(bytes);
        let journal = journal(&sample, &blocks, SIZE);
        assert_holds(&journal, &sample, &blocks);
        let (journal, _) = open(journal.into_disk(), sample.genesis.id()).unwrap();
        assert_holds(&journal, &sample, &blocks);
    }
}

/// The disks before and after the third block's frame was written, and the file they differ in.
fn before_and_after(bytes: usize) -> (Sample, Vec<Block>, MemoryDisk, Vec<u8>, Vec<u8>) {
    let (sample, blocks) = three(bytes);
    let mut journal = journal(&sample, &blocks[..2], SIZE);
    let mut disk = journal.disk().clone();
    let before = disk.file_mut(&segment::name(0)).unwrap().clone();
    journal.append(&blocks[2], Some(&sample.commit(&blocks[1]))).unwrap();
    let after = journal.into_disk().file_mut(&segment::name(0)).unwrap().clone();
    (sample, blocks, disk, before, after)
}

/// Opens a torn disk, which must hold the first two blocks, and writes the third again.
fn assert_recovers(disk: MemoryDisk, sample: &Sample, blocks: &[Block], torn: bool) {
    let (mut journal, tail) = open(disk, sample.genesis.id()).unwrap();
    assert_eq!(tail.cut.is_some(), torn);
    assert_holds(&journal, sample, &blocks[..2]);
    journal.append(&blocks[2], Some(&sample.commit(&blocks[1]))).unwrap();
    journal.sync().unwrap();
    let (journal, tail) = open(journal.into_disk(), sample.genesis.id()).unwrap();
    assert_eq!(tail.cut, None);
    assert_holds(&journal, sample, blocks);
}

#[test]
fn torn_tail_is_cut() {
    let (sample, blocks, disk, before, after) = before_and_after(9_000);
    let start = (0..before.len()).find(|&i| before[i] != after[i]).unwrap() / PAGE_BYTES * PAGE_BYTES;
    let end = start + 3 * PAGE_BYTES;
    assert!(after[end..].iter().all(|&byte| byte == 0), "the frame has three pages");
    for cut in (start..end).step_by(7).chain((start..end).step_by(SECTOR)) {
        let mut torn = disk.clone();
        torn.file_mut(&segment::name(0)).unwrap()[start..cut].copy_from_slice(&after[start..cut]);
        // A disk that breaks the sector assumption in a page's last sector leaves none unwritten.
        let sector = cut / SECTOR * SECTOR;
        let in_last_sector =
            sector % PAGE_BYTES == PAGE_BYTES - SECTOR && after[sector..cut].iter().any(|&byte| byte != 0);
        if in_last_sector {
            let fault = open(torn, sample.genesis.id()).err();
            assert!(matches!(fault, Some(Fault::Corrupt { .. })), "cut at {cut}");
        } else {
            assert_recovers(torn, &sample, &blocks, cut > start);
        }
    }
}

proptest! {
    #[test]
    fn sectors_that_were_written_in_any_order_are_cut(written in any::<u32>()) {
        let (sample, blocks, disk, before, after) = before_and_after(9_000);
        let start = (0..before.len()).find(|&i| before[i] != after[i]).unwrap() / PAGE_BYTES * PAGE_BYTES;
        let mut torn = disk;
        let file = torn.file_mut(&segment::name(0)).unwrap();
        let written = written & 0x00ff_ffff;
        for sector in (0..24).filter(|sector| written & (1 << sector) != 0) {
            let range = start + sector * SECTOR..start + (sector + 1) * SECTOR;
            file[range.clone()].copy_from_slice(&after[range]);
        }
        if written != 0x00ff_ffff {
            assert_recovers(torn, &sample, &blocks, written != 0);
        }
    }
}

#[test]
fn a_changed_byte_is_never_silent() {
    let (sample, blocks) = three(5_000);
    let mut journal = journal(&sample, &blocks, SegmentSize::of_pages(8));
    let written = (journal.next as usize) * PAGE_BYTES;
    journal.commit_to(3);
    let disk = journal.into_disk();
    let shard = sample.genesis.id();
    for offset in (0..written).chain((written..written + PAGE_BYTES).step_by(5)) {
        let mut changed = disk.clone();
        changed.file_mut(&segment::name(0)).unwrap()[offset] ^= 1 << (offset % 8);
        match open(changed, shard) {
            Err(Fault::Corrupt { .. }) => assert!(offset < written, "offset {offset}"),
            // A page that was never written is cleared, and said to be.
            Ok((journal, Tail { cut: Some(_), .. })) => {
                assert!(offset >= written, "offset {offset}");
                assert_eq!(journal.height(), 3);
            }
            other => panic!("offset {offset}: {:?}", other.map(|(_, tail)| tail)),
        }
    }
}

#[test]
fn a_lost_sector_before_the_last_frame_is_corruption() {
    let (sample, blocks) = Sample::of_blocks(4);
    let journal = journal(&sample, &blocks, SIZE);
    let last = (journal.next - 1) as usize * PAGE_BYTES;
    let disk = journal.into_disk();
    for start in (0..last).step_by(SECTOR) {
        let mut changed = disk.clone();
        changed.file_mut(&segment::name(0)).unwrap()[start..start + SECTOR].fill(0);
        let fault = open(changed, sample.genesis.id()).err();
        assert!(matches!(fault, Some(Fault::Corrupt { .. })), "{start}: {fault:?}");
    }
    for start in (0..last).step_by(PAGE_BYTES) {
        let mut changed = disk.clone();
        changed.file_mut(&segment::name(0)).unwrap()[start..start + PAGE_BYTES].fill(0);
        let fault = open(changed, sample.genesis.id()).err();
        assert!(matches!(fault, Some(Fault::Corrupt { .. })), "{start}: {fault:?}");
    }
}

/// A controller that errs once shows a sector of a block that was answered as if it had never been written.
#[test]
fn nothing_is_cut_on_the_word_of_one_read() {
    let (sample, blocks) = three(3 * PAGE_BYTES);
    let mut disk = journal(&sample, &blocks, SIZE).into_disk();
    let end = disk.file_mut(&segment::name(0)).unwrap().iter().rposition(|&byte| byte != 0).unwrap();
    let sector = (end / 512 - 8) as u64 * 512;
    let failing =
        Failing { misread: Cell::new(Some((sector, vec![0; 512]))), ..Failing::not_yet(disk.clone()) };
    let refused = Journal::open(failing, sample.genesis.id()).map(|_| ());
    assert!(matches!(refused, Err(Fault::Io { .. })), "{refused:?}");
    let (journal, tail) = open(disk, sample.genesis.id()).unwrap();
    assert_eq!((journal.height(), tail.cut), (3, None));
}

#[test]
fn a_segment_that_ends_early_or_is_missing_is_corruption() {
    let (sample, blocks) = Sample::of_blocks(9);
    let disk = journal(&sample, &blocks, SegmentSize::of_pages(4)).into_disk();
    let shard = sample.genesis.id();
    let corrupt = |disk| matches!(open(disk, shard).err(), Some(Fault::Corrupt { .. }));
    let mut without = disk.clone();
    without.remove(&segment::name(1)).unwrap();
    assert!(corrupt(without));
    let mut swapped = disk.clone();
    let other = swapped.file_mut(&segment::name(1)).unwrap().clone();
    *swapped.file_mut(&segment::name(0)).unwrap() = other;
    assert!(corrupt(swapped));
    let mut emptied = disk.clone();
    emptied.file_mut(&segment::name(0)).unwrap()[3 * PAGE_BYTES..].fill(0);
    assert!(corrupt(emptied), "the last frame of a full segment is gone");
    let mut torn = disk.clone();
    torn.file_mut(&segment::name(0)).unwrap()[3 * PAGE_BYTES..][..SECTOR].fill(0);
    assert!(corrupt(torn), "torn, but followed by a segment");
    let mut short = disk;
    short.file_mut(&segment::name(2)).unwrap().truncate(PAGE_BYTES + 1);
    assert!(corrupt(short));
}

#[test]
fn a_segment_that_was_made_and_never_labelled_is_made_again() {
    let (sample, blocks) = Sample::of_blocks(9);
    let size = SegmentSize::of_pages(4);
    let shard = sample.genesis.id();
    let mut whole = journal(&sample, &blocks[..6], size);
    assert_eq!(whole.next, 4, "the second segment is full");
    whole.append(&blocks[6], Some(&sample.commit(&blocks[5]))).unwrap();
    let label = whole.into_disk().file_mut(&segment::name(2)).unwrap()[..PAGE_BYTES].to_vec();
    let full = journal(&sample, &blocks[..6], size).into_disk();
    for (len, written) in [(0, 0), (100, 0), (SECTOR * 8, 0), (4 * PAGE_BYTES, 0), (4 * PAGE_BYTES, SECTOR)] {
        let mut disk = full.clone();
        disk.create(&segment::name(2), len as u64).unwrap();
        disk.file_mut(&segment::name(2)).unwrap()[..written].copy_from_slice(&label[..written]);
        let (mut journal, _) = open(disk, shard).unwrap();
        assert_holds(&journal, &sample, &blocks[..6]);
        let mut previous = sample.commit(&blocks[5]);
        for block in &blocks[6..] {
            journal.append(block, Some(&previous)).unwrap();
            journal.sync().unwrap();
            previous = sample.commit(block);
        }
        let (journal, _) = open(journal.into_disk(), shard).unwrap();
        assert_holds(&journal, &sample, &blocks);
    }
    let mut disk = MemoryDisk::new();
    disk.create(&segment::name(0), 5).unwrap();
    assert_eq!(open(disk, shard).unwrap().0.height(), 0);
}

#[test]
fn a_foreign_journal_is_refused() {
    let (sample, blocks) = Sample::of_blocks(1);
    let disk = journal(&sample, &blocks, SIZE).into_disk();
    let fault = open(disk.clone(), Hash::ZERO).err();
    assert!(matches!(fault, Some(Fault::Foreign { .. })), "{fault:?}");
    assert!(matches!(Journal::create(disk, sample.genesis.id()).err(), Some(Fault::Io { .. })));
    assert!(matches!(open(MemoryDisk::new(), Hash::ZERO).err(), Some(Fault::Io { .. })));
}

#[test]
fn a_block_that_does_not_follow_is_corruption_when_read() {
    let (sample, blocks) = Sample::of_blocks(3);
    let mut journal = journal(&sample, &blocks[..1], SIZE);
    let frame = write_content(Some(blocks[2].to_bytes()), None);
    journal.segment.write(&mut journal.disk, journal.next, &frame).unwrap();
    let fault = open(journal.into_disk(), sample.genesis.id()).err();
    assert_eq!(fault, Some(Fault::corrupt("segment 0, page 2: at height 2: the height is not the next one")));
}

/// A disk that fails every write, or every sync, or of which one read is wrong.
struct Failing {
    disk: MemoryDisk,
    write: bool,
    sync: bool,
    /// Where, and what it shows instead, until it is read.
    misread: Cell<Option<(u64, Vec<u8>)>>,
}

impl Failing {
    fn not_yet(disk: MemoryDisk) -> Failing {
        Failing { disk, write: false, sync: false, misread: Cell::new(None) }
    }
}

impl Disk for Failing {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.disk.list()
    }
    fn len(&self, name: &str) -> Result<u64, Fault> {
        self.disk.len(name)
    }
    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        self.disk.create(name, len)
    }
    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        self.disk.read(name, offset, buf)?;
        match self.misread.take() {
            Some((at, bytes)) if (offset..offset + buf.len() as u64).contains(&at) => {
                let from = usize::try_from(at - offset).unwrap();
                buf[from..from + bytes.len()].copy_from_slice(&bytes);
            }
            later => self.misread.set(later),
        }
        Ok(())
    }
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        if self.write { Err(Fault::io("write", "full")) } else { self.disk.write(name, offset, bytes) }
    }
    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        if self.sync { Err(Fault::io("sync", "broken")) } else { self.disk.sync(name) }
    }
    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.disk.remove(name)
    }
}

#[test]
fn a_handle_that_failed_cannot_be_used_again() {
    let (sample, blocks) = Sample::of_blocks(2);
    for (write, sync) in [(true, false), (false, true)] {
        let disk = journal(&sample, &blocks[..1], SIZE).into_disk();
        let (mut journal, _) = Journal::open(Failing::not_yet(disk), sample.genesis.id()).unwrap();
        (journal.disk.write, journal.disk.sync) = (write, sync);
        let done = journal.append(&blocks[1], None).and_then(|()| journal.sync());
        assert!(matches!(done, Err(Fault::Io { .. })));
        assert_eq!(journal.durable(), 1);
        (journal.disk.write, journal.disk.sync) = (false, false);
        assert_eq!(journal.sync(), Err(Fault::Stopped));
        assert_eq!(journal.read(1), Err(Fault::Stopped));
        assert_eq!(journal.close(&sample.commit(&blocks[0])), Err(Fault::Stopped));
        let (journal, _) = Journal::open(journal.into_disk(), sample.genesis.id()).unwrap();
        assert!(journal.height() >= 1);
    }
}

#[test]
#[should_panic(expected = "at most one block is not synced")]
fn two_unsynced_blocks_are_the_callers_bug() {
    let (sample, blocks) = Sample::of_blocks(2);
    let mut journal = Journal::create_with(MemoryDisk::new(), sample.genesis.id(), SIZE).unwrap();
    journal.append(&blocks[0], None).unwrap();
    let _ = journal.append(&blocks[1], None);
}

#[test]
#[should_panic(expected = "only what is durable is committed")]
fn committing_what_is_not_durable_is_the_callers_bug() {
    let (sample, blocks) = Sample::of_blocks(1);
    let mut journal = Journal::create_with(MemoryDisk::new(), sample.genesis.id(), SIZE).unwrap();
    journal.append(&blocks[0], None).unwrap();
    journal.commit_to(1);
}
