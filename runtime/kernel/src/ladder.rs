//! The recovery ladder of one shard: from what its files say to a plan that a person can read.
//!
//! [`Survey`] is the facts, [`Plan::of`] decides, and nothing here touches a file: whoever executes a plan does
//! its steps in order and nothing else. After any crash, a new survey and its plan are the rest of the old one.
//!
//! ```text
//! nothing → cut → replay → snapshot → rebuild        each rung is the smallest repair that is safe
//!                                          halt      where what was durable is gone: a person decides
//!
//! A shard whose oldest blocks were pruned has no last rung: it needs a snapshot from there on.
//! ```
//!
//! # Guarantees
//!
//! - A plan changes no history: it only cuts what was never durable, and makes the store again, which is a
//!   cache of the journal's fold.
//! - Nothing is cut below a height that anybody has seen durable: the store, or the head remembered in a
//!   second place.
//! - A store that cannot be trusted is set aside and kept, never changed in place.

use abi::id::Hash;
use journal::{Cut, Damage, Ending, JournalSurvey};
use state::empty_root;
use std::fmt;

/// What a shard's files say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Survey {
    /// The journal.
    pub journal: JournalSurvey,
    /// The store.
    pub store: StoreFound,
    /// The snapshots that are kept and whole.
    pub snapshots: Vec<Kept>,
    /// The head that a second place remembers.
    pub remembered: Option<Remembered>,
}

impl Survey {
    /// The root that the journal says the state has at `height`; `None` where it does not come so far.
    pub fn root_at(&self, height: u64) -> Option<Hash> {
        match height {
            0 if self.journal.past.is_none() => Some(empty_root()),
            _ => self.journal.hashes(height).map(|(_, root)| root),
        }
    }
}

/// What there is of a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoreFound {
    /// Nothing.
    Missing,
    /// Files that cannot be read as a store.
    Unreadable {
        /// What the engine said.
        because: String,
    },
    /// A state.
    At {
        /// The height that it says it is at.
        height: u64,
        /// Its root.
        root: Hash,
        /// How many entries it has.
        entries: u64,
    },
}

/// A snapshot that is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Its name.
    pub id: String,
    /// The height of the block whose state it is.
    pub height: u64,
    /// The hash of that block's header.
    pub header: Hash,
    /// How large it is.
    pub bytes: u64,
}

/// A head that was durable once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Remembered {
    /// The block's height.
    pub height: u64,
    /// The hash of its header.
    pub header: Hash,
}

/// How far up the ladder a shard has to go.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rung {
    /// The files are as a clean close leaves them.
    Nothing,
    /// A crash left part of a write, which is cut.
    Cut,
    /// The store is behind the journal.
    Replay,
    /// The store is made again from a snapshot and the blocks after it.
    Snapshot,
    /// The store is made again from the whole journal.
    Rebuild,
    /// What was durable is gone.
    Halt,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rung::Nothing => "nothing to do",
            Rung::Cut => "torn tail cut",
            Rung::Replay => "gap replay",
            Rung::Snapshot => "older snapshot plus suffix",
            Rung::Rebuild => "full rebuild",
            Rung::Halt => "halt",
        })
    }
}

/// What one step does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Makes the pages of a torn frame unwritten again.
    Cut(Cut),
    /// Removes a segment that never got its label.
    Drop {
        /// Its number.
        segment: u32,
    },
    /// Copies the bytes of a damaged place into quarantine.
    Quarantine(Damage),
    /// Moves the store into quarantine.
    SetAside,
    /// Makes a store of a snapshot.
    Load {
        /// Its name.
        snapshot: String,
        /// Its height.
        height: u64,
    },
    /// Applies the diffs of blocks to the store, each to its own root.
    Replay {
        /// The first height.
        from: u64,
        /// The last.
        to: u64,
    },
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Cut(Cut { segment, page, pages }) => {
                write!(f, "cut {pages} pages of segment {segment} from page {page} on")
            }
            Deed::Drop { segment } => write!(f, "remove segment {segment}"),
            Deed::Quarantine(Damage { segment, page, pages, .. }) => {
                write!(f, "copy {pages} pages of segment {segment} from page {page} on into quarantine")
            }
            Deed::SetAside => f.write_str("move the store into quarantine"),
            Deed::Load { height, .. } => write!(f, "load the snapshot of height {height}"),
            Deed::Replay { from, to } => write!(f, "replay blocks {from} to {to} into the store"),
        }
    }
}

/// What must stay while a step runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pin {
    /// The blocks of these heights.
    Blocks {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// A snapshot.
    Snapshot(String),
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pin::Blocks { from, to } => write!(f, "blocks {from} to {to}"),
            Pin::Snapshot(id) => write!(f, "snapshot {id}"),
        }
    }
}

/// One step of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What it does.
    pub deed: Deed,
    /// Why.
    pub because: String,
    /// How many bytes it moves.
    pub bytes: u64,
    /// What it pins until it is done.
    pub pins: Vec<Pin>,
}

/// Why no plan brings a shard back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Halt {
    /// Why.
    pub because: String,
    /// The first height that is gone.
    pub from: u64,
    /// The last one that is known to have been there.
    pub to: u64,
}

/// What is to be done for a shard.
#[must_use = "a plan is what is to be done"]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How far up the ladder it goes.
    pub rung: Rung,
    /// The height up to which the journal is sound, and where the store is when the plan is done.
    pub height: u64,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What is gone, where the rung is the last one.
    pub halt: Option<Halt>,
}

impl Plan {
    /// The smallest repair that is safe.
    pub fn of(survey: &Survey) -> Plan {
        let height = survey.journal.height();
        if let Some(halted) = halt(survey) {
            return halted;
        }
        let mut plan = Plan { rung: Rung::Nothing, height, steps: Vec::new(), halt: None };
        match &survey.journal.ending {
            Ending::Clean | Ending::Damaged(_) => {}
            Ending::Torn(cut) => plan.push(Rung::Cut, torn(*cut, height)),
            Ending::Blank { segment } => plan.push(Rung::Cut, blank(*segment)),
        }
        match store(survey) {
            Judged::Sound(applied) if applied == height => {}
            Judged::Sound(applied) if applied < survey.journal.erased => {
                let erased = survey.journal.erased;
                let because =
                    format!("the store is at height {applied}, and what block {erased} wrote is erased");
                plan.push(Rung::Snapshot, set_aside(because));
                plan.fill(survey, "the store cannot be brought over that block");
            }
            Judged::Sound(applied) => {
                let because = format!("the store is at height {applied}, the journal at {height}");
                plan.push(Rung::Replay, replay(survey, applied + 1, because));
            }
            Judged::Missing if height == 0 => {}
            Judged::Missing => plan.fill(survey, "there is no store"),
            Judged::Wrong(because) => {
                let because = format!("{because}; it is kept, for whoever asks how that came");
                plan.push(Rung::Rebuild, set_aside(because));
                plan.fill(survey, "the store is made again");
            }
        }
        plan
    }

    /// Whether there is anything to do, or to be told.
    pub fn is_empty(&self) -> bool {
        self.rung == Rung::Nothing
    }

    fn push(&mut self, rung: Rung, step: Step) {
        self.rung = self.rung.max(rung);
        self.steps.push(step);
    }

    /// Fills an empty store: from the newest snapshot that is a state of this journal, else from the start, unless
    /// that was pruned. Where something is erased, no state is made of blocks from before it.
    fn fill(&mut self, survey: &Survey, why: &str) {
        let is_ours = |kept: &&Kept| {
            survey.journal.hashes(kept.height).is_some_and(|(header, _)| header == kept.header)
        };
        let (erased, pruned) = (survey.journal.erased, survey.journal.pruned());
        let usable = survey.snapshots.iter().filter(is_ours).filter(|kept| kept.height >= erased);
        let Some(kept) = usable.max_by(|a, b| (a.height, &a.id).cmp(&(b.height, &b.id))) else {
            if erased.max(pruned) > 0 {
                let (from, gone) = match erased > pruned {
                    true => (erased, format!("what block {erased} wrote is erased")),
                    false => (1, format!("the blocks up to height {pruned} were pruned")),
                };
                let because = format!("{why}: {gone}, and no whole snapshot from there on is kept");
                let halt = Some(Halt { because, from, to: erased.max(pruned) });
                *self = Plan { rung: Rung::Halt, height: self.height, steps: Vec::new(), halt };
                return;
            }
            self.rung = Rung::Rebuild;
            if self.height > 0 {
                let step = replay(survey, 1, format!("{why}, and no whole snapshot is kept"));
                self.steps.push(step);
            }
            return;
        };
        self.rung = Rung::Snapshot;
        let suffix = Pin::Blocks { from: kept.height + 1, to: self.height };
        let suffix = (kept.height < self.height).then_some(suffix);
        self.steps.push(Step {
            deed: Deed::Load { snapshot: kept.id.clone(), height: kept.height },
            because: format!("{why}; this is the newest snapshot"),
            bytes: kept.bytes,
            pins: [Pin::Snapshot(kept.id.clone())].into_iter().chain(suffix).collect(),
        });
        if kept.height < self.height {
            let because = format!("the snapshot is at height {}", kept.height);
            self.steps.push(replay(survey, kept.height + 1, because));
        }
    }
}

fn torn(cut: Cut, height: u64) -> Step {
    let because = format!("a crash tore the write after block {height}, which was never durable");
    Step { deed: Deed::Cut(cut), because, bytes: pages(cut.pages), pins: Vec::new() }
}

fn blank(segment: u32) -> Step {
    let because = "a crash came between its making and its label".into();
    Step { deed: Deed::Drop { segment }, because, bytes: 0, pins: Vec::new() }
}

fn set_aside(because: String) -> Step {
    Step { deed: Deed::SetAside, because, bytes: 0, pins: Vec::new() }
}

fn replay(survey: &Survey, from: u64, because: String) -> Step {
    let to = survey.journal.height();
    assert!((1..=to).contains(&from), "there is something to replay");
    let before = usize::try_from(from - 1 - survey.journal.pruned()).unwrap_or(usize::MAX);
    let bytes = survey.journal.blocks.iter().skip(before).map(|block| block.bytes).sum();
    Step { deed: Deed::Replay { from, to }, because, bytes, pins: vec![Pin::Blocks { from, to }] }
}

/// What a store is worth.
enum Judged {
    Missing,
    /// At this height, with the root that the journal says.
    Sound(u64),
    Wrong(String),
}

fn store(survey: &Survey) -> Judged {
    match &survey.store {
        StoreFound::Missing => Judged::Missing,
        StoreFound::Unreadable { because } => Judged::Wrong(format!("the store cannot be read: {because}")),
        StoreFound::At { height, root, .. } => match survey.root_at(*height) {
            Some(expected) if expected == *root => Judged::Sound(*height),
            Some(expected) => Judged::Wrong(format!(
                "the store's root at height {height} is {root}, the journal says {expected}"
            )),
            None => {
                Judged::Wrong(format!("the store is at height {height}, which the journal does not have"))
            }
        },
    }
}

/// The plan where something that was durable is gone, or is another than it was.
fn halt(survey: &Survey) -> Option<Plan> {
    let height = survey.journal.height();
    let seen = match survey.store {
        StoreFound::At { height, .. } => height,
        _ => 0,
    };
    let seen = seen.max(survey.remembered.map_or(0, |remembered| remembered.height));
    let halted = |because: String, from: u64, to: u64, steps: Vec<Step>| {
        Some(Plan { rung: Rung::Halt, height, steps, halt: Some(Halt { because, from, to: to.max(from) }) })
    };
    if let Ending::Damaged(damage) = &survey.journal.ending {
        let known = damage.last.unwrap_or(0).max(seen);
        let gone = damage.resumes.map_or(known, |resumes| resumes.saturating_sub(1));
        let because = damage.because.clone();
        let step = Step {
            deed: Deed::Quarantine(damage.clone()),
            because: "the bytes are evidence, and whoever mends the file may overwrite them".into(),
            bytes: pages(damage.pages),
            pins: vec![Pin::Blocks { from: damage.height, to: known.max(damage.height) }],
        };
        return halted(because, damage.height, gone, vec![step]);
    }
    if seen > height {
        let by = match survey.remembered {
            Some(remembered) if remembered.height == seen => "the second place",
            _ => "the store",
        };
        let because = format!("the journal ends at height {height}, and {by} has seen height {seen}");
        return halted(because, height + 1, seen, Vec::new());
    }
    let remembered = survey.remembered.filter(|remembered| remembered.height > 0)?;
    let block = survey.journal.block(remembered.height)?;
    if block.header != remembered.header {
        let at = remembered.height;
        let because = format!("block {at} is another one than the second place remembers");
        return halted(because, at, height, Vec::new());
    }
    None
}

fn pages(pages: u32) -> u64 {
    u64::from(pages) * journal::PAGE_BYTES as u64
}
