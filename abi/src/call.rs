//! A request to run a method of a shard's program.

use crate::canonical_array;
use crate::codec::{Bytes, Decode, Encode, Error, Reader, Reason, Writer};
use crate::hash::{ARGS, CALL, salt};
use crate::id::Hash;
use crate::limits::{ARGS_BYTES_MAX, KEYS_MAX, METHOD_BYTES_MAX, PRINCIPAL_BYTES_MAX};
use crate::merkle;
use crate::sign::{PublicKey, SecretKey, Signature, Subject, message};

/// A request to run a method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// Format version.
    pub version: u8,
    /// The shard.
    pub shard: Hash,
    /// The program it is meant for; `None`: whatever program serves when the call is admitted.
    pub program: Option<Hash>,
    /// The method's name.
    pub method: String,
    /// The arguments: canonical CBOR, an array.
    pub args: Bytes,
    /// Salts the arguments' digest; outputs, events and messages are salted by keys derived from
    /// it.
    /// The caller makes it from a secret and the idempotency key, so that a retry is the same call.
    pub salt: [u8; 32],
    /// Who calls.
    pub caller: Caller,
    /// The idempotency key: one call for each (caller, key) while it lives.
    pub key: [u8; 32],
    /// When the key dies, in milliseconds of logical time.
    pub expires_ms: u64,
    /// The most fuel the call may use.
    pub fuel_max: u64,
}

canonical_array!(Call { version, shard, program, method, args, salt, caller, key, expires_ms, fuel_max });

/// Room for the bytes that the digest of most calls is over.
const DIGESTED_BYTES: usize = 256;

impl Call {
    /// The call's digest: over the call with its arguments and salt replaced by one digest, so that both
    /// can be erased later.
    pub fn digest(&self) -> Hash {
        self.digest_over(self.args_digest())
    }

    /// The salted digest of the arguments: all that is left of them and the salt once they are erased.
    pub fn args_digest(&self) -> Hash {
        ARGS.hash_parts(&[&self.salt, &self.args])
    }

    /// The digest of the call whose arguments have the digest `args`.
    pub fn digest_over(&self, args: Hash) -> Hash {
        let mut w = Writer::with_capacity(DIGESTED_BYTES);
        w.array(9);
        self.version.encode(&mut w);
        self.shard.encode(&mut w);
        self.program.encode(&mut w);
        self.method.encode(&mut w);
        args.encode(&mut w);
        self.caller.encode(&mut w);
        self.key.encode(&mut w);
        self.expires_ms.encode(&mut w);
        self.fuel_max.encode(&mut w);
        CALL.hash(&w.into_bytes())
    }

    /// The salt of the call's output.
    pub fn output_salt(&self) -> [u8; 32] {
        salt(&self.salt, b"output")
    }

    /// The salt of the call's event `index`.
    pub fn event_salt(&self, index: u64) -> [u8; 32] {
        salt(&self.salt, &[&b"event"[..], &index.to_be_bytes()].concat())
    }

    /// The salt of the call's message `index`.
    pub fn message_salt(&self, index: u64) -> [u8; 32] {
        salt(&self.salt, &[&b"message"[..], &index.to_be_bytes()].concat())
    }

    /// The salt of a call with idempotency key `key` by the holder of `secret`.
    pub fn salt_of(secret: &[u8; 32], key: &[u8; 32]) -> [u8; 32] {
        salt(secret, key)
    }

    /// Whether lengths are within their limits; the field that is not.
    pub fn over_limit(&self) -> Option<(&'static str, usize, usize)> {
        let principal = if let Caller::Principal(name) = &self.caller { name.len() } else { 0 };
        let limits = [
            ("method", self.method.len(), METHOD_BYTES_MAX),
            ("args", self.args.len(), ARGS_BYTES_MAX),
            ("principal", principal, PRINCIPAL_BYTES_MAX),
        ];
        limits.into_iter().find(|(_, size, max)| size > max)
    }
}

/// Whether a method can have this name.
pub fn is_method_name(name: &str) -> bool {
    (1..=METHOD_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// Who calls, and how that is known.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Caller {
    /// Nobody in particular.
    Nobody,
    /// The holder of a key, proved by the call's signature.
    Key(PublicKey),
    /// A name that the node vouches for.
    Principal(String),
    /// Another shard, proved by its receipt.
    Shard(Hash),
    /// A timer of the shard.
    Timer(u64),
}

impl Encode for Caller {
    /// `[kind, bytes]`.
    fn encode(&self, w: &mut Writer) {
        w.array(2);
        let (kind, bytes): (u8, &[u8]) = match self {
            Caller::Nobody => (0, &[]),
            Caller::Key(key) => (1, &key.0),
            Caller::Principal(name) => (2, name.as_bytes()),
            Caller::Shard(id) => (3, &id.0),
            Caller::Timer(id) => (4, &id.to_be_bytes()),
        };
        kind.encode(w);
        w.bytes(bytes);
    }
}

impl Decode for Caller {
    fn decode(r: &mut Reader<'_>) -> Result<Caller, Error> {
        let start = r.offset();
        r.array_of(2)?;
        let kind = u8::decode(r)?;
        let bytes = r.bytes()?;
        let wrong = r.error(start, Reason::Unknown);
        match kind {
            0 if bytes.is_empty() => Ok(Caller::Nobody),
            1 => bytes.try_into().map(|key| Caller::Key(PublicKey(key))).map_err(|_| wrong),
            2 if bytes.len() <= PRINCIPAL_BYTES_MAX => {
                std::str::from_utf8(bytes).map(|name| Caller::Principal(name.into())).map_err(|_| wrong)
            }
            3 => bytes.try_into().map(|id| Caller::Shard(Hash(id))).map_err(|_| wrong),
            4 => bytes.try_into().map(|id| Caller::Timer(u64::from_be_bytes(id))).map_err(|_| wrong),
            _ => Err(wrong),
        }
    }
}

/// How a call proves its caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// Not at all: callers `Nobody` and, where the node vouches, `Principal`.
    None,
    /// The caller's signature over the call's digest.
    Signature(Signature),
    /// The caller's one signature over the list of many calls' digests.
    Envelope(Envelope),
    /// Signatures of the shard's authority keys, strictly ascending by key.
    Authority(Vec<(PublicKey, Signature)>),
}

/// One call's part of an envelope: where it stands in the signed list, and the path to the list's root
/// (the shape of RFC 9162 over BLAKE3 list nodes). The signature is over `size ‖ root`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// The call's index in the list.
    pub index: u64,
    /// How many calls the list has.
    pub size: u64,
    /// The inclusion path of the call's digest.
    pub path: Vec<Hash>,
    /// The caller's signature.
    pub signature: Signature,
}

canonical_array!(Envelope { index, size, path, signature });

impl Encode for Proof {
    /// `[kind, proof]`.
    fn encode(&self, w: &mut Writer) {
        w.array(2);
        match self {
            Proof::None => (0u8.encode(w), w.null()),
            Proof::Signature(signature) => (1u8.encode(w), signature.encode(w)),
            Proof::Envelope(envelope) => (2u8.encode(w), envelope.encode(w)),
            Proof::Authority(signatures) => (3u8.encode(w), signatures.encode(w)),
        };
    }
}

impl Decode for Proof {
    fn decode(r: &mut Reader<'_>) -> Result<Proof, Error> {
        let start = r.offset();
        r.array_of(2)?;
        match u8::decode(r)? {
            0 if r.null()? => Ok(Proof::None),
            1 => Signature::decode(r).map(Proof::Signature),
            2 => Envelope::decode(r).map(Proof::Envelope),
            3 => Vec::decode(r).map(Proof::Authority),
            _ => Err(r.error(start, Reason::Unknown)),
        }
    }
}

/// A call with the proof of its caller, not yet checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedCall {
    /// The call.
    pub call: Call,
    /// The proof.
    pub proof: Proof,
}

canonical_array!(SignedCall { call, proof });

impl SignedCall {
    /// Signs `call` with `key`, which is its caller's.
    pub fn sign(call: Call, key: &SecretKey) -> SignedCall {
        let signature = key.sign(&message(Subject::Call, &call.shard, &call.digest()));
        SignedCall { call, proof: Proof::Signature(signature) }
    }

    /// Signs an act of the shard's authority with `keys`.
    pub fn authorize(call: Call, keys: &[&SecretKey]) -> SignedCall {
        let message = message(Subject::Authority, &call.shard, &call.digest());
        let mut signatures: Vec<_> = keys.iter().map(|key| (key.public(), key.sign(&message))).collect();
        signatures.sort_by_key(|(key, _)| *key);
        SignedCall { call, proof: Proof::Authority(signatures) }
    }

    /// Whether the proof shows that `call`, whose digest is `digest`, comes from its caller. An act of
    /// authority has caller `Nobody`; whose signatures count is the shard's business.
    pub fn proves_caller(&self, digest: &Hash) -> bool {
        let shard = &self.call.shard;
        match (&self.call.caller, &self.proof) {
            (Caller::Nobody | Caller::Principal(_), Proof::None) => true,
            (Caller::Key(key), Proof::Signature(signature)) => {
                key.verifies(&message(Subject::Call, shard, digest), signature)
            }
            (Caller::Key(key), Proof::Envelope(envelope)) => envelope
                .message(shard, digest)
                .is_some_and(|message| key.verifies(&message, &envelope.signature)),
            (Caller::Nobody, Proof::Authority(signatures)) => {
                let message = message(Subject::Authority, shard, digest);
                signatures.len() <= KEYS_MAX
                    && signatures.windows(2).all(|pair| pair[0].0 < pair[1].0)
                    && signatures.iter().all(|(key, signature)| key.verifies(&message, signature))
            }
            _ => false,
        }
    }

    /// The authority keys that signed, which [`proves_caller`](Self::proves_caller) has checked.
    pub fn authorities(&self) -> impl Iterator<Item = &PublicKey> {
        let signatures: &[(PublicKey, Signature)] = match &self.proof {
            Proof::Authority(signatures) => signatures,
            _ => &[],
        };
        signatures.iter().map(|(key, _)| key)
    }
}

impl Envelope {
    /// Signs many calls of one caller at once.
    pub fn sign(calls: Vec<Call>, key: &SecretKey) -> Vec<SignedCall> {
        let Some(shard) = calls.first().map(|call| call.shard) else {
            return Vec::new();
        };
        let digests: Vec<Hash> = calls.iter().map(Call::digest).collect();
        let size = digests.len() as u64;
        let root = merkle::root(merkle::list_node, &digests);
        let signature = key.sign(&message(Subject::Envelope, &shard, &envelope_digest(size, &root)));
        let proof = |index: usize| {
            let path = merkle::path(merkle::list_node, &digests, index);
            Proof::Envelope(Envelope { index: index as u64, size, path, signature })
        };
        calls.into_iter().enumerate().map(|(index, call)| SignedCall { call, proof: proof(index) }).collect()
    }

    /// What the caller signed, if the call whose digest is `digest` was among it.
    pub(crate) fn message(&self, shard: &Hash, digest: &Hash) -> Option<[u8; 78]> {
        let root = merkle::root_of_path(merkle::list_node, *digest, self.index, self.size, &self.path)?;
        Some(message(Subject::Envelope, shard, &envelope_digest(self.size, &root)))
    }
}

fn envelope_digest(size: u64, root: &Hash) -> Hash {
    crate::hash::LIST_NODE.hash_parts(&[&size.to_be_bytes(), &root.0])
}

#[cfg(test)]
mod tests;
