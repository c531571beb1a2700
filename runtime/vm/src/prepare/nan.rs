//! Where NaN is made canonical: only where its bits could be observed.
//!
//! Engines and processors differ in the bits of a NaN that an operation makes. They agree on the bits of
//! one that is moved. So every value is of one of three kinds:
//!
//! - *dirty*: what arithmetic, rounding, `sqrt`, `min`, `max`, `demote` and `promote` make. If it is NaN, its
//!   bits differ;
//! - *clean*: its bits are the program's own, and must stay. Loads, parameters, globals, results of calls;
//! - *neutral*: it is never NaN. Constants and conversions from integers.
//!
//! A dirty value is made canonical where its bits can be seen: stored, reinterpreted, negated, given to
//! `copysign`, passed to a call, returned, put into a global; and where it could be taken for a clean one:
//! at labels, in `select`, in a local that holds clean values, too. Arithmetic, comparisons and conversions
//! to integers see no bits, and `abs` hands dirtiness on.
//!
//! The value is made canonical where it is made, that is behind the operator that left it on the operand
//! stack: there it is on top. Doing so earlier than needed changes nothing that can be observed.

use super::body::{Body, Op};
use std::iter::repeat_n;
use wasmparser::{BlockType, Operator, ValType};

/// A width of floats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Float {
    F32,
    F64,
}

/// For each operator, whether what it leaves is made canonical.
pub(super) type Canonical = Vec<Option<Float>>;

/// Rounds after which locals that are not yet told apart are all taken to hold both kinds: a chain of
/// assignments, each fed by a later one, would need a round for each.
const ROUNDS_MAX: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Neutral,
    Clean,
    /// With the operator that made it.
    Dirty(Float, usize),
}

/// What was ever assigned to a local.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Local {
    dirty: bool,
    clean: bool,
}

struct Block {
    /// Operands below it.
    height: usize,
    results: usize,
    /// What an `else` begins with.
    entry: Vec<Value>,
}

struct Walk<'b, 'a> {
    body: &'b Body<'a>,
    locals: Vec<Local>,
    stack: Vec<Value>,
    blocks: Vec<Block>,
    canonical: Canonical,
}

/// Finds where a body's values are made canonical; `block` is the number of parameters and results of a
/// block's type.
pub(super) fn canonical(
    body: &Body<'_>,
    dead: &[bool],
    block: &dyn Fn(BlockType) -> (usize, usize),
) -> Canonical {
    let nothing = vec![None; body.ops.len()];
    if !body.ops.iter().any(|op| arithmetic(&op.operator).is_some()) {
        return nothing;
    }
    let mut locals = vec![Local::default(); body.locals.len()];
    locals[..body.params].fill(Local { dirty: false, clean: true });
    for round in 0.. {
        let known = locals.clone();
        let mut walk =
            Walk { body, locals, stack: Vec::new(), blocks: Vec::new(), canonical: nothing.clone() };
        walk.run(dead, block);
        if walk.locals == known {
            return walk.canonical;
        }
        locals = match round {
            ROUNDS_MAX.. => vec![Local { dirty: true, clean: true }; known.len()],
            _ => walk.locals,
        };
    }
    nothing
}

impl Walk<'_, '_> {
    fn run(&mut self, dead: &[bool], block: &dyn Fn(BlockType) -> (usize, usize)) {
        let results = self.body.results.len();
        self.blocks.push(Block { height: 0, results, entry: Vec::new() });
        for (at, op) in self.body.ops.iter().enumerate().filter(|(at, _)| !dead[*at]) {
            self.step(at, op, block);
        }
    }

    fn step(&mut self, at: usize, op: &Op<'_>, block: &dyn Fn(BlockType) -> (usize, usize)) {
        use Operator as O;
        if let Some(float) = arithmetic(&op.operator) {
            self.take(op.pops);
            self.stack.push(Value::Dirty(float, at));
            return;
        }
        match &op.operator {
            O::Block { blockty } | O::If { blockty } | O::Loop { blockty } => self.open(op, block(*blockty)),
            O::Else => self.second_half(),
            O::End => self.end(),
            O::Br { .. } | O::BrTable { .. } | O::Return => {
                self.observe(op.pops);
                self.unreachable();
            }
            O::Unreachable => self.unreachable(),
            O::BrIf { .. } => {
                self.observe(op.pops);
                self.replace(op, Value::Clean);
            }
            O::LocalGet { local_index } => {
                let value = self.local(*local_index, at);
                self.stack.push(value);
            }
            O::LocalSet { local_index } => {
                let value = self.pop();
                self.assign(*local_index, value);
            }
            O::LocalTee { local_index } => {
                let value = self.pop();
                let kept = self.assign(*local_index, value);
                self.stack.push(kept);
            }
            O::Select | O::TypedSelect { .. } => self.select(at),
            O::F32Abs => self.abs(Float::F32, at),
            O::F64Abs => self.abs(Float::F64, at),
            operator if sees_no_bits(operator) => self.replace(op, neutral_or_clean(operator)),
            _ => {
                self.observe(op.pops);
                self.replace(op, Value::Clean);
            }
        }
    }

    fn open(&mut self, op: &Op<'_>, (params, results): (usize, usize)) {
        if matches!(op.operator, Operator::If { .. }) {
            self.pop();
        }
        if matches!(op.operator, Operator::Loop { .. } | Operator::If { .. }) {
            // A loop's come in from its branches, too; those of an `if` without `else` are its results.
            self.observe(params);
            self.take(params);
            self.stack.extend(repeat_n(Value::Clean, params));
        }
        let height = self.stack.len() - params;
        let entry = self.stack[height..].to_vec();
        self.blocks.push(Block { height, results, entry });
    }

    fn second_half(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.observe(block.results);
            self.stack.truncate(block.height);
            self.stack.extend(&block.entry);
            self.blocks.push(block);
        }
    }

    fn end(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.observe(block.results);
            self.stack.truncate(block.height);
            self.stack.extend(repeat_n(Value::Clean, block.results));
        }
    }

    fn unreachable(&mut self) {
        if let Some(block) = self.blocks.last() {
            self.stack.truncate(block.height);
        }
    }

    fn pop(&mut self) -> Value {
        let floor = self.blocks.last().map_or(0, |block| block.height);
        // Only behind unreachable code is there nothing to take.
        if self.stack.len() > floor { self.stack.pop().unwrap_or(Value::Clean) } else { Value::Clean }
    }

    fn take(&mut self, count: usize) {
        for _ in 0..count {
            self.pop();
        }
    }

    fn replace(&mut self, op: &Op<'_>, value: Value) {
        self.take(op.pops);
        self.stack.extend(repeat_n(value, op.pushes));
    }

    /// The bits of the topmost operands are seen.
    fn observe(&mut self, count: usize) {
        let seen = self.stack.len().saturating_sub(count);
        for at in seen..self.stack.len() {
            self.see(self.stack[at]);
        }
    }

    fn see(&mut self, value: Value) {
        if let Value::Dirty(float, at) = value {
            self.canonical[at] = Some(float);
        }
    }

    fn local(&self, index: u32, at: usize) -> Value {
        let float = match self.body.locals[index as usize] {
            ValType::F32 => Float::F32,
            ValType::F64 => Float::F64,
            _ => return Value::Clean,
        };
        match self.locals[index as usize] {
            Local { clean: true, .. } => Value::Clean,
            Local { dirty: true, .. } => Value::Dirty(float, at),
            Local { .. } => Value::Neutral,
        }
    }

    /// Assigns to a local; the value as it is then.
    fn assign(&mut self, index: u32, value: Value) -> Value {
        let local = &mut self.locals[index as usize];
        match value {
            Value::Neutral => return value,
            Value::Clean => local.clean = true,
            Value::Dirty(..) => local.dirty = true,
        }
        if !matches!(value, Value::Dirty(..)) || !local.clean {
            return value;
        }
        self.see(value);
        Value::Clean
    }

    fn select(&mut self, at: usize) {
        self.pop();
        let (one, other) = (self.pop(), self.pop());
        let value = match (one, other) {
            (Value::Dirty(float, _), Value::Dirty(..) | Value::Neutral)
            | (Value::Neutral, Value::Dirty(float, _)) => Value::Dirty(float, at),
            (Value::Neutral, Value::Neutral) => Value::Neutral,
            _ => {
                self.see(one);
                self.see(other);
                Value::Clean
            }
        };
        self.stack.push(value);
    }

    fn abs(&mut self, float: Float, at: usize) {
        let value = match self.pop() {
            Value::Dirty(..) => Value::Dirty(float, at),
            value => value,
        };
        self.stack.push(value);
    }
}

/// Operators that make a NaN of which engines differ in the bits.
fn arithmetic(operator: &Operator<'_>) -> Option<Float> {
    use Operator as O;
    match operator {
        O::F32Ceil | O::F32Floor | O::F32Trunc | O::F32Nearest | O::F32Sqrt => Some(Float::F32),
        O::F32Add | O::F32Sub | O::F32Mul | O::F32Div | O::F32Min | O::F32Max => Some(Float::F32),
        O::F32DemoteF64 => Some(Float::F32),
        O::F64Ceil | O::F64Floor | O::F64Trunc | O::F64Nearest | O::F64Sqrt => Some(Float::F64),
        O::F64Add | O::F64Sub | O::F64Mul | O::F64Div | O::F64Min | O::F64Max => Some(Float::F64),
        O::F64PromoteF32 => Some(Float::F64),
        _ => None,
    }
}

/// Operators whose result is the same for every NaN.
#[rustfmt::skip]
fn sees_no_bits(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Drop | O::F32Const { .. } | O::F64Const { .. }
            | O::F32Eq | O::F32Ne | O::F32Lt | O::F32Gt | O::F32Le | O::F32Ge
            | O::F64Eq | O::F64Ne | O::F64Lt | O::F64Gt | O::F64Le | O::F64Ge
            | O::I32TruncF32S | O::I32TruncF32U | O::I32TruncF64S | O::I32TruncF64U
            | O::I64TruncF32S | O::I64TruncF32U | O::I64TruncF64S | O::I64TruncF64U
            | O::I32TruncSatF32S | O::I32TruncSatF32U | O::I32TruncSatF64S | O::I32TruncSatF64U
            | O::I64TruncSatF32S | O::I64TruncSatF32U | O::I64TruncSatF64S | O::I64TruncSatF64U
            | O::F32ConvertI32S | O::F32ConvertI32U | O::F32ConvertI64S | O::F32ConvertI64U
            | O::F64ConvertI32S | O::F64ConvertI32U | O::F64ConvertI64S | O::F64ConvertI64U
    )
}

/// What such an operator leaves: a constant that is NaN is the program's own.
fn neutral_or_clean(operator: &Operator<'_>) -> Value {
    use Operator as O;
    match operator {
        O::F32Const { value } if f32::from_bits(value.bits()).is_nan() => Value::Clean,
        O::F64Const { value } if f64::from_bits(value.bits()).is_nan() => Value::Clean,
        _ => Value::Neutral,
    }
}

#[cfg(test)]
mod tests;
