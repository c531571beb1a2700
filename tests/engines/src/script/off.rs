//! Which modules of the suite admission may refuse: those of a feature that is off, by the word of a
//! validator; and those that a rule of programs refuses, which are listed one by one, and run all the same.

use crate::shape::ADMITTED;
use vm::AdmitError;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// The features of the suite that are off.
const OFF: &[(&str, WasmFeatures)] = &[
    ("reference types", WasmFeatures::REFERENCE_TYPES.union(WasmFeatures::GC_TYPES)),
    ("SIMD", WasmFeatures::SIMD),
    ("extended constants", WasmFeatures::EXTENDED_CONST),
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("several of these", WasmFeatures::WASM2.union(WasmFeatures::EXTENDED_CONST)),
];

/// The feature without which a module is not valid, and with which it is; `None` where it is valid as it is,
/// or not at all.
pub(super) fn feature(wasm: &[u8]) -> Option<&'static str> {
    let is_valid = |features| Validator::new_with_features(features).validate_all(wasm).is_ok();
    if is_valid(ADMITTED) {
        return None;
    }
    let found = OFF.iter().find(|(_, features)| is_valid(ADMITTED.union(*features)));
    found.map(|(name, _)| *name)
}

/// A rule of programs that files of the suite break: the error begins with this. They run all the same.
const EXCEPTIONS: &[(&[&str], &str, &str)] = &[(
    &["br_table.wast"],
    "function 15 br_table too large: size=24615 max=10000",
    "a br_table of more targets than a program may have",
)];

/// The exception that excuses a refusal.
pub(super) fn exception(file: &str, error: &AdmitError) -> Option<&'static str> {
    let error = error.to_string();
    let fits = |(files, text, _): &&(&[&str], &str, &str)| files.contains(&file) && error.contains(text);
    EXCEPTIONS.iter().find(fits).map(|(_, _, reason)| *reason)
}

/// The names of the modules that a valid module imports from.
pub(super) fn imports(wasm: &[u8]) -> Vec<String> {
    let mut modules = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Ok(Payload::ImportSection(imports)) = payload {
            modules.extend(imports.into_imports().flatten().map(|import| import.module.to_owned()));
        }
    }
    modules
}
