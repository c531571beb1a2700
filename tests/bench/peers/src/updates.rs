//! The keys that each peer has, and the commits that are timed.

use crate::draw::{Draw, key};
use crate::{Result, say};
use std::io::BufRead;
use std::time::{Duration, Instant};

/// Writes of a commit while the keys are put in.
const LOADED: usize = 25_000;

/// A key and what it is to hold from now on.
pub(crate) type Write = (Vec<u8>, Vec<u8>);

/// Whoever commits.
pub(crate) trait Commits {
    /// Computes the root and is back when it and the writes are durable. Of two writes of a key, the later one counts.
    fn commit(&mut self, writes: Vec<Write>) -> impl Future<Output = Result<()>>;
}

/// Puts the keys in and answers lines until there are no more.
pub(crate) async fn serve(mut commits: impl Commits, keys: u64) -> Result<()> {
    let mut draw = Draw::new(1);
    for first in (0..keys).step_by(LOADED) {
        let batch = first..keys.min(first + LOADED as u64);
        commits.commit(batch.map(|n| (key(n), draw.value())).collect()).await?;
    }
    say("ready")?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let asked: Vec<&str> = line.split_whitespace().collect();
        let ["updates", size, seconds] = asked[..] else { return Err(format!("not a line: {line}").into()) };
        let time = Duration::from_secs_f64(seconds.parse()?);
        say(&updates(&mut commits, size.parse()?, time, keys, &mut draw).await?)?;
    }
    Ok(())
}

/// Commits of random keys that are there, without a pause, for `time`: what is written next is drawn between two.
async fn updates(
    commits: &mut impl Commits,
    size: usize,
    time: Duration,
    keys: u64,
    draw: &mut Draw,
) -> Result<String> {
    let (mut took, mut each) = (Duration::ZERO, Vec::new());
    while took < time {
        let writes = (0..size).map(|_| (key(draw.below(keys)), draw.value())).collect();
        let begun = Instant::now();
        commits.commit(writes).await?;
        each.push(begun.elapsed());
        took += each[each.len() - 1];
    }
    each.sort();
    let rate = (each.len() * size) as f64 / took.as_secs_f64();
    let [half, most, nearly_all] = [0.5, 0.99, 0.999].map(|part| percentile(&each, part).as_micros());
    Ok(format!("{rate:.0} {half} {most} {nearly_all}"))
}

/// The least that `part` of the sorted times do not exceed.
fn percentile(sorted: &[Duration], part: f64) -> Duration {
    let above =
        sorted.iter().rev().zip(1..).take_while(|(_, n)| f64::from(*n) <= (1.0 - part) * sorted.len() as f64);
    sorted.iter().rev().nth(above.count()).copied().unwrap_or_default()
}
