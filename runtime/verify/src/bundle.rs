//! A bundle: a history with all it needs to be verified.

use crate::anchor::Anchor;
use crate::exit::Exit;
use crate::receipt::conclude;
use crate::report::{Report, Verdict};
use abi::Coded;
use abi::genesis::Genesis;
use abi::hash::PROGRAM;
use abi::id::Hash;
use journal::{Block, BundleError, BundleReader, Chain, Commitment, Invalid, Item, Reason};
use std::collections::BTreeMap;
use std::io::Read;

/// What runs every call again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Execution {
    /// Nothing: history and signatures are checked alone.
    Off,
    /// An engine.
    #[cfg(feature = "execute")]
    By(kernel::Engine),
}

/// Verifies a bundle from genesis: the chain, every signature and digest, and every call by running it
/// again, where `execution` is on. `progress` hears the number of records verified so far.
pub fn verify_bundle(
    input: impl Read,
    anchor: &Anchor,
    execution: Execution,
    progress: &mut dyn FnMut(u64),
) -> Report {
    let mut report = Report::new("bundle");
    let verdict = Verification::start(input, anchor, execution, &mut report)
        .and_then(|verification| verification.run(anchor, &mut report, progress));
    match verdict {
        Ok(()) => conclude(report, anchor),
        Err(verdict) => report.end(*verdict),
    }
}

/// Most bytes of programs that a verifier holds.
const PROGRAMS_BYTES_MAX: usize = 256 << 20;

/// Raw wasm by its digest.
type Programs = BTreeMap<Hash, Vec<u8>>;

/// Boxed: verdicts are large and rare.
type Step<T> = Result<T, Box<Verdict>>;

/// What checks blocks: history alone, or history and execution.
enum Checker {
    History(Box<Chain>),
    #[cfg(feature = "execute")]
    Execution(Box<kernel::Replayer>),
}

struct Verification<R: Read> {
    reader: BundleReader<R>,
    checker: Checker,
    /// The item after the programs.
    pending: Option<Item>,
}

impl<R: Read> Verification<R> {
    /// Reads what stands before the first block.
    fn start(input: R, anchor: &Anchor, execution: Execution, report: &mut Report) -> Step<Self> {
        let mut reader = BundleReader::new(input);
        let from = match next(&mut reader)? {
            Some(Item::Manifest(manifest)) => manifest.from,
            _ => return Err(ends_early(&reader)),
        };
        let genesis = match next(&mut reader)? {
            Some(Item::Genesis(genesis)) => genesis,
            _ => return Err(ends_early(&reader)),
        };
        genesis
            .check()
            .map_err(|error| Box::new(Verdict::new(Exit::Invalid, error.code(), error.to_string())))?;
        report.fact("shard", genesis.id().to_string());
        report.fact("origin", genesis.origin.clone());
        anchor.holds(&genesis).map_err(|reason| {
            let verdict = Verdict::new(Exit::Invalid, 6001, reason);
            Box::new(Verdict { offset: Some(reader.offset()), ..verdict })
        })?;
        if from != 1 {
            let verdict = Verdict::new(Exit::CannotJudge, 6004, "the bundle does not start at genesis");
            return Err(Box::new(Verdict { height: Some(from), ..verdict }));
        }
        let (programs, pending) = programs(&mut reader, execution != Execution::Off)?;
        let checker = checker(&genesis, programs, execution, report)?;
        Ok(Verification { reader, checker, pending })
    }

    fn run(mut self, anchor: &Anchor, report: &mut Report, progress: &mut dyn FnMut(u64)) -> Step<()> {
        let mut item = self.pending.take();
        let trailer = loop {
            match item {
                Some(Item::Block { block, commitment, .. }) => {
                    self.block(&block, commitment.as_ref())?;
                    progress(self.chain().history().size());
                }
                Some(Item::Trailer(trailer)) => break trailer,
                _ => return Err(ends_early(&self.reader)),
            }
            item = next(&mut self.reader)?;
        };
        // The reader has nothing after the trailer, or says so.
        next(&mut self.reader)?;
        let last = self.chain().header().cloned().ok_or_else(|| ends_early(&self.reader))?;
        report.fact("height", last.height);
        report.fact("records", last.history_size);
        report.fact("head", last.history_root.to_string());
        report.fact("root", last.root_after.to_string());
        report.fact("program", self.chain().program().map(|id| id.to_string()));
        report.checked.extend(["canonical bytes", "chain of headers", "history tree", "call signatures"]);
        match &self.checker {
            Checker::History(_) => report.unchecked.push("execution"),
            #[cfg(feature = "execute")]
            Checker::Execution(_) => report.checked.push("every call re-executed"),
        }
        if trailer.commitment.is_none() {
            report.unchecked.push("the last block's commitment");
            let reason = "the last block is not certified: its commitment is missing";
            return Err(Box::new(Verdict::new(Exit::Unanchored, 6005, reason)));
        }
        report.checked.push("head signature");
        let writer = self.chain().issuer().key;
        report.fact("writer", writer.to_string());
        anchor.trusts(&writer).map_err(|reason| Box::new(Verdict::new(Exit::Invalid, 6001, reason)))?;
        Ok(())
    }

    fn block(&mut self, block: &Block, commitment: Option<&Commitment>) -> Step<()> {
        let offset = self.reader.offset();
        match &mut self.checker {
            Checker::History(chain) => {
                chain.block(block).map_err(|error| at(error, offset))?;
            }
            #[cfg(feature = "execute")]
            Checker::Execution(replayer) => {
                replayer.block(block).map_err(|error| of_replay(error, offset))?
            }
        }
        commitment
            .map_or(Ok(()), |commitment| self.chain().commitment(commitment))
            .map_err(|error| at(error, offset))
    }

    fn chain(&self) -> &Chain {
        match &self.checker {
            Checker::History(chain) => chain,
            #[cfg(feature = "execute")]
            Checker::Execution(replayer) => replayer.chain(),
        }
    }
}

/// The programs of a bundle, kept where they are to run, and the item after them.
fn programs<R: Read>(reader: &mut BundleReader<R>, execute: bool) -> Step<(Programs, Option<Item>)> {
    let mut programs = BTreeMap::new();
    let mut bytes = 0;
    loop {
        match next(reader)? {
            Some(Item::Program(wasm)) if execute => {
                bytes += wasm.len();
                if bytes > PROGRAMS_BYTES_MAX {
                    let reason = format!("the bundle's programs are too large: max={PROGRAMS_BYTES_MAX}");
                    let verdict = Verdict::new(Exit::CannotJudge, 6008, reason);
                    return Err(Box::new(Verdict { offset: Some(reader.offset()), ..verdict }));
                }
                programs.insert(PROGRAM.hash(&wasm), wasm);
            }
            Some(Item::Program(_)) => {}
            other => return Ok((programs, other)),
        }
    }
}

fn checker(
    genesis: &Genesis,
    programs: Programs,
    execution: Execution,
    report: &mut Report,
) -> Step<Checker> {
    #[cfg(feature = "execute")]
    if let Execution::By(engine) = execution {
        report.fact("engine", engine.to_string());
        let replayer = kernel::Replayer::new(genesis, Box::new(programs), engine);
        let replayer = replayer.map_err(|error| of_replay(error, 0))?;
        return Ok(Checker::Execution(Box::new(replayer)));
    }
    #[cfg(not(feature = "execute"))]
    let _ = (execution, programs, report);
    let chain = Chain::new(genesis, state::empty_root()).map_err(|error| at(error, 0))?;
    Ok(Checker::History(Box::new(chain)))
}

fn next<R: Read>(reader: &mut BundleReader<R>) -> Step<Option<Item>> {
    reader.next().transpose().map_err(|error| match error {
        BundleError::Invalid(invalid) => at(invalid, reader.offset()),
        BundleError::Io { offset, .. } => {
            let verdict = Verdict::new(Exit::Io, error.code(), error.to_string());
            Box::new(Verdict { offset: Some(offset), ..verdict })
        }
    })
}

fn ends_early<R: Read>(reader: &BundleReader<R>) -> Box<Verdict> {
    let verdict = Verdict::new(Exit::Invalid, 6006, "the bundle ends early");
    Box::new(Verdict { offset: Some(reader.offset()), ..verdict })
}

fn at(error: Invalid, offset: u64) -> Box<Verdict> {
    let exit = if error.reason == Reason::Profile { Exit::CannotJudge } else { Exit::Invalid };
    let mut verdict = Verdict::new(exit, error.code(), error.to_string());
    (verdict.height, verdict.seq, verdict.offset) = (error.height, error.seq, error.offset.or(Some(offset)));
    Box::new(verdict)
}

#[cfg(feature = "execute")]
fn of_replay(error: kernel::ReplayError, offset: u64) -> Box<Verdict> {
    use kernel::ReplayError;
    let mut verdict = Verdict::new(Exit::of_replay(&error), error.code(), error.to_string());
    verdict.offset = Some(offset);
    match error {
        ReplayError::Invalid(error) => return at(error, offset),
        ReplayError::Diverged(divergence) => {
            (verdict.height, verdict.seq) = (Some(divergence.height), divergence.seq);
        }
        ReplayError::MissingProgram { height, .. } | ReplayError::Inadmissible { height, .. } => {
            verdict.height = Some(height);
        }
        ReplayError::UnknownProfile(_) | ReplayError::Fault(_) => {}
    }
    Box::new(verdict)
}
