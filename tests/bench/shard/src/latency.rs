//! How long one waits: for one call of an idle shard, for a block of calls, for a commit, and for calls that come when
//! they come. Those come on a schedule, and each waits from when it was to come until it is answered: what a slow
//! answer holds up counts as well.

use crate::calls::{BLOCK, Puts, SUBMITTED};
use crate::commits::{Ours, timed};
use crate::draw::{Draw, whole};
use crate::row::{quantile, sorted_quantile};
use crate::subject::Proven;
use crate::{Asked, Goal, Result, Row, median};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a raw write is, and the file that is written over.
const WRITTEN: usize = 4 << 10;
const FILE_WRITES: u64 = 1 << 10;
/// Commits of so many updates, and at least so many of them, so that one in a thousand is seen.
const COMMITTED: usize = 1_000;
const COMMITS_MIN: usize = 1_000;
/// Parts of the peak at which calls come, in percent, and the one that there is a goal for.
const LOADS: [u32; 5] = [10, 30, 50, 70, 90];
const LOAD_HELD: u32 = 50;

/// All latencies.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let mut puts = Puts::new(&dir.path().join("shard"), asked.keys)?;
    let mut rows = vec![idle(&mut puts, dir.path(), asked)?, block(&mut puts, asked)?];
    let peak =
        median((0..asked.rounds).map(|_| puts.rate(Proven::Asserted, asked.time)).collect::<Result<_>>()?);
    for load in LOADS {
        rows.extend(open_loop(&mut puts, load, peak * f64::from(load) / 100.0, asked.time)?);
    }
    drop(puts);
    rows.push(commits(&dir.path().join("commits"), asked)?);
    Ok(rows)
}

/// One call at a time, in turns with one raw write.
fn idle(puts: &mut Puts, dir: &Path, asked: &Asked) -> Result<Row> {
    let file = File::create(dir.join("raw"))?;
    let written = vec![1; WRITTEN];
    let at = |turn: u64| turn % FILE_WRITES * WRITTEN as u64;
    (0..FILE_WRITES).try_for_each(|turn| file.write_all_at(&written, at(turn)))?;
    file.sync_all()?;
    let (mut calls, mut raw) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    for turn in 0.. {
        if begun.elapsed() >= asked.time {
            break;
        }
        let made = puts.made(1, Proven::Asserted);
        calls.push(micros(puts.subject.submit(made, BLOCK)?.1));
        let begun = Instant::now();
        file.write_all_at(&written, at(turn))?;
        file.sync_data()?;
        raw.push(micros(begun.elapsed()));
    }
    let what = "one call of an idle shard, p50".into();
    Ok(Row {
        what,
        ours: median(calls),
        peer: Some(("fdatasync of 4 KiB written over", median(raw))),
        unit: "µs",
        goal: Goal::AtMost(1.5),
    })
}

/// One block at a time.
fn block(puts: &mut Puts, asked: &Asked) -> Result<Row> {
    let (mut took, mut blocks) = (Duration::ZERO, Vec::new());
    while took < asked.time {
        let made = puts.made(BLOCK, Proven::Asserted);
        let block = puts.subject.submit(made, BLOCK)?.1;
        took += block;
        blocks.push(millis(block));
    }
    let what = format!("a block of {BLOCK} small calls, p50");
    Ok(Row { what, ours: median(blocks), peer: None, unit: "ms", goal: Goal::AtMost(6.0) })
}

/// Calls that come at a rate. Whatever has come when the shard is free is submitted, cut into blocks.
fn open_loop(puts: &mut Puts, load: u32, rate: f64, time: Duration) -> Result<[Row; 2]> {
    let count = usize::try_from(whole(rate * time.as_secs_f64()))?.max(1);
    let mut calls = puts.made(count, Proven::Asserted).into_iter();
    // Made ahead, or it would be the clients that are waited for.
    let due = |call: usize| Duration::from_secs_f64(call as f64 / rate);
    let mut waited = Vec::with_capacity(count);
    let begun = Instant::now();
    while waited.len() < count {
        let first = waited.len();
        let come = usize::try_from(whole(begun.elapsed().as_secs_f64() * rate))? + 1;
        if come <= first {
            sleep(due(first).saturating_sub(begun.elapsed()));
            continue;
        }
        let taken: Vec<_> = calls.by_ref().take((come - first).min(SUBMITTED)).collect();
        let end = first + taken.len();
        puts.subject.submit(taken, BLOCK)?;
        let now = begun.elapsed();
        waited.extend((first..end).map(|call| millis(now.saturating_sub(due(call)))));
    }
    waited.sort_by(f64::total_cmp);
    let p50 = sorted_quantile(&waited, 0.5);
    let row = |part: f64, goal| {
        let what = format!("calls that come at {load} % of the peak, p{}", part * 100.0);
        Row { what, ours: sorted_quantile(&waited, part), peer: Some(("their p50", p50)), unit: "ms", goal }
    };
    let goal = if load == LOAD_HELD { Goal::AtMost(10.0) } else { Goal::None };
    Ok([row(0.99, goal), row(0.999, Goal::None)])
}

/// Commits of many updates, one after the other.
fn commits(dir: &Path, asked: &Asked) -> Result<Row> {
    std::fs::create_dir(dir)?;
    let mut draw = Draw::new(5);
    let mut ours = Ours::filled(dir, asked.keys, &mut draw)?;
    let times = timed(&mut ours, COMMITTED, asked.keys, asked.time, COMMITS_MIN, &mut draw)?;
    let what = format!("a commit of {COMMITTED} updates, of {} keys, p99.9", asked.keys);
    let ours = quantile(times.into_iter().map(millis).collect(), 0.999);
    Ok(Row { what, ours, peer: None, unit: "ms", goal: Goal::AtMost(10.0) })
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
