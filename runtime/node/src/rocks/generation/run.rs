//! Writes in key order, found by numbers that lie side by side.

use super::Table;
use abi::tag::{LONG, Tag, alike, sort_by_key, tag};

/// Numbers of a table's writes, in the order of their keys.
#[derive(Default)]
pub(super) struct Run {
    numbers: Vec<u32>,
    /// Of each key the bytes behind those that are alike: a search looks up no other key than those of one tag.
    tags: Vec<Tag<LONG>>,
    /// So many bytes all keys begin with alike.
    alike: usize,
}

impl Run {
    /// Of writes whose keys ascend.
    pub(super) fn new(numbers: Vec<u32>, table: &Table) -> Run {
        let alike = match &*numbers {
            [first, .., last] => alike(table.key(*first), table.key(*last)),
            _ => 0,
        };
        let tags = numbers.iter().map(|number| tag(table.key(*number), alike)).collect();
        Run { numbers, tags, alike }
    }

    /// Of writes in any order.
    pub(super) fn sorted(mut numbers: Vec<u32>, table: &Table) -> Run {
        sort_by_key(&mut numbers, |number| table.key(number));
        Run::new(numbers, table)
    }

    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// How many of them lie before `key`.
    pub(super) fn before(&self, key: &[u8], table: &Table) -> usize {
        let Some(first) = self.numbers.first() else { return 0 };
        let alike = &table.key(*first)[..self.alike];
        if !key.starts_with(alike) {
            return if key < alike { 0 } else { self.numbers.len() };
        }
        let tag = tag(key, self.alike);
        let less = self.tags.partition_point(|other| *other < tag);
        if self.tags.get(less) != Some(&tag) {
            return less;
        }
        let equal = self.tags[less..].partition_point(|other| *other == tag);
        let same = &self.numbers[less..less + equal];
        less + same.partition_point(|number| table.key(*number) < key)
    }
}
