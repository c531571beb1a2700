//! Run a program natively, as production would.
//!
//! [`Host`] is a shard in memory: each call has a place, a logical time and a caller, and is answered with
//! its [`Effect`], whose hash is that of the same call in production, on any engine. [The guide](crate::guide::testing)
//! shows how programs are tested with it.
//!
//! # Limits
//!
//! A native run knows no fuel, and its stack is not the engine's: a program that runs out of either is
//! trapped by an engine and here only where a test [says so](Host::failing_at). The proofs of callers are not looked
//! at. A program cannot see where a block ends, and so there are none: the same calls have the same effects however
//! they are batched.

use crate::trace::Trace;
use crate::{Decode, Encode, Kind, Program, ProgramError, native};
use abi::call::Call;
use abi::diff::Diff;
use abi::effect::{Effect, Event, Execution, Moment};
use abi::genesis::{CommitPolicy, Genesis, JUMP_MS_DEFAULT, Quorum, TimePolicy, WINDOW_MS_DEFAULT};
use abi::id::Hash;
use abi::interface::Interface;
use abi::limits::FUEL_MAX;
use abi::outcome::{Outcome, Trap};
use abi::profile::Profile;
use abi::session::{Context, Mode, Session, Space};
use abi::system::MIGRATE;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

mod effects;
mod steps;

pub use crate::assert_effects;
pub use abi::call::Caller;
pub use abi::effect::Message;
pub use abi::sign::SecretKey;
pub use effects::{effects, hold_effects};

/// A shard in memory that one program serves. A clone goes on by itself.
#[derive(Clone)]
pub struct Host {
    genesis: Genesis,
    shard: Hash,
    program: Hash,
    interface: &'static Interface,
    dispatch: fn(Kind, &str) -> bool,
    state: Arc<BTreeMap<Vec<u8>, Vec<u8>>>,
    seq: u64,
    time_ms: u64,
    /// The host calls that the next call can pay for, where it is to fail.
    steps: Option<u64>,
    /// What is written down for `foil test`; queries, too.
    trace: Option<Trace>,
}

/// What a call came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The call.
    pub call: Call,
    /// The answer.
    pub outcome: Outcome,
    /// The writes; empty unless the call returned.
    pub diff: Diff,
    /// The events, in order; none unless the call returned.
    pub events: Vec<Event>,
    /// The messages, in order; none unless the call returned.
    pub messages: Vec<Message>,
    /// Debug log.
    pub logs: Vec<String>,
    /// What history says of the call.
    pub effect: Effect,
}

/// The caller who holds the key of seed `[seed; 32]`.
pub fn identity(seed: u8) -> Caller {
    Caller::Key(SecretKey::from_seed(&[seed; 32]).public())
}

/// Callers of different keys: `let [ann, ben] = identities();`.
///
/// # Panics
///
/// For more than 255.
pub fn identities<const N: usize>() -> [Caller; N] {
    let mut seed = 0u8;
    core::array::from_fn(|_| {
        seed += 1;
        identity(seed)
    })
}

/// The message that asks the shard `to` to run `method`, to compare a reply's with; `args` is a tuple.
pub fn message(to: Hash, method: &str, args: &impl Encode) -> Message {
    Message { to, method: method.into(), args: args.to_bytes().into() }
}

/// The name of a program: the digest of its wasm.
pub fn program_hash(wasm: &[u8]) -> Hash {
    abi::hash::PROGRAM.hash(wasm)
}

/// The genesis of a shard for tests: one authority and writer, the key of seed `[0; 32]`.
pub fn genesis() -> Genesis {
    let key = SecretKey::from_seed(&[0; 32]).public();
    Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "test".into(),
        authority: Quorum { threshold: 1, keys: vec![key] },
        writer: key,
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: WINDOW_MS_DEFAULT,
        time: TimePolicy { start_ms: 0, jump_ms: JUMP_MS_DEFAULT },
        witnesses: Quorum::default(),
        nonce: [0; 16],
    }
}

impl Host {
    /// A shard of [`genesis`] on which a program of no wasm was deployed: outcomes are production's, effect
    /// hashes are not.
    pub fn new<P: Program>() -> Host {
        Host::with::<P>(genesis(), Hash::ZERO)
    }

    /// The shard of `genesis` after the deploy of `program`, which is place 0 of its history.
    pub fn with<P: Program>(genesis: Genesis, program: Hash) -> Host {
        Host {
            shard: genesis.id(),
            time_ms: genesis.time.start_ms,
            trace: Trace::begin(P::INTERFACE.name, &genesis, program),
            genesis,
            program,
            interface: P::INTERFACE,
            dispatch: P::dispatch,
            state: Arc::default(),
            seq: 1,
            steps: None,
        }
    }

    /// Has `P` take over, whose wasm has the id `program`, as an upgrade in production does: its call `migrate`, if it
    /// has one, is run until it says that it is done, and once more. How often it was run, of at most `steps` times.
    /// Of the acts of the authority that this is, there are no effects here.
    ///
    /// # Panics
    ///
    /// If a step does not return, or the last one does not say that it is done.
    pub fn upgrade<P: Program>(&mut self, program: Hash, steps: u64) -> u64 {
        (self.interface, self.dispatch) = (P::INTERFACE, P::dispatch);
        // What is compared is what one program does.
        self.trace = None;
        let has_migration = P::INTERFACE.methods.iter().any(|it| (it.kind, it.name) == (Kind::Call, MIGRATE));
        let mut taken = 0;
        let mut step = || {
            let execution = self.run(&Caller::Nobody, Hash::ZERO, MIGRATE, &().to_bytes(), Mode::Call);
            self.apply(&execution.diff);
            self.seq += 1;
            taken += 1;
            returned::<bool>(&execution.outcome, &execution.logs)
        };
        let is_done = !has_migration || ((1..steps).any(|_| step()) && step());
        assert!(is_done, "the migration is not done after {taken} steps");
        self.program = program;
        taken
    }

    /// The shard's id.
    pub fn shard(&self) -> Hash {
        self.shard
    }

    /// The place of the next call.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Everything the program keeps: its keys, without the byte of their space, and their values.
    pub fn state(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.state.iter().map(|(key, value)| (&key[1..], value.as_slice()))
    }

    /// The logical time, in milliseconds of Unix time.
    pub fn time_ms(&self) -> u64 {
        self.time_ms
    }

    /// Lets so much logical time pass.
    pub fn advance(&mut self, ms: u64) {
        self.time_ms = self.time_ms.saturating_add(ms);
    }

    /// Sets the logical time of the calls to come, in milliseconds of Unix time.
    ///
    /// # Panics
    ///
    /// If that is earlier than it is.
    pub fn set_time(&mut self, time_ms: u64) {
        assert!(time_ms >= self.time_ms, "logical time never falls");
        self.time_ms = time_ms;
    }

    /// Runs a call of `method` by `caller`; `args` is a tuple.
    ///
    /// # Panics
    ///
    /// If the program has no such call: a node refuses it, and it has no place in history.
    pub fn call(&mut self, caller: &Caller, method: &str, args: &impl Encode) -> Reply {
        let call = self.make(caller, method, args);
        let (execution, effect) = self.execute(&call, self.time_ms);
        let Execution { outcome, diff, events, messages, logs, .. } = execution;
        Reply { call, outcome, diff, events, messages, logs, effect }
    }

    /// The call that [`call`](Self::call) runs: its idempotency key is its place.
    pub fn make(&self, caller: &Caller, method: &str, args: &impl Encode) -> Call {
        let mut key = [0; 32];
        key[24..].copy_from_slice(&self.seq.to_be_bytes());
        Call {
            version: abi::VERSION,
            shard: self.shard,
            program: None,
            method: method.into(),
            args: args.to_bytes().into(),
            salt: Call::salt_of(&[0; 32], &key),
            caller: caller.clone(),
            key,
            expires_ms: self.time_ms.saturating_add(self.genesis.window_ms),
            fuel_max: FUEL_MAX,
        }
    }

    /// Runs `call` in the next place, at logical time `time_ms`: what a replay does with each call of a
    /// history.
    ///
    /// # Panics
    ///
    /// If the call is not of this shard, the time falls, or the program has no such call: none of these is
    /// ever in history.
    pub fn execute(&mut self, call: &Call, time_ms: u64) -> (Execution, Effect) {
        assert_eq!(call.shard, self.shard, "the call is another shard's");
        self.set_time(time_ms);
        let digest = call.digest();
        let execution = self.run(&call.caller, digest, &call.method, &call.args, Mode::Call);
        if self.steps.take().is_some() {
            // An engine would not have it fail there.
            self.trace = None;
        }
        let at = Moment { seq: self.seq, time_ms, program: self.program, profile: self.genesis.profile };
        let Execution { outcome, diff, events, messages, .. } = &execution;
        let effect = Effect::new(call, digest, at, outcome, diff.hash(), events, messages);
        if let Some(trace) = &self.trace {
            trace.call(call, time_ms, &execution, &effect);
        }
        self.apply(&execution.diff);
        self.seq += 1;
        (execution, effect)
    }

    /// Asks `method` on behalf of nobody; `args` is a tuple. Nothing is kept.
    ///
    /// # Panics
    ///
    /// If the program has no such query.
    pub fn query(&self, method: &str, args: &impl Encode) -> Outcome {
        self.query_as(&Caller::Nobody, method, args)
    }

    /// Asks `method` on behalf of `caller`.
    ///
    /// # Panics
    ///
    /// If the program has no such query.
    pub fn query_as(&self, caller: &Caller, method: &str, args: &impl Encode) -> Outcome {
        let args = args.to_bytes();
        let outcome = self.run(caller, Hash::ZERO, method, &args, Mode::Query).outcome;
        if let Some(trace) = &self.trace {
            trace.query(self.time_ms, caller, method, &args, &outcome);
        }
        outcome
    }

    /// The answer of a query.
    ///
    /// # Panics
    ///
    /// If it is not answered with a `T`.
    pub fn ask<T: Decode>(&self, method: &str, args: &impl Encode) -> T {
        returned(&self.query(method, args), &[])
    }

    fn run(&self, caller: &Caller, call: Hash, method: &str, args: &[u8], mode: Mode) -> Execution {
        let kind = match mode {
            Mode::Call => Kind::Call,
            Mode::Query => Kind::Query,
        };
        assert!(
            self.interface.methods.iter().any(|known| (known.kind, known.name) == (kind, method)),
            "{} has no {kind:?} `{method}`",
            self.interface.name
        );
        let context =
            Context { shard: self.shard, seq: self.seq, time_ms: self.time_ms, caller: caller.clone(), call };
        let session = Session::new(self.state.clone(), context, Space::Program, mode, args.to_vec());
        let steps = self.steps.filter(|_| mode == Mode::Call);
        let (session, ended) = native::run(session, steps, || {
            let found = (self.dispatch)(kind, method);
            assert!(found, "the interface lists what dispatch knows");
        });
        match session.finish(ended, 0) {
            Ok(execution) => execution,
            Err(fault) => unreachable!("a map in memory does not fail: {fault}"),
        }
    }

    fn apply(&mut self, diff: &Diff) {
        // The session is gone, so nobody else holds the state and it is not copied.
        let state = Arc::make_mut(&mut self.state);
        for (key, value) in diff.iter() {
            match value {
                Some(value) => state.insert(key.to_vec(), value.to_vec()),
                None => state.remove(key),
            };
        }
    }
}

impl Reply {
    /// The answer of a call that returned.
    ///
    /// # Panics
    ///
    /// If it did not return a `T`.
    pub fn returned<T: Decode>(&self) -> T {
        returned(&self.outcome, &self.logs)
    }

    /// Whether the program said no, for this reason.
    pub fn failed_with(&self, reason: &impl ProgramError) -> bool {
        self.outcome == Outcome::Failed(reason.to_bytes())
    }

    /// The trap the call ended in, if it did.
    pub fn trapped(&self) -> Option<Trap> {
        match self.outcome {
            Outcome::Trapped(trap) => Some(trap),
            _ => None,
        }
    }
}

fn returned<T: Decode>(outcome: &Outcome, logs: &[String]) -> T {
    match outcome {
        Outcome::Returned(bytes) => match T::from_bytes(bytes) {
            Ok(value) => value,
            Err(error) => panic!("the answer is of another type: {error}"),
        },
        Outcome::Failed(bytes) => panic!("failed: {:?}", abi::codec::dynamic::decode(bytes)),
        Outcome::Trapped(trap) => panic!("trapped: {trap}; log: {logs:?}"),
    }
}

#[cfg(test)]
mod tests;
