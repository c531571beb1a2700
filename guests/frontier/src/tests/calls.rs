//! Whatever is called, in whatever order, the lists are those of the findings, and the rules hold.

use super::{
    ANN, AUTHOR, BOB, CRITICAL, HIGH, STRANGER, by_severity, by_status, change, decide, finding, founded,
    history, propose, record, review,
};
use crate::{ANSWER_MAX, Change, Count, Deed, Finding, Lineage, Proposal, Ruling, Status, Verb, Verdict};
use abi::outcome::Outcome;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use guest_sdk::test::{Host, Reply, identity};
use proptest::prelude::*;

const IDS: [&str; 4] = ["a", "b", "c", "d"];

/// Something that somebody may call.
#[derive(Clone, Debug)]
enum Call {
    Record(usize, Option<&'static str>),
    Retract(usize),
    Review(usize, Verdict),
    Propose(usize, Change),
    Decide(u64, Ruling, Option<Change>),
    /// A proposal of a stranger, and the decision of the caller for it.
    Make(usize, Change),
}

fn id() -> impl Strategy<Value = usize> {
    0..IDS.len()
}

fn vector() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(None), Just(Some(HIGH)), Just(Some(CRITICAL)), Just(Some("CVSS:3.1/AV:N"))]
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => id().prop_map(|id| change(Verb::Supersede, None, Some(IDS[id]))),
        2 => vector().prop_map(|vector| change(Verb::Rescore, vector, None)),
        1 => Just(change(Verb::Accept, None, None)),
        1 => Just(change(Verb::Contest, None, None)),
        1 => Just(change(Verb::Reject, None, None)),
        1 => Just(change(Verb::Retract, None, None)),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let verdict = prop_oneof![Just(Verdict::Accepted), Just(Verdict::Contested), Just(Verdict::Rejected)];
    let ruling = prop_oneof![1 => Just(Ruling::Ours), 4 => Just(Ruling::Theirs), 1 => Just(Ruling::Merge)];
    prop_oneof![
        2 => (id(), vector()).prop_map(|(id, vector)| Call::Record(id, vector)),
        1 => id().prop_map(Call::Retract),
        2 => (id(), verdict).prop_map(|(id, verdict)| Call::Review(id, verdict)),
        2 => (id(), any_change()).prop_map(|(id, change)| Call::Propose(id, change)),
        5 => (id(), any_change()).prop_map(|(id, change)| Call::Make(id, change)),
        2 => (1u64..9, ruling, any_change()).prop_map(|(number, ruling, change)| {
            Call::Decide(number, ruling, (ruling == Ruling::Merge).then_some(change))
        }),
    ]
}

fn caller() -> impl Strategy<Value = u8> {
    prop_oneof![1 => Just(AUTHOR), 3 => Just(ANN), 2 => Just(BOB), 1 => Just(STRANGER)]
}

fn send(host: &mut Host, by: u8, call: &Call) -> Reply {
    match call.clone() {
        Call::Record(id, vector) => record(host, by, IDS[id], vector),
        Call::Retract(id) => host.call(&identity(by), "retract", &(IDS[id], "wrong")),
        Call::Review(id, verdict) => review(host, by, IDS[id], verdict),
        Call::Propose(id, change) => propose(host, by, IDS[id], change),
        Call::Decide(number, ruling, merge) => decide(host, by, number, ruling, merge),
        Call::Make(id, change) => {
            let proposed = propose(host, STRANGER, IDS[id], change);
            if !proposed.outcome.is_returned() {
                return proposed;
            }
            decide(host, by, proposed.returned(), Ruling::Theirs, None)
        }
    }
}

fn known(host: &Host) -> Vec<Finding> {
    IDS.iter().filter_map(|id| host.ask::<Option<Finding>>("finding", &(*id,))).collect()
}

/// What must hold in every state.
fn audit(host: &Host) {
    let found = known(host);
    let mut expected: BTreeMap<Status, Vec<String>> = BTreeMap::new();
    for finding in &found {
        expected.entry(finding.status()).or_default().push(finding.id.clone());
    }
    let tally: Vec<Count> = host.ask("tally", &());
    for (status, count) in Status::ALL.iter().zip(&tally) {
        let of_status = expected.remove(status).unwrap_or_default();
        assert_eq!((count.status, count.findings), (*status, of_status.len() as u64));
        assert_eq!(by_status(host, *status), of_status);
    }
    let mut ranked: Vec<&Finding> =
        found.iter().filter(|it| it.confidence.is_some() && it.status().is_in_force()).collect();
    ranked.sort_by_key(|it| (it.confidence, it.id.clone()));
    assert_eq!(by_severity(host, 0, 100, false), ranked.iter().map(|it| it.id.clone()).collect::<Vec<_>>());
    for it in &found {
        assert_eq!(it.confidence, it.vector.as_deref().and_then(|vector| crate::base_score(vector).ok()));
        let lineage: Lineage = host.ask::<Option<Lineage>>("lineage", &(&it.id,)).unwrap();
        assert_eq!(lineage.successors.first(), it.superseded_by.as_ref());
        assert!(!lineage.successors.contains(&it.id) && lineage.successors.len() < IDS.len(), "a circle");
        let own = found.iter().filter(|other| other.superseded_by.as_ref() == Some(&it.id));
        assert_eq!(lineage.supersedes, own.map(|other| other.id.clone()).collect::<Vec<_>>());
        let acts = history(host, &it.id);
        assert!(acts.iter().zip(0..).all(|(act, ordinal)| act.ordinal == ordinal));
        let last = acts.last().unwrap();
        assert_eq!((last.status, last.confidence), (it.status(), it.confidence));
        let changes =
            acts.iter().filter(|act| !matches!(act.deed, Deed::Recorded | Deed::Proposed | Deed::Declined));
        assert_eq!(changes.clone().count() as u64, u64::from(it.revision));
        // Only a retraction of one's own is one's own decision.
        assert!(changes.clone().all(|act| act.by != it.author || act.deed == Deed::Retracted));
    }
    let waiting: Vec<Proposal> = host.ask("waiting", &(0u64, ANSWER_MAX));
    let undecided = (1..=100u64).filter_map(|number| host.ask::<Option<Proposal>>("proposal", &(number,)));
    assert_eq!(waiting, undecided.filter(|it| it.ruling.is_none()).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn lists_and_rules_hold_whatever_is_called(
        sent in proptest::collection::vec((call(), caller()), 0..60),
    ) {
        let mut host = founded();
        for (call, by) in &sent {
            let before = known(&host);
            let reply = send(&mut host, *by, call);
            prop_assert!(!matches!(reply.outcome, Outcome::Trapped(_)), "{call:?}: {:?}", reply.logs);
            prop_assert!(reply.outcome.is_returned() || reply.diff.is_empty());
            for was in before {
                let is = finding(&host, &was.id);
                prop_assert_eq!(&is.content, &was.content);
                prop_assert!(was.retracted.is_none() || is == was, "a retraction is final");
                prop_assert!(was.superseded_by.is_none() || is.superseded_by == was.superseded_by);
            }
        }
        audit(&host);
    }
}
