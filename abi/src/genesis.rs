//! A shard's birth certificate, whose digest is its id and a verifier's trust anchor.

use crate::canonical_array;
use crate::codec::Encode;
use crate::hash::GENESIS;
use crate::id::Hash;
use crate::limits::{KEYS_MAX, ORIGIN_BYTES_MAX, WINDOW_MS_MAX};
use crate::sign::PublicKey;

/// What a shard is born with. It names no program: the first record is the authority's deploy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
    /// Format version.
    pub version: u8,
    /// The rules of execution.
    pub profile: Hash,
    /// Who runs it, as a name: `[a-z0-9.-]` in parts separated by `/`.
    pub origin: String,
    /// Who may change the shard's program, rules and writer.
    pub authority: Quorum,
    /// The node that signs its first blocks.
    pub writer: PublicKey,
    /// When a block is committed.
    pub commit: CommitPolicy,
    /// For how long an idempotency key may live, in milliseconds of logical time.
    pub window_ms: u64,
    /// How logical time moves.
    pub time: TimePolicy,
    /// Whose cosignatures a head needs.
    pub witnesses: Quorum,
    /// What tells this shard from another of the same birth.
    pub nonce: [u8; 16],
}

canonical_array!(Genesis {
    version,
    profile,
    origin,
    authority,
    writer,
    commit,
    window_ms,
    time,
    witnesses,
    nonce
});

/// Keys, and how many of them must agree.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Quorum {
    /// How many.
    pub threshold: u32,
    /// The keys, strictly ascending.
    pub keys: Vec<PublicKey>,
}

canonical_array!(Quorum { threshold, keys });

/// When a block is committed: its writer's fsync, plus `writes − 1` of `replicas`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitPolicy {
    /// W: how many fsyncs, the writer's own included.
    pub writes: u32,
    /// Replica keys, strictly ascending; the writer's is not among them.
    pub replicas: Vec<PublicKey>,
}

canonical_array!(CommitPolicy { writes, replicas });

/// Logical time, in milliseconds of Unix time, never falls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimePolicy {
    /// The time before the first call.
    pub start_ms: u64,
    /// The greatest step from one call to the next.
    pub jump_ms: u64,
}

canonical_array!(TimePolicy { start_ms, jump_ms });

/// The greatest step of logical time where a genesis does not say otherwise: an hour.
pub const JUMP_MS_DEFAULT: u64 = 3_600_000;
/// The idempotency window where a genesis does not say otherwise: a day.
pub const WINDOW_MS_DEFAULT: u64 = 24 * 3_600_000;

impl Genesis {
    /// The shard's id.
    pub fn id(&self) -> Hash {
        GENESIS.hash(&self.to_bytes())
    }

    /// Checks what the types alone do not say.
    ///
    /// # Errors
    ///
    /// Names the first field that breaks a rule.
    pub fn check(&self) -> Result<(), GenesisError> {
        let sorted =
            |keys: &[PublicKey]| keys.len() <= KEYS_MAX && keys.windows(2).all(|pair| pair[0] < pair[1]);
        let sound = |keys: &[PublicKey]| keys.iter().all(PublicKey::is_sound);
        let quorum = |q: &Quorum| sorted(&q.keys) && sound(&q.keys) && q.threshold as usize <= q.keys.len();
        let rules = [
            (self.version == crate::VERSION, "version"),
            (is_origin(&self.origin), "origin"),
            (quorum(&self.authority) && self.authority.threshold > 0, "authority"),
            (self.writer.is_sound(), "writer"),
            (sorted(&self.commit.replicas) && sound(&self.commit.replicas), "replicas"),
            (!self.commit.replicas.contains(&self.writer), "replicas"),
            (
                self.commit.writes >= 1 && self.commit.writes as usize <= self.commit.replicas.len() + 1,
                "writes",
            ),
            (self.window_ms > 0 && self.window_ms <= WINDOW_MS_MAX, "window"),
            (self.time.jump_ms > 0 && self.time.start_ms < 1 << 52, "time"),
            (quorum(&self.witnesses), "witnesses"),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            None => Ok(()),
            Some((_, field)) => Err(GenesisError { field }),
        }
    }
}

/// `[a-z0-9.-]+` in parts separated by `/`.
fn is_origin(origin: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    origin.len() <= ORIGIN_BYTES_MAX
        && origin.split('/').all(|part| !part.is_empty() && part.chars().all(letter))
}

/// A genesis breaks a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GenesisError {
    /// The field that does.
    pub field: &'static str,
}

impl std::fmt::Display for GenesisError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the genesis breaks the rule of its field `{}`", self.field)
    }
}

impl std::error::Error for GenesisError {}

impl crate::Coded for GenesisError {
    fn code(&self) -> u16 {
        1201
    }
}
