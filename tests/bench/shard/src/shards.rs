//! Two shards in two threads beside one in one thread: the same number of calls for each, all made before the clock
//! starts. A shard stays in its thread.

use crate::calls::{BLOCK, Puts, SUBMITTED};
use crate::draw::whole;
use crate::subject::Proven;
use crate::{Asked, Goal, Result, Row, median};
use abi::call::SignedCall;
use kernel::THREAD_STACK_BYTES;
use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Builder};
use std::time::Instant;

/// Calls a second of two shards together, and of one alone, which has both cores for itself: its commits on one, and its
/// execution on the other.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let dirs = ["one", "other"].map(|name| dir.path().join(name));
    let [together, alone] = thread::scope(|scope| {
        let (order, orders) = channel();
        let (tell, told) = channel();
        // As much stack as a call may need, which is lent to it otherwise.
        let thread = || Builder::new().stack_size(THREAD_STACK_BYTES);
        let there = thread().spawn_scoped(scope, || {
            let other = other(&dirs[1], asked.keys, orders, tell);
            other.map_err(|error| error.to_string())
        })?;
        let one = || one(&dirs[0], asked, order, told).map_err(|error| error.to_string());
        let here = thread().spawn_scoped(scope, one)?;
        let panicked = |_| "the thread of a shard panicked";
        let (here, there) = (here.join().map_err(panicked)?, there.join().map_err(panicked)?);
        // Of two errors, the one over there is the cause.
        there.and(here).map_err(Box::<dyn Error>::from)
    })?;
    let what = format!("small calls, two shards in two threads, {BLOCK} to a block");
    let (ours, peer) = (median(together), Some(("one shard alone", median(alone))));
    Ok(vec![Row { what, ours, peer, unit: "/s", goal: Goal::AtLeast(1.8) }])
}

/// Measures with a shard in this thread, and the other when it is told to: of both together, and of this alone.
fn one(dir: &Path, asked: &Asked, order: Sender<usize>, told: Receiver<()>) -> Result<[Vec<f64>; 2]> {
    let mut puts = Puts::new(dir, asked.keys)?;
    told.recv()?;
    let rate = puts.rate(Proven::Asserted, asked.time)?;
    let chunks = usize::try_from(whole(rate * asked.time.as_secs_f64()))?.div_ceil(SUBMITTED);
    let calls = (chunks * SUBMITTED) as f64;
    let (mut together, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..asked.rounds {
        let made = chunks_of(&mut puts, chunks);
        let begun = Instant::now();
        answer(&mut puts, made)?;
        alone.push(calls / begun.elapsed().as_secs_f64());
        order.send(chunks)?;
        told.recv()?;
        let made = chunks_of(&mut puts, chunks);
        let begun = Instant::now();
        order.send(chunks)?;
        answer(&mut puts, made)?;
        told.recv()?;
        together.push(2.0 * calls / begun.elapsed().as_secs_f64());
    }
    Ok([together, alone])
}

/// The other shard, as long as there are orders: first it makes calls, then it answers them.
fn other(dir: &Path, keys: u64, orders: Receiver<usize>, tell: Sender<()>) -> Result<()> {
    let mut puts = Puts::new(dir, keys)?;
    tell.send(())?;
    while let Ok(chunks) = orders.recv() {
        let made = chunks_of(&mut puts, chunks);
        tell.send(())?;
        orders.recv()?;
        answer(&mut puts, made)?;
        tell.send(())?;
    }
    Ok(())
}

fn chunks_of(puts: &mut Puts, chunks: usize) -> Vec<Vec<SignedCall>> {
    (0..chunks).map(|_| puts.made(SUBMITTED, Proven::Asserted)).collect()
}

fn answer(puts: &mut Puts, chunks: Vec<Vec<SignedCall>>) -> Result<()> {
    chunks.into_iter().try_for_each(|chunk| puts.subject.submit(chunk, BLOCK).map(|_| ()))
}
