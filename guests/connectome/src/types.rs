//! What the program keeps, is given and answers.

use alloc::string::String;
use guest_sdk::{Account, Error, Value};

/// What the graph was founded with.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Rules {
    /// Who keeps the graph: says that it is alive, and how many partners a cell may have.
    pub keeper: Account,
    /// After how long half of a weight is left, in milliseconds.
    pub half_life_ms: u64,
    /// How many partners a cell may have.
    pub degree_max: u32,
}

/// What a synapse is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Kind {
    /// It passes a transmitter, one way.
    Chemical,
    /// It is a gap junction.
    Electrical,
}

/// A connection, as it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub struct Synapse {
    /// Its weight at `since_ms`, in millionths.
    pub weight: u64,
    /// The graph's time from which on it decays.
    pub since_ms: u64,
    /// The place in history of the call that made it, by which it is told from an earlier one of the same cells.
    pub born: u64,
    /// How many mandates it stands on.
    pub mandates: u32,
}

/// A connection, as it is now.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Link {
    /// The cell before it.
    pub pre: String,
    /// The cell behind it.
    pub post: String,
    /// What it is.
    pub kind: Kind,
    /// What is left of its weight, in millionths.
    pub weight: u64,
}

/// How a cell is connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Value)]
pub struct Degrees {
    /// How many other cells it is connected with, either way.
    pub degree: u32,
    /// How many connections lead from it.
    pub outgoing: u32,
    /// How many lead to it.
    pub incoming: u32,
}

/// A cell among those with most partners.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Hub {
    /// Its name.
    pub name: String,
    /// How many other cells it is connected with, either way.
    pub degree: u32,
    /// How many connections lead from it.
    pub outgoing: u32,
    /// How many lead to it.
    pub incoming: u32,
    /// What is left of all their weights, in millionths.
    pub strength: u64,
}

/// A wish to connect two cells, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Mandate {
    /// Who made it.
    pub by: Account,
    /// The cell before the connection.
    pub pre: String,
    /// The cell behind it.
    pub post: String,
    /// What it is.
    pub kind: Kind,
    /// Its weight, in whole synapses.
    pub synapses: u32,
    /// The graph's time when it was made.
    pub since_ms: u64,
    /// See [`Synapse::born`].
    pub born: u64,
    /// Where it stands.
    pub phase: Phase,
}

/// Where a mandate stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
pub enum Phase {
    /// The connection is made, and can be taken back.
    Granted,
    /// It was refused: the cell before it has as many partners as it may have.
    PreFull,
    /// It was refused: the cell behind it has as many partners as it may have.
    PostFull,
    /// The connection stays.
    Committed,
    /// The connection was taken back.
    Compensated,
}

/// How large the graph is, and what its time is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Value)]
pub struct Totals {
    /// How many cells are connected.
    pub cells: u64,
    /// How many connections there are.
    pub links: u64,
    /// The graph's time: when it was last known to be alive, in milliseconds of Unix time.
    pub clock_ms: u64,
}

/// Why a call is refused.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Error {
    /// A call without a caller connects nothing.
    #[error(1)]
    NoCaller,
    /// The graph is founded.
    #[error(2)]
    AlreadyFounded,
    /// The graph is not founded yet.
    #[error(3)]
    NotFounded,
    /// Only the keeper does this.
    #[error(4)]
    NotTheKeeper,
    /// The half-life is zero.
    #[error(5)]
    HalfLifeZero,
    /// The limit of partners is not in 1 to 10,000.
    #[error(6)]
    BadDegree { degree: u32 },
    /// A cell has a name.
    #[error(10)]
    NameEmpty,
    /// The name is longer than it may be, in bytes.
    #[error(11)]
    NameTooLong { size: u64, max: u64 },
    /// A connection has a weight.
    #[error(12)]
    WeightZero,
    /// The weight would be more than can be kept.
    #[error(13)]
    WeightTooLarge,
    /// The mandate was used for something else, or by somebody else.
    #[error(14)]
    MandateDiffers,
    /// There is no such mandate.
    #[error(20)]
    NoSuchMandate,
    /// The mandate is somebody else's.
    #[error(21)]
    NotYourMandate,
    /// The mandate is not granted any more, or never was.
    #[error(22)]
    NotGranted,
    /// Nobody can have recovered later than now.
    #[error(30)]
    InFuture { timestamp_ms: u64, now_ms: u64 },
}
