//! A program's interface: what stands in the custom section `counterfoil` of its wasm.
//!
//! A program describes itself with constants ([`Schema`], [`Interface`]), and [`encode`] turns them into
//! canonical bytes while the program is compiled: no code of the interface is left in the program. A host
//! reads the section back as [`Described`], and uses it to turn what people write into arguments and what
//! programs answer into something to read.
//!
//! ```text
//! interface = [version, name, [method…], [slot…], [event…], [error…]]
//! method    = [kind, name, doc, [[parameter, type]…], returns: type, fails: bool]   kind 0 call, 1 query
//! slot      = [name, key: type / null, value: type]                                 key null: a cell
//! event     = [name, type]
//! error     = [code, name, doc, [[field, type]…]]
//! type      = 0 unit · 1 bool · 2 u8 · 3 u16 · 4 u32 · 5 u64 · 6 u128 · 7 i8 · 8 i16 · 9 i32 · 10 i64 ·
//!             11 text · 12 bytes · 13 hash · [14, length] bytes of that length · [15, type] option ·
//!             [16, type] list · [17, type…] tuple · [18, name, [[field, type]…]] struct ·
//!             [19, name, [variant…]] enumeration
//! ```
//!
//! # Limits
//!
//! The interface is what a program *says* of itself. It decides how values are shown, and nothing else.

use crate::codec::Bytes;
use crate::id::Hash;
use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "std")]
mod described;
#[cfg(feature = "std")]
mod key;
mod section;
#[cfg(feature = "std")]
mod value;

#[cfg(feature = "std")]
pub use described::{Described, ErrorForm, EventForm, MethodForm, SlotForm, Type};
#[cfg(feature = "std")]
pub use key::decode_key;
pub use section::{encode, encoded_len};
#[cfg(feature = "std")]
pub use value::{Mismatch, decode_value, encode_value};

/// The name of the custom section.
pub const SECTION: &str = "counterfoil";

/// The failure of a call whose arguments do not decode: `[0, "BadArguments"]`. No program's own error has
/// code 0.
pub const BAD_ARGUMENTS: (u64, &str) = (0, "BadArguments");

/// A type of values, as a constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Schema {
    /// The empty array.
    Unit,
    /// A boolean.
    Bool,
    /// An unsigned integer of 8 bits.
    U8,
    /// Of 16 bits.
    U16,
    /// Of 32 bits.
    U32,
    /// Of 64 bits.
    U64,
    /// Of 128 bits; 16 bytes, big-endian.
    U128,
    /// A signed integer of 8 bits.
    I8,
    /// Of 16 bits.
    I16,
    /// Of 32 bits.
    I32,
    /// Of 64 bits.
    I64,
    /// Text.
    Text,
    /// A byte string.
    Bytes,
    /// A digest.
    Hash,
    /// A byte string of one length.
    Fixed(usize),
    /// A value or null.
    Option(&'static Schema),
    /// Any number of values of one type.
    List(&'static Schema),
    /// An array of one value of each type.
    Tuple(&'static [&'static Schema]),
    /// An array of named values.
    Struct(&'static str, &'static [Field]),
    /// One of these names, as its index.
    Enum(&'static str, &'static [&'static str]),
}

/// A named value: a field of a struct, a parameter of a method.
pub type Field = (&'static str, &'static Schema);

/// A type whose values can be arguments, answers and state.
pub trait Describe {
    /// The type's form.
    const SCHEMA: &'static Schema;
}

/// Everything a program says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interface {
    /// Its name.
    pub name: &'static str,
    /// What can be called and asked.
    pub methods: &'static [Method],
    /// What it keeps.
    pub state: &'static [Slot],
    /// What it emits: name and form.
    pub events: &'static [Field],
    /// How its methods fail: the cases of each error type.
    pub errors: &'static [&'static [ErrorCase]],
}

/// Whether a method may write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// It may; it is exported as `call:NAME`.
    Call = 0,
    /// It may not; it is exported as `query:NAME`.
    Query = 1,
}

/// A method.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Method {
    /// Whether it may write.
    pub kind: Kind,
    /// Its name.
    pub name: &'static str,
    /// What it does, in its author's words.
    pub doc: &'static str,
    /// Its parameters.
    pub params: &'static [Field],
    /// What it answers.
    pub returns: &'static Schema,
    /// Whether it can fail with one of the program's errors.
    pub fails: bool,
}

/// A field of the program's state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Its name.
    pub name: &'static str,
    /// The form of a map's keys; a cell has none.
    pub key: Option<&'static Schema>,
    /// The form of its values.
    pub value: &'static Schema,
}

/// One way to fail, answered as `[code, name, field…]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorCase {
    /// Its number, from 1.
    pub code: u64,
    /// Its name.
    pub name: &'static str,
    /// What it means, in its author's words.
    pub doc: &'static str,
    /// What it carries.
    pub fields: &'static [Field],
}

macro_rules! describe {
    ($($type:ty = $schema:ident;)+) => {
        $(impl Describe for $type {
            const SCHEMA: &'static Schema = &Schema::$schema;
        })+
    };
}
describe! {
    () = Unit;
    bool = Bool;
    u8 = U8;
    u16 = U16;
    u32 = U32;
    u64 = U64;
    u128 = U128;
    i8 = I8;
    i16 = I16;
    i32 = I32;
    i64 = I64;
    String = Text;
    Bytes = Bytes;
    Hash = Hash;
}

impl<const N: usize> Describe for [u8; N] {
    const SCHEMA: &'static Schema = &Schema::Fixed(N);
}

impl<T: Describe> Describe for Option<T> {
    const SCHEMA: &'static Schema = {
        // Both nothings of a nested option would be null.
        assert!(!matches!(T::SCHEMA, Schema::Option(_)), "an option of an option has no form of its own");
        &Schema::Option(T::SCHEMA)
    };
}

impl<T: Describe> Describe for Vec<T> {
    const SCHEMA: &'static Schema = &Schema::List(T::SCHEMA);
}

macro_rules! describe_tuple {
    ($($name:ident),+) => {
        impl<$($name: Describe),+> Describe for ($($name,)+) {
            const SCHEMA: &'static Schema = &Schema::Tuple(&[$($name::SCHEMA),+]);
        }
    };
}
describe_tuple!(A);
describe_tuple!(A, B);
describe_tuple!(A, B, C);
describe_tuple!(A, B, C, D);

#[cfg(all(test, feature = "std"))]
mod tests;
