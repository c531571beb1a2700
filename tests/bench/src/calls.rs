//! How long an isolated call takes that gets one key, puts one and answers, execution only: in an instance that is put
//! back exactly as it was, and in one that has to be made anew.
//!
//! Off: durability, receipts, the state's own store (the view is a map). What a call's job is made of exists
//! before the clock starts; what it comes to is dropped before the clock stops.

use crate::Result;
use crate::clock::Clock;
use abi::Hash;
use abi::call::Caller;
use abi::session::{Context, Mode};
use abi::view::View;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use vm::{Engine, Job, Program, Vm};

/// Calls between two looks at the clock.
const BATCH: u32 = 2_000;

/// The time of one call.
pub(crate) struct Calls {
    /// With the instance put back.
    pub(crate) reset: Duration,
    /// With a new instance.
    pub(crate) fresh: Duration,
}

/// Runs both kinds of calls, in turns.
pub(crate) fn measure(rounds: u32) -> Result<Calls> {
    let vm = Vm::new(Engine::Cranelift)?;
    let reset = vm.admit(&program("")?)?;
    // Tables are not put back: an instance whose program could write one is used once.
    let fresh = vm.admit(&program(
        "(table 1 1 funcref)
         (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
    )?)?;
    let view: Arc<dyn View> = Arc::new(BTreeMap::from([(b"\x01key".to_vec(), 41u64.to_le_bytes().to_vec())]));
    check(&vm, &reset, &view)?;
    check(&vm, &fresh, &view)?;
    let mut least = Calls { reset: Duration::MAX, fresh: Duration::MAX };
    for _ in 0..rounds {
        least.reset = least.reset.min(batch(&vm, &reset, &view)?);
        least.fresh = least.fresh.min(batch(&vm, &fresh, &view)?);
    }
    Ok(least)
}

/// A program of 1.1 MiB of memory that adds one to the number at a key.
fn program(fields: &str) -> Result<Vec<u8>> {
    Ok(wat::parse_str(format!(
        r#"(module
            (import "foil" "state_get" (func $get (param i32 i32 i32 i32) (result i64)))
            (import "foil" "state_put" (func $put (param i32 i32 i32 i32)))
            (import "foil" "answer" (func $answer (param i32 i32)))
            (memory (export "memory") 17 17)
            (data (i32.const 0) "key")
            {fields}
            (func (export "call:main")
                (drop (call $get (i32.const 0) (i32.const 3) (i32.const 65536) (i32.const 8)))
                (i64.store (i32.const 65536) (i64.add (i64.load (i32.const 65536)) (i64.const 1)))
                (call $put (i32.const 0) (i32.const 3) (i32.const 65536) (i32.const 8))
                (call $answer (i32.const 65536) (i32.const 8))))"#
    ))?)
}

/// The call does what it is meant to, so that no failure is timed.
fn check(vm: &Vm, program: &Program, view: &Arc<dyn View>) -> Result<()> {
    let execution = vm.run(program, job(view))?;
    let written = format!("{execution:?}").contains("[42, 0, 0, 0, 0, 0, 0, 0]");
    if execution.outcome.is_returned() && written {
        Ok(())
    } else {
        Err(format!("the call came to {execution:?}").into())
    }
}

fn job(view: &Arc<dyn View>) -> Job {
    let zero = Hash::ZERO;
    Job {
        view: Arc::clone(view),
        context: Context { shard: zero, seq: 0, time_ms: 0, caller: Caller::Nobody, call: zero },
        mode: Mode::Call,
        method: "main".into(),
        input: Vec::new(),
        fuel_max: 1_000_000,
    }
}

fn batch(vm: &Vm, program: &Program, view: &Arc<dyn View>) -> Result<Duration> {
    let jobs: Vec<Job> = (0..BATCH).map(|_| job(view)).collect();
    let start = Clock::start();
    for job in jobs {
        vm.run(program, job)?;
    }
    Ok(start.elapsed() / BATCH)
}
