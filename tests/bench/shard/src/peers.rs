//! The peers: processes of their own, so that none has another's threads, caches or allocator in its way. Each is
//! started once, puts its keys in, and then has its turns as ours has; between them it stands still, but for what its
//! own threads still do.
//!
//! A peer that does not start, or fails in its turn, is left out from then on, and said to be on standard error. What
//! they are asked and what they answer: `tests/bench/peers/src/main.rs`.

use crate::{Asked, Result, median};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process, and what came of its turns.
struct Peer {
    name: &'static str,
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    rates: Vec<f64>,
}

impl Peer {
    fn start(binary: &Path, dir: &Path, name: &'static str, keys: u64) -> Result<Peer> {
        let mut command = Command::new(binary);
        command.arg(name).arg(dir.join(name)).arg(keys.to_string());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (ask, answers) = child.stdin.take().zip(child.stdout.take()).ok_or("a process without pipes")?;
        let mut peer = Peer { name, child, ask, answers: BufReader::new(answers), rates: Vec::new() };
        match peer.line()?.as_str() {
            "ready" => Ok(peer),
            other => Err(format!("instead of being ready, it said: {other}").into()),
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line)? {
            0 => Err("it ended".into()),
            _ => Ok(line.trim_end().into()),
        }
    }

    /// A turn: the first number of the answer is what it did in a second.
    fn turn(&mut self, line: &str) -> Result<()> {
        writeln!(self.ask, "{line}")?;
        let answer = self.line()?;
        let rate = answer.split(' ').next().unwrap_or_default();
        self.rates.push(rate.parse().map_err(|_| format!("no figure: {answer}"))?);
        Ok(())
    }
}

impl Drop for Peer {
    /// Nothing of it is kept, so that it need not end by itself.
    fn drop(&mut self) {
        // Either fails only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Those that are in it still.
pub(crate) struct Peers(Vec<Peer>);

impl Peers {
    /// Starts those of `names`, one after the other; none if there is no binary of them.
    pub(crate) fn start(asked: &Asked, dir: &Path, names: &[&'static str], keys: u64) -> Peers {
        let Some(binary) = &asked.peers else { return Peers(Vec::new()) };
        let started = names.iter().filter_map(|name| match Peer::start(binary, dir, name, keys) {
            Ok(peer) => Some(peer),
            Err(error) => {
                left_out(name, &*error);
                None
            }
        });
        Peers(started.collect())
    }

    /// A turn of each.
    pub(crate) fn turn(&mut self, line: &str) {
        self.0.retain_mut(|peer| match peer.turn(line) {
            Ok(()) => true,
            Err(error) => {
                left_out(peer.name, &*error);
                false
            }
        });
    }

    /// The names, and of each the median of its turns since this was asked the last time.
    pub(crate) fn medians(&mut self) -> Vec<(&'static str, f64)> {
        self.0.iter_mut().map(|peer| (peer.name, median(std::mem::take(&mut peer.rates)))).collect()
    }
}

fn left_out(name: &str, error: &dyn std::error::Error) {
    // Where standard error is closed, nobody reads it.
    let _ = writeln!(std::io::stderr(), "left out: {name}: {error}");
}
