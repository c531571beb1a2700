//! A shard on a real disk, with one program, and the calls for it.
//!
//! It lies there as a node keeps it, so that a verifier can read it. Its time goes by with the calls that it has
//! answered, so that equally many idempotency keys live at a time however fast it is.

use crate::Result;
use crate::draw::short_key;
use abi::call::{Call, Caller, Envelope, Proof, SignedCall};
use abi::codec::{Bytes, Encode, Writer};
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::hash::PROGRAM;
use abi::outcome::Outcome;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use kernel::recover::{Opening, Recovered};
use kernel::{Answer, Batch, Checker, Keyring, Left, Request, Settled, Shard};
use node::{FileDisk, RocksStore};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// When its time begins, and so many calls are answered in a millisecond of it.
const START_MS: u64 = 1_700_000_000_000;
const CALLS_OF_MS: u64 = 100;
/// How long an idempotency key lives: as a client's retries take.
const LIVE_MS: u64 = 1_000;
/// Keys of one call of `fill`, and such calls of what is submitted at a time.
const FILLED: u64 = 4_096;
const FILLS: usize = 8;
/// Calls that one signature is for.
const ENVELOPE: usize = 100;

/// How calls prove who makes them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proven {
    /// Not at all: the node vouches for them.
    Asserted,
    /// Each by a signature of its own.
    Signed,
    /// By one signature for [`ENVELOPE`] calls.
    Enveloped,
}

/// A shard on a real disk.
pub(crate) struct Subject {
    pub(crate) shard: Shard<FileDisk, RocksStore>,
    caller: SecretKey,
    /// Calls made, and calls answered.
    made: u64,
    pub(crate) answered: u64,
    /// Whether answering a call includes its receipt.
    pub(crate) receipts: bool,
    /// The fuel of the calls that got their receipts.
    pub(crate) fuel: u64,
    /// All the time that answering has taken.
    pub(crate) took: Duration,
}

fn genesis() -> (Genesis, [SecretKey; 3]) {
    let keys = [1, 2, 3].map(|seed| SecretKey::from_seed(&[seed; 32]));
    let genesis = Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "foil.example/bench".into(),
        authority: Quorum { threshold: 1, keys: vec![keys[1].public()] },
        writer: keys[0].public(),
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: 3_600_000,
        time: TimePolicy { start_ms: START_MS, jump_ms: 60_000 },
        witnesses: Quorum::default(),
        nonce: [0; 16],
    };
    (genesis, keys)
}

fn opening(dir: &Path, store: &str, wasm: &[u8]) -> Result<Opening<FileDisk, RocksStore>> {
    let (genesis, [writer, _, _]) = genesis();
    Ok(Opening {
        genesis,
        keyring: Keyring::new(vec![writer]),
        disk: FileDisk::open(Dir::open_ambient_dir(dir.join("journal"), ambient_authority())?)?,
        store: RocksStore::open(&dir.join(store))?,
        programs: Box::new(BTreeMap::from([(PROGRAM.hash(wasm), wasm.to_vec())])),
        build: "bench".into(),
    })
}

/// Opens the shard in `dir` over a store there, an empty one if there is none: what that came to, and the time it
/// took.
pub(crate) fn open(
    dir: &Path,
    store: &str,
    wasm: &[u8],
) -> Result<(Shard<FileDisk, RocksStore>, Recovered, Duration)> {
    let begun = Instant::now();
    let (shard, recovered) = Shard::open(opening(dir, store, wasm)?)?;
    Ok((shard, recovered, begun.elapsed()))
}

impl Subject {
    /// A new shard in `dir`, which is made, that runs `wasm`.
    pub(crate) fn new(dir: &Path, wasm: &[u8]) -> Result<Subject> {
        let (genesis, [_, authority, caller]) = genesis();
        let program = PROGRAM.hash(wasm);
        std::fs::create_dir_all(dir.join("journal"))?;
        std::fs::create_dir(dir.join("programs"))?;
        std::fs::write(dir.join("genesis"), genesis.to_bytes())?;
        std::fs::write(dir.join("programs").join(format!("{program}.wasm")), wasm)?;
        let shard = Shard::create(opening(dir, "store", wasm)?)?;
        let mut subject =
            Subject { shard, caller, made: 0, answered: 0, receipts: false, fuel: 0, took: Duration::ZERO };
        let (method, args) = Act::Deploy(Deploy { program }).to_call();
        let deploy = Call { program: Some(Profile::One.system()), ..subject.call(method, args) };
        subject.submit(vec![SignedCall::authorize(deploy, &[&authority])], 1)?;
        Ok(subject)
    }

    /// The next call, of nobody in particular.
    pub(crate) fn call(&mut self, method: &str, args: Vec<u8>) -> Call {
        self.made += 1;
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.made.to_le_bytes());
        Call {
            version: abi::VERSION,
            shard: self.shard.id(),
            program: None,
            method: method.into(),
            args: Bytes(args),
            salt: key,
            caller: Caller::Nobody,
            key,
            expires_ms: START_MS + self.made / CALLS_OF_MS + LIVE_MS,
            fuel_max: 10_000_000_000,
        }
    }

    /// Calls as their client sends them.
    pub(crate) fn proven(&self, mut calls: Vec<Call>, how: Proven) -> Vec<SignedCall> {
        let asserted = |call| SignedCall { call, proof: Proof::None };
        if let Proven::Asserted = how {
            return calls.into_iter().map(asserted).collect();
        }
        let caller = Caller::Key(self.caller.public());
        calls.iter_mut().for_each(|call| call.caller = caller.clone());
        match how {
            Proven::Enveloped => calls
                .chunks(ENVELOPE)
                .flat_map(|calls| Envelope::sign(calls.to_vec(), &self.caller))
                .collect(),
            _ => calls.into_iter().map(|call| SignedCall::sign(call, &self.caller)).collect(),
        }
    }

    /// Has calls answered, and checks that each has its place and has returned: the outputs, and the time that took.
    pub(crate) fn submit(
        &mut self,
        calls: Vec<SignedCall>,
        block_calls: usize,
    ) -> Result<(Vec<Vec<u8>>, Duration)> {
        let (count, now_ms) = (calls.len(), START_MS + self.answered / CALLS_OF_MS);
        let requests = calls.into_iter().map(|signed| Request { signed, now_ms }).collect();
        let (genesis, mut answers, mut receipts) = (self.shard.genesis().clone(), Vec::new(), Vec::new());
        let begun = Instant::now();
        if self.receipts {
            let left = Left::new(Checker::new(&genesis, self.shard.id()), requests);
            let mut tell = |settled: Settled<'_>| {
                answers.extend(settled.answers);
                receipts.extend(settled.made);
            };
            self.shard.serve(&left, block_calls, &mut |_, _| {}, &mut tell)?;
        } else {
            answers = self.shard.submit(Batch { requests, block_calls, stop_at_rejection: false })?;
        }
        let took = begun.elapsed();
        self.fuel += receipts.iter().map(|(entry, _)| entry.fuel).sum::<u64>();
        (self.answered, self.took) = (self.answered + count as u64, self.took + took);
        let output = |answer: Answer| match answer {
            Answer::New { outcome: Outcome::Returned(output), .. } => Ok(output),
            other => Err(format!("a call came to {other:?}")),
        };
        let outputs = answers.into_iter().map(output).collect::<std::result::Result<Vec<_>, _>>()?;
        match outputs.len() == count {
            true => Ok((outputs, took)),
            false => Err("a call has no answer".into()),
        }
    }

    /// Puts in keys number 0 to `keys`, many with a call.
    pub(crate) fn fill(&mut self, keys: u64) -> Result<()> {
        let mut calls = Vec::new();
        for first in (0..keys).step_by(usize::try_from(FILLED)?) {
            let end = keys.min(first + FILLED);
            let listed: Vec<u8> = (first..end).flat_map(short_key).collect();
            let call = self.call("fill", args(&listed));
            calls.push(call);
            if calls.len() == FILLS || end == keys {
                let calls = self.proven(std::mem::take(&mut calls), Proven::Asserted);
                self.submit(calls, FILLS)?;
            }
        }
        Ok(())
    }
}

/// Arguments of one byte string.
pub(crate) fn args(bytes: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(1);
    w.bytes(bytes);
    w.into_bytes()
}

/// A program that can be filled with keys of 8 bytes and values of `value_bytes`, at most 1,000, with the methods of
/// `text`, which leaves the memory from 16,384 on alone. A value is what follows its key in the arguments.
pub(crate) fn program(value_bytes: usize, text: &str) -> Result<Vec<u8>> {
    Ok(wat::parse_str(format!(
        r#"(module
    (import "foil" "input" (func $input (param i32 i32) (result i32)))
    (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
    (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
    (import "foil" "scan_open" (func $scan_open (param i32 i32 i32 i32 i32) (result i32)))
    (import "foil" "scan_next" (func $scan_next (param i32 i32 i32) (result i64)))
    (import "foil" "scan_close" (func $scan_close (param i32)))
    (import "foil" "answer" (func $answer (param i32 i32)))
    (memory (export "memory") 1 1)
    (data (i32.const 0) "\f6")
    (func $must (param $is_right i32) (if (i32.eqz (local.get $is_right)) (then (unreachable))))
    ;; All keys are of 8 bytes, so that what is left are the heads before them.
    (func (export "call:fill") (local $at i32) (local $end i32)
        (local.set $at (call $input (i32.const 16384) (i32.const 40000)))
        (local.set $end (i32.add (i32.const 16384) (local.get $at)))
        (local.set $at (i32.add (i32.const 16384) (i32.and (local.get $at) (i32.const 7))))
        (loop $next
            (call $put (local.get $at) (i32.const 8) (local.get $at) (i32.const {value_bytes}))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
        (call $answer (i32.const 0) (i32.const 1)))
{text})"#
    ))?)
}
