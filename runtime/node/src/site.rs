//! A history as static files, which any web server can serve (C2SP tlog-tiles).
//!
//! ```text
//! checkpoint          the head, signed; replaced at last, when all it needs is durable
//! tile/…              hashes and records
//! ```
//!
//! What the published head covers is durable and whole, so it is not written again; what a crash left above
//! it is.

use crate::commands::{block_at, open_dir, record_at};
use crate::data::{NodeShard, write_durably};
use crate::error::NodeError;
use abi::codec::Encode;
use cap_std::fs::Dir;
use journal::{
    Head, NOTE_BYTES_MAX, Note, TILE_WIDTH, Tile, TileError, TileKind, bundle_of_records, records_of_bundle,
    root_of_tiles,
};
use std::io::{self, Read};
use std::path::Path;

const CHECKPOINT: &str = "checkpoint";

/// The directory that is published.
pub(crate) struct Site {
    dir: Dir,
    /// The published head, as it is signed.
    published: Option<Note>,
    /// Its size: what it covers is there.
    size: u64,
    /// Files written.
    written: u64,
}

impl Site {
    /// Opens or makes the directory, whose head must be one of the shard's.
    ///
    /// # Errors
    ///
    /// Refuses to publish over another history: a log that signs two is a liar for ever.
    pub(crate) fn open(path: &Path, shard: &NodeShard) -> Result<Site, NodeError> {
        let dir = open_dir(path)?;
        let file = match dir.open(CHECKPOINT) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Site { dir, published: None, size: 0, written: 0 });
            }
            Err(error) => return Err(NodeError::io("open the published checkpoint", error)),
        };
        let mut bytes = Vec::new();
        let read = file.take(NOTE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|e| NodeError::io("read the published checkpoint", e))?;
        let note = Note::parse(&bytes)?;
        let size = prefix(&note.text().parse()?, shard)?;
        Ok(Site { dir, published: Some(note), size, written: 0 })
    }

    /// Writes what `head` of the shard needs and is not there yet, and then the head, as `note`; how many
    /// files were written.
    pub(crate) fn publish(mut self, shard: &NodeShard, head: &Head, note: &Note) -> Result<u64, NodeError> {
        let missing: Vec<Tile> = Tile::of_tree(head.size).filter(|tile| !self.has(tile)).collect();
        let (entries, hashes): (Vec<&Tile>, Vec<&Tile>) =
            missing.iter().partition(|tile| tile.kind == TileKind::Entries);
        if let Some(first) = entries.first() {
            self.write_entries(shard, first.start())?;
        }
        for tile in hashes {
            let bytes = shard.tile(tile)?.ok_or(TileError::Missing(*tile))?;
            self.write(tile, &bytes)?;
        }
        // One flush for all the files: each alone would take its time.
        let synced = self.dir.open(".").and_then(|dir| Ok(rustix::fs::syncfs(dir)?));
        synced.map_err(|e| NodeError::io("sync the published tiles", e))?;
        match root_of_tiles(head.size, |tile| self.dir.read(tile.to_string()).ok())? {
            root if root == head.root => {}
            found => return Err(TileError::Root { found, wanted: head.root }.into()),
        }
        // The same head under the same signature may have cosignatures, which stay.
        let stays =
            |it: &Note| it.text() == note.text() && note.lines().iter().all(|line| it.lines().contains(line));
        if !self.published.as_ref().is_some_and(stays) {
            write_durably(&self.dir, CHECKPOINT, note.to_string().as_bytes())?;
        }
        missing.iter().filter(|tile| tile.is_full()).for_each(|tile| self.remove_partial(tile));
        Ok(self.written)
    }

    fn has(&self, tile: &Tile) -> bool {
        tile.tree_size() <= self.size && self.dir.exists(tile.to_string())
    }

    /// Writes the bundles from the record `first` on, which begins one.
    fn write_entries(&mut self, shard: &NodeShard, first: u64) -> Result<(), NodeError> {
        let (mut records, mut index) = (self.published(shard, first)?, first / u64::from(TILE_WIDTH));
        let (block, mut skip) = record_at(shard, first + records.len() as u64)?;
        for height in block.header.height..=shard.position().height {
            for record in shard.records_of(&block_at(shard, height)?).iter().skip(skip) {
                records.push(record.to_bytes());
                if records.len() == usize::from(TILE_WIDTH) {
                    self.write_bundle(index, &records)?;
                    records.clear();
                    index += 1;
                }
            }
            skip = 0;
        }
        if records.is_empty() { Ok(()) } else { self.write_bundle(index, &records) }
    }

    /// The published records from `first` on, which begins the last bundle, where they were pruned since.
    fn published(&self, shard: &NodeShard, first: u64) -> Result<Vec<Vec<u8>>, NodeError> {
        let pruned = shard.header(shard.first() - 1)?.map_or(0, |header| header.history_size);
        let width = u16::try_from(self.size.saturating_sub(first)).unwrap_or(TILE_WIDTH);
        if first >= pruned || width == 0 {
            return Ok(Vec::new());
        }
        let tile = Tile { kind: TileKind::Entries, index: first / u64::from(TILE_WIDTH), width };
        let bytes = self.dir.read(tile.to_string()).map_err(|_| TileError::Missing(tile))?;
        let records = records_of_bundle(shard.recalled(&[tile.start()])?, &tile, &bytes)?;
        Ok(records.into_iter().map(<[u8]>::to_vec).collect())
    }

    fn write_bundle(&mut self, index: u64, records: &[Vec<u8>]) -> Result<(), NodeError> {
        // No more than a bundle holds, which is what the caller collects.
        let width = u16::try_from(records.len()).unwrap_or(TILE_WIDTH);
        let tile = Tile { kind: TileKind::Entries, index, width };
        self.write(&tile, &bundle_of_records(records)?)
    }

    /// Writes a tile so that whoever reads it reads it whole.
    fn write(&mut self, tile: &Tile, bytes: &[u8]) -> Result<(), NodeError> {
        let path = tile.to_string();
        let failed = |e: io::Error| NodeError::io(format!("write {path}"), e);
        if let Some(parent) = Path::new(&path).parent() {
            self.dir.create_dir_all(parent).map_err(failed)?;
        }
        let unfinished = format!("{path}.new");
        self.dir.write(&unfinished, bytes).map_err(failed)?;
        self.dir.rename(&unfinished, &self.dir, &path).map_err(failed)?;
        self.written += 1;
        Ok(())
    }

    /// Removes what a full tile was before it was full: who wants that reads the full one.
    fn remove_partial(&self, tile: &Tile) {
        // What cannot be removed does no harm.
        let _ = self.dir.remove_dir_all(format!("{tile}.p"));
    }
}

/// The size of a published head, which is one that the shard had.
fn prefix(head: &Head, shard: &NodeShard) -> Result<u64, NodeError> {
    let ours = head.origin == Head::origin_of(shard.genesis());
    if ours && shard.recalled(&[head.size])?.root_at(head.size) == Some(head.root) {
        return Ok(head.size);
    }
    let what =
        format!("the published checkpoint is of {}, size {}, root {}", head.origin, head.size, head.root);
    Err(NodeError::Published { what, size: shard.position().seq })
}
