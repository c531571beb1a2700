//! The vectors of the pass: see `PREPARE.md`.
//!
//! For each `vectors/NAME.wat` there is `NAME.prepared.wat`, the prepared module as a text, and `NAME.txt`: the
//! module's bytes, the prepared module's length and SHA-256, and what its methods come to where it is a program.
//! After a change that is meant, this writes them anew:
//!
//! ```text
//! FOIL_RECORD=1 cargo test --release -p vm --test vectors
//! ```

#![allow(clippy::disallowed_methods, reason = "recording writes files")]

use abi::call::Caller;
use abi::crypto::sha256;
use abi::outcome::Outcome;
use abi::session::{Context, Mode};
use abi::{Hash, effect::Execution};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use vm::{Engine, Job, Preparation, Program, Vm};

/// What each method may use.
const FUEL: u64 = 1_000_000;

/// Whether the files are to be written, and not compared with.
fn records() -> bool {
    std::env::var_os("FOIL_RECORD").is_some_and(|value| value == "1")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// The vectors, by name.
fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("the folder of vectors")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter_map(|name| name.strip_suffix(".wat").map(str::to_owned))
        .filter(|name| !name.ends_with(".prepared"))
        .collect();
    names.sort();
    names
}

/// How a vector is prepared: the one whose text says so, without marks.
fn how(text: &str) -> Preparation {
    if text.starts_with(";; Prepared without marks, and with fuel 1000.") {
        Preparation { marks: false, fuel: 1_000 }
    } else {
        Preparation { marks: true, fuel: 0 }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

fn run(vm: &Vm, program: &Program, method: &str, fuel_max: u64) -> Execution {
    let context = Context { shard: Hash::ZERO, seq: 0, time_ms: 0, caller: Caller::Nobody, call: Hash::ZERO };
    let (view, method) = (Arc::new(BTreeMap::new()), method.to_owned());
    vm.run(program, Job { view, context, mode: Mode::Query, method, input: Vec::new(), fuel_max })
        .expect("this machine does not fail")
}

/// What every method of a program comes to, the same on every engine, and with one unit of fuel less.
fn runs(vms: &[Vm], wasm: &[u8]) -> String {
    let mut text = String::new();
    let Ok(program) = vms[0].admit(wasm) else {
        return text;
    };
    let others: Vec<Program> = vms[1..].iter().map(|vm| vm.admit(wasm).expect("admission is one")).collect();
    for (method, _) in program.methods() {
        let first = run(&vms[0], &program, method, FUEL);
        for (vm, program) in vms[1..].iter().zip(&others) {
            let other = run(vm, program, method, FUEL);
            assert_eq!((&other.outcome, other.fuel), (&first.outcome, first.fuel), "{method}");
        }
        let outcome = match &first.outcome {
            Outcome::Returned(output) => {
                let less = run(&vms[0], &program, method, first.fuel - 1);
                assert_eq!(less.outcome, Outcome::Trapped(abi::outcome::Trap::OutOfFuel), "{method}");
                format!("returned {}", hex(output))
            }
            Outcome::Failed(output) => format!("failed {}", hex(output)),
            Outcome::Trapped(trap) => format!("trapped {trap:?}"),
        };
        writeln!(text, "{method}: fuel {}, {}", first.fuel, outcome.trim_end()).expect("a string takes all");
    }
    text
}

/// The two files that a vector's text leads to.
fn recorded(vms: &[Vm], name: &str) -> [(String, String); 2] {
    let source = std::fs::read_to_string(folder().join(format!("{name}.wat"))).expect("a text");
    let wasm = wat::parse_str(&source).unwrap_or_else(|error| panic!("{name}: {error}"));
    let how = how(&source);
    let prepared = vm::prepare(&wasm, how).unwrap_or_else(|error| panic!("{name}: {error}"));
    let shown = wasmprinter::print_bytes(&prepared).unwrap_or_else(|error| panic!("{name}: {error}"));
    let marks = if how.marks { "with marks" } else { "without marks" };
    let text = format!(
        "raw: {}\nprepared: {marks}, fuel {}\nprepared bytes: {}\nprepared sha256: {}\n{}",
        hex(&wasm),
        how.fuel,
        prepared.len(),
        hex(&sha256(&prepared)),
        runs(vms, &wasm)
    );
    [(format!("{name}.prepared.wat"), shown), (format!("{name}.txt"), text)]
}

#[test]
fn every_vector_is_prepared_and_runs_as_recorded() {
    let records = records();
    let vms = Engine::ALL.map(|engine| Vm::new(engine).expect("an engine"));
    let names = names();
    assert!(names.len() >= 20, "the vectors are there");
    let mut changed = Vec::new();
    for name in names {
        for (file, text) in recorded(&vms, &name) {
            let path = folder().join(&file);
            if records {
                std::fs::write(path, text).expect("a file can be written");
            } else if std::fs::read_to_string(path).ok() != Some(text) {
                changed.push(file);
            }
        }
    }
    assert!(
        changed.is_empty(),
        "the pass has changed: {changed:?}. If that is meant: \
         FOIL_RECORD=1 cargo test --release -p vm --test vectors, and read the difference"
    );
}

/// `prepare.py` was written from the text alone: where there is a Python to run it, it has to come to the same bytes.
#[test]
fn the_second_implementation_gives_the_same_bytes() {
    if records() {
        return;
    }
    let Ok(run) = Command::new("python3").arg(folder().join("prepare.py")).output() else {
        return;
    };
    assert!(
        run.status.success(),
        "{}{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
}
