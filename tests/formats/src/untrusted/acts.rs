//! Bundles of a writer who signed for acts that no honest node would do.

use super::lies::bundle;
use super::{Anchor, Cases};
use crate::shard::{JUMP_MS, START_MS, Shard, Step};
use abi::Hash;
use abi::outcome::Outcome;
use abi::profile::Profile;
use abi::system::{Act, Advance, Erase, MIGRATE, Prune, SetProfile};
use journal::{Entry, Erased};
use verify::Exit;

const AT_MS: u64 = START_MS + 40;

pub(super) fn make(cases: &mut Cases) {
    let shard = Shard::sample();
    let honest = || shard.revert(2, AT_MS, |_, _| ());
    let beside = [honest(), shard.hit(10, AT_MS)];
    cases.invalid("revert-beside-another-call", bundle(shard.block(&beside)), 2137);
    let mut reverts = |name, step| cases.invalid(name, bundle(shard.block(&[step])), 2138);
    reverts("revert-to-another-root", shard.revert(2, AT_MS, |revert, _| revert.root = Hash::ZERO));
    reverts("revert-to-another-height", shard.revert(2, AT_MS, |revert, _| revert.height = 1));
    reverts("revert-with-another-path", shard.revert(2, AT_MS, |_, shown| shown.path[0] = Hash::ZERO));
    let first = shard.revert(1, AT_MS, |_, _| ());
    let mut elsewhere = shard.revert(2, AT_MS, |_, _| ());
    (elsewhere.entry.diff, elsewhere.diff) = (first.entry.diff, first.diff);
    reverts("revert-that-ends-elsewhere", elsewhere);
    let far = AT_MS + JUMP_MS;
    let too_short = shard.advance(far - 1, far);
    cases.invalid("advance-beyond-what-it-says", bundle(shard.block(&[too_short])), 2119);
    let late = shard.hit(10, far);
    cases.invalid("jump-without-an-act", bundle(shard.block(&[late])), 2119);
    profiles(cases);
}

/// Acts of profile `2`.
fn profiles(cases: &mut Cases) {
    let shard = Shard::sample();
    let set = shard.set_profile(AT_MS);
    let beside = [set.clone(), shard.hit(10, AT_MS)];
    cases.invalid("profile-set-beside-another-call", bundle(shard.block(&beside)), 2139);
    let mut silent = set;
    silent.entry.outcome = Outcome::Failed(vec![0x80]);
    cases.invalid("profile-set-by-an-act-that-failed", bundle(shard.block(&[silent])), 2128);
    let act = |act, shard: &Shard| shard.silent_act(act, 10, AT_MS);
    let erase = |seq| Act::Erase(Erase { seq });
    let mut newer_system = act(erase(1), &shard);
    newer_system.entry.program = Profile::Two.system();
    cases.invalid("act-of-a-profile-that-is-not-in-force", bundle(shard.block(&[newer_system])), 2128);
    cases.invalid("act-that-the-profile-lacks", bundle(shard.block(&[act(erase(1), &shard)])), 2135);

    let shard = Shard::newer();
    let again = Act::SetProfile(SetProfile { profile: Profile::Two.hash() });
    let mut refuse = |name, step: Step, code| {
        let mut newer = Shard::newer();
        let block = newer.block(&[step]);
        newer.commitments.push(newer.commit(&block));
        newer.blocks.push(block);
        cases.invalid(name, newer.bundle(None, false), code);
    };
    refuse("profile-set-again", act(again, &shard), 2140);
    let mut old = act(Act::Advance(Advance { to_ms: AT_MS }), &shard);
    old.entry.program = Profile::One.system();
    refuse("act-of-the-profile-before", old, 2128);
    refuse("migration-called-by-somebody", shard.hit_by(MIGRATE, 10, AT_MS), 2141);
    let mut forgotten = act(Act::Advance(Advance { to_ms: AT_MS }), &shard);
    let [args, output, events, messages] = [Hash::ZERO; 4];
    forgotten.entry.erased = Some(Erased { args, output, events, messages });
    refuse("act-erased", forgotten, 2144);
    refuse("erasure-of-itself", act(erase(11), &shard), 2142);
    refuse("pruning-of-its-own-block", act(Act::Prune(Prune { height: 5 }), &shard), 2143);

    erasures(cases);
}

/// Erased calls of which the authority has not decided that they are to be, or that somebody has changed.
fn erasures(cases: &mut Cases) {
    let erased = |change: fn(&mut [Entry])| {
        let mut shard = Shard::newer();
        assert!(shard.blocks[1].erase(4) && shard.blocks[1].erase(5) && shard.blocks[2].erase(9));
        change(&mut shard.blocks[1].entries);
        shard.bundle(None, false)
    };
    let anchor = Anchor::Shard(cases.shard);
    cases.case("erased-and-never-decided", erased(|_| ()), anchor, Exit::CannotJudge, 6016);
    let another_output =
        |entries: &mut [Entry]| entries[0].erased.iter_mut().for_each(|it| it.output = Hash::ZERO);
    let another_call =
        |entries: &mut [Entry]| entries[0].erased.iter_mut().for_each(|it| it.args = Hash::ZERO);
    let events = |entries: &mut [Entry]| entries[1].erased.iter_mut().for_each(|it| it.events = Hash::ZERO);
    cases.invalid("erased-and-another-output", erased(another_output), 2114);
    cases.invalid("erased-and-another-call", erased(another_call), 2114);
    cases.invalid("failed-and-erased-with-events", erased(events), 2132);
}
