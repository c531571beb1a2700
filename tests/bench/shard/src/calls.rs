//! Small calls through the whole kernel: admitted, run, hashed, in blocks of which each has one root, one fsync and one
//! signature, and applied to the store. A call gets a key of a million, puts it and answers. It is asserted by the
//! node or signed by its caller; its receipt can be asked for when the clock stops, and is not made before.

use crate::draw::Draw;
use crate::{Asked, Result, Row, median};
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::Bytes;
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::hash::PROGRAM;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use kernel::recover::Opening;
use kernel::{Answer, Batch, Keyring, Request, Shard};
use node::{FileDisk, RocksStore};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Calls of a block, and of what is submitted at a time.
const BLOCK: usize = 1_000;
const SUBMITTED: usize = 10_000;

const PROGRAM_TEXT: &str = r#"(module
    (import "foil" "input" (func $input (param i32 i32) (result i32)))
    (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
    (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
    (import "foil" "answer" (func $answer (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "call:put")
        (drop (call $input (i32.const 64) (i32.const 64)))
        (drop (call $get (i32.const 66) (i32.const 8) (i32.const 128) (i32.const 64)))
        (call $put (i32.const 66) (i32.const 8) (i32.const 64) (i32.const 42))
        (call $answer (i32.const 65) (i32.const 9))))"#;

/// A shard on a real disk, and the calls for it.
struct Subject {
    shard: Shard<FileDisk, RocksStore>,
    authority: SecretKey,
    caller: SecretKey,
    now_ms: u64,
    calls: u64,
    keys: u64,
    draw: Draw,
}

impl Subject {
    fn new(dir: &Path, keys: u64) -> Result<Subject> {
        let [writer, authority, caller] = [1, 2, 3].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let wasm = wat::parse_str(PROGRAM_TEXT)?;
        let program = PROGRAM.hash(&wasm);
        let journal = dir.join("calls");
        std::fs::create_dir(&journal)?;
        let now_ms = 1_700_000_000_000;
        let genesis = Genesis {
            version: abi::VERSION,
            profile: Profile::One.hash(),
            origin: "foil.example/bench".into(),
            authority: Quorum { threshold: 1, keys: vec![authority.public()] },
            writer: writer.public(),
            commit: CommitPolicy { writes: 1, replicas: Vec::new() },
            window_ms: 3_600_000,
            time: TimePolicy { start_ms: now_ms, jump_ms: 60_000 },
            witnesses: Quorum::default(),
            nonce: [0; 16],
        };
        let shard = Shard::create(Opening {
            genesis,
            keyring: Keyring::new(vec![writer]),
            disk: FileDisk::open(Dir::open_ambient_dir(&journal, ambient_authority())?)?,
            store: RocksStore::open(&dir.join("calls store"))?,
            programs: Box::new(BTreeMap::from([(program, wasm)])),
            build: "bench".into(),
        })?;
        let mut subject = Subject { shard, authority, caller, now_ms, calls: 0, keys, draw: Draw::new(2) };
        let (method, args) = Act::Deploy(Deploy { program }).to_call();
        let deploy = Call { program: Some(Profile::One.system()), ..subject.call(&method, args) };
        let deploy = SignedCall::authorize(deploy, &[&subject.authority]);
        subject.submit(vec![deploy])?;
        Ok(subject)
    }

    fn call(&mut self, method: &str, args: Vec<u8>) -> Call {
        self.calls += 1;
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.calls.to_le_bytes());
        Call {
            version: abi::VERSION,
            shard: self.shard.id(),
            program: None,
            method: method.into(),
            args: Bytes(args),
            salt: key,
            caller: Caller::Nobody,
            key,
            // So few live at a time as a client's retries take.
            expires_ms: self.now_ms + 1_000,
            fuel_max: 1_000_000,
        }
    }

    /// Calls as their clients make them, outside of the time that counts.
    fn made(&mut self, is_signed: bool) -> Vec<SignedCall> {
        let mut calls = Vec::with_capacity(SUBMITTED);
        for _ in 0..SUBMITTED {
            let key = self.draw.below(self.keys);
            let call = self.call("put", [&[0x81, 0x48][..], &key.to_be_bytes()].concat());
            calls.push(match is_signed {
                true => {
                    let caller = Caller::Key(self.caller.public());
                    SignedCall::sign(Call { caller, ..call }, &self.caller)
                }
                false => SignedCall { call, proof: Proof::None },
            });
        }
        calls
    }

    /// Has calls answered, and checks that each has its place: the time that took.
    fn submit(&mut self, calls: Vec<SignedCall>) -> Result<Duration> {
        let (count, now_ms) = (calls.len(), self.now_ms);
        let requests = calls.into_iter().map(|signed| Request { signed, now_ms }).collect();
        let begun = Instant::now();
        let answers = self.shard.submit(Batch { requests, block_calls: BLOCK, stop_at_rejection: false })?;
        let took = begun.elapsed();
        self.now_ms += 100;
        let is_right =
            |answer: &Answer| matches!(answer, Answer::New { outcome, .. } if outcome.is_returned());
        match answers.len() == count && answers.iter().all(is_right) {
            true => Ok(took),
            false => Err(format!("a call came to {:?}", answers.iter().find(|it| !is_right(it))).into()),
        }
    }

    fn rate(&mut self, is_signed: bool, time: Duration) -> Result<f64> {
        let (mut took, mut calls) = (Duration::ZERO, 0.0);
        while took < time {
            let made = self.made(is_signed);
            took += self.submit(made)?;
            calls += SUBMITTED as f64;
        }
        Ok(calls / took.as_secs_f64())
    }
}

/// Calls a second, asserted and signed.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let mut subject = Subject::new(dir.path(), asked.keys)?;
    let (mut asserted, mut signed) = (Vec::new(), Vec::new());
    for _ in 0..asked.rounds {
        asserted.push(subject.rate(false, asked.time)?);
        signed.push(subject.rate(true, asked.time)?);
    }
    let receipt = subject.shard.receipt_file(subject.calls - 1)?.ok_or("a call without a receipt")?;
    receipt.verify(&subject.shard.id())?;
    let row = |what: &str, figures, goal| {
        let what = format!("small calls, {what}, {BLOCK} to a block");
        Row { what, ours: median(figures), peer: None, goal }
    };
    Ok(vec![row("asserted", asserted, 300_000.0), row("each signed by its caller", signed, 60_000.0)])
}
