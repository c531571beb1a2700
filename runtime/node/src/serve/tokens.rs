//! Bearer tokens: each lets whoever holds it do what its role may, in the shards it is for, until it expires.
//!
//! ```text
//! tokens/SHA256         what the token of that hash is for, as JSON; the token itself is nowhere
//! ```
//!
//! A token is 256 random bits, so that its hash needs no salt and nobody finds one by its hash. To add or remove a file
//! is all it takes to grant or to revoke: a node that serves sees a new one with the next request, and lets nobody in by
//! one that is gone for longer than 20 ms, which is how long revoking one waits.

use super::access::Role;
use crate::commands::random;
use crate::commands::time::now_ms;
use crate::data::{make_dir, write_durably};
use crate::error::NodeError;
use abi::id::Hash;
use cap_std::fs::Dir;
use cap_std::time::SystemTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

const DIR: &str = "tokens";
/// What a token begins with, so that people and scanners of secrets know one when they see it.
const PREFIX: &str = "foil_";
/// How long after a change the time of a directory surely differs from that of the next one.
const TICK: Duration = Duration::from_millis(100);
/// How long a node goes by what it has seen.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// No grant is longer.
const GRANT_BYTES_MAX: u64 = 64 << 10;

/// What a token is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    /// Whom it is given to: the name that the node vouches for in calls.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// In which shards; in all, if none is named.
    pub shards: Vec<String>,
    /// When it was made, in milliseconds of Unix time.
    pub created_ms: u64,
    /// When it ends.
    pub expires_ms: u64,
}

impl Grant {
    /// Whether it is for a shard.
    pub(crate) fn is_for(&self, shard: &str) -> bool {
        self.shards.is_empty() || self.shards.iter().any(|id| id == shard)
    }
}

/// The tokens of a data directory, and of which token each is the grant: the SHA-256 hash.
pub(crate) struct Tokens {
    dir: Dir,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    grants: Vec<(Hash, Arc<Grant>)>,
    /// When the directory was looked at last.
    looked: Option<Instant>,
    /// The directory's time when they were read, unless it may change again within the same tick.
    as_of: Option<SystemTime>,
}

impl Tokens {
    /// Those of the data directory `dir`, which need not be held: tokens come and go while a node serves.
    pub(crate) fn open(dir: &Dir) -> Result<Tokens, NodeError> {
        let opened = make_dir(dir, DIR).and_then(|()| dir.open_dir(DIR));
        let dir = opened.map_err(|e| NodeError::io("open the directory of tokens", e))?;
        Ok(Tokens { dir, known: Mutex::default() })
    }

    /// Makes a token, which is told this once.
    pub(crate) fn create(&self, grant: &Grant) -> Result<(Hash, String), NodeError> {
        let token = format!("{PREFIX}{}", Hash(random()?));
        let id = hash(&token);
        let text = serde_json::to_vec_pretty(grant).map_err(|e| NodeError::io("write a token's grant", e))?;
        write_durably(&self.dir, &id.to_string(), &text)?;
        Ok((id, token))
    }

    /// All there are, expired ones too.
    pub(crate) fn list(&self) -> Result<Vec<(Hash, Arc<Grant>)>, NodeError> {
        let failed = |e: std::io::Error| NodeError::io("list the tokens", e);
        let mut found = Vec::new();
        for entry in self.dir.entries().map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            // One in the making has no name yet.
            let Some(id) = name.to_str().and_then(|name| name.parse::<Hash>().ok()) else { continue };
            found.extend(self.read(id)?.map(|grant| (id, Arc::new(grant))));
        }
        found.sort_by_key(|(id, _)| *id);
        Ok(found)
    }

    /// The grant of a token's hash; none, if it has just gone.
    fn read(&self, id: Hash) -> Result<Option<Grant>, NodeError> {
        use std::io::Read;
        let doing = || format!("read the grant of token {id}");
        let file = match self.dir.open(id.to_string()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|e| NodeError::io(doing(), e))?,
        };
        let mut text = Vec::new();
        file.take(GRANT_BYTES_MAX).read_to_end(&mut text).map_err(|e| NodeError::io(doing(), e))?;
        serde_json::from_slice(&text).map(Some).map_err(|e| NodeError::io(doing(), e))
    }

    /// Revokes the one token whose hash begins so: when this returns, no node lets anybody in by it.
    pub(crate) fn revoke(&self, prefix: &str) -> Result<Hash, NodeError> {
        let all = self.list()?;
        let mut found = all.iter().map(|(id, _)| *id).filter(|id| id.to_string().starts_with(prefix));
        let (Some(id), None) = (found.next(), found.next()) else {
            let because = format!("{prefix:?} is the start of no token's id, or of several");
            return Err(NodeError::Usage(format!("{because}; `foil token list` shows them")));
        };
        let removed = self.dir.remove_file(id.to_string());
        removed
            .and_then(|()| crate::data::sync_dir(&self.dir))
            .map_err(|e| NodeError::io("revoke the token", e))?;
        std::thread::sleep(LOOK_EVERY);
        Ok(id)
    }

    /// What a token is for, as of now; none, if it is unknown, revoked or expired. How long that takes does not tell
    /// how near a guess has come.
    pub(crate) fn grant(&self, token: &str) -> Result<Option<Arc<Grant>>, NodeError> {
        let given = hash(token);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.looked.is_none_or(|looked| looked.elapsed() >= LOOK_EVERY) {
            self.look(&mut known)?;
        }
        let mut found = known.of(&given);
        if found.is_none() {
            // It may be new.
            self.look(&mut known)?;
            found = known.of(&given);
        }
        Ok(found.filter(|grant| now_ms() < grant.expires_ms))
    }

    /// Reads the tokens, if there are others than are known.
    fn look(&self, known: &mut Known) -> Result<(), NodeError> {
        let looked = Instant::now();
        let changed = self.dir.dir_metadata().and_then(|it| it.modified());
        let changed = changed.map_err(|e| NodeError::io("look at the directory of tokens", e))?;
        if known.as_of != Some(changed) {
            let age =
                cap_std::time::SystemClock::new(cap_std::ambient_authority()).now().duration_since(changed);
            known.grants = self.list()?;
            known.as_of = age.is_ok_and(|age| age > TICK).then_some(changed);
        }
        known.looked = Some(looked);
        Ok(())
    }
}

impl Known {
    /// What the token of a hash is for.
    fn of(&self, given: &Hash) -> Option<Arc<Grant>> {
        let mut found = None;
        for (id, grant) in &self.grants {
            if bool::from(id.0.ct_eq(&given.0)) {
                found = Some(grant.clone());
            }
        }
        found
    }
}

fn hash(token: &str) -> Hash {
    Hash(Sha256::digest(token.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cap_std::ambient_authority;

    fn grant(expires_ms: u64) -> Grant {
        let (name, shards) = ("settlement".into(), vec!["aa".into()]);
        Grant { name, role: Role::Client, shards, created_ms: 1, expires_ms }
    }

    fn tokens() -> (tempfile::TempDir, Tokens, Tokens) {
        let dir = tempfile::tempdir().unwrap();
        let open = || Tokens::open(&Dir::open_ambient_dir(dir.path(), ambient_authority()).unwrap()).unwrap();
        let (serving, beside) = (open(), open());
        (dir, serving, beside)
    }

    #[test]
    fn a_token_holds_until_it_is_revoked_by_another_process_or_expires() {
        let (_dir, serving, beside) = tokens();
        let (id, token) = beside.create(&grant(u64::MAX)).unwrap();
        let (_, old) = beside.create(&grant(1)).unwrap();
        assert_eq!(serving.grant(&token).unwrap().as_deref(), Some(&grant(u64::MAX)));
        assert_eq!(serving.grant(&old).unwrap(), None);
        assert_eq!(serving.grant(&token[1..]).unwrap(), None);
        assert_eq!(beside.revoke(&id.to_string()[..8]).unwrap(), id);
        assert_eq!(serving.grant(&token).unwrap(), None);
        assert!(beside.revoke("").is_ok(), "one is left, and every id begins with nothing");
        assert!(beside.revoke("").is_err());
    }

    #[test]
    fn the_token_is_not_on_disk() {
        let (dir, serving, _) = tokens();
        let (id, token) = serving.create(&grant(5)).unwrap();
        let text = std::fs::read_to_string(dir.path().join(DIR).join(id.to_string())).unwrap();
        assert!(!text.contains(&token[PREFIX.len()..]) && !id.to_string().contains(&token[PREFIX.len()..]));
        assert_eq!(token.len(), PREFIX.len() + 64);
    }
}
