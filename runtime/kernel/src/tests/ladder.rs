//! What is planned for every state that a shard's files can be in, and that the plan brings the shard back.

use super::fixture::{Sample, genesis, opening};
use crate::Shard;
use crate::ladder::{Deed, Kept, Pin, Plan, Remembered, Rung, StoreFound, Survey};
use crate::recover::refill;
use abi::fault::Fault;
use abi::id::Hash;
use journal::{Disk, Ending, Journal, MemoryDisk, PAGE_BYTES};
use state::{MemoryStore, Scan, Store, Tree};

const SEGMENT: &str = "00000000.segment";

/// The disk and store of a shard of four blocks that crashed, the store at each height.
fn crashed() -> (MemoryDisk, Vec<MemoryStore>) {
    let mut sample = Sample::begun();
    for method in ["count", "put", "count"] {
        let call = sample.signed(method);
        sample.ask(&call);
    }
    let blocks = sample.blocks();
    let mut stores = vec![MemoryStore::default()];
    for height in 1..=blocks.len() {
        let mut store = MemoryStore::default();
        for block in &blocks[..height] {
            store.apply(block.header.height, &block.diff).unwrap();
        }
        stores.push(store);
    }
    (sample.shard.close().unwrap().0, stores)
}

fn found(store: &MemoryStore) -> StoreFound {
    let all = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };
    let entries = store.view().scan(&all).unwrap().len() as u64;
    let root = Tree::build(&*store.view()).unwrap().root();
    StoreFound::At { height: store.applied().unwrap(), root, entries }
}

fn survey(disk: &MemoryDisk, store: StoreFound) -> Survey {
    let journal = Journal::survey(disk, genesis().id()).unwrap();
    Survey { journal, store, snapshots: Vec::new(), remembered: None }
}

fn page(disk: &mut MemoryDisk, page: usize) -> &mut [u8] {
    &mut disk.file_mut(SEGMENT).unwrap()[page * PAGE_BYTES..(page + 1) * PAGE_BYTES]
}

/// The last page that is written, which holds the commitment of a clean close.
fn last_page(disk: &mut MemoryDisk) -> usize {
    disk.file_mut(SEGMENT).unwrap().iter().rposition(|&byte| byte != 0).unwrap() / PAGE_BYTES
}

fn deeds(plan: &Plan) -> Vec<Deed> {
    plan.steps.iter().map(|step| step.deed.clone()).collect()
}

#[test]
fn a_shard_that_was_closed_has_no_plan() {
    let (disk, stores) = crashed();
    let plan = Plan::of(&survey(&disk, found(&stores[4])));
    assert_eq!((plan.rung, plan.height, &plan.steps, &plan.halt), (Rung::Nothing, 4, &Vec::new(), &None));
    assert!(plan.is_empty());
    let born = Journal::create(MemoryDisk::new(), genesis().id()).unwrap().into_disk();
    assert!(Plan::of(&survey(&born, StoreFound::Missing)).is_empty());
    assert!(Plan::of(&survey(&born, found(&MemoryStore::default()))).is_empty());
}

#[test]
fn a_torn_tail_is_cut_and_a_gap_replayed() {
    let (mut disk, stores) = crashed();
    let torn = last_page(&mut disk);
    page(&mut disk, torn)[..512].fill(0);
    let plan = Plan::of(&survey(&disk, found(&stores[4])));
    assert_eq!((plan.rung, plan.height), (Rung::Cut, 4));
    let [step] = &plan.steps[..] else { panic!("{plan:?}") };
    assert_eq!(step.bytes, PAGE_BYTES as u64);
    assert!(matches!(step.deed, Deed::Cut(cut) if cut.page as usize == torn && cut.pages == 1), "{step:?}");

    let plan = Plan::of(&survey(&disk, found(&stores[2])));
    assert_eq!(plan.rung, Rung::Replay);
    assert_eq!(deeds(&plan)[1], Deed::Replay { from: 3, to: 4 });
    assert_eq!(plan.steps[1].bytes, 2 * PAGE_BYTES as u64);
    assert_eq!(plan.steps[1].pins, [Pin::Blocks { from: 3, to: 4 }]);
}

#[test]
fn a_segment_without_its_label_is_removed() {
    let (mut disk, stores) = crashed();
    disk.create("00000001.segment", 100).unwrap();
    let plan = Plan::of(&survey(&disk, found(&stores[4])));
    assert_eq!((plan.rung, deeds(&plan)), (Rung::Cut, vec![Deed::Drop { segment: 1 }]));
}

#[test]
fn a_store_that_is_lost_is_made_again_from_what_is_nearest() {
    let (disk, _) = crashed();
    let facts = survey(&disk, StoreFound::Missing);
    let plan = Plan::of(&facts);
    assert_eq!((plan.rung, deeds(&plan)), (Rung::Rebuild, vec![Deed::Replay { from: 1, to: 4 }]));

    let header =
        |height: u64| facts.journal.blocks.get(usize::try_from(height - 1).unwrap()).map(|it| it.header);
    let kept = |height| Kept {
        id: format!("{height}-a"),
        height,
        header: header(height).unwrap_or(Hash::ZERO),
        bytes: 1000,
    };
    let foreign = Kept { header: Hash([7; 32]), ..kept(4) };
    let snapshots = vec![kept(1), kept(3), kept(2), foreign, kept(9)];
    let plan = Plan::of(&Survey { snapshots, ..facts.clone() });
    let expected = vec![Deed::Load { snapshot: "3-a".into(), height: 3 }, Deed::Replay { from: 4, to: 4 }];
    assert_eq!((plan.rung, deeds(&plan)), (Rung::Snapshot, expected));
    assert_eq!((plan.steps[0].bytes, plan.steps[1].bytes), (1000, PAGE_BYTES as u64));
    assert_eq!(plan.steps[0].pins, [Pin::Snapshot("3-a".into()), Pin::Blocks { from: 4, to: 4 }]);

    let plan = Plan::of(&Survey { snapshots: vec![kept(4)], ..facts.clone() });
    assert_eq!(deeds(&plan), [Deed::Load { snapshot: "4-a".into(), height: 4 }]);
    assert_eq!(plan.steps[0].pins, [Pin::Snapshot("4-a".into())]);
}

#[test]
fn a_store_that_cannot_be_trusted_is_kept_and_made_again() {
    let (disk, stores) = crashed();
    let StoreFound::At { root, .. } = found(&stores[2]) else { panic!("it is there") };
    let wrong = StoreFound::At { height: 3, root, entries: 1 };
    for store in [wrong, StoreFound::Unreadable { because: "no manifest".into() }] {
        let plan = Plan::of(&survey(&disk, store));
        assert_eq!(plan.rung, Rung::Rebuild);
        assert_eq!(deeds(&plan), [Deed::SetAside, Deed::Replay { from: 1, to: 4 }]);
    }
}

#[test]
fn damage_halts_and_says_what_is_gone() {
    let (whole, stores) = crashed();
    let mut disk = whole.clone();
    page(&mut disk, 2)[100] ^= 1;
    let plan = Plan::of(&survey(&disk, found(&stores[4])));
    let halt = plan.halt.clone().unwrap();
    assert_eq!((plan.rung, plan.height, halt.from, halt.to), (Rung::Halt, 1, 2, 2));
    assert!(halt.because.contains("segment 0, page 2: "), "{}", halt.because);
    let [step] = &plan.steps[..] else { panic!("{plan:?}") };
    assert!(matches!(&step.deed, Deed::Quarantine(damage) if (damage.page, damage.resumes) == (2, Some(3))));
    assert_eq!(step.bytes, PAGE_BYTES as u64);

    // The last block is damaged: nothing behind it tells that it was there, but the store does.
    let mut disk = whole;
    page(&mut disk, 4)[100] ^= 1;
    page(&mut disk, 5).fill(0);
    let plan = Plan::of(&survey(&disk, found(&stores[4])));
    let halt = plan.halt.unwrap();
    assert_eq!((plan.height, halt.from, halt.to), (3, 4, 4));
}

/// A torn last frame is what a crash leaves, unless somebody has seen the block durable.
#[test]
fn nothing_is_cut_below_what_was_seen_durable() {
    let (mut disk, stores) = crashed();
    let last = last_page(&mut disk);
    page(&mut disk, last).fill(0);
    page(&mut disk, last - 1)[..512].fill(0);
    let facts = survey(&disk, found(&stores[3]));
    assert!(matches!(facts.journal.ending, Ending::Torn(_)));
    assert_eq!(Plan::of(&facts).rung, Rung::Cut);

    let ahead = survey(&disk, found(&stores[4]));
    let halt = Plan::of(&ahead).halt.unwrap();
    assert_eq!((halt.from, halt.to), (4, 4));
    assert!(halt.because.contains("the store has seen height 4"), "{}", halt.because);
    let fault = Journal::open_above(disk.clone(), genesis().id(), 4).err();
    assert!(matches!(fault, Some(Fault::Corrupt { .. })), "{fault:?}");
    let opened = Shard::open(opening(disk.clone(), stores[4].clone())).err();
    assert!(opened.is_some_and(|error| error.to_string().contains("it ends at 3, and block 4 was durable")));

    let remembered = Some(Remembered { height: 4, header: Hash::ZERO });
    let halt = Plan::of(&Survey { remembered, ..facts.clone() }).halt.unwrap();
    assert!(halt.because.contains("the second place has seen height 4"), "{}", halt.because);
    let header = facts.journal.blocks[1].header;
    let same = Survey { remembered: Some(Remembered { height: 2, header }), ..facts.clone() };
    assert_eq!(Plan::of(&same).rung, Rung::Cut);
    let other = Survey { remembered: Some(Remembered { height: 2, header: Hash::ZERO }), ..facts };
    let halt = Plan::of(&other).halt.unwrap();
    assert!(halt.because.starts_with("block 2 is another one"), "{}", halt.because);
}

/// A plan's replay needs no key, can be stopped after any block, and leaves nothing to plan.
#[test]
fn a_store_is_refilled_from_any_height() {
    let (disk, stores) = crashed();
    for store in &stores {
        let mut copy = MemoryStore::default();
        let blocks = Journal::open(disk.clone(), genesis().id()).unwrap().0;
        for height in 1..=store.applied().unwrap() {
            copy.apply(height, &blocks.read(height).unwrap().unwrap().diff).unwrap();
        }
        assert_eq!(refill(&genesis(), disk.clone(), &mut copy), Ok(4));
        assert_eq!(found(&copy), found(&stores[4]));
        assert!(Plan::of(&survey(&disk, found(&copy))).is_empty());
    }
    let mut wrong = MemoryStore::default();
    wrong.apply(1, &abi::diff::Diff::new()).unwrap();
    assert!(matches!(refill(&genesis(), disk, &mut wrong), Err(Fault::Corrupt { .. })));
}
