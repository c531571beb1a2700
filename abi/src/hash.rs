//! BLAKE3-256 with one domain for each kind of object.
//!
//! `H_kind(input) = keyed_hash(derive_key(context of the kind, ""), input)`, for every kind (BLAKE3
//! specification, sections 2.3 and 6.2). The derived keys are written out below, so that hashing starts
//! with no set-up; a test derives them again.

use crate::id::Hash;
use crate::lanes::{hash_long, hash_short};

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
        keyed(&self.key, &[input])
    }

    /// The digest of the concatenation of `parts`.
    pub fn hash_parts(&self, parts: &[&[u8]]) -> Hash {
        keyed(&self.key, parts)
    }

    /// The digest of two digests: one 64-byte block.
    pub fn hash_pair(&self, left: &Hash, right: &Hash) -> Hash {
        self.hash(&pair(left, right))
    }

    /// The digest of `input` padded to whole 64-byte blocks: its length in 8 bytes, big-endian, the
    /// input, and as many zeros as fill the last block.
    pub fn hash_padded(&self, input: &[u8]) -> Hash {
        if input.len() <= 2 * 64 - 8 {
            let mut blocks = [0u8; 2 * 64];
            blocks[..8].copy_from_slice(&(input.len() as u64).to_be_bytes());
            blocks[8..8 + input.len()].copy_from_slice(input);
            return self.hash(&blocks[..(8 + input.len()).next_multiple_of(64)]);
        }
        let zeros = [0u8; 64];
        let fill = (64 - (8 + input.len()) % 64) % 64;
        self.hash_parts(&[&(input.len() as u64).to_be_bytes(), input, &zeros[..fill]])
    }

    /// A hasher for an object that comes in pieces.
    pub fn hasher(&self) -> Hasher {
        Hasher::new_keyed(&self.key)
    }
}

/// Two digests, one after the other.
pub(crate) fn pair(left: &Hash, right: &Hash) -> [u8; 64] {
    let mut block = [0u8; 64];
    block[..32].copy_from_slice(&left.0);
    block[32..].copy_from_slice(&right.0);
    block
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> Hash {
    let hashed = match parts {
        [input] if input.len() > 1024 => hash_long(key, input),
        parts => hash_short(key, parts),
    };
    hashed.unwrap_or_else(|| {
        let mut hasher = Hasher::new_keyed(key);
        parts.iter().for_each(|part| {
            hasher.update(part);
        });
        Hash(*hasher.finalize().as_bytes())
    })
}

/// A digest that only the holder of `secret` could have named: salts come from this.
pub fn salt(secret: &[u8; 32], of: &[u8]) -> [u8; 32] {
    keyed(secret, &[of]).0
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $context:literal, $key:literal;)+) => {
        $($(#[$doc])* pub const $name: Kind = Kind { context: $context, key: unhex($key) };)+

        /// Every kind.
        pub const KINDS: &[Kind] = &[$($name),+];
    };
}

pub(crate) const fn unhex(text: &str) -> [u8; 32] {
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
    GENESIS = "counterfoil v1 genesis",
        "ab8d09426fac92bb5da8b42ac613103036220440cebc0ddfbc0bb4a333ed0693";
    /// A profile.
    PROFILE = "counterfoil v1 profile",
        "6a9cbfc3227c8ab21e14976f5455b28094d26ce47245e3101d82bc11ae6ae106";
    /// A program's raw wasm.
    PROGRAM = "counterfoil v1 program",
        "82b01b5dca859c2d81e1614dcf1021a254f7ca9ef506a9a763c72133655184f5";
    /// A call with its arguments replaced by their digest.
    CALL = "counterfoil v1 call",
        "38bc952727f88d8124fb7f97c4e99430fcdc99f2899a622650025bab2c60e667";
    /// Salted arguments.
    ARGS = "counterfoil v1 args",
        "dbc427214d619a65bf9acc29975b4a2d8757e234c233c589b5e721db3c7cbfce";
    /// A salted output.
    OUTPUT = "counterfoil v1 output",
        "cdafdeb2e9d884dd3d479f593355308889de9dc0a9c177b55f14433d9303f9e6";
    /// A salted event.
    EVENT = "counterfoil v1 event",
        "c288b47be28253743d21c0164a86ba5d94d3ba916c09260e0e59e2592c438e8d";
    /// A message to another shard.
    MESSAGE = "counterfoil v1 message",
        "1f89503c5d50575556dd56ae61ec694978c5f4f087d532898a8829dec653e9ec";
    /// A diff.
    DIFF = "counterfoil v1 diff",
        "e84650b956b594ea488e9c70bca6d03e338c1a5c8a7648461eeb302c1e5f875e";
    /// An effect.
    EFFECT = "counterfoil v1 effect",
        "700f745181335375a8ca9a17bea347e77447a899aa15a472937a164f1b661027";
    /// A block header.
    HEADER = "counterfoil v1 header",
        "308e91c2b6b8316e2a350debc276761799a9fa4f6c9958de94e52119f60c3d4e";
    /// An inner node of a list's Merkle tree.
    LIST_NODE = "counterfoil v1 list node",
        "fb6fdd686e07bac733a3c61b903f9de0800004d1dcd647ed115ee9b56794c6b7";
    /// A program as an engine compiled it, in a cache.
    COMPILED = "counterfoil v1 compiled program",
        "9c89a38de59e5e385dfb3d3282fa3a10ebbfcee24938903dc51518ccc8df5135";
    /// A caller and an idempotency key.
    SCOPE = "counterfoil v1 scope",
        "1664f6567781b84956df518e49ca2ae7fc83933231f108e5bd28ccc1b57137bc";
    /// A value drawn from a call's random stream.
    RANDOM = "counterfoil v1 random",
        "0bf325bffbdd4f3e7d827f7e65329a21be444e630f06bccad49107de97cc53d9";
    /// A key in state.
    STATE_KEY = "counterfoil v1 state key",
        "13b599c38506f5209646f3dd1f30b399ac1d692180fd5188acb4a25bec135904";
    /// A value in state.
    STATE_VALUE = "counterfoil v1 state value",
        "a9bbb87e8db0ce8899305322a28de0499b1ed55cbd74299d26b8b7fe7e88f4d1";
    /// The content of a state leaf: value hash, hash of the next key.
    STATE_CONTENT = "counterfoil v1 state content",
        "84493ec4f8049aa057c8d902264afe7d26e42033066440977ebdaace632f7447";
    /// A leaf of the state trie: key hash, content.
    STATE_LEAF = "counterfoil v1 state leaf",
        "6397c5ab63d9b4b34dc1a8357818fb45188212af12eefaa219fde90e32dd85d3";
    /// An inner node of the state trie.
    STATE_NODE = "counterfoil v1 state node",
        "8dd6ae35d896a677d8207ededfcdfc6ef95f2b1c09758dfa0be786e7a3fc23f9";
    /// A page of a journal's segment; its first 16 bytes are the page's checksum.
    SEGMENT_PAGE = "counterfoil v1 segment page",
        "3b4b488d6e9d820345c8112f244a7bc4eef7f9533fef25f37023a5f3984694e3";
    /// The bytes of a bundle before its trailer.
    BUNDLE = "counterfoil v1 bundle",
        "7047efca5b5a983a5c844ef9d192065687ab106f80c5bc9f7414c99e0b4ecf64";
    /// A public key, of which the first 16 bytes are its `kid`.
    KEY_ID = "counterfoil v1 key id",
        "6f4bf418ac81e8de3410acdf21e68249c9952a72fdc7b52198ac98d6738777aa";
    /// Columns of a row, whose digest is an argument.
    RUN_COLUMNS = "counterfoil v1 run columns",
        "4f26f97c8c46c2f4bd9f7cccd9bfb07bab222c2d4dc4b827c0821f08deaaa800";
    /// A line of a bulk run, whose digest is the call's idempotency key.
    RUN_LINE = "counterfoil v1 run line",
        "df6850b06fd5de5c9fe33f54288f791569ca94c55c0ead3390aef73832d4e63f";
    /// A chunk of a snapshot.
    SNAPSHOT_CHUNK = "counterfoil v1 snapshot chunk",
        "2ccdcd239ca55667a9d264ba470dcc5b099d5e76b4d9785c3558362c42c896b6";
    /// The manifest of a snapshot, without its signature.
    SNAPSHOT = "counterfoil v1 snapshot",
        "7fa0b0cc1adb3f3305c13ca1ec6dff358a525e837a9bb2c2a1880f10bdb28fb8";
    /// What the records of a journal's pruned blocks come to: a check against rot.
    PAST = "counterfoil v1 past",
        "cf6d87124f0b4cb20aad2a3e1a54a4f7ffbf03956747a4fad2494f22f42accd9";
    /// What opening a journal makes of a segment, which the next opening may use: a check against rot.
    SUMMARY = "counterfoil v1 summary",
        "5982a06a13463d02960e4d04463716961e63924b9ec55d04a37374aac5749c36";
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
