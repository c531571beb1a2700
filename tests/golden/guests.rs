//! What the guests are asked.

use crate::case::{Ask, Case};
use crate::run::shard;
use abi::call::Caller;
use guest_sdk::test::{Host, identity, program_hash};
use guest_sdk::{Account, Decode, Encode, Hash, Program};

mod hostile;
mod ledger;
mod memory;
mod volume;

const CONNECTOME: &[u8] = include_bytes!("../../guests/wasm/connectome.wasm");
const COUNTER: &[u8] = include_bytes!("../../guests/wasm/counter.wasm");
const FRONTIER: &[u8] = include_bytes!("../../guests/wasm/frontier.wasm");

/// All guests.
pub(crate) fn cases() -> Vec<Case> {
    vec![connectome(), counter(), frontier(), ledger::case(), hostile::case(), memory::case(), volume::case()]
}

fn native<P: Program>(wasm: &[u8]) -> Host {
    Host::with::<P>(shard(), program_hash(wasm))
}

fn counter() -> Case {
    let ann = Caller::Principal("ann".into());
    let asks = vec![
        Ask::call("hit", &()),
        Ask::call("hit", &()),
        Ask::call("hit", &()).by(identity(2)),
        Ask::call("hit", &()).by(ann.clone()),
        Ask::call("hit", &()).by(Caller::Nobody),
        Ask::call("hit", &()).by(Caller::Timer(3)),
        // Arguments that it does not take.
        Ask::call("hit", &(1u8,)),
        Ask::query("total", &()),
        Ask::query("total", &()).by(ann),
        Ask::query("hits", &(1u8, 2u8)),
    ];
    case("counter", COUNTER, asks, Some(|| native::<counter::Program>(COUNTER)))
}

/// Findings under each version of CVSS and vectors that are none; verdicts, proposals, decisions, successions and
/// retractions, and who may not make them; every question.
fn frontier() -> Case {
    use frontier::{Change, Ruling, Status, Verb, Verdict};
    let record = |id: &str, vector: Option<&str>| {
        Ask::call("record", &(id, "crate", "unsound", vector.map(str::to_owned))).by(identity(2))
    };
    let change = |verb: Verb, vector: Option<&str>, successor: Option<&str>| Change {
        verb,
        vector: vector.map(str::to_owned),
        successor: successor.map(str::to_owned),
    };
    let propose = |id: &str, change: Change, peer: Option<Hash>| {
        Ask::call("propose", &(id, change, peer, "perhaps")).by(identity(4))
    };
    let decide = |number: u64, ruling: Ruling, merge: Option<Change>| {
        Ask::call("decide", &(number, ruling, merge, "decided")).by(identity(3))
    };
    let review = |id: &str, verdict: Verdict| Ask::call("review", &(id, verdict, "so it is"));
    let critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H";
    let asks = vec![
        Ask::call("found", &()),
        Ask::call("found", &()),
        Ask::call("appoint", &(account(&identity(3)),)),
        Ask::call("appoint", &(account(&identity(4)),)).by(identity(2)),
        record("old", Some("CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N")),
        record("new", Some(critical)),
        record("newer", Some("CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:N/VC:L/VI:L/VA:H/SC:N/SI:N/SA:N/E:U")),
        record("plain", None),
        record("plain", None),
        record("old", None),
        record("bad", Some("CVSS:3.1/AV:N/AC:X")),
        record("bad", Some("AV:N/AC:L/Au:N/C:C/I:C/A:C")),
        record("bad", Some("CVSS:4.0/AC:L/AV:N")),
        record("bad", None).by(Caller::Nobody),
        review("new", Verdict::Accepted).by(identity(3)),
        review("new", Verdict::Accepted).by(identity(3)),
        review("new", Verdict::Rejected),
        propose("old", change(Verb::Supersede, None, Some("new")), None),
        propose("plain", change(Verb::Rescore, Some(critical), None), Some(Hash([7; 32]))),
        propose("newer", change(Verb::Contest, None, None), None),
        propose("newer", change(Verb::Retract, None, None), None),
        propose("newer", change(Verb::Rescore, None, None), None),
        Ask::query("waiting", &(0u64, 9u32)),
        decide(1, Ruling::Theirs, None),
        decide(1, Ruling::Ours, None),
        decide(2, Ruling::Merge, Some(change(Verb::Reject, None, None))),
        decide(3, Ruling::Theirs, None),
        decide(4, Ruling::Theirs, None),
        decide(4, Ruling::Ours, None),
        decide(9, Ruling::Ours, None),
        Ask::call("retract", &("newer", "withdrawn")).by(identity(2)),
        Ask::call("retract", &("new", "withdrawn")),
        Ask::query("finding", &("old",)),
        Ask::query("finding", &("none",)),
        Ask::query("by_status", &(Status::Superseded, 0u32, 9u32)),
        Ask::query("by_severity", &(0u8, 100u8, true, 0u32, 9u32)),
        Ask::query("by_severity", &(90u8, 255u8, false, 0u32, 9u32)),
        Ask::query("history", &("newer", 0u32, 9u32)),
        Ask::query("lineage", &("new",)),
        Ask::query("proposal", &(2u64,)),
        Ask::query("reviewers", &()),
        Ask::query("tally", &()),
        Ask::query("score", &("CVSS:3.1/",)),
        Ask::query("substance", &()),
    ];
    case("frontier", FRONTIER, asks, Some(|| native::<frontier::Program>(FRONTIER)))
}

/// Connections of both kinds, refusals by a limit, what is left after beats and a recovery, compensations, and who
/// may not do these; every question.
fn connectome() -> Case {
    use connectome::Kind;
    let connect = |mandate: u128, pre: &str, post: &str, synapses: u32| {
        Ask::call("connect", &(mandate, pre, post, synapses, Kind::Chemical)).by(identity(2))
    };
    let of = |method: &str, mandate: u128| Ask::call(method, &(mandate,)).by(identity(2));
    let asks = vec![
        Ask::call("heartbeat", &()),
        Ask::call("found", &(5_000u64, 2u32)),
        connect(1, "AVAL", "PVCL", 8),
        connect(2, "AVAL", "AVAL", 3),
        connect(3, "DVA", "AVAL", 1),
        connect(4, "AVAL", "AVBL", 1),
        connect(5, "AVBL", "AVAL", 1),
        connect(4, "AVAL", "AVBL", 1),
        connect(4, "AVAL", "AVBL", 2),
        connect(6, "", "AVBL", 2),
        connect(6, "AVBL", "DVA", 0),
        Ask::call("connect", &(6u128, "PVCL", "AVAL", 2u32, Kind::Electrical)),
        Ask::call("limit", &(3u32,)),
        connect(7, "AVAL", "AVBL", 1),
        Ask::call("heartbeat", &()),
        Ask::call("heartbeat", &()).by(identity(2)),
        connect(8, "AVAL", "PVCL", 2),
        of("compensate", 1),
        of("compensate", 1),
        of("commit", 8),
        of("compensate", 8),
        of("compensate", 4),
        of("compensate", 6),
        of("compensate", 7),
        Ask::call("recovered", &(1_000_000u64,)),
        Ask::call("recovered", &(25_000u64,)),
        Ask::call("recovered", &(25_000u64,)),
        Ask::call("recovered", &(1u64,)),
        Ask::query("weight", &("AVAL", "PVCL", Kind::Chemical)),
        Ask::query("links", &("AVAL", 9u32)),
        Ask::query("hubs", &(3u32,)),
        Ask::query("cell", &("AVBL",)),
        Ask::query("cell", &("DVA",)),
        Ask::query("mandate", &(4u128,)),
        Ask::query("rules", &()),
        Ask::query("totals", &()),
        Ask::call("prune", &("AVAL",)),
    ];
    case("connectome", CONNECTOME, asks, Some(|| native::<connectome::Program>(CONNECTOME)))
}

/// A caller as a program is told of it.
fn account(caller: &Caller) -> Account {
    Account::from_bytes(&caller.to_bytes()).expect("a caller is an account")
}

fn case(name: &str, wasm: &[u8], asks: Vec<Ask>, native: Option<fn() -> Host>) -> Case {
    Case { name: name.into(), wasm: wasm.into(), asks, native }
}
