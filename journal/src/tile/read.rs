//! Reading tiles back: what they say is believed only where it hashes to the root of a head.

use super::{LEVEL_MAX, TILE_WIDTH, Tile, TileError, TileKind};
use crate::history::{History, Recalled};
use abi::Hash;

/// The root of the tree of `size` records, from the tiles of its right edge: at most eight.
///
/// # Errors
///
/// A tile that is missing or has another length.
pub fn root_of_tiles(size: u64, mut read: impl FnMut(&Tile) -> Option<Vec<u8>>) -> Result<Hash, TileError> {
    let mut root: Option<Hash> = None;
    for level in 0..=LEVEL_MAX {
        // Hashes left over at this level: a full tile is one hash of the next.
        let Some(edge) = Tile::edge(TileKind::Hashes(level), size) else {
            continue;
        };
        let mut hashes = hashes(&edge, read(&edge))?;
        // Complete subtrees from right to left, the smallest first.
        while !hashes.is_empty() {
            let count = 1 << hashes.len().trailing_zeros();
            let subtree = subtree(hashes.split_off(hashes.len() - count));
            root = Some(root.map_or(subtree, |right| History::node(&subtree, &right)));
        }
    }
    Ok(root.unwrap_or_else(|| History::new().root()))
}

/// The whole tree that a head stands for, once every tile of hashes was read and found to be that tree's.
///
/// # Errors
///
/// The first tile that is missing or not the tree's, or another root.
pub fn history_of_tiles(
    size: u64,
    root: Hash,
    mut read: impl FnMut(&Tile) -> Option<Vec<u8>>,
) -> Result<History, TileError> {
    let mut history = History::new();
    for tile in Tile::of_tree(size).filter(|tile| tile.kind != TileKind::Entries) {
        let hashes = hashes(&tile, read(&tile))?;
        if tile.kind == TileKind::Hashes(0) {
            hashes.into_iter().for_each(|leaf| history.push_hash(leaf));
        } else if history.tile(&tile) != Some(hashes.iter().flat_map(|hash| hash.0).collect()) {
            return Err(TileError::Content(tile));
        }
    }
    match history.root() {
        found if found == root => Ok(history),
        found => Err(TileError::Root { found, wanted: root }),
    }
}

/// The records of a bundle, which are those of `history`.
///
/// # Errors
///
/// A bundle of another length, or with a record that history has not at its place.
pub fn records_of_bundle<'a, 'h>(
    history: impl Into<Recalled<'h>>,
    tile: &Tile,
    bundle: &'a [u8],
) -> Result<Vec<&'a [u8]>, TileError> {
    let (mut records, mut rest) = (Vec::new(), bundle);
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (record, after) = after.split_at_checked(length).ok_or(TileError::Length(*tile))?;
        records.push(record);
        rest = after;
    }
    if !rest.is_empty() || records.len() != usize::from(tile.width) {
        return Err(TileError::Length(*tile));
    }
    let leaves = Tile { kind: TileKind::Hashes(0), ..*tile };
    let hashes = records.iter().flat_map(|record| History::leaf_hash(record).0).collect();
    if history.into().tile(&leaves) == Some(hashes) { Ok(records) } else { Err(TileError::Content(*tile)) }
}

/// The hashes of a tile as it was read.
fn hashes(tile: &Tile, bytes: Option<Vec<u8>>) -> Result<Vec<Hash>, TileError> {
    let bytes = bytes.ok_or(TileError::Missing(*tile))?;
    match bytes.as_chunks::<32>() {
        (hashes, []) if hashes.len() == usize::from(tile.width) => {
            Ok(hashes.iter().map(|hash| Hash(*hash)).collect())
        }
        _ => Err(TileError::Length(*tile)),
    }
}

/// The root over a power of two of hashes.
fn subtree(hashes: Vec<Hash>) -> Hash {
    assert!(hashes.len() <= usize::from(TILE_WIDTH), "a tile has no more");
    abi::merkle::root(History::node, &hashes)
}
