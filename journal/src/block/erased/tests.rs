use super::*;
use crate::sample::{START_MS, Sample};
use abi::codec::{Decode, Encode, Reason};

/// A block of an act, two calls that returned, and one that trapped.
fn block() -> (Sample, Block) {
    let (sample, _) = Sample::begun();
    let entries = vec![
        sample.set_writer(&sample.writer, START_MS),
        sample.hit(0xd1, START_MS),
        sample.hit(0xd2, START_MS + 1),
        sample.trap(0xd3, START_MS + 2),
    ];
    let block = sample.block(entries);
    (sample, block)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn erasing_changes_no_record_no_proof_and_no_header() {
    let (sample, whole) = block();
    let profile = sample.genesis.profile;
    for seq in 3..6 {
        let mut erased = whole.clone();
        assert!(erased.erase(seq));
        assert!(erased.is_erased());
        assert_eq!(erased.erased().collect::<Vec<_>>(), [seq]);
        assert_eq!(erased.records(profile), whole.records(profile));
        assert_eq!(erased.header, whole.header);
        crate::prove(&erased, &erased.digests()).unwrap();
        assert_eq!(Block::from_bytes(&erased.to_bytes()).as_ref(), Ok(&erased));
    }
}

#[test]
fn nothing_of_what_is_erased_is_in_the_bytes() {
    let (_, mut block) = block();
    let secrets = [vec![0x81, 0xd1], vec![0xd1; 31], b"was hit".to_vec()];
    let bytes = block.to_bytes();
    assert!(secrets.iter().all(|secret| contains(&bytes, secret)));
    // The idempotency key of a sample call is its salt, and a key is not erased.
    block.entries[1].call.call.key = [0; 32];
    for seq in 3..6 {
        assert!(block.erase(seq));
    }
    let bytes = block.to_bytes();
    assert!(secrets.iter().all(|secret| !contains(&bytes, secret)));
    assert!(block.diff.is_empty());
}

#[test]
fn an_act_is_not_erased_and_nothing_is_erased_twice() {
    let (_, whole) = block();
    for seq in [0, 1, 2, 6, u64::MAX] {
        let mut block = whole.clone();
        assert!(!block.erase(seq));
        assert_eq!(block, whole);
    }
    let mut block = whole;
    assert!(block.erase(4));
    let once = block.clone();
    assert!(!block.erase(4));
    assert_eq!(block, once);
}

#[test]
fn a_diff_is_absent_where_a_call_is_erased_and_nowhere_else() {
    let (_, whole) = block();
    let mut erased = whole.clone();
    erased.erase(3);
    let (null, diff) = (Option::<u64>::None.to_bytes(), whole.diff.to_bytes());
    let refused = |bytes: &[u8]| Block::from_bytes(bytes).err().map(|error| error.reason);
    let bytes = erased.to_bytes();
    assert_eq!(refused(&[&bytes[..bytes.len() - null.len()], &diff].concat()), Some(Reason::NotCanonical));
    let bytes = whole.to_bytes();
    assert_eq!(refused(&[&bytes[..bytes.len() - diff.len()], &null].concat()), Some(Reason::Type));
}

#[test]
fn a_changed_bit_of_an_erased_block_is_refused_or_is_another_block() {
    let (_, mut block) = block();
    block.erase(4);
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
