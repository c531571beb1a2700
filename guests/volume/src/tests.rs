use crate::types::{Error, Extent, Form};
use crate::{BLOCK_BYTES, BLOCKS_MAX, CALL_BLOCKS_MAX, Program, SNAPSHOTS_MAX, STEP_BLOCKS_MAX};
use abi::interface::{Interface, SECTION, encode, encoded_len};
use abi::outcome::Outcome;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use guest_sdk::test::{Caller, Host, Reply, genesis, identity, program_hash};
use guest_sdk::{Bytes, Encode};

const WASM: &[u8] = include_bytes!("../../wasm/volume.wasm");

fn host() -> Host {
    Host::with::<Program>(genesis(), program_hash(WASM))
}

/// A volume of so many blocks.
fn created(blocks: u64) -> Host {
    let mut host = host();
    call(&mut host, "create", &(blocks,)).returned::<()>();
    host
}

fn call(host: &mut Host, method: &str, args: &impl Encode) -> Reply {
    host.call(&identity(1), method, args)
}

/// Blocks filled with one byte each.
fn extent(block: u64, fills: &[u8]) -> Extent {
    Extent { block, data: Bytes(fills.iter().flat_map(|fill| [*fill; BLOCK_BYTES]).collect()) }
}

fn write(host: &mut Host, block: u64, fills: &[u8]) -> Reply {
    call(host, "write", &(vec![extent(block, fills)],))
}

/// The first byte of each block, and that all its others are the same.
fn read(host: &Host, block: u64, count: u64, snapshot: Option<u64>) -> Vec<u8> {
    let bytes: Bytes = host.ask("read", &(block, count, snapshot));
    let (blocks, rest) = bytes.as_chunks::<BLOCK_BYTES>();
    assert!(rest.is_empty() && blocks.len() as u64 == count);
    assert!(blocks.iter().all(|block| block.iter().all(|byte| *byte == block[0])));
    blocks.iter().map(|block| block[0]).collect()
}

fn form(host: &Host) -> Form {
    host.ask::<Option<Form>>("form", &()).unwrap()
}

fn refused(reply: &Reply, error: Error) {
    assert!(reply.failed_with(&error), "expected {error:?}, found {:?}", reply.outcome);
    assert!(reply.diff.is_empty() && reply.events.is_empty());
}

fn refuses(host: &Host, method: &str, args: &impl Encode, error: Error) {
    assert_eq!(host.query(method, args), Outcome::Failed(error.to_bytes()));
}

#[test]
fn what_was_written_is_read_and_the_rest_is_zeros() {
    let mut host = created(9);
    assert_eq!(read(&host, 0, 9, None), [0; 9]);
    let extents = vec![extent(1, &[1, 2]), extent(8, &[3]), extent(2, &[4])];
    assert_eq!(call(&mut host, "write", &(extents,)).returned::<u64>(), 4);
    assert_eq!(read(&host, 0, 9, None), [0, 1, 4, 0, 0, 0, 0, 0, 3]);
    assert_eq!(host.ask::<Vec<u64>>("mapped", &(0u64, 9u64, None::<u64>)), [1, 2, 8]);
    call(&mut host, "trim", &(0u64, 2u64)).returned::<()>();
    assert_eq!(read(&host, 0, 3, None), [0, 0, 4]);
    assert_eq!(host.ask::<Vec<u64>>("mapped", &(0u64, 9u64, None::<u64>)), [2, 8]);
    assert_eq!(host.state().count(), 3, "what is trimmed leaves nothing");
}

#[test]
fn a_block_has_the_bytes_that_were_written() {
    let mut host = created(2);
    let data: Vec<u8> = (0..2 * BLOCK_BYTES).map(|at| (at / 7) as u8).collect();
    call(&mut host, "write", &(vec![Extent { block: 0, data: data.clone().into() }],)).returned::<u64>();
    assert_eq!(host.ask::<Bytes>("read", &(0u64, 2u64, None::<u64>)), Bytes(data));
}

#[test]
fn a_flush_says_how_much_was_written_before_it() {
    let mut host = created(9);
    write(&mut host, 0, &[1, 2, 3]).returned::<u64>();
    call(&mut host, "trim", &(0u64, 2u64)).returned::<()>();
    for (barrier, writes) in [(1u64, 5u64), (2, 6)] {
        let reply = call(&mut host, "flush", &());
        assert_eq!(reply.returned::<u64>(), barrier);
        assert_eq!(
            (reply.events[0].name.as_str(), &*reply.events[0].data),
            ("Flushed", &*(barrier, writes).to_bytes())
        );
        write(&mut host, 8, &[9]).returned::<u64>();
    }
    assert_eq!((form(&host).flushes, form(&host).writes), (2, 7));
}

#[test]
fn a_snapshot_never_changes() {
    let mut host = created(4);
    write(&mut host, 0, &[1, 1, 1]).returned::<u64>();
    host.set_time(77);
    assert_eq!(call(&mut host, "snapshot", &()).returned::<u64>(), 1);
    write(&mut host, 1, &[2]).returned::<u64>();
    call(&mut host, "trim", &(2u64, 1u64)).returned::<()>();
    assert_eq!(call(&mut host, "snapshot", &()).returned::<u64>(), 2);
    write(&mut host, 0, &[3, 3, 3, 3]).returned::<u64>();
    assert_eq!(read(&host, 0, 4, Some(1)), [1, 1, 1, 0]);
    assert_eq!(read(&host, 0, 4, Some(2)), [1, 2, 0, 0]);
    assert_eq!(read(&host, 0, 4, None), [3, 3, 3, 3]);
    assert_eq!(host.ask::<Vec<u64>>("mapped", &(0u64, 4u64, Some(2u64))), [0, 1]);
    assert_eq!(host.ask::<Vec<(u64, u64)>>("snapshots", &()), [(1, 77), (2, 77)]);
    // Ten contents: three, two over them, four over those, and the form and two snapshots.
    assert_eq!(host.state().count(), 9 + 3);
    call(&mut host, "discard", &(2u64,)).returned::<()>();
    assert_eq!(call(&mut host, "collect", &(0u64, 4u64)).returned::<u64>(), 2);
    assert_eq!(read(&host, 0, 4, Some(1)), [1, 1, 1, 0]);
    refuses(&host, "read", &(0u64, 1u64, Some(2u64)), Error::SnapshotUnknown { snapshot: 2 });
}

#[test]
fn every_rule_has_its_answer() {
    let mut host = host();
    for (method, error) in [("flush", Error::NoVolume), ("snapshot", Error::NoVolume)] {
        refused(&call(&mut host, method, &()), error);
    }
    refuses(&host, "read", &(0u64, 0u64, None::<u64>), Error::NoVolume);
    refused(&host.call(&Caller::Nobody, "create", &(1u64,)), Error::NoCaller);
    for blocks in [0, BLOCKS_MAX + 1, u64::MAX] {
        refused(&call(&mut host, "create", &(blocks,)), Error::SizeOutOfRange { blocks, max: BLOCKS_MAX });
    }
    call(&mut host, "create", &(BLOCKS_MAX,)).returned::<()>();
    refused(&call(&mut host, "create", &(1u64,)), Error::VolumeExists);
    for stranger in [identity(2), Caller::Nobody] {
        refused(&host.call(&stranger, "write", &(vec![extent(0, &[1])],)), Error::NotTheOwner);
        for method in ["trim", "collect"] {
            refused(&host.call(&stranger, method, &(0u64, 1u64)), Error::NotTheOwner);
        }
        for method in ["flush", "snapshot"] {
            refused(&host.call(&stranger, method, &()), Error::NotTheOwner);
        }
        refused(&host.call(&stranger, "discard", &(1u64,)), Error::NotTheOwner);
    }
    refused(&call(&mut host, "discard", &(1u64,)), Error::SnapshotUnknown { snapshot: 1 });
}

#[test]
fn blocks_outside_of_the_volume_are_refused() {
    let mut host = created(9);
    for (block, count) in [(9, 1), (8, 2), (0, 10), (u64::MAX, 1), (u64::MAX, 2)] {
        let error = Error::OutOfRange { block, count, blocks: 9 };
        refused(&write(&mut host, block, &vec![1; count as usize]), error);
        refused(&call(&mut host, "trim", &(block, count)), error);
        refused(&call(&mut host, "collect", &(block, count)), error);
        refuses(&host, "read", &(block, count, None::<u64>), error);
        refuses(&host, "mapped", &(block, count, None::<u64>), error);
    }
    // The good extents of a call with a bad one are not written either.
    let extents = vec![extent(0, &[1]), extent(9, &[1])];
    let error = Error::OutOfRange { block: 9, count: 1, blocks: 9 };
    refused(&call(&mut host, "write", &(extents,)), error);
    assert_eq!(read(&host, 0, 9, None), [0; 9]);
    write(&mut host, 8, &[1]).returned::<u64>();
}

#[test]
fn data_are_whole_blocks() {
    let mut host = created(9);
    for size in [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES + 1, 1 << 20 | 1] {
        let extent = Extent { block: 0, data: Bytes(vec![1; size]) };
        refused(&call(&mut host, "write", &(vec![extent],)), Error::NotWholeBlocks { size: size as u64 });
    }
}

#[test]
fn a_call_takes_so_many_blocks_and_no_more() {
    let mut host = created(STEP_BLOCKS_MAX + 1);
    let max = CALL_BLOCKS_MAX;
    let full = vec![extent(0, &[1; 100]), extent(100, &[2; CALL_BLOCKS_MAX as usize - 100])];
    assert_eq!(call(&mut host, "write", &(&full,)).returned::<u64>(), max);
    let fuller = [full, vec![extent(9, &[3])]].concat();
    refused(&call(&mut host, "write", &(fuller,)), Error::TooManyBlocks { count: max + 1, max });
    assert_eq!(read(&host, 0, max, None)[99..101], [1, 2]);
    refuses(&host, "read", &(0u64, max + 1, None::<u64>), Error::TooManyBlocks { count: max + 1, max });
    let (count, max) = (STEP_BLOCKS_MAX + 1, STEP_BLOCKS_MAX);
    refuses(&host, "mapped", &(0u64, count, None::<u64>), Error::TooManyBlocks { count, max });
    refused(&call(&mut host, "trim", &(0u64, count)), Error::TooManyBlocks { count, max });
    refused(&call(&mut host, "collect", &(0u64, count)), Error::TooManyBlocks { count, max });
    call(&mut host, "trim", &(0u64, max)).returned::<()>();
    assert_eq!(call(&mut host, "collect", &(0u64, max)).returned::<u64>(), 0);
    assert_eq!(host.state().count(), 1);
}

#[test]
fn there_are_so_many_snapshots_and_no_more() {
    let mut host = created(1);
    for snapshot in 1..=SNAPSHOTS_MAX {
        assert_eq!(call(&mut host, "snapshot", &()).returned::<u64>(), snapshot);
    }
    refused(&call(&mut host, "snapshot", &()), Error::TooManySnapshots { max: SNAPSHOTS_MAX });
    call(&mut host, "discard", &(7u64,)).returned::<()>();
    assert_eq!(call(&mut host, "snapshot", &()).returned::<u64>(), SNAPSHOTS_MAX + 1);
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// What the program is held to: every snapshot is a copy of the whole volume.
#[derive(Default)]
struct Model {
    live: [u8; BLOCKS],
    snapshots: BTreeMap<u64, [u8; BLOCKS]>,
    taken: u64,
}

const BLOCKS: usize = 8;

/// Makes one random call on both.
fn step(host: &mut Host, model: &mut Model, random: &mut Random) {
    let block = random.below(BLOCKS as u64);
    let count = 1 + random.below(BLOCKS as u64 - block);
    let blocks = block as usize..(block + count) as usize;
    match random.below(10) {
        0..4 => {
            let fills: Vec<u8> = blocks.clone().map(|_| 1 + random.below(255) as u8).collect();
            write(host, block, &fills).returned::<u64>();
            model.live[blocks].copy_from_slice(&fills);
        }
        4..6 => {
            call(host, "trim", &(block, count)).returned::<()>();
            model.live[blocks].fill(0);
        }
        6 => {
            model.taken += 1;
            assert_eq!(call(host, "snapshot", &()).returned::<u64>(), model.taken);
            model.snapshots.insert(model.taken, model.live);
        }
        7 => {
            let snapshot = 1 + random.below(model.taken + 1);
            let reply = call(host, "discard", &(snapshot,));
            assert_eq!(reply.outcome.is_returned(), model.snapshots.remove(&snapshot).is_some());
        }
        _ => {
            call(host, "collect", &(block, count)).returned::<u64>();
        }
    }
}

#[test]
fn random_calls_come_to_what_whole_copies_do() {
    for seed in 0..40 {
        let mut random = Random(seed);
        let (mut host, mut model) = (created(BLOCKS as u64), Model::default());
        for _ in 0..120 {
            step(&mut host, &mut model, &mut random);
            for (snapshot, content) in &model.snapshots {
                assert_eq!(read(&host, 0, BLOCKS as u64, Some(*snapshot)), content, "seed {seed}");
            }
            assert_eq!(read(&host, 0, BLOCKS as u64, None), model.live, "seed {seed}");
        }
        collected(&mut host, &model);
    }
}

/// Once collected, nothing is kept that nobody sees: with no snapshot, the live blocks alone.
fn collected(host: &mut Host, model: &Model) {
    call(host, "collect", &(0u64, BLOCKS as u64)).returned::<u64>();
    assert_eq!(call(host, "collect", &(0u64, BLOCKS as u64)).returned::<u64>(), 0);
    for snapshot in model.snapshots.keys() {
        call(host, "discard", &(*snapshot,)).returned::<()>();
    }
    call(host, "collect", &(0u64, BLOCKS as u64)).returned::<u64>();
    let live = model.live.iter().filter(|fill| **fill != 0).count();
    assert_eq!(host.state().count(), 1 + live);
    assert_eq!(read(host, 0, BLOCKS as u64, None), model.live);
}

#[test]
fn the_pinned_wasm_has_this_interface() {
    const INTERFACE: &Interface = <Program as guest_sdk::Program>::INTERFACE;
    const BYTES: [u8; encoded_len(INTERFACE)] = encode(INTERFACE);
    let section = [SECTION.as_bytes(), &BYTES].concat();
    assert!(WASM.windows(section.len()).any(|window| window == section));
}
