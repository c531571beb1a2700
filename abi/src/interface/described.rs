//! An interface as a host reads it back from a program.

use super::Kind;
use crate::codec::{Decode, Error, Reader, Reason};
use crate::limits::{CBOR_DEPTH_MAX, METHOD_BYTES_MAX};
use std::fmt;

/// What a program says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Described {
    /// The program's name.
    pub name: String,
    /// What can be called and asked.
    pub methods: Vec<MethodForm>,
    /// What it keeps.
    pub state: Vec<SlotForm>,
    /// What it emits.
    pub events: Vec<EventForm>,
    /// How its methods fail.
    pub errors: Vec<ErrorForm>,
}

/// A method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MethodForm {
    /// Whether it may write.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it does, in its author's words.
    pub doc: String,
    /// Its parameters.
    pub params: Vec<(String, Type)>,
    /// What it answers.
    pub returns: Type,
    /// Whether it can fail with one of the program's errors.
    pub fails: bool,
}

/// A field of state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SlotForm {
    /// Its name.
    pub name: String,
    /// The form of a map's keys; a cell has none.
    pub key: Option<Type>,
    /// The form of its values.
    pub value: Type,
}

/// A kind of event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventForm {
    /// Its name.
    pub name: String,
    /// The form of its data.
    pub data: Type,
}

/// One way to fail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErrorForm {
    /// Its number.
    pub code: u64,
    /// Its name.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// What it carries.
    pub fields: Vec<(String, Type)>,
}

/// A type of values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// The empty array.
    Unit,
    /// A boolean.
    Bool,
    /// An unsigned integer of so many bits, at most 64.
    Unsigned(u32),
    /// An unsigned integer of 128 bits; 16 bytes, big-endian.
    U128,
    /// A signed integer of so many bits, at most 64.
    Signed(u32),
    /// Text.
    Text,
    /// A byte string.
    Bytes,
    /// A digest.
    Hash,
    /// A byte string of one length.
    Fixed(usize),
    /// A value or null.
    Option(Box<Type>),
    /// Any number of values of one type.
    List(Box<Type>),
    /// An array of one value of each type.
    Tuple(Vec<Type>),
    /// An array of named values.
    Struct(String, Vec<(String, Type)>),
    /// One of these names, as its index.
    Enum(String, Vec<String>),
}

impl Described {
    /// The method called `name`; where a call and a query share it, the call.
    pub fn method(&self, name: &str) -> Option<&MethodForm> {
        self.methods.iter().filter(|method| method.name == name).min_by_key(|method| method.kind as u8)
    }

    /// The event called `name`.
    pub fn event(&self, name: &str) -> Option<&EventForm> {
        self.events.iter().find(|event| event.name == name)
    }

    /// The error with code `code`.
    pub fn error(&self, code: u64) -> Option<&ErrorForm> {
        self.errors.iter().find(|error| error.code == code)
    }
}

impl Decode for Described {
    fn decode(r: &mut Reader<'_>) -> Result<Described, Error> {
        r.array_of(6)?;
        r.version()?;
        Ok(Described {
            name: String::decode(r)?,
            methods: list(r, method)?,
            state: list(r, slot)?,
            events: list(r, event)?,
            errors: list(r, error)?,
        })
    }
}

fn list<T>(r: &mut Reader<'_>, item: fn(&mut Reader<'_>) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    for _ in 0..r.array()? {
        items.push(item(r)?);
    }
    Ok(items)
}

fn method(r: &mut Reader<'_>) -> Result<MethodForm, Error> {
    let start = r.offset();
    r.array_of(6)?;
    let kind = match u8::decode(r)? {
        0 => Kind::Call,
        1 => Kind::Query,
        _ => return Err(r.error(start, Reason::Unknown)),
    };
    Ok(MethodForm {
        kind,
        name: r.text_max(METHOD_BYTES_MAX)?,
        doc: String::decode(r)?,
        params: fields(r, CBOR_DEPTH_MAX)?,
        returns: read_type(r, CBOR_DEPTH_MAX)?,
        fails: r.bool()?,
    })
}

fn slot(r: &mut Reader<'_>) -> Result<SlotForm, Error> {
    r.array_of(3)?;
    let name = String::decode(r)?;
    let key = if r.null()? { None } else { Some(read_type(r, CBOR_DEPTH_MAX)?) };
    Ok(SlotForm { name, key, value: read_type(r, CBOR_DEPTH_MAX)? })
}

fn event(r: &mut Reader<'_>) -> Result<EventForm, Error> {
    let (name, data) = field(r, CBOR_DEPTH_MAX)?;
    Ok(EventForm { name, data })
}

fn error(r: &mut Reader<'_>) -> Result<ErrorForm, Error> {
    r.array_of(4)?;
    Ok(ErrorForm {
        code: r.unsigned()?,
        name: String::decode(r)?,
        doc: String::decode(r)?,
        fields: fields(r, CBOR_DEPTH_MAX)?,
    })
}

fn fields(r: &mut Reader<'_>, depth: usize) -> Result<Vec<(String, Type)>, Error> {
    let mut fields = Vec::new();
    for _ in 0..r.array()? {
        fields.push(field(r, depth)?);
    }
    Ok(fields)
}

fn field(r: &mut Reader<'_>, depth: usize) -> Result<(String, Type), Error> {
    r.array_of(2)?;
    Ok((String::decode(r)?, read_type(r, depth)?))
}

fn read_type(r: &mut Reader<'_>, depth: usize) -> Result<Type, Error> {
    use crate::codec::Major;
    let start = r.offset();
    let depth = depth.checked_sub(1).ok_or(r.error(start, Reason::Depth))?;
    if r.peek() == Some(Major::Array) {
        return compound(r, depth);
    }
    Ok(match r.unsigned()? {
        0 => Type::Unit,
        1 => Type::Bool,
        2 => Type::Unsigned(8),
        3 => Type::Unsigned(16),
        4 => Type::Unsigned(32),
        5 => Type::Unsigned(64),
        6 => Type::U128,
        7 => Type::Signed(8),
        8 => Type::Signed(16),
        9 => Type::Signed(32),
        10 => Type::Signed(64),
        11 => Type::Text,
        12 => Type::Bytes,
        13 => Type::Hash,
        _ => return Err(r.error(start, Reason::Unknown)),
    })
}

fn compound(r: &mut Reader<'_>, depth: usize) -> Result<Type, Error> {
    let start = r.offset();
    let len = r.array()?;
    Ok(match (r.unsigned()?, len) {
        (14, 2) => Type::Fixed(usize::try_from(r.unsigned()?).map_err(|_| r.error(start, Reason::Range))?),
        (15, 2) => Type::Option(Box::new(read_type(r, depth)?)),
        (16, 2) => Type::List(Box::new(read_type(r, depth)?)),
        (17, 1..) => {
            let mut members = Vec::new();
            for _ in 1..len {
                members.push(read_type(r, depth)?);
            }
            Type::Tuple(members)
        }
        (18, 3) => Type::Struct(String::decode(r)?, fields(r, depth)?),
        (19, 3) => Type::Enum(String::decode(r)?, Vec::decode(r)?),
        _ => return Err(r.error(start, Reason::Unknown)),
    })
}

impl fmt::Display for Type {
    /// As a person would write it: `[u32]`, `text or null`, `Transfer`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Unit => f.write_str("nothing"),
            Type::Bool => f.write_str("bool"),
            Type::Unsigned(bits) => write!(f, "u{bits}"),
            Type::U128 => f.write_str("u128"),
            Type::Signed(bits) => write!(f, "i{bits}"),
            Type::Text => f.write_str("text"),
            Type::Bytes => f.write_str("bytes"),
            Type::Hash => f.write_str("hash"),
            Type::Fixed(len) => write!(f, "{len} bytes"),
            Type::Option(inner) => write!(f, "{inner} or null"),
            Type::List(inner) => write!(f, "[{inner}]"),
            Type::Tuple(members) => {
                f.write_str("(")?;
                for (index, member) in members.iter().enumerate() {
                    write!(f, "{}{member}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
            Type::Struct(name, _) | Type::Enum(name, _) => f.write_str(name),
        }
    }
}
