//! The shard of every world: its keys, its genesis, its programs.

use abi::fault::Fault;
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::profile::Profile;
use abi::sign::SecretKey;
use kernel::Programs;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};
use vm::Cache;

pub(crate) const START_MS: u64 = 1_700_000_000_000;
pub(crate) const WINDOW_MS: u64 = 3_600_000;
pub(crate) const JUMP_MS: u64 = 60_000;

pub(crate) fn writer() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

/// The keys that may be appointed, the first by the genesis.
pub(crate) fn writers() -> [SecretKey; 2] {
    [writer(), SecretKey::from_seed(&[5; 32])]
}

pub(crate) fn authority() -> [SecretKey; 3] {
    [2, 3, 4].map(|seed| SecretKey::from_seed(&[seed; 32]))
}

/// The key of caller `n`.
pub(crate) fn caller(n: u8) -> SecretKey {
    SecretKey::from_seed(&[100 + n; 32])
}

pub(crate) fn genesis(seed: u64) -> Genesis {
    let mut keys: Vec<_> = authority().iter().map(SecretKey::public).collect();
    keys.sort();
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&seed.to_be_bytes());
    Genesis {
        version: abi::VERSION,
        profile: Profile::One.hash(),
        origin: "foil.example/sim".into(),
        authority: Quorum { threshold: 2, keys },
        writer: writer().public(),
        commit: CommitPolicy { writes: 1, replicas: Vec::new() },
        window_ms: WINDOW_MS,
        time: TimePolicy { start_ms: START_MS, jump_ms: JUMP_MS },
        witnesses: Quorum::default(),
        nonce,
    }
}

/// The program and its upgrade.
pub(crate) fn programs() -> &'static [Vec<u8>; 2] {
    static WASM: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    WASM.get_or_init(|| {
        ["1", "1000"].map(|version| {
            let text = include_str!("guest.wat").replace("VERSION)", &format!("{version})"));
            wat::parse_str(text).expect("the world's program is in order")
        })
    })
}

/// A program's id.
pub(crate) fn program_id(index: usize) -> Hash {
    PROGRAM.hash(&programs()[index])
}

/// Where a shard finds the programs, and what all worlds have compiled of them.
struct Catalogue;

static COMPILED: Mutex<BTreeMap<Hash, Vec<u8>>> = Mutex::new(BTreeMap::new());

impl Programs for Catalogue {
    fn read(&self, id: &Hash) -> Result<Option<Vec<u8>>, Fault> {
        Ok((0..2).find(|index| program_id(*index) == *id).map(|index| programs()[index].clone()))
    }

    fn cache(&self) -> Option<&dyn Cache> {
        Some(self)
    }
}

impl Cache for Catalogue {
    fn load(&self, key: &Hash) -> Option<Vec<u8>> {
        COMPILED.lock().ok()?.get(key).cloned()
    }

    fn keep(&self, key: &Hash, artifact: &[u8]) {
        if let Ok(mut compiled) = COMPILED.lock() {
            compiled.insert(*key, artifact.to_vec());
        }
    }
}

pub(crate) fn catalogue() -> Box<dyn Programs> {
    Box::new(Catalogue)
}
