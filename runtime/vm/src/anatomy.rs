//! What a module is made of, whether or not it may be a program: for people who want to know.
//!
//! # Guarantees
//!
//! Any bytes have an anatomy: that of what can be read of them. It takes as much memory as they are long, a few times
//! over.

use crate::features;
use abi::provenance;
use std::collections::BTreeMap;
use wasmparser::{
    BinaryReaderError, CustomSectionReader, Encoding, KnownCustom, Name, NameSectionReader, Parser, Payload,
    ProducersSectionReader, TypeRef,
};

/// What a module is made of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Anatomy {
    /// Its sections in order: name and bytes.
    pub sections: Vec<(String, usize)>,
    /// Its imports in order: `module.name`.
    pub imports: Vec<String>,
    /// Its exports in order.
    pub exports: Vec<String>,
    /// The pages of its memory: at first, and at most.
    pub memory: Option<(u64, Option<u64>)>,
    /// The functions that it defines, in order.
    pub functions: Vec<Function>,
    /// What made it, as the custom section `producers` says: field, name and version.
    pub producers: Vec<(String, String, String)>,
    /// The custom section `counterfoil.build`.
    pub provenance: Option<Vec<u8>>,
    /// Where the bytes could not be read on, and why.
    pub broken: Option<(usize, String)>,
}

/// A function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its index, imports counted.
    pub index: u32,
    /// Its name, where the module has names.
    pub name: Option<String>,
    /// The bytes of its body.
    pub bytes: usize,
}

impl Anatomy {
    /// The anatomy of `wasm`.
    pub fn of(wasm: &[u8]) -> Anatomy {
        let mut anatomy = Anatomy::default();
        if let Err(error) = anatomy.read(wasm) {
            anatomy.broken = Some((error.offset(), error.message().to_owned()));
        }
        anatomy
    }

    fn read(&mut self, wasm: &[u8]) -> Result<(), BinaryReaderError> {
        let mut parser = Parser::new(0);
        // What is off adds forms in which few bytes stand for many names.
        parser.set_features(features::admitted());
        let mut imported = 0;
        for payload in parser.parse_all(wasm) {
            let payload = payload?;
            if let Some((id, range)) = payload.as_section() {
                self.sections.push((section(id, &payload), range.len()));
            }
            match payload {
                Payload::Version { encoding: Encoding::Component, range, .. } => {
                    self.broken = Some((range.start, "a component is no module".into()));
                    return Ok(());
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        imported += u32::from(matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                        self.imports.push(format!("{}.{}", import.module, import.name));
                    }
                }
                Payload::MemorySection(memories) => {
                    let first = memories.into_iter().next().transpose()?;
                    self.memory = first.map(|memory| (memory.initial, memory.maximum));
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        self.exports.push(export?.name.to_owned());
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    self.functions.push(Function { index: imported, name: None, bytes: body.range().len() });
                    imported += 1;
                }
                Payload::CustomSection(custom) => self.custom(&custom)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn custom(&mut self, custom: &CustomSectionReader<'_>) -> Result<(), BinaryReaderError> {
        if custom.name() == provenance::SECTION {
            self.provenance = Some(custom.data().to_vec());
        }
        match custom.as_known() {
            KnownCustom::Name(names) => self.names(names),
            KnownCustom::Producers(producers) => self.producers(producers),
            _ => Ok(()),
        }
    }

    fn names(&mut self, names: NameSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for part in names {
            let Name::Function(functions) = part? else { continue };
            let mut named = BTreeMap::new();
            for naming in functions {
                let naming = naming?;
                named.insert(naming.index, naming.name);
            }
            for function in &mut self.functions {
                function.name = named.get(&function.index).map(|name| (*name).to_owned());
            }
        }
        Ok(())
    }

    fn producers(&mut self, producers: ProducersSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for field in producers {
            let field = field?;
            for value in field.values {
                let value = value?;
                self.producers.push((field.name.into(), value.name.into(), value.version.into()));
            }
        }
        Ok(())
    }
}

/// The name of a section; of a custom one, its own.
fn section(id: u8, payload: &Payload<'_>) -> String {
    match payload {
        Payload::CustomSection(custom) => format!("custom {:?}", custom.name()),
        _ => match id {
            1 => "type".into(),
            2 => "import".into(),
            3 => "function".into(),
            4 => "table".into(),
            5 => "memory".into(),
            6 => "global".into(),
            7 => "export".into(),
            8 => "start".into(),
            9 => "element".into(),
            10 => "code".into(),
            11 => "data".into(),
            12 => "data count".into(),
            id => format!("section {id}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"(module
        (import "foil" "seq" (func $seq (result i64)))
        (import "env" "g" (global i32))
        (memory (export "memory") 1 3)
        (func $small)
        (func $large (export "call:large") (drop (call $seq)))
        (@producers (language "Wat" "") (processed-by "hand" "1"))
        (@custom "counterfoil.build" "\80"))"#;

    #[test]
    fn a_module_is_taken_apart() {
        let wasm = wat::parse_str(TEXT).unwrap();
        let anatomy = Anatomy::of(&wasm);
        assert_eq!(anatomy.imports, ["foil.seq", "env.g"]);
        assert_eq!(anatomy.exports, ["memory", "call:large"]);
        assert_eq!((anatomy.memory, anatomy.broken.clone()), (Some((1, Some(3))), None));
        let names: Vec<_> = anatomy.functions.iter().map(|it| (it.index, it.name.as_deref())).collect();
        assert_eq!(names, [(1, Some("small")), (2, Some("large"))]);
        assert!(anatomy.functions[0].bytes < anatomy.functions[1].bytes);
        let made = |field: &str, name: &str, version: &str| (field.into(), name.into(), version.into());
        assert_eq!(anatomy.producers, [made("language", "Wat", ""), made("processed-by", "hand", "1")]);
        assert_eq!(anatomy.provenance, Some(vec![0x80]));
        let heads = |(name, bytes): &(String, usize)| {
            // The section's id, and its length in one byte.
            assert!(*bytes < 128, "{name}");
            bytes + 2
        };
        assert_eq!(anatomy.sections.iter().map(heads).sum::<usize>() + 8, wasm.len());
    }

    #[test]
    fn any_bytes_have_an_anatomy() {
        let wasm = wat::parse_str(TEXT).unwrap();
        let whole = Anatomy::of(&wasm);
        for cut in 0..wasm.len() {
            let part = Anatomy::of(&wasm[..cut]);
            assert!(whole.sections.starts_with(&part.sections[..part.sections.len().saturating_sub(1)]));
            for bit in 0..8 {
                let mut flipped = wasm.clone();
                flipped[cut] ^= 1 << bit;
                let _ = Anatomy::of(&flipped);
            }
        }
        assert_eq!(Anatomy::of(b"").broken.map(|(at, _)| at), Some(0));
        assert!(Anatomy::of(b"\0asm\x0d\0\x01\0").broken.is_some(), "a component");
    }
}
