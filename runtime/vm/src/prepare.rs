//! The rewriting of a module into one that every conforming engine runs alike.
//!
//! What is stored, hashed and replicated is the raw module; this runs again at every load. It adds three
//! things that the program cannot reach, and code that uses them:
//!
//! - **Fuel**, a global: each region of code pays for itself before it runs ([`regions`], [`cost`]).
//! - **Depth**, a global: each call pays for its frame, and gets it back ([`frame`]).
//! - **Marks**, a memory: each store marks the page it writes, so that the host can put an instance back as it
//!   was. They change nothing that a program can observe, and are left out where nobody resets.
//!
//! And it makes NaN canonical where a program could see its bits ([`nan`]). No index of the program's changes:
//! everything added stands behind what was there.
//!
//! # Order
//!
//! Where two reasons to trap meet, depth is checked before fuel, fuel before what the code itself does, and
//! a bulk operation pays for its length before its bounds are checked.

use crate::AdmitError;
use crate::features;
use body::Body;
use emit::{Places, Plan};
use injected::Injected;
use module::Module;
use std::collections::BTreeMap;
use wasm_encoder::{BlockType, ValType};
use wasmparser::{
    FuncToValidate, FuncValidatorAllocations, FunctionBody, ValidatorResources, WasmModuleResources,
};
use wasmparser::{Parser, ValidPayload, Validator};

mod body;
mod cost;
pub(crate) mod emit;
mod frame;
pub(crate) mod injected;
pub(crate) mod marks;
mod module;
mod nan;
mod regions;

/// How a module is prepared.
#[derive(Clone, Copy, Debug)]
pub struct Preparation {
    /// Whether stores are marked.
    pub marks: bool,
    /// The fuel that an instance begins with, until its host gives it other.
    pub fuel: u32,
}

/// Prepares a module: any valid one of the features that are on.
///
/// # Errors
///
/// Where the module is malformed, or uses a feature that is off.
pub fn prepare(wasm: &[u8], how: Preparation) -> Result<Vec<u8>, AdmitError> {
    pass(wasm, how, false).map(|(prepared, _)| prepared)
}

/// Prepares a program to be looked into: every function begins and ends with a call of a probe, for which nothing
/// is paid. So it comes to the same, fuel included.
///
/// # Errors
///
/// As [`prepare`].
pub(crate) fn probed(wasm: &[u8]) -> Result<(Vec<u8>, Origins), AdmitError> {
    pass(wasm, Preparation { marks: true, fuel: 0 }, true)
}

/// Where the code of a module that was [`probed`] comes from.
pub(crate) struct Origins {
    imports: u32,
    functions: Vec<Places>,
}

impl Origins {
    /// The operator of the module that stands `offset` bytes into a prepared body, or for which what stands there
    /// was put in.
    pub(crate) fn of(&self, function: u32, offset: usize) -> Option<usize> {
        let places = self.functions.get(function.checked_sub(self.imports)? as usize)?;
        let after = places.partition_point(|(at, _)| *at <= offset);
        Some(places.get(after.checked_sub(1)?)?.1)
    }
}

fn pass(wasm: &[u8], how: Preparation, probes: bool) -> Result<(Vec<u8>, Origins), AdmitError> {
    let module = Module::read(wasm)?;
    let mut pass = Pass {
        wasm,
        injected: module.injected(how, probes),
        imported_functions: module.imported_functions,
        types: module.types + u32::from(probes),
        block_types: BTreeMap::new(),
        allocations: FuncValidatorAllocations::default(),
    };
    let mut validator = Validator::new_with_features(features::admitted());
    let (mut code, mut functions) = (Vec::new(), Vec::new());
    let mut parser = Parser::new(0);
    parser.set_features(features::admitted());
    for payload in parser.parse_all(wasm) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload?)? {
            let (body, places) = pass.function(function, &body)?;
            code.push(body);
            functions.push(places);
        }
    }
    let origins = Origins { imports: module.imported_functions, functions };
    Ok((module.write(how, &pass.injected, &pass.block_types, &code), origins))
}

struct Pass<'a> {
    wasm: &'a [u8],
    injected: Injected,
    imported_functions: u32,
    /// How many types the module has.
    types: u32,
    /// The types that are added for blocks of several results.
    block_types: BTreeMap<Vec<ValType>, u32>,
    allocations: FuncValidatorAllocations,
}

impl Pass<'_> {
    fn function(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        code: &FunctionBody<'_>,
    ) -> Result<(Vec<u8>, Places), AdmitError> {
        let (index, resources) = (function.index, function.resources.clone());
        let body = Body::read(function, code, self.imported_functions, &mut self.allocations)?;
        let price = frame::price(&body);
        let regions = regions::regions(&body, frame::fuel(price))?;
        let canonical = nan::canonical(&body, &regions.dead, &|block| arity(&resources, block));
        let marks = marks::marks(&body, &regions.dead);
        // A probe must be told of every way out: so a function that takes no depth has a frame of none.
        let depth = frame::depth(&body, price).or(self.injected.probe.map(|_| 0));
        let frame = depth.map(|depth| (depth, self.block_type(&body)));
        let plan = Plan { regions, canonical, marks, frame, function: index };
        Ok(emit::emit(self.wasm, &body, &plan, &self.injected))
    }

    /// The type of a block that leaves a function's results.
    fn block_type(&mut self, body: &Body<'_>) -> BlockType {
        let results: Vec<ValType> = body.results.iter().map(|ty| value(*ty)).collect();
        match *results {
            [] => BlockType::Empty,
            [result] => BlockType::Result(result),
            _ => {
                let next = self.types + u32::try_from(self.block_types.len()).unwrap_or(u32::MAX);
                BlockType::FunctionType(*self.block_types.entry(results).or_insert(next))
            }
        }
    }
}

/// The number of parameters and results of a block.
fn arity(module: &ValidatorResources, block: wasmparser::BlockType) -> (usize, usize) {
    match block {
        wasmparser::BlockType::Empty => (0, 0),
        wasmparser::BlockType::Type(_) => (0, 1),
        wasmparser::BlockType::FuncType(ty) => module.sub_type_at(ty).map_or((0, 0), |ty| {
            let ty = ty.unwrap_func();
            (ty.params().len(), ty.results().len())
        }),
    }
}

fn value(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        // With references off, the only ones are the functions of tables, which no function returns.
        wasmparser::ValType::Ref(_) => ValType::FUNCREF,
    }
}

#[cfg(test)]
mod tests;
