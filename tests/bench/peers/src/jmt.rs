//! jmt: a sixteen-fold Merkle tree whose nodes are kept per version, in RocksDB.
//!
//! API: `batch_put_value_sets`, which computes the root, with a [`TreeReader`] over the database; what it gives is
//! written as one batch. Keys are given as their own hashes: they are random, as the tree wants them.
//!
//! Durable when a commit counts: all of it. The database's log is synced for every batch.
//!
//! Options: the database has those that were the fastest for the plain one that the shard is compared with, a family
//! for the nodes and one for the values, as its authors' own storage has them. As jmt reads where the plain one does
//! not, there is a cache of blocks that holds all that is live of a million keys, and a filter for what a file does
//! not have. A node's key begins with its version, as theirs does, so that what is written is behind what is there.
//! Nodes and values of former versions stay: removing them would only take time. Hashes are SHA-256, its own choice.
//!
//! The root does not depend on history: versions name the nodes, and are not hashed.

use crate::Result;
use crate::updates::{Commits, Write};
use borsh::BorshDeserialize;
use jmt::storage::{LeafNode, Node, NodeBatch, NodeKey, TreeReader};
use jmt::{KeyHash, OwnedValue, Sha256Jmt, Version};
use rocksdb::{BlockBasedOptions, Cache, ColumnFamily, DB, Direction, IteratorMode};
use rocksdb::{Options, WriteBatch, WriteOptions};
use std::path::Path;

const NODES: &str = "nodes";
const VALUES: &str = "values";

/// Blocks that are kept in memory.
const CACHE_BYTES: usize = 1 << 30;
/// Bits of the filter to a key: one in a hundred reads of what is not there finds out from the file.
const FILTER_BITS: f64 = 10.0;

/// A tree in a database.
pub(crate) struct Peer {
    store: Store,
    /// Of the next commit.
    version: Version,
}

struct Store(DB);

impl Peer {
    pub(crate) fn new(dir: &Path) -> Result<Peer> {
        let mut blocks = BlockBasedOptions::default();
        blocks.set_block_cache(&Cache::new_lru_cache(CACHE_BYTES));
        blocks.set_bloom_filter(FILTER_BITS, false);
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        options.set_compression_type(rocksdb::DBCompressionType::Lz4);
        options.set_write_buffer_size(64 << 20);
        options.set_max_write_buffer_number(4);
        options.increase_parallelism(2);
        options.set_block_based_table_factory(&blocks);
        let families = [NODES, VALUES].map(|name| (name, options.clone()));
        Ok(Peer { store: Store(DB::open_cf_with_opts(&options, dir, families)?), version: 0 })
    }
}

impl Commits for Peer {
    async fn commit(&mut self, writes: Vec<Write>) -> Result<()> {
        let writes = writes
            .into_iter()
            .map(|(key, value)| Ok((KeyHash(key.as_slice().try_into()?), value)))
            .collect::<Result<Vec<_>>>()?;
        let (roots, update) =
            Sha256Jmt::new(&self.store).batch_put_value_sets(vec![writes], None, self.version)?;
        std::hint::black_box(roots);
        self.store.write(&update.node_batch)?;
        self.version += 1;
        Ok(())
    }
}

impl Store {
    fn family(&self, name: &str) -> Result<&ColumnFamily> {
        Ok(self.0.cf_handle(name).ok_or("a family that was not opened")?)
    }

    fn write(&self, nodes: &NodeBatch) -> Result<()> {
        let mut batch = WriteBatch::default();
        let family = self.family(NODES)?;
        for (key, node) in nodes.nodes() {
            batch.put_cf(family, node_key(key)?, borsh::to_vec(node)?);
        }
        let family = self.family(VALUES)?;
        for ((version, key), value) in nodes.values() {
            // Nothing is ever removed here.
            let value = value.as_ref().ok_or("a value that is none")?;
            batch.put_cf(family, value_key(*key, *version), value);
        }
        let mut options = WriteOptions::default();
        options.set_sync(true);
        Ok(self.0.write_opt(batch, &options)?)
    }

    fn node(&self, key: &NodeKey) -> Result<Option<Node>> {
        let found = self.0.get_pinned_cf(self.family(NODES)?, node_key(key)?)?;
        Ok(found.map(|bytes| Node::try_from_slice(&bytes)).transpose()?)
    }

    /// The newest value up to a version.
    fn value(&self, version_max: Version, key: KeyHash) -> Result<Option<OwnedValue>> {
        let from = value_key(key, version_max);
        let newest_first = IteratorMode::From(&from, Direction::Reverse);
        let newest = self.0.iterator_cf(self.family(VALUES)?, newest_first).next().transpose()?;
        Ok(newest.filter(|(found, _)| found.starts_with(&key.0)).map(|(_, value)| value.into_vec()))
    }
}

/// The version, big-endian, and the path.
fn node_key(key: &NodeKey) -> Result<Vec<u8>> {
    let mut bytes = key.version().to_be_bytes().to_vec();
    borsh::to_writer(&mut bytes, key.nibble_path())?;
    Ok(bytes)
}

/// The key and the version, big-endian.
fn value_key(key: KeyHash, version: Version) -> Vec<u8> {
    [&key.0[..], &version.to_be_bytes()].concat()
}

impl TreeReader for Store {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        self.node(key).map_err(|error| anyhow::anyhow!("{error}"))
    }

    fn get_value_option(&self, version_max: Version, key: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        self.value(version_max, key).map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// For a tree that is being restored, which none is here.
    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}
