//! Whether a call may enter history, and at what moment.
//!
//! A rejected call leaves no trace: everything that is the caller's fault is found here, before the call
//! has a place. What only running can tell is an outcome.

use crate::check::Checked;
use crate::execute::{Begin, Ground};
use crate::machine::{Machine, RunError};
use crate::revert::{Back, Past};
use abi::call::{Call, SignedCall};
use abi::effect::Moment;
use abi::fault::Fault;
use abi::id::Hash;
use abi::limits::{FUEL_MAX, WINDOW_KEYS_MAX};
use abi::profile::Profile;
use abi::session::Mode;
use abi::sign::PublicKey;
use abi::system::{Act, Deploy, MIGRATE, Migrate, Revert, Upgrade};
use abi::{Coded, planted};
use journal::{Scope, Window};
use vm::AdmitError;

/// A call that will have a place in history, and what is known of it there.
#[must_use]
pub struct Admitted {
    /// The call with its proof, which holds.
    pub signed: Box<SignedCall>,
    /// The call's digest.
    pub digest: Hash,
    /// The digest of its caller and idempotency key.
    pub scope: Scope,
    /// Its place and time, and the program that will run it.
    pub at: Moment,
    /// Its size in bytes, with its proof.
    pub bytes: usize,
    /// Of a revert: what it does.
    pub(crate) back: Option<(Revert, Back)>,
}

/// What admission says.
pub enum Admission {
    /// A new call.
    New(Box<Admitted>),
    /// A call whose key lives already: the record at this place may be of the same call.
    Known(u64, Box<Call>),
}

/// Why a call was not admitted: the caller's fault, and no trace in history.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Another format version.
    #[error("the call has version {got}, this node speaks {}", abi::VERSION)]
    Version {
        /// The call's.
        got: u8,
    },
    /// For another shard.
    #[error("the call is for shard {got}, this is shard {here}")]
    Shard {
        /// The call's.
        got: Hash,
        /// This one.
        here: Hash,
    },
    /// A field is too long.
    #[error("{field} too long: size={size} max={max}")]
    TooLong {
        /// Which.
        field: &'static str,
        /// Its size.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// More fuel than a call may ask for, or less than it takes at least.
    #[error("fuel limit out of range: asked={asked} min={min} max={FUEL_MAX}")]
    Fuel {
        /// What was asked for.
        asked: u64,
        /// The least.
        min: u64,
    },
    /// Arguments are not canonical CBOR.
    #[error("arguments are not canonical: {0}")]
    Arguments(abi::codec::Error),
    /// The proof does not show the caller.
    #[error("the call's signature does not prove its caller")]
    Unproven,
    /// An act of the system program without enough signatures of the shard's authority.
    #[error("not enough signatures of the shard's authority: got={got} needed={needed}")]
    NotAuthority {
        /// Valid ones.
        got: usize,
        /// The threshold.
        needed: u32,
    },
    /// An authority's proof on a call that needs none.
    #[error("authority signatures belong to calls of the system program")]
    NotAnAct,
    /// The key's life is over.
    #[error("the call has expired: expires_ms={expires_ms} time_ms={time_ms}")]
    Expired {
        /// When it died.
        expires_ms: u64,
        /// The call's time.
        time_ms: u64,
    },
    /// The key would live longer than the window.
    #[error("the call expires beyond the shard's window: expires_ms={expires_ms} latest_ms={latest_ms}")]
    ExpiresTooLate {
        /// When it would die.
        expires_ms: u64,
        /// The latest allowed.
        latest_ms: u64,
    },
    /// Time would jump.
    #[error("logical time would jump too far: from_ms={from_ms} to_ms={to_ms} jump_max_ms={max_ms}")]
    TimeJump {
        /// The shard's time.
        from_ms: u64,
        /// The call's.
        to_ms: u64,
        /// The greatest step.
        max_ms: u64,
    },
    /// The idempotency key belongs to another call.
    #[error("the idempotency key was used by another call: seq={seq}")]
    KeyReused {
        /// Where that stands.
        seq: u64,
    },
    /// Too many live keys.
    #[error("too many live idempotency keys: max={WINDOW_KEYS_MAX}; retry later")]
    WindowFull,
    /// No program was deployed.
    #[error("the shard has no program yet; deploy one first")]
    NoProgram,
    /// The call is for another program than the one that serves.
    #[error("the call is for program {wanted}, {serving} is serving")]
    OtherProgram {
        /// The call's.
        wanted: Hash,
        /// The serving one.
        serving: Hash,
    },
    /// The program has no such method to call.
    #[error("the program has no call `{method}`")]
    NoMethod {
        /// What was asked for.
        method: String,
    },
    /// Nobody here could sign for the writer that is to be appointed.
    #[error("the secret half of the writer key {key} is not on this node; import it first")]
    WriterNotHeld {
        /// The key.
        key: PublicKey,
    },
    /// The profile is in force already.
    #[error("the shard is under profile {name} already")]
    ProfileKept {
        /// Its name.
        name: &'static str,
    },
    /// An act about something that is not history.
    #[error("{what} is not history: it has to come before the act")]
    NotHistory {
        /// What.
        what: &'static str,
    },
    /// A revert that leads nowhere.
    #[error("cannot go back to the state after block {height}: {because}")]
    Revert {
        /// The block.
        height: u64,
        /// Why not.
        because: &'static str,
    },
    /// The program to deploy is not here.
    #[error("program {0} is not on this node; upload it first")]
    ProgramMissing(Hash),
    /// The program to deploy is not admitted.
    #[error("program refused: {0}")]
    ProgramRefused(AdmitError),
}

impl Coded for Rejected {
    fn code(&self) -> u16 {
        match self {
            Rejected::Version { .. } => 5001,
            Rejected::Shard { .. } => 5002,
            Rejected::TooLong { .. } => 5003,
            Rejected::Fuel { .. } => 5004,
            Rejected::Arguments(_) => 5005,
            Rejected::Unproven => 5006,
            Rejected::NotAuthority { .. } => 5007,
            Rejected::NotAnAct => 5008,
            Rejected::Expired { .. } => 5009,
            Rejected::ExpiresTooLate { .. } => 5010,
            Rejected::TimeJump { .. } => 5011,
            Rejected::KeyReused { .. } => 5012,
            Rejected::WindowFull => 5013,
            Rejected::NoProgram => 5014,
            Rejected::OtherProgram { .. } => 5015,
            Rejected::NoMethod { .. } => 5016,
            Rejected::ProgramMissing(_) => 5017,
            Rejected::WriterNotHeld { .. } => 5018,
            Rejected::Revert { .. } => 5019,
            Rejected::ProfileKept { .. } => 5020,
            Rejected::NotHistory { .. } => 5021,
            Rejected::ProgramRefused(error) => error.code(),
        }
    }
}

/// Where the next call would stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Next {
    /// Its place in history.
    pub seq: u64,
    /// The time of the call before it.
    pub time_ms: u64,
    /// The program that serves.
    pub serving: Option<Hash>,
}

/// Why a call or a query is not run: the caller's fault, or this machine's.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The caller's.
    #[error("{0}")]
    Rejected(#[from] Rejected),
    /// The machine's.
    #[error("{0}")]
    Fault(#[from] Fault),
}

impl Coded for Refusal {
    fn code(&self) -> u16 {
        match self {
            Refusal::Rejected(rejected) => rejected.code(),
            Refusal::Fault(fault) => fault.code(),
        }
    }
}

/// Admits one call that is right by itself, which would stand at `next`.
pub(crate) fn admit(
    machine: &mut Machine,
    window: &Window,
    ground: &Ground<'_>,
    past: Option<&dyn Past>,
    begin: &Begin,
    next: Next,
    checked: Checked,
) -> Result<Admission, Refusal> {
    let Checked { signed, now_ms, digest, scope, bytes } = checked;
    let call = &signed.call;
    let time_ms = if planted!(TimeFalls) { now_ms } else { now_ms.max(next.time_ms) };
    let live = window.find_at(&scope, time_ms);
    if let Some(seq) = live.filter(|_| !planted!(AcceptUsedKey)) {
        return Ok(Admission::Known(seq, Box::new(signed.call)));
    }
    let act = act(machine.profile(), call);
    let may_advance = matches!(act, Some(Act::Advance(to)) if to.to_ms >= time_ms);
    let jump_ms = if may_advance { u64::MAX } else { ground.genesis.time.jump_ms };
    check_time(ground.genesis.window_ms, jump_ms, call, next.time_ms, time_ms)?;
    if window.len() >= WINDOW_KEYS_MAX {
        return Err(Rejected::WindowFull.into());
    }
    let system = system_of(machine.profile(), call);
    let program = match system {
        Some(profile) => {
            check_act(machine, ground, (begin.height, next.seq), call, act.as_ref())?;
            profile.system()
        }
        None => target(machine, call, next.serving)?,
    };
    let back = match act {
        Some(Act::Revert(revert)) => {
            let past =
                past.ok_or_else(|| Fault::host("a revert is executed when nothing is being committed"))?;
            Some((revert, past.back(&revert, &*begin.view)?))
        }
        _ => None,
    };
    let profile = system.unwrap_or(machine.profile()).hash();
    let at = Moment { seq: next.seq, time_ms, program, profile };
    Ok(Admission::New(Box::new(Admitted { digest, scope, at, bytes, signed, back })))
}

/// The act that a call of the system program names, in a shard under the profile `current`.
pub(crate) fn act(current: Profile, call: &Call) -> Option<Act> {
    Act::from_call(system_of(current, call)?, &call.method, &call.args)
}

/// Whose system program a call is for: that of the profile in force, or of a newer one that it sets.
fn system_of(current: Profile, call: &Call) -> Option<Profile> {
    let profile = Profile::of_system(&call.program?)?;
    let sets = || matches!(Act::from_call(profile, &call.method, &call.args), Some(Act::SetProfile(_)));
    (profile == current || (profile > current && sets())).then_some(profile)
}

/// The call's logical time is the host's, but never before the call before it, nor far after it.
fn check_time(window_ms: u64, max_ms: u64, call: &Call, last_ms: u64, time_ms: u64) -> Result<(), Rejected> {
    if time_ms - last_ms > max_ms && !planted!(AnyJump) {
        return Err(Rejected::TimeJump { from_ms: last_ms, to_ms: time_ms, max_ms });
    }
    if call.expires_ms <= time_ms && !planted!(AcceptExpired) {
        return Err(Rejected::Expired { expires_ms: call.expires_ms, time_ms });
    }
    let latest_ms = time_ms.saturating_add(window_ms);
    if call.expires_ms > latest_ms {
        return Err(Rejected::ExpiresTooLate { expires_ms: call.expires_ms, latest_ms });
    }
    Ok(())
}

/// The program that runs a call which is no act, and has its method.
fn target(machine: &mut Machine, call: &Call, serving: Option<Hash>) -> Result<Hash, Refusal> {
    let program = match (call.program, serving) {
        (_, None) => return Err(Rejected::NoProgram.into()),
        (Some(wanted), Some(serving)) if wanted != serving && !planted!(AnyProgram) => {
            return Err(Rejected::OtherProgram { wanted, serving }.into());
        }
        (_, Some(serving)) => serving,
    };
    let is_hook = machine.profile() > Profile::One && call.method == MIGRATE;
    let refused = |error| refusal(error, &call.method);
    match machine.program(&program).map_err(refused)?.method(&call.method) {
        Some(Mode::Call) if !is_hook => Ok(program),
        _ => Err(refused(RunError::NoMethod)),
    }
}

/// The act is one; what it names is here, or is history already: a program that is to be deployed, the key of a
/// writer that is to be appointed, a call or block of the past.
fn check_act(
    machine: &mut Machine,
    ground: &Ground<'_>,
    (height, seq): (u64, u64),
    call: &Call,
    act: Option<&Act>,
) -> Result<(), Refusal> {
    let refused = |error| refusal(error, &call.method);
    let not_yet = |what| Err(Rejected::NotHistory { what }.into());
    match act.ok_or_else(|| refused(RunError::NoMethod))? {
        // A history begins with a deploy, and no verifier takes another.
        act if seq == 0 && !matches!(act, Act::Deploy(_)) => Err(Rejected::NoProgram.into()),
        Act::Deploy(Deploy { program }) | Act::Upgrade(Upgrade { program }) => {
            machine.program(program).map(|_| ()).map_err(refused)
        }
        Act::Migrate(Migrate { program }) => match machine.program(program).map_err(refused)?.method(MIGRATE)
        {
            Some(Mode::Call) => Ok(()),
            _ => Err(Rejected::NoMethod { method: MIGRATE.into() }.into()),
        },
        Act::SetWriter(writer) if !ground.keyring.holds(&writer.key) => {
            Err(Rejected::WriterNotHeld { key: writer.key }.into())
        }
        Act::SetProfile(_) if system_of(machine.profile(), call) == Some(machine.profile()) => {
            Err(Rejected::ProfileKept { name: machine.profile().name() }.into())
        }
        Act::Erase(erase) if erase.seq >= seq => not_yet("the call to erase"),
        Act::Prune(prune) if prune.height > height => not_yet("the block to prune to"),
        _ => Ok(()),
    }
}

/// Why a program's `method` cannot be run.
pub(crate) fn refusal(error: RunError, method: &str) -> Refusal {
    match error {
        RunError::Missing(id) => Rejected::ProgramMissing(id).into(),
        RunError::Refused(_, error) => Rejected::ProgramRefused(error).into(),
        RunError::NoMethod => Rejected::NoMethod { method: method.into() }.into(),
        RunError::Fault(fault) => fault.into(),
    }
}
