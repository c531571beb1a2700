//! The built-in `system` program: acts that change a shard's program and rules. They are calls like all
//! others, in a space of keys of their own; there is no second way to commit.

use crate::machine::RunError;
use crate::revert::Back;
use abi::codec::{Bytes, Encode};
use abi::effect::{Event, Execution};
use abi::fault::Fault;
use abi::outcome::{Outcome, Trap};
use abi::session::{Session, Stop};
use abi::system::{Act, PROGRAM_KEY, Revert, WRITER_KEY};

/// What an act costs, whatever it does. Admission sees to it that an act can pay.
pub(crate) const ACT_FUEL: u64 = 10_000;

/// Runs one act.
pub(crate) fn run(mut session: Session, method: &str, fuel_max: u64) -> Result<Execution, RunError> {
    let act = Act::from_call(method, session.input()).ok_or(RunError::NoMethod)?;
    let ended =
        if fuel_max < ACT_FUEL { Err(Stop::Trapped(Trap::OutOfFuel)) } else { perform(&mut session, &act) };
    Ok(session.finish(ended, ACT_FUEL.min(fuel_max))?)
}

/// What a revert comes to.
pub(crate) fn reverted(revert: &Revert, back: &Back) -> Execution {
    Execution {
        outcome: Outcome::Returned(back.output.clone()),
        diff: back.writes.clone(),
        events: vec![Event { name: "reverted".into(), data: Bytes(revert.to_bytes()) }],
        messages: Vec::new(),
        fuel: ACT_FUEL,
        logs: Vec::new(),
        detail: Vec::new(),
    }
}

fn perform(session: &mut Session, act: &Act) -> Result<(), Stop> {
    match act {
        Act::Deploy(deploy) => {
            session.put(PROGRAM_KEY, &deploy.program.0)?;
            session.emit(b"deployed", &deploy.to_bytes())?;
        }
        Act::Advance(advance) => session.emit(b"advanced", &advance.to_bytes())?,
        Act::Revert(_) => {
            let why = "a revert is run where the way back is known";
            return Err(Stop::Fault(Fault::host(why)));
        }
        Act::SetWriter(writer) => {
            session.put(WRITER_KEY, &writer.key.0)?;
            session.emit(b"writer set", &writer.to_bytes())?;
        }
    }
    session.answer(&().to_bytes())
}
