//! The command line of `foil`.

use crate::commands::{self, serve::ServeArgs};
use crate::error::NodeError;
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use verify::cli::VerifyArgs;

/// Run programs whose every step a stranger can check.
#[derive(Parser, Debug)]
#[command(name = "foil", version, propagate_version = true)]
pub struct Cli {
    /// The options every command has.
    #[command(flatten)]
    pub options: Options,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The options every command has. What is not given here is as [`crate::config`] finds it.
#[derive(Args, Debug)]
pub struct Options {
    /// The data directory; `foil-data`, if neither this nor a node is named.
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "node")]
    pub(crate) data: Option<PathBuf>,
    /// A node that serves, by its address; for commands that can be asked of one.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) node: Option<String>,
    /// The context whose settings count: a node or a data directory by a name.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// The file that holds the token for the node.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The certificates that the node's must come from, in PEM; those that browsers trust, if not given.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// The shard, by its id or the start of it; needed where there are several.
    #[arg(long = "on", global = true, value_name = "ID")]
    pub(crate) on: Option<String>,
    /// A directory in a second place that remembers the shards' heads; a file `remember` in the data directory
    /// names one for all commands.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) remember: Option<PathBuf>,
    /// Memory that the tree over a shard's state may take, some 95 bytes a key; half of the machine's if not said.
    #[arg(long, global = true, value_name = "BYTES")]
    pub(crate) tree_memory: Option<usize>,
    /// How to print what a command answers: `table`, if not given.
    #[arg(short, long = "output", global = true, id = "format")]
    pub(crate) output: Option<Format>,
    /// Say more on standard error; twice: still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// How to print what a command answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For a person.
    #[default]
    Table,
    /// For a program.
    Json,
    /// Canonical CBOR.
    Cbor,
}

/// What every command goes by: its options, and what the environment and files say besides.
#[derive(Clone, Debug, Default)]
pub struct Global {
    /// Where the shard is.
    pub(crate) at: At,
    /// The shard, by its id or the start of it.
    pub(crate) on: Option<String>,
    /// A directory that remembers the shards' heads.
    pub(crate) remember: Option<PathBuf>,
    /// Memory that the tree over a shard's state may take, in bytes.
    pub(crate) tree_memory: Option<usize>,
    /// How to print what a command answers.
    pub(crate) output: Format,
    /// How a node is to serve.
    pub(crate) serve: ServeArgs,
}

/// Where shards are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum At {
    /// In a data directory.
    Data(PathBuf),
    /// At a node that serves them.
    Node(Address),
}

impl Default for At {
    fn default() -> At {
        At::Data("foil-data".into())
    }
}

/// How a node is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// Its URL, up to the path.
    pub(crate) url: String,
    /// The file with the token for it.
    pub(crate) token_file: Option<PathBuf>,
    /// The certificates that its own must come from.
    pub(crate) ca: Option<PathBuf>,
}

impl Global {
    /// The data directory.
    ///
    /// # Errors
    ///
    /// A command that works on files cannot be asked of a node.
    pub fn data(&self) -> Result<&Path, NodeError> {
        match &self.at {
            At::Data(path) => Ok(path),
            At::Node(Address { url, .. }) => Err(NodeError::Usage(format!(
                "this command works on a data directory, and the node {url} is named: run it where that node's \
                 data is, with --data DIR"
            ))),
        }
    }
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Begin a project: a folder with a program that builds, tests and passes.
    Init(commands::init::InitArgs),
    /// Build a project's program, and say what it is made of.
    Build(commands::build::BuildArgs),
    /// Test a project's program: natively, and the same calls on wasm.
    Test(commands::test::TestArgs),
    /// Serve a project's program for yourself, and each version of it that you save.
    Dev(commands::dev::DevArgs),
    /// Make and show keys.
    #[command(subcommand)]
    Key(commands::key::KeyCommand),
    /// Make and show shards.
    #[command(subcommand)]
    Shard(commands::shard::ShardCommand),
    /// Make a program the one that serves a shard.
    Deploy(commands::deploy::DeployArgs),
    /// Have another program take over, with its own migration, by acts of the authority.
    Upgrade(commands::upgrade::UpgradeArgs),
    /// Call a method; the call becomes history and gets a receipt.
    Call(commands::call::CallArgs),
    /// Ask a query; it leaves no trace.
    Query(commands::query::QueryArgs),
    /// Make one call of each row of a file; run again, it resumes.
    Run(commands::run::RunArgs),
    /// Read state, with proofs.
    #[command(subcommand)]
    State(commands::state::StateCommand),
    /// Fetch the receipt of a record.
    Receipt(commands::receipt::ReceiptArgs),
    /// Run the shard's whole history again and compare.
    Replay(commands::replay::ReplayArgs),
    /// Bring the state back to what it was after an earlier block, by an act of the authority: history goes on.
    Revert(commands::revert::RevertArgs),
    /// Let logical time make a greater step than the genesis allows, by an act of the authority.
    Advance(commands::revert::AdvanceArgs),
    /// Forget what a call said, by an act of the authority: its record and its receipts stay.
    Erase(commands::erase::EraseArgs),
    /// Drop the journal's oldest segments behind two snapshots, by an act of the authority: leaf hashes stay.
    Prune(commands::prune::PruneArgs),
    /// Plan what brings shards back whose files are not what was written, and do it.
    Recover(commands::recover::RecoverArgs),
    /// Look into every file of a data directory, and change none.
    Doctor(commands::doctor::DoctorArgs),
    /// Verify shards' journals and stores against each other.
    Scrub(commands::scrub::ScrubArgs),
    /// What is kept and no longer trusted.
    #[command(subcommand)]
    Quarantine(commands::quarantine::QuarantineCommand),
    /// Export the shard's history with all a verifier needs.
    Bundle(commands::bundle::BundleArgs),
    /// Write the shard's signed height, head and state root, for verifiers to go on from.
    Checkpoint(commands::checkpoint::CheckpointArgs),
    /// Take, list, verify and collect snapshots of the shard's state.
    #[command(subcommand)]
    Snapshot(commands::snapshot::SnapshotCommand),
    /// Build the shard's store anew from a snapshot and the blocks after it.
    Restore(commands::restore::RestoreArgs),
    /// Find the first difference between two histories of a shard, and prove it.
    Diverge(commands::diverge::DivergeArgs),
    /// Publish the history's head and tiles as static files.
    Publish(commands::publish::PublishArgs),
    /// Prove that the history only grew from one size to another.
    Consistency(commands::consistency::ConsistencyArgs),
    /// Print what a shell needs to complete commands.
    Completion(commands::completion::CompletionArgs),
    /// Write a manual page for each command.
    Man(commands::completion::ManArgs),
    /// Serve the shards of the data directory over HTTP.
    Serve(ServeArgs),
    /// Show the shards, and whether they serve.
    Status,
    /// Show the events of programs, in the order of history.
    Events(commands::events::EventsArgs),
    /// Show what programs have logged lately at a node.
    Logs(commands::logs::LogsArgs),
    /// Make, list and revoke tokens, also while the node serves.
    #[command(subcommand)]
    Token(commands::token::TokenCommand),
    /// What the settings are, and where each comes from.
    #[command(subcommand)]
    Config(commands::config::ConfigCommand),
    /// Nodes and data directories by names.
    #[command(subcommand)]
    Context(commands::context::ContextCommand),
    /// Cosign the heads of logs that only grow, over HTTP.
    Witness(commands::witness::WitnessArgs),
    /// Write a typed client of a program, in TypeScript or Rust.
    Client(commands::client::ClientArgs),
    /// Show what a file, a record or a block holds.
    Inspect(commands::inspect::InspectArgs),
    /// Explain a code: an error, a trap, an outcome, an exit code.
    Explain(commands::explain::ExplainArgs),
    /// Verify a bundle, a directory, a receipt, a proof, a checkpoint or a fork, as `foil-verify` does.
    Verify(VerifyArgs),
}

impl Cli {
    /// How much is said on standard error: a node that serves says one step more than a command that ends.
    pub fn verbosity(&self) -> usize {
        usize::from(self.options.verbose) + usize::from(self.serves())
    }

    /// Whether the log is for a program.
    pub fn logs_json(&self, global: &Global) -> bool {
        self.serves() && global.serve.logs_json()
    }

    /// Whether the command is a node that serves.
    pub fn serves(&self) -> bool {
        matches!(self.command, Command::Serve(_))
    }
}
