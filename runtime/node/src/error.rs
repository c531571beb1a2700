//! What a command can end in, with its number and exit code.

use crate::authors::AuthorError;
use crate::snapshots::SnapshotsError;
use abi::Coded;
use abi::fault::Fault;
use abi::genesis::GenesisError;
use abi::id::Hash;
use journal::{NoteError, TileError};
use kernel::prune::PruneError;
use kernel::{AfterError, Refusal, Rejected, ReplayError, ShardError};
use std::fmt::Display;
use std::path::PathBuf;
use verify::{Exit, Verdict};

/// Why a command failed: what, why, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// The operating system refused.
    #[error("cannot {doing}: {because}")]
    Io {
        /// What was being done.
        doing: String,
        /// What it said.
        because: String,
    },
    /// A key file that others may read.
    #[error("the key file {} may be read by others (mode {mode:o}); chmod 600 it, and think about who has read it", path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A key file of another user.
    #[error("the key file {} belongs to user {owner}, and this is user {user}; chown it, and think about who has read it", path.display())]
    KeyForeign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who we are.
        user: u32,
    },
    /// A key file that holds no key.
    #[error("{} holds no key; `foil key generate` makes one", path.display())]
    KeyMalformed {
        /// The file.
        path: PathBuf,
    },
    /// Not a data directory.
    #[error("{} is not a data directory; `foil shard create` makes one", path.display())]
    NotData {
        /// The directory.
        path: PathBuf,
    },
    /// A data directory of another version.
    #[error(
        "the data directory has format {found:?}, this build reads {expected:?}; use the build that wrote it"
    )]
    OtherFormat {
        /// What it says.
        found: String,
        /// What we read.
        expected: &'static str,
    },
    /// A data directory of a later version.
    #[error(
        "the data directory has format {found:?}, which is newer than this build ({expected:?}); use a newer build: there is no way back"
    )]
    NewerFormat {
        /// What it says.
        found: String,
        /// What we read.
        expected: &'static str,
    },
    /// The shard's files are older than a second place remembers, or are of another history.
    #[error(
        "shard {shard} holds {found}, and the second place remembers block {height}, {header}: nothing is signed; restore the newest files, `foil recover --dry-run` says what is gone"
    )]
    Stale {
        /// The shard.
        shard: Hash,
        /// What its journal holds.
        found: String,
        /// The height remembered.
        height: u64,
        /// The hash of the header remembered.
        header: Hash,
    },
    /// Bytes of the journal are in quarantine.
    #[error(
        "shard {shard} is halted: page {page} of segment {segment} is in quarantine as {item}; replace the segment by a sound copy, `foil quarantine show` has the bytes and the reason"
    )]
    Quarantined {
        /// The shard.
        shard: Hash,
        /// The segment's number.
        segment: u32,
        /// The page.
        page: u32,
        /// The item.
        item: Hash,
    },
    /// What was durable is gone.
    #[error(
        "shard {shard} halts: {because}; gone: {gone}; restore the file from a sound copy, and run `foil recover` again"
    )]
    Halted {
        /// The shard.
        shard: Hash,
        /// Why.
        because: String,
        /// Which heights.
        gone: String,
    },
    /// No such item in quarantine, or several.
    #[error(
        "{wanted:?} is the start of no item's name in quarantine, or of several; `foil quarantine list` shows them"
    )]
    NotInQuarantine {
        /// What was asked for.
        wanted: String,
    },
    /// Another process has the data directory.
    #[error("the data directory is in use by another process{} stop that one first", asked(.serves_at))]
    InUse {
        /// The URL at which it serves, if it does.
        serves_at: String,
    },
    /// No such shard, or several to choose from.
    #[error("{0}")]
    WhichShard(String),
    /// A shard's directory holds another shard's genesis.
    #[error("the directory of shard {named} holds the genesis of shard {found}; restore the right one")]
    OtherShard {
        /// The directory's name.
        named: Hash,
        /// The genesis's id.
        found: Hash,
    },
    /// A shard's genesis cannot be read.
    #[error("the genesis of shard {shard} is damaged: {because}; restore it from any bundle of the shard")]
    GenesisDamaged {
        /// The shard.
        shard: Hash,
        /// Why.
        because: abi::codec::Error,
    },
    /// A genesis that breaks a rule.
    #[error("{0}")]
    Genesis(#[from] GenesisError),
    /// A program has no interface, so arguments cannot be read by name.
    #[error("the program has no interface section, or a damaged one: {0}")]
    Interface(String),
    /// An argument is not what the method takes.
    #[error("`{name}`: {because}")]
    Argument {
        /// Which.
        name: String,
        /// What is wrong.
        because: String,
    },
    /// A method that the program does not have.
    #[error("the program has no {kind} `{method}`; {hint}")]
    NoMethod {
        /// Which.
        method: String,
        /// What it was to be.
        kind: &'static str,
        /// What may be meant.
        hint: String,
    },
    /// What an author of programs asked for cannot be done.
    #[error("{0}")]
    Author(#[from] AuthorError),
    /// A row of the input cannot become a call.
    #[error("{file}:{line}: {because}; everything before this line is committed, mend it and run again")]
    Row {
        /// The input.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        because: String,
    },
    /// A map of columns that is wrong in itself.
    #[error("the map {file}: {because}")]
    Map {
        /// The file.
        file: String,
        /// What is wrong.
        because: String,
    },
    /// A source of settings that is not as it must be.
    #[error("{source_name}: {because}; `foil config check` reads all sources")]
    Config {
        /// Which.
        source_name: String,
        /// What is wrong.
        because: String,
    },
    /// A context that there is not.
    #[error("there is no context {name:?}; `foil context list` shows them, `foil context add` makes one")]
    NoContext {
        /// What was asked for.
        name: String,
    },
    /// A node that cannot be reached, or does not answer as one.
    #[error("the node {url}: {because}")]
    Unreachable {
        /// Where it was to be.
        url: String,
        /// What came of it.
        because: String,
    },
    /// A node's refusal.
    #[error("{message} (request {request})")]
    Refused {
        /// Its number.
        code: u16,
        /// Its words.
        message: String,
        /// The request's id, which the node's log has too.
        request: String,
    },
    /// The shard has no such record or block.
    #[error("{what} is not in the journal: it holds {holds}")]
    NotThere {
        /// What was asked for.
        what: String,
        /// What there is.
        holds: String,
    },
    /// A file says nothing about the program that it is to say something of.
    #[error("{} is no debug information of the program: {because}", path.display())]
    NotDebug {
        /// The file.
        path: PathBuf,
        /// Why.
        because: vm::LinesError,
    },
    /// A record is of a call that is not erased.
    #[error("record {seq} is not erased: {because}")]
    NotErasable {
        /// Which.
        seq: u64,
        /// Why.
        because: &'static str,
    },
    /// Fewer than two whole snapshots make up for blocks that are to go.
    #[error(
        "two committed snapshots of block {height} or later are needed, each whole now, and there are {whole}; `foil snapshot create` takes one, `foil snapshot verify` says what is wrong with those there are"
    )]
    NotBacked {
        /// The last block that is to go.
        height: u64,
        /// How many there are.
        whole: usize,
    },
    /// Blocks that are gone would be needed to come to a state.
    #[error(
        "nothing gives the state before block {height}: the blocks before {first} were pruned, and no whole snapshot from block {before} on and before block {height} is kept",
        before = .first - 1
    )]
    NoState {
        /// The block.
        height: u64,
        /// The first block that is kept.
        first: u64,
    },
    /// Whether a run has begun shows only in blocks that are gone.
    #[error(
        "no line of the run {run:?} has a record from block {first} on, and the blocks before it were pruned: whether it has begun is not known; if it has not, say so by --begin"
    )]
    RunUnknown {
        /// The run's name.
        run: String,
        /// The first block that is kept.
        first: u64,
    },
    /// Blocks are not dropped.
    #[error("{0}")]
    Prune(#[from] PruneError),
    /// What an earlier state was is not known.
    #[error("{0}")]
    After(AfterError),
    /// A head that was published is no part of the history that is to be published in its place.
    #[error("{what}, which is not in this history of {size} records; nothing is published over it")]
    Published {
        /// What is there.
        what: String,
        /// How many records the history has.
        size: u64,
    },
    /// A note, a key of notes or a head is not right.
    #[error("{0}")]
    Note(#[from] NoteError),
    /// A tile is not right.
    #[error("{0}")]
    Tile(#[from] TileError),
    /// A call was not admitted.
    #[error("rejected: {0}")]
    Rejected(Rejected),
    /// A wasm file was not admitted.
    #[error("program refused: {0}")]
    Program(vm::AdmitError),
    /// A shard cannot be opened.
    #[error("{}{}", .0, ladder(.0))]
    Shard(#[from] ShardError),
    /// A replay found a difference, or could not judge.
    #[error("{0}")]
    Replay(#[from] ReplayError),
    /// A history that is not as it must be.
    #[error("{}", .0.reason)]
    Verdict(Box<Verdict>),
    /// A snapshot cannot be taken, believed or loaded.
    #[error("{0}")]
    Snapshots(Box<SnapshotsError>),
    /// The machine failed.
    #[error("{0}")]
    Fault(#[from] Fault),
}

/// How a process that serves is asked.
fn asked(serves_at: &str) -> String {
    match serves_at {
        "" => ";".into(),
        url => format!(", which serves it at {url}: ask that with --node {url}, or"),
    }
}

/// The exit code of a node's refusal: what the same would come to where the node's data is.
fn refused(code: u16) -> Exit {
    match code {
        7008 | 7011 | 7012 | 7506 => Exit::Usage,
        1108 | 1111 | 7516 => Exit::Io,
        5001..=5099 => Exit::Rejected,
        _ => Exit::Failure,
    }
}

/// What a person can do about a shard whose files are not what was written.
fn ladder(error: &ShardError) -> &'static str {
    match error {
        ShardError::Fault(Fault::Corrupt { .. } | Fault::Pruned { .. }) => {
            "; `foil recover --dry-run` says what can be done"
        }
        _ => "",
    }
}

impl NodeError {
    /// An operation that the system refused.
    pub fn io(doing: impl Into<String>, because: impl Display) -> NodeError {
        NodeError::Io { doing: doing.into(), because: because.to_string() }
    }

    /// The exit code of the one table.
    pub fn exit(&self) -> Exit {
        match self {
            NodeError::Usage(_)
            | NodeError::WhichShard(_)
            | NodeError::NotInQuarantine { .. }
            | NodeError::Argument { .. }
            | NodeError::NotDebug { .. }
            | NodeError::Map { .. }
            | NodeError::Config { .. }
            | NodeError::NoContext { .. }
            | NodeError::Interface(_)
            | NodeError::Note(NoteError::Key(_))
            | NodeError::Genesis(_) => Exit::Usage,
            NodeError::Io { .. } | NodeError::KeyExposed { .. } | NodeError::KeyForeign { .. } => Exit::Io,
            NodeError::Unreachable { .. } => Exit::Unreachable,
            NodeError::Refused { code, .. } => refused(*code),
            NodeError::Rejected(_)
            | NodeError::NoMethod { .. }
            | NodeError::Program(_)
            | NodeError::Row { .. } => Exit::Rejected,
            NodeError::Author(error) => error.exit(),
            NodeError::Fault(fault)
            | NodeError::Shard(ShardError::Fault(fault))
            | NodeError::Prune(PruneError::Fault(fault)) => match fault {
                Fault::Io { .. } | Fault::Full { .. } | Fault::Outgrown { .. } => Exit::Io,
                _ => Exit::Failure,
            },
            NodeError::Replay(error) => Exit::of_replay(error),
            NodeError::Snapshots(error) => error.exit(),
            NodeError::Verdict(verdict) => verdict.exit,
            _ => Exit::Failure,
        }
    }
}

impl From<SnapshotsError> for NodeError {
    fn from(error: SnapshotsError) -> NodeError {
        NodeError::Snapshots(Box::new(error))
    }
}

impl From<AfterError> for NodeError {
    fn from(error: AfterError) -> NodeError {
        match error {
            AfterError::Fault(fault) => NodeError::Fault(fault),
            error => NodeError::After(error),
        }
    }
}

impl From<Refusal> for NodeError {
    fn from(refusal: Refusal) -> NodeError {
        match refusal {
            Refusal::Rejected(rejected) => NodeError::Rejected(rejected),
            Refusal::Fault(fault) => NodeError::Fault(fault),
        }
    }
}

impl Coded for NodeError {
    fn code(&self) -> u16 {
        match self {
            NodeError::Usage(_) => 7001,
            NodeError::Io { .. } => 7002,
            NodeError::KeyExposed { .. } => 7003,
            NodeError::KeyMalformed { .. } => 7004,
            NodeError::NotData { .. } => 7005,
            NodeError::OtherFormat { .. } => 7006,
            NodeError::NewerFormat { .. } => 7041,
            NodeError::Stale { .. } => 7042,
            NodeError::Quarantined { .. } => 7043,
            NodeError::Halted { .. } => 7044,
            NodeError::NotInQuarantine { .. } => 7045,
            NodeError::InUse { .. } => 7007,
            NodeError::WhichShard(_) => 7008,
            NodeError::OtherShard { .. } => 7009,
            NodeError::GenesisDamaged { .. } => 7010,
            NodeError::Genesis(error) => error.code(),
            NodeError::Interface(_) => 7011,
            NodeError::Argument { .. } => 7012,
            NodeError::NoMethod { method, .. } => Rejected::NoMethod { method: method.clone() }.code(),
            NodeError::Author(error) => error.code(),
            NodeError::Row { .. } => 7013,
            NodeError::Map { .. } => 7014,
            NodeError::KeyForeign { .. } => 7084,
            NodeError::Config { .. } => 7081,
            NodeError::NoContext { .. } => 7082,
            NodeError::Unreachable { .. } => 7083,
            NodeError::Refused { code, .. } => *code,
            NodeError::NotThere { .. } => 7015,
            NodeError::NotDebug { .. } => 7016,
            NodeError::NotErasable { .. } => 7046,
            NodeError::NotBacked { .. } => 7071,
            NodeError::NoState { .. } => 7072,
            NodeError::RunUnknown { .. } => 7073,
            NodeError::Prune(error) => error.code(),
            NodeError::After(error) => error.code(),
            NodeError::Published { .. } => 7031,
            NodeError::Note(error) => error.code(),
            NodeError::Tile(error) => error.code(),
            NodeError::Rejected(rejected) => rejected.code(),
            NodeError::Program(error) => error.code(),
            NodeError::Shard(error) => error.code(),
            NodeError::Replay(error) => error.code(),
            NodeError::Verdict(verdict) => verdict.code,
            NodeError::Snapshots(error) => error.code(),
            NodeError::Fault(fault) => fault.code(),
        }
    }
}
