//! What a compiler may have to do for a module, found without compiling it.
//!
//! The time and memory of a compiler grow with more than the length of its input: small modules are known that
//! keep one busy for minutes, or take gigabytes. Their common traits are counted here, and limited:
//!
//! - **Flow**: at every place where control divides or meets, each local and operand may have to be merged, and
//!   once more for each loop around. So each such place counts `(1 + loops around) × (locals + operands)`, and
//!   each target of a `br_table` four times that.
//! - **Passed**: the values that calls, blocks and branches pass; four for the checks of a `call_indirect`.
//! - **Squares**: register allocation and the moving of code take longer than in proportion to a body's length.
//! - The nesting of loops, and the locals of all functions together.
//!
//! The limits are such that a module at all of them compiles within seconds and a gigabyte; ordinary ones,
//! among them large databases and interpreters compiled from C, stay well below.

use super::error::{AdmitError, Part};
use super::within;
use abi::limits::{
    FLOW_MAX, FUNCTION_FLOW_MAX, FUNCTION_PASSED_MAX, FUNCTION_SQUARES_MAX, LOOP_DEPTH_MAX, PASSED_MAX,
    PROGRAM_LOCALS_MAX,
};
use wasmparser::{BlockType, FuncValidator, ModuleArity, Operator, ValidatorResources};

/// What was counted.
#[derive(Default)]
pub(super) struct Work {
    flow: u64,
    passed: u64,
    squares: u64,
    locals: u64,
}

/// What was counted of one function.
pub(super) struct Function {
    index: u32,
    locals: u64,
    bytes: u64,
    flow: u64,
    passed: u64,
    /// For each open block, whether it is a loop.
    blocks: Vec<bool>,
    loops: usize,
}

impl Function {
    /// Begins a function.
    pub(super) fn new(index: u32, locals: u64, bytes: usize) -> Function {
        Function { index, locals, bytes: bytes as u64, flow: 0, passed: 0, blocks: Vec::new(), loops: 0 }
    }

    /// Counts an operator that is about to be validated.
    pub(super) fn count(
        &mut self,
        operator: &Operator<'_>,
        validator: &FuncValidator<ValidatorResources>,
    ) -> Result<(), AdmitError> {
        let held = self.locals + u64::from(validator.operand_stack_height());
        let place = (1 + self.loops as u64) * held;
        let passes = || operator.operator_arity(validator).map_or(0, |(takes, leaves)| takes + leaves);
        let block =
            |ty: &BlockType| validator.block_type_arity(*ty).map_or(0, |(takes, leaves)| takes + leaves);
        match operator {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                self.passed += u64::from(block(blockty));
                self.flow += place;
                self.open(matches!(operator, Operator::Loop { .. }));
            }
            Operator::Else => self.flow += place,
            Operator::End => {
                self.flow += place;
                self.loops -= usize::from(self.blocks.pop().unwrap_or(false));
            }
            Operator::Br { .. } | Operator::BrIf { .. } | Operator::Return => {
                self.passed += u64::from(passes());
                self.flow += place;
            }
            Operator::BrTable { targets } => {
                let targets = u64::from(targets.len()) + 1;
                self.passed += targets * u64::from(passes());
                self.flow += 4 * targets * place;
            }
            Operator::Call { .. } => self.passed += u64::from(passes()),
            Operator::CallIndirect { .. } => self.passed += u64::from(passes()) + 4,
            _ => {}
        }
        within(Part::Loops(self.index), self.loops, LOOP_DEPTH_MAX)?;
        within(Part::FunctionFlow(self.index), self.flow, FUNCTION_FLOW_MAX)?;
        within(Part::FunctionPassed(self.index), self.passed, FUNCTION_PASSED_MAX)
    }

    fn open(&mut self, is_loop: bool) {
        self.blocks.push(is_loop);
        self.loops += usize::from(is_loop);
    }
}

impl Work {
    /// Adds a function to those of its module.
    pub(super) fn add(&mut self, function: &Function) -> Result<(), AdmitError> {
        self.flow += function.flow;
        self.passed += function.passed;
        self.squares += function.bytes * function.bytes;
        self.locals += function.locals;
        within(Part::Flow, self.flow, FLOW_MAX)?;
        within(Part::Passed, self.passed, PASSED_MAX)?;
        within(Part::Squares, self.squares, FUNCTION_SQUARES_MAX)?;
        within(Part::ProgramLocals, self.locals, PROGRAM_LOCALS_MAX)
    }
}
