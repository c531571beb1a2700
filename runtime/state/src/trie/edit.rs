//! Edits of the trie: down to the buckets level by level, the buckets changed, and the branches above them.

use super::Edit;
use super::arena::{BUCKET_ENTRIES_MAX, Link, Place};
use super::bucket::Item;
use super::crown::is_large;
use super::find::{TOGETHER, warm};
use super::subtrie::Subtrie;
use crate::leaf::contents;
use abi::{Hash, planted};

/// What has to be hashed again.
#[derive(Default)]
pub(super) struct Changed {
    /// The branches by depth, each as the place where it hangs.
    pub(super) branches: Vec<Vec<Place>>,
    /// The buckets, each with its depth.
    pub(super) buckets: Vec<(Place, usize)>,
    /// The places below the crown, by number, in the order of the key hashes that lead there.
    pub(super) crown: Vec<u32>,
}

impl Changed {
    fn push_branch(&mut self, place: Place, depth: usize) {
        if self.branches.len() <= depth {
            self.branches.resize_with(depth + 1, Vec::new);
        }
        self.branches[depth].push(place);
    }
}

/// What stands at a key hash from now on, or that nothing does.
struct Change {
    key: Hash,
    item: Option<Item>,
}

/// What changes leave where they lead.
#[derive(Default)]
struct Left {
    /// The entries, at one place after the other.
    items: Vec<Item>,
    /// Whether there are fewer somewhere.
    is_less: bool,
    /// Whether what is left of a branch stays one, by a planted bug.
    is_kept: bool,
}

/// The changes that lead to one place, which is so deep.
#[derive(Clone, Copy)]
struct Span {
    place: Place,
    depth: usize,
    from: usize,
    to: usize,
}

impl Subtrie {
    /// Makes the edits, which are of different key hashes.
    pub(super) fn apply(&mut self, edits: &mut Vec<&Edit>) {
        if edits.is_empty() {
            return;
        }
        let changes = changes(&in_order(edits));
        let mut changed = Changed::default();
        let mut left = Left::default();
        for ends in self.ends(&changes, &mut changed).chunks(TOGETHER) {
            warm(ends.iter().map(|span| (&*self, self.link(span.place))));
            for span in ends {
                self.change(span.place, span.depth, &changes[span.from..span.to], &mut left, &mut changed);
            }
        }
        if left.is_less && !left.is_kept {
            self.gather(&mut changed);
        }
        self.rehash(&changed);
        self.fit_crown();
    }

    /// Makes the changes that lead to one place.
    fn change(
        &mut self,
        place: Place,
        depth: usize,
        changes: &[Change],
        left: &mut Left,
        changed: &mut Changed,
    ) {
        let link = self.link(place);
        if changes.iter().all(|change| change.item.is_some_and(|item| self.buckets.update(link, &item))) {
            return changed.buckets.push((place, depth));
        }
        left.items.clear();
        self.merge(link, changes, &mut left.items);
        let items = &left.items;
        self.len = self.len - link.len() + items.len();
        left.is_less |= items.len() < link.len();
        self.buckets.free(link);
        let is_lone = link.len() > 1 && items.len() == 1;
        let grown = if is_lone && planted!(BranchNotCollapsed) {
            left.is_kept = true;
            self.branch(depth, place, items, changed)
        } else {
            self.grown(depth, place, items, changed)
        };
        self.hang(place, grown);
    }

    /// The part of `items`, whose key hashes strictly ascend.
    pub(super) fn of(items: &[Item]) -> Subtrie {
        let (mut trie, mut changed) = (Subtrie::new(), Changed::default());
        trie.len = items.len();
        trie.take_crown();
        for (place, items) in trie.by_place(items, |item| &item.key) {
            let link = trie.grown(place.depth(), place, items, &mut changed);
            trie.hang(place, link);
            changed.crown.push(place.number());
        }
        trie.rehash(&changed);
        trie
    }

    /// Where the changes lead; on the way, the branches.
    fn ends(&self, changes: &[Change], changed: &mut Changed) -> Vec<Span> {
        let (mut spans, mut below, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let mut from = 0;
        for (place, changes) in self.by_place(changes, |change| &change.key) {
            changed.crown.push(place.number());
            let to = from + changes.len();
            spans.push(Span { place, depth: place.depth(), from, to });
            from = to;
        }
        while !spans.is_empty() {
            for &span in &spans {
                let Span { place, depth, from, to } = span;
                let Some(at) = self.link(place).branch() else {
                    ends.push(span);
                    continue;
                };
                changed.push_branch(place, depth);
                let middle = from + changes[from..to].partition_point(|change| !change.key.bit(depth));
                let side =
                    |side, from, to| Span { place: Place::below(at, side), depth: depth + 1, from, to };
                let sides = [side(0, from, middle), side(1, middle, to)];
                below.extend(sides.into_iter().filter(|side| side.from < side.to));
            }
            spans.clear();
            std::mem::swap(&mut spans, &mut below);
        }
        ends
    }

    /// The entries of a bucket with the changes made.
    fn merge(&self, link: Link, changes: &[Change], items: &mut Vec<Item>) {
        let mut old = Vec::with_capacity(BUCKET_ENTRIES_MAX);
        self.buckets.copy(link, &mut old);
        let mut old = old.into_iter().peekable();
        for change in changes {
            while let Some(item) = old.next_if(|item| item.key < change.key) {
                items.push(item);
            }
            old.next_if(|item| item.key == change.key);
            items.extend(change.item);
        }
        items.extend(old);
    }

    /// What hangs at `place` for `items`, whose key hashes agree in the first `depth` bits. Recursion is as
    /// deep as they agree, at most 256.
    fn grown(&mut self, depth: usize, place: Place, items: &[Item], changed: &mut Changed) -> Link {
        if items.len() > BUCKET_ENTRIES_MAX {
            return self.branch(depth, place, items, changed);
        }
        changed.buckets.push((place, depth));
        self.buckets.put(items)
    }

    fn branch(&mut self, depth: usize, place: Place, items: &[Item], changed: &mut Changed) -> Link {
        let at = self.branches.take();
        changed.push_branch(place, depth);
        let (zeros, ones) = items.split_at(items.partition_point(|item| !item.key.bit(depth)));
        for (side, items) in [zeros, ones].into_iter().enumerate() {
            let place = Place::below(at, side);
            let link = self.grown(depth + 1, place, items, changed);
            self.hang(place, link);
        }
        Link::of_branch(at)
    }

    /// Makes buckets of branches that are left with no more entries than one holds, from below to above. A
    /// branch that goes leaves its sides empty, so that what was noted below it is seen to be gone.
    fn gather(&mut self, changed: &mut Changed) {
        for (depth, places) in changed.branches.iter().enumerate().rev() {
            for &place in places {
                let Some(at) = self.link(place).branch() else { continue };
                let sides = *self.branches.first(at);
                if is_large(sides[0], sides[1]) {
                    continue;
                }
                let link = self.joined(sides[0], sides[1]);
                (0..2).for_each(|side| self.hang(Place::below(at, side), Link::EMPTY));
                self.branches.free(at);
                self.hang(place, link);
                changed.buckets.push((place, depth));
            }
        }
    }
}

/// Edits by key hash.
fn in_order<'a>(edits: &[&'a Edit]) -> Vec<&'a Edit> {
    // Numbers are compared and moved faster than hashes, and seldom agree.
    let mut order: Vec<(u64, &Edit)> = edits.iter().map(|edit| (edit.0.prefix(), *edit)).collect();
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.0.cmp(&b.1.0)));
    assert!(order.is_sorted_by(|a, b| a.0 < b.0 || a.1.0 < b.1.0), "no two edits are of one key hash");
    order.into_iter().map(|(_, edit)| edit).collect()
}

/// The edits with their contents.
fn changes(edits: &[&Edit]) -> Vec<Change> {
    let mut contents = contents(edits.iter().filter_map(|edit| edit.1)).into_iter();
    let change = |(key, leaf): &&Edit| {
        let item = leaf.and_then(|leaf| Some(Item::new(*key, contents.next()?, &leaf.next)));
        Change { key: *key, item }
    };
    edits.iter().map(change).collect()
}
