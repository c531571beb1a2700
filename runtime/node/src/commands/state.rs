//! `foil state`: what the shard's state holds, with proofs.

use super::receipt::write_file;
use crate::cli::Global;
use crate::error::NodeError;
use crate::lookup::{Found, Range, Wanted};
use crate::output;
use crate::place::reach;
use crate::value::unhex;
use abi::session::Space;
use clap::{Args, Subcommand};
use kernel::Effort;
use serde_json::Value;
use std::path::{Path, PathBuf};
use verify::Exit;

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
    let (height, path) = match command {
        StateCommand::Get(GetArgs { height, proof, .. })
        | StateCommand::Range(RangeArgs { height, proof, .. }) => (*height, proof.as_deref()),
    };
    let wanted = Wanted { height, proof: path.is_some(), max: Effort::ALONE };
    let mut place = reach(global)?;
    let Found { mut shown, proof } = match command {
        StateCommand::Get(args) => place.entry(&args.key, wanted)?,
        StateCommand::Range(args) => place.range(&args.from, args.to.as_deref(), args.limit, wanted)?,
    };
    place.close()?;
    write_proof(path, proof)?;
    shown.insert("proof".into(), path.map_or(Value::Null, |path| path.display().to_string().into()));
    output::print(global.output, &Value::Object(shown))?;
    Ok(Exit::Verified)
}

/// Writes a proof to where it is wanted.
pub(super) fn write_proof(path: Option<&Path>, proof: Option<Vec<u8>>) -> Result<(), NodeError> {
    path.zip(proof).map_or(Ok(()), |(path, proof)| write_file(path, &proof))
}

/// The range between two keys as people write them; alone, the first one means everything that begins with it.
pub(crate) fn parse_range(from: &str, to: Option<&str>, limit: usize) -> Result<Range, NodeError> {
    let from = parse_key(from)?;
    let to = match to {
        Some(to) => Some(parse_key(to)?),
        None => after_prefix(&from),
    };
    Ok(Range { from, to, limit })
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
