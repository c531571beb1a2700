//! What others do in a second, on the same disk and with the same keys and values as the benchmark of the shard, which
//! starts one such process for each of them.
//!
//! ```text
//! peers NAME DIR KEYS      NAME: qmdb-any, qmdb-current, nomt, jmt or cosmwasm
//! ```
//!
//! It puts KEYS keys in, in commits of 25,000, says `ready`, and then answers each line of standard input with one:
//!
//! ```text
//! updates SIZE SECONDS     a second's updates, and the 50th, 99th and 99.9th percentile of a commit, in microseconds
//! calls SECONDS            a second's calls; CosmWasm only, which takes no keys
//! ```
//!
//! What is written next is drawn before the clock goes on, and each commit is durable, with its root, before the next
//! is drawn. Between two lines it does nothing but what its own threads do.
//!
//! Limits: one peer is one process, so that none has another's threads, caches or allocator in its way.

#[cfg(feature = "cosmwasm")]
mod cosmwasm;
#[cfg(any(feature = "jmt", feature = "nomt", feature = "qmdb"))]
#[path = "../../shard/src/draw.rs"]
#[allow(dead_code, reason = "the benchmark of the shard draws more")]
mod draw;
#[cfg(feature = "jmt")]
mod jmt;
#[cfg(feature = "nomt")]
mod nomt;
#[cfg(feature = "qmdb")]
mod qmdb;
#[cfg(any(feature = "jmt", feature = "nomt", feature = "qmdb"))]
mod updates;

use std::error::Error;
use std::io::Write;
use std::path::Path;

/// As ours.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What fails here, fails for good.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: peers qmdb-any|qmdb-current|nomt|jmt|cosmwasm DIR KEYS";

/// Writes one line, and makes sure that it is read.
fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// What comes of work that never waits, because its parts are functions that block.
#[cfg(any(feature = "jmt", feature = "nomt"))]
fn done<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    use std::task::{Context, Poll, Waker};
    match std::pin::pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err("what blocks has waited".into()),
    }
}

/// Runs one peer until standard input ends.
fn run(name: &str, dir: &Path, keys: u64) -> Result<()> {
    match name {
        #[cfg(feature = "qmdb")]
        "qmdb-any" => qmdb::run_any(dir, keys),
        #[cfg(feature = "qmdb")]
        "qmdb-current" => qmdb::run_current(dir, keys),
        #[cfg(feature = "nomt")]
        "nomt" => done(updates::serve(nomt::Peer::new(dir, keys)?, keys)),
        #[cfg(feature = "jmt")]
        "jmt" => done(updates::serve(jmt::Peer::new(dir)?, keys)),
        #[cfg(feature = "cosmwasm")]
        "cosmwasm" => cosmwasm::run(dir),
        _ => Err(format!("{name} is not built in; {USAGE}").into()),
    }
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, dir, keys] = &args[..] else { return Err(USAGE.into()) };
    std::fs::create_dir_all(dir)?;
    run(name, Path::new(dir), keys.parse()?)
}
