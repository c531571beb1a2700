//! Why a snapshot cannot be taken, believed or loaded.

use abi::Coded;
use abi::fault::Fault;
use kernel::snapshot::{IllegalStep, Phase};
use verify::Exit;

/// Why a snapshot cannot be taken, believed or loaded.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotsError {
    /// An object that there should be is not there.
    #[error("snapshot {id}: there is no {what}")]
    Missing {
        /// The snapshot.
        id: String,
        /// What is not there.
        what: String,
    },
    /// The manifest is not to be believed.
    #[error("snapshot {id}: {because}")]
    Manifest {
        /// The snapshot.
        id: String,
        /// Why.
        because: journal::SnapshotError,
    },
    /// The chunks are not the state.
    #[error("snapshot {id}: chunk {index}: {because}")]
    Chunk {
        /// The snapshot.
        id: String,
        /// Which chunk, from 0; as many as there are, where it is all of them.
        index: usize,
        /// Why.
        because: state::SnapshotError,
    },
    /// A chunk has other entries or bytes than the manifest says.
    #[error("snapshot {id}: chunk {index} has another length than the manifest says")]
    Part {
        /// The snapshot.
        id: String,
        /// Which, from 0.
        index: usize,
    },
    /// It is not committed, or no more.
    #[error("snapshot {id} is {phase:?}: only one that was committed can be restored")]
    NotCommitted {
        /// The snapshot.
        id: String,
        /// Where it is.
        phase: Phase,
    },
    /// Somebody else has taken the step.
    #[error("snapshot {id}: somebody else has made it {phase:?}")]
    Raced {
        /// The snapshot.
        id: String,
        /// The phase.
        phase: Phase,
    },
    /// The state is of another height than the place in history.
    #[error("the state is of height {found}, and the history of height {wanted}")]
    Moved {
        /// The history's.
        wanted: u64,
        /// The state's.
        found: u64,
    },
    /// The store that is to be filled holds something.
    #[error("the store that the snapshot is to fill is not empty")]
    NotEmpty,
    /// No snapshot can be used.
    #[error("no snapshot at height {height_max} or below can be used{}", reasons(refused))]
    NoneUsable {
        /// The greatest height asked for.
        height_max: u64,
        /// Those that there are, and why each was refused.
        refused: Vec<(String, SnapshotsError)>,
    },
    /// It is of a history that is not the journal's.
    #[error("snapshot {id} is of height {height}, where the journal has another block or none")]
    OtherHistory {
        /// The snapshot.
        id: String,
        /// Its height.
        height: u64,
    },
    /// The life cycle has no such step.
    #[error(transparent)]
    Step(#[from] IllegalStep),
    /// The machine failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn reasons(refused: &[(String, SnapshotsError)]) -> String {
    refused.iter().map(|(_, error)| format!("; E{} {error}", error.code())).collect()
}

impl Coded for SnapshotsError {
    fn code(&self) -> u16 {
        match self {
            SnapshotsError::Missing { .. } => 7061,
            SnapshotsError::Manifest { because, .. } => because.code(),
            SnapshotsError::Chunk { because, .. } => because.code(),
            SnapshotsError::Part { .. } => 7062,
            SnapshotsError::NotCommitted { .. } => 7063,
            SnapshotsError::Raced { .. } => 7064,
            SnapshotsError::Moved { .. } => 7065,
            SnapshotsError::NotEmpty => 7066,
            SnapshotsError::NoneUsable { .. } => 7067,
            SnapshotsError::OtherHistory { .. } => 7068,
            SnapshotsError::Step(error) => error.code(),
            SnapshotsError::Fault(fault) => fault.code(),
        }
    }
}

impl SnapshotsError {
    /// The exit code of the one table.
    pub fn exit(&self) -> Exit {
        match self {
            SnapshotsError::Missing { .. }
            | SnapshotsError::Manifest { .. }
            | SnapshotsError::Chunk { .. }
            | SnapshotsError::Part { .. }
            | SnapshotsError::OtherHistory { .. } => Exit::Invalid,
            SnapshotsError::Fault(Fault::Io { .. }) => Exit::Io,
            _ => Exit::Failure,
        }
    }
}
