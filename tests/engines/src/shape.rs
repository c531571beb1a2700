//! What a module exports, read by a validator and not by an engine; and the features that are on, said again
//! here, so that the product's own table is not what it is tested with.

use wasmparser::types::EntityType;
use wasmparser::{BinaryReaderError, Parser, Payload, ValType, Validator, WasmFeatures};

/// The features that programs may use.
pub const ADMITTED: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::FLOATS);

/// What prepared modules need besides: the memory of marks is a second one.
pub const PREPARED: WasmFeatures = ADMITTED.union(WasmFeatures::MULTI_MEMORY);

/// The exports of a valid module.
#[derive(Clone, Default, Debug)]
pub struct Shape {
    /// Functions: their names and the types of their parameters.
    pub functions: Vec<(String, Vec<ValType>)>,
    /// Memories.
    pub memories: Vec<String>,
    /// Globals, with their types.
    pub globals: Vec<(String, ValType)>,
}

impl Shape {
    /// Validates a module and reads its exports.
    ///
    /// # Errors
    ///
    /// Where it is not valid.
    pub fn of(wasm: &[u8], features: WasmFeatures) -> Result<Shape, BinaryReaderError> {
        let types = Validator::new_with_features(features).validate_all(wasm)?;
        let mut shape = Shape::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::ExportSection(exports) = payload? else { continue };
            for export in exports {
                let export = export?;
                let name = export.name.to_owned();
                match types.as_ref().entity_type_from_export(&export) {
                    Some(EntityType::Func(id)) => {
                        shape.functions.push((name, types[id].unwrap_func().params().to_vec()));
                    }
                    Some(EntityType::Memory(_)) => shape.memories.push(name),
                    Some(EntityType::Global(global)) => shape.globals.push((name, global.content_type)),
                    _ => {}
                }
            }
        }
        Ok(shape)
    }
}
