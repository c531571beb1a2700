use crate::block::Block;
use crate::disk::{Disk, MemoryDisk};
use crate::log::tests::journal;
use crate::log::{Journal, JournalSurvey};
use crate::sample::{START_MS, Sample};
use crate::segment::SegmentSize;
use abi::fault::Fault;
use abi::outcome::Outcome;

const SIZE: SegmentSize = SegmentSize::of_pages(16);
const SECRET: [u8; 40] = [0xab; 40];

/// A shard of blocks of several pages each, in several segments; every second call has said something secret.
fn large() -> (Sample, Vec<Block>) {
    let (mut sample, first) = Sample::begun();
    let mut blocks = vec![first];
    for n in 2..8 {
        let mut secret = sample.hit(n, START_MS + 10 * u64::from(n));
        let said = SECRET.iter().copied().cycle().take(9_000);
        secret.outcome = Outcome::Returned(said.collect());
        let open = sample.hit(n + 100, START_MS + 10 * u64::from(n));
        let block = sample.block(vec![secret, open]);
        sample.push(&block);
        blocks.push(block);
    }
    (sample, blocks)
}

fn holds(journal: &Journal<MemoryDisk>, sample: &Sample, blocks: &[Block]) {
    for (height, block) in (1..).zip(blocks) {
        assert_eq!(journal.read(height).unwrap().as_ref(), Some(block), "block {height}");
        let is_last = height == journal.height();
        let commitment = (!is_last).then(|| sample.commit(block));
        assert_eq!(journal.commitment(height).unwrap(), commitment, "commitment {height}");
    }
}

#[test]
fn what_is_erased_is_gone_and_all_else_stays_whatever_the_order() {
    for order in [[2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2], [4, 7, 2, 6, 3, 5]] {
        let (mut sample, mut blocks) = large();
        let shard = sample.genesis.id();
        let mut journal = journal(&sample, &blocks, SIZE);
        assert!(journal.disk().list().unwrap().len() > 1, "several segments");
        for height in order {
            let block = &mut blocks[height - 1];
            assert!(block.erase(block.header.first_seq));
            journal.rewrite(block).unwrap();
            holds(&journal, &sample, &blocks);
        }
        // History goes on where the last frame ends now.
        let next = sample.block(vec![sample.hit(99, START_MS + 90)]);
        journal.append(&next, Some(&sample.commit(&blocks[6]))).unwrap();
        journal.sync().unwrap();
        sample.push(&next);
        blocks.push(next);
        holds(&journal, &sample, &blocks);
        let (journal, tail) = Journal::open(journal.into_disk(), shard).unwrap();
        assert_eq!(tail.cut, None);
        holds(&journal, &sample, &blocks);
        let JournalSurvey { erased, .. } = Journal::survey(journal.disk(), shard).unwrap();
        assert_eq!(erased, 7);
        let mut disk = journal.into_disk();
        for name in disk.list().unwrap() {
            let file = disk.file_mut(&name).unwrap();
            assert!(!file.windows(SECRET.len()).any(|bytes| bytes == SECRET), "{name}");
        }
    }
}

/// What cannot be read is left out of no new segment.
#[test]
fn nothing_is_erased_beside_damage() {
    let (sample, mut blocks) = large();
    assert!(blocks[0].erase(1));
    for damage in [0xff, 0] {
        let disk = journal(&sample, &large().1, SIZE).into_disk();
        let (mut journal, _) = Journal::open(disk, sample.genesis.id()).unwrap();
        let (segment, page) = journal.place(2).unwrap();
        assert_eq!(segment, 0, "both are in one segment");
        let name = crate::segment_name(0);
        let from = usize::try_from(page).unwrap() * crate::PAGE_BYTES;
        journal.disk.file_mut(&name).unwrap()[from..].fill(damage);
        let before = journal.disk.file_mut(&name).unwrap().clone();
        assert!(matches!(journal.rewrite(&blocks[0]), Err(Fault::Corrupt { .. })));
        assert_eq!(*journal.disk.file_mut(&name).unwrap(), before);
    }
}

#[test]
fn a_disk_that_cannot_replace_stops_the_journal_and_keeps_what_it_had() {
    let (sample, mut blocks) = large();
    let disk = journal(&sample, &blocks, SIZE).into_disk();
    let (mut journal, _) = Journal::open(Whole(disk), sample.genesis.id()).unwrap();
    assert!(blocks[1].erase(2));
    assert!(journal.rewrite(&blocks[1]).is_err());
    assert_eq!(journal.read(2), Err(Fault::Stopped));
    let (_, whole) = large();
    let (journal, _) = Journal::open(journal.into_disk().0, sample.genesis.id()).unwrap();
    holds(&journal, &sample, &whole);
}

/// A disk that replaces nothing.
struct Whole(MemoryDisk);

impl Disk for Whole {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.0.list()
    }
    fn len(&self, name: &str) -> Result<u64, Fault> {
        self.0.len(name)
    }
    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        self.0.create(name, len)
    }
    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        self.0.read(name, offset, buf)
    }
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        self.0.write(name, offset, bytes)
    }
    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        self.0.sync(name)
    }
    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.0.remove(name)
    }
}
