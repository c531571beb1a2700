//! What the guests are asked.

use crate::case::{Ask, Case};
use crate::engines::engines;
use crate::run::shard;
use abi::call::Caller;
use abi::session::Mode;
use guest_sdk::Program;
use guest_sdk::test::{Host, identity, program_hash};

mod memory;
mod volume;

const COUNTER: &[u8] = include_bytes!("../../guests/wasm/counter.wasm");
const HOSTILE: &[u8] = include_bytes!("../../guests/wasm/hostile.wasm");
const LEDGER: &[u8] = include_bytes!("../../guests/wasm/ledger.wasm");

/// Fuel for each attack: enough for all but those that never end.
const ATTACK_FUEL: u64 = 2_000_000;

/// All guests.
pub(crate) fn cases() -> Vec<Case> {
    vec![counter(), ledger(), hostile(), memory::case(), volume::case()]
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

fn ledger() -> Case {
    let open = |id: u128, ledger: u32, flags: u16, name: Option<&str>| {
        Ask::call("open", &(id, ledger, 10u16, flags, name.map(str::to_owned)))
    };
    let transfer = |id: u128, debit: u128, credit: u128, amount: u128| {
        Ask::call("transfer", &(id, debit, credit, amount, 1u32, 7u16))
    };
    let batch = |amounts: &[u128]| {
        let of = |(id, &amount)| ledger::Transfer { id, debit: 1, credit: 4, amount, ledger: 1, code: 7 };
        Ask::call("transfers", &((300u128..).zip(amounts).map(of).collect::<Vec<_>>(),))
    };
    let asks = vec![
        open(1, 1, 0, Some("till")),
        open(2, 1, ledger::flags::DEBITS_MUST_NOT_EXCEED_CREDITS, None),
        open(3, 1, ledger::flags::CREDITS_MUST_NOT_EXCEED_DEBITS, None),
        open(4, 1, ledger::flags::HISTORY, Some("Zürich")),
        open(5, 2, 0, None),
        open(5, 2, 0, None),
        open(0, 1, 0, None),
        transfer(100, 1, 4, 30),
        transfer(100, 1, 4, 30),
        transfer(100, 1, 4, 31),
        transfer(101, 4, 1, 10),
        transfer(102, 2, 1, 1),
        transfer(103, 1, 5, 1),
        transfer(104, 1, 1, 1),
        transfer(105, 1, 4, u128::MAX),
        transfer(106, 1, 9, 0),
        batch(&[1, 2, 0, 4, u128::MAX]),
        batch(&[]),
        Ask::query("trial_balance", &()),
        Ask::query("accounts", &(0u128, 10u32)),
        Ask::query("busiest", &(2u32,)),
        Ask::query("history", &(4u128, 0u64, 10u32)),
        Ask::query("balance", &(4u128,)),
        Ask::query("lookup", &(101u128,)),
        Ask::query("lookup", &(999u128,)),
        Ask::query("lookup", &("no number",)),
    ];
    case("ledger", LEDGER, asks, Some(|| native::<ledger::Program>(LEDGER)))
}

/// Every attack, in the order of their names.
fn hostile() -> Case {
    let programs = engines().admit(HOSTILE).expect("the pinned guest is admitted");
    let ask = |(method, mode)| match mode {
        Mode::Call => Ask::call(method, &()).within(ATTACK_FUEL),
        Mode::Query => Ask::query(method, &()).within(ATTACK_FUEL),
    };
    case("hostile", HOSTILE, programs.0[0].methods().map(ask).collect(), None)
}

fn case(name: &str, wasm: &[u8], asks: Vec<Ask>, native: Option<fn() -> Host>) -> Case {
    Case { name: name.into(), wasm: wasm.into(), asks, native }
}
