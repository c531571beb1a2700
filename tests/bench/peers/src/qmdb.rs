//! commonware's QMDB, in two variants: `any`, which proves that a key had a value once, and `current`, which proves
//! also that it has it still. Both are logs of operations with a Merkle mountain belt over them.
//!
//! API: a batch of writes, `merkleize`, which computes the root, `apply_batch` and `commit`, on the runtime over tokio
//! of the same authors.
//!
//! Durable when a commit counts: the log, by `commit`, as ours is by our journal. Not `sync`, which spares a start
//! after a crash from reading the log again, and of which neither side's commits make sure.
//!
//! Options are those of `constantinople`, the benchmark in which its authors run the two in the shape of their own
//! validator: keys in a hash index and not in order, chunks of 32 bytes, a mountain belt and not a range, eight bytes
//! of a key in the index, a cache of 512 MiB, which holds all that is live of a million keys, ten million operations
//! to a file, SHA-256, and the proportional policy for the floor; but as many threads as there are processors here,
//! and values of variable length, as they are. Nothing is pruned while it runs: that would only take time.
//!
//! The unordered variants prove no absence of a key; the ordered ones, which do, are not measured.
//!
//! The root depends on history: the order and the number of all writes are in it, and ours is of the keys and values.

use crate::Result;
use crate::updates::{Commits, Write, serve};
use commonware_cryptography::Sha256;
use commonware_cryptography::sha256::Digest;
use commonware_parallel::Rayon;
use commonware_runtime::buffer::paged::{CacheRef, page_size};
use commonware_runtime::tokio::{self, Context};
use commonware_runtime::{BLOB_PAGE_SIZE, Runner as _, Strategizer as _, Supervisor as _};
use commonware_storage::journal::contiguous::variable::Config as LogConfig;
use commonware_storage::merkle::{full, mmb::Family};
use commonware_storage::qmdb::any::traits::{DbAny, MerkleizedBatch as _, UnmerkleizedBatch as _};
use commonware_storage::qmdb::floor::Proportional;
use commonware_storage::qmdb::{any, current};
use commonware_storage::translator::EightCap;
use commonware_utils::{NZU64, NZUsize};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::Path;

const CHUNK: usize = 32;
const PAGES: NonZeroUsize = NZUsize!(131_072);
const ITEMS_PER_BLOB: NonZeroU64 = NZU64!(10_000_000);
const BUFFER: NonZeroUsize = NZUsize!(2_097_152);
const THREADS: NonZeroUsize = NZUsize!(2);
/// More than any value that is drawn.
const VALUE_BYTES_MAX: usize = 256;

type Any = any::unordered::variable::Db<Family, Context, Digest, Vec<u8>, Sha256, EightCap, Rayon>;
type Current =
    current::unordered::variable::Db<Family, Context, Digest, Vec<u8>, Sha256, EightCap, CHUNK, Rayon>;
/// What the log needs for a key and for the length and the bytes of a value.
type Codec = ((), (commonware_codec::RangeCfg<usize>, ()));

/// A database between two commits; none after one that failed.
struct Peer<D>(Option<D>);

impl<D: DbAny<Family, Key = Digest, Value = Vec<u8>>> Commits for Peer<D> {
    async fn commit(&mut self, writes: Vec<Write>) -> Result<()> {
        let db = self.0.take().ok_or("a commit has failed")?;
        let mut batch = db.new_batch();
        for (key, value) in writes {
            batch = batch.write(Digest(key.as_slice().try_into()?), Some(value));
        }
        let batch = batch.merkleize(&db, None, &mut Proportional).await?;
        std::hint::black_box(batch.root());
        self.0 = Some(db.apply_batch(batch).await?.commit().await?);
        Ok(())
    }
}

/// Where the Merkle structure and the log are, and what they keep in memory.
fn configs(context: &Context) -> (full::Config<Rayon>, LogConfig<Codec>) {
    let page_cache = CacheRef::new(page_size(BLOB_PAGE_SIZE), PAGES);
    let merkle = full::Config {
        journal_partition: "merkle-journal".into(),
        metadata_partition: "merkle-metadata".into(),
        items_per_blob: ITEMS_PER_BLOB,
        write_buffer: BUFFER,
        replay_buffer: BUFFER,
        strategy: context.strategy(THREADS),
        page_cache: page_cache.clone(),
    };
    let log = LogConfig {
        partition: "log".into(),
        items_per_section: ITEMS_PER_BLOB,
        compression: None,
        codec_config: ((), ((0..=VALUE_BYTES_MAX).into(), ())),
        page_cache,
        write_buffer: BUFFER,
        replay_buffer: BUFFER,
    };
    (merkle, log)
}

fn runner(dir: &Path) -> tokio::Runner {
    tokio::Runner::new(tokio::Config::new().with_storage_directory(dir))
}

pub(crate) fn run_any(dir: &Path, keys: u64) -> Result<()> {
    runner(dir).start(async move |context| {
        let (merkle_config, journal_config) = configs(&context);
        let config = any::VariableConfig {
            merkle_config,
            journal_config,
            translator: EightCap,
            init_cache: None,
            init_buffer: BUFFER,
            init_concurrency: (),
        };
        serve(Peer(Some(Any::init(context.child("any"), config, None).await?)), keys).await
    })
}

pub(crate) fn run_current(dir: &Path, keys: u64) -> Result<()> {
    runner(dir).start(async move |context| {
        let (merkle_config, journal_config) = configs(&context);
        let config = current::VariableConfig {
            merkle_config,
            journal_config,
            grafted_metadata_partition: "grafted-metadata".into(),
            translator: EightCap,
            init_cache: None,
            init_buffer: BUFFER,
            init_concurrency: (),
        };
        serve(Peer(Some(Current::init(context.child("current"), config, None).await?)), keys).await
    })
}
