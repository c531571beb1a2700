//! Bundles whose last block is not as it must be, though the writer signed for it: one lie each, of the
//! header over its body, and of calls that no honest node would admit.

use super::Cases;
use crate::shard::{JUMP_MS, START_MS, Shard, Step, WINDOW_MS, key};
use abi::Hash;
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::Bytes;
use abi::effect::Event;
use abi::profile::Profile;
use abi::sign::SecretKey;
use journal::{Block, Entry, Header};

/// The logical time of the calls that lie.
const AT_MS: u64 = START_MS + 40;

pub(super) fn make(shard: &Shard, cases: &mut Cases) {
    headers(cases);
    calls(shard, cases);
    acts(shard, cases);
    first(cases);
}

/// A bundle whose fourth block is `block`, which the writer signed.
pub(super) fn bundle(block: Block) -> Vec<u8> {
    let mut shard = Shard::sample();
    shard.commitments.push(shard.commit(&block));
    shard.blocks.push(block);
    shard.bundle(None, false)
}

/// What a header says that is not so.
type Lie = fn(&mut Header);

/// A header that says something else than its body, or does not follow the one before it.
fn headers(cases: &mut Cases) {
    let shard = Shard::sample();
    let honest = shard.block(&[shard.hit(10, AT_MS)]);
    let lies: [(&'static str, u16, Lie); 14] = [
        ("header-of-another-version", 2103, |h| h.version = 2),
        ("header-of-another-parent", 2106, |h| h.previous = Hash::ZERO),
        ("header-of-an-epoch-that-fell", 2107, |h| h.epoch = 0),
        ("header-of-another-first-seq", 2108, |h| h.first_seq += 1),
        ("header-of-no-calls", 2109, |h| h.count = 0),
        ("header-of-more-calls", 2112, |h| h.count += 1),
        ("header-of-more-calls-and-history", 2110, |h| {
            (h.count, h.history_size) = (h.count + 1, h.history_size + 1)
        }),
        ("header-of-another-root-before", 2111, |h| h.root_before = Hash::ZERO),
        ("header-of-another-history-size", 2112, |h| h.history_size += 1),
        ("header-of-another-history-root", 2113, |h| h.history_root = Hash::ZERO),
        ("header-of-another-execution-root", 2114, |h| h.execution_root = Hash::ZERO),
        ("header-of-another-diff", 2115, |h| h.diff = Hash::ZERO),
        ("header-of-another-time", 2117, |h| h.time_ms += 1),
        ("header-of-a-time-that-fell", 2118, |h| h.time_ms = START_MS),
    ];
    for (name, code, lie) in lies {
        let mut block = honest.clone();
        lie(&mut block.header);
        cases.invalid(name, bundle(block), code);
    }
    let mut block = honest.clone();
    block.diff.put(vec![1, 200], Some(vec![1]));
    let block = Block { header: Header { diff: block.diff.hash(), ..block.header }, ..block };
    cases.invalid("only-call-of-another-diff", bundle(block), 2116);
}

/// A bundle whose fourth block, sealed, holds one call more than an honest one.
fn with(change: impl FnOnce(&Shard, &mut Entry)) -> Vec<u8> {
    let shard = Shard::sample();
    let mut step = shard.hit(11, AT_MS);
    change(&shard, &mut step.entry);
    bundle(shard.block(&[shard.hit(10, AT_MS), step]))
}

/// The entry's call, changed and signed again.
fn signed(entry: &mut Entry, change: impl FnOnce(&mut Call)) {
    let mut call = entry.call.call.clone();
    change(&mut call);
    entry.call = SignedCall::sign(call, &key(5));
}

fn calls(shard: &Shard, cases: &mut Cases) {
    let forged = with(|_, entry| entry.call.call.args = Bytes(vec![0x80]));
    cases.invalid("call-changed-after-it-was-signed", forged, 2122);
    let unproved = with(|_, entry| entry.call.proof = Proof::None);
    cases.invalid("call-without-its-proof", unproved, 2122);
    cases.invalid("call-of-version-2", with(|_, entry| signed(entry, |call| call.version = 2)), 2120);
    cases.invalid("key-expired", with(|_, entry| signed(entry, |call| call.expires_ms = AT_MS)), 2123);
    let far = with(|_, entry| signed(entry, |call| call.expires_ms = AT_MS + WINDOW_MS + 1));
    cases.invalid("key-that-outlives-the-window", far, 2124);
    cases.invalid(
        "key-used-twice-in-a-block",
        with(|_, entry| signed(entry, |call| call.key = [10; 32])),
        2125,
    );
    cases.invalid(
        "key-used-in-an-earlier-block",
        with(|_, entry| signed(entry, |call| call.key = [8; 32])),
        2125,
    );
    cases.invalid(
        "method-too-long",
        with(|_, entry| signed(entry, |call| call.method = "m".repeat(65))),
        2201,
    );
    let meant = with(|_, entry| signed(entry, |call| call.program = Some(Hash([1; 32]))));
    cases.invalid("call-meant-for-another-program", meant, 2131);
    cases.invalid("program-that-does-not-serve", with(|_, entry| entry.program = Hash([1; 32])), 2130);
    cases.invalid("fuel-above-the-calls", with(|_, entry| entry.fuel = 1_001), 2133);
    let greedy = with(|_, entry| signed(entry, |call| call.fuel_max = abi::limits::FUEL_MAX + 1));
    cases.invalid("fuel-above-any-calls", greedy, 2133);
    let mut failed = shard.fail(12, AT_MS);
    failed.entry.events.push(Event { name: "x".into(), data: Bytes(vec![0x80]) });
    cases.invalid("event-of-a-call-that-failed", bundle(shard.block(&[failed])), 2132);
    cases.invalid(
        "time-that-jumps",
        bundle(shard.block(&[shard.hit(10, START_MS + 30 + JUMP_MS + 1)])),
        2119,
    );
}

/// A call signed by `keys` as authority, under a key that was not used yet.
fn authorized(mut step: Step, keys: [&SecretKey; 2], change: impl FnOnce(&mut Call)) -> Vec<u8> {
    let mut call = Call { key: [210; 32], ..step.entry.call.call };
    change(&mut call);
    step.entry.call = SignedCall::authorize(call, &keys);
    bundle(Shard::sample().block(&[step]))
}

/// Acts of who has no authority.
fn acts(shard: &Shard, cases: &mut Cases) {
    let [one, two, _] = &shard.authority;
    let deploy = || shard.deploy(AT_MS);
    cases.invalid("deploy-by-too-few", authorized(deploy(), [one, &key(31)], |_| ()), 2127);
    let writer = shard.set_writer(&key(9), AT_MS);
    cases.invalid("writer-set-by-strangers", authorized(writer, [&key(31), &key(32)], |_| ()), 2127);
    let unknown = authorized(deploy(), [one, two], |call| call.method = "destroy".into());
    cases.invalid("act-that-there-is-not", unknown, 2135);
    let hit = || shard.hit(10, AT_MS);
    let elsewhere = authorized(hit(), [one, two], |call| call.caller = Caller::Nobody);
    cases.invalid("authority-over-the-program", elsewhere, 2128);
    let repeated = authorized(deploy(), [one, one], |_| ());
    cases.invalid("deploy-by-one-twice", repeated, 2122);
    let mut by_user = hit();
    by_user.entry.program = Profile::One.system();
    cases.invalid("user-on-the-system-program", bundle(shard.block(&[by_user])), 2127);
}

/// A history that begins with something else than a deploy.
fn first(cases: &mut Cases) {
    let mut shard = Shard::new(9);
    shard.push(vec![shard.hit(1, START_MS)]);
    cases.invalid("history-without-a-deploy", shard.bundle(None, false), 2129);
    let mut shard = Shard::new(9);
    shard.push(vec![shard.set_writer(&key(6), START_MS)]);
    shard.writer = key(6);
    shard.commitments[0] = shard.commit(&shard.blocks[0]);
    cases.invalid("history-that-begins-with-a-writer", shard.bundle(None, false), 2129);
    let mut shard = Shard::new(9);
    let mut block = shard.block(&[shard.deploy(START_MS)]);
    block.header.root_before = Hash::ZERO;
    let block = shard.sealed(block);
    shard.commitments.push(shard.commit(&block));
    shard.blocks.push(block);
    cases.invalid("state-that-was-not-empty-at-birth", shard.bundle(None, false), 2111);
}
