//! Keys of a `Map` in state: bytes whose order is the order of the values.
//!
//! CBOR does not keep order, so keys have an encoding of their own:
//!
//! ```text
//! u8 … u128     big-endian, as wide as the type
//! i8 … i64      the same, with the sign bit flipped
//! bool          0 or 1
//! [u8; N], Hash as they are
//! text, bytes   each 0x00 as 0x00 0xff, then 0x00 0x00
//! tuple         its members, one after the other
//! ```
//!
//! # Guarantees
//!
//! - `a < b` exactly where `encode(a) < encode(b)`.
//! - No encoding is the beginning of another of the same type, so that tuples keep order too.
//! - Only the bytes that `encode_key` makes are decoded.

use crate::codec::Bytes;
use crate::id::Hash;
use alloc::string::String;
use alloc::vec::Vec;

/// A value that can be a key of a `Map`.
pub trait Key: Sized {
    /// Appends the key's bytes.
    fn encode_key(&self, out: &mut Vec<u8>);

    /// Reads a key and moves `bytes` behind it; `None` where they are no such key.
    fn decode_key(bytes: &mut &[u8]) -> Option<Self>;
}

/// The first `N` bytes, which are taken off.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}

macro_rules! integer {
    ($($int:ty, flipped by $flip:expr;)+) => {$(
        impl Key for $int {
            fn encode_key(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&(self ^ $flip).to_be_bytes());
            }

            fn decode_key(bytes: &mut &[u8]) -> Option<$int> {
                take(bytes).map(|taken| <$int>::from_be_bytes(taken) ^ $flip)
            }
        }
    )+};
}
integer! {
    u8, flipped by 0;
    u16, flipped by 0;
    u32, flipped by 0;
    u64, flipped by 0;
    u128, flipped by 0;
    i8, flipped by i8::MIN;
    i16, flipped by i16::MIN;
    i32, flipped by i32::MIN;
    i64, flipped by i64::MIN;
}

impl Key for bool {
    fn encode_key(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn decode_key(bytes: &mut &[u8]) -> Option<bool> {
        match take(bytes)? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

impl<const N: usize> Key for [u8; N] {
    fn encode_key(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn decode_key(bytes: &mut &[u8]) -> Option<[u8; N]> {
        take(bytes)
    }
}

impl Key for Hash {
    fn encode_key(&self, out: &mut Vec<u8>) {
        self.0.encode_key(out);
    }

    fn decode_key(bytes: &mut &[u8]) -> Option<Hash> {
        take(bytes).map(Hash)
    }
}

impl Key for Bytes {
    fn encode_key(&self, out: &mut Vec<u8>) {
        escape(self, out);
    }

    fn decode_key(bytes: &mut &[u8]) -> Option<Bytes> {
        unescape(bytes).map(Bytes)
    }
}

impl Key for String {
    fn encode_key(&self, out: &mut Vec<u8>) {
        escape(self.as_bytes(), out);
    }

    fn decode_key(bytes: &mut &[u8]) -> Option<String> {
        String::from_utf8(unescape(bytes)?).ok()
    }
}

/// The terminator sorts before every byte that could follow, the escaped zero among them.
fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        out.push(byte);
        if byte == 0 {
            out.push(0xff);
        }
    }
    out.extend_from_slice(&[0, 0]);
}

fn unescape(bytes: &mut &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        match take(bytes)? {
            [0] => match take(bytes)? {
                [0] => return Some(out),
                [0xff] => out.push(0),
                _ => return None,
            },
            [byte] => out.push(byte),
        }
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Key),+> Key for ($($name,)+) {
            fn encode_key(&self, out: &mut Vec<u8>) {
                $(self.$index.encode_key(out);)+
            }

            fn decode_key(bytes: &mut &[u8]) -> Option<Self> {
                Some(($($name::decode_key(bytes)?,)+))
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use core::fmt::Debug;
    use proptest::prelude::*;

    fn encoded(key: &impl Key) -> Vec<u8> {
        let mut out = Vec::new();
        key.encode_key(&mut out);
        out
    }

    fn holds<K: Key + Ord + Debug>(a: K, b: K) -> Result<(), TestCaseError> {
        let (bytes_a, bytes_b) = (encoded(&a), encoded(&b));
        prop_assert_eq!(a.cmp(&b), bytes_a.cmp(&bytes_b));
        prop_assert!(a == b || !bytes_a.starts_with(&bytes_b));
        for (key, bytes) in [(a, bytes_a), (b, bytes_b)] {
            let mut left = bytes.as_slice();
            prop_assert_eq!(K::decode_key(&mut left), Some(key));
            prop_assert!(left.is_empty());
        }
        Ok(())
    }

    /// Text of few letters, so that one is often the beginning of another, and zeros are common.
    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(prop_oneof![Just('\0'), Just('a'), Just('\u{7f}'), Just('ÿ')], 0..4)
            .prop_map(|letters| letters.into_iter().collect())
    }

    fn bytes() -> impl Strategy<Value = Bytes> {
        proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xfe), Just(0xff)], 0..4)
            .prop_map(Bytes)
    }

    proptest! {
        #[test]
        fn the_order_of_keys_is_the_order_of_values(
            unsigned in any::<[(u8, u16, u32, u64); 2]>(),
            wide in any::<[u128; 2]>(),
            signed in any::<[(i8, i16, i32, i64); 2]>(),
            fixed in any::<[[u8; 3]; 2]>(),
            texts in [text(), text()],
            mixed in [(text(), bytes(), any::<bool>()), (text(), bytes(), any::<bool>())],
        ) {
            let [a, b] = unsigned;
            holds(a, b)?;
            let [a, b] = wide;
            holds(a, b)?;
            let [a, b] = signed;
            holds(a, b)?;
            let [a, b] = fixed;
            holds(a, b)?;
            let [a, b] = texts;
            holds(a, b)?;
            let [a, b] = mixed;
            holds(a, b)?;
        }

        #[test]
        fn what_is_decoded_is_what_would_be_encoded(
            bytes in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff)], 0..8),
        ) {
            let mut left = bytes.as_slice();
            if let Some(key) = <(bool, Bytes)>::decode_key(&mut left) {
                prop_assert_eq!([encoded(&key).as_slice(), left].concat(), bytes);
            }
        }
    }

    #[test]
    fn the_bytes_are_pinned() {
        assert_eq!(encoded(&(1u16, -1i8, true)), [0, 1, 0x7f, 1]);
        assert_eq!(encoded(&(String::from("a\0"), 7u8)), [b'a', 0, 0xff, 0, 0, 7]);
        assert_eq!(encoded(&Bytes(vec![])), [0, 0]);
        assert_eq!(String::decode_key(&mut &[0xc3, 0, 0][..]), None, "not UTF-8");
        assert_eq!(bool::decode_key(&mut &[2][..]), None);
    }
}
