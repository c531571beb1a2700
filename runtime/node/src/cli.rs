//! The command line of `foil`.

use crate::commands;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use verify::cli::VerifyArgs;

/// Run programs whose every step a stranger can check.
#[derive(Parser, Debug)]
#[command(name = "foil", version, propagate_version = true)]
pub struct Cli {
    /// The options every command has.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The options every command has.
#[derive(Args, Debug)]
pub struct Global {
    /// The data directory.
    #[arg(long, global = true, default_value = "foil-data", value_name = "DIR")]
    pub data: PathBuf,
    /// The shard, by its id or the start of it; needed where the data directory holds several.
    #[arg(long = "on", global = true, value_name = "ID")]
    pub on: Option<String>,
    /// A directory in a second place that remembers the shards' heads; a file `remember` in the data directory
    /// names one for all commands.
    #[arg(long, global = true, value_name = "DIR")]
    pub remember: Option<PathBuf>,
    /// Memory that the tree over a shard's state may take, some 95 bytes a key; half of the machine's if not said.
    #[arg(long, global = true, value_name = "BYTES")]
    pub tree_memory: Option<usize>,
    /// How to print what a command answers.
    #[arg(short, long = "output", global = true, default_value = "table", id = "format")]
    pub output: Format,
    /// Say more on standard error; twice: still more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How to print what a command answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// For a person.
    Table,
    /// For a program.
    Json,
    /// Canonical CBOR.
    Cbor,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
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
    Serve(commands::serve::ServeArgs),
    /// Make, list and revoke tokens, also while the node serves.
    #[command(subcommand)]
    Token(commands::token::TokenCommand),
    /// Cosign the heads of logs that only grow, over HTTP.
    Witness(commands::witness::WitnessArgs),
    /// Show what a file, a record or a block holds.
    Inspect(commands::inspect::InspectArgs),
    /// Explain a code: an error, a trap, an outcome, an exit code.
    Explain(commands::explain::ExplainArgs),
    /// Verify a bundle, a directory, a receipt, a proof, a checkpoint or a fork, as `foil-verify` does.
    Verify(VerifyArgs),
}

impl Cli {
    /// Whether the log is for a program.
    pub fn logs_json(&self) -> bool {
        matches!(&self.command, Command::Serve(args) if args.log_json)
    }

    /// How much is said on standard error: a node that serves says one step more than a command that ends.
    pub fn verbosity(&self) -> usize {
        usize::from(self.global.verbose) + usize::from(matches!(self.command, Command::Serve(_)))
    }
}
