//! Two shards on two cores beside one shard on one core, each in a thread of its own, in which it stays. All calls are
//! made before the clock starts.

use crate::calls::{BLOCK, Puts, SUBMITTED};
use crate::cores::{self, Cores};
use crate::subject::Proven;
use crate::{Asked, Goal, Result, Row, median};
use abi::call::SignedCall;
use kernel::THREAD_STACK_BYTES;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

pub(crate) const NAME: &str = "shards";
/// For how long a shard warms up, which says how many calls it is to be measured with.
const WARM: Duration = Duration::from_secs(1);

/// Calls a second of two shards that have two cores, and of one that has one.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let (mut two, mut one) = (Vec::new(), Vec::new());
    for _ in 0..asked.rounds {
        for (cores, shards, rates) in [(Cores::One, 1, &mut one), (Cores::All, 2, &mut two)] {
            let words = [shards, asked.keys, asked.time.as_secs()].map(|number| number.to_string());
            let dir = dir.path().join("shards");
            let words = [&[dir.display().to_string()][..], &words].concat();
            rates.push(cores::rate(cores, NAME, &words)?);
            std::fs::remove_dir_all(&dir)?;
        }
    }
    let what = format!("small calls, two shards on two cores, {BLOCK} to a block");
    let peer = Some(("one shard on one core", median(one)));
    Ok(vec![Row { what, ours: median(two), peer, unit: "/s", goal: Goal::AtLeast(1.8) }])
}

/// Calls a second of so many shards together: words are their directory, how many they are, their keys and seconds.
pub(crate) fn rate(words: &[String]) -> Result<f64> {
    let [dir, shards, keys, seconds] = words else { return Err("shards of what?".into()) };
    let (keys, time) = (keys.parse()?, Duration::from_secs(seconds.parse()?));
    let dirs: Vec<PathBuf> =
        (0..shards.parse()?).map(|number: u32| Path::new(dir).join(number.to_string())).collect();
    std::fs::create_dir_all(dir)?;
    let ready = &Barrier::new(dirs.len());
    let rates = thread::scope(|scope| {
        let begin = |dir: &PathBuf| {
            let dir = dir.clone();
            let shard = move || one(&dir, keys, time, ready).map_err(|error| error.to_string());
            // As much stack as a call may need, which is lent to it otherwise.
            Builder::new().stack_size(THREAD_STACK_BYTES).spawn_scoped(scope, shard)
        };
        let threads = dirs.iter().map(begin).collect::<std::result::Result<Vec<_>, _>>()?;
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a shard panicked".into())));
        joined.collect::<std::result::Result<Vec<f64>, String>>().map_err(std::io::Error::other)
    })?;
    Ok(rates.iter().sum())
}

/// Calls a second of one shard, while all are measured.
fn one(dir: &Path, keys: u64, time: Duration, ready: &Barrier) -> Result<f64> {
    let made = Puts::new(dir, keys).and_then(|mut puts| {
        let rate = puts.rate(Proven::Asserted, WARM)?;
        let chunks = (1.5 * rate * time.as_secs_f64() / SUBMITTED as f64).ceil();
        let made: Vec<Vec<SignedCall>> =
            (0..chunks as usize).map(|_| puts.made(SUBMITTED, Proven::Asserted)).collect();
        Ok((puts, made))
    });
    let (mut puts, made) = match made {
        Ok(made) => made,
        // The others would wait for it for ever.
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    ready.wait();
    let (begun, mut answered) = (Instant::now(), 0);
    for chunk in made {
        if begun.elapsed() >= time {
            break;
        }
        answered += chunk.len();
        puts.subject.submit(chunk, BLOCK)?;
    }
    Ok(answered as f64 / begun.elapsed().as_secs_f64())
}
