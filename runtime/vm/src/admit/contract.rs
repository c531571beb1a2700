//! What a valid module has to import and export, to be a program.

use super::{Admitted, Pass, Segment, within};
use crate::admit::error::{AdmitError, Part};
use abi::call::is_method_name;
use abi::hostcalls::{self, HostCall, MODULE, Wasm};
use abi::limits::{MEMORY_PAGES_MAX, TABLE_ELEMENTS_MAX};
use abi::session::Mode;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::types::Types;
use wasmparser::{Export, ExternalKind, FuncType, Import, TypeRef, ValType};

/// Bytes of a page of memory.
const PAGE_BYTES: u64 = 64 << 10;
/// Most characters of a module's own names in an error.
const NAME_CHARS_MAX: usize = 100;

/// Checks a module that the validator has passed.
pub(super) fn check(pass: Pass<'_>, types: &Types) -> Result<Admitted, AdmitError> {
    let mut seen = BTreeSet::new();
    pass.imports.iter().try_for_each(|found| import(found, types, &mut seen))?;
    let memory_pages = memory(types)?;
    let table_elements = table(types)?;
    pass.segments.iter().try_for_each(|found| segment(found, memory_pages * PAGE_BYTES, table_elements))?;
    let methods = exports(&pass.exports, types)?;
    let image = image(&pass.segments);
    let interface = pass.interface.map(<[u8]>::to_vec);
    Ok(Admitted { methods, interface, writes_tables: pass.writes_tables, image })
}

/// Names are the module's to choose, so only their beginning goes into errors.
fn shown(name: &str) -> String {
    name.chars().take(NAME_CHARS_MAX).collect()
}

fn import(import: &Import<'_>, types: &Types, seen: &mut BTreeSet<&'static str>) -> Result<(), AdmitError> {
    let Some(call) = hostcalls::find(import.name).filter(|_| import.module == MODULE) else {
        return Err(AdmitError::UnknownImport { module: shown(import.module), name: shown(import.name) });
    };
    let matches = match import.ty {
        TypeRef::Func(index) => {
            let id = types.as_ref().core_type_at_in_module(index);
            is_type_of(call, types[id].unwrap_func())
        }
        _ => false,
    };
    if !matches {
        return Err(AdmitError::ImportType { name: call.name, expected: signature(call) });
    }
    if seen.insert(call.name) { Ok(()) } else { Err(AdmitError::ImportTwice { name: call.name }) }
}

fn is_type_of(call: &HostCall, function: &FuncType) -> bool {
    let val_type = |wasm: &Wasm| match wasm {
        Wasm::I32 => ValType::I32,
        Wasm::I64 => ValType::I64,
    };
    function.params().iter().copied().eq(call.params.iter().map(val_type))
        && function.results().iter().copied().eq(call.result.iter().map(val_type))
}

fn signature(call: &HostCall) -> String {
    let name = |wasm: &Wasm| match wasm {
        Wasm::I32 => "i32",
        Wasm::I64 => "i64",
    };
    let params: Vec<_> = call.params.iter().map(name).collect();
    format!("({}) -> ({})", params.join(", "), call.result.as_ref().map_or("", name))
}

/// The pages that the memory begins with.
fn memory(types: &Types) -> Result<u64, AdmitError> {
    let types = types.as_ref();
    if types.memory_count() == 0 {
        return Err(AdmitError::NoMemory);
    }
    assert_eq!(types.memory_count(), 1, "several memories are off");
    let memory = types.memory_at(0);
    within(Part::Memory, memory.maximum.ok_or(AdmitError::NoMemoryMaximum)?, MEMORY_PAGES_MAX)?;
    Ok(memory.initial)
}

/// The elements of the table; a table cannot grow, because the operators that could do it are off.
fn table(types: &Types) -> Result<u64, AdmitError> {
    let types = types.as_ref();
    assert!(types.table_count() <= 1, "several tables are off");
    let elements = if types.table_count() == 0 { 0 } else { types.table_at(0).initial };
    within(Part::Table, elements, TABLE_ELEMENTS_MAX)?;
    Ok(elements)
}

/// A segment out of bounds would be a trap before the program's first operator.
fn segment(segment: &Segment<'_>, memory_bytes: u64, table_elements: u64) -> Result<(), AdmitError> {
    let Segment { part, end, .. } = *segment;
    let size = if let Part::DataSegment(_) = part { memory_bytes } else { table_elements };
    if end > size { Err(AdmitError::SegmentOutOfBounds { part, end, size }) } else { Ok(()) }
}

/// The memory that the segments make: each is written over those before it.
fn image(segments: &[Segment<'_>]) -> Vec<u8> {
    let mut image = Vec::new();
    for segment in segments {
        // It lies within the memory, which has a maximum.
        let end = usize::try_from(segment.end).unwrap_or(usize::MAX);
        image.resize(image.len().max(end), 0);
        image[end - segment.data.len()..end].copy_from_slice(segment.data);
    }
    image
}

/// The methods. Other exports are left alone: linkers leave some behind.
fn exports(exports: &[Export<'_>], types: &Types) -> Result<BTreeMap<String, (Mode, String)>, AdmitError> {
    let mut methods = BTreeMap::new();
    for export in exports {
        if export.name.starts_with('\0') {
            return Err(AdmitError::ReservedExport { name: shown(export.name) });
        }
        let Some((mode, name)) = method(export.name) else {
            continue;
        };
        if !is_method_name(name) {
            return Err(AdmitError::MethodName { name: shown(export.name) });
        }
        if !is_method(export, types) {
            return Err(AdmitError::MethodType { name: shown(export.name) });
        }
        if methods.insert(name.to_owned(), (mode, export.name.to_owned())).is_some() {
            return Err(AdmitError::MethodTwice { name: shown(name) });
        }
    }
    if !exports.iter().any(|export| export.name == "memory" && export.kind == ExternalKind::Memory) {
        return Err(AdmitError::MemoryNotExported);
    }
    if methods.is_empty() {
        return Err(AdmitError::NoMethod);
    }
    Ok(methods)
}

/// The mode and the name of the method that an export is meant to be.
fn method(export: &str) -> Option<(Mode, &str)> {
    let call = export.strip_prefix("call:").map(|name| (Mode::Call, name));
    call.or_else(|| export.strip_prefix("query:").map(|name| (Mode::Query, name)))
}

fn is_method(export: &Export<'_>, types: &Types) -> bool {
    export.kind == ExternalKind::Func && {
        let function = types[types.as_ref().core_function_at(export.index)].unwrap_func();
        function.params().is_empty() && function.results().is_empty()
    }
}
