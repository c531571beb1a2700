use crate::{
    ANSWER_MAX, Act, Change, Count, Deed, Error, Finding, Line, Lineage, Program, Proposal, Ruling, Status,
    Substance, Verb, Verdict,
};
use abi::interface::{SECTION, encode, encoded_len};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use guest_sdk::test::{Caller, Host, Reply, genesis, identity, program_hash};
use guest_sdk::{Account, Decode, Encode, Hash};

mod calls;

const WASM: &[u8] = include_bytes!("../../wasm/frontier.wasm");

const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

const OWNER: u8 = 1;
const AUTHOR: u8 = 2;
const ANN: u8 = 3;
const BOB: u8 = 4;
const STRANGER: u8 = 5;

fn account(seed: u8) -> Account {
    Account::from_bytes(&identity(seed).to_bytes()).unwrap()
}

/// A frontier whose reviewers are Ann and Bob, with findings `a` (7.5), `b` (9.8) and `c` (no vector) of the author.
fn founded() -> Host {
    let mut host = Host::with::<Program>(genesis(), program_hash(WASM));
    host.call(&identity(OWNER), "found", &()).returned::<()>();
    for reviewer in [ANN, BOB] {
        host.call(&identity(OWNER), "appoint", &(account(reviewer),)).returned::<()>();
    }
    for (id, vector) in [("a", Some(HIGH)), ("b", Some(CRITICAL)), ("c", None)] {
        record(&mut host, AUTHOR, id, vector).returned::<Option<u8>>();
    }
    host
}

fn record(host: &mut Host, by: u8, id: &str, vector: Option<&str>) -> Reply {
    host.call(&identity(by), "record", &(id, "crate", "unsound", vector.map(str::to_string)))
}

fn review(host: &mut Host, by: u8, id: &str, verdict: Verdict) -> Reply {
    host.call(&identity(by), "review", &(id, verdict, "because"))
}

fn change(verb: Verb, vector: Option<&str>, successor: Option<&str>) -> Change {
    Change { verb, vector: vector.map(str::to_string), successor: successor.map(str::to_string) }
}

fn supersede(successor: &str) -> Change {
    change(Verb::Supersede, None, Some(successor))
}

fn propose(host: &mut Host, by: u8, id: &str, change: Change) -> Reply {
    host.call(&identity(by), "propose", &(id, change, None::<Hash>, "perhaps"))
}

fn decide(host: &mut Host, by: u8, number: u64, ruling: Ruling, merge: Option<Change>) -> Reply {
    host.call(&identity(by), "decide", &(number, ruling, merge, "decided"))
}

/// Proposes and has Ann decide for it.
fn make(host: &mut Host, id: &str, change: Change) {
    let number = propose(host, STRANGER, id, change).returned();
    decide(host, ANN, number, Ruling::Theirs, None).returned::<()>();
}

fn finding(host: &Host, id: &str) -> Finding {
    host.ask::<Option<Finding>>("finding", &(id,)).unwrap()
}

fn ids(lines: Vec<Line>) -> Vec<String> {
    lines.into_iter().map(|line| line.id).collect()
}

fn by_status(host: &Host, status: Status) -> Vec<String> {
    ids(host.ask("by_status", &(status, 0u32, ANSWER_MAX)))
}

fn by_severity(host: &Host, least: u8, most: u8, greatest_first: bool) -> Vec<String> {
    ids(host.ask("by_severity", &(least, most, greatest_first, 0u32, ANSWER_MAX)))
}

fn history(host: &Host, id: &str) -> Vec<Act> {
    host.ask("history", &(id, 0u32, ANSWER_MAX))
}

fn refused(reply: &Reply, error: Error) {
    assert!(reply.failed_with(&error), "expected {error:?}, found {:?}", reply.outcome);
    assert!(reply.diff.is_empty());
}

#[test]
fn a_confidence_follows_from_the_vector() {
    let mut host = founded();
    assert_eq!(record(&mut host, AUTHOR, "d", Some(CRITICAL)).returned::<Option<u8>>(), Some(98));
    let unknown = Error::MetricUnknown { metric: "XX".into() };
    refused(&record(&mut host, AUTHOR, "e", Some("CVSS:3.1/XX:H")), unknown.clone());
    let found = finding(&host, "a");
    assert_eq!(
        (found.confidence, found.vector.as_deref(), found.status()),
        (Some(75), Some(HIGH), Status::Unreviewed)
    );
    assert_eq!((found.author, found.revision, found.verdict), (account(AUTHOR), 0, None));
    assert_eq!(finding(&host, "c").confidence, None);
    assert_eq!(host.ask::<u8>("score", &(HIGH,)), 75);
    let code = (42u8, "MetricUnknown", "XX").to_bytes();
    assert_eq!(host.query("score", &("CVSS:4.0/XX:H",)), abi::outcome::Outcome::Failed(code));
}

#[test]
fn a_finding_recorded_again_changes_nothing() {
    let mut host = founded();
    refused(&record(&mut host, AUTHOR, "a", Some(HIGH)), Error::Exists);
    refused(&record(&mut host, STRANGER, "a", Some(CRITICAL)), Error::ExistsWithDifferentContent);
    make(&mut host, "a", change(Verb::Rescore, Some(CRITICAL), None));
    refused(&record(&mut host, AUTHOR, "a", Some(HIGH)), Error::Exists);
    refused(&record(&mut host, AUTHOR, "a", Some(CRITICAL)), Error::ExistsWithDifferentContent);
}

#[test]
fn what_is_recorded_has_a_form() {
    let mut host = founded();
    let nobody = host.call(&Caller::Nobody, "record", &("d", "", "", None::<String>));
    refused(&nobody, Error::NoCaller);
    refused(&record(&mut host, AUTHOR, "", None), Error::IdEmpty);
    refused(&record(&mut host, AUTHOR, &"x".repeat(65), None), Error::TooLong { size: 65, max: 64 });
    let long = "x".repeat(513);
    refused(&record(&mut host, AUTHOR, "d", Some(&long)), Error::TooLong { size: 513, max: 512 });
    let reply = host.call(&identity(AUTHOR), "retract", &("a", &long));
    refused(&reply, Error::TooLong { size: 513, max: 512 });
    record(&mut host, AUTHOR, &"x".repeat(64), None).returned::<Option<u8>>();
}

#[test]
fn only_the_owner_says_who_reviews() {
    let mut host = founded();
    refused(&host.call(&identity(ANN), "found", &()), Error::AlreadyFounded);
    refused(&host.call(&identity(ANN), "appoint", &(account(STRANGER),)), Error::NotTheOwner);
    refused(&host.call(&identity(ANN), "dismiss", &(account(BOB),)), Error::NotTheOwner);
    refused(&host.call(&identity(OWNER), "appoint", &(account(ANN),)), Error::CannotAppoint);
    let nobody = Account::from_bytes(&Caller::Nobody.to_bytes()).unwrap();
    refused(&host.call(&identity(OWNER), "appoint", &(nobody,)), Error::CannotAppoint);
    refused(&host.call(&identity(OWNER), "dismiss", &(account(STRANGER),)), Error::NotAReviewer);
    host.call(&identity(OWNER), "dismiss", &(account(ANN),)).returned::<()>();
    assert_eq!(host.ask::<Vec<Account>>("reviewers", &()), [account(BOB)]);
    refused(&review(&mut host, ANN, "a", Verdict::Accepted), Error::NotAReviewer);
    let mut fresh = Host::new::<Program>();
    refused(&fresh.call(&Caller::Nobody, "found", &()), Error::NoCaller);
    refused(&fresh.call(&identity(OWNER), "appoint", &(account(ANN),)), Error::NotTheOwner);
}

#[test]
fn reviewers_give_verdicts_on_what_others_found() {
    let mut host = founded();
    for (verdict, status) in [
        (Verdict::Contested, Status::Contested),
        (Verdict::Accepted, Status::Accepted),
        (Verdict::Rejected, Status::Rejected),
        (Verdict::Accepted, Status::Accepted),
    ] {
        review(&mut host, ANN, "a", verdict).returned::<()>();
        assert_eq!(by_status(&host, status), ["a"]);
    }
    refused(&review(&mut host, BOB, "a", Verdict::Accepted), Error::Unchanged);
    refused(&review(&mut host, STRANGER, "a", Verdict::Rejected), Error::NotAReviewer);
    refused(&review(&mut host, ANN, "z", Verdict::Rejected), Error::NotFound { id: "z".into() });
    record(&mut host, ANN, "d", None).returned::<Option<u8>>();
    refused(&review(&mut host, ANN, "d", Verdict::Accepted), Error::OwnMatter);
    review(&mut host, BOB, "d", Verdict::Accepted).returned::<()>();
}

#[test]
fn a_retraction_is_final() {
    let mut host = founded();
    let retract = |host: &mut Host, by: u8| host.call(&identity(by), "retract", &("a", "wrong"));
    refused(&retract(&mut host, ANN), Error::NotTheAuthor);
    retract(&mut host, AUTHOR).returned::<()>();
    let found = finding(&host, "a");
    assert_eq!(
        (found.retracted.as_deref(), found.status(), found.revision),
        (Some("wrong"), Status::Retracted, 1)
    );
    refused(&retract(&mut host, AUTHOR), Error::Retracted);
    refused(&review(&mut host, ANN, "a", Verdict::Accepted), Error::Retracted);
    refused(&propose(&mut host, ANN, "a", supersede("b")), Error::Retracted);
    assert_eq!(by_severity(&host, 0, 100, false), ["b"]);
    // Others take it back by a proposal.
    make(&mut host, "b", change(Verb::Retract, None, None));
    assert_eq!(finding(&host, "b").retracted.as_deref(), Some("decided"));
    assert_eq!(by_status(&host, Status::Retracted), ["a", "b"]);
}

#[test]
fn successions_lead_to_one_that_is_last() {
    let mut host = founded();
    make(&mut host, "a", supersede("b"));
    make(&mut host, "c", supersede("b"));
    refused(&propose(&mut host, STRANGER, "b", supersede("a")), Error::SuccessorNotInForce);
    refused(&propose(&mut host, STRANGER, "b", supersede("b")), Error::SupersedesItself);
    refused(&propose(&mut host, STRANGER, "b", supersede("z")), Error::NotFound { id: "z".into() });
    refused(&review(&mut host, ANN, "a", Verdict::Accepted), Error::Superseded { by: "b".into() });
    record(&mut host, AUTHOR, "d", None).returned::<Option<u8>>();
    make(&mut host, "b", supersede("d"));
    let lineage = |id: &str| host.ask::<Option<Lineage>>("lineage", &(id,));
    let expected = |supersedes: &[&str], successors: &[&str]| {
        let owned = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        Some(Lineage { supersedes: owned(supersedes), successors: owned(successors) })
    };
    assert_eq!(lineage("a"), expected(&[], &["b", "d"]));
    assert_eq!(lineage("b"), expected(&["a", "c"], &["d"]));
    assert_eq!(lineage("d"), expected(&["b"], &[]));
    assert_eq!(lineage("z"), None);
    // What is superseded can still be taken back, and what it stood for is not revived.
    host.call(&identity(AUTHOR), "retract", &("b", "wrong")).returned::<()>();
    assert_eq!(
        (finding(&host, "a").status(), finding(&host, "b").status()),
        (Status::Superseded, Status::Retracted)
    );
    review(&mut host, ANN, "d", Verdict::Rejected).returned::<()>();
    record(&mut host, AUTHOR, "e", None).returned::<Option<u8>>();
    refused(&propose(&mut host, STRANGER, "e", supersede("d")), Error::SuccessorNotInForce);
}

#[test]
fn a_proposal_waits_for_somebody_else() {
    let mut host = founded();
    let rescore = change(Verb::Rescore, Some(CRITICAL), None);
    let peer = Some(Hash([7; 32]));
    let reply = host.call(&identity(BOB), "propose", &("a", rescore.clone(), peer, "theirs says so"));
    assert_eq!(reply.returned::<u64>(), 1);
    assert_eq!(finding(&host, "a").confidence, Some(75), "a proposal changes nothing yet");
    let waiting: Vec<Proposal> = host.ask("waiting", &(0u64, 9u32));
    assert_eq!((waiting.len(), waiting[0].peer, &waiting[0].change, waiting[0].base), (1, peer, &rescore, 0));
    refused(&decide(&mut host, BOB, 1, Ruling::Theirs, None), Error::OwnMatter);
    refused(&decide(&mut host, STRANGER, 1, Ruling::Theirs, None), Error::NotAReviewer);
    refused(&decide(&mut host, ANN, 2, Ruling::Theirs, None), Error::NoSuchProposal);
    refused(&decide(&mut host, ANN, 1, Ruling::Merge, None), Error::BadRuling);
    refused(&decide(&mut host, ANN, 1, Ruling::Ours, Some(rescore)), Error::BadRuling);
    decide(&mut host, ANN, 1, Ruling::Theirs, None).returned::<()>();
    refused(&decide(&mut host, ANN, 1, Ruling::Ours, None), Error::AlreadyDecided);
    assert_eq!(finding(&host, "a").confidence, Some(98));
    assert_eq!(host.ask::<Vec<Proposal>>("waiting", &(0u64, 9u32)), []);
    let decided = host.ask::<Option<Proposal>>("proposal", &(1u64,)).unwrap();
    assert_eq!((decided.ruling, decided.reviewer), (Some(Ruling::Theirs), Some(account(ANN))));
    record(&mut host, ANN, "d", None).returned::<Option<u8>>();
    let number = propose(&mut host, STRANGER, "d", change(Verb::Accept, None, None)).returned();
    refused(&decide(&mut host, ANN, number, Ruling::Ours, None), Error::OwnMatter);
}

#[test]
fn a_reviewer_may_merge_and_may_decline() {
    let mut host = founded();
    let number = propose(&mut host, STRANGER, "a", change(Verb::Reject, None, None)).returned();
    let merged = change(Verb::Contest, None, None);
    decide(&mut host, ANN, number, Ruling::Merge, Some(merged)).returned::<()>();
    assert_eq!(finding(&host, "a").status(), Status::Contested);
    let number = propose(&mut host, STRANGER, "a", change(Verb::Retract, None, None)).returned();
    decide(&mut host, BOB, number, Ruling::Ours, None).returned::<()>();
    assert_eq!((finding(&host, "a").status(), finding(&host, "a").revision), (Status::Contested, 1));
    let deeds: Vec<(Deed, Option<u64>)> =
        history(&host, "a").iter().map(|act| (act.deed, act.proposal)).collect();
    let (one, two) = (Some(1), Some(2));
    let expected = [
        (Deed::Recorded, None),
        (Deed::Proposed, one),
        (Deed::Contested, one),
        (Deed::Proposed, two),
        (Deed::Declined, two),
    ];
    assert_eq!(deeds, expected);
}

/// What was decided on was not what the proposer saw.
#[test]
fn a_stale_proposal_can_only_be_declined() {
    let mut host = founded();
    let number = propose(&mut host, STRANGER, "a", supersede("b")).returned();
    review(&mut host, ANN, "a", Verdict::Accepted).returned::<()>();
    let stale = Error::Stale { base: 0, revision: 1 };
    refused(&decide(&mut host, BOB, number, Ruling::Theirs, None), stale.clone());
    refused(&decide(&mut host, BOB, number, Ruling::Merge, Some(supersede("c"))), stale);
    decide(&mut host, BOB, number, Ruling::Ours, None).returned::<()>();
    // The rules are looked at again: meanwhile the successor was taken back.
    let number = propose(&mut host, STRANGER, "a", supersede("b")).returned();
    host.call(&identity(AUTHOR), "retract", &("b", "wrong")).returned::<()>();
    refused(&decide(&mut host, BOB, number, Ruling::Theirs, None), Error::SuccessorNotInForce);
}

#[test]
fn a_change_has_what_its_verb_needs_and_no_more() {
    let mut host = founded();
    for bad in [
        change(Verb::Rescore, None, None),
        change(Verb::Rescore, Some(HIGH), Some("b")),
        change(Verb::Supersede, None, None),
        change(Verb::Supersede, Some(HIGH), Some("b")),
        change(Verb::Accept, Some(HIGH), None),
        change(Verb::Retract, None, Some("b")),
    ] {
        refused(&propose(&mut host, STRANGER, "a", bad), Error::BadChange);
    }
    refused(&propose(&mut host, STRANGER, "a", change(Verb::Rescore, Some(HIGH), None)), Error::Unchanged);
    let bad = change(Verb::Rescore, Some("CVSS:3.1/AV:N"), None);
    refused(&propose(&mut host, STRANGER, "a", bad), Error::MetricMissing { metric: "AC".into() });
    let nobody = (&"a", change(Verb::Accept, None, None), None::<Hash>, "x");
    refused(&host.call(&Caller::Nobody, "propose", &nobody), Error::NoCaller);
}

#[test]
fn lists_are_ordered_ranges() {
    let mut host = founded();
    for (id, vector) in [("d", HIGH), ("e", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), ("f", CRITICAL)]
    {
        record(&mut host, AUTHOR, id, Some(vector)).returned::<Option<u8>>();
    }
    assert_eq!(by_severity(&host, 0, 255, false), ["e", "a", "d", "b", "f"]);
    assert_eq!(by_severity(&host, 0, 100, true), ["f", "b", "d", "a", "e"]);
    assert_eq!(by_severity(&host, 75, 75, false), ["a", "d"]);
    assert_eq!(by_severity(&host, 76, 97, false), [""; 0]);
    assert_eq!(by_severity(&host, 90, 10, false), [""; 0]);
    let page: Vec<Line> = host.ask("by_severity", &(0u8, 100u8, true, 1u32, 2u32));
    assert_eq!(ids(page), ["b", "d"]);
    review(&mut host, ANN, "b", Verdict::Rejected).returned::<()>();
    assert_eq!(by_severity(&host, 90, 100, true), ["f"], "what is rejected is not in force");
    assert_eq!(ids(host.ask("by_status", &(Status::Unreviewed, 2u32, 2u32))), ["d", "e"]);
    let tally: Vec<Count> = host.ask("tally", &());
    assert_eq!(tally.iter().map(|count| count.findings).collect::<Vec<_>>(), [5, 0, 0, 1, 0, 0]);
}

#[test]
fn every_act_is_an_event_and_stays() {
    let mut host = founded();
    host.set_time(7_000);
    let reply = review(&mut host, ANN, "a", Verdict::Accepted);
    assert_eq!(reply.events.len(), 1);
    let said = ("a", 1u32, Deed::Accepted, None::<u64>, Status::Accepted, Some(75u8));
    assert_eq!((reply.events[0].name.as_str(), &reply.events[0].data.0), ("Acted", &said.to_bytes()));
    let acts = history(&host, "a");
    let act = Act {
        ordinal: 1,
        deed: Deed::Accepted,
        by: account(ANN),
        seq: reply.effect.seq,
        time_ms: 7_000,
        proposal: None,
        status: Status::Accepted,
        confidence: Some(75),
        reason: "because".into(),
    };
    assert_eq!((acts.len(), &acts[1]), (2, &act));
    assert_eq!(host.ask::<Vec<Act>>("history", &("a", 1u32, 9u32)), [act]);
    assert_eq!(history(&host, "ab"), []);
}

#[test]
fn it_says_what_two_operators_can_differ_in() {
    let fields: Vec<Substance> = founded().ask("substance", &());
    let names: Vec<(&str, u32)> = fields.iter().map(|it| (it.field.as_str(), it.tolerance)).collect();
    let expected =
        [("content", 0), ("confidence", 5), ("verdict", 0), ("retracted", 0), ("superseded_by", 0)];
    assert_eq!(names, expected);
}

#[test]
fn the_pinned_wasm_has_this_interface() {
    const INTERFACE: &abi::interface::Interface = <Program as guest_sdk::Program>::INTERFACE;
    const BYTES: [u8; encoded_len(INTERFACE)] = encode(INTERFACE);
    let section = [SECTION.as_bytes(), &BYTES].concat();
    assert!(WASM.windows(section.len()).any(|window| window == section));
}
