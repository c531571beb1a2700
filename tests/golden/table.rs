//! The table that the golden test prints: each case on each engine.

use std::fmt::Write;
use vm::Engine;

/// One case.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) asks: usize,
    pub(crate) fuel: u64,
    /// For each engine, whether every record is the first engine's.
    pub(crate) engines: Vec<bool>,
    /// Whether every effect is the first engine's; nothing where there is no native form.
    pub(crate) native: Option<bool>,
}

impl Row {
    /// Whether all agree.
    pub(crate) fn is_ok(&self) -> bool {
        self.engines.iter().all(|same| *same) && self.native != Some(false)
    }
}

/// All rows, and their sums below.
pub(crate) fn table(rows: &[Row]) -> String {
    let word = |same: bool| if same { "ok" } else { "DIFFERS" };
    let mut text = format!("{:28}{:>6}{:>12}", "case", "calls", "fuel");
    let names = Engine::ALL.map(Engine::name);
    let cells = |words: &[&str]| words.iter().map(|word| format!("  {word:14}")).collect::<String>();
    text += &cells(&[&names[..], &["native"]].concat());
    for row in rows {
        let words = row.engines.iter().map(|same| word(*same)).chain([row.native.map_or("–", word)]);
        let words = cells(&words.collect::<Vec<_>>());
        // Writing to a string does not fail.
        let _ = write!(text, "\n{:28}{:>6}{:>12}{words}", row.name, row.asks, row.fuel);
    }
    let ok = |of: &dyn Fn(&Row) -> Option<bool>| {
        let of: Vec<bool> = rows.iter().filter_map(of).collect();
        format!("{} of {}", of.iter().filter(|same| **same).count(), of.len())
    };
    let asks: usize = rows.iter().map(|row| row.asks).sum();
    let _ = write!(text, "\n{:28}{asks:>6}{:>12}", format!("{} cases", rows.len()), "");
    for at in 0..names.len() {
        let _ = write!(text, "  {:14}", ok(&|row| row.engines.get(at).copied()));
    }
    text + "  " + &ok(&|row| row.native)
}
