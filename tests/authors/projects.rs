//! Projects from nothing to a tested program, and what an author is told who goes wrong.

use crate::foil::{Folder, Ran};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where projects are compiled, so that what they share is compiled once.
pub(crate) fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    test.ancestors().nth(3).expect("tests are in `release/deps`").join("authors")
}

/// Has tests that compile wait for each other: what they compile is called the same, and lies in one place.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `foil` with the compiled parts of other projects at hand.
pub(crate) fn foil(folder: &Folder, words: &str) -> Ran {
    let target = target();
    folder.foil_in(&[("CARGO_TARGET_DIR", target.to_str().expect("a path is a text"))], None, words)
}

/// A folder with a project in Rust, `demo`.
pub(crate) fn demo() -> Folder {
    let folder = Folder::new();
    folder.foil("init demo --lang rust").ok();
    folder
}

/// Puts `new` in the place of `old` in the project's program, where it must stand.
#[track_caller]
pub(crate) fn edit(folder: &Folder, old: &str, new: &str) {
    let text = String::from_utf8(folder.read("demo/src/lib.rs")).expect("sources are UTF-8");
    assert!(text.contains(old), "{old} is not in {text}");
    folder.write("demo/src/lib.rs", text.replacen(old, new, 1));
}

/// It fails with this exit code and error number, behind what a compiler has said.
#[track_caller]
fn fails(ran: &Ran, exit: i32, number: u16) -> String {
    assert_eq!(ran.exit, Some(exit), "{}{}", ran.stdout, ran.stderr);
    let line = ran.stderr.lines().last().unwrap_or_default().to_owned();
    assert!(line.contains(&format!("E{number}: ")), "no E{number}: {}", ran.stderr);
    line
}

#[test]
fn a_project_in_rust_builds_tests_and_passes_the_same_everywhere() {
    let _turn = turn();
    let (folder, other) = (demo(), demo());
    let built = foil(&folder, "build demo").ok();
    assert_eq!(built["wasm"], "demo/target/demo.wasm");
    let bytes = built["bytes"].as_u64().expect("it has a size");
    assert!(bytes < 16_000, "{bytes}");
    assert_eq!(folder.read("demo/target/demo.wasm").len() as u64, bytes);
    assert_eq!(built["methods"].as_array().map(Vec::len), Some(3), "{built}");
    let largest = built["largest"].as_array().expect("functions");
    assert!(largest.len() == 10 && largest[0]["function"].is_string(), "{built}");
    assert_eq!(foil(&other, "build demo").ok()["program"], built["program"], "places are not in the bytes");
    assert_eq!(folder.foil("inspect demo/target/demo.wasm").ok()["admissible"], true);

    let tested = foil(&folder, "test demo").ok();
    assert_eq!((&tested["native"], &tested["program"]), (&"passed".into(), &built["program"]));
    assert_eq!((&tested["calls"], &tested["queries"], &tested["shards"]), (&4.into(), &3.into(), &2.into()));
    assert!(tested["fuel"].as_u64() > Some(1_000), "{tested}");
    let left = std::fs::read_dir(folder.path("demo/target")).unwrap();
    assert_eq!(left.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count(), 0, "traces are removed");
}

#[test]
fn what_a_compiler_and_tests_say_is_followed_by_what_that_means() {
    let _turn = turn();
    let folder = demo();
    folder.write("demo/src/tests.rs", "#[test]\nfn it_holds() -> Result<(), u8> {\n    Err(1)\n}\n");
    assert!(fails(&foil(&folder, "test demo"), 1, 7107).contains("cargo test"));
    edit(&folder, "unwrap_or(0) + 1;", "unwrap_or(0) + one;");
    let ran = foil(&folder, "build demo");
    fails(&ran, 1, 7106);
    assert!(ran.stderr.contains("cannot find value `one`"), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
}

/// The width of a pointer is 8 natively and 4 on wasm: native tests pass.
#[test]
fn a_program_that_is_not_the_same_everywhere_is_found() {
    let _turn = turn();
    let folder = demo();
    edit(&folder, "unwrap_or(0) + 1;", "unwrap_or(0) + size_of::<usize>() as u64 - 7;");
    let line = fails(&foil(&folder, "test demo"), 13, 7108);
    assert!(line.contains("every_caller_is_counted_by_itself, call 1, `hit`"), "{line}");
    assert!(line.contains("natively it returned 01, on wasm it trapped"), "{line}");
    edit(&folder, "unwrap_or(0) + size_of::<usize>() as u64 - 7;", "unwrap_or(0) + 1;");
    edit(&folder, "&(self.total() + 1)", "&(self.total() + (size_of::<usize>() as u64 / 8).max(1))");
    foil(&folder, "test demo").ok();
    edit(&folder, "(size_of::<usize>() as u64 / 8).max(1)", "16 / size_of::<usize>() as u64 - 1");
    let line = fails(&foil(&folder, "test demo"), 13, 7108);
    assert!(line.contains("key total 00: natively 01, on wasm 03"), "{line}");
}

#[test]
fn what_no_project_can_be_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    let refuses = |words: &str, number| folder.foil(words).refuses(2, number).to_owned();
    assert!(refuses("init demo --lang rst", 7101).contains("did you mean `rust`?"));
    assert!(refuses("init demo --lang assembly", 7101).contains("did you mean `assemblyscript`?"));
    assert!(refuses("init demo --lang cobol", 7101).contains("there is `rust`, `c`"));
    for (name, rule) in [("Demo", "first letter"), ("fn", "Rust"), ("a.b", "alone"), ("9", "first letter")] {
        assert!(refuses(&format!("init {name}"), 7102).contains(rule), "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path("")).unwrap().count(), 0);

    folder.write("taken", "");
    refuses("init taken", 7103);
    std::fs::create_dir_all(folder.path("full/src")).unwrap();
    refuses("init full", 7103);
    assert_eq!(std::fs::read_dir(folder.path("full")).unwrap().count(), 1);
    std::fs::create_dir(folder.path("empty")).unwrap();
    folder.foil("init empty").ok();
    folder.foil("init new/inner").ok();
    assert!(folder.path("new/inner/src/lib.rs").exists());
    refuses("init new/inner", 7103);

    for command in ["build", "test", "dev"] {
        assert!(refuses(&format!("{command} full"), 7104).contains("program.zig"), "{command}");
        folder.foil(&format!("{command} nowhere")).refuses(3, 7002);
    }
}

#[test]
fn a_compiler_that_is_not_here_is_named() {
    let folder = demo();
    std::fs::create_dir(folder.path("bin")).unwrap();
    std::os::unix::fs::symlink("/bin/sh", folder.path("bin/sh")).unwrap();
    let bin = folder.path("bin");
    let ran = folder.foil_in(&[("PATH", bin.to_str().unwrap())], None, "build demo");
    let line = ran.refuses(1, 7105);
    assert!(line.contains("rustup target add wasm32-unknown-unknown"), "{line}");
    assert!(line.contains("rustc-web"), "{line}");
}

/// A program that does not run natively is asked what `calls.json` says.
#[test]
fn a_project_in_c_builds_and_is_held_to_its_calls() {
    let _turn = turn();
    let folder = Folder::new();
    folder.foil("init demo --lang c").ok();
    let built = foil(&folder, "build demo").ok();
    assert!(built["bytes"].as_u64() < Some(12_000), "{built}");
    let tested = foil(&folder, "test demo").ok();
    assert_eq!(
        (&tested["calls"], &tested["queries"], &tested["native"]),
        (&4.into(), &2.into(), &Value::Null)
    );

    let calls = |text: &str| folder.write("demo/calls.json", text);
    calls(r#"[{ "call": "hit", "as": "ann", "returns": 1 }, { "call": "hit", "as": "ann", "returns": 1 }]"#);
    let line = fails(&foil(&folder, "test demo"), 1, 7111);
    assert!(line.contains("call 2, `hit`: expected returned 1, and it came to returned 2"), "{line}");
    calls(r#"[{ "call": "hit", "returns": 1 }]"#);
    assert!(fails(&foil(&folder, "test demo"), 1, 7111).contains("it came to failed NoCaller"));
    for (text, because) in [
        ("[{}]", "either `call` or `query`"),
        (r#"[{ "call": "hti" }]"#, "did you mean `hit`?"),
        (r#"[{ "call": "hit", "args": { "n": 1 } }]"#, "takes no such argument"),
        (r#"[{ "call": "hit", "as": 256 }]"#, "`as` is a number below 256"),
        (r#"[{ "call": "hit", "as": 1, "returns": "x" }]"#, "`returns`"),
        (r#"[{ "call": "hit", "retruns": 1 }]"#, "retruns"),
        ("[", "EOF"),
    ] {
        calls(text);
        let line = fails(&foil(&folder, "test demo"), 2, 7110);
        assert!(line.contains(because), "{text}: {line}");
    }
    std::fs::remove_file(folder.path("demo/calls.json")).unwrap();
    fails(&foil(&folder, "test demo"), 2, 7110);
    folder.write("demo/interface.json", "{}");
    assert!(fails(&foil(&folder, "build demo"), 1, 7121).contains("missing field `name`"));
}
