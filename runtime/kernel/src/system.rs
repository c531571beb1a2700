//! The built-in `system` program: acts that change a shard's program and rules. They are calls like all
//! others, in a space of keys of their own; there is no second way to commit.

use crate::machine::{Machine, RunError};
use crate::revert::Back;
use abi::codec::{Bytes, Encode};
use abi::diff::Diff;
use abi::effect::{Event, Execution};
use abi::fault::Fault;
use abi::id::Hash;
use abi::outcome::{Outcome, Trap};
use abi::profile::Profile;
use abi::session::{Mode, Session, Space, Stop};
use abi::system::{Act, MIGRATE, Migrate, PROGRAM_KEY, Revert, Upgrade, WRITER_KEY};
use vm::Job;

/// What an act costs, whatever it does. Admission sees to it that an act can pay.
pub(crate) const ACT_FUEL: u64 = 10_000;

/// How an upgrade fails whose migration is not done: run more of its steps first.
const UNFINISHED: (u64, &str) = (1, "Unfinished");

/// Runs one act of the system program of `profile`.
pub(crate) fn run(machine: &mut Machine, profile: Profile, job: Job) -> Result<Execution, RunError> {
    let act = Act::from_call(profile, &job.method, &job.input).ok_or(RunError::NoMethod)?;
    if let Act::Upgrade(Upgrade { program }) | Act::Migrate(Migrate { program }) = act {
        return migrated(machine, &program, matches!(act, Act::Upgrade(_)), job);
    }
    let Job { view, context, mode, input, fuel_max, .. } = job;
    let mut session = Session::new(view, context, Space::System, mode, input);
    let ended =
        if fuel_max < ACT_FUEL { Err(Stop::Trapped(Trap::OutOfFuel)) } else { perform(&mut session, &act) };
    Ok(session.finish(ended, ACT_FUEL.min(fuel_max))?)
}

/// Runs a step of a program's migration over the state, on what fuel is left; as the last step of an upgrade, the
/// program serves after it. A program without a migration has nothing to do.
fn migrated(
    machine: &mut Machine,
    program: &Hash,
    is_upgrade: bool,
    job: Job,
) -> Result<Execution, RunError> {
    let fuel = ACT_FUEL.min(job.fuel_max);
    let has_hook = machine.program(program)?.method(MIGRATE) == Some(Mode::Call);
    let (method, input, fuel_max) = (MIGRATE.into(), ().to_bytes(), job.fuel_max - fuel);
    let mut execution = match has_hook {
        _ if job.fuel_max < ACT_FUEL => ended(Outcome::Trapped(Trap::OutOfFuel)),
        true => machine.start(program, Job { method, input, fuel_max, ..job })?,
        false => ended(Outcome::Returned(true.to_bytes())),
    };
    execution.fuel += fuel;
    if is_upgrade && execution.outcome.is_returned() {
        if execution.outcome.output() != true.to_bytes() {
            let unfinished = Outcome::Failed(UNFINISHED.to_bytes());
            return Ok(Execution { fuel: execution.fuel, logs: execution.logs, ..ended(unfinished) });
        }
        execution.diff.put(Space::System.key(PROGRAM_KEY), Some(program.0.to_vec()));
    }
    Ok(execution)
}

/// What did nothing but end.
fn ended(outcome: Outcome) -> Execution {
    Execution {
        outcome,
        diff: Diff::new(),
        events: Vec::new(),
        messages: Vec::new(),
        fuel: 0,
        logs: Vec::new(),
        detail: Vec::new(),
    }
}

/// What a revert comes to.
pub(crate) fn reverted(revert: &Revert, back: &Back) -> Execution {
    Execution {
        diff: back.writes.clone(),
        events: vec![Event { name: "reverted".into(), data: Bytes(revert.to_bytes()) }],
        fuel: ACT_FUEL,
        ..ended(Outcome::Returned(back.output.clone()))
    }
}

fn perform(session: &mut Session, act: &Act) -> Result<(), Stop> {
    match act {
        Act::Deploy(deploy) => {
            session.put(PROGRAM_KEY, &deploy.program.0)?;
            session.emit(b"deployed", &deploy.to_bytes())?;
        }
        Act::Advance(advance) => session.emit(b"advanced", &advance.to_bytes())?,
        Act::Revert(_) | Act::Upgrade(_) | Act::Migrate(_) => {
            let why = "this act is run where more than the state is known";
            return Err(Stop::Fault(Fault::host(why)));
        }
        Act::SetWriter(writer) => {
            session.put(WRITER_KEY, &writer.key.0)?;
            session.emit(b"writer set", &writer.to_bytes())?;
        }
        Act::SetProfile(set) => session.emit(b"profile set", &set.to_bytes())?,
        Act::Erase(erase) => session.emit(b"erased", &erase.to_bytes())?,
        Act::Prune(prune) => session.emit(b"pruned", &prune.to_bytes())?,
    }
    session.answer(&().to_bytes())
}
