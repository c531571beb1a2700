//! Finds addresses, dates and words in a log, `n` times, by lazily built automata.

use crate::noise::Noise;
use alloc::string::String;
use core::fmt::Write as _;
use regex_automata::hybrid::regex::Regex;
use regex_automata::util::syntax;

const PATTERNS: [&str; 3] = [
    r"[a-z0-9.]+@[a-z0-9]+\.(com|org|net)",
    r"\b\d{4}-\d{2}-\d{2}\b",
    r"(?i)error|warning: [^\n]*timeout",
];

pub(crate) fn run(n: usize) -> u64 {
    let text = log();
    let mut sum = 0u64;
    for pattern in PATTERNS {
        let bytes = syntax::Config::new().unicode(false).utf8(false);
        let Ok(regex) = Regex::builder().syntax(bytes).build(pattern) else {
            return 0;
        };
        let mut cache = regex.create_cache();
        for _ in 0..n {
            for found in regex.find_iter(&mut cache, &text) {
                sum = sum.wrapping_mul(31).wrapping_add((found.start() ^ found.end()) as u64);
            }
        }
    }
    sum
}

fn log() -> String {
    let mut noise = Noise::new();
    let mut text = String::new();
    for line in 0..500 {
        let (month, day, user) = (1 + noise.next() % 12, 1 + noise.next() % 28, noise.next());
        let _ = match noise.next() % 4 {
            0 => writeln!(text, "2026-{month:02}-{day:02} user {user:x}@example.com logged in at line {line}"),
            1 => writeln!(text, "2026-{month:02}-{day:02} ERROR in {user:x}: no such file or folder"),
            2 => writeln!(text, "2026-{month:02}-{day:02} Warning: {user:x} ran into a timeout"),
            _ => writeln!(text, "nothing of note happened, {user} times over, and nobody wrote it down"),
        };
    }
    text
}
