//! The whole pipeline, from calls to a sealed block, in one screen.
//!
//! [`execute`] takes calls in order, which were checked by themselves before. Each is admitted at the moment
//! it would have, run over the state that the calls before it left, and entered in the draft of a block;
//! [`seal`](Draft::seal) computes the root of the state after the last call and the block's header. Nothing
//! is durable here, and nothing outside the draft has changed but what opening the shard makes anew (window,
//! tree, history): [`commit`](crate::commit) does the rest.
//!
//! # Order
//!
//! A call sees the writes of the calls before it, in the block and before the block alike, so where a
//! block ends cannot be observed.

use crate::admit::{self, Admission, Admitted, Next, Refusal};
use crate::check::Check;
use crate::keyring::Keyring;
use crate::leaves::{hashes, shared};
use crate::machine::{Machine, RunError};
use crate::queue::Queue;
use crate::revert::Past;
use crate::shard::Answer;
use crate::system;
use abi::call::Call;
use abi::diff::Diff;
use abi::effect::{EFFECT_BYTES, Effect, Execution};
use abi::encoded::Encoded;
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::hash::EFFECT;
use abi::id::Hash;
use abi::layer::Layer;
use abi::limits::{BLOCK_BYTES_MAX, BLOCK_CALLS_MAX, BLOCK_ITEMS_MAX, EVENTS_MAX, MESSAGES_MAX, WRITES_MAX};
use abi::merkle::list_root;
use abi::planted;
use abi::session::Space;
use abi::system::PROGRAM_KEY;
use abi::view::{Overlay, View};
use journal::{Block, Entry, Header, History, LiveKey, PastAct, Sums, Window};
use state::Tree;
use std::sync::Arc;

/// A draft that has grown to this many bytes is sealed: what one more call can add still fits the block.
const DRAFT_BYTES_MAX: usize = BLOCK_BYTES_MAX - (33 << 20);

/// The same for its events, messages and writes together.
const DRAFT_ITEMS_MAX: usize = BLOCK_ITEMS_MAX - EVENTS_MAX - MESSAGES_MAX - WRITES_MAX;

/// What every block builds on.
pub(crate) struct Ground<'a> {
    pub(crate) genesis: &'a Genesis,
    pub(crate) keyring: &'a Keyring,
    pub(crate) shard: Hash,
    /// The host's build.
    pub(crate) build: &'a str,
}

/// Where a block's calls begin.
pub(crate) struct Begin {
    /// The height of the block before, which may not be committed yet.
    pub(crate) height: u64,
    /// Place of the first call.
    pub(crate) seq: u64,
    /// Logical time of the last call.
    pub(crate) time_ms: u64,
    /// The state before.
    pub(crate) view: Arc<dyn View>,
}

/// Where a history stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Position {
    /// Height of the last block; 0 before the first.
    pub height: u64,
    /// Hash of its header; the shard's id before the first.
    pub header: Hash,
    /// Fencing term of its writer.
    pub epoch: u64,
    /// Place of the next call.
    pub seq: u64,
    /// Logical time of the last call.
    pub time_ms: u64,
    /// State root.
    pub root: Hash,
}

impl Position {
    /// Before the first block.
    pub fn start(genesis: &Genesis) -> Position {
        Position {
            height: 0,
            header: genesis.id(),
            epoch: 1,
            seq: 0,
            time_ms: genesis.time.start_ms,
            root: state::empty_root(),
        }
    }

    /// After the block of `header`.
    pub fn after(header: &Header) -> Position {
        Position {
            height: header.height,
            header: header.hash(),
            epoch: header.epoch,
            seq: header.first_seq + header.count,
            time_ms: header.time_ms,
            root: header.root_after,
        }
    }
}

/// Runs requests until they are used up, the draft is full or its turn has come, or one may be where the batch stops;
/// the verdicts stand in the requests' order. Without a past, as there is none while a block is being committed, it ends
/// before an act that stands alone.
pub(crate) fn execute(
    machine: &mut Machine,
    window: &mut Window,
    ground: &Ground<'_>,
    past: Option<&dyn Past>,
    begin: Begin,
    queue: &mut Queue<'_>,
) -> Result<Executed, Fault> {
    let mut draft = Building::new(&begin, machine.profile().hash(), queue.block_calls.min(queue.waiting()))?;
    let (mut verdicts, mut goes_on) = (Vec::new(), true);
    while !draft.is_full(queue.block_calls) {
        let Some(check) = queue.next(!draft.is_empty()) else { break };
        let is_alone = is_alone(machine, check);
        if is_alone && (past.is_none() || !draft.is_empty()) {
            break;
        }
        let Some(check) = queue.checks.pop_front() else { break };
        let admission = check.map_err(Refusal::Rejected);
        let admission = admission
            .and_then(|next| admit::admit(machine, window, ground, past, &begin, draft.next(), next));
        let verdict = match admission {
            Ok(Admission::New(admitted)) => {
                let view = if planted!(StateBeforeBlock) { begin.view.clone() } else { draft.view() };
                let execution = run(machine, &admitted, view)?;
                let (seq, outcome) = (admitted.at.seq, execution.outcome.clone());
                (queue.watch)(seq, &execution);
                draft.enter(window, *admitted, execution)?;
                Verdict::Done(Answer::New { seq, outcome })
            }
            Ok(Admission::Known(seq, call)) => Verdict::Known(seq, call),
            Err(Refusal::Rejected(rejected)) => Verdict::Done(Answer::Rejected(rejected)),
            Err(Refusal::Fault(fault)) => return Err(fault),
        };
        // A known key is a rejection too if it is another call's, which shows when the block is done.
        let may_stop = queue.stop_at_rejection && !matches!(verdict, Verdict::Done(Answer::New { .. }));
        verdicts.push(verdict);
        if may_stop || (is_alone && !draft.is_empty()) {
            goes_on = false;
            break;
        }
    }
    Ok(Executed { height: begin.height, draft: draft.done(), verdicts, goes_on })
}

/// Calls of one block that were executed and are not committed yet.
pub(crate) struct Executed {
    /// The height of the block before.
    height: u64,
    pub(crate) draft: Draft,
    pub(crate) verdicts: Vec<Verdict>,
    /// Whether what comes next is known before the block is committed.
    goes_on: bool,
}

impl Executed {
    /// As how many small calls it is committed: one call may write as much as thousands.
    pub(crate) fn weight(&self) -> usize {
        self.verdicts.len().max(self.draft.diff.len())
    }

    /// Where the next block's calls begin, over a state that may show this block's writes already; `None` if that
    /// can be told only when this one is committed.
    pub(crate) fn then(&self, machine: &Machine, queue: &Queue<'_>, state: Arc<dyn View>) -> Option<Begin> {
        let waits = queue.checks.front().is_some_and(|next| is_alone(machine, next));
        let may_come = queue.waiting() > 0 || queue.source.is_live();
        (self.goes_on && !waits && may_come).then(|| Begin {
            height: self.height + u64::from(!self.draft.is_empty()),
            seq: self.draft.next.seq,
            time_ms: self.draft.next.time_ms,
            view: Arc::new(Layer::new(state, self.draft.diff.clone())),
        })
    }
}

/// Whether a call is an act that stands alone in its block.
fn is_alone(machine: &Machine, check: &Check) -> bool {
    let act = check.as_ref().ok().and_then(|next| admit::act(machine.profile(), &next.signed.call));
    act.is_some_and(|act| act.is_alone())
}

/// An answer, or the call whose key is known: whether it is the same call is seen when the block that
/// holds the first one can be read.
pub(crate) enum Verdict {
    Done(Answer),
    Known(u64, Box<Call>),
}

fn run(machine: &mut Machine, admitted: &Admitted, view: Arc<dyn View>) -> Result<Execution, Fault> {
    if let Some((revert, back)) = &admitted.back {
        return Ok(system::reverted(revert, back));
    }
    machine.run(&admitted.signed.call, admitted.digest, admitted.at, view).map_err(|error| match error {
        RunError::Fault(fault) => fault,
        other => Fault::host(format!("an admitted call cannot run: {other:?}")),
    })
}

/// A block in the making.
struct Building {
    state: Arc<Overlay>,
    draft: Draft,
    bytes: usize,
    /// Events, messages and writes, the overwritten ones too.
    items: usize,
}

/// A block whose calls have run.
pub(crate) struct Draft {
    next: Next,
    entries: Vec<Entry>,
    /// The calls' idempotency keys.
    keys: Vec<LiveKey>,
    /// Of all its calls.
    profile: Hash,
    /// What each of them came to.
    effects: Encoded,
    /// The digest of the list of those.
    execution_root: Hash,
    /// What they wrote together, and its digest.
    diff: Arc<Diff>,
    diff_hash: Hash,
}

impl Building {
    /// One of so many calls, at most.
    fn new(begin: &Begin, profile: Hash, calls: usize) -> Result<Building, Fault> {
        let state = Arc::new(Overlay::new(begin.view.clone()));
        let next = Next { seq: begin.seq, time_ms: begin.time_ms, serving: Machine::serving(&*state)? };
        let draft = Draft {
            next,
            entries: Vec::with_capacity(calls),
            keys: Vec::with_capacity(calls),
            profile,
            effects: Encoded::with_capacity(calls, EFFECT_BYTES),
            execution_root: Hash::ZERO,
            diff: Arc::default(),
            diff_hash: Hash::ZERO,
        };
        Ok(Building { state, draft, bytes: 0, items: 0 })
    }

    /// The block, with all that can be said of it before the state that it leaves is known.
    fn done(self) -> Draft {
        let diff = Arc::unwrap_or_clone(self.state).into_writes();
        let effects = &self.draft.effects;
        let hashes = shared(effects.len(), |calls| EFFECT.hash_each(&effects.some(calls)));
        let execution_root = list_root(&EFFECT, &hashes);
        let diff_hash = match &*self.draft.entries {
            // What the one call wrote is what the block wrote.
            [entry] => entry.diff,
            _ => diff.hash(),
        };
        Draft { execution_root, diff: Arc::new(diff), diff_hash, ..self.draft }
    }

    /// Where the next call would stand.
    fn next(&self) -> Next {
        self.draft.next
    }

    fn view(&self) -> Arc<dyn View> {
        self.state.clone()
    }

    fn is_full(&self, calls_max: usize) -> bool {
        self.draft.entries.len() >= calls_max.min(BLOCK_CALLS_MAX)
            || self.bytes >= DRAFT_BYTES_MAX
            || self.items >= DRAFT_ITEMS_MAX
    }

    fn is_empty(&self) -> bool {
        self.draft.is_empty()
    }

    fn enter(&mut self, window: &mut Window, admitted: Admitted, execution: Execution) -> Result<(), Fault> {
        let Admitted { signed, digest, scope, at, bytes, .. } = admitted;
        self.draft.profile = at.profile;
        window.advance(at.time_ms);
        let call = &signed.call;
        self.draft.keys.push(window.insert(scope, call.expires_ms, at.seq));
        self.items += execution.events.len() + execution.messages.len() + execution.diff.len();
        self.bytes += bytes + size_of(&execution) + 128;
        let Execution { outcome, events, messages, .. } = &execution;
        let diff = execution.diff.hash();
        self.draft.effects.push(&Effect::new(call, digest, at, outcome, diff, events, messages));
        self.draft.entries.push(Entry {
            call: *signed,
            program: at.program,
            time_ms: at.time_ms,
            diff,
            outcome: execution.outcome,
            events: execution.events,
            messages: execution.messages,
            fuel: execution.fuel,
            erased: None,
        });
        let is_deploy = execution.diff.get(&Space::System.key(PROGRAM_KEY)).is_some();
        // The engine has given its handle back, so this writes in place.
        Arc::make_mut(&mut self.state).merge(&execution.diff);
        let serving = if is_deploy && !planted!(OldProgramServes) {
            Machine::serving(&*self.state)?
        } else {
            self.draft.next.serving
        };
        self.draft.next =
            Next { seq: at.seq + u64::from(!planted!(SeqReused)), time_ms: at.time_ms, serving };
        Ok(())
    }
}

impl Draft {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The root of the state after the last call, and the block with its header; its leaves, and what they come to.
    pub(crate) fn seal(
        self,
        ground: &Ground<'_>,
        last: &Position,
        before: &Arc<dyn View>,
        (tree, history): (&mut Tree, &mut History),
    ) -> Result<(Block, Encoded, Sums), Fault> {
        assert!(!self.entries.is_empty(), "there are no empty blocks");
        let Draft { next, entries, keys, profile, effects, execution_root, diff, diff_hash } = self;
        let diff = Arc::unwrap_or_clone(diff);
        let root_after = tree.apply(before, &diff)?;
        let (diff, diff_hash) = match planted!(WritesNotRecorded) {
            true => (Diff::new(), Diff::new().hash()),
            false => (diff, diff_hash),
        };
        let mut header = Header {
            version: abi::VERSION,
            shard: ground.shard,
            height: last.height + 1,
            previous: last.header,
            epoch: last.epoch - u64::from(planted!(EpochFalls)),
            first_seq: last.seq,
            count: entries.len() as u64,
            root_before: last.root,
            root_after,
            execution_root,
            history_size: 0,
            history_root: Hash::ZERO,
            diff: diff_hash,
            time_ms: next.time_ms,
        };
        let block = Block { header, build: ground.build.into(), entries, diff };
        let records = block.leaves(&effects);
        let leaves = hashes(&records);
        leaves.iter().for_each(|leaf| history.push_hash(*leaf));
        header.history_size = history.size();
        header.history_root = history.root();
        let block = Block { header, ..block };
        let acts = PastAct::of(&block, profile);
        Ok((block, records, Sums { leaves, keys, acts }))
    }
}

fn size_of(execution: &Execution) -> usize {
    let events: usize = execution.events.iter().map(|event| event.size() + 16).sum();
    let messages: usize = execution.messages.iter().map(|message| message.size() + 48).sum();
    let diff = execution.diff.size() + 16 * execution.diff.len();
    execution.outcome.output().len() + events + messages + diff
}
