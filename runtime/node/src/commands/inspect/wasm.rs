//! `foil inspect FILE`: a wasm file, what it says of itself, and whether it may be a program.

use crate::authors::text_of;
use crate::cli::{Format, Global};
use crate::commands::{admit, read_wasm};
use crate::error::NodeError;
use crate::output;
use crate::value::hex;
use abi::Coded;
use abi::codec::Decode;
use abi::hash::PROGRAM;
use abi::interface::Described;
use abi::limits::PROGRAM_BYTES_MAX;
use abi::profile::Profile;
use abi::provenance::Provenance;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::path::Path;
use verify::Exit;
use vm::{Anatomy, Program};

/// Shows a wasm file, and ends as refused where it is not admissible.
pub(super) fn run(global: &Global, path: &Path, largest: usize) -> Result<Exit, NodeError> {
    let wasm = read_wasm(path)?;
    let admitted = admit(&wasm);
    if let Err(error) = &admitted
        && !matches!(error, NodeError::Program(_))
    {
        return admitted.map(|_| Exit::Verified);
    }
    let anatomy = Anatomy::of(&wasm);
    let program = admitted.as_ref().ok();
    let described = program.and_then(Program::interface).and_then(|it| Described::from_bytes(it).ok());
    // Of a larger file no more was read: it has no id here.
    let is_whole = wasm.len() <= PROGRAM_BYTES_MAX;
    let refused = admitted.as_ref().err();
    let mut answer = json!({
        "program": is_whole.then(|| PROGRAM.hash(&wasm).to_string()),
        "name": described.as_ref().map(|it| &it.name),
        "bytes": is_whole.then_some(wasm.len()),
        "profile": Profile::One.hash().to_string(),
        "admissible": refused.is_none(),
        "refused": refused.map(|error| format!("E{}: {error}", error.code())),
        "broken": anatomy.broken.as_ref().map(|(at, why)| format!("{why}: offset={at}")),
        "memory": anatomy.memory.map(|(first, most)| json!({ "pages": first, "pages_max": most })),
        "imports": anatomy.imports,
        "exports": anatomy.exports,
        "built": anatomy.provenance.as_deref().map(built),
        "methods": program.map_or_else(Vec::new, |program| methods(program, described.as_ref())),
        "producers": producers(&anatomy),
        "sections": sections(&anatomy),
        "functions": anatomy.functions.len(),
        "functions_bytes": anatomy.functions.iter().map(|it| it.bytes).sum::<usize>(),
        "largest": functions(&anatomy, largest),
    });
    // For people, the methods say it shorter.
    if !matches!(global.output, Format::Table) {
        answer["interface"] = described.as_ref().map_or(Value::Null, text_of);
    }
    output::print(global.output, &answer)?;
    admitted.map(|_| Exit::Verified)
}

/// The methods of a program, as it describes them, if it does.
pub(crate) fn methods(program: &Program, described: Option<&Described>) -> Vec<Value> {
    let Some(described) = described else {
        let bare = |(name, mode)| json!({ "method": name, "kind": format!("{mode:?}") });
        return program.methods().map(bare).collect();
    };
    described_methods(described)
}

/// The methods that an interface describes.
pub(crate) fn described_methods(described: &Described) -> Vec<Value> {
    let method = |method: &abi::interface::MethodForm| {
        let params: Vec<String> =
            method.params.iter().map(|(name, form)| format!("{name}: {form}")).collect();
        json!({
            "kind": format!("{:?}", method.kind).to_lowercase(),
            "method": format!("{}({})", method.name, params.join(", ")),
            "returns": method.returns.to_string(),
            "doc": method.doc,
        })
    };
    described.methods.iter().map(method).collect()
}

/// What the build wrote down of itself.
fn built(section: &[u8]) -> Value {
    match Provenance::from_bytes(section) {
        Ok(Provenance { compiler, lock, source }) => json!({
            "compiler": compiler,
            "lock": lock.to_string(),
            "source": source.map(|hash| hash.to_string()),
        }),
        Err(error) => json!({ "damaged": error.to_string(), "hex": hex(section) }),
    }
}

fn producers(anatomy: &Anatomy) -> Vec<Value> {
    let rows = anatomy.producers.iter();
    rows.map(|(field, name, version)| json!({ "field": field, "name": name, "version": version })).collect()
}

/// The sections in order.
pub(crate) fn sections(anatomy: &Anatomy) -> Vec<Value> {
    anatomy.sections.iter().map(|(name, bytes)| json!({ "section": name, "bytes": bytes })).collect()
}

/// The largest functions first.
pub(crate) fn functions(anatomy: &Anatomy, count: usize) -> Vec<Value> {
    let mut functions: Vec<_> = anatomy.functions.iter().collect();
    functions.sort_by_key(|function| Reverse(function.bytes));
    let rows = functions.iter().take(count);
    rows.map(|it| json!({ "bytes": it.bytes, "index": it.index, "function": it.name })).collect()
}
