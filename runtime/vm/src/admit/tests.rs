use super::error::{AdmitError, Part};
use crate::Job;
use crate::fixture::{Programs, job, vm};
use abi::Coded;
use abi::hash::PROGRAM;
use abi::session::Mode;
use std::collections::BTreeSet;
use std::fmt::Write;

const MEMORY: &str = "(memory (export \"memory\") 1 2)";
const METHOD: &str = "(func (export \"call:main\"))";

fn admit(text: &str) -> Result<Programs, AdmitError> {
    vm().admit(&wat::parse_str(text).unwrap())
}

/// What a module of these fields, a memory and a method is refused for.
fn refused(fields: &str) -> AdmitError {
    admit(&format!("(module {fields} {MEMORY} {METHOD})")).expect_err(fields)
}

fn too_large(part: Part, size: u64, max: u64) -> AdmitError {
    AdmitError::TooLarge { part, size, max }
}

/// Something, many times.
fn times(count: usize, field: impl Fn(usize) -> String) -> String {
    (0..count).map(field).collect()
}

#[test]
fn a_program_knows_its_methods_and_its_interface() {
    let wasm = wat::parse_str(format!(
        r#"(module (import "foil" "seq" (func (result i64))) {MEMORY} {METHOD}
            (func (export "query:a_9"))
            (global (export "__heap_base") i32 (i32.const 1))
            (@custom "counterfoil" "interface") (@custom "name" "other"))"#
    ))
    .unwrap();
    let program = vm().admit(&wasm).unwrap();
    assert_eq!(program.id(), PROGRAM.hash(&wasm));
    assert_eq!(program.methods().collect::<Vec<_>>(), [("a_9", Mode::Query), ("main", Mode::Call)]);
    assert_eq!((program.method("main"), program.method("call:main")), (Some(Mode::Call), None));
    assert_eq!(program.interface(), Some(&b"interface"[..]));
    assert_eq!(admit(&format!("(module {MEMORY} {METHOD})")).unwrap().interface(), None);
}

#[test]
fn what_is_not_a_core_module_is_refused_by_its_header() {
    for bytes in [&b""[..], b"\0as", b"\0asm\x01\0\0", b"\x7fELF\x01\0\0\0", b"MZ"] {
        assert_eq!(vm().admit(bytes).unwrap_err(), AdmitError::NotWasm);
    }
    let component = vm().admit(b"\0asm\x0d\0\x01\0").unwrap_err();
    assert_eq!(component, AdmitError::WrongVersion { version: 0x1_000d });
    let cut = vm().admit(b"\0asm\x01\0\0\0\x01").unwrap_err();
    assert!(matches!(cut, AdmitError::Malformed { offset: 9, .. }), "{cut}");
}

#[test]
fn what_is_not_valid_is_malformed_at_an_offset() {
    let error = refused("(func (result i32) (i64.const 1))");
    assert!(matches!(&error, AdmitError::Malformed { offset, .. } if *offset > 8), "{error}");
    assert!(error.to_string().starts_with("malformed at offset "), "{error}");
}

#[test]
fn features_that_are_off_are_refused() {
    let off = [
        "(func (drop (v128.const i64x2 0 0)))",
        "(func (param funcref))",
        "(func (param externref))",
        "(func $f (return_call $f))",
        "(tag)",
        "(memory 1 1)",
        "(memory i64 1 1)",
        "(memory 1 1 shared)",
        "(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))",
        "(table 1 funcref) (table 1 funcref)",
        "(type (struct))",
        "(global i32 (i32.add (i32.const 1) (i32.const 1)))",
        "(global i32 (i32.const 1)) (data (global.get 0) \"\")",
        "(func (i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)) drop drop)",
    ];
    for fields in off {
        assert!(matches!(refused(fields), AdmitError::Malformed { .. }), "{fields}");
    }
}

#[test]
fn operators_that_unmake_segments_are_refused() {
    let data = refused("(data $d \"a\") (func (data.drop $d))");
    assert!(matches!(data, AdmitError::Operator { name: "data.drop", .. }), "{data}");
    let elem = refused("(table 1 funcref) (elem $e func) (func (elem.drop $e))");
    assert!(matches!(elem, AdmitError::Operator { name: "elem.drop", .. }), "{elem}");
}

#[test]
fn imports_are_the_host_calls_and_nothing_else() {
    let unknown =
        |module: &str, name: &str| AdmitError::UnknownImport { module: module.into(), name: name.into() };
    assert_eq!(refused(r#"(import "foil" "exit" (func))"#), unknown("foil", "exit"));
    assert_eq!(refused(r#"(import "wasi" "seq" (func (result i64)))"#), unknown("wasi", "seq"));
    assert_eq!(refused(r#"(import "env" "g" (global i32))"#), unknown("env", "g"));
    let long = refused(&format!(r#"(import "foil" "{}" (func))"#, "x".repeat(5_000)));
    assert_eq!(long, unknown("foil", &"x".repeat(100)));
    let expected = "() -> (i64)".to_owned();
    for wrong in ["func", "func (result i32)", "func (param i32) (result i64)", "global i64"] {
        let error = refused(&format!(r#"(import "foil" "seq" ({wrong}))"#));
        assert_eq!(error, AdmitError::ImportType { name: "seq", expected: expected.clone() });
    }
}

#[test]
fn a_start_function_is_refused() {
    assert_eq!(refused("(func $f) (start $f)"), AdmitError::Start);
}

#[test]
fn the_memory_is_one_exported_and_bounded() {
    let admit = |memory: &str| admit(&format!("(module {memory} {METHOD})")).map(|_| ());
    assert_eq!(admit(""), Err(AdmitError::NoMemory));
    assert_eq!(admit("(memory (export \"memory\") 1)"), Err(AdmitError::NoMemoryMaximum));
    assert_eq!(admit("(memory 1 1)"), Err(AdmitError::MemoryNotExported));
    assert_eq!(admit("(memory (export \"mem\") 1 1)"), Err(AdmitError::MemoryNotExported));
    assert_eq!(admit("(memory 1 1) (func (export \"memory\"))"), Err(AdmitError::MemoryNotExported));
    assert_eq!(admit("(memory (export \"memory\") 1 1025)"), Err(too_large(Part::Memory, 1025, 1024)));
    assert_eq!(admit("(memory (export \"memory\") 0 0)"), Ok(()));
    assert_eq!(admit("(memory (export \"memory\") 1024 1024)"), Ok(()));
}

#[test]
fn a_segment_out_of_bounds_never_reaches_an_instance() {
    let bounds = |part, end, size| AdmitError::SegmentOutOfBounds { part, end, size };
    let data = refused("(data (i32.const 0) \"ok\") (data (i32.const 65535) \"ab\")");
    assert_eq!(data, bounds(Part::DataSegment(1), 65_537, 65_536));
    let negative = refused("(data (i32.const -1) \"\")");
    assert_eq!(negative, bounds(Part::DataSegment(0), 0xffff_ffff, 65_536));
    let table = refused("(table 1 funcref) (func $f) (elem (i32.const 0) $f $f)");
    assert_eq!(table, bounds(Part::ElementSegment(0), 2, 1));
    let at_the_end = format!(
        "(module (table 0 funcref) (elem (i32.const 0)) {MEMORY} {METHOD} (data (i32.const 65536) \"\"))"
    );
    assert!(admit(&at_the_end).is_ok());
}

#[test]
fn methods_have_names_and_types() {
    let name = |name: &str| AdmitError::MethodName { name: name.into() };
    for bad in ["call:", "query:", "call:Main", "call:a-b", "call:a b", "query:\u{e9}"] {
        assert_eq!(refused(&format!("(func (export \"{bad}\"))")), name(bad));
    }
    let long = format!("call:{}", "x".repeat(65));
    assert_eq!(refused(&format!("(func (export \"{long}\"))")), name(&long));
    let wrong = AdmitError::MethodType { name: "call:a".into() };
    assert_eq!(refused("(func (export \"call:a\") (param i32))"), wrong);
    assert_eq!(refused("(func (export \"call:a\") (result i32) (i32.const 1))"), wrong);
    assert_eq!(refused("(global (export \"call:a\") i32 (i32.const 1))"), wrong);
    assert_eq!(refused("(func (export \"query:main\"))"), AdmitError::MethodTwice { name: "main".into() });
    assert_eq!(refused("(func (export \"\\00fuel\"))"), AdmitError::ReservedExport { name: "\0fuel".into() });
    let none = admit(&format!("(module {MEMORY} (func (export \"main\")))")).unwrap_err();
    assert_eq!(none, AdmitError::NoMethod);
    let longest = format!("(module {MEMORY} (func (export \"call:{}\")))", "x".repeat(64));
    assert!(admit(&longest).is_ok());
}

#[test]
fn two_interfaces_are_none() {
    assert_eq!(
        refused("(@custom \"counterfoil\" \"a\") (@custom \"counterfoil\" \"b\")"),
        AdmitError::InterfaceTwice
    );
}

#[test]
fn the_module_has_limits() {
    let module = vec![0; (4 << 20) + 1];
    assert_eq!(vm().admit(&module).unwrap_err(), too_large(Part::Module, (4 << 20) + 1, 4 << 20));
    let types = times(20_000, |index| format!("(type (func (param {})))", "i32 ".repeat(index % 100)));
    assert_eq!(refused(&(types + "(type (func))")), too_large(Part::Types, 20_001, 20_000));
    let imports = r#"(import "foil" "seq" (func (result i64)))"#.repeat(20_000);
    assert_eq!(refused(&imports), too_large(Part::Functions, 20_001, 20_000));
    let globals = "(global i32 (i32.const 1))".repeat(10_001);
    assert_eq!(refused(&globals), too_large(Part::Globals, 10_001, 10_000));
    let exports = times(10_000, |index| format!("(export \"{index}\" (func 0))"));
    assert_eq!(refused(&exports), too_large(Part::Exports, 10_002, 10_000));
    let data = "(data \"\")".repeat(10_001);
    assert_eq!(refused(&data), too_large(Part::DataSegments, 10_001, 10_000));
    let elements = "(elem func)".repeat(10_001);
    assert_eq!(refused(&elements), too_large(Part::ElementSegments, 10_001, 10_000));
    assert_eq!(refused("(table 10001 funcref)"), too_large(Part::Table, 10_001, 10_000));
}

#[test]
fn types_and_functions_have_limits() {
    let params = |count: usize| "i32 ".repeat(count);
    let type_of = |params: &str, results: &str| format!("(type (func (param {params}) (result {results})))");
    assert_eq!(refused(&type_of(&params(129), "")), too_large(Part::Params(0), 129, 128));
    assert_eq!(refused(&type_of("", &params(129))), too_large(Part::Results(0), 129, 128));
    let body = "nop ".repeat(65_536);
    assert_eq!(refused(&format!("(func {body})")), too_large(Part::Body(0), 65_538, 65_536));
    let locals = format!("(func (param i64) (local {}))", params(10_000));
    assert_eq!(refused(&locals), too_large(Part::Locals(0), 10_001, 10_000));
    let nested = format!("(func {} {})", "block ".repeat(1_025), "end ".repeat(1_025));
    assert_eq!(refused(&nested), too_large(Part::Nesting(0), 1_025, 1_024));
    let operands = format!("(func {} unreachable)", "i32.const 0 ".repeat(10_001));
    assert_eq!(refused(&operands), too_large(Part::Operands(0), 10_001, 10_000));
    let targets = format!("(func (br_table {} 0 (i32.const 0)))", "0 ".repeat(10_001));
    assert_eq!(refused(&targets), too_large(Part::BrTable(0), 10_001, 10_000));
    let error = too_large(Part::Body(12), 65_538, 65_536).to_string();
    assert_eq!(error, "function 12 body too large: size=65538 max=65536");
}

/// What keeps compilers busy for minutes, or takes gigabytes, is refused for its work; each of these is small.
#[test]
fn a_compile_bomb_is_refused() {
    let values = |count: usize| "i64 ".repeat(count);
    let loops = format!("{} {}", "loop ".repeat(33), "end ".repeat(33));
    assert_eq!(refused(&format!("(func {loops})")), too_large(Part::Loops(0), 33, 32));
    // Each local meets itself at the end of each block.
    let diamond = "(if (i32.const 1) (then (local.set 0 (i64.const 1))))".repeat(200);
    let merging = format!("(func (local {}) {diamond})", values(9_000));
    assert!(matches!(refused(&merging), AdmitError::TooLarge { part: Part::FunctionFlow(0), .. }));
    let switch = format!("(func (local {}) (br_table {} 0 (i32.const 0)))", values(1_000), "0 ".repeat(300));
    assert!(matches!(refused(&switch), AdmitError::TooLarge { part: Part::FunctionFlow(0), .. }));
    let wide = format!("(func $wide (param {0}) (result {0}) unreachable)", values(128));
    let calls = format!("{wide} (func unreachable {})", "call $wide ".repeat(100));
    assert!(matches!(refused(&calls), AdmitError::TooLarge { part: Part::FunctionPassed(1), .. }));
    let indirect = "(call_indirect (i32.const 0))".repeat(4_100);
    let indirect = format!("(table 1 funcref) (func {indirect})");
    assert!(matches!(refused(&indirect), AdmitError::TooLarge { part: Part::FunctionPassed(0), .. }));
    // What one function may do, not all of them may.
    let many = |function: &str, count: usize| refused(&function.repeat(count));
    let merging = format!("(func (local {}) {})", values(9_000), "(block)".repeat(50));
    assert!(matches!(many(&merging, 20), AdmitError::TooLarge { part: Part::Flow, .. }));
    let indirect = format!("(func {})", "(call_indirect (i32.const 0))".repeat(3_000));
    let indirect = format!("(table 1 funcref) {}", indirect.repeat(22));
    assert!(matches!(refused(&indirect), AdmitError::TooLarge { part: Part::Passed, .. }));
    let long = format!("(func {})", "nop ".repeat(60_000));
    assert!(matches!(many(&long, 3), AdmitError::TooLarge { part: Part::Squares, .. }));
    let declared = format!("(func (local {}))", values(10_000));
    assert!(matches!(many(&declared, 105), AdmitError::TooLarge { part: Part::ProgramLocals, .. }));
}

/// As large as may be, in every way at once: what is admitted compiles, and runs.
#[test]
fn a_program_at_its_limits_runs() {
    let mut fields = String::from("(table 10000 funcref) ");
    fields += &"(global (mut i64) (i64.const 1))".repeat(10_000);
    let mut escaped = String::new();
    for index in 0..10_000 {
        write!(escaped, " {index}").unwrap();
    }
    write!(fields, "(elem (i32.const 0) func {escaped})").unwrap();
    fields += &"(func)".repeat(10_000);
    fields += &times(9_997, |index| format!("(func (export \"{index}\"))"));
    let nested = format!("{} {}", "block ".repeat(1_024), "end ".repeat(1_024));
    let operands = format!("{} unreachable", "i32.const 0 ".repeat(10_000));
    let method = format!(
        "(func (local {})) (func (br_table {} 0 (i32.const 0)))
        (func (export \"call:main\") {nested} return {operands})",
        "i64 ".repeat(10_000),
        "0 ".repeat(10_000)
    );
    let program = admit(&format!("(module {fields} (memory (export \"memory\") 1 1024) {method})")).unwrap();
    let outcome = vm().run(&program, job()).unwrap().outcome;
    assert_eq!(outcome.code(), abi::outcome::Trap::NoAnswer as u8);
}

#[test]
fn every_error_has_a_number_of_its_own() {
    let (name, part) = (String::new(), Part::Module);
    let errors = [
        AdmitError::NotWasm,
        AdmitError::WrongVersion { version: 0 },
        AdmitError::Malformed { offset: 0, rule: name.clone() },
        too_large(part, 2, 1),
        AdmitError::Operator { offset: 0, name: "" },
        AdmitError::Start,
        AdmitError::UnknownImport { module: name.clone(), name: name.clone() },
        AdmitError::ImportType { name: "", expected: name.clone() },
        AdmitError::NoMemory,
        AdmitError::NoMemoryMaximum,
        AdmitError::MemoryNotExported,
        AdmitError::SegmentOutOfBounds { part, end: 2, size: 1 },
        AdmitError::ReservedExport { name: name.clone() },
        AdmitError::MethodName { name: name.clone() },
        AdmitError::MethodType { name: name.clone() },
        AdmitError::MethodTwice { name: name.clone() },
        AdmitError::NoMethod,
        AdmitError::InterfaceTwice,
        AdmitError::Uncompilable { because: name },
    ];
    let codes: BTreeSet<_> = errors.iter().map(Coded::code).collect();
    assert_eq!(codes, (4001..=4019).collect());
}

/// Whatever the bytes are, admission answers, and what it admits runs without a fault.
#[test]
fn mutated_modules_never_panic() {
    let seed = wat::parse_str(
        r#"(module
            (import "foil" "answer" (func $answer (param i32 i32)))
            (import "foil" "state_get" (func $state_get (param i32 i32 i32 i32) (result i64)))
            (type $none (func))
            (table 3 funcref) (elem (i32.const 1) $main)
            (memory (export "memory") 1 2)
            (global $g (mut i32) (i32.const 7))
            (data (i32.const 8) "data")
            (func $main (export "call:main") (local $i i32)
                (loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 9))))
                (drop (call $state_get (i32.const 8) (i32.const 4) (i32.const 0) (i32.const 8)))
                (memory.fill (i32.const 0) (i32.const 1) (i32.const 4))
                (if (i32.eqz (global.get $g)) (then (call_indirect (type $none) (i32.const 1))))
                (call $answer (i32.const 0) (i32.const 12))))"#,
    )
    .unwrap();
    assert_eq!(vm().run(&vm().admit(&seed).unwrap(), job()).unwrap().outcome.code(), 0);
    let mut state = 1u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut admitted = 0;
    for _ in 0..3_000 {
        let mut wasm = seed.clone();
        for _ in 0..=random(3) {
            let at = random(wasm.len());
            match random(4) {
                0 => drop(wasm.remove(at)),
                1 => wasm.insert(at, u8::try_from(random(256)).unwrap()),
                _ => wasm[at] = u8::try_from(random(256)).unwrap(),
            }
        }
        if let Ok(program) = vm().admit(&wasm) {
            admitted += 1;
            for (method, mode) in program.methods() {
                let job = Job { mode, method: method.into(), fuel_max: 100_000, ..job() };
                vm().run(&program, job).unwrap();
            }
        }
    }
    assert!(admitted > 100, "only {admitted} mutations were admitted: the others say little");
}
