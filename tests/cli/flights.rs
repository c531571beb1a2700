//! The demo's world: the ledger, an account for each airport, and the flights of January 2013.

use crate::foil::{Folder, MIDNIGHT, data, guest};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// A shard of the ledger with its 97 accounts open and no flight flown, in `foil-data`.
pub(crate) struct World {
    pub(crate) folder: Folder,
    pub(crate) shard: String,
}

impl World {
    pub(crate) fn new() -> World {
        let (folder, shard) = Folder::serving(&guest("ledger"));
        let flights = fs::read_to_string(data("flights-2013-01.csv")).expect("the flights are UTF-8");
        let rows = flights.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
        let airports: BTreeSet<&str> = rows.flat_map(|row| [row[5], row[6]]).collect();
        let rows: String = airports.iter().map(|airport| format!("{airport},{MIDNIGHT}\n")).collect();
        folder.write("airports.csv", format!("airport,start\n{rows}"));
        folder.write("flights.csv", &flights);
        let map = data("airports.map.json");
        let words = format!("run airports.csv --map {} --run airports --time-from start", map.display());
        assert_eq!(folder.foil(&format!("{words} --as clerk.key")).ok()["returned"], airports.len());
        World { folder, shard }
    }

    /// The same with only the first flights.
    pub(crate) fn of(flights: usize) -> World {
        let world = World::new();
        let text = String::from_utf8(world.folder.read("flights.csv")).expect("the flights are UTF-8");
        let rows: Vec<&str> = text.lines().take(flights + 1).collect();
        world.folder.write("flights.csv", format!("{}\n", rows.join("\n")));
        world
    }

    /// The words that run the flights on a data directory.
    pub(crate) fn words(&self, data_dir: &str, options: &str) -> String {
        let map = data("flights.map.json");
        let words = format!("run flights.csv --map {} --run flights --time-from sched_time", map.display());
        format!("--data {data_dir} {words} --as clerk.key {options}")
    }

    /// Runs the flights on a data directory; the answer.
    pub(crate) fn run(&self, data_dir: &str, options: &str) -> Value {
        self.folder.foil(&self.words(data_dir, options)).ok()
    }

    /// The bundle of a data directory.
    pub(crate) fn bundle(&self, data_dir: &str) -> Vec<u8> {
        let file = format!("{data_dir}.foil");
        self.folder.foil_on(data_dir, &format!("bundle --out {file}")).ok();
        self.folder.read(&file)
    }
}
