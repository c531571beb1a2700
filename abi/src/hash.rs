//! BLAKE3-256 with one domain for each kind of object.
//!
//! `H_kind(input) = keyed_hash(derive_key(context of the kind, ""), input)`, for every kind (BLAKE3
//! specification, sections 2.3 and 6.2). The derived keys are written out below, so that hashing starts
//! with no set-up; a test derives them again.

use crate::id::Hash;

pub use blake3::Hasher;

/// One kind of hashed object: its context, and the key derived from it.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The `derive_key` context.
    pub context: &'static str,
    /// `derive_key(context, "")`.
    pub key: [u8; 32],
}

impl Kind {
    /// The digest of `input` as an object of this kind.
    pub fn hash(&self, input: &[u8]) -> Hash {
        Hash(*blake3::keyed_hash(&self.key, input).as_bytes())
    }

    /// The digest of the concatenation of `parts`.
    pub fn hash_parts(&self, parts: &[&[u8]]) -> Hash {
        let mut hasher = self.hasher();
        parts.iter().for_each(|part| {
            hasher.update(part);
        });
        Hash(*hasher.finalize().as_bytes())
    }

    /// The digest of two digests: one 64-byte block.
    pub fn hash_pair(&self, left: &Hash, right: &Hash) -> Hash {
        let mut block = [0u8; 64];
        block[..32].copy_from_slice(&left.0);
        block[32..].copy_from_slice(&right.0);
        self.hash(&block)
    }

    /// The digest of `input` padded to whole 64-byte blocks: its length in 8 bytes, big-endian, the
    /// input, and as many zeros as fill the last block.
    pub fn hash_padded(&self, input: &[u8]) -> Hash {
        let zeros = [0u8; 64];
        let fill = (64 - (8 + input.len()) % 64) % 64;
        self.hash_parts(&[&(input.len() as u64).to_be_bytes(), input, &zeros[..fill]])
    }

    /// A hasher for an object that comes in pieces.
    pub fn hasher(&self) -> Hasher {
        Hasher::new_keyed(&self.key)
    }
}

/// A digest that only the holder of `secret` could have named: salts come from this.
pub fn salt(secret: &[u8; 32], of: &[u8]) -> [u8; 32] {
    *blake3::keyed_hash(secret, of).as_bytes()
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $context:literal, $key:literal;)+) => {
        $($(#[$doc])* pub const $name: Kind = Kind { context: $context, key: unhex($key) };)+

        /// Every kind.
        pub const KINDS: &[Kind] = &[$($name),+];
    };
}

const fn unhex(text: &str) -> [u8; 32] {
    let text = text.as_bytes();
    assert!(text.len() == 64);
    let mut out = [0; 32];
    let mut i = 0;
    while i < 64 {
        let digit = text[i];
        let value = if digit <= b'9' { digit - b'0' } else { digit - b'a' + 10 };
        out[i / 2] = out[i / 2] << 4 | value;
        i += 1;
    }
    out
}

kinds! {
    /// A genesis; the digest is the shard's id.
    GENESIS = "counterfoil v0 genesis",
        "899db6184e6e33b91a71f549428eb3e59d75f6acf00710895eaae7e31e80e643";
    /// A profile.
    PROFILE = "counterfoil v0 profile",
        "228df59322673d621f3c4d095fd5a90b39243b4d4fb3ac0a325803d2b8750166";
    /// A program's raw wasm.
    PROGRAM = "counterfoil v0 program",
        "2cfc359d9ea0ef94dfc78028e569fd484e45e099a54c60ea68bca74fcd17bd7d";
    /// A call with its arguments replaced by their digest.
    CALL = "counterfoil v0 call",
        "de36a7e1c8a7697963d1a6771e35e597be6704eebc66e315fb150201c50d4820";
    /// Salted arguments.
    ARGS = "counterfoil v0 args",
        "b1305fe79b5723c2f5974617767df7723a347f3500f6f603d846de2e5470ceec";
    /// A salted output.
    OUTPUT = "counterfoil v0 output",
        "9dc6fcf91edcfc7a9e1f08a9405596d4c79494840ec99d93ba54ecc8de9c5e39";
    /// A salted event.
    EVENT = "counterfoil v0 event",
        "f4e577833ae6902c0ed7a3ecc4b0834b7f947b2f8654d0317ccf7e7c44978584";
    /// A message to another shard.
    MESSAGE = "counterfoil v0 message",
        "b22e53c3caaaaff46f7110a8c2d3d47124a41e4a0213ea2db9831f5ce16782f8";
    /// A diff.
    DIFF = "counterfoil v0 diff",
        "4e7d9f8645b3eaa0f1c3e1a01ba4128a3cab58d1b7be3f01f12d2cba0c5029c7";
    /// An effect.
    EFFECT = "counterfoil v0 effect",
        "f0db144b318aff0ea1bad03ca7efcc5e7c89a5a70e87439dc287a8df86bae7ce";
    /// A block header.
    HEADER = "counterfoil v0 header",
        "ce55fcaa7577e8a09408848ff57d0ab1735d29c2dafc9901234e58688b315ca5";
    /// An inner node of a list's Merkle tree.
    LIST_NODE = "counterfoil v0 list node",
        "6c6627315555e91de775edc55b8dc1ddea133115c50c4e99426b586bd34d1a65";
    /// A program as an engine compiled it, in a cache.
    COMPILED = "counterfoil v0 compiled program",
        "e771c0127e8573b0c6444d33fe4d89699a33b43bb3a432772dcf1f9245571eae";
    /// A value drawn from a call's random stream.
    RANDOM = "counterfoil v0 random",
        "8790e660ec00dc16aade93a1af7e1f4c74bd77dd8e4e23462a1804308bd4935c";
    /// A key in state.
    STATE_KEY = "counterfoil v0 state key",
        "e57a69e22273d6fae86f4eda813c268d8333f108dc6d285082cb89bc8c393066";
    /// A value in state.
    STATE_VALUE = "counterfoil v0 state value",
        "81022c02c9dd739a0649677caa533d34805faf1bccbcdb0805a704431e8921d1";
    /// The content of a state leaf: value hash, hash of the next key.
    STATE_CONTENT = "counterfoil v0 state content",
        "a3d8aaf9c60142cdd64acebc235b20382491eeee98dcea5091e0a388adda97a7";
    /// A leaf of the state trie: key hash, content.
    STATE_LEAF = "counterfoil v0 state leaf",
        "76c6552ddc2a7015f15392f46f5673a7f497dd4f1dc12dae66756c8f7f428c1b";
    /// An inner node of the state trie.
    STATE_NODE = "counterfoil v0 state node",
        "5abcbdf5c7b674c696b68be973f673f00c327446540db95dfe00b6466daf2dea";
    /// A page of a journal's segment; its first 16 bytes are the page's checksum.
    SEGMENT_PAGE = "counterfoil v0 segment page",
        "b6bed09edd8b59878091a8b01ed125364e373b427a0a44dc9a472457d3750450";
    /// The bytes of a bundle before its trailer.
    BUNDLE = "counterfoil v0 bundle",
        "3d47b3864f6766a77b3ffb7df201f42a895e0dfc0deeeec396ba5a6c32f295bc";
    /// A public key, of which the first 16 bytes are its `kid`.
    KEY_ID = "counterfoil v0 key id",
        "eb5ae95d08b6a14a057cbe2a5b54791f818eb3c2fdedd10b4e9c2466a7e5e21d";
    /// Columns of a row, whose digest is an argument.
    RUN_COLUMNS = "counterfoil v0 run columns",
        "b21e5bd3999cb67db202b0cfc06604747eeedc17026cd3fcb5000c56c10df986";
    /// A line of a bulk run, whose digest is the call's idempotency key.
    RUN_LINE = "counterfoil v0 run line",
        "6d1ca69db5fc7f3b2e04dd7d0f52c110885d0f90a3c65a8e949ca84e441790e7";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_derived_from_their_contexts() {
        for kind in KINDS {
            let derived = Hash(blake3::derive_key(kind.context, b""));
            assert_eq!(derived, Hash(kind.key), "{}", kind.context);
        }
    }

    #[test]
    fn no_two_kinds_share_a_domain() {
        let contexts: std::collections::BTreeSet<_> = KINDS.iter().map(|kind| kind.context).collect();
        assert_eq!(contexts.len(), KINDS.len());
    }

    #[test]
    fn padding_tells_lengths_apart() {
        assert_ne!(STATE_KEY.hash_padded(b""), STATE_KEY.hash_padded(b"\0"));
        let padded: Vec<u8> = [&[0, 0, 0, 0, 0, 0, 0, 3][..], b"abc", &[0; 53]].concat();
        assert_eq!(padded.len(), 64);
        assert_eq!(STATE_KEY.hash_padded(b"abc"), STATE_KEY.hash(&padded));
    }
}
