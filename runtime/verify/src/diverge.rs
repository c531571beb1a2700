//! Where two histories of one shard part, which of them is right, and what proves it.
//!
//! Both are read side by side. As long as their headers agree, one state is folded from their writes. At the
//! first block that differs, what differs is named in the order of the kinds below, both blocks are run again
//! on that state, and the one that does not come to what it says goes into a bundle of its own, with what of
//! the state it touches: whoever runs it meets the same difference.

use crate::execute::of_replay;
use crate::exit::Exit;
use crate::report::Verdict;
use crate::source::{Part, Preface, Programs, Source, Step, invalid_at};
use abi::call::SignedCall;
use abi::codec::{Bytes, Encode};
use abi::fault::Fault;
use abi::genesis::Genesis;
use abi::record::Record;
use abi::system::Act;
use journal::{Block, BundleWriter, Chain, Checkpoint, ForkFile, Header, History, Link, Start, digests};
use kernel::{Engine, Examined, Fold, ReplayError, Rerun};
use std::fmt;

/// What can differ, in the order in which it is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Both are signed for, and the signed heads differ: a fork.
    Checkpoint,
    /// Other calls, or the same at other times.
    Journal,
    /// Other records.
    Receipt,
    /// The same calls came to something else.
    Execution,
    /// Another state after the block.
    StateRoot,
    /// Another header before the block, or another epoch.
    Continuity,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Checkpoint => "checkpoint",
            Kind::Journal => "journal",
            Kind::Receipt => "receipt",
            Kind::Execution => "execution",
            Kind::StateRoot => "state root",
            Kind::Continuity => "continuity",
        })
    }
}

/// What came of comparing two histories.
pub enum Compared {
    /// They agree up to this height, where both end, or the named one does.
    Same {
        /// The height.
        height: u64,
        /// Which goes on, 0 or 1.
        longer: Option<usize>,
    },
    /// They part.
    Differs(Box<Difference>),
}

/// The first difference of two histories.
pub struct Difference {
    /// The block.
    pub height: u64,
    /// The first record that differs, but for where it stands; none where only the block as a whole does.
    pub seq: Option<u64>,
    /// What differs, the first first.
    pub kinds: Vec<Kind>,
    /// The keys in state to which the blocks have written otherwise, ascending.
    pub keys: Vec<Vec<u8>>,
    /// What running it again says of each side: nothing, where it is confirmed.
    pub sides: [Option<ReplayError>; 2],
    /// A closer look at the first side that was not confirmed: its keys, and the host call.
    pub examined: Option<Examined>,
    /// The two blocks.
    pub blocks: [Block; 2],
    /// The proof that the writer signed both, if it did.
    pub fork: Option<ForkFile>,
    /// A bundle of the first side that was not confirmed, which leads to the same.
    pub reproduction: Option<Vec<u8>>,
}

/// Finds the first difference between two histories of one shard; `progress` hears the height.
///
/// # Errors
///
/// A history that breaks a rule before they differ, or two of different shards.
pub fn compare(
    sides: [&mut dyn Source; 2],
    engine: Engine,
    progress: &mut dyn FnMut(u64),
) -> Result<Compared, Box<Verdict>> {
    let [a, b] = sides;
    let (ours, theirs) = (a.preface()?, b.preface()?);
    if ours.genesis != theirs.genesis || ours.start.is_some() || theirs.start.is_some() {
        let reason = "the histories are not both of one shard and from its genesis";
        return Err(Box::new(Verdict::new(Exit::CannotJudge, 6014, reason)));
    }
    let mut ground = Ground::new(ours, theirs.programs, engine)?;
    loop {
        let height = ground.chain.height();
        let (one, other) = match (a.next()?, b.next()?) {
            (Some(one), Some(other)) => (one, other),
            (None, None) => return Ok(Compared::Same { height, longer: None }),
            (one, _) => return Ok(Compared::Same { height, longer: Some(usize::from(one.is_none())) }),
        };
        if one.block.header != other.block.header {
            return ground.difference([one, other]).map(|difference| Compared::Differs(Box::new(difference)));
        }
        ground.advance(&one.block)?;
        progress(height + 1);
    }
}

/// What both histories agree on so far.
struct Ground {
    genesis: Genesis,
    programs: Programs,
    chain: Chain,
    history: History,
    fold: Fold,
    rerun: Rerun,
    /// The acts that appointed the writer and the program, and set the profile.
    writer: Option<(SignedCall, Record)>,
    program: Option<(SignedCall, Record)>,
    profile: Option<(SignedCall, Record)>,
}

impl Ground {
    fn new(preface: Preface, more: Programs, engine: Engine) -> Step<Ground> {
        let Preface { genesis, mut programs, .. } = preface;
        programs.extend(more);
        let chain = Chain::new(&genesis, state::empty_root()).map_err(|error| invalid_at(error, None))?;
        let rerun = Rerun::new(&genesis, Box::new(programs.clone()), engine)
            .map_err(|error| of_replay(error, None))?;
        let (history, fold) = (History::new(), Fold::default());
        Ok(Ground {
            genesis,
            programs,
            chain,
            history,
            fold,
            rerun,
            writer: None,
            program: None,
            profile: None,
        })
    }

    fn advance(&mut self, block: &Block) -> Step<()> {
        let records = self.chain.unproved(block).map_err(|error| invalid_at(error, None))?;
        self.fold.block(block).map_err(|error| of_replay(error, None))?;
        for ((_, act), (entry, record)) in acts(block, &records) {
            let kept = Some((entry.clone(), record.clone()));
            if act.program().is_some() {
                self.program = kept.clone();
            }
            if act.profile().is_some() {
                self.profile = kept.clone();
            }
            if act.writer().is_some() {
                self.writer = kept;
            }
        }
        records.iter().for_each(|record| self.history.push(&record.to_bytes()));
        Ok(())
    }

    /// What differs in the next block, and who is right.
    fn difference(mut self, parts: [Part; 2]) -> Step<Difference> {
        let [one, other] = &parts;
        let (a, b) = (&one.block, &other.block);
        let records = [a, b].map(|block| self.records(block));
        let seq = first_difference(&records);
        let kinds = kinds(&parts, &records);
        let keys = differing_keys(a, b);
        let fork = self.fork(&parts);
        let chain = &self.chain;
        let runs = [(a, &records[0]), (b, &records[1])].map(|(block, records)| {
            self.rerun.block(block, &digests(records), chain.profile_of(block), self.fold.view()).err()
        });
        let wrong = runs.iter().position(|run| matches!(run, Some(ReplayError::Diverged(_))));
        let examined = match wrong.map(|side| (&runs[side], &parts[side].block)) {
            Some((Some(ReplayError::Diverged(found)), block)) => {
                let examined =
                    self.rerun.examine(block, self.chain.profile_of(block), found, self.fold.view());
                Some(examined.map_err(|error| of_replay(error, None))?)
            }
            _ => None,
        };
        let reproduction = wrong.map(|side| self.reproduction(&parts[side])).transpose()?;
        let height = a.header.height;
        let blocks = parts.map(|part| part.block);
        Ok(Difference { height, seq, kinds, keys, sides: runs, examined, blocks, fork, reproduction })
    }

    fn records(&self, block: &Block) -> Vec<Record> {
        block.records(self.chain.profile_of(block).hash())
    }

    /// The proof of a fork, if both sides are signed.
    fn fork(&self, parts: &[Part; 2]) -> Option<ForkFile> {
        let side = |part: &Part| {
            let header = part.block.header;
            let links = self.links_in(&part.block).ok()?;
            Some(Checkpoint { header, commitment: part.commitment.clone()?, links })
        };
        let fork = ForkFile { genesis: self.genesis.clone(), sides: [side(&parts[0])?, side(&parts[1])?] };
        fork.verify().is_ok().then_some(fork)
    }

    /// The links of the writer that stands after a block that comes next.
    fn links_in(&self, block: &Block) -> Result<Vec<Link>, Fault> {
        let mut history = self.history.clone();
        let records = self.records(block);
        records.iter().for_each(|record| history.push(&record.to_bytes()));
        let last = acts(block, &records)
            .filter(|((_, act), _)| act.writer().is_some())
            .last()
            .map(|(_, (call, record))| (call.clone(), record.clone()));
        let writer = last.or_else(|| self.writer.clone());
        let Some((call, record)) = writer else { return Ok(Vec::new()) };
        let is_before = |(_, set): &&(SignedCall, Record)| set.effect.seq < record.effect.seq;
        let profile = self.profile.iter().filter(is_before).map(|(call, record)| (call, record));
        profile.chain([(&call, &record)]).map(|(call, record)| link(&history, call, record)).collect()
    }

    /// The bundle of one block, which runs without anything else.
    fn reproduction(&mut self, part: &Part) -> Step<Vec<u8>> {
        let fault = |fault: Fault| of_replay(fault.into(), None);
        let profile = self.chain.profile_of(&part.block);
        let witness = self.fold.witness(&mut self.rerun, &part.block, profile);
        let witness = witness.map_err(|e| of_replay(e, None))?;
        let start = match self.chain.header() {
            None => None,
            Some(header) => Some(self.start(header).map_err(fault)?),
        };
        let write = || -> std::io::Result<Vec<u8>> {
            let to = part.block.header.height;
            let mut writer = BundleWriter::new(Vec::new(), &self.genesis, start.as_ref(), to)?;
            for wasm in self.programs.values() {
                writer.program(wasm)?;
            }
            writer.block(&part.block, part.commitment.as_ref(), Some(&Bytes(witness.to_bytes())))?;
            writer.finish()
        };
        write().map_err(|error| fault(Fault::host(error)))
    }

    fn start(&self, header: &Header) -> Result<Start, Fault> {
        let mut acts: Vec<_> = self.profile.iter().chain(&self.writer).chain(&self.program).collect();
        acts.sort_by_key(|(_, record)| record.effect.seq);
        let links = acts.into_iter().map(|(call, record)| link(&self.history, call, record));
        Ok(Start {
            header: *header,
            peaks: self.chain.history().peaks().to_vec(),
            links: links.collect::<Result<_, _>>()?,
        })
    }
}

fn link(history: &History, call: &SignedCall, record: &Record) -> Result<Link, Fault> {
    let path = history.path(record.effect.seq, history.size());
    let lost = || Fault::host("a record that was folded is not in the history");
    path.map(|path| Link::new(call, record, path)).ok_or_else(lost)
}

/// The acts of a block, each with its call and record.
fn acts<'a>(
    block: &'a Block,
    records: &'a [Record],
) -> impl Iterator<Item = ((u64, Act), (&'a SignedCall, &'a Record))> {
    let at = move |seq: u64| usize::try_from(seq - block.header.first_seq).ok();
    block.acts().into_iter().filter_map(move |(seq, act)| {
        let index = at(seq)?;
        Some(((seq, act), (&block.entries.get(index)?.call, records.get(index)?)))
    })
}

/// The first record that is another one, but for where its block puts it.
fn first_difference(records: &[Vec<Record>; 2]) -> Option<u64> {
    let [a, b] = records;
    let same = |a: &Record, b: &Record| a.effect == b.effect && a.fuel == b.fuel;
    let differs = a.iter().zip(b).find(|(a, b)| !same(a, b)).map(|(a, _)| a.effect.seq);
    let end = a.len().min(b.len());
    let longer = || a.get(end).or(b.get(end)).map(|record| record.effect.seq);
    differs.or_else(longer)
}

fn kinds(parts: &[Part; 2], records: &[Vec<Record>; 2]) -> Vec<Kind> {
    let [a, b] = [&parts[0].block, &parts[1].block];
    let (one, other) = (&a.header, &b.header);
    let effects = |of: fn(&Record) -> abi::Hash| {
        records[0].iter().map(of).collect::<Vec<_>>() != records[1].iter().map(of).collect::<Vec<_>>()
    };
    let times = |block: &Block| block.entries.iter().map(|entry| entry.time_ms).collect::<Vec<_>>();
    let is_signed = parts.iter().all(|part| part.commitment.is_some());
    [
        (Kind::Checkpoint, is_signed),
        (Kind::Journal, effects(|record| record.effect.call) || times(a) != times(b)),
        (Kind::Receipt, records[0] != records[1]),
        (Kind::Execution, one.execution_root != other.execution_root),
        (Kind::StateRoot, one.root_after != other.root_after),
        (Kind::Continuity, one.previous != other.previous || one.epoch != other.epoch),
    ]
    .into_iter()
    .filter_map(|(kind, differs)| differs.then_some(kind))
    .collect()
}

/// The keys to which two blocks write otherwise; none where it is erased what one of them wrote.
fn differing_keys(a: &Block, b: &Block) -> Vec<Vec<u8>> {
    if a.is_erased() || b.is_erased() {
        return Vec::new();
    }
    let missing = |one: &Block, other: &Block| -> Vec<Vec<u8>> {
        let written = one.diff.iter();
        written
            .filter(|(key, value)| other.diff.get(key) != Some(*value))
            .map(|(key, _)| key.to_vec())
            .collect()
    };
    let mut keys = [missing(a, b), missing(b, a)].concat();
    keys.sort();
    keys.dedup();
    keys
}
