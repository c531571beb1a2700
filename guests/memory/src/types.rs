//! What the program keeps, answers and refuses.

use alloc::string::String;
use alloc::vec::Vec;
use guest_sdk::{Account, Error, Value};

/// A place for memories whose vectors can be compared.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// Who writes in it.
    pub owner: Account,
    /// How many components its vectors have.
    pub dimension: u32,
    /// How many memories it has.
    pub memories: u64,
}

/// A memory, without its vector.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Memory {
    /// Its id.
    pub id: u128,
    /// The scope it is in.
    pub scope: String,
    /// What is remembered.
    pub text: String,
    /// What it was derived from, ascending.
    pub sources: Vec<u128>,
    /// 0 where it was derived from nothing, or 1 more than the deepest of its sources.
    pub depth: u8,
    /// Whether its vector is another than came, of norm 1.
    pub is_normalised: bool,
    /// When it was added, in milliseconds of logical time.
    pub time_ms: u64,
}

/// A memory that is like a question.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Match {
    /// Its id.
    pub id: u128,
    /// The cosine of the angle between the vectors, in billionths, towards zero. The order is that of the cosines.
    pub cosine_e9: i64,
    /// How deep it is derived.
    pub depth: u8,
    /// What is remembered.
    pub text: String,
}

/// Why something is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Error {
    /// Nobody in particular owns no scope.
    #[error(1)]
    NoCaller,
    /// Only a scope's owner writes in it.
    #[error(2)]
    NotTheOwner,
    /// There is no such scope.
    #[error(3)]
    ScopeUnknown,
    /// The scope is open.
    #[error(4)]
    ScopeExists,
    /// A scope's name is empty or too long.
    #[error(5)]
    NameLength { size: u64, max: u64 },
    /// A scope's vectors have no components, or too many.
    #[error(6)]
    DimensionOutOfRange { dimension: u32, max: u32 },
    /// There is a memory of this id; whoever sends the same again takes that for success.
    #[error(10)]
    MemoryExists,
    /// There is no such memory.
    #[error(11)]
    MemoryUnknown { id: u128 },
    /// The text is too long.
    #[error(12)]
    TextTooLong { size: u64, max: u64 },
    /// The memory is derived from too many others.
    #[error(13)]
    TooManySources { size: u64, max: u64 },
    /// Sources are named in ascending order, each once.
    #[error(14)]
    SourcesNotAscending,
    /// The memory is derived from one that is not here.
    #[error(15)]
    SourceUnknown { id: u128 },
    /// The memory is derived from one of another scope.
    #[error(16)]
    SourceInAnotherScope { id: u128 },
    /// The memory is derived from derived ones too often over.
    #[error(17)]
    TooDeep { depth: u8, max: u8 },
    /// Another memory was derived from this one, and has to be forgotten first.
    #[error(18)]
    SourceOfAnother { by: u128 },
    /// The vector is empty. It is not kept: compute it from the text, where you are.
    #[error(20)]
    VectorEmpty,
    /// The vector has not four bytes for each component of its scope's dimension.
    #[error(21)]
    VectorLength { size: u64, expected: u64 },
    /// A component of the vector is infinite or no number. It is not kept: compute it from the text, where you are.
    #[error(22)]
    VectorNotFinite { component: u32 },
    /// The vector's norm is zero. It is not kept: compute it from the text, where you are.
    #[error(23)]
    VectorZero,
}
