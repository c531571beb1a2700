//! `foil state`: what the shard's state holds, with proofs.

use super::receipt::{of, write_file};
use crate::cli::Global;
use crate::commands::{after, open};
use crate::data::NodeShard;
use crate::error::NodeError;
use crate::output;
use crate::value::{hex, unhex};
use abi::codec::Encode;
use abi::session::Space;
use clap::{Args, Subcommand};
use kernel::Effort;
use serde_json::{Value, json};
use state::Scan;
use std::path::PathBuf;
use verify::{Claim, Exit, ProofFile};

/// Read state.
///
/// A key is written as a field of the program's state (`total`), as a field and a key of its map in
/// hexadecimal (`balances/0a0b`), or, with `0x`, as the whole key in state.
#[derive(Subcommand, Debug)]
pub enum StateCommand {
    /// The value of a key.
    Get(GetArgs),
    /// The entries of a range.
    Range(RangeArgs),
}

/// What to read, and whether to prove it.
#[derive(Args, Debug)]
pub struct GetArgs {
    /// The key.
    key: String,
    /// Read the state as it was after this block.
    #[arg(long, value_name = "HEIGHT")]
    height: Option<u64>,
    /// Write a proof of the value, or of its absence, to this file.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
}

/// What to read, and whether to prove it.
#[derive(Args, Debug)]
pub struct RangeArgs {
    /// The first key; alone, everything that begins with it.
    from: String,
    /// The key before which the range ends.
    to: Option<String>,
    /// Most entries to show.
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Read the state as it was after this block.
    #[arg(long, value_name = "HEIGHT")]
    height: Option<u64>,
    /// Write a proof of the whole range, and that nothing is left out, to this file.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
}

/// Runs the command.
pub fn run(global: &Global, command: &StateCommand) -> Result<Exit, NodeError> {
    let (_data, mut shard) = open(global)?;
    let answer = match command {
        StateCommand::Get(args) => get(&mut shard, args)?,
        StateCommand::Range(args) => range(&mut shard, args)?,
    };
    shard.close()?;
    output::print(global.output, &answer)?;
    Ok(Exit::Verified)
}

fn get(shard: &mut NodeShard, args: &GetArgs) -> Result<Value, NodeError> {
    let key = parse_key(&args.key)?;
    let then = after(shard, args.height, Effort::ALONE)?;
    let (value, at) = (then.view().get(&key)?, then.position().clone());
    if let Some(path) = &args.proof {
        let claim = Claim::Keys(then.prove(&[&key])?);
        write_proof(shard, at.seq, claim, path)?;
    }
    Ok(json!({
        "key": hex(&key),
        "value": value.map(|value| hex(&value)),
        "root": at.root.to_string(),
        "proof": args.proof.as_ref().map(|path| path.display().to_string()),
    }))
}

fn range(shard: &mut NodeShard, args: &RangeArgs) -> Result<Value, NodeError> {
    let from = parse_key(&args.from)?;
    let to = match &args.to {
        Some(to) => Some(parse_key(to)?),
        None => after_prefix(&from),
    };
    let scan = Scan { from: &from, to: to.as_deref(), reverse: false, limit: args.limit };
    let then = after(shard, args.height, Effort::ALONE)?;
    let (entries, at) = (then.view().scan(&scan)?, then.position().clone());
    if let Some(path) = &args.proof {
        let claim = Claim::Range(then.prove_range(&from, to.as_deref())?);
        write_proof(shard, at.seq, claim, path)?;
    }
    let shown: Vec<Value> =
        entries.iter().map(|(key, value)| json!({ "key": hex(key), "value": hex(value) })).collect();
    Ok(json!({
        "from": hex(&from),
        "to": to.map(|to| hex(&to)),
        "shown": shown.len(),
        "root": at.root.to_string(),
        "proof": args.proof.as_ref().map(|path| path.display().to_string()),
        "entries": shown,
    }))
}

/// Writes the proof file of a claim about the state after so many records.
pub fn write_proof(
    shard: &NodeShard,
    records: u64,
    claim: Claim,
    path: &std::path::Path,
) -> Result<(), NodeError> {
    write_file(path, &proof_file(shard, records, claim)?.to_bytes())
}

/// The last record's receipt binds the root after it, and so the proof.
pub fn proof_file(shard: &NodeShard, records: u64, claim: Claim) -> Result<ProofFile, NodeError> {
    let last = records.checked_sub(1).ok_or_else(|| NodeError::NotThere {
        what: "a record whose receipt could bind the root".into(),
        holds: "no record yet".into(),
    })?;
    Ok(ProofFile { receipt: of(shard, last)?, claim })
}

/// A key in state, as a person writes it.
pub(crate) fn parse_key(text: &str) -> Result<Vec<u8>, NodeError> {
    let wrong = || NodeError::Usage(format!("`{text}` is no key: write FIELD, FIELD/HEX or 0xHEX"));
    if let Some(digits) = text.strip_prefix("0x") {
        return unhex(digits).filter(|key| !key.is_empty()).ok_or_else(wrong);
    }
    let (field, key) = text.split_once('/').unwrap_or((text, ""));
    if field.is_empty() {
        return Err(wrong());
    }
    let key = unhex(key).ok_or_else(wrong)?;
    Ok(Space::Program.key(&[field.as_bytes(), &[0], &key].concat()))
}

/// The first key after all that begin with `prefix`; none where there is no such key.
fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut after = prefix.to_vec();
    while let Some(last) = after.pop() {
        if last < u8::MAX {
            after.push(last + 1);
            return Some(after);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_as_people_write_them() {
        assert_eq!(parse_key("total").unwrap(), b"\x01total\0");
        assert_eq!(parse_key("balances/0aff").unwrap(), b"\x01balances\0\x0a\xff");
        assert_eq!(parse_key("0x00ff").unwrap(), [0, 255]);
        assert!(["", "/00", "a/0", "0x", "0xzz"].iter().all(|text| parse_key(text).is_err()));
    }

    #[test]
    fn a_prefix_ends_before_its_successor() {
        assert_eq!(after_prefix(&[1, 2]), Some(vec![1, 3]));
        assert_eq!(after_prefix(&[1, 255]), Some(vec![2]));
        assert_eq!(after_prefix(&[255]), None);
    }
}
