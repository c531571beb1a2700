//! Small calls through the whole kernel: admitted, run, hashed, in blocks of which each has one root, one fsync and one
//! signature, and applied to the store. A call gets a key that is there, puts it and answers. It is asserted by the
//! node, or signed by its caller, alone or with others; its receipt can be asked for when the clock stops, and is not
//! made before unless that is said. The peer is CosmWasm's bare execution of a call, without any of that.

use crate::draw::{Draw, short_key};
use crate::peers::Peers;
use crate::subject::{Proven, Subject, args, program};
use crate::{Asked, Goal, Result, Row, median};
use abi::call::SignedCall;
use std::path::Path;
use std::time::Duration;

/// Calls of a block, and of what is submitted at a time.
pub(crate) const BLOCK: usize = 1_000;
pub(crate) const SUBMITTED: usize = 10_000;

/// Bytes of a value.
const VALUE_BYTES: usize = 42;

/// The value of a put has its number in it, so that none puts what is there already.
const PROGRAM_TEXT: &str = r#"
    (func (export "call:put")
        (drop (call $input (i32.const 64) (i32.const 64)))
        (call $must (i64.eq (call $get (i32.const 66) (i32.const 8) (i32.const 128) (i32.const 64)) (i64.const 42)))
        (call $put (i32.const 66) (i32.const 8) (i32.const 64) (i32.const 42))
        (call $answer (i32.const 65) (i32.const 17)))"#;

/// The program of the calls.
pub(crate) fn wasm() -> Result<Vec<u8>> {
    program(VALUE_BYTES, PROGRAM_TEXT)
}

/// A shard of so many keys, and puts for it.
pub(crate) struct Puts {
    pub(crate) subject: Subject,
    keys: u64,
    draw: Draw,
}

impl Puts {
    /// A shard in `dir` that has all its keys.
    pub(crate) fn new(dir: &Path, keys: u64) -> Result<Puts> {
        let mut subject = Subject::new(dir, &wasm()?)?;
        subject.fill(keys)?;
        Ok(Puts { subject, keys, draw: Draw::new(2) })
    }

    /// Puts as their clients make them, outside of the time that counts.
    pub(crate) fn made(&mut self, count: usize, how: Proven) -> Vec<SignedCall> {
        let mut calls = Vec::with_capacity(count);
        for _ in 0..count {
            let key = short_key(self.draw.below(self.keys));
            calls.push(self.subject.call("put", args(&[key, self.draw.number().to_be_bytes()].concat())));
        }
        self.subject.proven(calls, how)
    }

    /// Puts in a second of answering them.
    pub(crate) fn rate(&mut self, how: Proven, time: Duration) -> Result<f64> {
        let (mut took, mut calls) = (Duration::ZERO, 0.0);
        while took < time {
            let made = self.made(SUBMITTED, how);
            took += self.subject.submit(made, BLOCK)?.1;
            calls += SUBMITTED as f64;
        }
        Ok(calls / took.as_secs_f64())
    }

    /// Whether the receipt of the last call is one.
    fn check(&self) -> Result<()> {
        let Subject { shard, answered, .. } = &self.subject;
        shard.receipt_file(answered - 1)?.ok_or("a call without a receipt")?.verify(&shard.id())?;
        Ok(())
    }
}

/// Calls a second, by how they are proven.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let mut puts = Puts::new(dir.path(), asked.keys)?;
    let hows = [
        (Proven::Asserted, false, "asserted", Goal::AtLeast(300_000.0)),
        (Proven::Asserted, true, "asserted, with a receipt each", Goal::None),
        (Proven::Signed, false, "each signed by its caller", Goal::AtLeast(60_000.0)),
        (Proven::Enveloped, false, "100 with one signature of their caller", Goal::None),
    ];
    let mut figures = hows.map(|_| Vec::new());
    let mut peers = Peers::start(asked, dir.path(), &["cosmwasm"], 0);
    for _ in 0..asked.rounds {
        for ((how, receipts, ..), figures) in hows.iter().zip(&mut figures) {
            puts.subject.receipts = *receipts;
            figures.push(puts.rate(*how, asked.time)?);
        }
        peers.turn(&format!("calls {}", asked.time.as_secs_f64()));
    }
    puts.check()?;
    let mut rows = Vec::new();
    for ((how, receipts, what, goal), figures) in hows.into_iter().zip(figures) {
        let what = format!("small calls, {what}, {BLOCK} to a block, of {} keys", asked.keys);
        let ours = median(figures);
        let is_bare = how == Proven::Asserted && !receipts;
        let beside = if is_bare { peers.medians() } else { Vec::new() };
        rows.push(Row { what: what.clone(), ours, peer: None, unit: "/s", goal });
        rows.extend(beside.into_iter().map(|(_, rate)| {
            let peer = Some(("CosmWasm, execution only", rate));
            Row { what: what.clone(), ours, peer, unit: "/s", goal: Goal::AtLeast(30.0) }
        }));
    }
    Ok(rows)
}
