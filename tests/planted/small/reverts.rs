//! Reverts in a small scope: each life of a shard opens it and delivers one call, the next of a few or a revert to
//! any state that there was. It ends at any change of its disk, and leaves all or nothing of what was not synced, and
//! its store at any height on its way. The steps are the shipped ones: open, submit, and what they are made of.

use super::disk::{Image, SectorDisk};
use super::noting::Noting;
use crate::birth;
use abi::Hash;
use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::planted::plant;
use abi::profile::Profile;
use abi::system::{Act, Deploy, Revert};
use abi::view::Scan;
use journal::{Block, Journal, SegmentSize};
use kernel::recover::Opening;
use kernel::{Answer, Batch, Request, Shard};
use stateright::{Model, Property};
use std::collections::BTreeMap;

/// Histories of so many calls, the deploy among them.
pub(crate) struct Reverts {
    pub(crate) calls: u64,
    /// The bug that is planted.
    pub(crate) bug: Option<&'static str>,
}

/// What the end of a life left, and what had been promised by then.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Left {
    disk: Image,
    /// The height that the store is at.
    store: u64,
    /// The hashes of the headers up to which callers were answered.
    answered: Vec<Hash>,
    /// A call was not answered as it must be.
    is_wrong: bool,
}

/// What must hold of every state.
pub(crate) const PROMISE: &str = "a revert leads back, history only grows, and the store is not ahead of it";
/// That the search came to all there is.
pub(crate) const COMPLETE: &str = "all calls are there";

/// A segment holds its label and two frames of one page.
const SEGMENT: SegmentSize = SegmentSize::of_pages(3);

type Small = Shard<SectorDisk, Noting>;
type Content = BTreeMap<Vec<u8>, Vec<u8>>;

fn genesis() -> abi::genesis::Genesis {
    birth::genesis(1)
}

/// Of every height, its block and the content after it.
fn history(disk: &Image) -> Option<Vec<(Block, Content)>> {
    let (journal, _) = Journal::open(SectorDisk::new(disk.clone()), genesis().id()).ok()?;
    let mut content = Content::new();
    let mut after = |height| {
        let block = journal.read(height).ok()??;
        block.diff.iter().for_each(|(key, value)| match value {
            Some(value) => drop(content.insert(key.to_vec(), value.to_vec())),
            None => drop(content.remove(key)),
        });
        Some((block, content.clone()))
    };
    (1..=journal.height()).map(&mut after).collect()
}

fn open(disk: SectorDisk, store: Noting) -> Option<Small> {
    let keyring = kernel::Keyring::new(birth::writers().into());
    let (genesis, programs) = (genesis(), birth::catalogue());
    let opening = Opening { genesis, keyring, disk, store, programs, build: "small".into() };
    Shard::open(opening).ok().map(|(shard, _)| shard)
}

fn hashes(shard: &Small) -> Option<Vec<Hash>> {
    (1..=shard.position().height).map(|height| Some(shard.block(height).ok()??.header.hash())).collect()
}

fn ask(shard: &mut Small, signed: SignedCall) -> Option<Answer> {
    let request = Request { signed, now_ms: birth::START_MS };
    shard.submit(Batch { requests: vec![request], block_calls: 9, stop_at_rejection: false }).ok()?.pop()
}

/// The call at a place, or what stands there instead: each has a key of its own.
fn call(place: u64, method: &str, variant: u64) -> Call {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&(u128::from(place) << 64 | u128::from(variant)).to_be_bytes());
    Call {
        version: abi::VERSION,
        shard: genesis().id(),
        program: None,
        method: method.into(),
        args: Bytes((Bytes(vec![1; 8]), Bytes(vec![2; 3])).to_bytes()),
        salt: [0; 32],
        caller: Caller::Nobody,
        key,
        expires_ms: birth::START_MS + 1_000,
        fuel_max: 2_000_000,
    }
}

fn act(place: u64, variant: u64, act: Act) -> SignedCall {
    let (method, args) = act.to_call();
    let call =
        Call { program: Some(Profile::One.system()), args: Bytes(args), ..call(place, method, variant) };
    let [first, second, _] = birth::authority();
    SignedCall::authorize(call, &[&first, &second])
}

/// The next call of a shard: of those that write, change, delete; or a revert.
fn next(shard: &Small, revert: Option<u64>) -> Option<SignedCall> {
    let place = shard.position().seq;
    let program = birth::program_id(0);
    if place == 0 {
        return Some(act(0, 0, Act::Deploy(Deploy { program })));
    }
    if let Some(height) = revert {
        let root = shard.block(height).ok()??.header.root_after;
        return Some(act(place, height, Act::Revert(Revert { height, root, program })));
    }
    let method = ["count", "put", "take"][usize::try_from(place % 3).ok()?];
    Some(SignedCall { call: call(place, method, 0), proof: Proof::None })
}

impl Reverts {
    /// Lives to the end, or to what must not be; and takes down what was answered at each moment.
    fn live(
        disk: &SectorDisk,
        store: Noting,
        revert: Option<u64>,
        answered: &mut Vec<(usize, Vec<Hash>)>,
    ) -> Option<()> {
        let mut shard = open(disk.clone(), store)?;
        // What a process finds, it serves.
        answered.push((disk.changes(), hashes(&shard)?));
        let signed = next(&shard, revert)?;
        let answer = ask(&mut shard, signed)?;
        answered.push((disk.changes(), hashes(&shard)?));
        matches!(answer, Answer::New { .. }).then_some(())
    }

    /// Everything that one life may leave.
    fn ends(&self, left: &Left, revert: Option<u64>, actions: &mut Vec<Left>) {
        let disk = SectorDisk::new(left.disk.clone());
        let Some(history) = history(&left.disk) else { return };
        let store = Noting::at(&disk, history.iter().map(|(block, _)| block), left.store);
        let mut answered = vec![(0, left.answered.clone())];
        plant(self.bug);
        let is_wrong = Reverts::live(&disk, store.clone(), revert, &mut answered).is_none();
        plant(None);
        for (change, content) in disk.moments().iter().enumerate() {
            let told = answered.iter().rev().find(|(since, _)| *since <= change);
            let answered = told.map_or(&left.answered, |(_, answered)| answered);
            for disk in content.ends() {
                for store in left.store..=store.height_at(change) {
                    let (disk, answered) = (disk.clone(), answered.clone());
                    actions.push(Left { disk, store, answered, is_wrong });
                }
            }
        }
    }

    /// Whether everything holds of what is left.
    fn holds(&self, left: &Left) -> Option<bool> {
        let history = history(&left.disk)?;
        if left.is_wrong || left.store > history.len() as u64 {
            return Some(false);
        }
        let disk = SectorDisk::new(left.disk.clone());
        let store = Noting::at(&disk, history.iter().map(|(block, _)| block), left.store);
        let mut shard = open(disk, store)?;
        let now = (shard.position().clone(), shard.head());
        let grows = hashes(&shard)?.starts_with(&left.answered) && now.0.height == history.len() as u64;
        let leads_back = history.iter().all(|(block, content)| {
            let acts = block.acts();
            let Some((_, Act::Revert(revert))) = acts.first() else { return true };
            let then = usize::try_from(revert.height - 1).ok().and_then(|index| history.get(index));
            then.is_some_and(|(then, before)| {
                then.header.root_after == block.header.root_after && before == content && acts.len() == 1
            })
        });
        let all = Scan { from: b"", to: None, reverse: false, limit: usize::MAX };
        let shown: Content = shard.view().scan(&all).ok()?.into_iter().collect();
        let is_last = history.last().is_none_or(|(_, content)| *content == shown);
        // Undone or not: what was asked once is known.
        let entries = history.iter().flat_map(|(block, _)| &block.entries);
        let is_known = (0..).zip(entries).all(|(seq, entry)| {
            ask(&mut shard, entry.call.clone()).is_some_and(|answer| answer == Answer::Known(seq))
        });
        let nowhere = [(0, now.0.root), (now.0.height + 1, now.0.root), (now.0.height, Hash([9; 32]))];
        let is_rejected = (1_000..).zip(nowhere).all(|(variant, (height, root))| {
            let revert = Revert { height, root, program: birth::program_id(0) };
            let answer = ask(&mut shard, act(now.0.seq, variant, Act::Revert(revert)));
            matches!(answer, Some(Answer::Rejected(_)))
        });
        let is_untouched = (shard.position().clone(), shard.head()) == now;
        Some(grows && leads_back && is_last && is_known && is_rejected && is_untouched)
    }
}

impl Model for Reverts {
    type State = Left;
    type Action = Left;

    fn init_states(&self) -> Vec<Left> {
        let made = SectorDisk::new(Image::new());
        let journal = Journal::create_with(made.clone(), genesis().id(), SEGMENT);
        journal.expect("nothing fails in memory");
        vec![Left { disk: made.synced(), store: 0, answered: Vec::new(), is_wrong: false }]
    }

    fn actions(&self, left: &Left, actions: &mut Vec<Left>) {
        let height = history(&left.disk).map_or(self.calls, |history| history.len() as u64);
        if height < self.calls {
            self.ends(left, None, actions);
            (1..=height).for_each(|height| self.ends(left, Some(height), actions));
        }
    }

    fn next_state(&self, _: &Left, action: Left) -> Option<Left> {
        Some(action)
    }

    fn properties(&self) -> Vec<Property<Reverts>> {
        vec![
            Property::always(PROMISE, |scope: &Reverts, left: &Left| {
                plant(scope.bug);
                let holds = scope.holds(left);
                plant(None);
                holds == Some(true)
            }),
            Property::sometimes(COMPLETE, |scope: &Reverts, left: &Left| {
                left.answered.len() as u64 == scope.calls
            }),
        ]
    }
}
