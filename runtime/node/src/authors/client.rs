//! Typed clients of a program: one source file, written from what the program says of itself.
//!
//! A client has a method for each call and query, a type for each struct and enumeration, the program's errors and events,
//! and beneath them what every client has: requests that are sent again under one idempotency key, signatures, receipts.
//! What is written depends on the program alone, so that writing it again changes nothing.
//!
//! # Limits
//!
//! Names and words come from the program, which may be a stranger's: names are made into identifiers that nothing else
//! has, and words into comments that nothing in them can end.

mod names;
mod rust;
#[cfg(test)]
mod tests;
mod typescript;

use crate::error::NodeError;
use abi::id::Hash;
use abi::interface::{Described, Type};
use clap::ValueEnum;
use names::Names;

/// The languages of clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Language {
    /// For browsers and Node.js; no packages.
    Typescript,
    /// With a few crates, which the file names.
    Rust,
}

/// A client's source.
///
/// # Errors
///
/// The interface has a type without values, or one that the language has no form for.
pub(crate) fn source(language: Language, program: &Hash, interface: &Described) -> Result<String, NodeError> {
    match language {
        Language::Typescript => typescript::source(program, interface),
        Language::Rust => rust::source(program, interface),
    }
}

/// The structs and enumerations of an interface with their names in the client, those within others first.
struct Types<'a> {
    named: Vec<(&'a Type, String)>,
}

impl<'a> Types<'a> {
    /// Names the types, with names that are still free.
    fn of(interface: &'a Described, names: &mut Names) -> Result<Types<'a>, NodeError> {
        let mut types = Types { named: Vec::new() };
        let methods = interface.methods.iter();
        let methods = methods.flat_map(|it| it.params.iter().map(|(_, form)| form).chain([&it.returns]));
        let errors = interface.errors.iter().flat_map(|it| it.fields.iter().map(|(_, form)| form));
        let events = interface.events.iter().map(|it| &it.data);
        for form in methods.chain(errors).chain(events) {
            types.collect(form, &interface.name, names)?;
        }
        Ok(types)
    }

    fn collect(&mut self, form: &'a Type, program: &str, names: &mut Names) -> Result<(), NodeError> {
        if self.named.iter().any(|(known, _)| *known == form) {
            return Ok(());
        }
        let name = match form {
            Type::Option(inner) | Type::List(inner) => return self.collect(inner, program, names),
            Type::Tuple(members) => {
                return members.iter().try_for_each(|form| self.collect(form, program, names));
            }
            Type::Struct(name, fields) => {
                fields.iter().try_for_each(|(_, form)| self.collect(form, program, names))?;
                name
            }
            Type::Enum(name, variants) if variants.is_empty() => {
                return Err(NodeError::Interface(format!("the enumeration {name} has no names")));
            }
            Type::Enum(name, _) => name,
            _ => return Ok(()),
        };
        self.named.push((form, names.of_type(name, program)));
        Ok(())
    }

    /// The name of a struct or an enumeration.
    fn name(&self, form: &Type) -> &str {
        self.named.iter().find(|(known, _)| *known == form).map_or("", |(_, name)| name)
    }
}
