//! Values as bits, so that two NaN are equal only if nobody can tell them apart.

use std::fmt;

/// A value of a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A 32-bit integer.
    I32(u32),
    /// A 64-bit integer.
    I64(u64),
    /// The bits of a 32-bit float.
    F32(u32),
    /// The bits of a 64-bit float.
    F64(u64),
}

/// The NaN that WebAssembly's deterministic profile asks of arithmetic.
pub const NAN_32: u32 = 0x7fc0_0000;
/// The same in 64 bits.
pub const NAN_64: u64 = 0x7ff8_0000_0000_0000;

impl Value {
    /// Whether it is a NaN.
    pub fn is_nan(self) -> bool {
        match self {
            Value::F32(bits) => f32::from_bits(bits).is_nan(),
            Value::F64(bits) => f64::from_bits(bits).is_nan(),
            Value::I32(_) | Value::I64(_) => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::I32(bits) => write!(f, "i32:{bits:#x}"),
            Value::I64(bits) => write!(f, "i64:{bits:#x}"),
            Value::F32(bits) => write!(f, "f32:{bits:#010x}"),
            Value::F64(bits) => write!(f, "f64:{bits:#018x}"),
        }
    }
}
