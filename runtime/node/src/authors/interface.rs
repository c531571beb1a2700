//! A program's interface as text, `interface.json`: for programs in languages whose compilers cannot write the custom
//! section `counterfoil` by themselves.
//!
//! ```json
//! {
//!   "name": "counter",
//!   "types": [{ "struct": "Account", "fields": [["kind", "u8"], ["id", "bytes"]] }],
//!   "methods": [
//!     { "kind": "call", "name": "hit", "doc": "Counts the caller.", "params": [], "returns": "u64", "fails": true },
//!     { "kind": "query", "name": "hits", "doc": "", "params": [["account", "Account"]], "returns": "u64" }
//!   ],
//!   "state": [{ "name": "hits", "key": "Account", "value": "u64" }, { "name": "total", "value": "u64" }],
//!   "events": [{ "name": "Hit", "data": "Account" }],
//!   "errors": [{ "code": 1, "name": "NoCaller", "doc": "", "fields": [] }]
//! }
//! ```
//!
//! A type is `unit`, `bool`, `u8` to `u128`, `i8` to `i64`, `text`, `bytes`, `hash`, the name of one of `types`, or one
//! of
//!
//! ```json
//! { "fixed": 32 }  { "option": "u8" }  { "list": "u8" }  { "tuple": ["u8", "text"] }
//! { "struct": "Account", "fields": [["kind", "u8"]] }  { "enum": "Side", "variants": ["debit", "credit"] }
//! ```
//!
//! `foil inspect` shows an interface in this form. What is left out is empty: `types`, `state`, `events`, `errors`,
//! `params`, `fields`, `doc`; `fails` is false, `key` null, and `returns` unit.
//!
//! # Guarantees
//!
//! - The bytes made of a text are those that `guest-sdk` makes of the same interface, and a text made of bytes makes
//!   these bytes.
//! - What is attached describes the methods that the module exports, and no others.

mod bytes;
mod shown;
mod text;

use abi::Coded;
use abi::interface::{Described, Kind, SECTION};
use std::collections::BTreeSet;
use vm::Anatomy;

pub use shown::text_of;

/// Why an interface is not attached.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InterfaceError {
    /// Not a text of this form.
    #[error("interface.json is not as it must be: {because}")]
    Malformed {
        /// What, with line and column.
        because: String,
    },
    /// Something that an interface cannot say.
    #[error("interface.json, {at}: {because}")]
    Form {
        /// Where in the file.
        at: String,
        /// What is wrong.
        because: String,
    },
    /// A type that there is not.
    #[error("interface.json, {at}: there is no type `{name}`; define it in `types`")]
    UnknownType {
        /// Where in the file.
        at: String,
        /// Its name.
        name: String,
    },
    /// Two things of one name.
    #[error("interface.json, {at}: {name} is there twice")]
    Twice {
        /// Where in the file.
        at: String,
        /// The name.
        name: String,
    },
    /// A method that the module does not export.
    #[error("interface.json describes `{export}`, which the module does not export")]
    NotExported {
        /// The export that is missing.
        export: String,
    },
    /// An export that is a method, and is not described.
    #[error("the module exports `{export}`, which interface.json does not describe")]
    NotDescribed {
        /// The export.
        export: String,
    },
    /// What should be a module is none.
    #[error("not a module of wasm: its sections end at offset {offset}")]
    NotWasm {
        /// Where it cannot be read on.
        offset: usize,
    },
}

impl Coded for InterfaceError {
    fn code(&self) -> u16 {
        match self {
            InterfaceError::Malformed { .. } => 7121,
            InterfaceError::Form { .. } => 7122,
            InterfaceError::UnknownType { .. } => 7123,
            InterfaceError::Twice { .. } => 7124,
            InterfaceError::NotExported { .. } => 7125,
            InterfaceError::NotDescribed { .. } => 7126,
            InterfaceError::NotWasm { .. } => 7127,
        }
    }
}

/// The module with the interface that `text` describes, in place of the one that it may have.
pub fn attach(wasm: &[u8], text: &[u8]) -> Result<Vec<u8>, InterfaceError> {
    let mut attached = without_interface(wasm)?;
    let described = text::read(text)?;
    methods_agree(&described, &Anatomy::of(wasm).exports)?;
    attached.extend(section(&bytes::of(&described)));
    Ok(attached)
}

fn methods_agree(described: &Described, exports: &[String]) -> Result<(), InterfaceError> {
    let export = |kind: Kind, name: &str| match kind {
        Kind::Call => format!("call:{name}"),
        Kind::Query => format!("query:{name}"),
    };
    let told: BTreeSet<String> = described.methods.iter().map(|it| export(it.kind, &it.name)).collect();
    let is_method = |name: &&String| name.starts_with("call:") || name.starts_with("query:");
    let made: BTreeSet<String> = exports.iter().filter(is_method).cloned().collect();
    if let Some(export) = told.difference(&made).next() {
        return Err(InterfaceError::NotExported { export: export.clone() });
    }
    match made.difference(&told).next() {
        Some(export) => Err(InterfaceError::NotDescribed { export: export.clone() }),
        None => Ok(()),
    }
}

/// What stands in front of a module's sections: magic number and version.
const HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";

/// The module without the custom section of its interface.
fn without_interface(wasm: &[u8]) -> Result<Vec<u8>, InterfaceError> {
    let broken = |rest: &[u8]| InterfaceError::NotWasm { offset: wasm.len() - rest.len() };
    let mut rest = wasm.strip_prefix(&HEADER).ok_or(InterfaceError::NotWasm { offset: 0 })?;
    let mut kept = HEADER.to_vec();
    while let Some((&id, mut behind)) = rest.split_first() {
        let (body, next) = sized(&mut behind).ok_or(broken(rest))?;
        if id != 0 || sized(&mut &*body).is_none_or(|(name, _)| name != SECTION.as_bytes()) {
            kept.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    Ok(kept)
}

/// So many bytes as the number in front of them says, and what follows them.
fn sized<'a>(bytes: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let len = usize::try_from(take_leb128(bytes)?).ok()?;
    bytes.split_at_checked(len)
}

/// A number of 32 bits as wasm writes it: seven bits a byte, the lowest first.
fn take_leb128(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return u32::try_from(number).ok();
        }
    }
    None
}

/// The custom section: 0, its length, its name's length, its name, its data.
fn section(data: &[u8]) -> Vec<u8> {
    let name = [leb128(SECTION.len()), SECTION.as_bytes().to_vec()].concat();
    [vec![0], leb128(name.len() + data.len()), name, data.to_vec()].concat()
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests have files")]
mod tests;
