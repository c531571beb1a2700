//! Bundles of a writer who signed for acts that no honest node would do.

use super::Cases;
use super::lies::bundle;
use crate::shard::{JUMP_MS, START_MS, Shard};
use abi::Hash;

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
}
