//! What a state of many keys costs: the memory of its tree, proofs from it, and opening its shard, closed or killed.

use crate::calls::{BLOCK, Puts, SUBMITTED, wasm};
use crate::commits::{Ours, loads};
use crate::draw::{Draw, key};
use crate::subject::{Proven, open};
use crate::{Asked, Goal, Result, Row, median};
use abi::codec::{Decode, Encode};
use state::{KeysProof, Store};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The first argument of a process that is to be killed.
pub(crate) const VICTIM: &str = "victim";
/// What it says when it has done its work.
const READY: &str = "ready";
/// Proofs that are made and verified.
const PROOFS: u64 = 1_000;
/// Calls after the last flush, at least: what a kill loses of the store.
const LOST: usize = 10 * SUBMITTED;

/// Memory, proofs and openings.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let mut rows = tree(dir.path(), asked)?;
    rows.extend(openings(&dir.path().join("shard"), asked)?);
    Ok(rows)
}

fn tree(dir: &Path, asked: &Asked) -> Result<Vec<Row>> {
    let mut draw = Draw::new(6);
    let mut ours = Ours::filled(dir, asked.keys, &mut draw)?;
    let loaded = per_key(&ours, asked)?;
    let [bytes, micros] = proofs(&ours, asked, &mut draw)?;
    loads(asked.keys).try_for_each(|numbers| ours.replace(numbers, asked.keys, &mut draw))?;
    let churned = per_key(&ours, asked)?;
    let row = |what: String, ours, unit, most| Row { what, ours, peer: None, unit, goal: Goal::AtMost(most) };
    let keys = asked.keys;
    Ok(vec![
        row(format!("memory of the tree for a key, of {keys}"), loaded, "B", 100.0),
        row("the same once each key was replaced by another".into(), churned, "B", 115.0),
        row(format!("a proof of a key of {keys}, beside the key and its value, mean"), bytes, "B", 700.0),
        row(format!("verifying the proof of a key of {keys}, p50"), micros, "µs", 2.5),
    ])
}

fn per_key(ours: &Ours, asked: &Asked) -> Result<f64> {
    match ours.tree.len() as u64 == asked.keys {
        true => Ok(ours.tree.bytes() as f64 / asked.keys as f64),
        false => Err(format!("the tree has {} keys, and not {}", ours.tree.len(), asked.keys).into()),
    }
}

/// The bytes of a proof, without what it proves, and the microseconds of verifying one that was read.
fn proofs(ours: &Ours, asked: &Asked, draw: &mut Draw) -> Result<[f64; 2]> {
    let (view, root) = (ours.store.view(), ours.tree.root());
    let (mut bytes, mut times) = (0, Vec::new());
    for _ in 0..PROOFS {
        let key = key(draw.below(asked.keys));
        let proof = ours.tree.prove(&*view, &[&key])?.to_bytes();
        let len = proof.len();
        let proof = KeysProof::from_bytes(&proof)?;
        let begun = Instant::now();
        let proven = proof.verify(&root)?;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
        match &*proven {
            [(proven, Some(value))] if *proven == key => bytes += len - key.len() - value.len(),
            _ => return Err("a proof is not of its key".into()),
        }
    }
    Ok([bytes as f64 / PROOFS as f64, median(times)])
}

/// Opens a shard whose process was killed, and again when it is closed.
fn openings(dir: &Path, asked: &Asked) -> Result<Vec<Row>> {
    let (mut killed, mut closed) = (Vec::new(), Vec::new());
    for round in 0..asked.rounds {
        let dir = dir.join(round.to_string());
        let records = kill(&dir, asked.keys)?;
        for times in [&mut killed, &mut closed] {
            let (shard, recovered, took) = open(&dir, "store", &wasm()?)?;
            let is_open = shard.position().seq == records && recovered.height == shard.position().height;
            shard.close()?;
            if !is_open {
                return Err(format!("the shard does not have its {records} records: {recovered:?}").into());
            }
            times.push(took.as_secs_f64());
        }
        std::fs::remove_dir_all(&dir)?;
    }
    let row = |what: &str, times, most| {
        let what = format!("opening a shard of {} keys that was {what}", asked.keys);
        Row { what, ours: median(times), peer: None, unit: "s", goal: Goal::AtMost(most) }
    };
    Ok(vec![row("closed", closed, 0.3), row("killed", killed, 2.0)])
}

/// Has a process make a shard in `dir`, and kills it: how many records it had answered.
fn kill(dir: &Path, keys: u64) -> Result<u64> {
    let mut victim = Command::new(std::env::current_exe()?);
    let mut victim = victim.arg(VICTIM).arg(dir).arg(keys.to_string()).stdout(Stdio::piped()).spawn()?;
    let mut said = String::new();
    let heard = victim.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut said)).transpose();
    victim.kill()?;
    victim.wait()?;
    heard?;
    let records = said.trim().strip_prefix(READY).ok_or("the process to be killed has failed")?;
    Ok(records.trim().parse()?)
}

/// What that process does: a shard with its keys and some calls, and no end.
pub(crate) fn be_victim(mut args: impl Iterator<Item = String>) -> Result<()> {
    let (Some(dir), Some(keys)) = (args.next(), args.next()) else { return Err("a victim of what?".into()) };
    let mut puts = Puts::new(Path::new(&dir), keys.parse()?)?;
    let made = puts.made(LOST, Proven::Asserted);
    puts.subject.submit(made, BLOCK)?;
    println!("{READY} {}", puts.subject.answered);
    std::io::stdout().flush()?;
    loop {
        std::thread::park();
    }
}
