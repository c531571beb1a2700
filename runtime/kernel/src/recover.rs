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
//!    says it is at. Over a store that is behind the beginning of the last segment, none is built yet.
//! 5. The blocks after that are applied together, to the last one's root. Where there are many, the tree is built
//!    when they are.
//! 6. The last block's commitment is signed again.
//!
//! A crash in any step leaves at most a shorter replay for the next time.

use crate::authority::{profile_at, writer_after};
use crate::commit::Committed;
use crate::keyring::Keyring;
use crate::machine::Machine;
use crate::programs::Programs;
use crate::shard::{Shard, ShardError, missing};
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::planted;
use abi::profile::Profile;
use beside::beside;
use journal::{Block, Disk, Fold, Journal, Past, Tail};
use state::{Store, Tree};
use vm::Engine;

mod behind;
mod folded;

use behind::{Keeping, Written, catch_up, expect_root};
use folded::{Folded, Folding};

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
        Self::assemble(parts, folded, Some(tree), None).map(|(shard, _)| shard)
    }

    /// Opens a shard, whatever happened to it before.
    pub fn open(opening: Opening<D, S>) -> Result<(Shard<D, S>, Recovered), ShardError> {
        check(&opening.genesis)?;
        let id = opening.genesis.id();
        let Opening { genesis, keyring, disk, store, programs, build } = opening;
        let start = |past: Option<&Past>| Folding::new(&genesis, past);
        let Opened { mut journal, tail, folded, tree } = Opened::of(disk, id, &store, start)?;
        if !planted!(OpenWithoutSync) {
            journal.sync()?;
        }
        let (folded, written) = folded.done();
        let folded = folded.done()?;
        folded.is_decided(journal.past())?;
        let parts = Parts { genesis, keyring, journal, store, programs, build };
        let (shard, store_height) = Self::assemble(parts, folded, tree, written)?;
        let height = shard.committed.position.height;
        Ok((shard, Recovered { tail, store_height, height }))
    }

    /// Makes anew what executing a block has changed that found no room in the journal.
    pub(crate) fn forget(&mut self) -> Result<(), Fault> {
        let mut folded = Folded::start(&self.genesis, self.committed.journal.past());
        for height in self.committed.journal.first()..=self.committed.journal.height() {
            folded.block(&read(&self.committed.journal, height)?, &self.genesis)?;
        }
        assert_eq!(folded.position, self.committed.position, "what was not written has no place");
        (self.committed.history, self.window) = (folded.history, folded.window);
        self.committed.tree = Tree::build(&*self.committed.store.view())?;
        expect_root(&self.committed.tree, self.committed.position.root, self.committed.position.height)
    }

    fn assemble(
        parts: Parts<D, S>,
        folded: Folded,
        tree: Option<Tree>,
        written: Option<Vec<Written>>,
    ) -> Result<(Shard<D, S>, u64), ShardError> {
        let Parts { genesis, keyring, mut journal, mut store, programs, build } = parts;
        let height = journal.height();
        journal.commit_to(height);
        let store_height = store.applied()?;
        let tree = catch_up(&journal, &mut store, tree, &genesis, written)?;
        let writer = writer_after(&folded.acts).unwrap_or(genesis.writer);
        if !keyring.holds(&writer) {
            return Err(ShardError::NotTheWriter { writer });
        }
        let mut machine = Machine::new(programs, Engine::Cranelift)?;
        machine.set_profile(profile_at(&genesis, &folded.acts, folded.position.seq));
        let head = journal.head().filter(|_| !planted!(LastNotSigned));
        let commitment = head.map(|head| keyring.sign(writer, &genesis, head)).transpose()?;
        let committed = Committed {
            journal,
            store,
            tree,
            history: folded.history,
            position: folded.position,
            acts: folded.acts,
            writer,
            commitment,
        };
        let shard = Shard {
            id: genesis.id(),
            genesis,
            keyring,
            build,
            machine,
            window: folded.window,
            committed,
            stopped: false,
            full: false,
            tree_bytes_max: usize::MAX,
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
    let Opened { mut journal, tree, folded, .. } = Opened::of(disk, genesis.id(), store, |_| ())?;
    journal.sync()?;
    catch_up(&journal, store, tree, genesis, folded.done().1)?;
    store.flush()?;
    Ok(journal.height())
}

/// A journal that was opened, and what was made beside that.
struct Opened<D: Disk, T> {
    journal: Journal<D>,
    tail: Tail,
    folded: Keeping<T>,
    /// The tree over the store as it is; none over one that is far behind, and is to change much.
    tree: Option<Tree>,
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
        let is_far_behind = applied + 1 < Journal::last_begins(&disk)?;
        let open = || Journal::open_folding(disk, id, applied, |past| Keeping::new(start(past), applied));
        let build = || (!is_far_behind).then(|| Tree::build(&*view)).transpose();
        let (tree, opened) = beside(build, open);
        let (journal, tail, folded) = opened?;
        Ok(Opened { journal, tail, folded, tree: tree? })
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
