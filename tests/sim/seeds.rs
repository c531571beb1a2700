//! Many worlds: the seeds that are run, and what is said of one that broke a promise.

use crate::lies::Lie;
use crate::trace::{Trace, Violation, ensure};
use crate::world;
use std::collections::BTreeMap;
use std::panic::{UnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Seeds that have found something once; each with a word on what.
const REGRESSIONS: &str = include_str!("regressions.txt");

/// What the worlds of many seeds came to.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) worlds: u64,
    pub(crate) halted: u64,
    pub(crate) crashes: u64,
    pub(crate) calls: u64,
    pub(crate) events: BTreeMap<&'static str, u64>,
}

impl Figures {
    fn add(&mut self, trace: &Trace) {
        self.worlds += 1;
        self.halted += u64::from(trace.halted);
        self.crashes += trace.crashes;
        self.calls += trace.calls;
        trace.events.iter().for_each(|(what, times)| *self.events.entry(what).or_default() += times);
    }
}

/// The seeds that are kept, which are run first.
pub(crate) fn regressions() -> Vec<u64> {
    let seeds = REGRESSIONS.lines().filter(|line| !line.starts_with('#'));
    seeds.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

/// Runs a seed's world. A panic is a broken promise too, and must not hide the seed.
pub(crate) fn run(seed: u64, lie: Lie) -> Result<(Trace, Result<(), Violation>), Violation> {
    unpanicked(|| world::run(seed, lie))
}

fn unpanicked<T>(run: impl FnOnce() -> T + UnwindSafe) -> Result<T, Violation> {
    catch_unwind(run).map_err(|_| Violation::new("no panic", "its message stands above"))
}

/// Runs a seed's world twice: what happened must be the same.
fn judged(seed: u64) -> Result<Trace, Violation> {
    let (trace, ended) = run(seed, Lie::None)?;
    ended?;
    let again = unpanicked(|| world::rerun(seed))?;
    ensure(trace.hash() == again.hash(), "a seed is one world", || "two runs differ".into())?;
    Ok(trace)
}

/// Runs the worlds of `seeds`, on every processor there is.
pub(crate) fn all(seeds: &[u64]) -> Figures {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut traces = Vec::new();
        while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
            traces.push(judged(seed).map_err(|violation| (seed, violation)));
        }
        traces
    };
    let mut figures = Figures::default();
    let mut broken = Vec::new();
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for traces in workers.into_iter().map(|worker| worker.join().expect("a worker reports")) {
            for trace in traces {
                match trace {
                    Ok(trace) => figures.add(&trace),
                    Err((seed, violation)) => broken.push(format!(
                        "seed {seed}: {violation}\n  FOIL_SEED={seed} cargo test --release --workspace --test sim \
                         one_seed -- --nocapture"
                    )),
                }
            }
        }
    });
    broken.sort();
    assert!(broken.is_empty(), "{} worlds broke a promise:\n{}", broken.len(), broken.join("\n"));
    figures
}
