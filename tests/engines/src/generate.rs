//! Random modules of the features that are on, by wasm-smith.

use abi::hostcalls::{TABLE, Wasm};
use arbitrary::{Result, Unstructured};
use wasm_smith::{Config, MemoryOffsetChoices, Module};

/// What generated modules can import, under the name `host`. Its functions keep what they are given in the
/// memory `log`, so that it is seen, and answer with bits of their own.
pub const HOST: &str = r#"(module
    (memory (export "log") 1 1)
    (global $at (mut i32) (i32.const 0))
    (global (export "pi") f64 (f64.const 3.141592653589793))
    (global (export "seven") i32 (i32.const 7))
    (global (export "count") (mut i64) (i64.const 0))
    (global (export "heat") (mut f32) (f32.const 36.6))
    (memory (export "memory") 1 10)
    (table (export "table") 10 20 funcref)
    (elem (i32.const 1) func $half $bits)
    (func $next (result i32)
        (global.set $at (i32.and (i32.add (global.get $at) (i32.const 8)) (i32.const 0xfff8)))
        (global.get $at))
    (func $log (param i64) (i64.store (call $next) (local.get 0)))
    (func (export "nothing") (call $log (i64.const -1)))
    (func $half (export "half") (param f32) (result f32)
        (call $log (i64.extend_i32_u (i32.reinterpret_f32 (local.get 0)))) (f32.const nan:0x200001))
    (func (export "double") (param f64) (result f64)
        (call $log (i64.reinterpret_f64 (local.get 0))) (f64.const -nan:0x4000000000123))
    (func $bits (export "bits") (param i64 i32) (result i64)
        (call $log (local.get 0)) (call $log (i64.extend_i32_u (local.get 1))) (i64.const 0x7ff4000000000001))
    (func (export "pair") (param f64 i32) (result f64 i32)
        (call $log (i64.reinterpret_f64 (local.get 0))) (f64.const inf) (local.get 1)))"#;

/// Largest memory, in bytes: growing it is within the fuel of a trial.
const MEMORY_BYTES_MAX: u64 = 10 << 16;

/// Any module whose memory has a maximum.
///
/// # Errors
///
/// There are not enough random bytes.
pub fn module(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut config = config(u)?;
    if u.ratio(1, 2)? {
        config.available_imports = Some(wat::parse_str(host_imports()).expect("it is well-formed"));
        config.max_imports = 8;
    }
    config.allow_start_export = u.ratio(1, 4)?;
    Ok(Module::new(config, u)?.to_bytes())
}

/// A program: it imports host calls, and has two methods.
///
/// # Errors
///
/// There are not enough random bytes.
pub fn program(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut config = config(u)?;
    config.allow_start_export = false;
    config.export_everything = false;
    // The imports below are counted, too.
    config.max_imports = TABLE.len();
    config.max_funcs += TABLE.len();
    let mut text = String::from("(module");
    for call in TABLE {
        if u.ratio(1, 2)? {
            text += &import(call.name, call.params, call.result);
        }
    }
    text += r#"(memory (export "memory") 1 9)
        (func (export "call:main") unreachable) (func (export "query:look") unreachable))"#;
    config.module_shape = Some(wat::parse_str(&text).expect("it is well-formed"));
    Ok(Module::new(config, u)?.to_bytes())
}

/// A program of host calls with arguments that often make sense, and what each of them answers with in memory.
///
/// # Errors
///
/// There are not enough random bytes.
pub fn caller(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut imports = String::new();
    for call in TABLE {
        imports +=
            &import(call.name, call.params, call.result).replace("(func", &format!("(func ${}", call.name));
    }
    let data: String =
        (0..200).map(|_| Ok(format!("\\{:02x}", u.int_in_range(0..=255)?))).collect::<Result<_>>()?;
    let (main, look) = (calls(u)?, calls(u)?);
    let text = format!(
        r#"(module {imports}
        (memory (export "memory") 1 4) (data (i32.const 0) "{data}")
        (func (export "call:main") {main} (call $answer (i32.const 0) (i32.const 3000)))
        (func (export "query:look") {look} (call $answer (i32.const 0) (i32.const 3000))))"#
    );
    Ok(wat::parse_str(&text).expect("it is well-formed"))
}

fn calls(u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    for _ in 0..u.int_in_range(1..=10)? {
        let call = u.choose(TABLE)?;
        // These end most calls that make them with random arguments.
        if ["emit", "send", "fail", "scan_next", "scan_close"].contains(&call.name) && u.ratio(9, 10)? {
            continue;
        }
        let mut args = String::new();
        for param in call.params {
            let value = match u.int_in_range(0..=19)? {
                0 => u.int_in_range(65_500..=65_540)?,
                1..=3 => u.int_in_range(0..=3_000)?,
                _ => u.int_in_range(0..=70)?,
            };
            args += &if *param == Wasm::I32 {
                format!(" (i32.const {value})")
            } else {
                format!(" (i64.const {value})")
            };
        }
        let (name, at) = (call.name, u.int_in_range(0..=400)?);
        text += &match call.result {
            None => format!("(call ${name}{args})\n"),
            Some(Wasm::I32) => format!("(i32.store (i32.const {at}) (call ${name}{args}))\n"),
            Some(Wasm::I64) => format!("(i64.store (i32.const {at}) (call ${name}{args}))\n"),
        };
    }
    Ok(text)
}

fn import(name: &str, params: &[Wasm], result: Option<Wasm>) -> String {
    let ty = |wasm: &Wasm| if *wasm == Wasm::I32 { " i32" } else { " i64" };
    let (params, result): (String, String) =
        (params.iter().map(ty).collect(), result.iter().map(ty).collect());
    format!(r#"(import "foil" "{name}" (func (param{params}) (result{result})))"#)
}

/// The exports of [`HOST`], as imports.
fn host_imports() -> &'static str {
    r#"(module
        (import "host" "pi" (global f64))
        (import "host" "seven" (global i32))
        (import "host" "count" (global (mut i64)))
        (import "host" "heat" (global (mut f32)))
        (import "host" "memory" (memory 1 10))
        (import "host" "table" (table 10 20 funcref))
        (import "host" "nothing" (func))
        (import "host" "half" (func (param f32) (result f32)))
        (import "host" "double" (func (param f64) (result f64)))
        (import "host" "bits" (func (param i64 i32) (result i64)))
        (import "host" "pair" (func (param f64 i32) (result f64 i32))))"#
}

/// What all generated modules have in common, and what a few random bits decide.
fn config(u: &mut Unstructured<'_>) -> Result<Config> {
    let floats = u.ratio(2, 3)?;
    let bulk = u.ratio(1, 2)?;
    let disallow_traps = u.ratio(1, 2)?;
    let (funcs, instructions) = (u.int_in_range(1..=12)?, u.int_in_range(10..=200)?);
    // Addresses near the beginning of memory, within it, and anywhere.
    let offsets = if u.ratio(3, 4)? { (90, 9, 1) } else { (30, 30, 40) };
    Ok(Config {
        allow_floats: floats,
        bulk_memory_enabled: bulk,
        disallow_traps,
        export_everything: true,
        min_funcs: 1,
        max_funcs: funcs,
        max_instructions: instructions,
        max_imports: 0,
        max_globals: 8,
        max_types: 12,
        max_data_segments: 4,
        max_element_segments: 4,
        max_elements: 10,
        max_memories: 1,
        max_tables: 1,
        max_tags: 0,
        max_table_elements: 30,
        max_memory32_bytes: MEMORY_BYTES_MAX,
        memory_max_size_required: true,
        memory_offset_choices: MemoryOffsetChoices(offsets.0, offsets.1, offsets.2),
        ..off()
    })
}

/// Every feature that is off, off.
fn off() -> Config {
    Config {
        acquire_release_atomics_enabled: false,
        compact_imports_enabled: false,
        custom_descriptors_enabled: false,
        custom_page_sizes_enabled: false,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        generate_custom_sections: false,
        memory64_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}
