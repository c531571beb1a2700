//! The blocks that a store is behind its journal, and how it catches up.

use crate::execute::Position;
use crate::shard::missing;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::planted;
use beside::beside;
use journal::{Block, Disk, Fold, Journal, Summary, Sums, Undecoded};
use state::{Diff, Store, Tree};
use std::ops::RangeInclusive;

/// How many records are never too many to bring into a tree one block after the other. Tests have few.
const RECORDS_FEW: u64 = if cfg!(test) { 1 } else { 1 << 12 };
/// How many keys a tree can be built over in the time in which one record's writes are brought into it.
const KEYS_BUILT_PER_RECORD: u64 = 32;
/// How much of the journal is decoded while as much is applied.
const PORTION_BYTES: usize = 64 << 20;
/// How much of what blocks wrote is kept while the journal is read, in bytes of keys and values.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// What a block wrote.
pub(super) struct Written {
    height: u64,
    root_after: Hash,
    diff: Diff,
    is_erased: bool,
}

impl Written {
    fn by(block: &Block) -> Written {
        let Block { header, diff, .. } = block;
        let (height, root_after) = (header.height, header.root_after);
        Written { height, root_after, diff: diff.clone(), is_erased: block.is_erased() }
    }
}

/// What blocks that follow one another wrote together.
struct Portion {
    heights: RangeInclusive<u64>,
    root_after: Hash,
    writes: Diff,
    /// The first of them in which something is erased.
    erased: Option<u64>,
}

impl Portion {
    fn of(blocks: &[Written]) -> Option<Portion> {
        let (first, last) = (blocks.first()?, blocks.last()?);
        Some(Portion {
            heights: first.height..=last.height,
            root_after: last.root_after,
            writes: blocks.iter().flat_map(|block| block.diff.iter()).collect(),
            erased: blocks.iter().find(|block| block.is_erased).map(|block| block.height),
        })
    }

    fn decode(read: &[Undecoded]) -> Result<Option<Portion>, Fault> {
        let written = read.iter().map(|read| Ok(Written::by(&read.block()?)));
        Ok(Portion::of(&written.collect::<Result<Vec<_>, Fault>>()?))
    }
}

/// A fold that keeps what the blocks behind the store wrote, unless that is too much or not known.
pub(super) struct Keeping<T> {
    fold: T,
    applied: u64,
    bytes: usize,
    written: Option<Vec<Written>>,
}

impl<T> Keeping<T> {
    pub(super) fn new(fold: T, applied: u64) -> Keeping<T> {
        Keeping { fold, applied, bytes: 0, written: Some(Vec::new()) }
    }

    pub(super) fn done(self) -> (T, Option<Vec<Written>>) {
        (self.fold, self.written)
    }
}

impl<T: Fold> Fold for Keeping<T> {
    fn block(&mut self, block: &Block) -> Option<Sums> {
        if let (true, Some(written)) = (block.header.height > self.applied, &mut self.written) {
            self.bytes += block.diff.size();
            match self.bytes <= KEPT_BYTES_MAX {
                true => written.push(Written::by(block)),
                false => self.written = None,
            }
        }
        self.fold.block(block)
    }

    fn summary(&mut self, summary: &Summary) {
        if summary.head.height > self.applied {
            self.written = None;
        }
        self.fold.summary(summary);
    }
}

/// Brings the store to the journal's height, and with it the tree over what it was, if there is one. What the blocks
/// behind the store wrote is read, unless it is known.
pub(super) fn catch_up<D: Disk, S: Store>(
    journal: &Journal<D>,
    store: &mut S,
    tree: Option<Tree>,
    genesis: &Genesis,
    written: Option<Vec<Written>>,
) -> Result<Tree, Fault> {
    let applied = store.applied()?;
    if applied > journal.height() {
        let journal = journal.height();
        return Err(Fault::corrupt(format!(
            "store: it is at height {applied}, the journal ends at {journal}"
        )));
    }
    if let Some(past) = journal.past().filter(|past| applied < past.header.height) {
        return Err(past.gone());
    }
    // The root of the state after a block, and how many records there are.
    let after = |height| match height {
        0 => Ok((Position::start(genesis).root, 0)),
        height => {
            let header = journal.header(height)?.ok_or_else(|| missing(height))?;
            Ok((header.root_after, header.history_size))
        }
    };
    let (root, records) = after(applied)?;
    tree.iter().try_for_each(|tree| expect_root(tree, root, applied))?;
    // Much goes into a store without its tree, which is built once over all of it.
    let ahead = journal.head().map_or(0, |head| head.history_size) - records;
    let is_few = |tree: &Tree| ahead <= RECORDS_FEW.max(tree.len() as u64 / KEYS_BUILT_PER_RECORD);
    let mut tree = tree.filter(|tree| applied > 0 && is_few(tree));
    let first = applied + 1 + u64::from(planted!(ReplayTooLate)) - u64::from(planted!(ReplayTooEarly));
    let known = written.filter(|written| written.first().is_none_or(|block| block.height == first));
    let apply = |portion: &Portion| apply(store, tree.as_mut(), portion);
    match known {
        Some(blocks) => Portion::of(&blocks).iter().try_for_each(apply)?,
        None => read_on(journal, first.max(1), apply)?,
    }
    if let Some(tree) = tree {
        return Ok(tree);
    }
    let (tree, height) = (Tree::build(&*store.view())?, journal.height());
    expect_root(&tree, after(height)?.0, height)?;
    Ok(tree)
}

/// Reads what the blocks from a height on wrote, in portions: while one is decoded, the one before it is applied, and
/// the next read.
fn read_on<D: Disk>(
    journal: &Journal<D>,
    from: u64,
    mut apply: impl FnMut(&Portion) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (mut read, mut portion) = (journal.undecoded(from, PORTION_BYTES)?, None);
    loop {
        let next = read.last().map(|last| last.height() + 1);
        let (decoded, applied) = beside(
            || Portion::decode(&read),
            || {
                portion.iter().try_for_each(&mut apply)?;
                next.map_or(Ok(Vec::new()), |next| journal.undecoded(next, PORTION_BYTES))
            },
        );
        (read, portion) = (applied?, decoded?);
        if portion.is_none() {
            return Ok(());
        }
    }
}

/// Applies what blocks wrote to the tree, if there is one, and then to the store.
fn apply<S: Store>(store: &mut S, tree: Option<&mut Tree>, portion: &Portion) -> Result<(), Fault> {
    let Portion { heights, root_after, writes, erased } = portion;
    if let Some(height) = *erased {
        return Err(Fault::Erased { height });
    }
    if let Some(tree) = tree {
        tree.apply(&store.view(), writes)?;
        expect_root(tree, *root_after, *heights.end())?;
    }
    let none = Diff::new();
    store.apply_all(heights.clone(), if planted!(HeightWithoutWrites) { &none } else { writes })
}

/// Checks that the tree has the root that the journal says the state has at a height.
pub(super) fn expect_root(tree: &Tree, expected: Hash, height: u64) -> Result<(), Fault> {
    let root = tree.root();
    if root == expected || planted!(SkipRootCheck) {
        return Ok(());
    }
    Err(Fault::corrupt(format!("store: its root at height {height} is {root}, the journal says {expected}")))
}
