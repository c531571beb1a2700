//! Which class of the cost table each operator is of.

use abi::fuel::{BULK, CALL, CALL_INDIRECT, DIVIDE, FREE, GROW, SEVERAL, SIMPLE};
use wasmparser::Operator;

/// What an operator costs, short of what its operands add; `None` for those of features that are off.
pub(super) fn cost(operator: &Operator<'_>) -> Option<u64> {
    use Operator as O;
    Some(match operator {
        O::Block { .. } | O::Loop { .. } | O::Else | O::End | O::Nop | O::Drop => FREE,
        O::LocalGet { .. } | O::LocalSet { .. } | O::LocalTee { .. } => FREE,
        O::I32Const { .. } | O::I64Const { .. } | O::F32Const { .. } | O::F64Const { .. } => FREE,
        O::If { .. } | O::Br { .. } | O::BrIf { .. } | O::Return | O::Unreachable => SIMPLE,
        O::Select | O::TypedSelect { .. } | O::GlobalGet { .. } | O::GlobalSet { .. } => SIMPLE,
        O::BrTable { .. } => SEVERAL,
        O::Call { .. } => CALL,
        O::CallIndirect { .. } => CALL_INDIRECT,
        O::MemorySize { .. } => SIMPLE,
        O::MemoryGrow { .. } => GROW,
        O::MemoryCopy { .. } | O::MemoryFill { .. } | O::MemoryInit { .. } => BULK,
        O::TableCopy { .. } | O::TableInit { .. } => BULK,
        // Refused at admission; here for suites that try all of bulk memory.
        O::DataDrop { .. } | O::ElemDrop { .. } => BULK,
        _ => return load_or_store(operator).or_else(|| number(operator)),
    })
}

fn load_or_store(operator: &Operator<'_>) -> Option<u64> {
    use Operator as O;
    Some(match operator {
        O::I32Load { .. } | O::I64Load { .. } | O::F32Load { .. } | O::F64Load { .. } => SIMPLE,
        O::I32Load8S { .. } | O::I32Load8U { .. } | O::I32Load16S { .. } | O::I32Load16U { .. } => SIMPLE,
        O::I64Load8S { .. } | O::I64Load8U { .. } | O::I64Load16S { .. } | O::I64Load16U { .. } => SIMPLE,
        O::I64Load32S { .. } | O::I64Load32U { .. } => SIMPLE,
        O::I32Store { .. } | O::I64Store { .. } | O::F32Store { .. } | O::F64Store { .. } => SEVERAL,
        O::I32Store8 { .. } | O::I32Store16 { .. } => SEVERAL,
        O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. } => SEVERAL,
        _ => return None,
    })
}

#[rustfmt::skip]
fn number(operator: &Operator<'_>) -> Option<u64> {
    use Operator as O;
    Some(match operator {
        O::I32Eqz | O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS | O::I32GtU | O::I32LeS
        | O::I32LeU | O::I32GeS | O::I32GeU | O::I64Eqz | O::I64Eq | O::I64Ne | O::I64LtS | O::I64LtU
        | O::I64GtS | O::I64GtU | O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU => SIMPLE,
        O::F32Eq | O::F32Ne | O::F32Lt | O::F32Gt | O::F32Le | O::F32Ge | O::F64Eq | O::F64Ne
        | O::F64Lt | O::F64Gt | O::F64Le | O::F64Ge => SIMPLE,
        O::I32Clz | O::I32Ctz | O::I32Popcnt | O::I32Add | O::I32Sub | O::I32Mul | O::I32And | O::I32Or
        | O::I32Xor | O::I32Shl | O::I32ShrS | O::I32ShrU | O::I32Rotl | O::I32Rotr => SIMPLE,
        O::I64Clz | O::I64Ctz | O::I64Popcnt | O::I64Add | O::I64Sub | O::I64Mul | O::I64And | O::I64Or
        | O::I64Xor | O::I64Shl | O::I64ShrS | O::I64ShrU | O::I64Rotl | O::I64Rotr => SIMPLE,
        O::I32WrapI64 | O::I64ExtendI32S | O::I64ExtendI32U | O::I32Extend8S | O::I32Extend16S
        | O::I64Extend8S | O::I64Extend16S | O::I64Extend32S => SIMPLE,
        O::F32Abs | O::F32Neg | O::F32Ceil | O::F32Floor | O::F32Trunc | O::F32Nearest | O::F32Add
        | O::F32Sub | O::F32Mul => SIMPLE,
        O::F64Abs | O::F64Neg | O::F64Ceil | O::F64Floor | O::F64Trunc | O::F64Nearest | O::F64Add
        | O::F64Sub | O::F64Mul => SIMPLE,
        O::F32ConvertI32S | O::F32ConvertI32U | O::F32ConvertI64S | O::F32ConvertI64U | O::F32DemoteF64
        | O::F64ConvertI32S | O::F64ConvertI32U | O::F64ConvertI64S | O::F64ConvertI64U
        | O::F64PromoteF32 => SIMPLE,
        O::I32ReinterpretF32 | O::I64ReinterpretF64 | O::F32ReinterpretI32 | O::F64ReinterpretI64 => SIMPLE,
        O::F32Min | O::F32Max | O::F32Copysign | O::F64Min | O::F64Max | O::F64Copysign => SEVERAL,
        O::I32TruncF32S | O::I32TruncF32U | O::I32TruncF64S | O::I32TruncF64U | O::I64TruncF32S
        | O::I64TruncF32U | O::I64TruncF64S | O::I64TruncF64U => SEVERAL,
        O::I32TruncSatF32S | O::I32TruncSatF32U | O::I32TruncSatF64S | O::I32TruncSatF64U
        | O::I64TruncSatF32S | O::I64TruncSatF32U | O::I64TruncSatF64S | O::I64TruncSatF64U => SEVERAL,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU | O::I64DivS | O::I64DivU | O::I64RemS
        | O::I64RemU | O::F32Div | O::F32Sqrt | O::F64Div | O::F64Sqrt => DIVIDE,
        _ => return None,
    })
}
