//! Small modules that would keep a compiler busy for minutes, or take gigabytes: refused before a compiler sees
//! them, within a second, by the limit that they are over. What is just below the limits compiles.

use crate::attack::{Attack, peak_kib, soak};
use crate::module::wasm;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use vm::{AdmitError, Engine, Part, Vm};

/// Where the child of a compilation finds what to compile: name and engine.
const VARIABLE: &str = "FOIL_BOMB";
/// The most that compiling an admitted module may take.
const SECONDS_MAX: u64 = 30;
const PEAK_KIB_MAX: u64 = 3 << 19;

const COND: &str = "(global $c (mut i32) (i32.const 0)) (global $g (mut i64) (i64.const 1)) (global $f (mut f64) (f64.const 1))";

/// `count` times what `part` says, which may name its number.
fn times(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

fn locals(count: usize, of: &str) -> String {
    format!("(local {})", times(count, |_| format!("{of} ")))
}

/// A module of so many functions of one body.
fn functions(count: usize, body: &str) -> String {
    format!("{COND} (func (export \"call:main\")) {}", times(count, |_| format!("(func {body})")))
}

/// Increments of all locals inside of nested loops: a merge for each local and loop.
fn loops(depth: usize, held: usize) -> String {
    format!(
        "{} {} {} {}",
        locals(held, "i64"),
        "loop ".repeat(depth),
        times(held, |at| format!("local.get {at} i64.popcnt local.set {at} ")),
        "global.get $c br_if 0 end ".repeat(depth)
    )
}

/// Branches out of one block, with a local changed now and then.
fn edges(count: usize, held: usize) -> String {
    let branch = |at| format!("global.get $g local.set {} global.get $c br_if 0 ", at % held);
    format!("{} block {} end", locals(held, "i64"), times(count, branch))
}

/// Tables of branches to one loop's head, with all locals changed.
fn tables(count: usize, targets: usize, held: usize) -> String {
    let table = format!("global.get $c if global.get $c br_table {} end ", "1 ".repeat(targets));
    let turn = times(held, |at| format!("local.get {at} i64.popcnt local.set {at} "));
    format!("{} loop {turn} {} end", locals(held, "i64"), table.repeat(count))
}

/// Calls that take and give 128 values.
fn calls(count: usize) -> String {
    format!("{} {} {}", "i64.const 1 ".repeat(128), "call $id ".repeat(count), "drop ".repeat(128))
}

fn wide(fields: &str) -> String {
    let types = "i64 ".repeat(128);
    let gets = times(128, |at| format!("local.get {at} "));
    format!("(func $id (param {types}) (result {types}) {gets}) {fields}")
}

/// Values held at once, and summed up.
fn operands(count: usize) -> String {
    format!("{} {} drop", "global.get $g ".repeat(count), "i64.xor ".repeat(count - 1))
}

/// A chain of roots that a loop does not change: all of it could be computed ahead, and held.
pub(crate) fn roots(bytes: usize) -> String {
    format!(
        "(local f64 f64) global.get $f local.set 0 loop local.get 0 local.set 1 global.get $f {} global.set $f
        global.get $c br_if 0 end",
        "local.get 1 f64.sqrt local.tee 1 f64.add ".repeat(bytes / 6)
    )
}

/// Uses of many locals in no order.
fn uses(bytes: usize, held: usize) -> String {
    let of = |at: usize| (at.wrapping_mul(1_664_525) >> 3) % held;
    format!(
        "{} {} global.get $g {} global.set $g",
        locals(held, "i64"),
        times(held, |at| format!("global.get $g local.set {at} ")),
        times(bytes / 4, |at| format!("local.get {} i64.xor ", of(at)))
    )
}

/// A bomb: its name, its fields, and whether this limit is the one that refuses it.
type Bomb = (&'static str, String, fn(&Part) -> bool);

/// Bombs of every kind.
fn refused() -> Vec<Bomb> {
    let straight = |bytes: usize| "global.get $g global.set $g ".repeat(bytes / 4);
    vec![
        ("33 loops around 1,000 locals", functions(1, &loops(33, 1_000)), |part| {
            matches!(part, Part::Loops(_))
        }),
        ("1,000 loops around 10 locals", functions(1, &loops(1_000, 10)), |part| {
            matches!(part, Part::Loops(_))
        }),
        ("1,000 edges over 2,000 locals", functions(1, &edges(1_000, 2_000)), |part| {
            matches!(part, Part::FunctionFlow(_))
        }),
        ("tables of 10,000 targets, 100 locals", functions(1, &tables(3, 10_000, 100)), |part| {
            matches!(part, Part::FunctionFlow(_))
        }),
        ("a table of 10,001 targets", functions(1, &tables(1, 10_002, 1)), |part| {
            matches!(part, Part::BrTable(_))
        }),
        ("100 calls of 128 values", wide(&functions(1, &calls(100))), |part| {
            matches!(part, Part::FunctionPassed(_))
        }),
        ("10,001 locals", functions(1, &locals(10_001, "i64")), |part| matches!(part, Part::Locals(_))),
        ("10,001 operands", functions(1, &operands(10_001)), |part| matches!(part, Part::Operands(_))),
        (
            "1,025 blocks",
            functions(1, &format!("{}{}", "block ".repeat(1_025), "end ".repeat(1_025))),
            |part| matches!(part, Part::Nesting(_)),
        ),
        ("a body of 64 KiB and more", functions(1, &straight(66_000)), |part| matches!(part, Part::Body(_))),
        ("three bodies of 64 KiB", functions(3, &straight(65_000)), |part| matches!(part, Part::Squares)),
        ("24 functions full of flow", functions(24, &edges(400, 1_000)), |part| matches!(part, Part::Flow)),
        ("20 functions full of calls", wide(&functions(20, &calls(60))), |part| matches!(part, Part::Passed)),
        ("110 functions of 10,000 locals", functions(110, &locals(10_000, "i64")), |part| {
            matches!(part, Part::ProgramLocals)
        }),
        ("20,001 functions", functions(20_001, ""), |part| matches!(part, Part::Functions)),
        (
            "129 parameters",
            format!("(func (export \"call:main\")) (func (param {}))", "i64 ".repeat(129)),
            |part| matches!(part, Part::Params(_)),
        ),
    ]
}

/// What is just below the limits.
fn admitted() -> Vec<(&'static str, String)> {
    vec![
        ("32 loops around 550 locals", functions(8, &loops(32, 550))),
        ("edges over 1,000 locals", functions(8, &edges(1_000, 1_000))),
        ("tables of 8,000 targets", functions(8, &tables(2, 8_000, 4))),
        ("calls of 128 values", wide(&functions(4, &calls(62)))),
        ("10,000 operands", functions(5, &operands(9_900))),
        (
            "roots in two bodies of 64 KiB",
            functions(1, &roots(65_000)) + &format!("(func {})", roots(65_000)),
        ),
        ("roots in 500 bodies of 4 KiB", functions(500, &roots(4_000))),
        ("uses of 5,000 locals", functions(2, &uses(40_000, 5_000))),
        ("10,000 locals each", functions(104, &locals(10_000, "i64"))),
        ("20,000 functions", functions(19_900, "global.get $g global.set $g")),
    ]
}

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks: Vec<Attack> = refused()
        .into_iter()
        .map(|(name, fields, is)| Attack::new(format!("bomb: {name}"), move || refuse(&fields, is)))
        .collect();
    let few = if soak() { usize::MAX } else { 2 };
    for (name, _) in admitted().into_iter().take(few) {
        attacks.extend(Engine::ALL.map(|engine| {
            let run = move || compile_in_child(name, engine);
            Attack::new(format!("compile on {engine}: {name}"), run)
        }));
    }
    attacks
}

fn vm() -> &'static Vm {
    static VM: OnceLock<Vm> = OnceLock::new();
    VM.get_or_init(|| Vm::new(Engine::Cranelift).expect("the engine starts"))
}

fn refuse(fields: &str, is: fn(&Part) -> bool) -> String {
    let wasm = wasm(fields);
    let begun = Instant::now();
    let error = vm().admit(&wasm).map(drop).expect_err("a bomb");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?} to refuse", begun.elapsed());
    assert!(matches!(&error, AdmitError::TooLarge { part, .. } if is(part)), "{error}");
    format!("{} bytes: {error}", wasm.len())
}

/// Not a test: what the children of this one run.
#[test]
#[ignore = "compiles what FOIL_BOMB names"]
#[allow(clippy::print_stdout, reason = "the parent reads it")]
fn compiles() {
    let Ok(bomb) = std::env::var(VARIABLE) else { return };
    let (engine, name) = bomb.split_once(' ').expect("an engine and a name");
    let (_, fields) = admitted().into_iter().find(|(known, _)| *known == name).expect("a known name");
    let vm = Vm::new(engine.parse().expect("an engine")).expect("the engine starts");
    let wasm = wasm(&fields);
    let begun = Instant::now();
    let ended = vm.admit(&wasm);
    let took = begun.elapsed();
    assert!(ended.is_ok(), "{ended:?}");
    assert!(took < Duration::from_secs(SECONDS_MAX), "{took:?} to compile");
    assert!(peak_kib() < PEAK_KIB_MAX, "{} KiB to compile", peak_kib());
    println!("\n= {} KiB of module, {:.1} s, {} MiB", wasm.len() >> 10, took.as_secs_f64(), peak_kib() >> 10);
}

/// In a process of its own, whose memory is that of the compilation.
fn compile_in_child(name: &str, engine: Engine) -> String {
    let mut command = Command::new(std::env::current_exe().expect("a test knows where it is"));
    command.args(["--exact", "bombs::compiles", "--ignored", "--nocapture"]).stdin(Stdio::null());
    let output = command.env(VARIABLE, format!("{engine} {name}")).output().expect("a test can be started");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name} on {engine}: {said}{errors}");
    said.lines().find_map(|line| line.strip_prefix("= ")).expect("it says what it took").to_owned()
}
