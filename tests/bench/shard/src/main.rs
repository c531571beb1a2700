//! What a shard does on a real disk, without a pause: commits of many writes beside a plain database that syncs its
//! log, calls through the whole kernel, and what becomes of their journal.
//!
//! What is measured includes what a user pays: every commit and every block is durable before the next begins, with
//! its root; every call has its receipt. All run in turns, round after round, and of each the median counts.
//!
//! Invariant: no figure of one run is compared with a figure of another.

mod calls;
mod commits;
mod cores;
mod draw;
mod large;
mod latency;
mod ledger;
mod long;
mod memory;
mod peers;
mod programs;
mod replay;
mod row;
mod shards;
mod subject;
mod ycsb;

use row::{Goal, Row, median};
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What fails here, fails for good.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str =
    "usage: shard [--only NAME] [--dir DIR] [--keys N] [--rounds N] [--seconds N] [--minutes N] [--json PATH]
    [--peers PATH]
  NAME is commits, calls, ledger, ycsb, programs, latency, replay, shards, memory, large or long; all but the last two if there
    is none
  DIR is on the disk to measure
  --minutes is how long long is; the PATH of the peers is the binary that tests/bench/peers builds";

/// What measures something.
type Measure = fn(&Asked) -> Result<Vec<Row>>;

const MEASURES: [(&str, Measure); 11] = [
    ("commits", commits::measure),
    ("calls", calls::measure),
    ("ledger", ledger::measure),
    ("ycsb", ycsb::measure),
    ("programs", programs::measure),
    ("latency", latency::measure),
    (replay::NAME, replay::measure),
    (shards::NAME, shards::measure),
    ("memory", memory::measure),
    (LARGE, large::measure),
    (LONG, long::measure),
];

/// What is measured only when it is asked for by its name.
const LARGE: &str = "large";
const LONG: &str = "long";

/// What was asked for.
struct Asked {
    /// The one thing to measure.
    only: Option<String>,
    dir: PathBuf,
    keys: u64,
    rounds: usize,
    time: Duration,
    /// How long the long run is.
    long: Duration,
    json: Option<PathBuf>,
    /// The binary of the peers; without one, there are no rows of them.
    peers: Option<PathBuf>,
}

impl Asked {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Asked> {
        let (dir, time, long) = (std::env::temp_dir(), Duration::from_secs(5), Duration::from_secs(60));
        let mut asked =
            Asked { only: None, dir, keys: 1_000_000, rounds: 3, time, long, json: None, peers: None };
        while let Some(option) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match option.as_str() {
                "--only" if MEASURES.iter().any(|(name, _)| *name == value) => asked.only = Some(value),
                "--dir" => asked.dir = value.into(),
                "--keys" => asked.keys = value.parse()?,
                "--rounds" => asked.rounds = value.parse()?,
                "--seconds" => asked.time = Duration::from_secs(value.parse()?),
                "--minutes" => asked.long = Duration::from_secs(60 * value.parse::<u64>()?),
                "--json" => asked.json = Some(value.into()),
                "--peers" => asked.peers = Some(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        if asked.keys < 2 || asked.rounds == 0 || asked.time.is_zero() || asked.long.is_zero() {
            return Err(USAGE.into());
        }
        Ok(asked)
    }

    fn wants(&self, what: &str) -> bool {
        self.only.as_ref().map_or(![LARGE, LONG].contains(&what), |only| only == what)
    }
}

fn main() -> Result<()> {
    if std::env::args().nth(1).as_deref() == Some(memory::VICTIM) {
        return memory::be_victim(std::env::args().skip(2));
    }
    if std::env::args().nth(1).as_deref() == Some(cores::WORKER) {
        return cores::be_worker(std::env::args().skip(2));
    }
    let asked = Asked::read(std::env::args().skip(1))?;
    println!("| durable, with receipts | ours | peer | ratio, or ours | goal | |\n|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for (_, measure) in MEASURES.iter().filter(|(name, _)| asked.wants(name)) {
        let measured = measure(&asked)?;
        measured.iter().for_each(|row| println!("{}", row.shown()));
        rows.extend(measured);
    }
    if let Some(path) = &asked.json {
        let rows: Vec<String> = rows.iter().map(Row::json).collect();
        std::fs::write(path, format!("{{\"rows\": [\n{}\n]}}\n", rows.join(",\n")))?;
    }
    Ok(())
}
