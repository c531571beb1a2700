//! State as a reader sees it.

use crate::diff::Diff;
use crate::fault::Fault;
use crate::writes::Writes;
use std::collections::VecDeque;
use std::sync::Arc;

/// A key with its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// A range of keys `[from, to)` to read, in byte order or against it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scan<'a> {
    /// The least key.
    pub from: &'a [u8],
    /// The key before which the range ends; `None`: no end.
    pub to: Option<&'a [u8]>,
    /// Whether the greatest key comes first.
    pub reverse: bool,
    /// Most entries to return.
    pub limit: usize,
}

/// State that does not change while it is held: a store at a height, a map, a witness.
pub trait View: Send + Sync {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;

    /// The first `limit` entries of a range.
    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault>;

    /// Shows all entries, in byte order.
    fn show(&self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
        show_scanned(self, each)
    }

    /// The greatest entry in each of these ranges, which stand in byte order.
    fn greatest(&self, ranges: &[Range<'_>]) -> Result<Vec<Option<Entry>>, Fault> {
        let last = |(from, to): &Range<'_>| {
            Ok(self.scan(&Scan { from, to: Some(to), reverse: true, limit: 1 })?.pop())
        };
        ranges.iter().map(last).collect()
    }
}

/// Keys from one on, and less than another.
pub type Range<'a> = (Vec<u8>, &'a [u8]);

/// Most entries that are read at once to be shown.
const SHOWN_ENTRIES: usize = 256;

/// Shows all entries of a view that knows no better way than to scan them.
pub fn show_scanned(view: &(impl View + ?Sized), each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Fault> {
    let mut from = Vec::new();
    loop {
        let entries = view.scan(&Scan { from: &from, to: None, reverse: false, limit: SHOWN_ENTRIES })?;
        let Some((last, _)) = entries.last() else { return Ok(()) };
        from = [last, &[0][..]].concat();
        entries.iter().for_each(|(key, value)| each(key, value));
    }
}

/// A view with writes laid over it.
#[derive(Clone)]
pub struct Overlay {
    base: Arc<dyn View>,
    writes: Writes,
}

impl Overlay {
    /// `base` with nothing written yet.
    pub fn new(base: Arc<dyn View>) -> Overlay {
        Overlay { base, writes: Writes::new() }
    }

    /// Writes one key.
    pub fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.writes.put(key, value);
    }

    /// Lays the writes of `later` on top.
    pub fn merge(&mut self, later: &Diff) {
        self.writes.merge(later);
    }

    /// What was written.
    pub fn writes(&self) -> &Writes {
        &self.writes
    }

    /// What was written, without the view below.
    pub fn into_writes(self) -> Diff {
        self.writes.into()
    }
}

impl View for Overlay {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        read_through(self.writes.get(key), &*self.base, key)
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        laid_over(&*self.base, self.writes.range(scan.from, scan.to), scan)
    }
}

/// The value of a key, where `written` is what it was written to over `base`, if it was.
pub(crate) fn read_through(
    written: Option<Option<&[u8]>>,
    base: &dyn View,
    key: &[u8],
) -> Result<Option<Vec<u8>>, Fault> {
    match written {
        Some(value) => Ok(value.map(<[u8]>::to_vec)),
        None => base.get(key),
    }
}

/// The first entries of a range, where `written` is what was written there over `base`.
pub(crate) fn laid_over<'a>(
    base: &dyn View,
    written: impl DoubleEndedIterator<Item = (&'a [u8], Option<&'a [u8]>)> + 'a,
    scan: &Scan<'_>,
) -> Result<Vec<Entry>, Fault> {
    let before = |a: &[u8], b: &[u8]| if scan.reverse { a > b } else { a < b };
    let written: Box<dyn Iterator<Item = _>> =
        if scan.reverse { Box::new(written.rev()) } else { Box::new(written) };
    let mut written = written.peekable();
    let mut base = Pages::new(base, scan);
    let mut merged = Vec::new();
    while merged.len() < scan.limit {
        match (base.peek()?, written.peek()) {
            (Some((stored, _)), Some((key, _))) if before(stored, key) => {
                merged.extend(base.next.pop_front())
            }
            (Some(_), None) => merged.extend(base.next.pop_front()),
            (None, None) => break,
            (stored, Some(&(key, value))) => {
                if stored.is_some_and(|(stored, _)| stored == key) {
                    base.next.pop_front();
                }
                written.next();
                merged.extend(value.map(|value| (key.to_vec(), value.to_vec())));
            }
        }
    }
    Ok(merged)
}

/// The entries of a range, read in pages that double: as many may be hidden by writes, or none.
struct Pages<'a> {
    view: &'a dyn View,
    from: Vec<u8>,
    to: Option<Vec<u8>>,
    reverse: bool,
    page: usize,
    next: VecDeque<Entry>,
    is_done: bool,
}

/// Most entries that one page reads ahead.
const PAGE_MAX: usize = 1024;

impl<'a> Pages<'a> {
    fn new(view: &'a dyn View, scan: &Scan<'_>) -> Pages<'a> {
        Pages {
            view,
            from: scan.from.to_vec(),
            to: scan.to.map(<[u8]>::to_vec),
            reverse: scan.reverse,
            page: scan.limit.clamp(1, PAGE_MAX),
            next: VecDeque::new(),
            is_done: false,
        }
    }

    fn peek(&mut self) -> Result<Option<&Entry>, Fault> {
        if self.next.is_empty() && !self.is_done {
            let (from, to) = (self.from.as_slice(), self.to.as_deref());
            let read = self.view.scan(&Scan { from, to, reverse: self.reverse, limit: self.page })?;
            self.is_done = read.len() < self.page;
            self.page = (self.page * 2).min(PAGE_MAX);
            if let Some((last, _)) = read.last() {
                match self.reverse {
                    true => self.to = Some(last.clone()),
                    false => self.from = [last, &[0][..]].concat(),
                }
            }
            self.next.extend(read);
        }
        Ok(self.next.front())
    }
}

/// A view of a plain map: the native host's, and the tests'.
impl View for std::collections::BTreeMap<Vec<u8>, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.get(key).cloned())
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let to = scan.to.map(|to| to.max(scan.from));
        let range = self.range::<[u8], _>((Included(scan.from), to.map_or(Unbounded, Excluded)));
        let entry = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone(), value.clone());
        Ok(match scan.reverse {
            false => range.take(scan.limit).map(entry).collect(),
            true => range.rev().take(scan.limit).map(entry).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Layer;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn key() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(0u8..4, 0..3)
    }

    proptest! {
        #[test]
        fn an_overlay_reads_like_the_map_it_stands_for(
            base in proptest::collection::btree_map(key(), Just(vec![1]), 0..12),
            writes in proptest::collection::vec((key(), proptest::option::of(Just(vec![2]))), 0..12),
            (from, to) in (key(), proptest::option::of(key())),
            (reverse, limit) in (any::<bool>(), 0usize..8),
        ) {
            let mut model: BTreeMap<Vec<u8>, Vec<u8>> = base.clone();
            let (mut overlay, mut diff) = (Overlay::new(Arc::new(base.clone())), Diff::new());
            for (key, value) in writes {
                overlay.put(key.clone(), value.clone());
                diff.put(key.clone(), value.clone());
                match value {
                    Some(value) => model.insert(key, value),
                    None => model.remove(&key),
                };
            }
            let scan = Scan { from: &from, to: to.as_deref(), reverse, limit };
            prop_assert_eq!(overlay.scan(&scan), View::scan(&model, &scan));
            prop_assert_eq!(View::get(&overlay, &from), View::get(&model, &from));
            // Over what was there before, and over what it has been written to already.
            for base in [base, model.clone()] {
                let layer = Layer::new(Arc::new(base), Arc::new(diff.clone()));
                prop_assert_eq!(layer.scan(&scan), View::scan(&model, &scan));
                prop_assert_eq!(layer.get(&from), View::get(&model, &from));
            }
        }
    }
}
