//! The live idempotency keys: a function of the journal's last window, rebuilt on open.

use abi::call::Caller;
use abi::codec::Encode;
use abi::hash::SCOPE;
use abi::{Hash, canonical_array, planted};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The tables of live keys: one for each first byte of a scope, so that no call waits for all of them to grow.
const TABLES: usize = 256;

/// Which (caller, key) pairs are live, and at which seq each was used: some 130 bytes for each.
///
/// Time moves forward only: what has expired is forgotten.
#[derive(Clone, Debug)]
pub struct Window {
    /// By the first byte of the digest of caller and key.
    live: Vec<HashTable<LiveKey>>,
    /// How many there are.
    len: usize,
    /// The same, by the time at which they expire.
    expiring: BTreeMap<u64, Vec<Scope>>,
}

/// The digest of a caller and its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope(Hash);

impl Ord for Scope {
    /// As the hashes, which seldom agree in their first bytes; and numbers are compared faster.
    fn cmp(&self, other: &Scope) -> Ordering {
        self.0.prefix().cmp(&other.0.prefix()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Scope {
    fn partial_cmp(&self, other: &Scope) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Scope {
    /// Of a call by `caller` with the idempotency key `key`.
    pub fn of(caller: &Caller, key: &[u8; 32]) -> Scope {
        Scope(SCOPE.hash_parts(&[&caller.to_bytes(), key]))
    }

    /// The number of its table.
    fn table(&self) -> usize {
        usize::from(self.0.0[0])
    }

    /// Its hash there: eight bytes of a digest need no other. Whoever looks for keys that agree in many bits of them
    /// makes their search longer by as many as are found.
    fn hash(&self) -> u64 {
        let [.., a, b, c, d, e, f, g, h] = self.0.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// A live key, as a snapshot keeps it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiveKey {
    /// The digest of caller and key.
    pub scope: Hash,
    /// When it expires.
    pub expires_ms: u64,
    /// The seq of the call that used it.
    pub seq: u64,
}

canonical_array!(LiveKey { scope, expires_ms, seq });

impl Default for Window {
    fn default() -> Window {
        Window { live: vec![HashTable::new(); TABLES], len: 0, expiring: BTreeMap::new() }
    }
}

impl Window {
    /// No live keys.
    pub fn new() -> Window {
        Window::default()
    }

    /// The window in which these keys are live.
    pub fn of(live: &[LiveKey]) -> Window {
        let mut window = Window::new();
        for key in live {
            window.put(*key);
        }
        for key in window.live.iter().flatten() {
            window.expiring.entry(key.expires_ms).or_default().push(Scope(key.scope));
        }
        window
    }

    /// The live keys, by scope.
    pub fn live(&self) -> impl Iterator<Item = LiveKey> {
        self.live.iter().flat_map(|table| {
            let mut keys: Vec<LiveKey> = table.iter().copied().collect();
            keys.sort_unstable_by_key(|key| key.scope);
            keys
        })
    }

    /// The seq of the call that used this key and is still live.
    pub fn find(&self, scope: &Scope) -> Option<u64> {
        self.find_at(scope, 0)
    }

    /// The same, as it will be at `time_ms`.
    pub fn find_at(&self, scope: &Scope, time_ms: u64) -> Option<u64> {
        let live = self.live[scope.table()].find(scope.hash(), |live| live.scope == scope.0)?;
        (live.expires_ms > time_ms && !planted!(KeyNotFound)).then_some(live.seq)
    }

    /// Adds a key that is not live yet, used by the call at `seq`.
    pub fn insert(&mut self, scope: Scope, expires_ms: u64, seq: u64) -> LiveKey {
        let key = LiveKey { scope: scope.0, expires_ms, seq };
        assert!(self.put(key), "a live key is used once");
        self.expiring.entry(expires_ms).or_default().push(scope);
        key
    }

    /// Puts a key in its table, in the place of the same one: whether there was none.
    fn put(&mut self, key: LiveKey) -> bool {
        let (scope, table_hash) = (Scope(key.scope), |key: &LiveKey| Scope(key.scope).hash());
        let table = &mut self.live[scope.table()];
        match table.entry(scope.hash(), |live| live.scope == key.scope, table_hash) {
            Entry::Occupied(mut live) => {
                *live.get_mut() = key;
                false
            }
            Entry::Vacant(place) => {
                place.insert(key);
                self.len += 1;
                true
            }
        }
    }

    /// Moves time to `time_ms`: keys whose expiry it has reached are dead.
    pub fn advance(&mut self, time_ms: u64) {
        let time_ms = if planted!(KeysDieEarly) { time_ms.saturating_add(120_000) } else { time_ms };
        while let Some(first) = self.expiring.first_entry().filter(|first| *first.key() <= time_ms) {
            for scope in first.remove() {
                let live = self.live[scope.table()].find_entry(scope.hash(), |live| live.scope == scope.0);
                live.expect("every key that expires was live").remove();
                self.len -= 1;
            }
        }
    }

    /// How many keys are live.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no key is live.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_lives_until_its_expiry_and_can_then_be_used_again() {
        let mut window = Window::new();
        let [nobody, ann] =
            [Caller::Nobody, Caller::Principal("ann".into())].map(|caller| Scope::of(&caller, &[1; 32]));
        window.insert(nobody, 10, 0);
        window.insert(ann, 20, 1);
        window.advance(9);
        assert_eq!(window.find(&nobody), Some(0));
        assert_eq!(window.find_at(&nobody, 10), None);
        window.advance(10);
        assert_eq!(window.find(&nobody), None);
        assert_eq!(window.find(&ann), Some(1), "keys are scoped by their caller");
        window.insert(nobody, 30, 2);
        window.advance(25);
        assert_eq!((window.len(), window.find(&nobody)), (1, Some(2)));
        window.advance(30);
        assert!(window.is_empty());
    }

    /// A list that names a scope twice is no window's; whoever made it, the last one counts, and it dies once.
    #[test]
    fn a_window_of_listed_keys_lives_and_dies_as_the_one_they_are_of() {
        let key = |scope, expires_ms| LiveKey { scope: Hash([scope; 32]), expires_ms, seq: expires_ms };
        let listed = [key(1, 20), key(2, 10), key(3, 20)];
        let mut window = Window::of(&listed);
        assert_eq!(window.live().collect::<Vec<_>>(), listed);
        window.advance(10);
        assert_eq!(window.live().collect::<Vec<_>>(), [key(1, 20), key(3, 20)]);
        let mut twice = Window::of(&[key(1, 20), key(1, 10)]);
        assert_eq!(twice.live().collect::<Vec<_>>(), [key(1, 10)]);
        twice.advance(20);
        assert!(twice.is_empty());
    }
}
