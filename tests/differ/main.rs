//! What two verifiers are compared on: histories, receipts and proofs, some true and most changed, each with
//! the verdict of the one that is written in Rust.
//!
//! ```text
//! FOIL_DIFFER_DIR/NNNNN.foil | .receipt | .proof     the inputs
//! FOIL_DIFFER_DIR/index.tsv     file, anchor, exit, code, height, seq, offset, height of the first bad root
//! FOIL_DIFFER_DIR/ed25519.tsv   key, message, signature, whether it counts; key, whether it is sound
//! ```
//!
//! An anchor is a shard's id, `key:` and a writer's key, or `-`; an absent number is empty. The last column is
//! known of bundles from genesis that break no other rule: 0 where all state roots hold. The
//! verdict is that of a verifier that runs no program: of the proof of a query, that its state is proven (12).
//!
//! `FOIL_DIFFER=N FOIL_DIFFER_DIR=… cargo test --release --workspace --test differ` writes N of them; another
//! `FOIL_SEED` makes others. `tests/strangers/differ` compares.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

#[path = "../sim/birth.rs"]
#[allow(dead_code, reason = "shared with the simulated world")]
mod birth;
mod bundle;
mod corpus;
mod history;
mod receipt;
#[path = "../sim/rng.rs"]
mod rng;
mod signatures;
mod tree;
mod world;

use corpus::{Case, Corpus};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

/// Without a folder to write to, fewer: that the changes reach the rules they are made for is a test of its own.
#[test]
fn changes_reach_the_rules_and_verdicts_are_written() {
    let folder = std::env::var_os("FOIL_DIFFER_DIR").map(PathBuf::from);
    let count = number("FOIL_DIFFER").unwrap_or(2_000);
    let mut index = String::new();
    let mut codes = BTreeSet::new();
    for (n, case) in (0..count).zip(Corpus::new(number("FOIL_SEED").unwrap_or(0))) {
        let Case { kind, ref bytes, .. } = case;
        let verdict = case.verdict();
        codes.insert(verdict.code);
        let name = format!("{n:05}.{}", kind.extension());
        writeln!(index, "{name}\t{}", case.row(&verdict)).expect("text has room");
        if let Some(folder) = &folder {
            fs::write(folder.join(name), bytes).expect("the folder can be written to");
        }
    }
    if let Some(folder) = &folder {
        fs::write(folder.join("index.tsv"), index).expect("the folder can be written to");
        fs::write(folder.join("ed25519.tsv"), signatures::table()).expect("the folder can be written to");
    }
    let reached: Vec<String> = codes.iter().map(u16::to_string).collect();
    assert!(codes.contains(&0) && (count < 2_000 || codes.len() >= 60), "reached: {}", reached.join(" "));
}
