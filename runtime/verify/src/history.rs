//! A history, verified from whatever it comes in, as deep as was asked for.

use crate::anchor::Anchor;
use crate::checker::Checker;
use crate::erased::Erasures;
use crate::exit::Exit;
use crate::receipt::conclude;
use crate::report::{Report, Verdict};
use crate::source::{BundleSource, Part, Preface, Source, Step, invalid_at};
use abi::Coded;
use journal::{Chain, CheckpointFile};
use std::io::Read;

/// How deep to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Execution {
    /// Headers and the signatures over them.
    Headers,
    /// All of the history, without running a call.
    #[default]
    Off,
    /// All of it, and every call run again by an engine, over a state that is held in memory.
    #[cfg(feature = "execute")]
    By(kernel::Engine),
    /// The same over the witness that came with each block: no state is held.
    #[cfg(feature = "execute")]
    Witnessed(kernel::Engine),
}

/// How to verify a history.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// How deep to look.
    pub execution: Execution,
    /// A checkpoint up to which the state is taken from the blocks' own writes, held to its root: calls are
    /// run from there on.
    pub from: Option<CheckpointFile>,
    /// How many workers run calls, side by side.
    pub jobs: usize,
}

impl Plan {
    /// One worker, from the start.
    pub fn of(execution: Execution) -> Plan {
        Plan { execution, from: None, jobs: 1 }
    }

    /// Whether calls are run.
    pub fn executes(&self) -> bool {
        !matches!(self.execution, Execution::Off | Execution::Headers)
    }
}

/// Verifies a bundle. `progress` hears the number of records verified so far.
pub fn verify_bundle(
    input: impl Read,
    anchor: &Anchor,
    plan: &Plan,
    progress: &mut dyn FnMut(u64),
) -> Report {
    verify_history(&mut BundleSource::new(input, plan.executes()), anchor, plan, progress)
}

/// Verifies a history: the chain, every signature and digest, and as much of the execution as `plan` says.
pub fn verify_history(
    source: &mut dyn Source,
    anchor: &Anchor,
    plan: &Plan,
    progress: &mut dyn FnMut(u64),
) -> Report {
    let mut report = Report::new(source.kind());
    let verdict = start(source, anchor, plan, &mut report)
        .and_then(|checker| run(source, checker, anchor, plan, &mut report, progress));
    match verdict {
        Ok(()) => conclude(report, anchor),
        Err(verdict) => report.end(*verdict),
    }
}

/// Reads what stands before the first block, and holds it to the anchor.
fn start(source: &mut dyn Source, anchor: &Anchor, plan: &Plan, report: &mut Report) -> Step<Checker> {
    let Preface { genesis, start, programs, .. } = source.preface()?;
    genesis
        .check()
        .map_err(|error| Box::new(Verdict::new(Exit::Invalid, error.code(), error.to_string())))?;
    report.fact("shard", genesis.id().to_string());
    report.fact("origin", genesis.origin.clone());
    anchor.holds(&genesis).map_err(|reason| {
        let verdict = Verdict::new(Exit::Invalid, 6001, reason);
        Box::new(Verdict { offset: source.offset(), ..verdict })
    })?;
    let empty = state::empty_root();
    let chain = match &start {
        None => Chain::new(&genesis, empty),
        Some(start) => Chain::start(&genesis, start, empty),
    };
    let chain = chain.map_err(|error| invalid_at(error, source.offset()))?;
    if let Some(start) = &start {
        report.fact("from", start.header.height + 1);
        report.unchecked.push("idempotency keys used before the first block");
    }
    Checker::new(chain, start.is_some(), programs, plan, report)
}

fn run(
    source: &mut dyn Source,
    mut checker: Checker,
    anchor: &Anchor,
    plan: &Plan,
    report: &mut Report,
    progress: &mut dyn FnMut(u64),
) -> Step<()> {
    let (mut is_certified, mut erasures) = (false, Erasures::default());
    loop {
        let part = match source.next() {
            Ok(Some(part)) => part,
            Ok(None) => break,
            // What a worker has found in an earlier block comes first.
            Err(verdict) => return Err(checker.earlier(verdict)),
        };
        is_certified = part.commitment.is_some();
        let (height, erased) = (part.block.header.height, part.block.erased().collect());
        let executed = checker.part(part, source.offset())?;
        erasures.note(height, erased, executed);
        progress(checker.chain().header().map_or(0, |header| header.history_size));
    }
    let checker = checker.finish()?;
    let chain = &checker;
    let last = chain
        .header()
        .copied()
        .ok_or_else(|| Box::new(Verdict::new(Exit::Invalid, 6006, "the history ends before it begins")))?;
    report.fact("height", last.height);
    report.fact("records", last.history_size);
    report.fact("head", last.history_root.to_string());
    report.fact("root", last.root_after.to_string());
    report.fact("program", chain.program().map(|id| id.to_string()));
    let writer = chain.issuer().key;
    report.fact("writer", writer.to_string());
    erasures.tell(plan, report);
    decided(chain)?;
    if !is_certified {
        report.unchecked.push("the last block's commitment");
        let reason = "the last block is not certified: its commitment is missing";
        return Err(Box::new(Verdict::new(Exit::Unanchored, 6005, reason)));
    }
    report.checked.push("head signature");
    anchor.trusts(&writer).map_err(|reason| Box::new(Verdict::new(Exit::Invalid, 6001, reason)))
}

/// Whether the authority has decided what is erased.
fn decided(chain: &Chain) -> Step<()> {
    let Some(seq) = chain.undecided().next() else { return Ok(()) };
    let count = chain.undecided().count();
    let reason = format!("calls are erased, and no act in what was given has decided it: calls={count}");
    let verdict = Verdict::new(Exit::CannotJudge, 6016, reason);
    Err(Box::new(Verdict { seq: Some(seq), ..verdict }))
}

/// Checks the commitment that came with a block which the chain has just accepted.
pub(crate) fn certified(chain: &Chain, part: &Part, offset: Option<u64>) -> Step<()> {
    let commitment = part.commitment.as_ref();
    commitment
        .map_or(Ok(()), |commitment| chain.commitment(commitment))
        .map_err(|error| invalid_at(error, offset))
}
