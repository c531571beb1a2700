use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn record(seq: u64) -> Vec<u8> {
    seq.to_be_bytes()[7 - (seq % 8) as usize..].to_vec()
}

fn history(size: u64) -> History {
    let mut history = History::new();
    (0..size).for_each(|seq| history.push(&record(seq)));
    history
}

fn tile(path: &str) -> Tile {
    path.parse().unwrap()
}

#[test]
fn paths_are_those_of_the_specification() {
    for (path, kind, index, width) in [
        ("tile/0/x001/x234/067", TileKind::Hashes(0), 1_234_067, 256),
        ("tile/1/000", TileKind::Hashes(1), 0, 256),
        ("tile/2/999.p/1", TileKind::Hashes(2), 999, 1),
        ("tile/entries/x001/000.p/255", TileKind::Entries, 1000, 255),
    ] {
        let tile = Tile { kind, index, width };
        assert_eq!((tile.to_string().as_str(), path.parse()), (path, Ok(tile)));
    }
    for bad in [
        "",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/00/000",
        "tile/8/000",
        "tile/64/000",
        "tile/data/000",
        "tile/entries/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/../000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/6/x999/999",
    ] {
        assert_eq!(bad.parse::<Tile>(), Err(TileError::Path), "{bad}");
    }
}

/// The examples of the specification: sizes 70,000 and 256.
#[test]
fn a_tree_has_the_tiles_of_the_specification() {
    let of = |size: u64, kind: TileKind| {
        let tiles: Vec<Tile> = Tile::of_tree(size).filter(|tile| tile.kind == kind).collect();
        let edge = tiles.iter().filter(|tile| !tile.is_full()).map(|tile| tile.width).collect::<Vec<_>>();
        (tiles.len() - edge.len(), edge)
    };
    assert_eq!(of(70_000, TileKind::Hashes(0)), (273, vec![112]));
    assert_eq!(of(70_000, TileKind::Entries), (273, vec![112]));
    assert_eq!(of(70_000, TileKind::Hashes(1)), (1, vec![17]));
    assert_eq!(of(70_000, TileKind::Hashes(2)), (0, vec![1]));
    assert_eq!(of(70_000, TileKind::Hashes(3)), (0, vec![]));
    assert_eq!((of(256, TileKind::Hashes(0)), of(256, TileKind::Hashes(1))), ((1, vec![]), (0, vec![1])));
    assert_eq!(Tile::of_tree(0).count(), 0);
    assert!(Tile::of_tree(70_000).all(|tile| tile.tree_size() <= 70_000));
    assert_eq!(tile("tile/1/000.p/17").tree_size(), 17 * 256);
}

/// Sizes around the borders of tiles and of levels.
fn sizes() -> impl Iterator<Item = u64> {
    (0..130).chain([255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 65_792, 66_000])
}

#[test]
fn the_root_is_that_of_the_right_edge() {
    let history = history(66_000);
    for size in sizes() {
        let mut read = 0;
        let root = root_of_tiles(size, |tile| {
            read += 1;
            history.tile(tile)
        });
        assert_eq!(root.ok(), history.root_at(size), "{size}");
        assert!(read <= 8, "{size}");
    }
    // The size is a stranger's word, and no reason to go through all there would be.
    let read = root_of_tiles(u64::MAX, |tile| (tile.width == 255).then(|| vec![7; 255 * 32]));
    assert!(read.is_ok(), "eight tiles are enough");
    assert!(matches!(history_of_tiles(u64::MAX, Hash::ZERO, |_| None), Err(TileError::Missing(_))));
    assert_eq!(root_of_tiles(3, |_| None), Err(TileError::Missing(tile("tile/0/000.p/3"))));
    assert_eq!(root_of_tiles(3, |_| Some(vec![0; 95])), Err(TileError::Length(tile("tile/0/000.p/3"))));
}

#[test]
fn a_tree_reads_back_and_one_flipped_bit_does_not() {
    let history = history(70_000);
    for size in [0, 1, 3, 256, 300, 65_537, 70_000] {
        let mut tiles: BTreeMap<Tile, Vec<u8>> = history.tiles(size).collect();
        let root = history.root_at(size).unwrap();
        let read = |tiles: &BTreeMap<_, _>, root| {
            history_of_tiles(size, root, |tile| tiles.get(tile).cloned()).map(|tree| tree.root())
        };
        assert_eq!(read(&tiles, root), Ok(root));
        assert!(matches!(read(&tiles, Hash([7; 32])), Err(TileError::Root { .. })));
        // A bit of the first and the last tile of each level, and of one in between.
        let all: Vec<Tile> = tiles.keys().copied().collect();
        for tile in all.iter().filter(|tile| tile.index % 131 == 0 || !tile.is_full()) {
            for at in [0, usize::from(tile.width) * 32 - 1] {
                tiles.get_mut(tile).unwrap()[at] ^= 0x10;
                let refused = read(&tiles, root);
                assert!(matches!(refused, Err(TileError::Content(_) | TileError::Root { .. })), "{tile}");
                tiles.get_mut(tile).unwrap()[at] ^= 0x10;
            }
            let kept = tiles.remove(tile).unwrap();
            assert_eq!(read(&tiles, root), Err(TileError::Missing(*tile)));
            tiles.insert(*tile, kept);
        }
    }
}

#[test]
fn a_bundle_reads_back_and_one_flipped_bit_does_not() {
    let history = history(300);
    for (path, from, to) in [("tile/entries/000", 0, 256), ("tile/entries/001.p/44", 256, 300)] {
        let records: Vec<Vec<u8>> = (from..to).map(record).collect();
        let bundle = bundle_of_records(&records).unwrap();
        assert_eq!(records_of_bundle(&history, &tile(path), &bundle).unwrap(), records);
        for bit in 0..bundle.len() * 8 {
            let mut flipped = bundle.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(records_of_bundle(&history, &tile(path), &flipped).is_err(), "{path} bit {bit}");
        }
        let cut = &bundle[..bundle.len() - 1];
        assert_eq!(records_of_bundle(&history, &tile(path), cut), Err(TileError::Length(tile(path))));
    }
}

#[test]
fn a_record_that_is_too_long_has_no_bundle() {
    let bundle = bundle_of_records(&[vec![7; 65_535]]).unwrap();
    assert_eq!((bundle.len(), &bundle[..3]), (65_537, &[0xff, 0xff, 7][..]));
    assert_eq!(bundle_of_records(&[vec![7; 65_536]]), Err(TileError::Record(65_536)));
}

proptest! {
    #[test]
    fn every_path_has_one_form(level in 0u8..7, index in 0u64..1 << 40, width in 1u16..=256) {
        let tile = Tile { kind: TileKind::Hashes(level), index, width };
        match tile.to_string().parse::<Tile>() {
            Ok(read) => prop_assert_eq!(read, tile),
            Err(error) => prop_assert!(error == TileError::Path && level >= 2, "{}", tile),
        }
    }
}
