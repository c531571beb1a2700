//! The built-in `system` program: acts that change a shard's program and rules. They are calls like all
//! others, in a space of keys of their own; there is no second way to commit.

use crate::machine::RunError;
use abi::codec::Encode;
use abi::effect::Execution;
use abi::outcome::Trap;
use abi::session::{Session, Stop};
use abi::system::{Act, PROGRAM_KEY, WRITER_KEY};

/// What an act costs, whatever it does. Admission sees to it that an act can pay.
pub(crate) const ACT_FUEL: u64 = 10_000;

/// Runs one act.
pub(crate) fn run(mut session: Session, method: &str, fuel_max: u64) -> Result<Execution, RunError> {
    let act = Act::from_call(method, session.input()).ok_or(RunError::NoMethod)?;
    let ended =
        if fuel_max < ACT_FUEL { Err(Stop::Trapped(Trap::OutOfFuel)) } else { perform(&mut session, &act) };
    Ok(session.finish(ended, ACT_FUEL.min(fuel_max))?)
}

fn perform(session: &mut Session, act: &Act) -> Result<(), Stop> {
    match act {
        Act::Deploy(deploy) => {
            session.put(PROGRAM_KEY, &deploy.program.0)?;
            session.emit(b"deployed", &deploy.to_bytes())?;
        }
        Act::SetWriter(writer) => {
            session.put(WRITER_KEY, &writer.key.0)?;
            session.emit(b"writer set", &writer.to_bytes())?;
        }
    }
    session.answer(&().to_bytes())
}
