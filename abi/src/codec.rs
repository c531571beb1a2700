//! Canonical bytes: the workspace's one encoder and its one, strict decoder.
//!
//! Deterministic CBOR as of RFC 8949, section 4.2.1: shortest heads, definite lengths, no floats, no
//! tags (COSE objects add theirs by hand, in `journal`). Protocol objects are arrays; integers wider than
//! 64 bits are byte strings of 16 bytes, big-endian.
//!
//! This half is written by hand: it is small enough for a guest and fast enough for records. The
//! self-describing half, [`dynamic`], stands on ciborium, and one golden test holds both together.
//!
//! # Guarantees
//!
//! - `decode(encode(x)) = x`, and `encode(decode(b)) = b` or `b` is refused.
//! - A length is checked against the bytes at hand before anything is allocated.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "std")]
pub mod dynamic;
mod types;

pub use types::Bytes;

/// A value with one canonical encoding.
pub trait Encode {
    /// Appends the canonical bytes of `self`.
    fn encode(&self, w: &mut Writer);

    /// The canonical bytes of `self`.
    fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::default();
        self.encode(&mut w);
        w.into_bytes()
    }
}

/// A value that can be read back from its canonical encoding, and from no other bytes.
pub trait Decode: Sized {
    /// Reads one value.
    fn decode(r: &mut Reader<'_>) -> Result<Self, Error>;

    /// Reads one value that must fill `bytes`.
    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes);
        let value = Self::decode(&mut r)?;
        r.end()?;
        Ok(value)
    }
}

/// Why bytes were refused, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Error {
    /// Offset in bytes from the start of what was decoded.
    pub offset: usize,
    /// What is wrong there.
    pub reason: Reason,
}

/// What a strict decoder refuses. The numbers are stable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Reason {
    /// The bytes end inside a value.
    Truncated = 1001,
    /// Another type of value was expected here.
    Type = 1002,
    /// The value has a shorter, canonical form, or an indefinite length.
    NotCanonical = 1003,
    /// Bytes follow the value.
    Trailing = 1004,
    /// An array, map or string has another length than its type.
    Length = 1005,
    /// The number does not fit its type.
    Range = 1006,
    /// Text that is not UTF-8.
    Utf8 = 1007,
    /// A closed enumeration has no such member.
    Unknown = 1008,
    /// Keys are not strictly ascending.
    Order = 1009,
    /// Nested deeper than any of our objects.
    Depth = 1010,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.reason {
            Reason::Truncated => "the bytes end inside a value",
            Reason::Type => "another type of value was expected",
            Reason::NotCanonical => "not the canonical form of the value",
            Reason::Trailing => "bytes follow the value",
            Reason::Length => "wrong length",
            Reason::Range => "number out of range",
            Reason::Utf8 => "text is not UTF-8",
            Reason::Unknown => "no such member",
            Reason::Order => "keys are not strictly ascending",
            Reason::Depth => "nested too deep",
        };
        write!(f, "{what}: offset={}", self.offset)
    }
}

impl core::error::Error for Error {}

impl crate::Coded for Error {
    fn code(&self) -> u16 {
        self.reason as u16
    }
}

/// The eight major types of CBOR (RFC 8949, section 3.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Major {
    /// Unsigned integer.
    Unsigned = 0,
    /// Negative integer −1 − n.
    Negative = 1,
    /// Byte string.
    Bytes = 2,
    /// Text string.
    Text = 3,
    /// Array.
    Array = 4,
    /// Map.
    Map = 5,
    /// Tagged item.
    Tag = 6,
    /// Simple value.
    Simple = 7,
}

/// Simple values (RFC 8949, section 3.3).
const FALSE: u64 = 20;
const TRUE: u64 = 21;
const NULL: u64 = 22;

/// Writes canonical bytes.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// A head: major type and argument in its shortest form.
    pub fn head(&mut self, major: Major, value: u64) {
        let major = (major as u8) << 5;
        match value {
            0..24 => self.out.push(major | value.to_le_bytes()[0]),
            24..0x100 => self.out.extend([major | 24, value.to_le_bytes()[0]]),
            0x100..0x1_0000 => self.wide(major | 25, &value.to_be_bytes()[6..]),
            0x1_0000..0x1_0000_0000 => self.wide(major | 26, &value.to_be_bytes()[4..]),
            _ => self.wide(major | 27, &value.to_be_bytes()),
        }
    }

    fn wide(&mut self, initial: u8, argument: &[u8]) {
        self.out.push(initial);
        self.out.extend_from_slice(argument);
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self, value: u64) {
        self.head(Major::Unsigned, value);
    }

    /// A signed integer.
    pub fn signed(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(Major::Unsigned, value),
            Err(_) => self.head(Major::Negative, value.wrapping_add(1).unsigned_abs()),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) {
        self.head(Major::Bytes, value.len() as u64);
        self.out.extend_from_slice(value);
    }

    /// A text string.
    pub fn text(&mut self, value: &str) {
        self.head(Major::Text, value.len() as u64);
        self.out.extend_from_slice(value.as_bytes());
    }

    /// The head of an array of `len` items, which the caller writes next.
    pub fn array(&mut self, len: usize) {
        self.head(Major::Array, len as u64);
    }

    /// The head of a map of `len` pairs, which the caller writes next, keys ascending.
    pub fn map(&mut self, len: usize) {
        self.head(Major::Map, len as u64);
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool) {
        self.head(Major::Simple, if value { TRUE } else { FALSE });
    }

    /// The absent value.
    pub fn null(&mut self) {
        self.head(Major::Simple, NULL);
    }

    /// Canonical bytes of a value, made earlier by this codec.
    pub fn raw(&mut self, canonical: &[u8]) {
        self.out.extend_from_slice(canonical);
    }
}

/// Reads canonical bytes, and refuses all others.
#[derive(Clone)]
pub struct Reader<'a> {
    all: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { all: bytes, offset: 0 }
    }

    /// Where the next value starts.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// An error at `offset`.
    pub fn error(&self, offset: usize, reason: Reason) -> Error {
        Error { offset, reason }
    }

    /// The bytes read since `start`: canonical, because the reader accepts nothing else.
    pub fn since(&self, start: usize) -> &'a [u8] {
        &self.all[start..self.offset]
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.all.len() - self.offset
    }

    /// Succeeds at the end of the input.
    pub fn end(&self) -> Result<(), Error> {
        if self.remaining() == 0 { Ok(()) } else { Err(self.error(self.offset, Reason::Trailing)) }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let rest = self.all.get(self.offset..).unwrap_or_default();
        let (taken, _) = rest.split_at_checked(len).ok_or(self.error(self.all.len(), Reason::Truncated))?;
        self.offset += len;
        Ok(taken)
    }

    /// A head: major type and argument; only the shortest form of the argument is accepted.
    pub fn head(&mut self) -> Result<(Major, u64), Error> {
        let start = self.offset;
        let &[initial] = self.take(1)? else {
            return Err(self.error(start, Reason::Truncated));
        };
        let major = match initial >> 5 {
            0 => Major::Unsigned,
            1 => Major::Negative,
            2 => Major::Bytes,
            3 => Major::Text,
            4 => Major::Array,
            5 => Major::Map,
            6 => Major::Tag,
            _ => Major::Simple,
        };
        let (width, least) = match initial & 31 {
            small @ 0..24 => return Ok((major, u64::from(small))),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            _ => return Err(self.error(start, Reason::NotCanonical)),
        };
        if major == Major::Simple {
            return Err(self.error(start, Reason::Type));
        }
        let value = self.take(width)?.iter().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
        if value < least {
            return Err(self.error(start, Reason::NotCanonical));
        }
        Ok((major, value))
    }

    fn expect(&mut self, expected: Major) -> Result<u64, Error> {
        let start = self.offset;
        match self.head()? {
            (major, value) if major == expected => Ok(value),
            _ => Err(self.error(start, Reason::Type)),
        }
    }

    /// The major type of the next value, which stays unread; `None` at the end.
    pub fn peek(&self) -> Option<Major> {
        self.clone().head().ok().map(|(major, _)| major)
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self) -> Result<u64, Error> {
        self.expect(Major::Unsigned)
    }

    /// A signed integer.
    pub fn signed(&mut self) -> Result<i64, Error> {
        let start = self.offset;
        let (major, value) = self.head()?;
        let value = i64::try_from(value).map_err(|_| self.error(start, Reason::Range))?;
        match major {
            Major::Unsigned => Ok(value),
            Major::Negative => Ok(-1 - value),
            _ => Err(self.error(start, Reason::Type)),
        }
    }

    /// A length that the remaining bytes can hold, one byte an item at least.
    fn length(&mut self, major: Major, each: usize) -> Result<usize, Error> {
        let len = self.expect(major)?;
        match usize::try_from(len) {
            Ok(len) if len.saturating_mul(each) <= self.remaining() => Ok(len),
            _ => Err(self.error(self.all.len(), Reason::Truncated)),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
        let len = self.length(Major::Bytes, 1)?;
        self.take(len)
    }

    /// A byte string of exactly `N` bytes.
    pub fn byte_array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let start = self.offset;
        let bytes = self.bytes()?;
        bytes.try_into().map_err(|_| self.error(start, Reason::Length))
    }

    /// A text string.
    pub fn text(&mut self) -> Result<&'a str, Error> {
        let len = self.length(Major::Text, 1)?;
        let start = self.offset;
        core::str::from_utf8(self.take(len)?).map_err(|_| self.error(start, Reason::Utf8))
    }

    /// An owned text string of at most `max` bytes.
    pub fn text_max(&mut self, max: usize) -> Result<String, Error> {
        let start = self.offset;
        let text = self.text()?;
        if text.len() > max { Err(self.error(start, Reason::Length)) } else { Ok(text.into()) }
    }

    /// The head of an array; the caller reads its items.
    pub fn array(&mut self) -> Result<usize, Error> {
        self.length(Major::Array, 1)
    }

    /// The head of an array of exactly `len` items.
    pub fn array_of(&mut self, len: usize) -> Result<(), Error> {
        let start = self.offset;
        if self.array()? == len { Ok(()) } else { Err(self.error(start, Reason::Length)) }
    }

    /// The head of a map; the caller reads its pairs.
    pub fn map(&mut self) -> Result<usize, Error> {
        self.length(Major::Map, 2)
    }

    /// A boolean.
    pub fn bool(&mut self) -> Result<bool, Error> {
        let start = self.offset;
        match self.head()? {
            (Major::Simple, FALSE) => Ok(false),
            (Major::Simple, TRUE) => Ok(true),
            _ => Err(self.error(start, Reason::Type)),
        }
    }

    /// Whether the next value is the absent value, which is then read.
    pub fn null(&mut self) -> Result<bool, Error> {
        let absent = matches!(self.clone().head()?, (Major::Simple, NULL));
        if absent {
            self.head()?;
        }
        Ok(absent)
    }

    /// A version byte, which must be ours.
    pub fn version(&mut self) -> Result<u8, Error> {
        let start = self.offset;
        match self.unsigned()? {
            version if version == u64::from(crate::VERSION) => Ok(crate::VERSION),
            _ => Err(self.error(start, Reason::Unknown)),
        }
    }

    /// What a file that stands alone begins with: its name, which must be this one, and the version.
    pub fn named(&mut self, name: &str) -> Result<(), Error> {
        let start = self.offset;
        if self.text()? != name {
            return Err(self.error(start, Reason::Unknown));
        }
        self.version().map(|_| ())
    }
}

/// Writes a struct as the array of the named fields, in that order, and reads it back.
///
/// `canonical_array!(Head { size, root })` for a struct; the field types decide their own forms.
#[macro_export]
macro_rules! canonical_array {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::codec::Encode for $name {
            fn encode(&self, w: &mut $crate::codec::Writer) {
                w.array([$(stringify!($field)),+].len());
                $($crate::codec::Encode::encode(&self.$field, w);)+
            }
        }

        impl $crate::codec::Decode for $name {
            fn decode(r: &mut $crate::codec::Reader<'_>) -> Result<Self, $crate::codec::Error> {
                r.array_of([$(stringify!($field)),+].len())?;
                Ok($name { $($field: $crate::codec::Decode::decode(r)?),+ })
            }
        }
    };
}

impl Writer {
    /// A writer that has room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Writer {
        Writer { out: Vec::with_capacity(bytes) }
    }

    /// What was written so far.
    pub fn written(&self) -> &[u8] {
        &self.out
    }

    /// Forgets what was written so far, and keeps the room.
    pub fn clear(&mut self) {
        self.out.clear();
    }
}

#[cfg(test)]
mod tests;
