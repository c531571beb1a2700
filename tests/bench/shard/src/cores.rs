//! This program again, in a process that has one core or all of them: what more cores are worth can only be seen beside
//! one, as a shard alone uses two.

use crate::{Result, replay, shards};
use std::process::Command;

/// The first argument of such a process.
pub(crate) const WORKER: &str = "worker";

/// What its process may run on.
#[derive(Clone, Copy)]
pub(crate) enum Cores {
    One,
    All,
}

/// Has a process of its own find a rate, on these cores: what, and with which words.
pub(crate) fn rate(cores: Cores, what: &str, words: &[String]) -> Result<f64> {
    let this = std::env::current_exe()?;
    let mut command = match cores {
        Cores::All => Command::new(this),
        Cores::One => {
            let mut taskset = Command::new("taskset");
            taskset.args(["--cpu-list", "0"]).arg(this);
            taskset
        }
    };
    let done = command.arg(WORKER).arg(what).args(words).output()?;
    match done.status.success() {
        true => Ok(String::from_utf8(done.stdout)?.trim().parse()?),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned().into()),
    }
}

/// What that process does: it says the rate.
pub(crate) fn be_worker(args: impl Iterator<Item = String>) -> Result<()> {
    let words: Vec<String> = args.collect();
    let rate = match words.split_first() {
        Some((what, words)) if what == shards::NAME => shards::rate(words)?,
        Some((what, words)) if what == replay::NAME => replay::rate(words)?,
        _ => return Err("a worker for what?".into()),
    };
    println!("{rate}");
    Ok(())
}
