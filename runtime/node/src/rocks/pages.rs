//! What was read of the database lately: an ordered map of pages.
//!
//! Each page stands for a range of keys. It holds all entries of that range, and so answers every question about it,
//! absent keys and neighbours included; or nothing is known of the range, and it names the [`Gap`] to be read in the
//! database first.
//!
//! # Guarantees
//!
//! - Filled and brought up to date, pages read like the database, whatever is read and forgotten meanwhile.

use super::table::Write;
use page::Page;
use smallvec::SmallVec;
use state::{Entry, Fault, Scan, View};
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound::{Excluded, Included, Unbounded};

mod page;

/// Entries that are read at once on either side of a key that was asked for. Tests have few.
const READ: usize = if cfg!(test) { 2 } else { 16 };
/// Pages that are looked at for something to forget, at one time.
const FORGOTTEN: usize = 256;
/// Pages that are brought up to date at one time.
const UPDATED: usize = if cfg!(test) { 2 } else { 8 };
/// Writes that are passed over at one time where nothing is known, like a page.
const PASSED: usize = if cfg!(test) { 2 } else { 1024 };
/// Bytes that a page in the map takes, beside the page.
const NODE_BYTES: usize = 64;

/// The least key of a page's range. Most lie in the map itself, so that looking one up follows no pointers.
type First = SmallVec<[u8; 32]>;

/// A key and its value.
type Kept<'a> = (&'a [u8], &'a [u8]);

/// Parts of an ordered map.
pub(super) struct Pages {
    /// By the least key of their range; the first one is that of the empty key.
    pages: BTreeMap<First, Page>,
    /// Of what is below; it goes up where that changes.
    version: u64,
    /// Memory they take.
    bytes: usize,
    /// Where the search for what can be forgotten goes on.
    hand: First,
}

/// What nothing is known of: the keys around `pivot`, not less than `first` and less than `end`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Gap {
    first: Vec<u8>,
    end: Option<Vec<u8>>,
    /// Keys on both sides of it are wanted: those before it, and it with those behind.
    pivot: Vec<u8>,
    version: u64,
}

/// What the database holds in a part of a gap.
pub(super) struct Stretch {
    from: Vec<u8>,
    to: Option<Vec<u8>>,
    entries: Vec<Entry>,
    version: u64,
}

impl Gap {
    /// Reads what is wanted in the database.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub(super) fn read(self, database: &dyn View) -> Result<Stretch, Fault> {
        let Gap { first, end, pivot, version } = self;
        let before = Scan { from: &first, to: Some(&pivot), reverse: true, limit: READ };
        let mut entries = database.scan(&before)?;
        let from = match entries.last() {
            Some((least, _)) if entries.len() == READ => least.clone(),
            _ => first,
        };
        entries.reverse();
        let behind = Scan { from: &pivot, to: end.as_deref(), reverse: false, limit: READ + 1 };
        let mut behind = database.scan(&behind)?;
        let to = if behind.len() > READ { behind.pop().map(|(key, _)| key) } else { end };
        entries.append(&mut behind);
        Ok(Stretch { from, to, entries, version })
    }
}

impl Pages {
    /// Over a database of which nothing is known yet.
    pub(super) fn new() -> Pages {
        let page = Page::default();
        let bytes = page.size() + NODE_BYTES;
        Pages { pages: BTreeMap::from([(First::new(), page)]), version: 0, bytes, hand: First::new() }
    }

    /// Over the same database, of which nothing is known any more: what was read of it before counts no more.
    pub(super) fn anew(&self) -> Pages {
        Pages { version: self.version + 1, ..Pages::new() }
    }

    /// How often the database has changed. What was read of it at one time and at another goes together only if
    /// this is the same.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The database has changed, or what is laid over it is taken away: what was read of it before counts no more.
    pub(super) fn renew(&mut self) {
        self.version += 1;
    }

    /// The page whose range `key` is in, and where that begins.
    fn page(&self, key: &[u8]) -> (&[u8], &Page) {
        let found = self.pages.range::<[u8], _>((Unbounded, Included(key))).next_back();
        found.map(|(first, page)| (&**first, page)).expect("the first page begins at the empty key")
    }

    /// Where the range behind that of the page which begins at `first` begins.
    fn end(&self, first: &[u8]) -> Option<&[u8]> {
        let behind = self.pages.range::<[u8], _>((Excluded(first), Unbounded)).next();
        behind.map(|(first, _)| &**first)
    }

    fn gap(&self, first: &[u8], pivot: Vec<u8>) -> Gap {
        let end = self.end(first).map(<[u8]>::to_vec);
        Gap { first: first.to_vec(), end, pivot, version: self.version }
    }

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// The gap that must be [filled](Self::fill) first.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<&[u8]>, Gap> {
        let (first, page) = self.page(key);
        if page.is_whole { Ok(page.get(key)) } else { Err(self.gap(first, after(key))) }
    }

    /// The greatest entry of a key in `[from, to)`.
    ///
    /// # Errors
    ///
    /// The gap that must be [filled](Self::fill) first.
    pub(super) fn greatest(&self, from: &[u8], to: &[u8]) -> Result<Option<Kept<'_>>, Gap> {
        let mut to = to;
        for (first, page) in self.pages.range::<[u8], _>((Unbounded, Excluded(to))).rev() {
            if to <= from {
                break;
            }
            if !page.is_whole {
                return Err(self.gap(first, to.to_vec()));
            }
            if let Some(entry) = page.greatest(to) {
                return Ok(Some(entry).filter(|(key, _)| *key >= from));
            }
            to = first;
        }
        Ok(None)
    }

    /// Goes on with a scan of which `found` was read already.
    ///
    /// # Errors
    ///
    /// The gap that must be [filled](Self::fill) before it goes on.
    pub(super) fn scan(&self, scan: &Scan<'_>, found: &mut Vec<Entry>) -> Result<(), Gap> {
        match scan.reverse {
            false => self.scan_up(scan, found),
            true => self.scan_down(scan, found),
        }
    }

    fn scan_up(&self, scan: &Scan<'_>, found: &mut Vec<Entry>) -> Result<(), Gap> {
        let from = found.last().map_or_else(|| scan.from.to_vec(), |(last, _)| after(last));
        let mut from = &*from;
        let (first, _) = self.page(from);
        let mut pages = self.pages.range::<[u8], _>((Included(first), Unbounded)).peekable();
        while let Some((first, page)) = pages.next() {
            if found.len() >= scan.limit || scan.to.is_some_and(|to| to <= from) {
                break;
            }
            if !page.is_whole {
                return Err(self.gap(first, from.to_vec()));
            }
            let entries = page.range(from, scan.to).take(scan.limit - found.len());
            found.extend(entries.map(|(key, value)| (key.to_vec(), value.to_vec())));
            let Some((next, _)) = pages.peek() else { break };
            from = next;
        }
        Ok(())
    }

    fn scan_down(&self, scan: &Scan<'_>, found: &mut Vec<Entry>) -> Result<(), Gap> {
        let to = found.last().map(|(last, _)| last.clone()).or_else(|| scan.to.map(<[u8]>::to_vec));
        let mut to = to.as_deref();
        for (first, page) in self.pages.range::<[u8], _>((Unbounded, to.map_or(Unbounded, Excluded))).rev() {
            if found.len() >= scan.limit || to.is_some_and(|to| to <= scan.from) {
                break;
            }
            if !page.is_whole {
                // Behind every key there is.
                let pivot = to.map_or_else(|| vec![u8::MAX; abi::limits::KEY_BYTES_MAX + 2], <[u8]>::to_vec);
                return Err(self.gap(first, pivot));
            }
            let entries = page.range(scan.from, to).rev().take(scan.limit - found.len());
            found.extend(entries.map(|(key, value)| (key.to_vec(), value.to_vec())));
            to = Some(first);
        }
        Ok(())
    }

    /// Takes in what a gap holds, unless that is no longer what the database holds, or is here by now.
    pub(super) fn fill(&mut self, stretch: Stretch) {
        let Stretch { from, to, entries, version } = stretch;
        let (first, page) = self.page(&from);
        let is_inside = match (self.end(first), &to) {
            (None, _) => true,
            (Some(end), Some(to)) => &**to <= end,
            (Some(_), None) => false,
        };
        if version != self.version || page.is_whole || !is_inside {
            return;
        }
        if let Some(to) = to {
            self.split(&to);
        }
        self.split(&from);
        self.change(&from, |page| page.complete(&entries));
        self.divide(&from);
    }

    /// Lets a page begin at `key`.
    fn split(&mut self, key: &[u8]) {
        if !self.pages.contains_key(key) {
            let upper = self.change(key, |page| page.split_off(key));
            self.bytes += upper.size() + key.len() + NODE_BYTES;
            self.pages.insert(key.into(), upper);
        }
    }

    /// Splits the page that `key` is in while it is too large.
    fn divide(&mut self, key: &[u8]) {
        while let Some(middle) = self.page(key).1.middle() {
            self.split(&middle);
        }
    }

    /// Changes the page that `key` is in.
    fn change<T>(&mut self, key: &[u8], change: impl FnOnce(&mut Page) -> T) -> T {
        let found = self.pages.range_mut::<[u8], _>((Unbounded, Included(key))).next_back();
        let (_, page) = found.expect("the first page begins at the empty key");
        let before = page.size();
        let done = change(page);
        self.bytes = self.bytes - before + page.size();
        done
    }

    /// Brings what is known of keys that ascend up to date, page by page, and leaves the rest of many. What nobody has
    /// read since it was last brought up to date is forgotten instead.
    pub(super) fn update<'a>(&mut self, writes: &mut Peekable<impl Iterator<Item = Write<'a>>>) {
        for _ in 0..UPDATED {
            let Some(&(key, _)) = writes.peek() else { return };
            let (first, end) = self.bounds(key);
            self.change(key, Page::forget);
            if !self.page(key).1.is_whole {
                for _ in 0..PASSED {
                    if writes.next_if(|(key, _)| is_before(key, end.as_ref())).is_none() {
                        break;
                    }
                }
                self.join(&first);
                continue;
            }
            while let Some(&(key, _)) = writes.peek().filter(|(key, _)| is_before(key, end.as_ref())) {
                // By now it may have been split.
                let (_, end) = self.bounds(key);
                self.change(key, |page| {
                    while !page.is_large()
                        && let Some((key, value)) = writes.next_if(|(key, _)| is_before(key, end.as_ref()))
                    {
                        page.put(key, value);
                    }
                });
                self.divide(key);
            }
            self.join(&first);
        }
    }

    /// Where the range of the page that `key` is in begins, and where it ends.
    fn bounds(&self, key: &[u8]) -> (First, Option<First>) {
        let (first, _) = self.page(key);
        (First::from_slice(first), self.end(first).map(First::from_slice))
    }

    /// Forgets what nobody has read lately, while they take more memory than this; a part of it, if that is much.
    pub(super) fn forget(&mut self, bytes_max: usize) {
        // At most once around: what was filled in just now has its mark, and is there for who asked for it.
        let mut left = FORGOTTEN.min(self.pages.len());
        while self.bytes > bytes_max && left > 0 {
            left -= 1;
            let hand = std::mem::take(&mut self.hand);
            self.change(&hand, Page::forget);
            self.hand = self.end(&hand).unwrap_or_default().into();
            self.join(&hand);
        }
    }

    /// Drops the page that begins at `first`, if nothing is known of it or of what is before it.
    fn join(&mut self, first: &[u8]) {
        let before = self.pages.range::<[u8], _>((Unbounded, Excluded(first))).next_back();
        let is_open = before.is_some_and(|(_, before)| !before.is_whole);
        if is_open
            && self.pages.get(first).is_some_and(|page| !page.is_whole)
            && let Some(page) = self.pages.remove(first)
        {
            self.bytes -= page.size() + first.len() + NODE_BYTES;
        }
    }
}

fn is_before(key: &[u8], end: Option<&First>) -> bool {
    end.is_none_or(|end| *key < **end)
}

/// The least key behind `key`.
pub(super) fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

#[cfg(test)]
mod tests;
