//! How a program was built, as its build wrote it down: what stands in the custom section `counterfoil.build` of its
//! wasm.
//!
//! ```text
//! build = [1, compiler, lock: hash, source: hash / null]
//! ```
//!
//! # Limits
//!
//! It is what a build *says* of itself, and no proof: whoever wants one builds the sources again with that compiler
//! and compares the bytes. Its version is its own, for wasm that was built once stays as it is.

use crate::codec::{Decode, Encode, Error, Reader, Reason, Writer};
use crate::id::Hash;
use alloc::string::String;

/// The name of the custom section.
pub const SECTION: &str = "counterfoil.build";

/// Longest text that names a compiler, in bytes.
const COMPILER_BYTES_MAX: usize = 256;

const VERSION: u64 = 1;

/// How a program was built.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provenance {
    /// The compiler, as it calls itself: `rustc --version`.
    pub compiler: String,
    /// The plain BLAKE3 hash of the lock file, which names every dependency.
    pub lock: Hash,
    /// A hash of the source tree, where the build was of one that is known by it.
    pub source: Option<Hash>,
}

impl Encode for Provenance {
    fn encode(&self, w: &mut Writer) {
        w.array(4);
        w.unsigned(VERSION);
        w.text(&self.compiler);
        self.lock.encode(w);
        self.source.encode(w);
    }
}

impl Decode for Provenance {
    fn decode(r: &mut Reader<'_>) -> Result<Provenance, Error> {
        r.array_of(4)?;
        let start = r.offset();
        if r.unsigned()? != VERSION {
            return Err(r.error(start, Reason::Unknown));
        }
        Ok(Provenance {
            compiler: r.text_max(COMPILER_BYTES_MAX)?,
            lock: Hash::decode(r)?,
            source: Option::decode(r)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_pinned() {
        let built = Provenance { compiler: "rustc 1".into(), lock: Hash([7; 32]), source: None };
        let bytes = [&b"\x84\x01\x67rustc 1\x58\x20"[..], &[7; 32], &[0xf6]].concat();
        assert_eq!(built.to_bytes(), bytes);
        assert_eq!(Provenance::from_bytes(&bytes), Ok(built));
        let mut newer = bytes;
        newer[1] = 2;
        assert_eq!(Provenance::from_bytes(&newer).unwrap_err().reason, Reason::Unknown);
    }
}
