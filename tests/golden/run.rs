//! One case on one engine: a shard in memory, on which every call is a block.

use crate::case::{Ask, Case};
use crate::engines::{Programs, engines};
use abi::Hash;
use abi::call::{Call, Caller};
use abi::effect::{Effect, Execution, HostCalled, Moment};
use abi::genesis::Genesis;
use abi::outcome::Outcome;
use abi::record::{Placement, Record};
use abi::session::{Context, Mode};
use guest_sdk::test::{genesis, program_hash};
use journal::History;
use state::{MemoryStore, Store, Tree};
use std::fmt::Write;
use vm::{Engine, Job};

/// Writes, events, messages or lines of log that are all shown.
const LINES_MAX: usize = 16;

/// The genesis of all cases. Its profile is not the real one, which changes with every limit.
pub(crate) fn shard() -> Genesis {
    Genesis { profile: Hash([9; 32]), ..genesis() }
}

/// A shard in memory, at some place of its history.
pub(crate) struct Shard {
    store: MemoryStore,
    tree: Tree,
    genesis: Genesis,
    program: Hash,
    /// The place of the next call; 0 was the deploy.
    seq: u64,
}

/// What a case came to.
pub(crate) struct Trace {
    /// The text that is pinned.
    pub(crate) text: String,
    /// The effect hash of every call, in order.
    pub(crate) effects: Vec<Hash>,
    /// The outcome of every query, in order.
    pub(crate) answers: Vec<Outcome>,
    pub(crate) fuel: u64,
}

impl Shard {
    pub(crate) fn new(wasm: &[u8]) -> Shard {
        let (store, tree) = (MemoryStore::default(), Tree::new());
        Shard { store, tree, genesis: shard(), program: program_hash(wasm), seq: 1 }
    }

    /// Logical time, which goes on by a second with each call.
    pub(crate) fn time_ms(&self) -> u64 {
        self.genesis.time.start_ms + 1_000 * self.seq
    }

    /// The call that an ask is: its idempotency key is its place.
    pub(crate) fn call(&self, ask: &Ask) -> Call {
        let mut key = [0; 32];
        key[24..].copy_from_slice(&self.seq.to_be_bytes());
        Call {
            version: abi::VERSION,
            shard: self.genesis.id(),
            program: None,
            method: ask.method.clone(),
            args: ask.args.clone().into(),
            salt: Call::salt_of(&[0; 32], &key),
            caller: ask.caller.clone(),
            key,
            expires_ms: self.time_ms() + self.genesis.window_ms,
            fuel_max: ask.fuel_max,
        }
    }

    /// What an engine is given.
    pub(crate) fn job(&self, ask: &Ask) -> Job {
        let call = match ask.mode {
            Mode::Call => self.call(ask).digest(),
            Mode::Query => Hash::ZERO,
        };
        let context = Context {
            shard: self.genesis.id(),
            seq: self.seq,
            time_ms: self.time_ms(),
            caller: ask.caller.clone(),
            call,
        };
        Job {
            view: self.store.view(),
            context,
            mode: ask.mode,
            method: ask.method.clone(),
            input: ask.args.clone(),
            fuel_max: ask.fuel_max,
        }
    }

    /// Enters a call in history: its record.
    pub(crate) fn enter(&mut self, ask: &Ask, execution: &Execution) -> Record {
        let call = self.call(ask);
        let Execution { outcome, diff, events, messages, .. } = execution;
        let (time_ms, profile) = (self.time_ms(), self.genesis.profile);
        let at = Moment { seq: self.seq, time_ms, program: self.program, profile };
        let effect = Effect::new(&call, call.digest(), at, outcome, diff.hash(), events, messages);
        let root_before = self.tree.root();
        let root_after = self.tree.apply(&self.store.view(), diff).expect("a map does not fail");
        self.store.apply(self.seq, diff).expect("heights follow each other");
        let placement = Placement { height: self.seq, index: 0, epoch: 1, root_before, root_after };
        self.seq += 1;
        Record { effect, fuel: execution.fuel, placement }
    }
}

/// What a case comes to on each engine.
pub(crate) fn traces(case: &Case) -> Vec<Trace> {
    let programs = engines().admit(&case.wasm).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let mut shards = Engine::ALL.map(|_| Shard::new(&case.wasm));
    let mut traces: Vec<Trace> = Engine::ALL.map(|_| Trace::new()).into();
    for ask in &case.asks {
        let ran = each(&programs, &shards, ask);
        for (engine, (_, calls)) in Engine::ALL.iter().zip(&ran) {
            // Down to the bytes and the fuel, of which the text shows less.
            assert!(*calls == ran[0].1, "{}: the host calls of {} differ on {engine}", case.name, ask.method);
        }
        for (at, (execution, calls)) in ran.into_iter().enumerate() {
            traces[at].add(&mut shards[at], ask, &execution, &calls);
        }
    }
    traces
}

/// What an ask comes to on each engine, on the state that this engine's calls have left.
fn each(programs: &Programs, shards: &[Shard], ask: &Ask) -> Vec<(Execution, Vec<HostCalled>)> {
    let run = |(at, shard): (usize, &Shard)| {
        let traced = engines().trace(at, programs, shard.job(ask));
        traced.unwrap_or_else(|fault| panic!("{} on {}: {fault}", ask.method, Engine::ALL[at]))
    };
    shards.iter().enumerate().map(run).collect()
}

impl Trace {
    fn new() -> Trace {
        Trace { text: String::new(), effects: Vec::new(), answers: Vec::new(), fuel: 0 }
    }

    fn add(&mut self, shard: &mut Shard, ask: &Ask, execution: &Execution, calls: &[HostCalled]) {
        self.fuel += execution.fuel;
        self.line(0, &asked(ask, shard.seq));
        self.line(4, &outcome(&execution.outcome));
        self.line(4, &format!("fuel {}", execution.fuel));
        self.list(calls.iter().map(|call| {
            let args: Vec<String> = call.args.iter().map(ToString::to_string).collect();
            let result =
                call.result.map_or("ended the call".into(), |result| format!("= {}", result.cast_signed()));
            format!("{}({}) {result}", call.name, args.join(", "))
        }));
        self.list(execution.diff.iter().map(|(key, value)| {
            let written = value.map_or("deleted".into(), |value| format!("= {}", shown(value)));
            format!("key {} {written}", shown(key))
        }));
        let messages = execution.messages.iter();
        self.list(
            execution.events.iter().map(|event| format!("event {} {}", event.name, shown(&event.data))),
        );
        self.list(
            messages.map(|sent| format!("message {} {} to {}", sent.method, shown(&sent.args), sent.to)),
        );
        self.list(execution.logs.iter().map(|log| format!("log {}", shown(log.as_bytes()))));
        match ask.mode {
            Mode::Query => self.answers.push(execution.outcome.clone()),
            Mode::Call => {
                let record = shard.enter(ask, execution);
                self.line(4, &format!("effect {}", record.effect.hash()));
                self.line(4, &format!("record {}", History::leaf_hash(&record.leaf())));
                self.effects.push(record.effect.hash());
            }
        }
    }

    /// One line each; of many, the first ones, how many follow, and a hash of all.
    fn list(&mut self, lines: impl Iterator<Item = String>) {
        let lines: Vec<String> = lines.collect();
        let shown = if lines.len() > LINES_MAX { LINES_MAX / 4 } else { lines.len() };
        lines[..shown].iter().for_each(|line| self.line(4, line));
        if shown < lines.len() {
            let digest = Hash(abi::crypto::blake3(lines.join("\n").as_bytes())).to_string();
            self.line(4, &format!("… and {} more, BLAKE3 of all {}", lines.len() - shown, &digest[..16]));
        }
    }

    fn line(&mut self, indent: usize, line: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{:indent$}{line}", "");
    }
}

fn asked(ask: &Ask, seq: u64) -> String {
    let kind = match ask.mode {
        Mode::Call => format!("{seq} call"),
        Mode::Query => "query".into(),
    };
    let caller = match &ask.caller {
        Caller::Nobody => "nobody".into(),
        Caller::Principal(name) => name.clone(),
        Caller::Key(key) => format!("key {}", &key.to_string()[..8]),
        other => format!("{other:?}"),
    };
    format!("{kind} {} {} by {caller} within {}", ask.method, shown(&ask.args), ask.fuel_max)
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned(output) => format!("returned {}", shown(output)),
        Outcome::Failed(reason) => format!("failed {}", shown(reason)),
        Outcome::Trapped(trap) => format!("trapped {}: {trap}", outcome.code()),
    }
}

/// Bytes for people: a text in quotes, else groups of eight in hexadecimal; a long one by its beginning,
/// length and hash.
fn shown(bytes: &[u8]) -> String {
    let is_text = bytes.len() > 1 && bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
    let text = |bytes: &[u8]| match is_text {
        true => format!("{:?}", String::from_utf8_lossy(bytes)),
        false => {
            let hex = |group: &[u8]| group.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            format!("<{}>", bytes.chunks(8).map(hex).collect::<Vec<_>>().join(" "))
        }
    };
    if bytes.len() <= 256 {
        return text(bytes);
    }
    let digest = Hash(abi::crypto::blake3(bytes)).to_string();
    format!("{}… of {} bytes, BLAKE3 {}", text(&bytes[..16]), bytes.len(), &digest[..16])
}
