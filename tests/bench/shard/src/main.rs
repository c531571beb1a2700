//! What a shard does in a second, on a real disk, without a pause: commits of many writes beside a plain database
//! that syncs its log, and small calls through the whole kernel.
//!
//! What is measured includes what a user pays: every commit and every block is durable before the next begins, with
//! its root; every call has its receipt. All run in turns, round after round, and of each the median counts.
//!
//! Invariant: no figure of one run is compared with a figure of another.

mod calls;
mod commits;
mod draw;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What fails here, fails for good.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str =
    "usage: shard [--only commits|calls] [--dir DIR] [--keys N] [--rounds N] [--seconds N] [--json PATH]
  DIR is on the disk to measure";

/// What was asked for.
struct Asked {
    /// `commits` or `calls`; both if there is none.
    only: Option<String>,
    dir: PathBuf,
    keys: u64,
    rounds: usize,
    time: Duration,
    json: Option<PathBuf>,
}

impl Asked {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Asked> {
        let (dir, time) = (std::env::temp_dir(), Duration::from_secs(5));
        let mut asked = Asked { only: None, dir, keys: 1_000_000, rounds: 3, time, json: None };
        while let Some(option) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match option.as_str() {
                "--only" if ["commits", "calls"].contains(&value.as_str()) => asked.only = Some(value),
                "--dir" => asked.dir = value.into(),
                "--keys" => asked.keys = value.parse()?,
                "--rounds" => asked.rounds = value.parse()?,
                "--seconds" => asked.time = Duration::from_secs(value.parse()?),
                "--json" => asked.json = Some(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        if asked.keys == 0 || asked.rounds == 0 {
            return Err(USAGE.into());
        }
        Ok(asked)
    }

    fn wants(&self, what: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == what)
    }
}

/// A figure, beside what it is to be compared with.
struct Row {
    what: String,
    /// A second.
    ours: f64,
    peer: Option<f64>,
    /// The least that the ratio should be, or what is ours where there is no peer.
    goal: f64,
}

impl Row {
    fn value(&self) -> f64 {
        self.peer.map_or(self.ours, |peer| self.ours / peer)
    }

    fn shown(&self) -> String {
        let Row { what, ours, peer, goal } = self;
        let peer = peer.map_or("–".into(), |peer| format!("{peer:.0}"));
        let verdict = if self.value() >= *goal { "met" } else { "missed" };
        format!("| {what} | {ours:.0} | {peer} | {:.2} | {goal} | {verdict} |", self.value())
    }

    fn json(&self) -> String {
        let Row { what, ours, peer, goal } = self;
        let (peer, value) = (peer.map_or("null".into(), |peer| format!("{peer:.1}")), self.value());
        format!(
            "{{\"name\": \"{what}\", \"ours\": {ours:.1}, \"peer\": {peer}, \"value\": {value:.4}, \
             \"goal\": {goal}, \"met\": {}}}",
            value >= *goal
        )
    }
}

/// The one in the middle.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() -> Result<()> {
    let asked = Asked::read(std::env::args().skip(1))?;
    let mut rows = if asked.wants("commits") { commits::measure(&asked)? } else { Vec::new() };
    rows.extend(if asked.wants("calls") { calls::measure(&asked)? } else { Vec::new() });
    println!("| a second, durable | ours | peer | ratio, or ours | goal | |\n|---|---|---|---|---|---|");
    rows.iter().for_each(|row| println!("{}", row.shown()));
    if let Some(path) = &asked.json {
        let rows: Vec<String> = rows.iter().map(Row::json).collect();
        std::fs::write(path, format!("{{\"rows\": [\n{}\n]}}\n", rows.join(",\n")))?;
    }
    Ok(())
}
