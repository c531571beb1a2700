//! What a diff makes of the leaves: the one place where keys are linked in and out.

use crate::leaf::{Leaf, contents, key_hashes, value_hashes};
use crate::tree::{after, mismatch};
use crate::trie::{Edit, SHARED};
use abi::diff::Diff;
use abi::fault::Fault;
use abi::view::Range;
use abi::{Hash, planted};
use beside::halves;

/// What is known of the leaf of a key without its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bound {
    /// What the leaf binds its key to.
    pub(crate) content: Hash,
    /// The hash of the next key.
    pub(crate) next: Hash,
}

/// The state before a diff, or as much of it as the diff changes.
pub(crate) trait Linked {
    /// What each of these keys, whose hashes stand beside it, is bound to; or that it is not there.
    fn bound(&mut self, keys: &[(&[u8], Hash)]) -> Result<Vec<Option<Bound>>, Fault>;

    /// The leaf of the greatest key in each range `[from, to)`, or that there is none.
    fn greatest(&mut self, ranges: &[Range<'_>]) -> Result<Vec<Option<Leaf>>, Fault>;

    /// The hash of the first key, or zero: the sentinel's next.
    fn first(&mut self) -> Result<Hash, Fault>;
}

/// A diff on its way to edits of the trie.
///
/// The leaves are a linked list in byte order, and the writes come in that order. So at each write
/// everything before it is linked as it will stay, and everything after it as it was; a key that comes or
/// goes is linked in or out behind its predecessor, which knows what comes next. Only the predecessor is
/// looked for among the keys.
pub(crate) struct Batch<'a> {
    before: &'a mut dyn Linked,
    edits: Vec<Edit>,
    /// The leaf of the greatest key up to the last write's, as it will be, and whether that is an edit;
    /// `None` is the sentinel's as it was.
    last: Option<(Leaf, bool)>,
}

/// A key that the diff writes.
struct Write<'a> {
    key: &'a [u8],
    hash: Hash,
    before: Option<Bound>,
    /// Its new value's hash, and whether the leaf changes by it alone; `None` for a deletion.
    value: Option<(Hash, bool)>,
}

impl Write<'_> {
    /// The leaf of a key that stays, if nothing else happens to it.
    fn updated(&self) -> Option<Leaf> {
        let (before, (value, _)) = self.before.zip(self.value)?;
        Some(Leaf { key: self.hash, value, next: before.next })
    }

    /// Whether a key comes or goes.
    fn is_linked(&self) -> bool {
        self.before.is_some() != self.value.is_some()
    }
}

/// The writes of a part of a diff's keys, which are `before` bound to something or nothing.
fn writes<'d>(
    diff: &'d Diff,
    keys: &[(&'d [u8], Hash)],
    before: &[Option<Bound>],
    part: std::ops::Range<usize>,
) -> Vec<Write<'d>> {
    let values = || diff.iter().map(|(_, value)| value).skip(part.start).take(part.len());
    let mut hashes = value_hashes(values().flatten()).into_iter();
    let mut writes: Vec<Write<'_>> = Vec::with_capacity(part.len());
    for ((&(key, hash), &before), value) in keys[part.clone()].iter().zip(&before[part.clone()]).zip(values())
    {
        let value = value.and_then(|_| Some((hashes.next()?, true)));
        if before.is_some() || value.is_some() {
            writes.push(Write { key, hash, before, value });
        }
    }
    let mut contents = contents(writes.iter().filter_map(Write::updated)).into_iter();
    for write in &mut writes {
        if let (Some(before), Some((_, changes))) = (write.before, &mut write.value) {
            *changes = contents.next() != Some(before.content);
        }
    }
    writes
}

impl<'a> Batch<'a> {
    /// No writes yet, over the state before them.
    pub(crate) fn new(before: &'a mut dyn Linked) -> Batch<'a> {
        Batch { before, edits: Vec::new(), last: None }
    }

    /// The leaves that `diff` changes, each once.
    pub(crate) fn edits(mut self, diff: &Diff) -> Result<Vec<Edit>, Fault> {
        let writes = self.writes(diff)?;
        // Between two writes lies nothing that the diff changes.
        let from = |at: usize| at.checked_sub(1).map_or_else(Vec::new, |last| after(writes[last].key));
        let linked = writes.iter().enumerate().filter(|(_, write)| write.is_linked());
        let ranges: Vec<Range<'_>> = linked.map(|(at, write)| (from(at), write.key)).collect();
        let mut between = self.before.greatest(&ranges)?.into_iter();
        for write in &writes {
            let between = if write.is_linked() { between.next().flatten() } else { None };
            self.write(write, between)?;
        }
        self.leave();
        Ok(self.edits)
    }

    /// The same, by key hash.
    pub(crate) fn edits_by_hash(self, diff: &Diff) -> Result<Vec<Edit>, Fault> {
        let mut edits = self.edits(diff)?;
        edits.sort_unstable_by_key(|edit| edit.0);
        Ok(edits)
    }

    /// What there is to know of each write by itself; of an absent key's deletion, nothing.
    fn writes<'d>(&mut self, diff: &'d Diff) -> Result<Vec<Write<'d>>, Fault> {
        let hashes = key_hashes(diff.iter().map(|(key, _)| key));
        let keys: Vec<(&[u8], Hash)> = diff.iter().map(|(key, _)| key).zip(hashes).collect();
        let before = self.before.bound(&keys)?;
        assert_eq!(before.len(), keys.len(), "each key is bound to something or nothing");
        halves(keys.len(), SHARED, |part| Ok(writes(diff, &keys, &before, part)))
    }

    /// Links the next write; `between` the last one and this is the leaf of a key, if there is one.
    fn write(&mut self, write: &Write<'_>, between: Option<Leaf>) -> Result<(), Fault> {
        let key = write.hash;
        match (write.before, write.value) {
            (None, None) => {}
            (Some(bound), Some((value, changes))) => {
                let changes = changes && !planted!(UpdateNotHashed);
                self.go_on(Leaf { key, value, next: bound.next }, changes);
            }
            (None, Some((value, _))) => {
                let previous = self.previous(between)?;
                let is_forgotten = planted!(SentinelForgotten) && previous.key == Leaf::SENTINEL.key;
                self.go_on(Leaf { next: key, ..previous }, !is_forgotten);
                self.go_on(Leaf { key, value, next: previous.next }, true);
            }
            (Some(bound), None) => {
                let previous = self.previous(between)?;
                if previous.next != key {
                    return Err(mismatch(&key));
                }
                self.edits.push((key, None));
                let next = if planted!(DeletedStaysLinked) { key } else { bound.next };
                self.go_on(Leaf { next, ..previous }, true);
            }
        }
        Ok(())
    }

    /// The leaf before the next write's, as it stands with the writes so far.
    fn previous(&mut self, between: Option<Leaf>) -> Result<Leaf, Fault> {
        match between.or(self.last.map(|(leaf, _)| leaf)) {
            Some(leaf) => Ok(leaf),
            None => Ok(Leaf { next: self.before.first()?, ..Leaf::SENTINEL }),
        }
    }

    /// From now on `leaf` is the last.
    fn go_on(&mut self, leaf: Leaf, is_edit: bool) {
        match &mut self.last {
            Some((last, was_edit)) if last.key == leaf.key => {
                (*last, *was_edit) = (leaf, *was_edit || is_edit)
            }
            _ => {
                self.leave();
                self.last = Some((leaf, is_edit));
            }
        }
    }

    /// Nothing changes the last leaf any more.
    fn leave(&mut self) {
        self.edits.extend(self.last.filter(|(_, is_edit)| *is_edit).map(|(leaf, _)| (leaf.key, Some(leaf))));
    }
}
