//! The sections of a module, taken apart and put together with what is added.

use super::Preparation;
use super::injected::{DEPTH, FUEL, GLOBAL, Injected, MARKS, PROBE, Probe};
use crate::AdmitError;
use crate::features;
use abi::limits::MEMORY_PAGES_MAX;
use std::collections::BTreeMap;
use wasm_encoder::{Encode, ExportKind, InstructionSink, SectionId, ValType};
use wasmparser::{BinaryReader, Parser, Payload, TypeRef};

/// What stands in a module besides its code.
#[derive(Default)]
pub(super) struct Module<'a> {
    /// Each section by its place in the order of sections: its id and its bytes.
    sections: BTreeMap<u8, (u8, &'a [u8])>,
    pub(super) types: u32,
    pub(super) imported_functions: u32,
    imported_memories: u32,
    imported_globals: u32,
    tables: u32,
    memories: u32,
    globals: u32,
    /// The mutable globals that the module defines.
    mutable: Vec<u32>,
    pages_max: Option<u64>,
    /// The names of functions, for traps.
    names: Option<&'a [u8]>,
}

/// The place of a section among the others, by its id: that of the data count is before the code.
const ORDER: [u8; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

impl<'a> Module<'a> {
    /// Reads everything but the code.
    pub(super) fn read(wasm: &'a [u8]) -> Result<Module<'a>, AdmitError> {
        let mut module = Module::default();
        let mut parser = Parser::new(0);
        parser.set_features(features::admitted());
        for payload in parser.parse_all(wasm) {
            let payload = payload?;
            module.count(&payload)?;
            if let Payload::CustomSection(custom) = &payload
                && custom.name() == "name"
            {
                module.names = payload.as_section().map(|(_, range)| &wasm[range]);
            }
            if let Some((id, range)) = payload.as_section()
                && let Some(place) = ORDER.iter().position(|other| *other == id)
            {
                let place = u8::try_from(place).unwrap_or(u8::MAX);
                module.sections.insert(place, (id, &wasm[range]));
            }
        }
        Ok(module)
    }

    fn count(&mut self, payload: &Payload<'a>) -> Result<(), AdmitError> {
        match payload {
            Payload::TypeSection(types) => self.types = types.count(),
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) => self.imported_functions += 1,
                        TypeRef::Memory(memory) => {
                            self.imported_memories += 1;
                            self.pages_max = memory.maximum;
                        }
                        TypeRef::Global(_) => self.imported_globals += 1,
                        TypeRef::Table(_) => self.tables += 1,
                        _ => {}
                    }
                }
            }
            Payload::TableSection(tables) => self.tables += tables.count(),
            Payload::MemorySection(memories) => {
                self.memories = memories.count();
                for memory in memories.clone() {
                    self.pages_max = memory?.maximum;
                }
            }
            Payload::GlobalSection(globals) => {
                self.globals = globals.count();
                for (index, global) in (self.imported_globals..).zip(globals.clone()) {
                    if global?.ty.mutable {
                        self.mutable.push(index);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Where what is added will stand.
    pub(super) fn injected(&self, how: Preparation, probes: bool) -> Injected {
        let fuel = self.imported_globals + self.globals;
        // Only what the instance owns can be put back.
        let marks = (how.marks && self.memories == 1 && self.imported_memories == 0).then_some(1);
        let pages_max = self.pages_max.unwrap_or(MEMORY_PAGES_MAX).cast_signed();
        let probe = probes.then_some(Probe { table: self.tables, ty: self.types });
        Injected { fuel, depth: fuel + 1, marks, pages_max, probe }
    }

    /// Puts the module together.
    pub(super) fn write(
        self,
        how: Preparation,
        injected: &Injected,
        block_types: &BTreeMap<Vec<ValType>, u32>,
        code: &[Vec<u8>],
    ) -> Vec<u8> {
        let mut added = BTreeMap::from([
            (SectionId::Type as u8, types(injected, block_types)),
            (SectionId::Table as u8, tables(injected)),
            (SectionId::Memory as u8, memories(injected)),
            (SectionId::Global as u8, globals(how)),
            (SectionId::Export as u8, self.exports(injected)),
        ]);
        let mut out = wasm_encoder::Module::HEADER.to_vec();
        for (place, id) in (0..).zip(ORDER) {
            let bytes = self.sections.get(&place).map(|(_, bytes)| *bytes);
            let items = added.remove(&id).unwrap_or_default();
            if id == SectionId::Code as u8 {
                if bytes.is_some() {
                    section(&mut out, id, &code_section(code));
                }
            } else if !items.is_empty() {
                section(&mut out, id, &extended(bytes.unwrap_or(&[0]), &items));
            } else if let Some(bytes) = bytes {
                section(&mut out, id, bytes);
            }
        }
        if let Some(names) = self.names {
            section(&mut out, SectionId::Custom as u8, names);
        }
        out
    }

    fn exports(&self, injected: &Injected) -> Vec<Vec<u8>> {
        let export = |name: &str, kind: ExportKind, index: u32| {
            let mut item = Vec::new();
            name.encode(&mut item);
            kind.encode(&mut item);
            index.encode(&mut item);
            item
        };
        let mut items = vec![
            export(FUEL, ExportKind::Global, injected.fuel),
            export(DEPTH, ExportKind::Global, injected.depth),
        ];
        items.extend(injected.marks.map(|memory| export(MARKS, ExportKind::Memory, memory)));
        items.extend(injected.probe.map(|probe| export(PROBE, ExportKind::Table, probe.table)));
        let global = |index: &u32| export(&format!("{GLOBAL}{index}"), ExportKind::Global, *index);
        items.extend(self.mutable.iter().map(global));
        items
    }
}

fn types(injected: &Injected, block_types: &BTreeMap<Vec<ValType>, u32>) -> Vec<Vec<u8>> {
    let mut types: Vec<_> = block_types.iter().collect();
    types.sort_by_key(|(_, index)| **index);
    let item = |(results, _): (&Vec<ValType>, &u32)| {
        let mut item = vec![0x60, 0];
        results.len().encode(&mut item);
        results.iter().for_each(|ty| ty.encode(&mut item));
        item
    };
    let probe = injected.probe.map(|_| vec![0x60, 1, 0x7f, 0]);
    probe.into_iter().chain(types.into_iter().map(item)).collect()
}

/// One function.
fn tables(injected: &Injected) -> Vec<Vec<u8>> {
    injected.probe.map(|_| vec![0x70, 0x01, 1, 1]).into_iter().collect()
}

/// One page, which can mark 256 MiB.
fn memories(injected: &Injected) -> Vec<Vec<u8>> {
    injected.marks.map(|_| vec![0x01, 1, 1]).into_iter().collect()
}

fn globals(how: Preparation) -> Vec<Vec<u8>> {
    let global = |value: i64| {
        let mut item = Vec::new();
        ValType::I64.encode(&mut item);
        item.push(1);
        InstructionSink::new(&mut item).i64_const(value).end();
        item
    };
    vec![global(i64::from(how.fuel)), global(abi::fuel::DEPTH.cast_signed())]
}

fn code_section(code: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    code.len().encode(&mut out);
    code.iter().for_each(|body| body.as_slice().encode(&mut out));
    out
}

/// A section's bytes with items added at its end; `bytes` begins with its count.
fn extended(bytes: &[u8], items: &[Vec<u8>]) -> Vec<u8> {
    let mut reader = BinaryReader::new(bytes, 0);
    // The parser has read this section: its count is there.
    let count = reader.read_var_u32().unwrap_or(0) as usize;
    let mut out = Vec::new();
    (count + items.len()).encode(&mut out);
    out.extend_from_slice(&bytes[reader.original_position()..]);
    items.iter().for_each(|item| out.extend_from_slice(item));
    out
}

fn section(out: &mut Vec<u8>, id: u8, bytes: &[u8]) {
    out.push(id);
    bytes.encode(out);
}
