//! What the process is started with changes no byte of a trace.

use crate::corpus::cases;
use crate::run::traces;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use vm::Engine;

/// Where the child writes its traces.
const VARIABLE: &str = "FOIL_TRACES";

/// A permutation: its variables, and the address space it has, in KiB.
struct Environment {
    variables: &'static [(&'static str, &'static str)],
    space_kib: Option<u64>,
}

const ENVIRONMENTS: &[Environment] = &[
    Environment { variables: &[], space_kib: None },
    Environment { variables: &[("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")], space_kib: None },
    Environment {
        variables: &[("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("LC_NUMERIC", "de_DE.UTF-8")],
        space_kib: None,
    },
    Environment { variables: &[("TZ", "Asia/Kathmandu"), ("SOURCE_DATE_EPOCH", "0")], space_kib: None },
    Environment {
        variables: &[
            ("RUST_BACKTRACE", "0"),
            ("WASMTIME_BACKTRACE_DETAILS", "1"),
            ("WASMTIME_LOG", "trace"),
            ("RUST_MIN_STACK", "16777216"),
            ("MALLOC_PERTURB_", "165"),
            ("MALLOC_ARENA_MAX", "1"),
            ("HOME", "/nowhere"),
        ],
        space_kib: None,
    },
];

/// Not a test: what the children of the test below run.
#[test]
#[ignore = "writes every trace to the file that FOIL_TRACES names"]
fn writes_every_trace() {
    let Some(file) = std::env::var_os(VARIABLE) else { return };
    let mut text = String::new();
    for case in cases() {
        for (trace, engine) in traces(&case).into_iter().zip(Engine::ALL) {
            text += &format!("{} on {engine}\n{}", case.name, trace.text);
        }
    }
    std::fs::write(file, text).expect("the parent's folder is there");
}

fn child(environment: &Environment, file: &Path) -> Output {
    let test = std::env::current_exe().expect("a test knows where it is");
    let limit = environment.space_kib.map_or("unlimited".into(), |kib| kib.to_string());
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {limit}; exec \"$0\" \"$@\"")]).arg(test);
    command.args(["--exact", "environment::writes_every_trace", "--ignored"]);
    command.env(VARIABLE, file).envs(environment.variables.iter().copied());
    command.env_remove("FOIL_RECORD").stdin(Stdio::null());
    command.output().expect("sh is there")
}

#[test]
fn no_environment_changes_a_byte() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let trace = |environment: &Environment| {
        let file = folder.path().join("traces");
        let output = child(environment, &file);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{:?}: {said}", environment.variables);
        std::fs::read(file).expect("the child has written its traces")
    };
    let first = trace(&ENVIRONMENTS[0]);
    assert!(first.len() > 10_000);
    for environment in &ENVIRONMENTS[1..] {
        assert!(trace(environment) == first, "{:?} changes a trace", environment.variables);
    }
}

/// wasmtime's pools reserve address space when an engine starts: where that is not to be had, the start fails
/// with a fault, and no call is ever run.
#[test]
fn a_small_address_space_is_a_fault_and_no_other_record() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    for space_kib in [64 << 20, 4 << 20] {
        let file = folder.path().join("traces");
        let output = child(&Environment { variables: &[], space_kib: Some(space_kib) }, &file);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success());
        assert!(said.contains("the engine does not start"), "{space_kib} KiB: {said}");
        assert!(!file.exists(), "nothing ran, so nothing was written");
    }
}
