//! The features of wasm that programs may use: every one that the parser knows, on or off, and why.
//!
//! Admission and the engine are configured from this one table, so that neither takes what the other does
//! not.

use wasmparser::WasmFeatures as F;

const ON: bool = true;
const OFF: bool = false;

/// Every feature: whether it is on, and the reason.
const TABLE: &[(F, bool, &str)] = &[
    (F::MUTABLE_GLOBAL, ON, "compilers keep their stack pointer in one"),
    (F::SATURATING_FLOAT_TO_INT, ON, "compilers emit it, and it never traps"),
    (F::SIGN_EXTENSION, ON, "compilers emit it"),
    (F::MULTI_VALUE, ON, "compilers emit it, and it adds no behaviour"),
    (F::BULK_MEMORY, ON, "compilers emit it; its two `drop` operators are refused one by one"),
    (F::BULK_MEMORY_OPT, ON, "the part of the above that copies and fills"),
    (F::CALL_INDIRECT_OVERLONG, ON, "linkers write the table's index in five bytes"),
    (F::FLOATS, ON, "decay and embeddings need them; their NaN bits are made canonical"),
    (F::REFERENCE_TYPES, OFF, "no compiler needs them, and references would have to be reset and metered"),
    (F::GC_TYPES, OFF, "garbage collection is not deterministic work"),
    (F::GC, OFF, "garbage collection is not deterministic work"),
    (F::FUNCTION_REFERENCES, OFF, "part of garbage collection's world; nothing needs it"),
    (F::CUSTOM_DESCRIPTORS, OFF, "part of garbage collection's world; nothing needs it"),
    (F::SIMD, OFF, "its float lanes multiply what has to be shown about NaN"),
    (F::RELAXED_SIMD, OFF, "its results differ between machines by design"),
    (F::THREADS, OFF, "shared memory makes the order of accesses an accident"),
    (F::SHARED_EVERYTHING_THREADS, OFF, "shared memory makes the order of accesses an accident"),
    (F::TAIL_CALL, OFF, "the cost of depth is counted per frame; nothing needs it"),
    (F::EXCEPTIONS, OFF, "engines differ in depth and cost; panics are traps"),
    (F::LEGACY_EXCEPTIONS, OFF, "engines differ in depth and cost; panics are traps"),
    (F::STACK_SWITCHING, OFF, "depth is counted on one stack"),
    (F::MULTI_MEMORY, OFF, "host calls point into the one memory"),
    (F::MEMORY64, OFF, "host calls point with 32 bits"),
    (F::MEMORY_CONTROL, OFF, "a proposal; memory is as large as was grown"),
    (F::CUSTOM_PAGE_SIZES, OFF, "limits are in pages of 64 KiB"),
    (F::EXTENDED_CONST, OFF, "segment offsets are plain constants, so that they are checked here"),
    (F::WIDE_ARITHMETIC, OFF, "a proposal"),
    (F::COMPACT_IMPORTS, OFF, "a proposal"),
    (F::COMPONENT_MODEL, OFF, "programs are core modules; so is every `CM` below"),
    (F::CM_VALUES, OFF, "component model"),
    (F::CM_NESTED_NAMES, OFF, "component model"),
    (F::CM_ASYNC, OFF, "component model"),
    (F::CM_ASYNC_STACKFUL, OFF, "component model"),
    (F::CM_MORE_ASYNC_BUILTINS, OFF, "component model"),
    (F::CM_THREADING, OFF, "component model"),
    (F::CM_ERROR_CONTEXT, OFF, "component model"),
    (F::CM_FIXED_LENGTH_LISTS, OFF, "component model"),
    (F::CM_GC, OFF, "component model"),
    (F::CM_MAP, OFF, "component model"),
    (F::CM64, OFF, "component model"),
    (F::CM_IMPLEMENTS, OFF, "component model"),
    (F::CM_CANON_NAMES, OFF, "component model"),
];

/// The features that are on.
pub(crate) fn admitted() -> F {
    TABLE.iter().filter(|(_, on, _)| *on).fold(F::empty(), |on, (feature, _, _)| on | *feature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A newer parser that knows another feature fails this, until somebody has decided about it.
    #[test]
    fn every_feature_is_decided_once_and_with_a_reason() {
        let named = TABLE.iter().fold(F::empty(), |named, (feature, _, _)| named | *feature);
        assert_eq!(named, F::all());
        for (index, (feature, _, reason)) in TABLE.iter().enumerate() {
            assert!(!reason.is_empty() && TABLE[..index].iter().all(|(other, _, _)| other != feature));
        }
    }

    #[test]
    fn what_is_off_is_off() {
        for (feature, on, _) in TABLE {
            assert_eq!(admitted().contains(*feature), *on, "{feature:?}");
        }
    }
}
