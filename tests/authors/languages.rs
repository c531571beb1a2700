//! The same program in four languages comes to the same, byte for byte.

use crate::case::Ask;
use crate::compilers::LANGUAGES;
use crate::engines::{engines, job_over};
use crate::hostile::malformed;
use crate::probe;
use crate::run::{Shard, shard};
use abi::Hash;
use abi::call::Caller;
use abi::codec::{Encode, Writer};
use abi::diff::Diff;
use abi::effect::Execution;
use abi::outcome::{Outcome, Trap};
use abi::session::{Mode, Space};
use abi::sign::SecretKey;
use guest_sdk::test::{Host, identity, program_hash};
use guest_sdk::{Account, Bytes, Decode, Program};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use vm::Job;

const COUNTER: &[u8] = include_bytes!("../../guests/wasm/counter.wasm");

/// Most bytes of the counter in any language.
const WASM_BYTES_MAX: usize = 12_000;

/// What asks came to.
#[derive(Default)]
struct Came {
    /// Without fuel and logs, which are each language's own.
    executions: Vec<Execution>,
    /// The effect of every call, all of them with the hash of one and the same program.
    effects: Vec<Hash>,
    /// The fuel of each ask.
    fuel: Vec<u64>,
}

impl Came {
    fn add(&mut self, execution: Execution, effect: Option<Hash>) {
        self.fuel.push(execution.fuel);
        self.effects.extend(effect);
        self.executions.push(Execution { fuel: 0, logs: Vec::new(), detail: Vec::new(), ..execution });
    }

    /// One hash over all effects.
    fn digest(&self) -> Hash {
        Hash(abi::crypto::blake3(&self.effects.to_bytes()))
    }

    #[track_caller]
    fn is_the_same_as(&self, other: &Came, asks: &[Ask], language: &str) {
        for ((ours, theirs), ask) in self.executions.iter().zip(&other.executions).zip(asks) {
            let Ask { method, args, caller, .. } = ask;
            assert_eq!(ours, theirs, "{language}: {method} {:?} by {caller:?}", Bytes(args.clone()));
        }
        assert_eq!(self.effects, other.effects, "{language}");
        assert_eq!(self.executions.len(), other.executions.len(), "{language}");
    }
}

/// What a module comes to, on every engine.
fn on_wasm(wasm: &[u8], asks: &[Ask]) -> Came {
    let programs = engines().admit(wasm).unwrap_or_else(|error| panic!("{error}"));
    // The program's hash is the Rust counter's for all: only it may differ.
    let mut shard = Shard::new(COUNTER);
    let mut came = Came::default();
    for ask in asks {
        let execution = engines().run(&programs, &shard.job(ask));
        let effect = (ask.mode == Mode::Call).then(|| shard.enter(ask, &execution).effect.hash());
        came.add(execution, effect);
    }
    came
}

/// What the same program comes to as native code.
fn natively<P: Program>(asks: &[Ask]) -> Came {
    let mut host = Host::with::<P>(shard(), program_hash(COUNTER));
    let mut shard = Shard::new(COUNTER);
    let mut came = Came::default();
    for ask in asks {
        match ask.mode {
            Mode::Query => {
                let outcome = host.query_as(&ask.caller, &ask.method, &Raw(&ask.args));
                came.add(answered(outcome), None);
            }
            Mode::Call => {
                let (execution, effect) = host.execute(&shard.call(ask), shard.time_ms());
                shard.enter(ask, &execution);
                came.add(execution, Some(effect.hash()));
            }
        }
    }
    came
}

/// What a query comes to that has only an outcome.
fn answered(outcome: Outcome) -> Execution {
    let (diff, events, messages) = (Diff::default(), Vec::new(), Vec::new());
    Execution { outcome, diff, events, messages, fuel: 0, logs: Vec::new(), detail: Vec::new() }
}

/// Arguments that are encoded already.
struct Raw<'a>(&'a [u8]);

impl Encode for Raw<'_> {
    fn encode(&self, w: &mut Writer) {
        w.raw(self.0);
    }
}

fn account(caller: &Caller) -> Account {
    Account::from_bytes(&caller.to_bytes()).unwrap()
}

fn callers() -> Vec<Caller> {
    let ann = Caller::Principal("ann".into());
    let shard = Caller::Shard(Hash([0; 32]));
    vec![identity(1), identity(2), identity(1), ann, Caller::Nobody, shard, Caller::Timer(3), identity(1)]
}

/// What the counter is asked: by everybody, with every length of an account, and what is no account.
fn counter_asks() -> Vec<Ask> {
    let hit = Ask::call("hit", &());
    let mut asks: Vec<Ask> = callers().into_iter().map(|caller| hit.clone().by(caller)).collect();
    asks.push(Ask::query("total", &()));
    asks.extend(callers().iter().map(|caller| Ask::query("hits", &(account(caller),)).by(caller.clone())));
    // The longest are no keys any more.
    for len in [0, 1, 23, 24, 31, 255, 256, 257, 300, 508, 509, 600, 70_000] {
        asks.extend([0, 7].map(|byte| {
            let id = Bytes(vec![byte; len]);
            Ask::query("hits", &(Account { kind: 255, id },))
        }));
    }
    let raw = |ask: Ask, args: Vec<u8>| Ask { args, ..ask };
    for args in malformed(&().to_bytes()) {
        asks.push(raw(hit.clone(), args.clone()));
        asks.push(raw(Ask::query("total", &()), args));
    }
    for caller in callers() {
        let args = malformed(&(account(&caller),).to_bytes());
        asks.extend(args.into_iter().map(|args| raw(Ask::query("hits", &()), args)));
    }
    asks
}

/// What the program that uses everything is asked.
fn probe_asks() -> Vec<Ask> {
    let mut asks = Vec::new();
    for number in [i16::MIN, -1, 0, 1, i16::MAX] {
        for text in ["", "a\0b", "Zürich 😀"] {
            let bytes = Bytes(vec![0, 0xff, number.to_be_bytes()[1], 0]);
            asks.push(Ask::call("keep", &(number, text.to_owned(), number > 0, bytes, 1u64 << 40)));
        }
    }
    let large = Bytes(vec![9; 300]);
    asks.push(Ask::call("keep", &(7i16, "k".repeat(150), true, large.clone(), u64::MAX - (15 << 40))));
    asks.push(Ask::call("keep", &(7i16, "k".repeat(150), true, large, u64::MAX - (15 << 40))));
    asks.push(Ask::call("echo", &(crate::hostile::everything(),)));
    // The first fails: its sum overflows when one more is there.
    asks.push(Ask::call("keep", &(8i16, String::new(), false, Bytes(Vec::new()), 1u64)));
    asks.push(Ask::call("sweep", &(false,)));
    asks.push(Ask::call("keep", &(8i16, String::new(), false, Bytes(Vec::new()), 0u64)));
    asks.push(Ask::call("sweep", &(true,)));
    asks.push(Ask::call("sweep", &(false,)));
    for (key, signature) in [([3; 32], [4; 64]), signed(b"abc"), ([0; 32], [0; 64])] {
        asks.push(Ask::call("tell", &(Hash(key), signature, "abc".to_owned())).by(Caller::Timer(1 << 40)));
    }
    asks
}

/// A key, and its signature over `message`.
fn signed(message: &[u8]) -> ([u8; 32], [u8; 64]) {
    let key = SecretKey::from_seed(&[5; 32]);
    (key.public().0, key.sign(message).0)
}

struct Row {
    language: &'static str,
    bytes: usize,
    came: Came,
}

/// The four-language table: what is the same, and what it costs.
fn table(rows: &[Row]) -> String {
    let mut text = format!("{:16}{:>8}{:>12}  effects of all calls", "counter in", "wasm", "fuel of hit");
    for Row { language, bytes, came } in rows {
        // Writing to a string does not fail. The first ask is a first hit.
        let _ = write!(text, "\n{language:16}{bytes:>8}{:>12}  {}", came.fuel[0], came.digest());
    }
    text
}

/// The one command: `tests/run.sh --suite authors`.
#[test]
#[allow(clippy::print_stdout, reason = "the table is for whoever runs this with --nocapture")]
fn the_counter_comes_to_the_same_in_four_languages() {
    let asks = counter_asks();
    let native = natively::<counter::Program>(&asks);
    let mut rows = vec![Row { language: "Rust", bytes: COUNTER.len(), came: on_wasm(COUNTER, &asks) }];
    for language in LANGUAGES {
        let wasm = language.counter();
        rows.push(Row { language: language.name, bytes: wasm.len(), came: on_wasm(&wasm, &asks) });
    }
    println!("{}", table(&rows));
    println!("{} asks on {} engines and natively", asks.len(), vm::Engine::ALL.len());
    for Row { language, bytes, came } in &rows {
        came.is_the_same_as(&native, &asks, language);
        assert!(*bytes <= WASM_BYTES_MAX, "{language}: {bytes} bytes");
    }
    assert!(native.effects.len() > 20, "{}", native.effects.len());
}

#[test]
fn a_program_that_uses_everything_comes_to_the_same_in_four_languages() {
    let asks = probe_asks();
    let native = natively::<probe::Program>(&asks);
    let returned =
        |came: &Came| came.executions.iter().filter(|it| matches!(it.outcome, Outcome::Returned(_))).count();
    assert_eq!(returned(&native), asks.len() - 1, "all but a sum that overflows");
    for language in LANGUAGES {
        on_wasm(&language.probe(), &asks).is_the_same_as(&native, &asks, language.name);
    }
}

/// State that another program has left: it is no answer, whatever the language.
#[test]
fn what_is_not_of_its_fields_type_is_a_trap_in_every_language() {
    let key = Space::Program.key(b"total\0");
    let total = |value: Vec<u8>| {
        let view = Arc::new(BTreeMap::from([(key.clone(), value)]));
        Job { method: "hit".into(), input: ().to_bytes(), ..job_over(view) }
    };
    let modules = LANGUAGES.map(|language| (language.name, language.counter()));
    for (name, wasm) in modules.iter().map(|(name, wasm)| (*name, wasm.as_slice())).chain([("Rust", COUNTER)])
    {
        let programs = engines().admit(wasm).unwrap();
        let outcome = |value: Vec<u8>| {
            let mut job = total(value);
            job.context.caller = identity(1);
            engines().run(&programs, &job).outcome
        };
        assert_eq!(
            outcome(u64::MAX.to_bytes()),
            Outcome::Trapped(Trap::Unreachable),
            "{name}: the sum overflows"
        );
        for foreign in [vec![], "text".to_bytes(), vec![0x18, 1], vec![1, 1], vec![0x1b, 0]] {
            assert_eq!(outcome(foreign.clone()), Outcome::Trapped(Trap::Unreachable), "{name}: {foreign:?}");
        }
        assert_eq!(outcome((u64::MAX - 1).to_bytes()), Outcome::Returned(1u64.to_bytes()), "{name}");
        // What is no method, or one of the other kind, never runs.
        assert_eq!(programs.0[0].method("total"), Some(Mode::Query), "{name}");
        assert_eq!(programs.0[0].method("missing"), None, "{name}");
    }
}

/// Every SDK has every host call.
#[test]
fn every_host_call_is_in_every_sdk() {
    for language in LANGUAGES {
        let text = std::fs::read_to_string(language.sdk_folder().join(language.sdk[0])).unwrap();
        for call in abi::hostcalls::TABLE {
            let imports = match language.name {
                "C" => format!("FOIL_HOST({})", call.name),
                "Zig" => format!("extern \"foil\" fn {}(", call.name),
                _ => format!("@external(\"foil\", \"{}\")", call.name),
            };
            assert!(text.contains(&imports), "{}: no {}", language.name, call.name);
        }
    }
}
