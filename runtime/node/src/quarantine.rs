//! What is kept and no longer trusted: damaged pages of a journal, a store of the wrong root.
//!
//! ```text
//! quarantine/ID/item       what it is, from where, why and since when
//! quarantine/ID/bytes      the bytes, or
//! quarantine/ID/store/     the store that was moved here
//! quarantine/ID/released   the decision that it is no longer in the way
//! ```
//!
//! # Guarantees
//!
//! - An item gets its name once all of it is durable; what a crash left unfinished is finished or taken away.
//! - The name is the hash of all that the item says but the time: the same finding is kept once.
//! - Nothing here is ever applied to anything again. A shard whose journal still holds quarantined bytes is not
//!   opened until they are replaced, or released.

use crate::data::{make_dir, sync_dir, write_durably};
use crate::error::NodeError;
use abi::codec::{Decode, Encode};
use abi::fault::Fault;
use abi::hash::Kind;
use abi::id::Hash;
use cap_std::fs::Dir;

/// Names what is in quarantine. It is no part of any format that leaves the node.
const QUARANTINED: Kind = Kind {
    context: "counterfoil v1 quarantine item",
    key: [
        0xca, 0x47, 0x5e, 0x7d, 0xdd, 0x41, 0xbb, 0x68, 0x86, 0x7f, 0xcd, 0xf9, 0xbe, 0x6a, 0x70, 0x2f, 0x3a,
        0xfb, 0xe6, 0x85, 0xc8, 0x62, 0xe6, 0x17, 0xbb, 0x4c, 0x43, 0x63, 0x59, 0x1a, 0xd5, 0xb1,
    ],
};

/// An item, as it describes itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// The description's version.
    pub version: u8,
    /// The shard that it was part of.
    pub shard: Hash,
    /// From which file.
    pub source: String,
    /// Where in the journal, if it is from there.
    pub place: Option<Place>,
    /// The number of the rule that it breaks.
    pub code: u16,
    /// What is wrong.
    pub reason: String,
    /// How many bytes are kept; none of a store, which is moved as it is.
    pub bytes: u64,
    /// Their hash.
    pub content: Hash,
    /// When it was found, in milliseconds of Unix time.
    pub time_ms: u64,
}

/// Pages of a journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The segment's number.
    pub segment: u32,
    /// The first page.
    pub page: u32,
    /// How many.
    pub pages: u32,
}

abi::canonical_array!(Item { version, shard, source, place, code, reason, bytes, content, time_ms });
abi::canonical_array!(Place { segment, page, pages });

impl Item {
    /// What was found in a shard's file.
    pub fn of(shard: Hash, source: &str, fault: (u16, String), time_ms: u64) -> Item {
        let (code, reason) = fault;
        let source = source.into();
        let content = Hash::ZERO;
        Item { version: 1, shard, source, place: None, code, reason, bytes: 0, content, time_ms }
    }

    /// Its name.
    pub fn id(&self) -> Hash {
        QUARANTINED.hash(&Item { time_ms: 0, ..self.clone() }.to_bytes())
    }
}

/// An item that lies in quarantine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// Its name.
    pub id: Hash,
    /// What it says.
    pub item: Item,
    /// Whether it was released.
    pub released: bool,
}

/// The quarantine of a data directory.
pub struct Quarantine {
    dir: Option<Dir>,
}

const NAME: &str = "quarantine";

impl Quarantine {
    /// The quarantine in a data directory, to read; there may be none yet.
    pub fn read(data: &Dir) -> Result<Quarantine, NodeError> {
        match data.open_dir(NAME) {
            Ok(dir) => Ok(Quarantine { dir: Some(dir) }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Quarantine { dir: None }),
            Err(error) => Err(NodeError::io("open the quarantine", error)),
        }
    }

    /// The quarantine in a data directory, to put into; it is made if there is none, and what a crash left
    /// unfinished is settled.
    pub fn write(data: &Dir) -> Result<Quarantine, NodeError> {
        let failed = |error| NodeError::io("make the quarantine", error);
        make_dir(data, NAME).and_then(|()| sync_dir(data)).map_err(failed)?;
        let quarantine = Quarantine::read(data)?;
        if let Some(dir) = &quarantine.dir {
            settle(dir).map_err(|error| NodeError::io("settle the quarantine", error))?;
        }
        Ok(quarantine)
    }

    /// Keeps a copy of bytes; the item's name.
    pub fn keep(&self, item: Item, bytes: &[u8]) -> Result<Hash, NodeError> {
        let item = Item { bytes: bytes.len() as u64, content: content(bytes), ..item };
        self.enter(&item, true, |unfinished| write_durably(unfinished, "bytes", bytes))
    }

    /// Moves the directory `name` of `from` here; the item's name.
    pub fn set_aside(&self, item: &Item, from: &Dir, name: &str) -> Result<Hash, NodeError> {
        self.enter(item, false, |unfinished| {
            let moved = from.rename(name, unfinished, "store").and_then(|()| sync_dir(unfinished));
            moved.and_then(|()| sync_dir(from)).map_err(|e| NodeError::io(format!("move {name}"), e))
        })
    }

    fn enter(
        &self,
        item: &Item,
        is_copy: bool,
        fill: impl FnOnce(&Dir) -> Result<(), NodeError>,
    ) -> Result<Hash, NodeError> {
        let id = item.id();
        let failed = |error| NodeError::io(format!("write quarantine/{id}"), error);
        let dir = self.dir.as_ref().ok_or(Fault::Stopped)?;
        // A store is set aside each time it is wrong; the same bytes are kept once.
        let id = match dir.exists(id.to_string()) {
            true if is_copy => return Ok(id),
            true => QUARANTINED.hash(&item.to_bytes()),
            false => id,
        };
        let name = id.to_string();
        let unfinished = format!("{name}.new");
        make_dir(dir, &unfinished).map_err(failed)?;
        let inner = dir.open_dir(&unfinished).map_err(failed)?;
        write_durably(&inner, "item", &item.to_bytes())?;
        fill(&inner)?;
        dir.rename(&unfinished, dir, &name).and_then(|()| sync_dir(dir)).map_err(failed)?;
        Ok(id)
    }

    /// All items, by name.
    ///
    /// # Errors
    ///
    /// An item whose description is damaged: what it was about is not known, so nothing is.
    pub fn list(&self) -> Result<Vec<Held>, NodeError> {
        let failed = |error| NodeError::io("list the quarantine", error);
        let mut held = Vec::new();
        let Some(dir) = &self.dir else { return Ok(held) };
        for entry in dir.entries().map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(id) = name.to_str().and_then(|name| name.parse::<Hash>().ok()) else { continue };
            let inner = dir.open_dir(&name).map_err(failed)?;
            let bytes = inner.read("item").map_err(failed)?;
            let damaged = || Fault::corrupt(format!("quarantine/{id}: its description"));
            let item = Item::from_bytes(&bytes).map_err(|_| damaged())?;
            if ![item.id(), QUARANTINED.hash(&item.to_bytes())].contains(&id) {
                return Err(damaged().into());
            }
            held.push(Held { id, item, released: inner.exists("released") });
        }
        held.sort_by_key(|held| held.id);
        Ok(held)
    }

    /// The item that `wanted` names, by its name or the start of it.
    pub fn choose(&self, wanted: &str) -> Result<Held, NodeError> {
        let mut found: Vec<Held> =
            self.list()?.into_iter().filter(|held| held.id.to_string().starts_with(wanted)).collect();
        match (found.pop(), found.len()) {
            (Some(held), 0) => Ok(held),
            _ => Err(NodeError::NotInQuarantine { wanted: wanted.into() }),
        }
    }

    /// The bytes of an item, which are those that it says; none of a store.
    pub fn bytes(&self, held: &Held) -> Result<Vec<u8>, NodeError> {
        let dir = self.dir.as_ref().ok_or(Fault::Stopped)?;
        let bytes = match dir.read(format!("{}/bytes", held.id)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(NodeError::io(format!("read quarantine/{}", held.id), error)),
        };
        match content(&bytes) == held.item.content {
            true => Ok(bytes),
            false => Err(Fault::corrupt(format!("quarantine/{}: its bytes", held.id)).into()),
        }
    }

    /// Takes an item out of the way; its bytes stay, and nothing is done with them.
    pub fn release(&self, held: &Held, decision: &str) -> Result<(), NodeError> {
        let dir = self.dir.as_ref().ok_or(Fault::Stopped)?;
        let inner = dir.open_dir(held.id.to_string()).map_err(|e| NodeError::io("open the quarantine", e))?;
        write_durably(&inner, "released", decision.as_bytes())
    }

    /// The items that stand in the way of a shard's journal.
    pub fn of_journal(&self, shard: Hash) -> Result<Vec<(Held, Place)>, NodeError> {
        let standing = self.list()?.into_iter().filter(|held| held.item.shard == shard && !held.released);
        Ok(standing.filter_map(|held| held.item.place.map(|place| (held, place))).collect())
    }
}

/// Whether these are the bytes that an item is of. One of a file that was missing is of none.
pub fn holds(item: &Item, bytes: &[u8]) -> bool {
    !bytes.is_empty() && item.bytes == bytes.len() as u64 && item.content == content(bytes)
}

fn content(bytes: &[u8]) -> Hash {
    QUARANTINED.hash_padded(bytes)
}

/// Finishes items that a crash left whole and without their name, and takes the others away.
fn settle(dir: &Dir) -> std::io::Result<()> {
    for entry in dir.entries()? {
        let unfinished = entry?.file_name().to_string_lossy().into_owned();
        let Some(name) = unfinished.strip_suffix(".new") else { continue };
        let inner = dir.open_dir(&unfinished)?;
        let described = inner.read("item").ok().and_then(|bytes| Item::from_bytes(&bytes).ok());
        let is_whole = described.is_some_and(|item| match inner.read("bytes") {
            Ok(bytes) => holds(&item, &bytes),
            Err(_) => inner.exists("store"),
        });
        match is_whole {
            true => dir.rename(&unfinished, dir, name)?,
            false => dir.remove_dir_all(&unfinished)?,
        }
        sync_dir(dir)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::hash::Hasher;
    use cap_std::ambient_authority;

    fn data() -> (tempfile::TempDir, Dir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        (folder, dir)
    }

    fn item(time_ms: u64) -> Item {
        let place = Some(Place { segment: 0, page: 3, pages: 1 });
        let item = Item::of(Hash([7; 32]), "journal/00000000.segment", (1102, "changed".into()), time_ms);
        Item { place, ..item }
    }

    #[test]
    fn the_domain_is_derived_from_its_context() {
        let derived = Hasher::new_derive_key(QUARANTINED.context).finalize();
        assert_eq!(derived.as_bytes(), &QUARANTINED.key);
    }

    #[test]
    fn an_item_is_kept_once_and_read_back() {
        let (_folder, dir) = data();
        assert_eq!(Quarantine::read(&dir).unwrap().list().unwrap(), []);
        let quarantine = Quarantine::write(&dir).unwrap();
        let id = quarantine.keep(item(5), b"damaged").unwrap();
        assert_eq!(quarantine.keep(item(6), b"damaged").unwrap(), id, "the same finding");
        assert_ne!(quarantine.keep(item(6), b"damaged again").unwrap(), id);
        let held = quarantine.choose(&id.to_string()[..12]).unwrap();
        assert_eq!((held.item.time_ms, held.released), (5, false));
        assert_eq!(quarantine.bytes(&held).unwrap(), b"damaged");
        assert_eq!(quarantine.of_journal(Hash([7; 32])).unwrap().len(), 2);
        assert_eq!(quarantine.of_journal(Hash([8; 32])).unwrap(), []);
        quarantine.release(&held, "seen").unwrap();
        assert_eq!(quarantine.of_journal(Hash([7; 32])).unwrap().len(), 1);
        assert_eq!(quarantine.list().unwrap().len(), 2, "what is released stays");
    }

    #[test]
    fn what_rots_in_quarantine_is_not_handed_out() {
        let (_folder, dir) = data();
        let quarantine = Quarantine::write(&dir).unwrap();
        let id = quarantine.keep(item(5), b"damaged").unwrap();
        dir.write(format!("quarantine/{id}/bytes"), b"other").unwrap();
        let held = quarantine.choose("").unwrap();
        assert!(matches!(quarantine.bytes(&held), Err(NodeError::Fault(Fault::Corrupt { .. }))));
        dir.write(format!("quarantine/{id}/item"), item(9).to_bytes()).unwrap();
        assert!(matches!(quarantine.list(), Err(NodeError::Fault(Fault::Corrupt { .. }))));
    }

    /// Whatever a crash leaves of an item, it is there as a whole or not at all, and the store is in one place.
    #[test]
    fn a_crash_leaves_an_item_or_none() {
        let (_folder, dir) = data();
        dir.create_dir_all("shard/store").unwrap();
        let quarantine = Quarantine::write(&dir).unwrap();
        let from = dir.open_dir("shard").unwrap();
        let store = Item { place: None, ..item(5) };
        let name = format!("quarantine/{}.new", store.id());
        // Before the move.
        dir.create_dir(&name).unwrap();
        dir.write(format!("{name}/item"), store.to_bytes()).unwrap();
        Quarantine::write(&dir).unwrap();
        assert!(!dir.exists(&name) && from.exists("store"));
        // After the move.
        dir.create_dir(&name).unwrap();
        dir.write(format!("{name}/item"), store.to_bytes()).unwrap();
        from.rename("store", &dir, format!("{name}/store")).unwrap();
        assert_eq!(Quarantine::write(&dir).unwrap().list().unwrap().len(), 1);
        // Another store, wrong for the same reason.
        from.create_dir("store").unwrap();
        quarantine.set_aside(&Item { time_ms: 6, ..store.clone() }, &from, "store").unwrap();
        assert_eq!(quarantine.list().unwrap().len(), 2);
        // Half of the bytes.
        dir.create_dir("quarantine/half.new").unwrap();
        dir.write("quarantine/half.new/item", item(5).to_bytes()).unwrap();
        dir.write("quarantine/half.new/bytes", b"dam").unwrap();
        assert_eq!(Quarantine::write(&dir).unwrap().list().unwrap().len(), 2);
    }
}
