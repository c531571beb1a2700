//! State on its way to where it is kept, and what was read of it lately: an ordered map of pages.
//!
//! Each page stands for a range of keys. It holds what was written there and is not yet in the *backing*, the
//! slower store below, and, if it is whole, everything else of that range too. So a page that is whole answers
//! every question about its range, absent keys and neighbours included; one that is not answers for the keys that it
//! holds, and names the [`Gap`] to be read in the backing for all others.
//!
//! # Writing back
//!
//! Writes belong to *generations*. [`freeze`](Pages::freeze) ends one; [`take`](Pages::take) then hands out what
//! exactly it left, portion by portion in key order, while writes of the next one go on; when the backing has it,
//! [`flushed`](Pages::flushed) says so.
//!
//! # Guarantees
//!
//! - Pages over a backing read like one map to which everything was written, whatever is read, forgotten and
//!   written back meanwhile.
//! - A generation is taken as it was when it ended.

use crate::tree::after;
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::{Entry, Scan, View};
use abi::writes::Writes;
use page::Page;
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

mod page;

/// Entries that are read at once on either side of a key that was asked for. Tests have few, here and below.
const READ: usize = if cfg!(test) { 2 } else { 16 };
/// Pages that are looked at in one portion of a generation.
const PORTION_PAGES: usize = if cfg!(test) { 2 } else { 64 };
/// Pages that are looked at for something to forget, at one time.
const FORGOTTEN: usize = 256;
/// Bytes that a page in the map takes, beside the page.
const NODE_BYTES: usize = 48;

/// An ordered map over a slower one.
pub struct Pages {
    /// By the least key of their range; the first one is that of the empty key.
    pages: BTreeMap<Box<[u8]>, Page>,
    /// The generation that is written, and the last one that is in the backing.
    now: u32,
    flushed: u32,
    taking: Option<Taking>,
    /// Memory they take.
    bytes: usize,
    /// Bytes of keys and values written since a generation ended.
    unfrozen: usize,
    /// Where the search for what can be forgotten goes on.
    hand: Box<[u8]>,
}

/// A generation that is being taken.
struct Taking {
    generation: u32,
    /// What was not yet taken begins here; `None` when all was.
    next: Option<Box<[u8]>>,
    /// What was overwritten before it could be taken.
    saved: Writes,
}

/// What nothing is known of: the keys around `pivot`, not less than `first` and less than `end`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    first: Vec<u8>,
    end: Option<Vec<u8>>,
    /// Keys on both sides of it are wanted: those before it, and it with those behind.
    pivot: Vec<u8>,
    flushed: u32,
}

/// What the backing holds in a part of a gap.
pub struct Stretch {
    from: Vec<u8>,
    to: Option<Vec<u8>>,
    entries: Vec<Entry>,
    flushed: u32,
}

impl Gap {
    /// Reads what is wanted in the backing.
    ///
    /// # Errors
    ///
    /// Those of the backing.
    pub fn read(self, backing: &dyn View) -> Result<Stretch, Fault> {
        let Gap { first, end, pivot, flushed } = self;
        let before = Scan { from: &first, to: Some(&pivot), reverse: true, limit: READ };
        let mut entries = backing.scan(&before)?;
        let from = match entries.last() {
            Some((least, _)) if entries.len() == READ => least.clone(),
            _ => first,
        };
        entries.reverse();
        let behind = Scan { from: &pivot, to: end.as_deref(), reverse: false, limit: READ + 1 };
        let mut behind = backing.scan(&behind)?;
        let to = if behind.len() > READ { behind.pop().map(|(key, _)| key) } else { end };
        entries.append(&mut behind);
        Ok(Stretch { from, to, entries, flushed })
    }
}

impl Default for Pages {
    fn default() -> Pages {
        Pages::new()
    }
}

impl Pages {
    /// Over a backing of which nothing is known yet.
    pub fn new() -> Pages {
        let page = Page::new(false);
        let bytes = page.size() + NODE_BYTES;
        let pages = BTreeMap::from([(Box::default(), page)]);
        Pages { pages, now: 1, flushed: 0, taking: None, bytes, unfrozen: 0, hand: Box::default() }
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
        Gap { first: first.to_vec(), end, pivot, flushed: self.flushed }
    }

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// The gap that must be [filled](Self::fill) first.
    pub fn get(&self, key: &[u8]) -> Result<Option<&[u8]>, Gap> {
        let (first, page) = self.page(key);
        match page.get(key) {
            Some(value) => Ok(value),
            None if page.is_whole => Ok(None),
            None => Err(self.gap(first, after(key))),
        }
    }

    /// The greatest entry in `[from, to)`.
    ///
    /// # Errors
    ///
    /// The gap that must be [filled](Self::fill) first.
    pub fn greatest(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, Gap> {
        let mut to = to;
        for (first, page) in self.pages.range::<[u8], _>((Unbounded, Excluded(to))).rev() {
            if to <= from {
                break;
            }
            if !page.is_whole {
                return Err(self.gap(first, to.to_vec()));
            }
            if let Some((key, value)) = page.live(from, Some(to)).next_back() {
                return Ok(Some((key.to_vec(), value.to_vec())));
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
    pub fn scan(&self, scan: &Scan<'_>, found: &mut Vec<Entry>) -> Result<(), Gap> {
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
            let entries = page.live(from, scan.to).take(scan.limit - found.len());
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
            let entries = page.live(scan.from, to).rev().take(scan.limit - found.len());
            found.extend(entries.map(|(key, value)| (key.to_vec(), value.to_vec())));
            to = Some(first);
        }
        Ok(())
    }

    /// Takes in what a gap holds, unless that is no longer what the backing holds, or is here by now.
    pub fn fill(&mut self, stretch: Stretch) {
        let Stretch { from, to, entries, flushed } = stretch;
        let (first, page) = self.page(&from);
        let is_inside = match (self.end(first), &to) {
            (None, _) => true,
            (Some(end), Some(to)) => &**to <= end,
            (Some(_), None) => false,
        };
        if flushed != self.flushed || page.is_whole || !is_inside {
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

    /// Writes keys.
    pub fn write<'a>(&mut self, writes: impl IntoIterator<Item = (&'a [u8], Option<&'a [u8]>)>) {
        let (now, flushed) = (self.now, self.flushed);
        for (key, value) in writes {
            self.unfrozen += key.len() + value.map_or(0, <[u8]>::len);
            let mut taking = self.taking.take();
            let save = |generation, before: Option<&[u8]>| {
                if let Some(taking) = &mut taking
                    && taking.next.as_ref().is_some_and(|next| **next <= *key)
                    && generation > flushed
                    && generation <= taking.generation
                {
                    taking.saved.put(key.to_vec(), before.map(<[u8]>::to_vec));
                }
            };
            let is_large = self.change(key, |page| {
                page.put(key, value, now, save);
                page.is_large()
            });
            self.taking = taking;
            if is_large {
                self.divide(key);
            }
        }
    }

    /// Whether everything that was written is in the backing.
    pub fn is_clean(&self) -> bool {
        self.unfrozen == 0 && self.taking.is_none() && self.flushed + 1 == self.now
    }

    /// Bytes of keys and values written since a generation last ended.
    pub fn unfrozen(&self) -> usize {
        self.unfrozen
    }

    /// Ends the generation that is written, to be taken.
    pub fn freeze(&mut self) {
        assert!(self.taking.is_none(), "one generation is taken at a time");
        self.taking = Some(Taking { generation: self.now, next: Some(Box::default()), saved: Writes::new() });
        self.now += 1;
        self.unfrozen = 0;
    }

    /// The next portion of the generation that ended, in key order; `None` when all of it was taken.
    pub fn take(&mut self) -> Option<Diff> {
        let taking = self.taking.as_mut()?;
        let from = taking.next.take()?;
        let mut portion = Vec::new();
        let mut pages = self.pages.range_mut::<[u8], _>((Included(&*from), Unbounded));
        for (_, page) in pages.by_ref().take(PORTION_PAGES) {
            let before = page.size();
            page.tidy(self.flushed);
            self.bytes = self.bytes - before + page.size();
            let page = &*page;
            portion.extend(page.written(self.flushed, taking.generation));
        }
        let next = pages.next().map(|(first, _)| first.clone());
        portion.extend(taking.saved.range(&from, next.as_deref()));
        let portion = portion.into_iter().collect();
        taking.next = next;
        Some(portion)
    }

    /// The generation that was taken is in the backing; or not, and goes with the next one.
    pub fn flushed(&mut self, is_done: bool) {
        if let Some(taking) = self.taking.take()
            && is_done
        {
            self.flushed = taking.generation;
        }
    }

    /// Forgets what the backing knows and nobody has read lately, while they take more memory than this; a part of
    /// it, if that is much.
    pub fn forget(&mut self, bytes_max: usize) {
        // At most once around: what was filled in just now has its mark, and is there for who asked for it.
        let mut left = FORGOTTEN.min(self.pages.len());
        while self.bytes > bytes_max && left > 0 {
            left -= 1;
            let hand = std::mem::take(&mut self.hand);
            let flushed = self.flushed;
            self.change(&hand, |page| page.forget(flushed));
            self.hand = self.end(&hand).unwrap_or_default().into();
            self.join(&hand);
        }
    }

    /// Drops the page that begins at `first`, if nothing is known of it or of what is before it.
    fn join(&mut self, first: &[u8]) {
        let before = self.pages.range::<[u8], _>((Unbounded, Excluded(first))).next_back();
        let is_open = before.is_some_and(|(_, before)| !before.is_whole);
        if is_open
            && self.pages.get(first).is_some_and(Page::is_blank)
            && let Some(page) = self.pages.remove(first)
        {
            self.bytes -= page.size() + first.len() + NODE_BYTES;
        }
    }
}

#[cfg(test)]
mod tests;
