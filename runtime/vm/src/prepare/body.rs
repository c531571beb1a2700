//! A function body, read: its operators, with what each takes from and leaves on the operand stack.

use super::emit::stored;
use crate::AdmitError;
use std::collections::BTreeSet;
use std::ops::Range;
use wasmparser::{
    BlockType, FuncToValidate, FuncValidatorAllocations, FunctionBody, Operator, ValType, ValidatorResources,
    WasmModuleResources,
};

/// One operator.
pub(super) struct Op<'a> {
    pub(super) operator: Operator<'a>,
    /// Its bytes, in the module.
    pub(super) bytes: Range<usize>,
    /// Operands it takes; for a block, its parameters; for a branch, what goes to the label.
    pub(super) pops: usize,
    /// Operands it leaves; for a block, its parameters.
    pub(super) pushes: usize,
}

/// A function.
pub(super) struct Body<'a> {
    /// The type of every local, parameters first.
    pub(super) locals: Vec<ValType>,
    pub(super) params: usize,
    pub(super) results: Vec<ValType>,
    /// The most operands it has at once, as the validation algorithm counts them.
    pub(super) operands_max: usize,
    /// The bytes of its declarations of locals, in the module.
    pub(super) declarations: Range<usize>,
    /// The number of those declarations.
    pub(super) declarations_count: u32,
    /// Its operators, the last `end` included.
    pub(super) ops: Vec<Op<'a>>,
    /// Its length in the module, in bytes.
    pub(super) len: usize,
    /// The values that its operators make: what they leave, short of what only reads a local; the values
    /// that blocks take and leave, two for each store, and one for each imported function that is called.
    pub(super) made: u64,
    /// The most parameters and results of a function that it calls.
    pub(super) callee_values_max: usize,
    /// Whether it calls a function that is not imported, or one of a table.
    pub(super) calls: bool,
}

impl<'a> Body<'a> {
    /// Reads a body and validates it; `imports` is the number of imported functions.
    pub(super) fn read(
        function: FuncToValidate<ValidatorResources>,
        code: &FunctionBody<'a>,
        imports: u32,
        allocations: &mut FuncValidatorAllocations,
    ) -> Result<Body<'a>, AdmitError> {
        let index = function.index;
        let mut validator = function.into_validator(std::mem::take(allocations));
        let params = validator.len_locals() as usize;
        let mut reader = code.get_binary_reader();
        validator.read_locals(&mut reader)?;
        let mut locals = Vec::new();
        while let Some(local) = u32::try_from(locals.len()).ok().and_then(|at| validator.get_local_type(at)) {
            locals.push(local);
        }
        let declared = code.get_locals_reader()?;
        let results = signature(validator.resources(), index).map_or(Vec::new(), |(_, results)| results);
        let mut body = Body {
            locals,
            params,
            results,
            operands_max: 0,
            declarations: declared.original_position()..reader.original_position(),
            declarations_count: declared.get_count(),
            ops: Vec::new(),
            len: code.range().len(),
            made: 0,
            callee_values_max: 0,
            calls: false,
        };
        let mut imports_called = BTreeSet::new();
        let mut operators = code.get_operators_reader()?;
        while !operators.eof() {
            let (operator, start) = operators.read_with_offset()?;
            let arity = operator.operator_arity(&validator);
            if let Operator::Call { function_index } = operator
                && function_index < imports
            {
                imports_called.insert(function_index);
            }
            body.callee(&operator, validator.resources(), imports);
            validator.op(start, &operator)?;
            let bytes = start..operators.original_position();
            // The validator has accepted the operator: its arity is known.
            let (pops, pushes) = arity.unwrap_or_default();
            body.made += match &operator {
                Operator::LocalGet { .. } | Operator::LocalTee { .. } => 0,
                Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                    block_values(validator.resources(), *blockty)
                }
                Operator::BrIf { .. } | Operator::Else | Operator::End => 0,
                operator if stored(operator).is_some() => 2,
                _ => u64::from(pushes),
            };
            body.ops.push(Op { operator, bytes, pops: pops as usize, pushes: pushes as usize });
            body.operands_max = body.operands_max.max(validator.operand_stack_height() as usize);
        }
        operators.finish()?;
        body.made += imports_called.len() as u64;
        *allocations = validator.into_allocations();
        Ok(body)
    }

    /// Takes note of whom an operator calls.
    fn callee(&mut self, operator: &Operator<'_>, module: &ValidatorResources, imports: u32) {
        let ty = match operator {
            Operator::Call { function_index } => {
                self.calls |= *function_index >= imports;
                module.type_index_of_function(*function_index)
            }
            Operator::CallIndirect { type_index, .. } => {
                self.calls = true;
                Some(*type_index)
            }
            _ => return,
        };
        let values = ty.and_then(|ty| module.sub_type_at(ty)).map_or(0, |ty| {
            let ty = ty.unwrap_func();
            ty.params().len() + ty.results().len()
        });
        self.callee_values_max = self.callee_values_max.max(values);
    }
}

fn block_values(module: &ValidatorResources, block: BlockType) -> u64 {
    match block {
        BlockType::Empty => 0,
        BlockType::Type(_) => 1,
        BlockType::FuncType(ty) => module.sub_type_at(ty).map_or(0, |ty| {
            let ty = ty.unwrap_func();
            (ty.params().len() + ty.results().len()) as u64
        }),
    }
}

fn signature(module: &ValidatorResources, function: u32) -> Option<(Vec<ValType>, Vec<ValType>)> {
    let ty = module.sub_type_at(module.type_index_of_function(function)?)?.unwrap_func();
    Some((ty.params().to_vec(), ty.results().to_vec()))
}
