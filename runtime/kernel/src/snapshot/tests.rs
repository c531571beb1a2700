use super::*;
use crate::tests::fixture::Sample;
use abi::sign::SecretKey;
use journal::SnapshotManifest;
use state::{Chunks, Rebuild};

const PHASES: [Phase; 4] = [Phase::Uploading, Phase::Verifying, Phase::Committed, Phase::Superseded];
const STEPS: [Step; 4] = [Step::Uploaded, Step::Verified, Step::Supersede, Step::Collect];
const POLICY: Policy = Policy { kept: 2, stale_ms: 100, grace_ms: 50 };

fn listed(id: u32, phase: Phase, since_ms: u64) -> Listed<u32> {
    Listed { id, height: u64::from(id), phase, since_ms }
}

#[test]
fn every_step_leads_where_the_table_says_and_no_other_is_taken() {
    let expected = [
        (Phase::Uploading, Step::Uploaded, Some(Phase::Verifying)),
        (Phase::Uploading, Step::Collect, None),
        (Phase::Verifying, Step::Verified, Some(Phase::Committed)),
        (Phase::Verifying, Step::Collect, None),
        (Phase::Committed, Step::Supersede, Some(Phase::Superseded)),
        (Phase::Superseded, Step::Collect, None),
    ];
    for phase in PHASES {
        for step in STEPS {
            let row = expected.iter().find(|row| (row.0, row.1) == (phase, step));
            let wanted = row.map(|row| row.2).ok_or(IllegalStep { phase, step });
            assert_eq!(after(phase, step), wanted, "{phase:?} {step:?}");
        }
    }
}

/// What is committed goes by way of SUPERSEDED only, and was VERIFYING before.
#[test]
fn the_only_way_to_committed_is_through_verifying() {
    let ways = PHASES.iter().flat_map(|&phase| STEPS.map(|step| (phase, step)));
    let into: Vec<_> =
        ways.filter(|(phase, step)| after(*phase, *step) == Ok(Some(Phase::Committed))).collect();
    assert_eq!(into, [(Phase::Verifying, Step::Verified)]);
}

#[test]
fn two_committed_are_kept_and_the_older_superseded() {
    let all: Vec<_> = (1..=5).map(|id| listed(id, Phase::Committed, 0)).collect();
    let superseded = [1, 2, 3].map(|id| (id, Step::Supersede));
    assert_eq!(collect(&all, &POLICY, u64::MAX), superseded);
    for kept in [0, 1, 2] {
        assert_eq!(collect(&all, &Policy { kept, ..POLICY }, 0), superseded, "at least two: {kept}");
    }
    assert_eq!(collect(&all, &Policy { kept: 4, ..POLICY }, 0), [(1, Step::Supersede)]);
    assert_eq!(collect(&all[..2], &POLICY, u64::MAX), []);
}

#[test]
fn what_is_stale_or_past_its_grace_is_collected() {
    let all = [
        listed(1, Phase::Uploading, 1000),
        listed(2, Phase::Verifying, 1001),
        listed(3, Phase::Superseded, 1050),
        listed(4, Phase::Superseded, 1051),
        listed(5, Phase::Committed, 0),
    ];
    assert_eq!(collect(&all, &POLICY, 1099), []);
    assert_eq!(collect(&all, &POLICY, 1100), [(1, Step::Collect), (3, Step::Collect)]);
    let later = [1, 2, 3, 4].map(|id| (id, Step::Collect));
    assert_eq!(collect(&all, &POLICY, 1101), later);
    assert_eq!(collect(&all, &POLICY, 0), [], "a clock that was set back makes nothing old");
}

/// Every step that the collector wants is one that the table allows, and then it wants no more.
#[test]
fn collecting_twice_changes_nothing_more() {
    let mut all: Vec<Listed<u32>> = Vec::new();
    for (id, phase) in (0..).zip(PHASES.iter().cycle().take(16)) {
        all.push(listed(id, *phase, 0));
    }
    let now_ms = 1000;
    for (id, step) in collect(&all, &POLICY, now_ms) {
        let at = all.iter().position(|it| it.id == id).unwrap();
        match after(all[at].phase, step).unwrap() {
            Some(phase) => all[at] = Listed { phase, since_ms: now_ms, ..all[at].clone() },
            None => drop(all.remove(at)),
        }
    }
    assert_eq!(collect(&all, &POLICY, now_ms), []);
    assert_eq!(all.iter().filter(|it| it.phase == Phase::Committed).count(), 2);
}

#[test]
fn a_shard_stands_where_its_last_block_left_it() {
    assert_eq!(Sample::born().shard.standing(), Ok(None));
    let mut sample = Sample::begun();
    for method in ["count", "put"] {
        let call = sample.signed(method);
        sample.ask(&call);
    }
    let (sample, _) = sample.reopened();
    let standing = sample.shard.standing().unwrap().unwrap();
    assert_eq!(standing.checkpoint.header.height, 3);
    assert_eq!((standing.links.len(), standing.live.len()), (1, 3));
    let node = SecretKey::from_seed(&[8; 32]);
    let view = sample.shard.view();
    let mut rebuild = Rebuild::new();
    let chunks: Vec<_> = Chunks::of(&*view).collect::<Result<_, _>>().unwrap();
    chunks.iter().for_each(|chunk| rebuild.add(chunk).unwrap());
    assert!(rebuild.finish(&standing.checkpoint.header.root_after).is_ok());
    let manifest = SnapshotManifest::sign(&node, standing, Vec::new());
    assert_eq!(
        manifest.verify(&sample.shard.id(), &node.public()).map(|it| it.key),
        Ok(sample.shard.writer())
    );
}
