use super::*;
use crate::disk::MemoryDisk;
use crate::log::DumpedFrame;
use crate::log::tests::journal;
use crate::sample::Sample;
use crate::segment::SegmentSize;

const SECTOR: usize = 512;

/// A journal of these blocks in small segments, each but the last with its commitment.
fn disk(sample: &Sample, blocks: &[Block], pages: u32) -> MemoryDisk {
    journal(sample, blocks, SegmentSize::of_pages(pages)).into_disk()
}

fn page(disk: &mut MemoryDisk, segment: u32, page: usize) -> &mut [u8] {
    let file = disk.file_mut(&segment::name(segment)).unwrap();
    &mut file[page * PAGE_BYTES..(page + 1) * PAGE_BYTES]
}

fn damage(survey: JournalSurvey) -> Damage {
    match survey.ending {
        Ending::Damaged(damage) => damage,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sound_journal_is_counted_and_not_changed() {
    let (sample, blocks) = Sample::of_blocks(5);
    let disk = disk(&sample, &blocks, 4);
    let survey = Journal::survey(&disk, sample.genesis.id()).unwrap();
    assert_eq!((survey.height(), survey.committed, &survey.ending), (5, 4, &Ending::Clean));
    assert_eq!(survey.head, Some(blocks[4].header));
    for (surveyed, Block { header, .. }) in survey.blocks.iter().zip(&blocks) {
        let expected =
            SurveyedBlock { bytes: PAGE_BYTES as u64, header: header.hash(), root: header.root_after };
        assert_eq!(*surveyed, expected);
    }
    let [first, second] = &survey.segments[..] else { panic!("{:?}", survey.segments) };
    assert_eq!((first.sound, first.unwritten, first.frames, first.heights), (4, 0, 4, Some((1, 3))));
    assert_eq!((second.sound, second.unwritten, second.frames, second.heights), (3, 1, 3, Some((4, 5))));
    assert_eq!((first.bytes, first.torn, first.damaged), (4 * PAGE_BYTES as u64, 0, 0));
}

#[test]
fn what_a_crash_left_is_told_from_damage() {
    let (sample, blocks) = Sample::of_blocks(3);
    let shard = sample.genesis.id();
    let mut torn = disk(&sample, &blocks, 8);
    page(&mut torn, 0, 3)[..SECTOR].fill(0);
    let survey = Journal::survey(&torn, shard).unwrap();
    assert_eq!((survey.height(), survey.segments[0].torn), (2, 1));
    assert_eq!(survey.ending, Ending::Torn(Cut { segment: 0, page: 3, pages: 1 }));
    for len in [0, 100, 4 * PAGE_BYTES as u64] {
        let mut blank = disk(&sample, &blocks, 4);
        blank.create(&segment::name(1), len).unwrap();
        let survey = Journal::survey(&blank, shard).unwrap();
        assert_eq!((survey.height(), survey.ending), (3, Ending::Blank { segment: 1 }));
    }
}

/// Whatever opening refuses, a survey names, and what it says is sound can be opened when the rest is gone.
#[test]
fn damage_is_named_with_its_place_and_what_is_behind_it() {
    let (sample, blocks) = Sample::of_blocks(8);
    let shard = sample.genesis.id();
    let whole = disk(&sample, &blocks, 4);
    for (number, at, height, resumes) in
        [(0, 1, 1, Some(2)), (0, 3, 3, Some(4)), (1, 1, 4, Some(5)), (2, 2, 8, None)]
    {
        for spoil in [|page: &mut [u8]| page[100] ^= 1, |page: &mut [u8]| page.fill(0xA5)] {
            let mut spoilt = whole.clone();
            spoil(page(&mut spoilt, number, at));
            assert!(Journal::open(spoilt.clone(), shard).is_err());
            let survey = Journal::survey(&spoilt, shard).unwrap();
            assert_eq!((survey.height(), survey.segments.len()), (height - 1, 3));
            assert_eq!(survey.segments[number as usize].damaged, 1);
            let damage = damage(survey);
            assert_eq!((damage.segment, damage.page as usize, damage.pages), (number, at, 1));
            assert_eq!((damage.height, damage.resumes), (height, resumes));
            assert_eq!(damage.last, resumes.map(|_| 8));
            assert!(damage.because.starts_with(&format!("segment {number}, page {at}: ")), "{damage:?}");
        }
    }
}

#[test]
fn segments_that_are_gone_short_or_without_a_label_are_damage() {
    let (sample, blocks) = Sample::of_blocks(8);
    let shard = sample.genesis.id();
    let whole = disk(&sample, &blocks, 4);
    let mut without = whole.clone();
    without.remove(&segment::name(1)).unwrap();
    let found = damage(Journal::survey(&without, shard).unwrap());
    assert_eq!((found.segment, found.height, found.resumes, found.last), (1, 4, Some(7), Some(8)));
    let mut short = whole.clone();
    short.file_mut(&segment::name(1)).unwrap().truncate(PAGE_BYTES + 1);
    let found = damage(Journal::survey(&short, shard).unwrap());
    assert_eq!((found.segment, found.height, found.resumes), (1, 4, Some(7)));
    let mut unlabelled = whole.clone();
    page(&mut unlabelled, 1, 0).fill(0);
    let found = damage(Journal::survey(&unlabelled, shard).unwrap());
    assert_eq!((found.segment, found.page, found.height, found.resumes), (1, 0, 4, Some(4)));
    let mut torn = whole;
    page(&mut torn, 0, 3)[..SECTOR].fill(0);
    let found = damage(Journal::survey(&torn, shard).unwrap());
    assert_eq!((found.segment, found.page, found.height, found.resumes), (0, 3, 3, Some(4)));
    let nothing = damage(Journal::survey(&MemoryDisk::new(), shard).unwrap());
    assert_eq!((nothing.height, nothing.because.as_str()), (1, "segment 0 is missing"));
    assert!(matches!(Journal::survey(&torn, Hash::ZERO), Err(Fault::Foreign { .. })));
}

#[test]
fn a_page_is_dumped_with_its_frame() {
    let (sample, blocks) = Sample::of_blocks(2);
    let mut disk = disk(&sample, &blocks, 8);
    let dump = Journal::dump(&disk, 0, 2).unwrap();
    assert_eq!((dump.state, dump.first), ("sound", Some(2)));
    assert_eq!(dump.length, Some(u32::try_from(dump.payload.len()).unwrap()));
    let header = Some(blocks[1].header);
    assert_eq!(dump.frame, Some(DumpedFrame { pages: 1, header, commitment: Some(1) }));
    assert_eq!(Journal::dump(&disk, 0, 0).unwrap().frame, None, "a label");
    assert_eq!(Journal::dump(&disk, 0, 3).unwrap().state, "unwritten");
    page(&mut disk, 0, 1)[7] ^= 1;
    page(&mut disk, 0, 2)[..SECTOR].fill(0);
    assert_eq!(Journal::dump(&disk, 0, 1).unwrap().state, "damaged");
    assert_eq!(Journal::dump(&disk, 0, 2).unwrap().state, "torn");
    assert!(matches!(Journal::dump(&disk, 0, 8), Err(Fault::Corrupt { .. })));
    assert!(matches!(Journal::dump(&disk, 1, 0), Err(Fault::Io { .. })));
}
