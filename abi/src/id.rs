//! Names of 32 bytes: shards, programs, profiles, blocks, calls.

use crate::codec::{Decode, Encode, Error, Reader, Writer};
use core::fmt;
use core::str::FromStr;

/// A 32-byte digest used as a name. Text form: 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Thirty-two zero bytes: the root of an empty subtree, the "next key" of the last key.
    pub const ZERO: Hash = Hash([0; 32]);

    /// The digest as bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Bit `index` counted from the most significant bit of the first byte; `index` < 256.
    pub const fn bit(&self, index: usize) -> bool {
        self.0[index / 8] & (0x80 >> (index % 8)) != 0
    }

    /// The first eight bytes, as a number that is ordered as they are.
    pub const fn prefix(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// The digest with bit `index`, counted as for [`bit`](Self::bit), the other way.
    pub const fn flipped(mut self, index: usize) -> Hash {
        self.0[index / 8] ^= 0x80 >> (index % 8);
        self
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a [`struct@Hash`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAHash;

impl fmt::Display for NotAHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 64 lowercase hexadecimal digits")
    }
}

impl core::error::Error for NotAHash {}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Hash, NotAHash> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(NotAHash);
        }
        let mut out = [0u8; 32];
        for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Hash(out))
    }
}

fn nibble(digit: u8) -> Result<u8, NotAHash> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotAHash),
    }
}

impl Encode for Hash {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for Hash {
    fn decode(r: &mut Reader<'_>) -> Result<Hash, Error> {
        r.byte_array().map(Hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn text_form_is_exact() {
        let hash = Hash(core::array::from_fn(|i| u8::try_from(i * 8 % 256).unwrap()));
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().to_uppercase().parse::<Hash>(), Err(NotAHash));
        assert_eq!("00".parse::<Hash>(), Err(NotAHash));
    }

    #[test]
    fn bits_are_counted_from_the_top() {
        let mut hash = Hash::ZERO;
        hash.0[1] = 0x40;
        assert_eq!((0..256).filter(|&i| hash.bit(i)).collect::<Vec<_>>(), [9]);
    }
}
