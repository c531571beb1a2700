use super::*;
use crate::authority::Link;
use crate::block::Entry;
use crate::receipt::ReceiptError;
use crate::sample::{EMPTY_ROOT, JUMP_MS, PROGRAM, START_MS, Sample, WINDOW_MS};
use abi::Coded;
use abi::call::{Caller, Envelope, Proof, SignedCall};
use abi::codec::{Bytes, Decode, Encode};
use abi::effect::{Event, Message};
use abi::limits::{ARGS_BYTES_MAX, BLOCK_CALLS_MAX, FUEL_MAX, KEY_BYTES_MAX};
use abi::outcome::Outcome;
use abi::sign::SecretKey;
use std::collections::BTreeSet;

/// The time of the second block's first call.
const THEN: u64 = START_MS + 10;

fn chain(sample: &Sample) -> Chain {
    Chain::new(&sample.genesis, EMPTY_ROOT).unwrap()
}

/// A shard with one block, the chain that has seen it, and a good second block.
fn second() -> (Sample, Chain, Block) {
    let (sample, first) = Sample::begun();
    let mut chain = chain(&sample);
    chain.block(&first).unwrap();
    let block = sample.block(vec![sample.hit(2, THEN), sample.trap(3, THEN + 1)]);
    (sample, chain, block)
}

#[test]
fn a_good_history_is_accepted_block_by_block() {
    let (sample, blocks) = Sample::of_blocks(5);
    let mut chain = chain(&sample);
    assert_eq!((chain.height(), chain.root(), chain.time()), (0, EMPTY_ROOT, START_MS));
    for block in &blocks {
        let records = chain.block(block).unwrap();
        assert_eq!(records, block.records(sample.genesis.profile));
        assert_eq!(chain.commitment(&sample.commit(block)), Ok(()));
        assert_eq!(chain.root(), block.header.root_after);
    }
    assert_eq!(chain.history().root(), sample.history.root());
    assert_eq!((chain.height(), chain.header()), (5, Some(&blocks[4].header)));
    assert_eq!(chain.program(), Some(PROGRAM));
    assert_eq!(chain.window().len(), 10);
}

#[test]
fn a_refused_block_changes_nothing() {
    let (sample, mut chain, block) = second();
    let mut bad = block.clone();
    bad.header.history_root = Hash::ZERO;
    assert_eq!(chain.block(&bad).unwrap_err().reason, Reason::HistoryRoot);
    assert_eq!(chain.height(), 1);
    chain.block(&block).unwrap();
    assert_eq!(chain.history().size(), 4);
    assert_eq!(chain.commitment(&sample.commit(&block)), Ok(()));
}

#[test]
fn every_rule_of_a_header_is_checked() {
    let (sample, first) = Sample::begun();
    let mut chain = chain(&sample);
    let mut other = first.clone();
    other.header.root_before = Hash::ZERO;
    assert_eq!(chain.block(&other).unwrap_err().reason, Reason::RootBefore);
    let mut raised = first;
    raised.header.epoch = 2;
    let raised = Sample::new().sealed(raised);
    chain.block(&raised).unwrap();
    let mut sample = Sample::new();
    sample.push(&raised);
    let block = sample.block(vec![sample.hit(2, THEN), sample.trap(3, THEN + 1)]);
    type Change = fn(&mut Header);
    let cases: &[(Reason, Change)] = &[
        (Reason::Version, |h| h.version = VERSION + 1),
        (Reason::Shard, |h| h.shard = Hash::ZERO),
        (Reason::Height, |h| h.height += 1),
        (Reason::Previous, |h| h.previous = Hash::ZERO),
        (Reason::Epoch, |h| h.epoch = 1),
        (Reason::FirstSeq, |h| h.first_seq += 1),
        (Reason::Empty, |h| h.count = 0),
        (Reason::HistorySize, |h| h.history_size += 1),
        (Reason::HistorySize, |h| h.count = u64::MAX),
        (Reason::Count, |h| (h.count, h.history_size) = (3, 5)),
        (Reason::RootBefore, |h| h.root_before = Hash::ZERO),
        (Reason::ExecutionRoot, |h| h.execution_root = Hash::ZERO),
        (Reason::HistoryRoot, |h| h.history_root = Hash::ZERO),
        // The state root after the block is in every record.
        (Reason::HistoryRoot, |h| h.root_after = Hash::ZERO),
        (Reason::Diff, |h| h.diff = Hash::ZERO),
        (Reason::LastTime, |h| h.time_ms += 1),
        (Reason::TimeFell, |h| h.time_ms = START_MS - 1),
    ];
    for (reason, change) in cases {
        let mut block = block.clone();
        change(&mut block.header);
        let invalid = chain.block(&block).unwrap_err();
        assert_eq!((invalid.reason, invalid.height), (*reason, Some(block.header.height)));
    }
    chain.block(&block).unwrap();
}

#[test]
fn an_epoch_is_at_least_one() {
    let (sample, mut first) = Sample::begun();
    first.header.epoch = 0;
    let first = Sample::new().sealed(first);
    assert_eq!(chain(&sample).block(&first).unwrap_err().reason, Reason::Epoch);
}

/// Signs the entry's call again, after a change of it.
fn signed(entry: &mut Entry, change: impl FnOnce(&mut abi::call::Call)) {
    let key = SecretKey::from_seed(&[5; 32]);
    let mut call = entry.call.call.clone();
    change(&mut call);
    entry.call = SignedCall::sign(call, &key);
}

#[test]
fn every_rule_of_a_call_is_checked() {
    type Change = fn(&Sample, &mut Entry);
    let cases: &[(Reason, Change)] = &[
        (Reason::TimeFell, |_, e| e.time_ms = THEN - 1),
        (Reason::TimeJump, |_, e| e.time_ms = THEN + JUMP_MS + 1),
        (Reason::CallVersion, |_, e| signed(e, |call| call.version = VERSION + 1)),
        (Reason::CallShard, |_, e| signed(e, |call| call.shard = Hash::ZERO)),
        (Reason::CallProof, |_, e| e.call.call.args = Bytes(vec![0x80])),
        (Reason::CallProof, |_, e| e.call.proof = Proof::None),
        (Reason::CallProof, |_, e| e.call.call.caller = Caller::Shard(Hash::ZERO)),
        (Reason::Limit("args"), |_, e| signed(e, |call| call.args = Bytes(vec![0; ARGS_BYTES_MAX + 1]))),
        (Reason::Expired, |_, e| signed(e, |call| call.expires_ms = THEN + 1)),
        (Reason::ExpiryTooFar, |_, e| signed(e, |call| call.expires_ms = THEN + 2 + WINDOW_MS)),
        (Reason::Duplicate, |_, e| signed(e, |call| call.key = [2; 32])),
        (Reason::Duplicate, |_, e| signed(e, |call| call.key = [1; 32])),
        (Reason::Program, |_, e| e.program = Hash::ZERO),
        (Reason::CallProgram, |_, e| signed(e, |call| call.program = Some(Hash::ZERO))),
        (Reason::Unreturned, |_, e| e.events.push(Event { name: "no".into(), data: Bytes(vec![]) })),
        (Reason::Unreturned, |_, e| {
            e.messages.push(Message { to: Hash::ZERO, method: "no".into(), args: Bytes(vec![]) })
        }),
        (Reason::Unreturned, |_, e| e.diff = Hash::ZERO),
        (Reason::Fuel, |_, e| e.fuel = e.call.call.fuel_max + 1),
        (Reason::Fuel, |_, e| signed(e, |call| call.fuel_max = FUEL_MAX + 1)),
        (Reason::Authority, |s, e| {
            *e = s.deploy(Hash([8; 32]), THEN + 1);
            e.call = SignedCall::authorize(e.call.call.clone(), &[&s.authority[0]]);
        }),
        (Reason::Authority, |s, e| {
            *e = s.deploy(Hash([8; 32]), THEN + 1);
            e.call = SignedCall::authorize(e.call.call.clone(), &[&s.authority[0], &s.writer]);
        }),
        (Reason::Authority, |_, e| e.program = Profile::One.system()),
        (Reason::Act, |s, e| {
            *e = s.deploy(Hash([8; 32]), THEN + 1);
            let call = abi::call::Call { method: "undeploy".into(), ..e.call.call.clone() };
            e.call = SignedCall::authorize(call, &[&s.authority[0], &s.authority[1]]);
        }),
        (Reason::AuthorityElsewhere, |s, e| {
            *e = s.deploy(Hash([8; 32]), THEN + 1);
            e.program = PROGRAM;
        }),
    ];
    let (sample, mut chain, block) = second();
    for (reason, change) in cases {
        let mut block = block.clone();
        change(&sample, &mut block.entries[1]);
        block = sample.sealed(block);
        let invalid = chain.block(&block).unwrap_err();
        assert_eq!((invalid.reason, invalid.seq), (*reason, Some(3)), "{invalid}");
    }
    chain.block(&block).unwrap();
}

#[test]
fn history_begins_with_a_deploy() {
    let sample = Sample::new();
    let mut failed = sample.deploy(PROGRAM, START_MS);
    failed.outcome = Outcome::Failed(Vec::new());
    failed.diff = abi::diff::Diff::new().hash();
    let mut unknown = sample.deploy(PROGRAM, START_MS);
    unknown.call.call.method = "undeploy".into();
    unknown.call =
        SignedCall::authorize(unknown.call.call.clone(), &[&sample.authority[0], &sample.authority[1]]);
    for entry in [failed, unknown, sample.hit(1, START_MS)] {
        let mut block = sample.block(vec![entry]);
        block.diff = if block.entries[0].outcome.is_returned() { block.diff } else { Default::default() };
        let invalid = chain(&sample).block(&sample.sealed(block)).unwrap_err();
        assert_eq!((invalid.reason, invalid.seq), (Reason::FirstCall, Some(0)));
    }
}

#[test]
fn a_deploy_changes_the_program_from_the_next_call_on() {
    let (sample, mut chain, _) = second();
    let next = Hash([0x71; 32]);
    let mut hit = sample.hit(3, THEN);
    hit.program = next;
    let block = sample.block(vec![sample.hit(2, THEN), sample.deploy(next, THEN), hit.clone()]);
    let mut stale = block.clone();
    stale.entries[2].program = PROGRAM;
    assert_eq!(chain.block(&sample.sealed(stale)).unwrap_err().reason, Reason::Program);
    let mut failed = block.clone();
    failed.entries[1].outcome = Outcome::Failed(Vec::new());
    failed.entries[1].diff = abi::diff::Diff::new().hash();
    assert_eq!(chain.block(&sample.sealed(failed)).unwrap_err().reason, Reason::Program);
    chain.block(&block).unwrap();
    assert_eq!(chain.program(), Some(next));
}

#[test]
fn a_new_writer_signs_from_the_block_that_appoints_it() {
    let (mut sample, mut chain, _) = second();
    let successor = SecretKey::from_seed(&[66; 32]);
    let block = sample.block(vec![sample.hit(2, THEN), sample.set_writer(&successor, THEN)]);
    chain.block(&block).unwrap();
    assert_eq!(chain.issuer().key, successor.public());
    let commit =
        |key: &SecretKey, block: &Block| Commitment::sign(key, &sample.genesis.origin, &block.header);
    assert_eq!(chain.commitment(&commit(&successor, &block)), Ok(()));
    let stale = chain.commitment(&commit(&sample.writer, &block)).unwrap_err();
    assert_eq!(stale.reason, Reason::Commitment(ReceiptError::Key));
    let later = successor;
    sample.push(&block);
    let block = sample.block(vec![sample.hit(3, THEN)]);
    chain.block(&block).unwrap();
    let commitment = Commitment::sign(&later, &sample.genesis.origin, &block.header);
    assert_eq!(chain.commitment(&commitment), Ok(()));
}

/// Headers alone would let whoever holds a former writer's key show the act again that once appointed it.
#[test]
fn an_act_cannot_be_shown_twice_to_who_follows_headers() {
    let (mut sample, first) = Sample::begun();
    let mut followed = chain(&sample);
    followed.follow(&first).unwrap();
    let [former, successor] = [66, 67].map(|seed| SecretKey::from_seed(&[seed; 32]));
    let act = sample.set_writer(&former, THEN);
    let block = sample.block(vec![act.clone(), sample.set_writer(&successor, THEN)]);
    followed.follow(&block).unwrap();
    assert_eq!(followed.issuer().key, successor.public());
    sample.push(&block);
    for (reason, time) in [(Reason::Duplicate, THEN + 1), (Reason::Expired, THEN + 100)] {
        let again = sample.block(vec![Entry { time_ms: time, ..act.clone() }]);
        assert_eq!(followed.clone().follow(&again).unwrap_err().reason, reason);
    }
    let mut other = sample.block(vec![sample.hit(9, THEN)]);
    other.entries = vec![sample.set_writer(&former, THEN)];
    assert_eq!(followed.follow(&other).unwrap_err().reason, Reason::ExecutionRoot);
}

#[test]
fn an_act_that_failed_appoints_nobody() {
    let (sample, mut chain, _) = second();
    let mut entry = sample.set_writer(&SecretKey::from_seed(&[66; 32]), THEN);
    entry.outcome = Outcome::Failed(Vec::new());
    entry.diff = abi::diff::Diff::new().hash();
    let block = sample.block(vec![sample.hit(2, THEN), entry]);
    chain.block(&block).unwrap();
    assert_eq!(chain.issuer(), &sample.issuer());
}

/// A chain that starts after the first of two blocks, with the deploy as its only link.
fn started() -> (Sample, Block, Start) {
    let (mut sample, first) = Sample::begun();
    let deploy = first.records(sample.genesis.profile).remove(0);
    let link = Link::new(&first.entries[0].call, &deploy, sample.history.path(0, 2).unwrap());
    let start = Start { header: first.header, peaks: sample.history.peaks(2).unwrap(), links: vec![link] };
    let block = sample.block(vec![sample.hit(2, THEN)]);
    sample.push(&block);
    (sample, block, start)
}

#[test]
fn a_history_can_be_followed_from_its_middle() {
    let (sample, block, start) = started();
    let mut chain = Chain::start(&sample.genesis, &start, EMPTY_ROOT).unwrap();
    assert_eq!((chain.height(), chain.program()), (1, Some(PROGRAM)));
    chain.block(&block).unwrap();
    assert_eq!(chain.commitment(&sample.commit(&block)), Ok(()));
}

#[test]
fn a_start_holds_together_or_is_refused() {
    let (sample, _, start) = started();
    let reason = |start: &Start| Chain::start(&sample.genesis, start, EMPTY_ROOT).err().map(|e| e.reason);
    assert_eq!(reason(&start), None);
    type Change = fn(&mut Start);
    let cases: &[(Reason, Change)] = &[
        (Reason::Version, |s| s.header.version = 0),
        (Reason::Shard, |s| s.header.shard = Hash::ZERO),
        (Reason::Start, |s| s.header.height = 0),
        // No block could follow: the height after it was once computed with an addition that overflowed.
        (Reason::Start, |s| s.header.height = u64::MAX),
        (Reason::Start, |s| s.peaks.push(Hash::ZERO)),
        (Reason::Start, |s| s.peaks[0] = Hash::ZERO),
        (Reason::Start, |s| s.header.history_root = Hash::ZERO),
        (Reason::Commitment(ReceiptError::Link { index: 0 }), |s| s.links[0].path.clear()),
        (Reason::Commitment(ReceiptError::Link { index: 1 }), |s| s.links.push(s.links[0].clone())),
    ];
    for (expected, change) in cases {
        let mut changed = start.clone();
        change(&mut changed);
        assert_eq!(reason(&changed), Some(*expected));
    }
}

#[test]
fn a_key_can_be_used_again_when_it_is_dead() {
    let (sample, mut chain, mut block) = second();
    // Key 2 lives for 100 ms: it is dead within the same block, where time reaches its expiry.
    block.entries.push(sample.hit(2, THEN + 99));
    let early = sample.sealed(block.clone());
    assert_eq!(chain.block(&early).unwrap_err().reason, Reason::Duplicate);
    block.entries[2] = sample.hit(2, THEN + 100);
    chain.block(&sample.sealed(block)).unwrap();
}

#[test]
fn an_envelope_proves_its_calls() {
    let (sample, mut chain, mut block) = second();
    let key = SecretKey::from_seed(&[5; 32]);
    let calls = block.entries.iter().map(|entry| entry.call.call.clone()).collect();
    for (entry, call) in block.entries.iter_mut().zip(Envelope::sign(calls, &key)) {
        entry.call = call;
    }
    chain.block(&sample.sealed(block)).unwrap();
}

#[test]
fn the_body_as_a_whole_is_within_its_limits() {
    let (sample, mut chain, block) = second();
    let mut many = block.clone();
    many.entries = vec![many.entries[0].clone(); BLOCK_CALLS_MAX + 1];
    assert_eq!(chain.block(&sample.sealed(many)).unwrap_err().reason, Reason::Limit("calls"));
    let mut long = block.clone();
    long.diff.put(vec![0; KEY_BYTES_MAX + 2], None);
    assert_eq!(chain.block(&sample.sealed(long)).unwrap_err().reason, Reason::Limit("key"));
    let mut alone = block;
    alone.entries.truncate(1);
    alone.entries[0].diff = Hash::ZERO;
    assert_eq!(chain.block(&sample.sealed(alone)).unwrap_err().reason, Reason::CallDiff);
}

#[test]
fn a_genesis_must_be_sound_and_of_our_profile() {
    let sample = Sample::new();
    let reason = |genesis: &Genesis| Chain::new(genesis, EMPTY_ROOT).err().map(|invalid| invalid.reason);
    let mut other = sample.genesis.clone();
    other.profile = Hash::ZERO;
    assert_eq!(reason(&other), Some(Reason::Profile));
    other.window_ms = 0;
    assert!(matches!(reason(&other), Some(Reason::Genesis(_))));
}

/// A shard under profile 2 whose second block holds the seqs 2 and 3, and whose third an act that erases `seq`.
fn erasing(seq: u64) -> (Sample, [Block; 3]) {
    let (mut sample, first) = Sample::under(Profile::Two).with_first();
    let second = sample.block(vec![sample.hit(2, THEN), sample.trap(3, THEN + 1)]);
    sample.push(&second);
    let third = sample.block(vec![sample.erase(seq, THEN + 2)]);
    sample.push(&third);
    (sample, [first, second, third])
}

#[test]
fn an_erased_call_is_history_once_an_act_has_said_so() {
    let (sample, [first, mut second, third]) = erasing(2);
    assert!(second.erase(2));
    let [mut chain, mut followed] = [chain(&sample), chain(&sample)];
    for block in [&first, &second] {
        chain.block(block).unwrap();
        followed.follow(block).unwrap();
    }
    for chain in [&chain, &followed] {
        assert_eq!(chain.undecided().collect::<Vec<_>>(), [2]);
    }
    chain.block(&third).unwrap();
    followed.follow(&third).unwrap();
    assert_eq!((chain.undecided().count(), followed.undecided().count()), (0, 0));
    assert_eq!(chain.commitment(&sample.commit(&third)), Ok(()));
}

#[test]
fn an_act_decides_for_the_call_it_names_alone() {
    let (sample, [first, mut second, third]) = erasing(1);
    assert!(second.erase(2) && second.erase(3));
    let mut chain = chain(&sample);
    [first, second, third].iter().for_each(|block| drop(chain.block(block).unwrap()));
    assert_eq!(chain.undecided().collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn every_rule_holds_of_an_erased_call_but_those_that_need_its_bytes() {
    let (sample, [first, second, _]) = erasing(2);
    let mut chain = chain(&sample);
    let mut act = first.clone();
    let erased =
        crate::Erased { args: Hash::ZERO, output: Hash::ZERO, events: Hash::ZERO, messages: Hash::ZERO };
    act.entries[0].erased = Some(erased);
    assert_eq!(chain.block(&Sample::under(Profile::Two).sealed(act)).unwrap_err().reason, Reason::ErasedAct);
    chain.block(&first).unwrap();
    type Change = fn(&mut Block);
    let cases: &[(Reason, Change)] = &[
        (Reason::CallProof, |b| b.entries[0].call.proof = Proof::None),
        (Reason::Program, |b| b.entries[0].program = Hash::ZERO),
        (Reason::Fuel, |b| b.entries[0].fuel = u64::MAX),
        (Reason::Unreturned, |b| b.entries[1].erased = b.entries[0].erased),
        (Reason::ExecutionRoot, |b| b.entries[0].erased = b.entries[1].erased),
        (Reason::ExecutionRoot, |b| b.entries[0].diff = Hash::ZERO),
    ];
    for (reason, change) in cases {
        let mut block = second.clone();
        assert!(block.erase(2) && block.erase(3));
        change(&mut block);
        assert_eq!(chain.block(&block).unwrap_err().reason, *reason);
    }
}

/// Whoever changes a byte and makes every digest around the block anew is still found out, but for the
/// build's description, which nothing covers.
#[test]
fn no_byte_of_a_block_can_be_changed() {
    let (_, mut chain, block) = second();
    let bytes = block.to_bytes();
    for offset in (0..bytes.len()).step_by(5) {
        let mut changed = bytes.clone();
        changed[offset] ^= 1 << (offset % 8);
        let Ok(other) = Block::from_bytes(&changed) else {
            continue;
        };
        if other.build == block.build {
            assert!(chain.block(&other).is_err(), "offset {offset}");
        }
    }
    chain.block(&block).unwrap();
}

#[test]
fn a_commitment_is_the_writers_to_the_last_block() {
    let (sample, mut chain, block) = second();
    let commitment = sample.commit(&block);
    assert_eq!(chain.commitment(&commitment).unwrap_err().reason, Reason::Commitment(ReceiptError::Header));
    chain.block(&block).unwrap();
    assert_eq!(chain.commitment(&commitment), Ok(()));
    let fresh = Chain::new(&sample.genesis, EMPTY_ROOT).unwrap();
    assert_eq!(fresh.commitment(&commitment).unwrap_err().reason, Reason::NoBlock);
}

#[test]
fn an_invalid_says_what_and_where() {
    let invalid = Invalid { reason: Reason::Limit("args"), height: Some(2), seq: Some(3), offset: Some(4) };
    assert_eq!(invalid.to_string(), "over the limit of args: height=2, seq=3, offset=4");
    assert_eq!(Invalid::of(Reason::Trailing).to_string(), "bytes follow the trailer");
    assert_eq!(invalid.code(), 2126);
    assert_eq!(Reason::Commitment(ReceiptError::Key).code(), ReceiptError::Key.code());
}

#[test]
fn no_two_rules_share_a_number() {
    let source = include_str!("reason.rs");
    let codes: Vec<&str> =
        source.lines().filter_map(|line| line.split_once(" = 2")).map(|(_, code)| &code[..3]).collect();
    assert_eq!(codes.len(), 55);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
}
