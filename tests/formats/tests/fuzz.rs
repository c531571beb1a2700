//! The fuzz targets over their corpora and over seeded changes of each file: no panic, no memory out of
//! proportion, and what is decoded is written as the same bytes.
//!
//! The corpus of a target are the vectors of its kind, and the files of `corpus/NAME`, which once were
//! interesting. `FOIL_FUZZ` is the number of changes of each target, `FOIL_SEED` the first seed; a failure
//! names target and seed: `FOIL_SEED=n FOIL_FUZZ=1` brings it back.

use formats::mutate::{Rng, mutated};
use formats::targets::{TARGETS, Target, warm};
use formats::vector::{Vector, kept};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Most memory that a target takes at once: so much for each byte of its input, and so much for any. What the
/// first comes from: one byte, the absent value, may be an item of a list, and 32 bytes in memory, of which a
/// list that grows holds three times as many.
const BYTES_PER_BYTE: usize = 128;
const BYTES_ALWAYS: usize = 64 << 10;

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).unwrap_or_default();
    if text.is_empty() { default } else { text.parse().unwrap_or_else(|_| panic!("{variable}={text}")) }
}

/// The kind of vector that a target reads.
fn kind(target: &str) -> &str {
    if target == "call" { "signed-call" } else { target }
}

fn corpus(target: &str, vectors: &[Vector]) -> Vec<Vec<u8>> {
    let of_kind = vectors.iter().filter(|vector| vector.kind() == kind(target));
    let mut files: Vec<Vec<u8>> = of_kind.map(|vector| vector.bytes.clone()).collect();
    let kept = format!("{}/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    if let Ok(entries) = std::fs::read_dir(kept) {
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        files.extend(paths.iter().map(|path| std::fs::read(path).expect("the file is there")));
    }
    assert!(!files.is_empty(), "{target} has a corpus");
    files
}

/// Items that are as small as a list's may be, and larger in memory.
const SMALL: &[&[u8]] = &[
    &[0],
    &[0x40],
    &[0x60],
    &[0x80],
    &[0xf6],
    &[0x82, 0x40, 0xf6],
    &[0x82, 0x40, 0x40],
    &[0x83, 0x40, 0x40, 0x80],
];

/// So many items that a length of four bytes is their shortest.
const MANY: u32 = 1 << 16;

/// `bytes` with a list of [`MANY`] of the [`SMALL`] items in the place of each of their arrays that
/// begins early.
fn bombs(bytes: &[u8]) -> Vec<Vec<u8>> {
    let heads = (0..bytes.len().min(1_000)).filter(|&at| (0x80..0x98).contains(&bytes[at]));
    let bomb = |(at, item): (usize, &&[u8])| {
        [&bytes[..at], &[0x9a], &MANY.to_be_bytes(), &item.repeat(MANY as usize)].concat()
    };
    heads.flat_map(|at| SMALL.iter().map(move |item| (at, item))).map(bomb).collect()
}

/// Runs a target on `bytes`, and says how many bytes of memory it took at once.
fn run((name, target): Target, bytes: &[u8], seed: Option<u64>) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let ran = std::panic::catch_unwind(|| target(bytes));
    let seed = seed.map_or("the corpus".into(), |seed| format!("FOIL_SEED={seed} FOIL_FUZZ=1"));
    assert!(ran.is_ok(), "{name}, {seed}: {}", formats::vector::hex(bytes));
    let peak = MEMORY.peak_usage().saturating_sub(before);
    let allowed = BYTES_PER_BYTE * bytes.len() + BYTES_ALWAYS;
    assert!(peak <= allowed, "{name}, {seed}: {peak} bytes for {}", bytes.len());
    peak
}

/// One test, since it measures the memory of the whole process.
#[test]
#[allow(clippy::print_stdout, reason = "the counts are for whoever runs this with --nocapture")]
fn no_bytes_break_a_decoder() {
    let (first, count) = (number("FOIL_SEED", 1), number("FOIL_FUZZ", 4_000));
    let vectors = kept();
    warm();
    for &target in TARGETS {
        let files = corpus(target.0, &vectors);
        let mut most = 0;
        for bytes in &files {
            most = most.max(run(target, bytes, None));
        }
        let bombed = files.iter().enumerate().filter(|(at, bytes)| *at < 2 || bytes.len() < 100);
        for bytes in bombed.flat_map(|(_, bytes)| bombs(bytes)) {
            most = most.max(run(target, &bytes, None));
        }
        for seed in first..first + count {
            let mut rng = Rng::new(seed);
            let (bytes, other) = (&files[rng.below(files.len())], &files[rng.below(files.len())]);
            let bytes = mutated(bytes, other, &mut rng);
            most = most.max(run(target, &bytes, Some(seed)));
        }
        println!("{:>12}  {:>3} files, {count} changes, {most} bytes at most", target.0, files.len());
    }
}
