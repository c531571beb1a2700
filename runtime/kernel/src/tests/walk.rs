//! A call of history is walked through host call by host call, and a divergence is followed down to the key
//! and the host call.

use super::divergence::{history, replay, rewritten};
use super::fixture::{Sample, programs};
use crate::replay::What;
use crate::{Differing, Divergence, Examined, ReplayError};
use abi::diff::Diff;
use abi::effect::HostCalled;
use abi::outcome::Outcome;
use journal::Block;

const COUNT: &[u8] = b"\x01count";

fn names(calls: &[HostCalled]) -> Vec<&str> {
    calls.iter().map(|called| called.name).collect()
}

#[test]
fn a_call_is_walked_with_its_bytes_and_fuel() {
    let (_, blocks) = history();
    let mut replayer = replay(&blocks[..2], programs()).ok().unwrap();
    for (index, entry) in blocks[2].entries.iter().enumerate() {
        let walk = replayer.walk(&blocks[2], index).ok().unwrap();
        assert_eq!((walk.seq, &walk.execution.outcome), (2 + index as u64, &entry.outcome));
        assert_eq!((walk.execution.diff.hash(), walk.execution.fuel), (entry.diff, entry.fuel));
        let mut left = entry.call.call.fuel_max;
        for called in &walk.calls {
            assert!(called.fuel_before <= left && called.fuel_after < called.fuel_before, "{called:?}");
            left = called.fuel_after;
        }
    }
    let count = replayer.walk(&blocks[2], 0).ok().unwrap();
    assert_eq!(names(&count.calls), ["state_get", "state_put", "answer"]);
    assert_eq!(count.before.get(COUNT), Ok(None));
    let [get, put, answer] = &count.calls[..] else { panic!() };
    assert_eq!((get.key(), get.answered.as_ref(), get.result), (Some(&b"count"[..]), None, Some(u64::MAX)));
    assert_eq!((put.key(), put.given[1].whole()), (Some(&b"count"[..]), Some(&1u64.to_le_bytes()[..])));
    assert_eq!((answer.key(), answer.given[0].whole()), (None, Some(&1u64.to_le_bytes()[..])));
    let fail = replayer.walk(&blocks[2], 2).ok().unwrap();
    assert_eq!(names(&fail.calls), ["input", "state_put", "emit", "send", "fail"]);
    assert_eq!(
        fail.calls[0].answered.as_ref().unwrap().whole(),
        Some(&*blocks[2].entries[2].call.call.args.0)
    );
    assert_eq!(fail.calls[4].result, None);
    replayer.block(&blocks[2]).unwrap();
}

/// A call that is looked into comes to what it came to before, and its fuel is told to the unit.
#[test]
fn a_call_is_looked_into_as_it_was() {
    let mut sample = Sample::begun();
    let calls: Vec<_> = ["count", "put", "fail", "trap", "burn"].map(|method| sample.signed(method)).to_vec();
    sample.submit(&calls, 5);
    let blocks = sample.blocks();
    let mut replayer = replay(&blocks[..1], programs()).ok().unwrap();
    for (index, entry) in blocks[1].entries.iter().enumerate() {
        let walk = replayer.walk(&blocks[1], index).ok().unwrap();
        let inspected = replayer.rerun().inspect(&blocks[1], index, &walk).ok().unwrap().unwrap();
        assert_eq!((&inspected.execution.outcome, inspected.profile.fuel()), (&entry.outcome, entry.fuel));
        let is_trapped = matches!(entry.outcome, Outcome::Trapped(_));
        assert_eq!((inspected.frames.is_empty(), is_trapped), (index < 2, index >= 3));
        let given =
            replayer.rerun().given(&blocks[1], index, &walk, 2 * entry.call.call.fuel_max).ok().unwrap();
        assert!(given.fuel >= entry.fuel);
    }
    let mut replayer = replay(&[], programs()).ok().unwrap();
    let deploy = replayer.walk(&blocks[0], 0).ok().unwrap();
    assert!(replayer.rerun().inspect(&blocks[0], 0, &deploy).ok().unwrap().is_none());
}

/// What a replay finds in the last block after this change, and what is found when one looks into it.
fn examined(change: impl FnOnce(&mut Block)) -> (Divergence, Examined) {
    let (_, blocks) = history();
    let blocks = rewritten(&blocks, change);
    let mut replayer = replay(&blocks[..2], programs()).ok().unwrap();
    match replayer.block(&blocks[2]) {
        Err(ReplayError::Diverged(found)) => {
            let examined = replayer.examine(&blocks[2], &found).ok().unwrap();
            (found, examined)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_divergence_is_followed_to_the_key_and_the_host_call() {
    let nine = 9u64.to_le_bytes().to_vec();
    let (found, examined) = examined(|block| {
        block.entries[0].diff = Diff::new().hash();
        block.diff.put(COUNT.to_vec(), Some(nine.clone()));
    });
    assert_eq!((found.seq, found.what), (Some(2), What::Diff));
    let one = 1u64.to_le_bytes().to_vec();
    let (key, writer) = (COUNT.to_vec(), Some(2));
    assert_eq!(
        examined.keys,
        [Differing { key, recorded: Some(Some(nine)), computed: Some(Some(one)), writer }]
    );
    assert_eq!((examined.walk.unwrap().seq, examined.touched), (2, Some(0)), "it reads the key first");
}

#[test]
fn a_difference_of_the_block_alone_leads_to_its_last_writer() {
    let (_, blocks) = history();
    let put = blocks[2].diff.iter().map(|(key, _)| key.to_vec()).find(|key| key != COUNT).unwrap();
    let (found, examined) = examined(|block| block.diff.put(put.clone(), None));
    assert_eq!((found.seq, found.what), (None, What::BlockDiff(put.clone())));
    let [differing] = &examined.keys[..] else { panic!() };
    assert_eq!((&differing.key, &differing.recorded, differing.writer), (&put, &Some(None), Some(3)));
    let (walk, touched) = (examined.walk.unwrap(), examined.touched.unwrap());
    assert_eq!((walk.seq, walk.calls[touched].name), (3, "state_put"));
}

#[test]
fn what_nobody_wrote_leads_to_no_call() {
    let forged = b"\x01forged".to_vec();
    let (_, examined) = examined(|block| block.diff.put(forged.clone(), Some(vec![1])));
    let (recorded, computed, writer) = (Some(Some(vec![1])), None, None);
    assert_eq!(examined.keys, [Differing { key: forged, recorded, computed, writer }]);
    assert!(examined.walk.is_none() && examined.touched.is_none());
}
