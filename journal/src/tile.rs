//! Tiles: a history as static files (C2SP tlog-tiles), from which anybody computes any proof.
//!
//! ```text
//! tile/LEVEL/INDEX         256 hashes of 32 bytes; one of level L covers 256^L records
//! tile/entries/INDEX       256 records, each after its length as a 16-bit big-endian number
//! ….p/WIDTH                the same, with WIDTH of the 256 so far: the right edge of the tree
//! ```
//!
//! A full tile never changes. INDEX is in groups of three digits, all but the last with an `x`:
//! `x001/x234/067`.

use crate::history::{History, Recalled};
use abi::{Coded, Hash};
use std::fmt;
use std::str::FromStr;

mod read;

pub use read::{history_of_tiles, records_of_bundle, root_of_tiles};

/// Hashes of a full tile, and records of a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree that one tile spans.
pub(crate) const TILE_HEIGHT: u32 = 8;
/// The highest level that a tree of 2^64 records could have; paths above it are refused.
const LEVEL_MAX: u8 = 7;

/// What a tile holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TileKind {
    /// Records.
    Entries,
    /// Hashes, each over `256^level` records.
    Hashes(u8),
}

/// One tile of some tree: what it holds and where it stands. Text form: its path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Tile {
    /// What it holds.
    pub kind: TileKind,
    /// Its place in its level, from 0.
    pub index: u64,
    /// How many hashes or records, from 1 to [`TILE_WIDTH`].
    pub width: u16,
}

/// What is wrong with a tile.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TileError {
    /// The path names no tile.
    #[error("the path names no tile")]
    Path,
    /// A tile of the tree is not there.
    #[error("{0} is missing")]
    Missing(Tile),
    /// A tile has another length than its width says, or a bundle does not end with its last record.
    #[error("{0} is not {width} entries long", width = .0.width)]
    Length(Tile),
    /// A tile is not that of the tree.
    #[error("{0} does not hash to the root")]
    Content(Tile),
    /// All tiles are there, and come to another root.
    #[error("the tiles come to root {found}, the head says {wanted}")]
    Root {
        /// Of the tiles.
        found: Hash,
        /// Of the head.
        wanted: Hash,
    },
    /// A record that does not fit into a bundle.
    #[error("a record of {0} bytes does not fit into a bundle, the limit is 65535")]
    Record(usize),
}

impl Coded for TileError {
    fn code(&self) -> u16 {
        match self {
            TileError::Path => 2411,
            TileError::Missing(_) => 2412,
            TileError::Length(_) => 2413,
            TileError::Content(_) => 2414,
            TileError::Root { .. } => 2415,
            TileError::Record(_) => 2416,
        }
    }
}

impl Tile {
    /// All tiles of the tree of `size` records, bundles first, level by level, left to right.
    pub fn of_tree(size: u64) -> impl Iterator<Item = Tile> {
        let levels = (0..=LEVEL_MAX).map(TileKind::Hashes);
        std::iter::once(TileKind::Entries).chain(levels).flat_map(move |kind| Tile::of_level(kind, size))
    }

    fn of_level(kind: TileKind, size: u64) -> impl Iterator<Item = Tile> {
        let full = (0..kind.nodes(size) / u64::from(TILE_WIDTH)).map(move |index| Tile {
            kind,
            index,
            width: TILE_WIDTH,
        });
        full.chain(Tile::edge(kind, size))
    }

    /// The tile at the right edge of a level that is not full.
    fn edge(kind: TileKind, size: u64) -> Option<Tile> {
        let (nodes, wide) = (kind.nodes(size), u64::from(TILE_WIDTH));
        let width = u16::try_from(nodes % wide).ok().filter(|width| *width > 0)?;
        Some(Tile { kind, index: nodes / wide, width })
    }

    /// Whether it is full, and so never changes.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The size of the smallest tree that has it.
    pub fn tree_size(&self) -> u64 {
        let nodes = self.index * u64::from(TILE_WIDTH) + u64::from(self.width);
        nodes << (TILE_HEIGHT * self.kind.level())
    }

    /// The place of its first hash in its level, or of its first record in history.
    pub fn start(&self) -> u64 {
        self.index * u64::from(TILE_WIDTH)
    }
}

impl TileKind {
    /// How many hashes or records of this kind the tree of `size` records has.
    fn nodes(self, size: u64) -> u64 {
        size >> (TILE_HEIGHT * self.level())
    }

    fn level(self) -> u32 {
        match self {
            TileKind::Entries => 0,
            TileKind::Hashes(level) => u32::from(level),
        }
    }
}

impl Recalled<'_> {
    /// The bytes of a tile of hashes; `None` where the tree has no such tile, or it is one of records.
    pub fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        let TileKind::Hashes(level) = tile.kind else {
            return None;
        };
        let start = tile.index.checked_mul(u64::from(TILE_WIDTH))?;
        let hashes = self.nodes(TILE_HEIGHT * u32::from(level), start, u64::from(tile.width))?;
        Some(hashes.iter().flat_map(|hash| hash.0).collect())
    }
}

impl History {
    /// As [`Recalled::tile`].
    pub fn tile(&self, tile: &Tile) -> Option<Vec<u8>> {
        self.whole().tile(tile)
    }

    /// All tiles of hashes of the tree of the first `size` records, with their bytes; those that the tree
    /// has not are left out.
    pub fn tiles(&self, size: u64) -> impl Iterator<Item = (Tile, Vec<u8>)> {
        Tile::of_tree(size).filter_map(|tile| Some((tile, self.tile(&tile)?)))
    }
}

/// The bytes of a bundle of records, given as their canonical bytes.
///
/// # Errors
///
/// A record of more than 65,535 bytes does not fit.
pub fn bundle_of_records<R: AsRef<[u8]>>(records: &[R]) -> Result<Vec<u8>, TileError> {
    let mut bundle = Vec::new();
    for record in records.iter().map(AsRef::as_ref) {
        let length = u16::try_from(record.len()).map_err(|_| TileError::Record(record.len()))?;
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(record);
    }
    Ok(bundle)
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => f.write_str("tile/entries/")?,
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut left = self.index / 1000;
        while left > 0 {
            groups.push(left % 1000);
            left /= 1000;
        }
        while let Some(group) = groups.pop() {
            let last = groups.is_empty();
            write!(f, "{}{group:03}{}", if last { "" } else { "x" }, if last { "" } else { "/" })?;
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for Tile {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Tile, TileError> {
        parse(path).filter(|tile| tile.to_string() == path).ok_or(TileError::Path)
    }
}

/// A tile that the path may mean; it does if it has this path.
fn parse(path: &str) -> Option<Tile> {
    let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = match level {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes(level.parse().ok().filter(|level| *level <= LEVEL_MAX)?),
    };
    let (index, width) = match place.split_once(".p/") {
        None => (place, TILE_WIDTH),
        Some((index, width)) => (index, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?),
    };
    let digits: String = index.chars().filter(char::is_ascii_digit).collect();
    let tile = Tile { kind, index: digits.parse().ok()?, width };
    // Where the tree that has it would be too large to be counted, it is no tile.
    let nodes = tile.index.checked_mul(u64::from(TILE_WIDTH))?.checked_add(u64::from(width))?;
    (nodes.leading_zeros() >= TILE_HEIGHT * kind.level()).then_some(tile)
}

#[cfg(test)]
mod tests;
