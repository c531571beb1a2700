use super::*;
use crate::sample::{EMPTY_ROOT, JUMP_MS, PROGRAM, START_MS, Sample};
use crate::verify::Chain;
use abi::sign::SecretKey;

/// A shard of four blocks, the second of which appoints another writer, and the past of its first three.
fn sample() -> (Sample, Vec<Block>, Past) {
    let (mut sample, first) = Sample::begun();
    let mut blocks = vec![first];
    let writer = SecretKey::from_seed(&[8; 32]);
    let steps = [
        vec![sample.set_writer(&writer, START_MS + 10)],
        vec![sample.hit(2, START_MS + 20), sample.trap(3, START_MS + 21)],
        vec![sample.hit(4, START_MS + 30)],
    ];
    for step in steps {
        let block = sample.block(step);
        sample.push(&block);
        blocks.push(block);
    }
    let past = past(&sample, &blocks[..3]);
    (sample, blocks, past)
}

/// The past of these blocks.
pub(crate) fn past(sample: &Sample, blocks: &[Block]) -> Past {
    let header = blocks.last().unwrap().header;
    let leaves = sample.history.whole().nodes(0, 0, header.history_size).unwrap();
    let acts = blocks.iter().flat_map(|block| PastAct::of(block, sample.genesis.profile)).collect();
    Past { header, decision: header.history_size, leaves, acts }
}

#[test]
fn it_reads_back_and_no_bit_of_it_can_change() {
    let (sample, _, past) = sample();
    let (bytes, shard) = (past.to_bytes(), sample.genesis.id());
    assert_eq!(Past::open(&bytes, &shard), Ok(past.clone()));
    let places: Vec<(u64, bool)> = past.acts().map(|(seq, act)| (seq, act.writer().is_some())).collect();
    assert_eq!(places, [(0, false), (2, true)]);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Past::open(&flipped, &shard).is_err(), "bit {bit}");
    }
    for end in 0..bytes.len() {
        assert!(Past::open(&bytes[..end], &shard).is_err(), "cut at {end}");
    }
    assert!(Past::open(&[&bytes[..], &[0]].concat(), &shard).is_err());
}

#[test]
fn what_does_not_hold_together_is_refused() {
    let (sample, blocks, past) = sample();
    let shard = sample.genesis.id();
    let refused = |past: Past, because: &str| match Past::open(&past.to_bytes(), &shard) {
        Err(Fault::Corrupt { what }) => assert!(what.contains(because), "{what}"),
        other => panic!("{because}: {other:?}"),
    };
    let foreign = Past::open(&past.to_bytes(), &Hash([7; 32]));
    assert!(matches!(foreign, Err(Fault::Foreign { .. })), "{foreign:?}");

    let mut fewer = past.clone();
    fewer.leaves.pop();
    refused(fewer, "leaves");
    let mut other = past.clone();
    other.leaves.swap(3, 4);
    refused(other, "leaves");
    refused(Past { decision: past.header.history_size - 1, ..past.clone() }, "decision");
    refused(Past { header: Header { version: 2, ..past.header }, ..past.clone() }, "version");
    for height in [0, u64::MAX] {
        refused(
            Past { header: Header { height, ..past.header }, ..past.clone() },
            "no block that another follows",
        );
    }

    let mut twice = past.clone();
    twice.acts.push(past.acts[0].clone());
    refused(twice, "among its records");
    let mut turned = past.clone();
    turned.acts.reverse();
    refused(turned, "among its records");
    let mut later = past.clone();
    later.acts.extend(PastAct::of(
        &sample.block(vec![sample.deploy(PROGRAM, START_MS + 40)]),
        sample.genesis.profile,
    ));
    refused(later, "among its records");
    let record = blocks[2].records(sample.genesis.profile).remove(0);
    let no_act =
        PastAct { call: Bytes(blocks[2].entries[0].call.to_bytes()), record: Bytes(record.to_bytes()) };
    refused(Past { acts: vec![no_act], ..past.clone() }, "not done");
    let other_call = PastAct { call: past.acts[1].call.clone(), record: past.acts[0].record.clone() };
    refused(Past { acts: vec![other_call], ..past }, "not done");
}

/// Who goes on from it, verifies what comes after as whoever has seen all of it.
#[test]
fn a_history_goes_on_from_it() {
    let (mut sample, blocks, past) = sample();
    let start = past.start().unwrap();
    assert_eq!((start.header, start.links.len()), (blocks[2].header, 2));
    let mut whole = Chain::new(&sample.genesis, EMPTY_ROOT).unwrap();
    blocks.iter().for_each(|block| drop(whole.block(block).unwrap()));
    let mut chain = Chain::start(&sample.genesis, &start, EMPTY_ROOT).unwrap();
    let next = sample.block(vec![sample.hit(5, START_MS + 30 + JUMP_MS)]);
    sample.push(&next);
    whole.block(&next).unwrap();
    chain.block(&blocks[3]).unwrap();
    chain.block(&next).unwrap();
    assert_eq!((chain.header(), chain.history()), (whole.header(), whole.history()));
    assert_eq!((chain.issuer(), chain.program()), (whole.issuer(), whole.program()));

    let path = sample.history.path(2, 5).unwrap();
    assert_eq!(past.link(2, path.clone()).map(|link| link.path), Some(path));
    assert_eq!(past.link(3, Vec::new()), None);
}
