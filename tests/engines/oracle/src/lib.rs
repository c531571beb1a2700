//! Programs of floats, at random: every float operator, and every way in which a value gets from one place to
//! another. They end by themselves: no function calls one that stands behind it, and loops are counted.

use engines::Rng;
use std::fmt::Write;

/// The width of a float.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Float {
    F32,
    F64,
}

use Float::{F32, F64};

impl Float {
    fn name(self) -> &'static str {
        if self == F32 { "f32" } else { "f64" }
    }

    fn other(self) -> Float {
        if self == F32 { F64 } else { F32 }
    }
}

/// The parameters and results of functions; each has some of every width.
const TYPE: &str = "(param f32 f64 f32 f64) (result f64 f32 f64 f32)";
/// Functions of a program.
const FUNCTIONS: u32 = 6;
/// Locals of each width, the two parameters among them.
const LOCALS: u32 = 4;
/// Where loads and stores go: eight bytes each.
const SLOTS: u32 = 32;

const UNARY: &[&str] = &["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"];
const BINARY: &[&str] = &["add", "sub", "mul", "div", "min", "max", "copysign"];
const COMPARE: &[&str] = &["eq", "ne", "lt", "gt", "le", "ge"];

/// A program's text.
pub fn program(seed: u64) -> String {
    let mut writer = Writer { rng: Rng::new(seed), function: 0, labels: 0 };
    let mut text = String::from(
        r#"(module
(import "host" "half" (func $half (param f32) (result f32)))
(import "host" "double" (func $double (param f64) (result f64)))
(import "host" "heat" (global $heat (mut f32)))
(memory (export "own") 1 1)
"#,
    );
    writeln!(text, "(type $all (func {TYPE}))\n(type $f32 (func (param f32) (result f32)))").expect(STRING);
    writeln!(text, "(type $f64 (func (param f64) (result f64)))").expect(STRING);
    text += "(table 2 funcref) (elem (i32.const 0) $one32 $one64)\n";
    for float in [F32, F64] {
        for index in 0..2 {
            let (name, value) = (float.name(), writer.constant(float));
            writeln!(text, "(global ${name}_{index} (export \"{name} {index}\") (mut {name}) {value})")
                .expect(STRING);
        }
    }
    text += "(func $one32 (param f32) (result f32) (f32.mul (local.get 0) (f32.const 2)))\n";
    text += "(func $one64 (param f64) (result f64) (f64.sub (local.get 0) (f64.const inf)))\n";
    let data: String = (0..SLOTS).map(|_| writer.slot()).collect();
    writeln!(text, "(data (i32.const 0) \"{data}\")").expect(STRING);
    for function in 0..FUNCTIONS {
        text += &writer.function(function);
    }
    text + ")"
}

const STRING: &str = "a string takes everything";

struct Writer {
    rng: Rng,
    /// The function that is being written.
    function: u32,
    labels: u32,
}

impl Writer {
    /// Eight bytes of memory, often a NaN of some bits.
    fn slot(&mut self) -> String {
        let [low, high] = [self.rng.bits_32(), self.rng.bits_32()];
        let bits =
            if self.rng.percent(50) { self.rng.bits_64() } else { u64::from(low) << 32 | u64::from(high) };
        bits.to_le_bytes().iter().fold(String::new(), |text, byte| format!("{text}\\{byte:02x}"))
    }

    fn function(&mut self, function: u32) -> String {
        self.function = function;
        let mut text = format!("(func $f{function} (export \"f{function}\") (type $all) (local i32)\n");
        text += &format!("(local{}{})\n", " f32".repeat(2), " f64".repeat(2));
        for _ in 0..3 + self.rng.below(5) {
            text += &self.statement(3);
            text.push('\n');
        }
        for float in [F64, F32, F64, F32] {
            text += &self.value(float, 4);
            text.push('\n');
        }
        text + ")\n"
    }

    /// The index of a local: of the parameters f32 f64 f32 f64, the counter, f32 f32 f64 f64.
    fn local(&mut self, float: Float) -> u32 {
        let nth = self.rng.below(LOCALS) as usize;
        match float {
            F32 => [0, 2, 5, 6][nth],
            F64 => [1, 3, 7, 8][nth],
        }
    }

    fn label(&mut self) -> String {
        self.labels += 1;
        format!("$l{}", self.labels)
    }

    fn constant(&mut self, float: Float) -> String {
        match float {
            F32 => constant_32(self.rng.bits_32()),
            F64 => constant_64(self.rng.bits_64()),
        }
    }

    fn address(&mut self) -> String {
        format!("(i32.const {})", self.rng.below(SLOTS) * 8)
    }

    fn float(&mut self) -> Float {
        self.rng.pick(&[F32, F64])
    }

    fn statement(&mut self, depth: u32) -> String {
        let float = self.float();
        let name = float.name();
        let deeper = depth.saturating_sub(1);
        match self.rng.below(if depth == 0 { 4 } else { 9 }) {
            0 => format!("(local.set {} {})", self.local(float), self.value(float, deeper)),
            1 => format!("(global.set ${name}_{} {})", self.rng.below(2), self.value(float, deeper)),
            2 => format!("({name}.store {} {})", self.address(), self.value(float, deeper)),
            3 => format!("(drop {})", self.value(float, deeper)),
            4 => format!("(global.set $heat {})", self.value(F32, deeper)),
            5 => {
                let (one, other) = (self.statement(deeper), self.statement(deeper));
                format!("(if {} (then {one}) (else {other}))", self.condition(deeper))
            }
            6 => {
                let (label, before, behind) = (self.label(), self.statement(deeper), self.statement(deeper));
                format!("(block {label} {before} (br_if {label} {}) {behind})", self.condition(deeper))
            }
            // The counter ends the outermost loop that uses it at its fourth turn, and all inner ones with it.
            7 => {
                let (label, one, other) = (self.label(), self.statement(deeper), self.statement(deeper));
                let count = "(local.tee 4 (i32.add (local.get 4) (i32.const 1)))";
                format!("(loop {label} {one} {other} (br_if {label} (i32.lt_u {count} (i32.const 4))))")
            }
            _ => {
                let results = [F64, F32, F64, F32].map(|float| self.value(float, deeper)).join(" ");
                format!("(if {} (then (return {results})))", self.condition(deeper))
            }
        }
    }

    fn condition(&mut self, depth: u32) -> String {
        let float = self.float();
        let name = float.name();
        let deeper = depth.saturating_sub(1);
        match self.rng.below(4) {
            0 => format!("(i32.and (i32.load {}) (i32.const 1))", self.address()),
            1 => format!("(i32.trunc_sat_{name}_s {})", self.value(float, deeper)),
            _ => {
                let operator = self.rng.pick(COMPARE);
                format!("({name}.{operator} {} {})", self.value(float, deeper), self.value(float, deeper))
            }
        }
    }

    /// An expression of a width.
    fn value(&mut self, float: Float, depth: u32) -> String {
        let name = float.name();
        if depth == 0 {
            return match self.rng.below(4) {
                0 => self.constant(float),
                1 => format!("(global.get ${name}_{})", self.rng.below(2)),
                2 => format!("({name}.load {})", self.address()),
                _ => format!("(local.get {})", self.local(float)),
            };
        }
        let deeper = depth - 1;
        match self.rng.below(10) {
            0..=1 => format!("({name}.{} {})", self.rng.pick(UNARY), self.value(float, deeper)),
            2..=4 => {
                let operator = self.rng.pick(BINARY);
                format!("({name}.{operator} {} {})", self.value(float, deeper), self.value(float, deeper))
            }
            5 => self.conversion(float, deeper),
            6 => format!("(local.tee {} {})", self.local(float), self.value(float, deeper)),
            7 => self.call(float, deeper),
            8 => {
                let (one, other) = (self.value(float, deeper), self.value(float, deeper));
                format!("(select {one} {other} {})", self.condition(deeper))
            }
            _ => self.block(float, deeper),
        }
    }

    fn conversion(&mut self, float: Float, depth: u32) -> String {
        let other = self.value(float.other(), depth);
        match (self.rng.below(3), float) {
            (0, F32) => format!(
                "(f32.reinterpret_i32 (i32.xor (i32.reinterpret_f32 {}) (i32.const 5)))",
                self.value(F32, depth)
            ),
            (0, F64) => format!(
                "(f64.reinterpret_i64 (i64.xor (i64.reinterpret_f64 {}) (i64.const 5)))",
                self.value(F64, depth)
            ),
            (1, F32) => format!("(f32.convert_i64_s (i64.trunc_sat_f64_u {other}))"),
            (1, F64) => format!("(f64.convert_i32_u (i32.reinterpret_f32 {other}))"),
            (_, F32) => format!("(f32.demote_f64 {other})"),
            (_, F64) => format!("(f64.promote_f32 {other})"),
        }
    }

    fn call(&mut self, float: Float, depth: u32) -> String {
        let (name, value) = (float.name(), self.value(float, depth));
        match self.rng.below(if self.function == 0 { 2 } else { 3 }) {
            0 => format!("(call {} {value})", if float == F32 { "$half" } else { "$double" }),
            1 => {
                let element = u32::from(float == F64);
                format!("(call_indirect (type ${name}) {value} (i32.const {element}))")
            }
            _ => {
                let args =
                    [F32, F64, F32, F64].map(|float| self.value(float, depth.saturating_sub(2))).join(" ");
                // Of the results f64 f32 f64 f32, one stays: the last two go, or the last alone and two below.
                let callee = self.rng.below(self.function);
                let (local, tail) = match float {
                    F64 => (self.local(F64), "drop"),
                    F32 => (self.local(F32), ""),
                };
                let keep = format!(
                    "local.set {local} {}",
                    if float == F64 { "drop drop" } else { "drop drop drop" }
                );
                format!("(block (result {name}) {args} call $f{callee} {tail} {keep} local.get {local})")
            }
        }
    }

    /// A block that leaves a value, on one of several ways.
    fn block(&mut self, float: Float, depth: u32) -> String {
        let (name, label) = (float.name(), self.label());
        let (one, other) = (self.value(float, depth), self.value(float, depth));
        match self.rng.below(4) {
            0 => format!("(if (result {name}) {} (then {one}) (else {other}))", self.condition(depth)),
            1 => {
                let condition = self.condition(depth);
                format!("(block {label} (result {name}) (drop (br_if {label} {one} {condition})) {other})")
            }
            2 => {
                let (inner, condition) = (self.label(), self.condition(depth));
                format!(
                    "(block {label} (result {name}) ({name}.add {other} (block {inner} (result {name}) \
                     (br_table {label} {inner} {inner} {one} {condition}))))"
                )
            }
            // A parameter of a loop, which takes another value at its second turn. The empty block is for wasmi,
            // which would lose operands without it.
            _ => {
                let count = "(local.tee 4 (i32.add (local.get 4) (i32.const 1)))";
                let local = self.local(float);
                format!(
                    "{one} (block) (loop {label} (param {name}) (result {name}) (local.set {local}) {other} \
                     (br_if {label} (i32.lt_u {count} (i32.const 3))))"
                )
            }
        }
    }
}

fn constant_32(bits: u32) -> String {
    let (value, sign) = (f32::from_bits(bits), if bits >> 31 == 1 { "-" } else { "" });
    if value.is_nan() {
        format!("(f32.const {sign}nan:{:#x})", bits & 0x7f_ffff)
    } else {
        format!("(f32.const {value:?})")
    }
}

fn constant_64(bits: u64) -> String {
    let (value, sign) = (f64::from_bits(bits), if bits >> 63 == 1 { "-" } else { "" });
    if value.is_nan() {
        format!("(f64.const {sign}nan:{:#x})", bits & 0xf_ffff_ffff_ffff)
    } else {
        format!("(f64.const {value:?})")
    }
}
