//! The test vectors of `tests/vectors/v1`, which are kept for ever.
//!
//! `FOIL_RECORD=1` appends the vectors that are made and do not stand in the file yet; it changes none. What
//! was appended is pinned by another row of `PINS`, which is printed; a row is never changed or removed.

use abi::Hash;
use formats::judge::verdict;
use formats::make::vectors;
use formats::vector::{FILE, Vector, folder, kept, lines};
use std::collections::{BTreeMap, BTreeSet};

/// How many lines the file had when lines were appended, and the SHA-256 digest of those lines.
const PINS: &[(usize, &str)] = &[
    // Version 1.
    (550, "a39989e4a5ce797dc3b2a0b3f7005f2c675beede706e9a877535df0775bdbe28"),
    // Forks of published heads, reverts and advances.
    (573, "d2bf1aee0fb33456ddd3e11a90517b6aa2719ac66f331a95b7f8de125baa2bca"),
    // The hashes of snapshots.
    (575, "4661e168a6ccfbcd0425054d290901edbb901fca8c42756547ed06a21d3aa806"),
    // Profile 2.
    (589, "bd3a3d2dc75bc9036f4f4703471be93e2622b1979c974fe1bed98e4d6d092aad"),
    // Erased calls, and the hash of pasts.
    (607, "d30ef03a4ae3d68fceed2273309a06f9823720ff428052b242bb7bfbd5f730ba"),
    // The hash of summaries.
    (608, "bba0b694b91edcb77612db4a89937d1ae0fa5468ae6e9fd3d09df5402bee1c18"),
];

fn digest(lines: &[String]) -> String {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    Hash(abi::crypto::sha256(text.as_bytes())).to_string()
}

fn recording() -> bool {
    std::env::var("FOIL_RECORD").is_ok_and(|value| value == "1")
}

/// Appends what is new, before anything is compared.
fn record(made: &[Vector]) {
    let mut lines = lines();
    let names: Vec<String> = kept().into_iter().map(|vector| vector.name).collect();
    lines.extend(made.iter().filter(|vector| !names.contains(&vector.name)).map(Vector::to_line));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::create_dir_all(folder()).expect("the folder can be made");
    std::fs::write(folder().join(FILE), text).expect("the file can be written");
}

#[test]
fn what_is_made_is_what_stands_in_the_file() {
    let made = vectors();
    if recording() {
        record(&made);
    }
    let kept = kept();
    for vector in &made {
        let found = kept.iter().find(|kept| kept.name == vector.name);
        let found = found.unwrap_or_else(|| panic!("{} is new: FOIL_RECORD=1", vector.name));
        assert_eq!(found.to_line(), vector.to_line(), "{}", vector.name);
    }
}

/// Also of vectors that are made no longer.
#[test]
fn every_line_of_the_file_is_judged_as_it_says() {
    let lines = lines();
    let mut kinds = BTreeMap::new();
    for line in &lines {
        let vector = Vector::from_line(line);
        assert_eq!(&vector.to_line(), line, "{}: a line has one form", vector.name);
        assert_eq!(verdict(&vector), vector.verdict, "{}", vector.name);
        *kinds.entry(vector.kind().to_owned()).or_insert(0) += 1;
    }
    assert!(kinds.len() >= 20, "{kinds:?}");
    let names: BTreeSet<String> = kept().into_iter().map(|vector| vector.name).collect();
    assert_eq!(names.len(), lines.len(), "a name stands for one vector");
}

#[test]
fn lines_are_appended_and_never_changed() {
    let lines = lines();
    for (count, pinned) in PINS {
        assert!(*count <= lines.len(), "{} lines are left of {count}", lines.len());
        assert_eq!(digest(&lines[..*count]), *pinned, "one of the first {count} lines was changed");
    }
    let pinned = PINS.last().map_or(0, |(count, _)| *count);
    let row = format!("({}, \"{}\"),", lines.len(), digest(&lines));
    assert_eq!(pinned, lines.len(), "lines were appended: append this row to PINS:\n    {row}");
    assert!(PINS.is_sorted_by(|a, b| a.0 < b.0), "rows are appended");
}
