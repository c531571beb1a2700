use super::*;
use crate::sample::{PROGRAM, START_MS, Sample};
use abi::codec::{Bytes, Decode, Reason};
use abi::limits::{BLOCK_CALLS_MAX, CALL_BYTES_MAX};
use proptest::prelude::*;

fn refused(bytes: &[u8]) -> Option<Reason> {
    Block::from_bytes(bytes).err().map(|error| error.reason)
}

#[test]
fn blocks_read_back() {
    let (_, blocks) = Sample::of_blocks(4);
    for block in blocks {
        assert_eq!(Block::from_bytes(&block.to_bytes()).as_ref(), Ok(&block));
    }
}

#[test]
fn what_is_the_same_is_not_written_again() {
    let (sample, _) = Sample::begun();
    let size = |entries| sample.block(entries).to_bytes().len();
    let (one, time) = (sample.hit(1, START_MS), START_MS);
    let both = size(vec![one.clone(), sample.hit(2, time)]);
    let mut other = sample.hit(2, time);
    other.program = Hash([1; 32]);
    assert_eq!(size(vec![one.clone(), other]) - both, 33, "a program where it differs");
    assert_eq!(size(vec![one.clone(), sample.hit(2, time + 300)]) - both, 2, "a time as a small step");
}

#[test]
fn a_second_form_of_the_same_block_is_refused() {
    let (sample, _) = Sample::begun();
    let mut block = sample.block(vec![sample.trap(1, START_MS), sample.trap(2, START_MS)]);
    let bytes = block.to_bytes();
    // Null program of the second entry, replaced by the same program: 0xf6, then the time step of 0.
    let position = bytes.windows(3).rposition(|w| w == [0xf6, 0x00, 0x03]).unwrap();
    let program = [&[0x58, 0x20][..], &PROGRAM.0].concat();
    let spelled = [&bytes[..position], &program, &bytes[position + 1..]].concat();
    assert_eq!(refused(&spelled), Some(Reason::NotCanonical));
    // Null diff of the last entry (events [] 0x80, messages [] 0x80, diff null), replaced by the digest of
    // no writes.
    let position = bytes.windows(3).rposition(|w| w == [0x80, 0x80, 0xf6]).unwrap() + 2;
    let nothing = [&[0x58, 0x20][..], &Diff::new().hash().0].concat();
    let spelled = [&bytes[..position], &nothing, &bytes[position + 1..]].concat();
    assert_eq!(refused(&spelled), Some(Reason::NotCanonical));
    // No program before the first entry.
    block.entries.truncate(1);
    let bytes = block.to_bytes();
    let position = bytes.windows(32).rposition(|w| w == PROGRAM.0).unwrap();
    let missing = [&bytes[..position - 2], &[0xf6], &bytes[position + 32..]].concat();
    assert_eq!(refused(&missing), Some(Reason::Type));
}

#[test]
fn time_that_overflows_is_refused() {
    let (sample, _) = Sample::begun();
    let mut block = sample.block(vec![sample.hit(1, START_MS), sample.hit(2, START_MS)]);
    block.entries[0].time_ms = 1 << 40;
    block.entries[1].time_ms = u64::MAX;
    let bytes = block.to_bytes();
    let step = [&[0x1b][..], &(u64::MAX - (1 << 40)).to_be_bytes()].concat();
    let position = bytes.windows(9).position(|w| w == step).unwrap();
    let more = [&bytes[..position + 1], &u64::MAX.to_be_bytes(), &bytes[position + 9..]].concat();
    assert_eq!(Block::from_bytes(&bytes), Ok(block));
    assert_eq!(refused(&more), Some(Reason::Range));
}

#[test]
fn what_is_over_its_limit_is_refused() {
    let (sample, _) = Sample::begun();
    let event = |size| Event { name: String::new(), data: Bytes(vec![0; size]) };
    type Change = fn(&mut Block);
    let cases: [(&str, Change); 5] = [
        ("method", |block| block.entries[0].call.call.method = "m".repeat(METHOD_BYTES_MAX + 1)),
        ("args", |block| block.entries[0].call.call.args = Bytes(vec![0; CALL_BYTES_MAX])),
        ("output", |block| block.entries[0].outcome = Outcome::Failed(vec![0; OUTPUT_BYTES_MAX + 1])),
        ("key", |block| block.diff.put(vec![0; KEY_BYTES_MAX + 2], None)),
        ("value", |block| block.diff.put(vec![0], Some(vec![0; VALUE_BYTES_MAX + 1]))),
    ];
    let good = sample.block(vec![sample.hit(1, START_MS)]);
    for (what, change) in cases {
        let mut block = good.clone();
        change(&mut block);
        let found = block.entries[0].over_limit().or(diff_over_limit(&block.diff));
        assert_eq!(found, Some(what));
        assert_eq!(refused(&block.to_bytes()), Some(Reason::Length), "{what}");
    }
    let events = [
        ("events", vec![event(0); EVENTS_MAX + 1]),
        ("event", vec![event(EVENT_BYTES_MAX + 1)]),
        ("events' bytes", vec![event(EVENT_BYTES_MAX); EVENTS_BYTES_MAX / EVENT_BYTES_MAX + 1]),
    ];
    for (what, events) in events {
        let mut block = good.clone();
        block.entries[0].events = events;
        assert_eq!(block.entries[0].over_limit(), Some(what));
        assert_eq!(refused(&block.to_bytes()), Some(Reason::Length), "{what}");
    }
    let message = |size| Message { to: Hash::ZERO, method: String::new(), args: Bytes(vec![0; size]) };
    let messages = [
        ("messages", vec![message(0); MESSAGES_MAX + 1]),
        ("message", vec![message(MESSAGE_BYTES_MAX + 1)]),
        ("messages' bytes", vec![message(MESSAGE_BYTES_MAX); MESSAGES_BYTES_MAX / MESSAGE_BYTES_MAX + 1]),
    ];
    for (what, messages) in messages {
        let mut block = good.clone();
        block.entries[0].messages = messages;
        assert_eq!(block.entries[0].over_limit(), Some(what));
        assert_eq!(refused(&block.to_bytes()), Some(Reason::Length), "{what}");
    }
    let mut block = good;
    block.entries = vec![block.entries[0].clone(); BLOCK_CALLS_MAX + 1];
    assert_eq!(refused(&block.to_bytes()), Some(Reason::Length), "calls");
}

#[test]
fn a_changed_bit_is_refused_or_is_another_block() {
    let (sample, _) = Sample::begun();
    let block = sample.block(vec![sample.hit(1, START_MS), sample.trap(2, START_MS + 1)]);
    let bytes = block.to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(other) = Block::from_bytes(&changed) {
            assert_ne!(other, block);
            assert_eq!(other.to_bytes(), changed, "bit {bit}");
        }
    }
}

#[test]
fn records_stand_at_their_place() {
    let (sample, blocks) = Sample::of_blocks(3);
    let seqs = blocks.iter().flat_map(|block| block.records(sample.genesis.profile));
    for (seq, record) in (0..).zip(seqs) {
        assert_eq!(record.effect.seq, seq);
        let header = &blocks[usize::try_from(record.placement.height).unwrap() - 1].header;
        assert_eq!(record.placement.index, seq - header.first_seq);
        assert_eq!(record.placement.root_after, header.root_after);
    }
}

/// Whoever asks a block that no chain has judged for its acts and records is answered.
#[test]
fn a_place_beyond_all_places_is_the_last_one() {
    let (_, mut first) = Sample::begun();
    first.header.first_seq = u64::MAX;
    assert_eq!(first.acts().first().map(|(seq, _)| *seq), Some(u64::MAX));
    assert!(first.records(Hash::ZERO).iter().all(|record| record.effect.seq == u64::MAX));
}

proptest! {
    #[test]
    fn any_block_reads_back(steps in proptest::collection::vec((any::<u8>(), 0u64..5_000, any::<bool>()), 1..8)) {
        let (sample, _) = Sample::begun();
        let mut time = START_MS;
        let entries = steps.into_iter().map(|(key, step, trapped)| {
            time += step;
            if trapped { sample.trap(key, time) } else { sample.hit(key, time) }
        });
        let block = sample.block(entries.collect());
        let bytes = block.to_bytes();
        prop_assert_eq!(Block::from_bytes(&bytes), Ok(block));
        prop_assert!(Block::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    }
}
