//! A log to be read by others: its records, its tiles and its key.

use abi::sign::SecretKey;
use journal::{Head, History, Note, Tile, TileKind, bundle_of_records};
use std::collections::BTreeMap;

/// The origin of the log, and the name of its key.
pub const ORIGIN: &str = "foil.example/shard/9d0180fa";

/// A log, as it is published.
pub struct Log {
    /// Its history.
    pub history: History,
    /// Its key's secret half.
    pub secret: SecretKey,
    /// Every tile, by its path.
    pub site: BTreeMap<String, Vec<u8>>,
}

impl Log {
    /// A log of so many records.
    pub fn of(size: u64) -> Log {
        let mut history = History::new();
        (0..size).for_each(|seq| history.push(&record(seq)));
        let mut site = BTreeMap::new();
        for tile in Tile::of_tree(size) {
            let records: Vec<Vec<u8>> = (tile.start()..).take(usize::from(tile.width)).map(record).collect();
            let bytes = match tile.kind {
                TileKind::Entries => bundle_of_records(&records).ok(),
                TileKind::Hashes(_) => history.tile(&tile),
            };
            site.extend(bytes.map(|bytes| (tile.to_string(), bytes)));
        }
        Log { history, secret: SecretKey::from_seed(&[7; 32]), site }
    }

    /// Its newest head.
    pub fn head(&self) -> Head {
        Head { origin: ORIGIN.into(), size: self.history.size(), root: self.history.root() }
    }

    /// Its newest head, signed.
    pub fn checkpoint(&self) -> Note {
        self.head().sign(&self.secret).expect("the origin can name a key")
    }
}

/// The bytes of a record.
pub fn record(seq: u64) -> Vec<u8> {
    format!("record {seq}").into_bytes()
}
