//! Generations over a map, beside the map to which everything is written.

use super::*;
use crate::rocks::scanning::Scanning;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use state::{Entry, View};
use std::collections::BTreeMap;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// What is written at once, and what happens then: nothing, what there is is put in order, or a new generation begins.
type Step = (BTreeMap<Vec<u8>, Option<Vec<u8>>>, u8);

/// Keys of which a half begin with more bytes alike than a tag has.
fn key() -> impl Strategy<Value = Vec<u8>> {
    (any::<bool>(), vec(0u8..4, 0..4))
        .prop_map(|(is_long, end)| if is_long { [&[2; 10], &*end].concat() } else { end })
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..4)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec((btree_map(key(), option::weighted(0.7, value()), 0..10), 0u8..6), 0..12)
}

/// Scans, with a database that is read one entry at a time; whose version is said to be another after the third.
fn scanned(generations: &[Generation], database: &Map, scan: &Scan<'_>) -> Vec<Entry> {
    let (mut scanning, mut asked) = (Scanning::new(*scan), 0);
    loop {
        asked += 1;
        let stored = |rest: &Scan<'_>, found: &mut Vec<Entry>| {
            let all = View::scan(database, rest).unwrap();
            found.extend(all.get(found.len()).cloned());
            if found.len() == all.len() { Ok(()) } else { Err(()) }
        };
        let written = |rest: &Scan<'_>| Written::new(generations.iter().rev(), rest);
        if scanning.go_on(u64::from(asked > 3), stored, written).is_ok() {
            return scanning.found;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn laid_over_a_database_they_read_like_the_map_that_was_written(
        database in btree_map(key(), value(), 0..20),
        steps in steps(),
        (from, to) in (key(), option::of(key())),
        (reverse, limit) in (any::<bool>(), 0usize..12),
    ) {
        let mut model: Map = database.clone();
        let mut generations = vec![Generation::default()];
        let mut written = vec![BTreeMap::new()];
        for (writes, then) in steps {
            written.last_mut().unwrap().extend(writes.clone());
            let now = generations.last_mut().unwrap();
            let before = now.written();
            let borrowed: Vec<Write<'_>> = writes.iter().map(|(key, value)| (&**key, value.as_deref())).collect();
            now.put(borrowed.iter().copied());
            let bytes = |(key, value): &Write<'_>| key.len() + value.map_or(0, <[u8]>::len);
            prop_assert_eq!(now.written() - before, borrowed.iter().map(bytes).sum::<usize>());
            for (key, value) in &writes {
                prop_assert_eq!(now.get(key), Some(value.as_deref()));
            }
            match then {
                0 => {
                    now.tidy();
                    prop_assert!(!now.is_untidy());
                }
                1 => {
                    let next = now.next();
                    let order: Vec<_> = now.in_order().map(|(key, _)| key.to_vec()).collect();
                    prop_assert!(order.is_sorted_by(|one, other| one < other), "each key once");
                    generations.push(next);
                    written.push(BTreeMap::new());
                }
                _ => {}
            }
            for (key, value) in writes {
                match value {
                    Some(value) => model.insert(key, value),
                    None => model.remove(&key),
                };
            }
        }
        for (generation, written) in generations.iter().zip(&written) {
            let last = written.range(..from.clone()).next_back();
            let last = last.map(|(key, value): (&Vec<u8>, &Option<Vec<u8>>)| (&**key, value.as_deref()));
            prop_assert_eq!(generation.greatest(&from), last);
        }
        let scan = Scan { from: &from, to: to.as_deref(), reverse, limit };
        prop_assert_eq!(scanned(&generations, &database, &scan), View::scan(&model, &scan).unwrap());
        let get = |key: &Vec<u8>| generations.iter().rev().find_map(|generation| generation.get(key));
        let found = get(&from).unwrap_or_else(|| database.get(&from).map(Vec::as_slice));
        prop_assert_eq!(found, model.get(&from).map(Vec::as_slice));
    }
}
