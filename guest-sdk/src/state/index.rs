//! Maps that are found by more than their keys.
//!
//! An index is a field of the state beside its map, and the state says how its keys follow from an entry. Only the
//! map's `insert`, `remove` and `reindex` write it, so that it is true of what the map holds.

use crate::state::{Map, Set, Stored};
use crate::{Encode, Value, host};
use abi::interface::{Describe, Schema};
use abi::key::Key;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Deref;

/// A map with indexes, which are fields of the same state marked with `#[index(MAP, KEYS)]`. `KEYS` takes an entry's
/// key and value, and answers what the entry is found by: an option, an array or a list.
///
/// It is read as the [`Map`] that it is.
///
/// ```
/// # use guest_sdk::prelude::*;
/// #[program]
/// mod shop {
///     use guest_sdk::prelude::*;
///
///     #[derive(Value)]
///     pub struct Order {
///         pub customer: String,
///         pub number: u32,
///         pub tags: Vec<String>,
///     }
///
///     #[state]
///     pub struct Shop {
///         orders: IndexedMap<u64, Order>,
///         #[index(orders, |_, order| [order.customer.clone()])]
///         by_customer: Index<String, u64>,
///         #[index(orders, |_, order| order.tags.clone())]
///         by_tag: Index<String, u64>,
///         /// Orders without a number are not in it.
///         #[index(orders, |_, order| (order.number > 0).then_some(order.number))]
///         by_number: UniqueIndex<u32, u64>,
///     }
///
///     impl Shop {
///         #[call]
///         pub fn order(&mut self, id: u64, order: Order) {
///             self.orders.insert(&id, &order);
///         }
///
///         #[query]
///         pub fn of(&self, customer: String) -> Vec<u64> {
///             self.by_customer.of(&customer).map(|(_, id)| id).collect()
///         }
///
///         #[query]
///         pub fn numbered(&self, from: u32) -> Vec<(u32, u64)> {
///             self.by_number.range(from..).collect()
///         }
///     }
/// }
/// # use guest_sdk::test::{Host, identity};
/// # let mut host = Host::new::<shop::Program>();
/// # let ann = identity(1);
/// # host.call(&ann, "order", &(7u64, ("ann", 40u32, ["new"].as_slice()))).returned::<()>();
/// # host.call(&ann, "order", &(5u64, ("ann", 0u32, ["new", "big"].as_slice()))).returned::<()>();
/// # assert_eq!(host.ask::<Vec<u64>>("of", &("ann",)), [5, 7]);
/// # assert_eq!(host.ask::<Vec<(u32, u64)>>("numbered", &(1u32,)), [(40, 7)]);
/// ```
pub struct IndexedMap<K: 'static, V: 'static> {
    map: Map<K, V>,
    links: &'static [Link<IndexedMap<K, V>>],
}

impl<K: Key, V: Value> IndexedMap<K, V> {
    /// Sets the value of `key`, and has the indexes find it by that alone.
    ///
    /// # Panics
    ///
    /// If a unique index has another entry there: ask the index first where that is to be refused in other words.
    pub fn insert(&mut self, key: &K, value: &V) {
        let (before, after) = (self.indexed(key), self.entries(key, value));
        for entry in before.iter().filter(|entry| !after.contains(entry)) {
            host::delete(&entry.key);
        }
        for entry in after.iter().filter(|entry| !before.contains(entry)) {
            entry.put();
        }
        self.map.insert(key, value);
    }

    /// Removes `key` and its value, and its entries in the indexes; there may be none.
    pub fn remove(&mut self, key: &K) {
        for entry in self.indexed(key) {
            host::delete(&entry.key);
        }
        self.map.remove(key);
    }

    /// Mends the indexes, up to `limit` entries of them, and answers whether they are true then. It is what a migration
    /// does to an index that was added: until that is done, another program writes the map, and no index.
    ///
    /// # Panics
    ///
    /// If two entries are to have the same one in a unique index.
    pub fn reindex(&mut self, limit: usize) -> bool {
        let is_stale = |(link, (key, entry)): &(&Link<_>, (K, Entry))| {
            !self.map.get(key).is_some_and(|value| (link.of)(key, &value).contains(entry))
        };
        let all = self.links.iter().flat_map(|link| (link.all)().map(move |entry| (link, entry)));
        let stale: Vec<Entry> = all.filter(is_stale).map(|(_, (_, entry))| entry).take(limit).collect();
        stale.iter().for_each(|entry| host::delete(&entry.key));
        let wanted = self.map.iter().flat_map(|(key, value)| self.entries(&key, &value));
        let missing: Vec<Entry> = wanted.filter(|it| !it.is_there()).take(limit - stale.len()).collect();
        missing.iter().for_each(Entry::put);
        stale.len() + missing.len() < limit
    }

    fn indexed(&self, key: &K) -> Vec<Entry> {
        self.map.get(key).map_or(Vec::new(), |value| self.entries(key, &value))
    }

    fn entries(&self, key: &K, value: &V) -> Vec<Entry> {
        self.links.iter().flat_map(|link| (link.of)(key, value)).collect()
    }

    /// The same map, with its indexes; for generated code.
    #[doc(hidden)]
    pub fn linked(self, links: &'static [Link<IndexedMap<K, V>>]) -> IndexedMap<K, V> {
        IndexedMap { links, ..self }
    }
}

impl<K, V> Deref for IndexedMap<K, V> {
    type Target = Map<K, V>;

    fn deref(&self) -> &Map<K, V> {
        &self.map
    }
}

impl<K: Key + Describe, V: Value> Stored for IndexedMap<K, V> {
    const KEY: Option<&'static Schema> = Map::<K, V>::KEY;
    const VALUE: &'static Schema = Map::<K, V>::VALUE;

    fn at(prefix: &'static [u8]) -> IndexedMap<K, V> {
        IndexedMap { map: Map::at(prefix), links: &[] }
    }
}

/// One of the indexes of the map `M`.
pub struct Link<M: Linked + 'static> {
    /// What an entry of the map has in it.
    pub of: fn(&M::Key, &M::Value) -> Vec<Entry>,
    /// All that is in it, each with the key in the map that it is of.
    pub all: fn() -> All<M::Key>,
}

/// Entries of an index, each with the key in the map that it is of.
pub type All<K> = Box<dyn Iterator<Item = (K, Entry)>>;

/// A map that can have indexes.
pub trait Linked {
    /// Its keys.
    type Key;
    /// Its values.
    type Value;
}

impl<K, V> Linked for IndexedMap<K, V> {
    type Key = K;
    type Value = V;
}

/// An entry of an index, as it lies in state.
#[derive(PartialEq, Eq)]
pub struct Entry {
    key: Vec<u8>,
    value: Vec<u8>,
    is_unique: bool,
}

impl Entry {
    fn is_there(&self) -> bool {
        host::get(&self.key).is_some_and(|value| value == self.value)
    }

    fn put(&self) {
        if self.is_unique && host::get(&self.key).is_some_and(|value| value != self.value) {
            taken();
        }
        host::put(&self.key, &self.value);
    }
}

#[cold]
fn taken() -> ! {
    panic!("a unique index has another entry there")
}

/// An index of a map with keys `Key`.
pub trait Indexing {
    /// What entries are found by.
    type By;
    /// The map's keys.
    type Key;

    /// The entry that says so of a key, in the field whose keys begin with `prefix`.
    fn entry(prefix: &'static [u8], by: &Self::By, key: &Self::Key) -> Entry;

    /// What is in it, in order.
    fn all(prefix: &'static [u8]) -> impl Iterator<Item = (Self::By, Self::Key)> + 'static;
}

/// All entries in the index `I`, each with the key in the map that it is of.
pub fn all<I: Indexing>(prefix: &'static [u8]) -> All<I::Key> {
    let entry = move |(by, key): (I::By, I::Key)| {
        let entry = I::entry(prefix, &by, &key);
        (key, entry)
    };
    Box::new(I::all(prefix).map(entry))
}

/// The entries in the index `I` of an entry of its map, which it has `by`.
pub fn entries<I: Indexing, V, B: IntoIterator<Item = I::By>>(
    prefix: &'static [u8],
    key: &I::Key,
    value: &V,
    by: impl Fn(&I::Key, &V) -> B,
) -> Vec<Entry> {
    by(key, value).into_iter().map(|by| I::entry(prefix, &by, key)).collect()
}

/// What finds the keys of an [`IndexedMap`] by something that any number of entries may share: the set of `(by, key)`,
/// in order.
pub struct Index<I, K>(Set<(I, K)>);

impl<I: Key + Describe + 'static, K: Key + Describe + 'static> Indexing for Index<I, K> {
    type By = I;
    type Key = K;

    fn entry(prefix: &'static [u8], by: &I, key: &K) -> Entry {
        let mut entry = Map::<(I, K), ()>::at(prefix).head(by);
        key.encode_key(&mut entry);
        Entry { key: entry, value: ().to_bytes(), is_unique: false }
    }

    fn all(prefix: &'static [u8]) -> impl Iterator<Item = (I, K)> + 'static {
        Set::at(prefix).iter()
    }
}

impl<I, K> Deref for Index<I, K> {
    type Target = Set<(I, K)>;

    fn deref(&self) -> &Set<(I, K)> {
        &self.0
    }
}

impl<I: Key + Describe, K: Key + Describe> Stored for Index<I, K> {
    const KEY: Option<&'static Schema> = Set::<(I, K)>::KEY;
    const VALUE: &'static Schema = Set::<(I, K)>::VALUE;

    fn at(prefix: &'static [u8]) -> Index<I, K> {
        Index(Set::at(prefix))
    }
}

/// What finds the keys of an [`IndexedMap`] by something that no two entries share: the map from that to the key.
pub struct UniqueIndex<I, K>(Map<I, K>);

impl<I: Key + Describe + 'static, K: Value + 'static> Indexing for UniqueIndex<I, K> {
    type By = I;
    type Key = K;

    fn entry(prefix: &'static [u8], by: &I, key: &K) -> Entry {
        Entry { key: Map::<I, K>::at(prefix).full(by), value: key.to_bytes(), is_unique: true }
    }

    fn all(prefix: &'static [u8]) -> impl Iterator<Item = (I, K)> + 'static {
        Map::at(prefix).iter()
    }
}

impl<I, K> Deref for UniqueIndex<I, K> {
    type Target = Map<I, K>;

    fn deref(&self) -> &Map<I, K> {
        &self.0
    }
}

impl<I: Key + Describe, K: Value> Stored for UniqueIndex<I, K> {
    const KEY: Option<&'static Schema> = Map::<I, K>::KEY;
    const VALUE: &'static Schema = Map::<I, K>::VALUE;

    fn at(prefix: &'static [u8]) -> UniqueIndex<I, K> {
        UniqueIndex(Map::at(prefix))
    }
}
