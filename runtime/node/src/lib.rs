//! The world: files, RocksDB, keys, the clock, HTTP and the command line.
//!
//! Everything that decides anything is in the crates below; this one brings bytes to them, and shows
//! people what came of it. The binary is `foil`.

pub mod arguments;
pub mod authors;
mod background;
mod backing;
pub mod cli;
pub mod commands;
mod config;
pub mod data;
mod disk;
mod doctor;
mod environment;
pub mod error;
mod explain;
mod flame;
pub mod fuzz;
pub mod home;
mod hostcall;
mod http;
pub mod keys;
mod lock;
mod lookup;
mod manual;
mod map;
mod memory;
mod nearest;
mod objects;
mod output;
mod own;
mod place;
mod program;
mod progress;
pub mod quarantine;
pub mod recovery;
mod remote;
mod reserve;
mod restore;
mod rocks;
mod rows;
mod schedule;
mod second;
mod serve;
mod site;
pub mod snapshots;
mod standpoint;
mod told;
pub mod traces;
mod value;

pub use disk::FileDisk;
pub use rocks::{RocksReader, RocksStore};

use cli::{Cli, Command, Global};
use error::NodeError;
use verify::Exit;

pub use config::global;

/// Runs one command.
pub fn run(cli: &Cli, global: &Global) -> Result<Exit, NodeError> {
    match &cli.command {
        Command::Init(args) => commands::init::run(global, args),
        Command::Build(args) => commands::build::run(global, args),
        Command::Test(args) => commands::test::run(global, args),
        Command::Dev(args) => commands::dev::run(global, args),
        Command::Key(command) => commands::key::run(global, command),
        Command::Shard(command) => commands::shard::run(global, command),
        Command::Deploy(args) => commands::deploy::run(global, args),
        Command::Upgrade(args) => commands::upgrade::run(global, args),
        Command::Call(args) => commands::call::run(global, args),
        Command::Query(args) => commands::query::run(global, args),
        Command::Run(args) => commands::run::run(global, args),
        Command::State(command) => commands::state::run(global, command),
        Command::Receipt(args) => commands::receipt::run(global, args),
        Command::Replay(args) => commands::replay::run(global, args),
        Command::Revert(args) => commands::revert::revert(global, args),
        Command::Advance(args) => commands::revert::advance(global, args),
        Command::Erase(args) => commands::erase::run(global, args),
        Command::Prune(args) => commands::prune::run(global, args),
        Command::Recover(args) => commands::recover::run(global, args),
        Command::Doctor(args) => commands::doctor::run(global, args),
        Command::Scrub(args) => commands::scrub::run(global, args),
        Command::Quarantine(command) => commands::quarantine::run(global, command),
        Command::Bundle(args) => commands::bundle::run(global, args),
        Command::Checkpoint(args) => commands::checkpoint::run(global, args),
        Command::Snapshot(command) => commands::snapshot::run(global, command),
        Command::Restore(args) => commands::restore::run(global, args),
        Command::Diverge(args) => commands::diverge::run(global, args),
        Command::Publish(args) => commands::publish::run(global, args),
        Command::Consistency(args) => commands::consistency::run(global, args),
        Command::Client(args) => commands::client::run(global, args),
        Command::Completion(args) => commands::completion::completion(args),
        Command::Man(args) => commands::completion::man(args),
        Command::Serve(_) => commands::serve::run(global),
        Command::Token(command) => commands::token::run(global, command),
        Command::Status => commands::status::run(global),
        Command::Events(args) => commands::events::run(global, args),
        Command::Logs(args) => commands::logs::run(global, args),
        Command::Config(command) => commands::config::run(global, command),
        Command::Context(command) => commands::context::run(global, command),
        Command::Witness(args) => commands::witness::run(global, args),
        Command::Inspect(args) => commands::inspect::run(global, args),
        Command::Explain(args) => commands::explain::run(global, args),
        Command::Verify(args) => commands::verify::run(global, args),
    }
}
