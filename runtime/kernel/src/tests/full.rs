//! A disk without room: nothing happens, reading goes on, and writing once there is room.

use super::fixture::{Sample, disk, genesis, opening};
use crate::recover::Opening;
use crate::{Answer, Batch, Memory, Request, Shard};
use abi::call::SignedCall;
use abi::fault::Fault;
use journal::{Disk, Header, MemoryDisk, SegmentSize};
use state::MemoryStore;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// A disk that can be full.
struct Rationed {
    disk: MemoryDisk,
    full: Rc<Cell<bool>>,
    /// Whether it is full only where something is to be written in a file that is there.
    has_files: Rc<Cell<bool>>,
}

impl Rationed {
    fn over(disk: MemoryDisk, full: &Rc<Cell<bool>>) -> Rationed {
        Rationed { disk, full: full.clone(), has_files: Rc::default() }
    }

    fn room(&self, name: &str) -> Result<(), Fault> {
        if self.full.get() { Err(Fault::full(format!("write {name}"), "no space")) } else { Ok(()) }
    }
}

impl Disk for Rationed {
    fn list(&self) -> Result<Vec<String>, Fault> {
        self.disk.list()
    }
    fn len(&self, name: &str) -> Result<u64, Fault> {
        self.disk.len(name)
    }
    fn create(&mut self, name: &str, len: u64) -> Result<(), Fault> {
        if !self.has_files.get() {
            self.room(name)?;
        }
        self.disk.create(name, len)
    }
    fn read(&self, name: &str, offset: u64, buf: &mut [u8]) -> Result<(), Fault> {
        self.disk.read(name, offset, buf)
    }
    fn write(&mut self, name: &str, offset: u64, bytes: &[u8]) -> Result<(), Fault> {
        self.room(name)?;
        self.disk.write(name, offset, bytes)
    }
    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        self.disk.sync(name)
    }
    fn remove(&mut self, name: &str) -> Result<(), Fault> {
        self.disk.remove(name)
    }
}

type Full = (Shard<Rationed, MemoryStore>, Rc<Cell<bool>>, Sample);

/// A shard with a program on a disk that can be full, and who makes calls to it.
fn shard() -> Full {
    let mut caller = Sample::born();
    let deploy = caller.deploy(super::fixture::program(1), &[2, 3]);
    let full = Rc::new(Cell::new(false));
    let Opening { genesis, keyring, store, programs, build, .. } =
        opening(MemoryDisk::new(), MemoryStore::default());
    let disk = Rationed::over(disk(&genesis), &full);
    let (mut shard, _) = Shard::open(Opening { genesis, keyring, disk, store, programs, build }).unwrap();
    assert!(matches!(ask(&mut shard, &deploy).unwrap()[..], [Answer::New { seq: 0, .. }]));
    (shard, full, caller)
}

fn ask(shard: &mut Shard<Rationed, MemoryStore>, signed: &SignedCall) -> Result<Vec<Answer>, Fault> {
    let requests = vec![Request { signed: signed.clone(), now_ms: super::fixture::START_MS }];
    shard.submit(Batch { requests, block_calls: 1, stop_at_rejection: false })
}

#[test]
fn a_full_disk_changes_nothing_and_is_gone_on_with() {
    let (mut shard, full, mut caller) = shard();
    let before = (shard.position().clone(), shard.head());
    let call = caller.signed("count");
    full.set(true);
    for _ in 0..3 {
        assert!(matches!(ask(&mut shard, &call), Err(Fault::Full { .. })));
        assert_eq!((shard.position().clone(), shard.head()), before);
        assert!(shard.receipt(0).unwrap().is_some(), "reading goes on");
    }
    full.set(false);
    assert!(matches!(ask(&mut shard, &call).unwrap()[..], [Answer::New { seq: 1, .. }]));
    assert_eq!(ask(&mut shard, &call).unwrap(), [Answer::Known(1)]);
    let (position, head) = (shard.position().clone(), shard.head());
    let (disk, store) = shard.close().unwrap();
    assert_eq!(disk.list().unwrap(), ["00000000.segment"]);
    let (again, _) = Shard::open(opening(disk.disk, store)).unwrap();
    assert_eq!((again.position(), again.head()), (&position, head));
}

/// It seems to have room again, and has none; several blocks were executed ahead of the first.
#[test]
fn a_disk_that_is_full_again_changes_nothing_either() {
    let (mut shard, full, mut caller) = shard();
    let before = (shard.position().clone(), shard.head());
    let calls: Vec<SignedCall> = (0..80).map(|_| caller.signed("count")).collect();
    let ask = |shard: &mut Shard<Rationed, MemoryStore>, block_calls| {
        let request =
            |signed: &SignedCall| Request { signed: signed.clone(), now_ms: super::fixture::START_MS };
        let requests = calls.iter().map(request).collect();
        shard.submit(Batch { requests, block_calls, stop_at_rejection: false })
    };
    full.set(true);
    assert!(matches!(ask(&mut shard, 1), Err(Fault::Full { .. })));
    shard.committed.journal.disk().has_files.set(true);
    for block_calls in [1, 33, 40] {
        assert!(matches!(ask(&mut shard, block_calls), Err(Fault::Full { .. })));
        assert_eq!((shard.position().clone(), shard.head()), before);
    }
    full.set(false);
    let answers = ask(&mut shard, 33).unwrap();
    assert!(answers.iter().all(|answer| matches!(answer, Answer::New { .. })), "{answers:?}");
    let (position, head) = (shard.position().clone(), shard.head());
    let (disk, store) = shard.close().unwrap();
    let (again, _) = Shard::open(opening(disk.disk, store)).unwrap();
    assert_eq!((again.position(), again.head()), (&position, head));
}

/// The bound is what it takes already; then what the next keys take is let pass, and then too much.
#[test]
fn a_tree_that_outgrows_its_memory_refuses_calls_until_it_is_given_more() {
    let (mut shard, _, mut caller) = shard();
    let (before, bytes) = ((shard.position().clone(), shard.head()), shard.committed.tree.bytes());
    let call = caller.signed("count");
    shard.bound_tree(bytes - 1);
    for _ in 0..3 {
        assert_eq!(ask(&mut shard, &call), Err(Fault::Outgrown { bytes, max: bytes - 1 }));
        assert_eq!((shard.position().clone(), shard.head()), before);
        assert!(shard.receipt(0).unwrap().is_some(), "reading goes on");
    }
    shard.bound_tree(bytes);
    assert!(matches!(ask(&mut shard, &call).unwrap()[..], [Answer::New { seq: 1, .. }]));
    shard.bound_tree(0);
    assert!(matches!(ask(&mut shard, &call), Err(Fault::Outgrown { .. })));
    let (position, head) = (shard.position().clone(), shard.head());
    let (disk, store) = shard.close().unwrap();
    let (again, _) = Shard::open(opening(disk.disk, store)).unwrap();
    assert_eq!((again.position(), again.head()), (&position, head));
}

#[test]
fn a_full_disk_can_be_closed_and_loses_no_answer() {
    let (mut shard, full, mut caller) = shard();
    let call = caller.signed("count");
    full.set(true);
    assert!(ask(&mut shard, &call).is_err());
    let (disk, store) = shard.close().unwrap();
    let (again, recovered) = Shard::open(opening(disk.disk, store)).unwrap();
    assert_eq!((recovered.height, again.commitment(1).unwrap().is_some()), (1, true));
}

/// Where the next segment cannot be made, the last one is as it was.
#[test]
fn a_segment_for_which_there_is_no_room_is_made_later() {
    let full = Rc::new(Cell::new(false));
    let rationed = Rationed::over(MemoryDisk::new(), &full);
    let mut journal =
        journal::Journal::create_with(rationed, genesis().id(), SegmentSize::of_pages(4)).unwrap();
    let mut sample = Sample::begun();
    for _ in 0..5 {
        let call = sample.signed("count");
        sample.ask(&call);
    }
    for block in sample.blocks() {
        full.set(true);
        assert!(matches!(journal.append(&block, None), Err(Fault::Full { .. })));
        assert!(matches!(journal.probe(), Err(Fault::Full { .. })));
        full.set(false);
        journal.probe().unwrap();
        journal.append(&block, None).unwrap();
        journal.sync().unwrap();
    }
    assert_eq!((journal.height(), journal.disk().list().unwrap().len()), (6, 2));
}

struct Notebook(Rc<RefCell<Vec<u64>>>, Rc<Cell<bool>>);

impl Memory for Notebook {
    fn remember(&mut self, header: &Header) -> Result<(), Fault> {
        if self.1.get() {
            return Err(Fault::io("remember", "unreachable"));
        }
        self.0.borrow_mut().push(header.height);
        Ok(())
    }
}

#[test]
fn what_the_second_place_does_not_know_is_not_answered() {
    let (mut shard, _, mut caller) = shard();
    let (heights, broken) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(false)));
    shard.remember_in(Box::new(Notebook(heights.clone(), broken.clone())));
    let call = caller.signed("count");
    ask(&mut shard, &call).unwrap();
    assert_eq!(*heights.borrow(), [2]);
    broken.set(true);
    let call = caller.signed("count");
    assert!(matches!(ask(&mut shard, &call), Err(Fault::Io { .. })));
    assert!(matches!(ask(&mut shard, &call), Err(Fault::Stopped)));
    assert_eq!(*heights.borrow(), [2]);
}
