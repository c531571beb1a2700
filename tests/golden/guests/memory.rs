//! What the program `memory` is asked: of real sentences, and of vectors at the edges.

use super::{case as any_case, native};
use crate::case::{Ask, Case, folder};
use abi::codec::Bytes;
use guest_sdk::test::identity;
use serde_json::Value;
use std::fs;

const MEMORY: &[u8] = include_bytes!("../../../guests/wasm/memory.wasm");

/// How many of the sentences and of the questions there are.
const SENTENCES: usize = 16;
const QUESTIONS: usize = 3;

pub(super) fn case() -> Case {
    let mut asks = vec![Ask::call("open", &("constitution", 384u32)), Ask::call("open", &("edge", 4u32))];
    asks.extend(rows("memories").iter().take(SENTENCES).map(|row| {
        let id = row["id"].as_u64().expect("an id").into();
        remember(id, "constitution", text(row), &[], vector(row))
    }));
    asks.push(remember(100, "constitution", "All of it", &[1, 2, 3], vector(&rows("memories")[0])));
    asks.extend(rows("questions").iter().take(QUESTIONS).map(|row| recall("constitution", vector(row))));
    asks.extend(edges());
    asks.extend([
        Ask::call("forget", &(1u128,)),
        Ask::call("forget", &(100u128,)).by(identity(2)),
        Ask::call("forget", &(100u128,)),
        Ask::call("forget", &(1u128,)),
        Ask::query("derived", &(1u128, None::<u128>, 9u32)),
        Ask::query("scopes", &("", 9u32)),
        Ask::query("memory", &(2u128,)),
        Ask::query("vector", &(200u128,)),
        Ask::query("memory", &(1u128,)),
    ]);
    any_case("memory", MEMORY, asks, Some(|| native::<memory::Program>(MEMORY)))
}

/// Vectors of every kind that floats know, and a question that finds what was kept of them.
fn edges() -> Vec<Ask> {
    let nan = f32::from_bits(0xffa0_0001);
    let vectors: [[f32; 4]; 12] = [
        [nan, 0.0, 0.0, 0.0],
        [0.0, f32::NEG_INFINITY, nan, 0.0],
        [0.0, -0.0, 0.0, -0.0],
        [f32::MAX, f32::MIN, f32::MAX, 1.0],
        [f32::from_bits(1), 0.0, -0.0, f32::from_bits(3)],
        [f32::MIN_POSITIVE, 1.0, 0.0, 0.0],
        [0.1, 0.2, 0.3, 0.4],
        [-0.1, -0.2, -0.3, -0.4],
        [0.5, 0.5, 0.5, 0.5],
        [0.5004, 0.5004, 0.5004, 0.5004],
        [0.5006, 0.5006, 0.5006, 0.5006],
        [1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 1e-9],
    ];
    let bytes = |vector: &[f32]| Bytes(vector.iter().flat_map(|it| it.to_le_bytes()).collect());
    let mut asks: Vec<Ask> =
        (200..).zip(&vectors).map(|(id, vector)| remember(id, "edge", "", &[], bytes(vector))).collect();
    asks.extend([bytes(&[]), bytes(&[1.0]), bytes(&[1.0; 5])].map(|it| remember(300, "edge", "", &[], it)));
    asks.extend(vectors.iter().map(|vector| recall("edge", bytes(vector))));
    asks
}

fn remember(id: u128, scope: &str, text: &str, sources: &[u128], vector: Bytes) -> Ask {
    Ask::call("remember", &(id, scope, text, sources.to_vec(), vector))
}

fn recall(scope: &str, vector: Bytes) -> Ask {
    Ask::query("recall", &(scope, vector, 9u32))
}

fn rows(name: &str) -> Vec<Value> {
    let file = folder().join(format!("../data/memory/{name}.jsonl"));
    let lines = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    lines.lines().map(|line| serde_json::from_str(line).expect("a row is JSON")).collect()
}

fn text(row: &Value) -> &str {
    row["text"].as_str().expect("a text")
}

fn vector(row: &Value) -> Bytes {
    let digits = row["vector"].as_str().expect("a vector").as_bytes();
    let byte = |pair: &[u8]| {
        u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal digits")
    };
    Bytes(digits.chunks(2).map(byte).collect())
}
