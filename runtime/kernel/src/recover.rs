//! Opening a shard, which is always recovering it.
//!
//! The journal is truth, the store is a cache of its fold: the blocks after the store's height are
//! replayed, and the root must come out. A clean close and a power cut differ only in how many blocks
//! that is.
//!
//! # Order
//!
//! 1. The journal opens: pages, frames and the chain of headers are checked, a torn last frame is cut. As each
//!    block is read, the history tree and the window of live keys are folded from its records. Of a segment that
//!    has a summary, the pages are checked, and what it comes to is taken from there.
//! 2. The journal is fsynced: what is readable now stays.
//! 3. The fold, which begins with the journal's past where blocks were pruned, is asked whether the records are
//!    those that were signed.
//! 4. The tree of the state, built from the store beside all that, must have the root of the block the store
//!    says it is at.
//! 5. The blocks after that are applied, each to its own root; many, or the whole history, at once, to the last
//!    one's.
//! 6. The last block's commitment is signed again.
//!
//! A crash in any step leaves at most a shorter replay for the next time.

use crate::authority::{profile_at, writer_after};
use crate::execute::Position;
use crate::keyring::Keyring;
use crate::machine::Machine;
use crate::programs::Programs;
use crate::prune::lets_go;
use crate::shard::{Shard, ShardError, missing};
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::planted;
use abi::profile::Profile;
use abi::system::Act;
use journal::{
    Block, Disk, Fold, Header, History, Journal, LiveKey, Past, PastAct, Summary, Sums, Tail, Undecoded,
    Window,
};
use state::{Diff, Store, Tree, beside};
use vm::Engine;

/// How many records are never too many to bring into a tree one block after the other. Tests have few.
const RECORDS_FEW: u64 = if cfg!(test) { 1 } else { 1 << 12 };
/// How many keys a tree can be built over in the time in which one record's writes are brought into it.
const KEYS_BUILT_PER_RECORD: u64 = 16;
/// How much of the journal is decoded while as much is applied.
const PORTION_BYTES: usize = 16 << 20;
/// From how many calls on half of a block's records are worth a thread.
const CALLS_SHARED: usize = 256;

/// What a shard is opened with.
pub struct Opening<D: Disk, S: Store> {
    /// The shard's genesis.
    pub genesis: Genesis,
    /// The keys that the node holds, the writer's among them.
    pub keyring: Keyring,
    /// The journal's disk.
    pub disk: D,
    /// The store.
    pub store: S,
    /// Where programs are found.
    pub programs: Box<dyn Programs>,
    /// The host's build, which travels beside blocks and enters no hash.
    pub build: String,
}

/// What recovery found and did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// The tail that was cut, if one was torn.
    pub tail: Tail,
    /// The height the store was at.
    pub store_height: u64,
    /// The height of the journal.
    pub height: u64,
}

impl<D: Disk, S: Store> Shard<D, S> {
    /// Makes a new shard on an empty disk.
    pub fn create(opening: Opening<D, S>) -> Result<Shard<D, S>, ShardError> {
        check(&opening.genesis)?;
        let id = opening.genesis.id();
        let Opening { genesis, keyring, disk, store, programs, build } = opening;
        let journal = Journal::create(disk, id)?;
        let (folded, tree) = (Folded::start(&genesis, None), Tree::build(&*store.view())?);
        let parts = Parts { genesis, keyring, journal, store, programs, build };
        Self::assemble(parts, folded, tree).map(|(shard, _)| shard)
    }

    /// Opens a shard, whatever happened to it before.
    pub fn open(opening: Opening<D, S>) -> Result<(Shard<D, S>, Recovered), ShardError> {
        check(&opening.genesis)?;
        let id = opening.genesis.id();
        let Opening { genesis, keyring, disk, store, programs, build } = opening;
        let start =
            |past: Option<&Past>| Folding { genesis: &genesis, folded: Ok(Folded::start(&genesis, past)) };
        let Opened { mut journal, tail, folded, tree } = Opened::of(disk, id, &store, start)?;
        if !planted!(OpenWithoutSync) {
            journal.sync()?;
        }
        let folded = folded.folded?.settled();
        folded.is_decided(journal.past())?;
        let parts = Parts { genesis, keyring, journal, store, programs, build };
        let (shard, store_height) = Self::assemble(parts, folded, tree?)?;
        let height = shard.position.height;
        Ok((shard, Recovered { tail, store_height, height }))
    }

    /// Makes anew what executing a block has changed that found no room in the journal.
    pub(crate) fn forget(&mut self) -> Result<(), Fault> {
        let mut folded = Folded::start(&self.genesis, self.journal.past());
        for height in self.journal.first()..=self.journal.height() {
            folded.block(&read(&self.journal, height)?, &self.genesis)?;
        }
        assert_eq!(folded.position, self.position, "what was not written has no place");
        (self.history, self.window) = (folded.history, folded.window);
        self.tree = Tree::build(&*self.store.view())?;
        expect_root(&self.tree, self.position.root, self.position.height)
    }

    fn assemble(parts: Parts<D, S>, folded: Folded, tree: Tree) -> Result<(Shard<D, S>, u64), ShardError> {
        let Parts { genesis, keyring, mut journal, mut store, programs, build } = parts;
        let height = journal.height();
        journal.commit_to(height);
        let store_height = store.applied()?;
        let tree = catch_up(&journal, &mut store, tree, &genesis)?;
        let writer = writer_after(&folded.acts).unwrap_or(genesis.writer);
        if !keyring.holds(&writer) {
            return Err(ShardError::NotTheWriter { writer });
        }
        let mut machine = Machine::new(programs, Engine::Cranelift)?;
        machine.set_profile(profile_at(&genesis, &folded.acts, folded.position.seq));
        let head = journal.head().filter(|_| !planted!(LastNotSigned));
        let commitment = head.map(|head| keyring.sign(writer, &genesis, head)).transpose()?;
        let shard = Shard {
            id: genesis.id(),
            machine,
            history: folded.history,
            window: folded.window,
            position: folded.position,
            acts: folded.acts,
            genesis,
            keyring,
            writer,
            build,
            journal,
            store,
            tree,
            commitment,
            stopped: false,
            full: false,
            memory: None,
        };
        Ok((shard, store_height))
    }
}

/// Brings a store to the journal's height, as opening the shard does, and flushes it: a step of a recovery plan.
/// It needs no key, and signs nothing. The height.
///
/// # Errors
///
/// As opening the shard.
pub fn refill<D: Disk, S: Store>(genesis: &Genesis, disk: D, store: &mut S) -> Result<u64, Fault> {
    let Opened { mut journal, tree, .. } = Opened::of(disk, genesis.id(), store, |_| ())?;
    journal.sync()?;
    catch_up(&journal, store, tree?, genesis)?;
    store.flush()?;
    Ok(journal.height())
}

/// A journal that was opened, and what was made beside that.
struct Opened<D: Disk, T> {
    journal: Journal<D>,
    tail: Tail,
    folded: T,
    /// The tree over the store as it is.
    tree: Result<Tree, Fault>,
}

impl<D: Disk, T: Fold> Opened<D, T> {
    fn of<S: Store>(
        disk: D,
        id: Hash,
        store: &S,
        start: impl Fn(Option<&Past>) -> T,
    ) -> Result<Opened<D, T>, Fault> {
        // What the store has applied was durable: a journal that ends below it has lost something.
        let (applied, view) = (store.applied()?, store.view());
        let open = || Journal::open_folding(disk, id, applied, start);
        let (tree, opened) = beside(|| Tree::build(&*view), open);
        let (journal, tail, folded) = opened?;
        Ok(Opened { journal, tail, folded, tree })
    }
}

struct Parts<D: Disk, S: Store> {
    genesis: Genesis,
    keyring: Keyring,
    journal: Journal<D>,
    store: S,
    programs: Box<dyn Programs>,
    build: String,
}

/// Whether this build may write the shard.
fn check(genesis: &Genesis) -> Result<(), ShardError> {
    genesis.check()?;
    if Profile::of(&genesis.profile).is_none() {
        return Err(ShardError::Profile { wanted: genesis.profile });
    }
    match genesis.commit.writes {
        1 => Ok(()),
        writes => Err(ShardError::NeedsReplicas { writes }),
    }
}

fn read<D: Disk>(journal: &Journal<D>, height: u64) -> Result<Block, Fault> {
    journal.read(height)?.ok_or_else(|| missing(height))
}

/// What the records alone determine.
struct Folded {
    history: History,
    window: Window,
    position: Position,
    acts: Vec<(u64, Act)>,
    /// Keys that summaries name, to enter the window.
    keys: Vec<LiveKey>,
}

/// The records that are read, as far as they are right.
struct Folding<'a> {
    genesis: &'a Genesis,
    folded: Result<Folded, Fault>,
}

impl Folding<'_> {
    /// Goes on, unless something was wrong before.
    fn on<T>(&mut self, on: impl FnOnce(&mut Folded) -> Result<T, Fault>) -> Option<T> {
        match on(self.folded.as_mut().ok()?) {
            Ok(done) => Some(done),
            Err(fault) => {
                self.folded = Err(fault);
                None
            }
        }
    }
}

impl Fold for Folding<'_> {
    fn block(&mut self, block: Block) -> Option<Sums> {
        let genesis = self.genesis;
        self.on(|folded| folded.block(&block, genesis))
    }

    fn summary(&mut self, summary: &Summary) {
        self.on(|folded| folded.summary(summary));
    }
}

impl Folded {
    /// Before the first block that is there.
    fn start(genesis: &Genesis, past: Option<&Past>) -> Folded {
        let (history, window, position) = (History::new(), Window::new(), Position::start(genesis));
        let mut folded = Folded { history, window, position, acts: Vec::new(), keys: Vec::new() };
        if let Some(past) = past {
            past.leaves.iter().for_each(|leaf| folded.history.push_hash(*leaf));
            folded.acts.extend(past.acts());
            folded.position = Position::after(&past.header);
        }
        folded
    }

    /// Checks that the authority has let go what a past stands for.
    fn is_decided(&self, past: Option<&Past>) -> Result<(), Fault> {
        let Some(past) = past.filter(|_| !planted!(ForgetActs)) else { return Ok(()) };
        let decides = |(seq, act): &(u64, Act)| *seq == past.decision && lets_go(act, past.header.height);
        match self.acts.iter().any(decides) {
            true => Ok(()),
            false => Err(Fault::corrupt(format!(
                "journal: record {} is no decision to prune up to block {}",
                past.decision, past.header.height
            ))),
        }
    }

    /// Adds the next block, and says what its records come to. After a fault nothing may be made of it.
    fn block(&mut self, block: &Block, genesis: &Genesis) -> Result<Sums, Fault> {
        self.settle();
        let acts = block.acts();
        self.acts.extend(acts.iter().filter(|_| !planted!(ForgetActs)).cloned());
        let profile = profile_at(genesis, &self.acts, block.header.first_seq).hash();
        let leaves = leaves(block, profile);
        leaves.iter().for_each(|leaf| self.history.push_hash(*leaf));
        let mut keys = Vec::with_capacity(leaves.len());
        for (seq, entry) in (block.header.first_seq..).zip(&block.entries) {
            self.window.advance(entry.time_ms);
            let call = &entry.call.call;
            if self.window.find(&call.caller, &call.key).is_some() {
                return Err(Fault::corrupt(format!(
                    "journal: record {seq} has an idempotency key that is live"
                )));
            }
            if !planted!(ForgetWindow) {
                keys.push(self.window.insert(&call.caller, &call.key, call.expires_ms, seq));
            }
        }
        self.are_signed_for(&block.header)?;
        Ok(Sums {
            leaves,
            keys,
            acts: if acts.is_empty() { Vec::new() } else { PastAct::of(block, profile) },
        })
    }

    /// Adds the blocks that a summary is of.
    fn summary(&mut self, summary: &Summary) -> Result<(), Fault> {
        self.acts.extend(summary.acts().filter(|_| !planted!(ForgetActs)));
        summary.sums.leaves.iter().for_each(|leaf| self.history.push_hash(*leaf));
        self.keys.extend(summary.sums.keys.iter().filter(|_| !planted!(ForgetWindow)));
        self.are_signed_for(&summary.head)
    }

    /// Checks that the records up to this header's block are those that it was signed with.
    fn are_signed_for(&mut self, head: &Header) -> Result<(), Fault> {
        if self.history.root() != head.history_root {
            let height = head.height;
            return Err(Fault::corrupt(format!(
                "journal: the records of block {height} are not those it signed"
            )));
        }
        self.position = Position::after(head);
        Ok(())
    }

    /// Has the keys that summaries named enter the window, all at once.
    fn settle(&mut self) {
        if !self.keys.is_empty() {
            self.keys.extend(self.window.live());
            let now_ms = self.position.time_ms;
            self.keys.retain(|key| key.expires_ms > now_ms);
            self.window = Window::of(&std::mem::take(&mut self.keys));
        }
    }

    fn settled(mut self) -> Folded {
        self.settle();
        self
    }
}

/// The leaves of a block's records in the history tree; of many, one half beside the other.
fn leaves(block: &Block, profile: Hash) -> Vec<Hash> {
    let leaves = |calls| -> Vec<Hash> {
        block.records_of(calls, profile).iter().map(|record| History::leaf_hash(&record.leaf())).collect()
    };
    let (calls, half) = (block.entries.len(), block.entries.len() / 2);
    if calls < CALLS_SHARED {
        return leaves(0..calls);
    }
    let (first, second) = beside(|| leaves(0..half), || leaves(half..calls));
    [first, second].concat()
}

/// Brings the store to the journal's height, and with it the tree over what it was.
fn catch_up<D: Disk, S: Store>(
    journal: &Journal<D>,
    store: &mut S,
    tree: Tree,
    genesis: &Genesis,
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
    expect_root(&tree, root, applied)?;
    // Much goes into a store without its tree, which is built once over all of it.
    let ahead = journal.head().map_or(0, |head| head.history_size) - records;
    let is_much = applied == 0 || ahead > RECORDS_FEW.max(tree.len() as u64 / KEYS_BUILT_PER_RECORD);
    let mut tree = (!is_much).then_some(tree);
    let first = applied + 1 + u64::from(planted!(ReplayTooLate)) - u64::from(planted!(ReplayTooEarly));
    let mut apply = |blocks: &[Block]| {
        if let Some(erased) = blocks.iter().find(|block| block.is_erased()) {
            return Err(Fault::Erased { height: erased.header.height });
        }
        let none = Diff::new();
        let diffs = blocks.iter().map(|block| {
            (block.header.height, if planted!(HeightWithoutWrites) { &none } else { &block.diff })
        });
        let Some(tree) = &mut tree else { return store.apply_all(&diffs.collect::<Vec<_>>()) };
        for (block, (height, diff)) in blocks.iter().zip(diffs) {
            tree.apply(&store.view(), &block.diff)?;
            expect_root(tree, block.header.root_after, height)?;
            store.apply(height, diff)?;
        }
        Ok(())
    };
    let decode = |read: &[Undecoded]| read.iter().map(Undecoded::block).collect::<Result<Vec<_>, _>>();
    let mut blocks = decode(&journal.undecoded(first.max(1), PORTION_BYTES)?)?;
    while let Some(last) = blocks.last() {
        // While some blocks are applied, the next ones are decoded.
        let next = journal.undecoded(last.header.height + 1, PORTION_BYTES)?;
        let (decoded, applied) = beside(|| decode(&next), || apply(&blocks));
        applied?;
        blocks = decoded?;
    }
    if let Some(tree) = tree {
        return Ok(tree);
    }
    let (tree, height) = (Tree::build(&*store.view())?, journal.height());
    expect_root(&tree, after(height)?.0, height)?;
    Ok(tree)
}

fn expect_root(tree: &Tree, expected: Hash, height: u64) -> Result<(), Fault> {
    let root = tree.root();
    if root == expected || planted!(SkipRootCheck) {
        return Ok(());
    }
    Err(Fault::corrupt(format!("store: its root at height {height} is {root}, the journal says {expected}")))
}
