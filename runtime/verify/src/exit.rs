//! The one table of exit codes, for every tool.

#[cfg(feature = "execute")]
use abi::fault::Fault;
use abi::outcome::Outcome;
#[cfg(feature = "execute")]
use kernel::ReplayError;

/// What a process ends with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Verified; done.
    Verified = 0,
    /// Another failure.
    Failure = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// Files could not be read or written.
    Io = 3,
    /// A node could not be reached.
    Unreachable = 4,
    /// The call failed.
    Failed = 5,
    /// The call trapped.
    Trapped = 6,
    /// The call was rejected.
    Rejected = 7,
    /// The bytes are not a valid history, receipt or proof.
    Invalid = 10,
    /// Consistent, but not anchored in anything the verifier was told to trust, or not yet certified.
    Unanchored = 11,
    /// It cannot be judged: an unknown profile, a missing program or window.
    CannotJudge = 12,
    /// Well-formed and signed, but re-execution came to something else.
    Diverged = 13,
}

impl Exit {
    /// What a call's outcome ends a command with.
    pub fn of_outcome(outcome: &Outcome) -> Exit {
        match outcome {
            Outcome::Returned(_) => Exit::Verified,
            Outcome::Failed(_) => Exit::Failed,
            Outcome::Trapped(_) => Exit::Trapped,
        }
    }

    /// What a replay's end means.
    #[cfg(feature = "execute")]
    pub fn of_replay(error: &ReplayError) -> Exit {
        match error {
            ReplayError::Invalid(_) | ReplayError::Inadmissible { .. } => Exit::Invalid,
            ReplayError::Diverged(_) => Exit::Diverged,
            ReplayError::MissingProgram { .. }
            | ReplayError::UnknownProfile(_)
            | ReplayError::Erased { .. } => Exit::CannotJudge,
            ReplayError::Fault(Fault::Io { .. }) => Exit::Io,
            ReplayError::Fault(_) => Exit::Failure,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        std::process::ExitCode::from(exit as u8)
    }
}
