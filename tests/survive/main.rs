//! Real processes and real files, and power cuts: whatever ends a process in the middle of a write, and
//! whatever byte of its files changes, what was answered is there to the byte, or the refusal is loud.
//!
//! `FOIL_SOAK=1` makes each long: every write-class call of a workload, 100,000 states, many flips.
#![allow(dead_code, reason = "the modules are shared with harnesses that use more of them")]

#[path = "../sim/birth.rs"]
mod birth;
mod cuts;
#[path = "../sim/disk.rs"]
mod disk;
#[path = "../cli/flights.rs"]
mod flights;
mod flips;
#[path = "../cli/foil.rs"]
mod foil;
#[path = "../sim/fuse.rs"]
mod fuse;
#[path = "../cli/history.rs"]
mod history;
mod injected;
#[path = "../sim/past.rs"]
mod past;
mod pipeline;
mod power;
mod record;
#[path = "../sim/rng.rs"]
mod rng;
#[path = "../sim/swarm.rs"]
mod swarm;
#[path = "../sim/weather.rs"]
mod weather;
#[path = "../sim/workload.rs"]
mod workload;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does something with each item, on every processor there is; what went wrong.
fn each<T: Sync>(items: &[T], act: impl Fn(usize, &T) -> Result<(), String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut wrong = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return wrong };
            wrong.extend(act(index, item).err());
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker reports")).collect()
    })
}

/// As many of `items` as are asked for, spread over all of them.
fn spread<T>(items: Vec<T>, count: usize) -> Vec<T> {
    let len = items.len();
    let chosen = |(index, item): (usize, T)| {
        let (before, after) = (index * count / len, (index + 1) * count / len);
        (before != after).then_some(item)
    };
    if count >= len { items } else { items.into_iter().enumerate().filter_map(chosen).collect() }
}

/// Fails with all that went wrong, shortened.
#[track_caller]
fn nothing(wrong: Vec<String>) {
    let first: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} went wrong:\n{}", wrong.len(), first.join("\n"));
}
