//! Which stores mark the page they write: all but those whose page another has marked already.
//!
//! A mark stands for the page of an address, and for the first [`BEHIND`] bytes behind that page. So a store
//! close above an address that was marked needs no mark of its own. This finds such stores where both
//! addresses are the same local plus a constant, nothing was assigned to the local in between, and the one
//! that marks always runs before the other: as in a function that fills its frame, or a structure.

use super::body::{Body, Op};
use super::emit::stored;
use std::iter::repeat_n;
use wasmparser::Operator;

/// Bytes behind a page that its mark stands for, too.
pub(crate) const BEHIND: u32 = 512;
/// The longest store, in bytes.
const STORE_BYTES_MAX: u32 = 8;

/// A local's value: how often it was assigned to before, in the order of the code.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Value {
    local: u32,
    version: u32,
}

/// A value plus a constant. It does not wrap around where the value is an address in memory, for the constant
/// is at most [`BEHIND`].
#[derive(Clone, Copy)]
struct Address {
    base: Value,
    plus: u32,
}

/// What is known of an operand.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    Constant(u32),
    Address(Address),
}

struct Walk {
    versions: Vec<u32>,
    /// For each local, what was assigned to it in this straight line of code, if that is known.
    assigned: Vec<Option<Address>>,
    /// The operands that this straight line of code has pushed.
    stack: Vec<Known>,
    marked: Vec<Address>,
    /// How many were marked where each open block began.
    blocks: Vec<usize>,
}

/// For each operator, whether it is a store that marks.
pub(super) fn marks(body: &Body<'_>, dead: &[bool]) -> Vec<bool> {
    let versions = vec![0; body.locals.len()];
    let assigned = vec![None; body.locals.len()];
    let mut walk = Walk { versions, assigned, stack: Vec::new(), marked: Vec::new(), blocks: vec![0] };
    let alive = |(op, dead): (&Op<'_>, &bool)| !dead && walk.step(op);
    body.ops.iter().zip(dead).map(alive).collect()
}

impl Walk {
    /// Follows an operator; whether it marks.
    fn step(&mut self, op: &Op<'_>) -> bool {
        let mut pushed = Known::Nothing;
        let mut marks = false;
        match &op.operator {
            Operator::LocalGet { local_index } => pushed = self.value(*local_index),
            Operator::LocalSet { local_index } => self.assign(*local_index),
            Operator::LocalTee { local_index } => {
                self.assign(*local_index);
                pushed = self.value(*local_index);
            }
            Operator::I32Const { value } => pushed = Known::Constant(value.cast_unsigned()),
            Operator::I32Add => pushed = self.sum(),
            Operator::Block { .. } | Operator::If { .. } => self.blocks.push(self.marked.len()),
            Operator::Loop { .. } => {
                // What is assigned to in the loop is not known yet.
                self.versions.iter_mut().for_each(|version| *version += 1);
                self.blocks.push(self.marked.len());
            }
            Operator::Else => self.marked.truncate(self.blocks.last().copied().unwrap_or(0)),
            Operator::End => self.marked.truncate(self.blocks.pop().unwrap_or(0)),
            operator => marks = stored(operator).is_some_and(|(_, offset)| self.store(offset)),
        }
        self.shift(op, pushed);
        marks
    }

    /// Whether a store marks; its operands are still on the stack.
    fn store(&mut self, offset: u32) -> bool {
        let Known::Address(Address { base, plus }) = self.operand(1) else {
            return true;
        };
        let offset = offset.saturating_add(plus);
        let covers = |marked: &Address| {
            let above = offset.checked_sub(marked.plus);
            marked.base == base && above.is_some_and(|above| above <= BEHIND - STORE_BYTES_MAX)
        };
        if self.marked.iter().any(covers) {
            return false;
        }
        self.marked.push(Address { base, plus: offset });
        true
    }

    /// What an operator does to the stack. At the ends of straight lines nothing is known any more.
    fn shift(&mut self, op: &Op<'_>, pushed: Known) {
        use Operator as O;
        match op.operator {
            O::Block { .. }
            | O::Loop { .. }
            | O::If { .. }
            | O::Else
            | O::End
            | O::BrIf { .. }
            | O::Br { .. }
            | O::BrTable { .. }
            | O::Return
            | O::Unreachable => {
                self.stack.clear();
                self.assigned.fill(None);
            }
            _ => {
                self.stack.truncate(self.stack.len().saturating_sub(op.pops));
                self.stack.extend(repeat_n(pushed, op.pushes));
            }
        }
    }

    /// An operand, the topmost being 0.
    fn operand(&self, depth: usize) -> Known {
        let at = self.stack.len().checked_sub(depth + 1);
        at.map_or(Known::Nothing, |at| self.stack[at])
    }

    fn sum(&self) -> Known {
        match (self.operand(1), self.operand(0)) {
            (Known::Address(Address { base, plus }), Known::Constant(more))
            | (Known::Constant(more), Known::Address(Address { base, plus })) => {
                let sum = plus.checked_add(more).filter(|sum| *sum <= BEHIND);
                sum.map_or(Known::Nothing, |plus| Known::Address(Address { base, plus }))
            }
            _ => Known::Nothing,
        }
    }

    fn value(&self, local: u32) -> Known {
        let base = Value { local, version: self.versions[local as usize] };
        Known::Address(self.assigned[local as usize].unwrap_or(Address { base, plus: 0 }))
    }

    /// Assigns the topmost operand.
    fn assign(&mut self, local: u32) {
        self.assigned[local as usize] = match self.operand(0) {
            Known::Address(address) => Some(address),
            _ => None,
        };
        self.versions[local as usize] += 1;
    }
}

#[cfg(test)]
mod tests;
