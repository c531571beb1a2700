//! Every attack of the hostile guest, and whether it leaves out a host call.

use super::case as any_case;
use crate::case::{Ask, Case};
use crate::engines::{engines, job};
use abi::hostcalls::TABLE;
use abi::interface::{Described, Kind};
use abi::outcome::Outcome;
use abi::session::Mode;
use guest_sdk::Decode;
use std::collections::BTreeSet;
use vm::{Engine, Job};

const HOSTILE: &[u8] = include_bytes!("../../../guests/wasm/hostile.wasm");

/// Fuel for each attack: enough for all but those that never end.
const FUEL: u64 = 2_000_000;

/// Every attack, in the order of their names.
pub(super) fn case() -> Case {
    let programs = engines().admit(HOSTILE).expect("the pinned guest is admitted");
    let ask = |(method, mode)| match mode {
        Mode::Call => Ask::call(method, &()).within(FUEL),
        Mode::Query => Ask::query(method, &()).within(FUEL),
    };
    any_case("hostile", HOSTILE, programs.0[0].methods().map(ask).collect(), None)
}

/// A misuse says in its description which trap it ends in, and its name begins with that of the host call which it
/// misuses.
#[test]
fn every_host_call_is_misused_and_ends_in_the_trap_that_is_said() {
    let programs = engines().admit(HOSTILE).expect("the pinned guest is admitted");
    let interface = programs.0[0].interface().expect("the guest describes itself");
    let described = Described::from_bytes(interface).expect("as a program does");
    let mut misused = BTreeSet::new();
    for method in &described.methods {
        let Some(said) = method.doc.strip_prefix("Ends in ").and_then(|said| said.strip_suffix('.')) else {
            continue;
        };
        let mode = if method.kind == Kind::Call { Mode::Call } else { Mode::Query };
        let job = Job { method: method.name.clone(), mode, fuel_max: FUEL, ..job() };
        for (at, engine) in Engine::ALL.iter().enumerate() {
            let (execution, calls) = engines().trace(at, &programs, job.clone()).expect("no fault");
            let last = calls.last().expect("it makes a host call").name;
            assert!(method.name.starts_with(&format!("{last}_")), "{}: {last} on {engine}", method.name);
            let Outcome::Trapped(trap) = execution.outcome else {
                panic!("{} on {engine}: {:?}", method.name, execution.outcome);
            };
            assert_eq!(format!("{trap:?}"), said, "{} on {engine}", method.name);
            assert!(execution.diff.is_empty() && execution.messages.is_empty(), "{}", method.name);
            misused.insert(last);
        }
    }
    let all: BTreeSet<&str> = TABLE.iter().map(|call| call.name).collect();
    assert_eq!(misused, all, "a host call without a misuse");
}
