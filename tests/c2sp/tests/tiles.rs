//! Tiles: proofs that Cloudflare's `tlog_tiles` computes from our tiles, against our heads and proofs.
#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use c2sp::{Log, record};
use journal::is_consistent;
use std::collections::BTreeMap;
use tlog_tiles::{
    Error, Hash, Tile, TileHashReader, TileReader, check_record, check_tree, prove_record, prove_tree,
    record_hash, tree_hash,
};

/// What their library reads tiles from.
struct Site(BTreeMap<String, Vec<u8>>);

/// Our path of their tile: C2SP leaves the height out, which is 8.
fn path(tile: &Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

impl TileReader for Site {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let missing = |tile| Error::InvalidInput(format!("{} is missing", path(tile)));
        tiles.iter().map(|tile| self.0.get(&path(tile)).cloned().ok_or_else(|| missing(tile))).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn theirs(hash: abi::Hash) -> Hash {
    Hash(hash.0)
}

#[test]
fn our_tiles_have_their_paths_and_root() {
    for size in [1, 3, 255, 256, 257, 1000, 65_536, 70_000] {
        let log = Log::of(size);
        let mut wanted: Vec<String> = Tile::new_tiles(8, 0, size).iter().map(path).collect();
        let mut found: Vec<String> =
            log.site.keys().filter(|path| !path.starts_with("tile/entries")).cloned().collect();
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted, "{size}");
        let root = theirs(log.history.root());
        let site = Site(log.site);
        assert!(tree_hash(size, &TileHashReader::new(size, root, &site)).unwrap() == root, "{size}");
    }
}

#[test]
fn they_prove_every_record_from_our_tiles() {
    let log = Log::of(600);
    let root = theirs(log.history.root());
    let site = Site(log.site);
    let reader = TileHashReader::new(600, root, &site);
    for seq in 0..600 {
        let proof = prove_record(600, seq, &reader).unwrap();
        let ours: Vec<Hash> = log.history.path(seq, 600).unwrap().into_iter().map(theirs).collect();
        assert!(proof == ours, "{seq}");
        let leaf = record_hash(&record(seq));
        assert!(check_record(&proof, 600, root, seq, leaf).is_ok(), "{seq}");
        for at in 0..proof.len() {
            let mut flipped = proof.clone();
            flipped[at].0[at] ^= 0x08;
            assert!(check_record(&flipped, 600, root, seq, leaf).is_err(), "{seq} {at}");
        }
    }
}

#[test]
fn they_prove_growth_as_we_do() {
    let log = Log::of(300);
    let root = theirs(log.history.root());
    let site = Site(log.site);
    let reader = TileHashReader::new(300, root, &site);
    let root_at = |size| log.history.root_at(size).unwrap();
    for newer in (1..=130).chain([255, 256, 257, 300]) {
        for older in (1..=newer).filter(|older| older % 7 == newer % 7) {
            let ours = log.history.consistency(older, newer).unwrap();
            let proof = prove_tree(newer, older, &reader).unwrap();
            let (before, after) = (root_at(older), root_at(newer));
            assert!(proof == ours.iter().copied().map(theirs).collect::<Vec<_>>(), "{older} {newer}");
            assert!(check_tree(&proof, newer, theirs(after), older, theirs(before)).is_ok());
            assert!(is_consistent(older, &before, newer, &after, &ours));
            let mut flipped = after;
            flipped.0[31] ^= 1;
            assert!(check_tree(&proof, newer, theirs(flipped), older, theirs(before)).is_err());
            assert!(!is_consistent(older, &before, newer, &flipped, &ours));
        }
    }
}

#[test]
fn one_flipped_bit_in_a_tile_proves_nothing() {
    let log = Log::of(600);
    let (root, mut site) = (theirs(log.history.root()), Site(log.site));
    let hashes: Vec<String> =
        site.0.keys().filter(|path| !path.starts_with("tile/entries")).cloned().collect();
    for path in hashes {
        let seq = if path.starts_with("tile/0/001") {
            300
        } else if path.contains("002") {
            599
        } else {
            7
        };
        let proves = |site: &Site| {
            // Their reader (0.2.0) does not authenticate every tile it read: the proof has to be checked.
            let proof = prove_record(600, seq, &TileHashReader::new(600, root, site));
            proof.is_ok_and(|proof| check_record(&proof, 600, root, seq, record_hash(&record(seq))).is_ok())
        };
        assert!(proves(&site), "{path}");
        for bit in [0, 500] {
            site.0.get_mut(&path).unwrap()[bit / 8] ^= 1 << (bit % 8);
            assert!(!proves(&site), "{path} bit {bit}");
            site.0.get_mut(&path).unwrap()[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
