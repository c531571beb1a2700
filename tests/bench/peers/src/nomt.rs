//! NOMT: a binary Merkle trie in pages of a hash table on disk, and the values in a B-tree next to it.
//!
//! API: a `Session` without a witness, `finish` with the sorted writes, which computes the root, and `commit`, which
//! blocks. Keys are given as they are: they are random, as its trie wants them.
//!
//! Durable when a commit counts: all of it. `commit` comes back when its log and its tree are synced.
//!
//! Options: of the two processors both update the trie (`commit_concurrency`), as its own `benchtop` leaves it to
//! choose; three rings for input and output, and three upper levels of pages always in memory and read at the start,
//! as are the defaults of `benchtop`. Its caches of 256 MiB each hold everything of a million keys. Buckets of the
//! hash table are taken for what is stored: NOMT stores no page for fewer than twenty keys. The witness, which
//! `benchtop` records, is off, and so is warming up, of which its authors say that it may slow down; both are for
//! sessions that read. Hashes are BLAKE3, as in `benchtop`.
//!
//! The root does not depend on history.

use crate::Result;
use crate::updates::{Commits, Write};
use nomt::hasher::Blake3Hasher;
use nomt::trie::KeyPath;
use nomt::{KeyReadWrite, Nomt, Options, SessionParams, WitnessMode};
use std::path::Path;

/// Pages of the hash table at least, as are NOMT's own.
const BUCKETS: u64 = 64_000;
/// Keys to a page of the hash table, which is then half full at most.
const KEYS_PER_BUCKET: u64 = 16;

/// A database that is open.
pub(crate) struct Peer(Nomt<Blake3Hasher>);

impl Peer {
    pub(crate) fn new(dir: &Path, keys: u64) -> Result<Peer> {
        let mut options = Options::new();
        options.path(dir);
        options.commit_concurrency(2);
        options.io_workers(3);
        options.hashtable_buckets(u32::try_from(BUCKETS.max(keys / KEYS_PER_BUCKET))?);
        options.page_cache_upper_levels(3);
        options.prepopulate_page_cache(true);
        Ok(Peer(Nomt::open(options)?))
    }
}

impl Commits for Peer {
    async fn commit(&mut self, writes: Vec<Write>) -> Result<()> {
        let mut writes = writes
            .into_iter()
            .map(|(key, value)| Ok((KeyPath::try_from(&*key)?, KeyReadWrite::Write(Some(value)))))
            .collect::<Result<Vec<_>>>()?;
        // Stable, so that of equal keys the last one is the one to be kept.
        writes.sort_by_key(|(key, _)| *key);
        writes.reverse();
        writes.dedup_by_key(|(key, _)| *key);
        writes.reverse();
        let session = self.0.begin_session(SessionParams::default().witness_mode(WitnessMode::disabled()));
        let finished = session.finish(writes)?;
        std::hint::black_box(finished.root());
        Ok(finished.commit(&self.0)?)
    }
}
