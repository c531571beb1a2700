//! The macros of guest-sdk, which documents and re-exports them.
//!
//! What they generate names the SDK as `::guest_sdk`, and everything else through its module `rt`.

use proc_macro::TokenStream;

mod derive;
mod form;
mod program;

/// Turns a module into a program.
///
/// The module holds one struct marked `#[state]`, whose fields are cells, maps, sets and logs, and methods on it marked
/// `#[call]` (`&mut self`: it may write) or `#[query]` (`&self`: it cannot). A method may take
/// `ctx: &Context` first, and then owned arguments; it answers a value or a `Result` of a value and an
/// error of the program. Structs in the module that derive `Event` are listed in the interface. The indexes of an
/// `IndexedMap` are fields of the state marked with `#[index(MAP, |key, value| …)]`.
///
/// The module gains the type `Program`, for [`guest_sdk::test::Host`](../guest_sdk/test/struct.Host.html).
/// On wasm, it exports the methods as `call:NAME` and `query:NAME`, and its interface stands in the custom
/// section `counterfoil`.
#[proc_macro_attribute]
pub fn program(options: TokenStream, module: TokenStream) -> TokenStream {
    program::expand(options.into(), module.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes a type a value: an argument, an answer, something to keep.
///
/// A struct with named fields is the array of its fields, in order. A struct around one value is that
/// value. An enumeration of bare names is the index of the name, so that new names are added at the end.
#[proc_macro_derive(Value)]
pub fn value(item: TokenStream) -> TokenStream {
    derive::expand(item.into(), derive::value)
}

/// Makes a struct with named fields an event, and a value.
#[proc_macro_derive(Event)]
pub fn event(item: TokenStream) -> TokenStream {
    derive::expand(item.into(), derive::event)
}

/// Makes an enumeration the reasons why a program says no.
///
/// Every variant carries its stable code, from 1: `#[error(1)]`. It may have named fields. Its doc comment
/// is what it says in the program's interface.
#[proc_macro_derive(Error, attributes(error))]
pub fn error(item: TokenStream) -> TokenStream {
    derive::expand(item.into(), derive::error)
}
