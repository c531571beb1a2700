//! A long run at part of the peak, to see that it holds: the calls answered in each second and the memory of the
//! process after it, drawn beside the JSON. The journal grows by some hundred bytes a call, so the disk is to have room.

use crate::calls::{BLOCK, Puts};
use crate::subject::Proven;
use crate::{Asked, Goal, Result, Row, median};
use std::fmt::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The part of the peak.
const LOAD: f64 = 0.7;
/// Calls that are submitted at a time: so few that a second is seen as one.
const SUBMITTED: usize = 2 * BLOCK;
const TEN_MINUTES: f64 = 600.0;
const SECOND: Duration = Duration::from_secs(1);

/// A second of the run.
struct Sample {
    calls: f64,
    /// Resident memory of the process, in bytes.
    memory: f64,
}

/// Calls a second, and how much the memory grows.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let mut puts = Puts::new(dir.path(), asked.keys)?;
    let begun = Instant::now();
    let mut warm = 0u32;
    while begun.elapsed() < asked.time {
        turn(&mut puts)?;
        warm += 1;
    }
    let pause = begun.elapsed().div_f64(f64::from(warm) * LOAD);
    let samples = run(&mut puts, pause, asked.long)?;
    let plot = asked.json.as_deref().unwrap_or(Path::new("shard.json")).with_extension("svg");
    std::fs::write(plot, drawn(&samples))?;
    let asked_for = SUBMITTED as f64 / pause.as_secs_f64();
    let (first, last) = samples.split_at(samples.len() / 2);
    let calls = median(samples.iter().map(|sample| sample.calls).collect());
    let memory = |samples: &[Sample]| median(samples.iter().map(|sample| sample.memory / 1e6).collect());
    let what = |what: &str| format!("{what}, {} s at {:.0} % of the peak", samples.len(), LOAD * 100.0);
    Ok(vec![
        Row {
            what: what("small calls"),
            ours: calls,
            peer: Some(("asked for", asked_for)),
            unit: "/s",
            goal: Goal::None,
        },
        Row {
            what: what("resident memory in the second half"),
            ours: memory(last),
            peer: Some(("in the first", memory(first))),
            unit: "MB",
            goal: Goal::None,
        },
        Row {
            what: what("… its rise in ten minutes"),
            // The medians of the halves lie half the time apart.
            ours: (memory(last) / memory(first) - 1.0) * 100.0 * TEN_MINUTES / (samples.len() as f64 / 2.0),
            peer: None,
            unit: "%",
            goal: Goal::AtMost(1.0),
        },
    ])
}

/// Makes calls and has them answered: both are part of this load.
fn turn(puts: &mut Puts) -> Result<()> {
    let made = puts.made(SUBMITTED, Proven::Asserted);
    puts.subject.submit(made, BLOCK).map(|_| ())
}

/// A turn whenever one is due; what is late is made up for.
fn run(puts: &mut Puts, pause: Duration, time: Duration) -> Result<Vec<Sample>> {
    let (mut samples, mut calls, mut due) = (Vec::new(), 0.0, Duration::ZERO);
    let (begun, mut from, mut until) = (Instant::now(), Duration::ZERO, SECOND);
    while begun.elapsed() < time {
        sleep(due.saturating_sub(begun.elapsed()));
        due += pause;
        turn(puts)?;
        calls += SUBMITTED as f64;
        let now = begun.elapsed();
        if now >= until {
            samples.push(Sample { calls: calls / (now - from).as_secs_f64(), memory: resident()? });
            (calls, from) = (0.0, now);
            while until <= now {
                until += SECOND;
            }
        }
    }
    Ok(samples)
}

/// Resident memory of this process, in bytes.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")).ok_or("the system does not tell VmRSS")?;
    Ok(kib.trim().parse::<f64>()? * 1024.0)
}

/// Two curves over the seconds, each from nothing to its most.
fn drawn(samples: &[Sample]) -> String {
    const WIDTH: f64 = 900.0;
    const HEIGHT: f64 = 300.0;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 360\" font-family=\"sans-serif\" font-size=\"14\">\n\
         <rect width=\"1000\" height=\"360\" fill=\"#fff\"/>\n\
         <path d=\"M50 30V330H950\" fill=\"none\" stroke=\"#000\"/>\n",
    );
    let calls: Vec<f64> = samples.iter().map(|sample| sample.calls).collect();
    let memory: Vec<f64> = samples.iter().map(|sample| sample.memory / 1e6).collect();
    let curves = [("#06c", "calls in the second", 60, calls), ("#c30", "resident memory in MB", 500, memory)];
    for (color, what, x, figures) in curves {
        let most = figures.iter().copied().fold(1.0, f64::max);
        let step = WIDTH / samples.len().max(2) as f64;
        let points = figures.iter().enumerate().map(|(second, figure)| {
            format!("{:.1},{:.1} ", 50.0 + step * second as f64, 330.0 - HEIGHT * figure / most)
        });
        let points: String = points.collect();
        // Writing to a string does not fail.
        let _ = writeln!(svg, "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\"/>");
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"20\" fill=\"{color}\">{what}, at most {most:.0}</text>");
    }
    let _ = writeln!(svg, "<text x=\"800\" y=\"350\">{} seconds</text>\n</svg>", samples.len());
    svg
}
