//! The canonical forms of Rust's own types.

use super::{Decode, Encode, Error, Reader, Reason, Writer};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

/// A byte string (a `Vec<u8>` would be an array of numbers).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub Vec<u8>);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Bytes {
        Bytes(bytes.to_vec())
    }
}

macro_rules! unsigned {
    ($($int:ty),+) => {$(
        impl Encode for $int {
            fn encode(&self, w: &mut Writer) {
                w.unsigned(u64::from(*self));
            }
        }

        impl Decode for $int {
            fn decode(r: &mut Reader<'_>) -> Result<$int, Error> {
                let start = r.offset();
                let value = r.unsigned()?;
                <$int>::try_from(value).map_err(|_| r.error(start, Reason::Range))
            }
        }
    )+};
}
unsigned!(u8, u16, u32, u64);

macro_rules! signed {
    ($($int:ty),+) => {$(
        impl Encode for $int {
            fn encode(&self, w: &mut Writer) {
                w.signed(i64::from(*self));
            }
        }

        impl Decode for $int {
            fn decode(r: &mut Reader<'_>) -> Result<$int, Error> {
                let start = r.offset();
                let value = r.signed()?;
                <$int>::try_from(value).map_err(|_| r.error(start, Reason::Range))
            }
        }
    )+};
}
signed!(i8, i16, i32, i64);

impl Encode for u128 {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.to_be_bytes());
    }
}

impl Decode for u128 {
    fn decode(r: &mut Reader<'_>) -> Result<u128, Error> {
        r.byte_array().map(u128::from_be_bytes)
    }
}

impl Encode for bool {
    fn encode(&self, w: &mut Writer) {
        w.bool(*self);
    }
}

impl Decode for bool {
    fn decode(r: &mut Reader<'_>) -> Result<bool, Error> {
        r.bool()
    }
}

impl Encode for Bytes {
    fn encode(&self, w: &mut Writer) {
        w.bytes(self);
    }
}

impl Decode for Bytes {
    fn decode(r: &mut Reader<'_>) -> Result<Bytes, Error> {
        r.bytes().map(Bytes::from)
    }
}

impl<const N: usize> Encode for [u8; N] {
    fn encode(&self, w: &mut Writer) {
        w.bytes(self);
    }
}

impl<const N: usize> Decode for [u8; N] {
    fn decode(r: &mut Reader<'_>) -> Result<[u8; N], Error> {
        r.byte_array()
    }
}

impl Encode for str {
    fn encode(&self, w: &mut Writer) {
        w.text(self);
    }
}

impl Encode for String {
    fn encode(&self, w: &mut Writer) {
        w.text(self);
    }
}

impl Decode for String {
    fn decode(r: &mut Reader<'_>) -> Result<String, Error> {
        r.text().map(String::from)
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, w: &mut Writer) {
        (**self).encode(w);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, w: &mut Writer) {
        match self {
            None => w.null(),
            Some(value) => value.encode(w),
        }
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(r: &mut Reader<'_>) -> Result<Option<T>, Error> {
        if r.null()? { Ok(None) } else { T::decode(r).map(Some) }
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, w: &mut Writer) {
        w.array(self.len());
        self.iter().for_each(|item| item.encode(w));
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, w: &mut Writer) {
        self.as_slice().encode(w);
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(r: &mut Reader<'_>) -> Result<Vec<T>, Error> {
        // Grown as items prove to be there, so that a length in front of tiny items cannot make a small
        // input allocate `len × size_of::<T>()`.
        let len = r.array()?;
        let mut items = Vec::new();
        for _ in 0..len {
            items.push(T::decode(r)?);
        }
        Ok(items)
    }
}

/// The unit value is the empty array, as are tuples arrays of their members.
impl Encode for () {
    fn encode(&self, w: &mut Writer) {
        w.array(0);
    }
}

impl Decode for () {
    fn decode(r: &mut Reader<'_>) -> Result<(), Error> {
        r.array_of(0)
    }
}

macro_rules! tuple {
    ($len:literal: $($name:ident $index:tt),+) => {
        impl<$($name: Encode),+> Encode for ($($name,)+) {
            fn encode(&self, w: &mut Writer) {
                w.array($len);
                $(self.$index.encode(w);)+
            }
        }

        impl<$($name: Decode),+> Decode for ($($name,)+) {
            fn decode(r: &mut Reader<'_>) -> Result<Self, Error> {
                r.array_of($len)?;
                Ok(($($name::decode(r)?,)+))
            }
        }
    };
}
tuple!(1: A 0);
tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
tuple!(4: A 0, B 1, C 2, D 3);
tuple!(5: A 0, B 1, C 2, D 3, E 4);
tuple!(6: A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
