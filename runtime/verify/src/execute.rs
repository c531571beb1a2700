//! Blocks checked by running their calls, one after the other.

use crate::exit::Exit;
use crate::history::certified;
use crate::proof::QueryProof;
use crate::report::{Report, Verdict};
use crate::source::{Part, Programs, Step, invalid_at};
use abi::Coded;
use abi::codec::Decode;
use abi::fault::Fault;
use abi::hash::PROGRAM;
use abi::outcome::Outcome;
use abi::profile::Profile;
use abi::record::Record;
use journal::{Block, Chain, CheckpointFile, digests};
use kernel::{Divergence, Engine, Fold, Machine, Question, ReplayError, Rerun, What};
use state::{View, Witness, WitnessState};
use std::sync::Arc;

/// Over a state that is folded from the blocks' writes, each confirmed by the calls, from some height on.
pub(crate) struct Alone {
    chain: Chain,
    rerun: Rerun,
    ground: Ground,
    from: Option<CheckpointFile>,
}

impl Alone {
    pub(crate) fn new(
        chain: Chain,
        programs: Programs,
        engine: Engine,
        from: Option<&CheckpointFile>,
        report: &mut Report,
    ) -> Step<Alone> {
        let rerun = rerun(&chain, programs, engine)?;
        match from {
            None => report.checked.push("every call re-executed"),
            Some(file) => {
                checkpoint(&chain, file)?;
                report.fact("executed_from", file.checkpoint.header.height + 1);
                report.checked.extend(["the checkpoint", "every call after it re-executed"]);
                report.unchecked.push("execution up to the checkpoint");
            }
        }
        Ok(Alone { chain, rerun, ground: Ground::default(), from: from.cloned() })
    }

    /// Checks a block; whether its calls were run.
    pub(crate) fn part(&mut self, part: &Part, offset: Option<u64>) -> Step<bool> {
        let block = &part.block;
        let records = self.chain.block(block).map_err(|error| invalid_at(error, offset))?;
        let trusted = self.from.as_ref().map_or(0, |from| from.checkpoint.header.height);
        let before = self.ground.before(part, offset, |fold| Ok(fold.view()))?;
        let view = before.view().filter(|_| block.header.height > trusted);
        let executed = view.is_some();
        if let Some(view) = view {
            let ran = self.rerun.block(block, &digests(&records), self.chain.profile(), view);
            ran.map_err(|error| of_replay(error, offset))?;
        }
        self.ground.after(block, before, offset)?;
        let is_other = |from: &CheckpointFile| from.checkpoint.header != block.header;
        if block.header.height == trusted && self.from.as_ref().is_some_and(is_other) {
            let reason = "the history does not lead to the checkpoint: another header stands at its height";
            let verdict = Verdict::new(Exit::Invalid, 6010, reason);
            return Err(Box::new(Verdict { height: Some(trusted), offset, ..verdict }));
        }
        certified(&self.chain, part, offset).map(|()| executed)
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn finish(self) -> Step<Chain> {
        match &self.from {
            Some(from) if from.checkpoint.header.height > self.chain.height() => {
                let reason = "the history ends before the checkpoint";
                Err(Box::new(Verdict::new(Exit::CannotJudge, 6011, reason)))
            }
            _ => Ok(self.chain),
        }
    }
}

/// Whether the checkpoint is one of this shard.
fn checkpoint(chain: &Chain, file: &CheckpointFile) -> Step<()> {
    let invalid = |code, reason: String| Box::new(Verdict::new(Exit::Invalid, code, reason));
    if file.shard() != chain.shard() {
        return Err(invalid(6001, format!("the checkpoint is of shard {}", file.shard())));
    }
    let verified = file.checkpoint.verify(&file.genesis);
    verified.map(|_| ()).map_err(|error| invalid(error.code(), format!("the checkpoint: {error}")))
}

/// The state before each block: what the writes of those before it fold to, up to the first that is erased; from
/// there on what a witness shows.
#[derive(Default)]
pub(crate) struct Ground {
    fold: Fold,
}

/// The state before one block.
pub(crate) enum Before {
    Folded(Arc<dyn View>),
    Shown(Arc<WitnessState>),
    Unknown,
}

impl Before {
    /// It, where it is known.
    pub(crate) fn view(&self) -> Option<Arc<dyn View>> {
        match self {
            Before::Folded(view) => Some(view.clone()),
            Before::Shown(state) => Some(state.clone()),
            Before::Unknown => None,
        }
    }
}

impl Ground {
    /// The state before a block, seen through `view` where it is folded.
    pub(crate) fn before(
        &mut self,
        part: &Part,
        offset: Option<u64>,
        view: impl Fn(&Fold) -> Result<Arc<dyn View>, Fault>,
    ) -> Step<Before> {
        let block = &part.block;
        if self.fold.knows(block).is_ok() {
            return view(&self.fold).map(Before::Folded).map_err(|fault| of_replay(fault.into(), offset));
        }
        self.fold.lose(block);
        match &part.witness {
            Some(bytes) if !block.is_erased() => shown(bytes, block, offset).map(Before::Shown),
            _ => Ok(Before::Unknown),
        }
    }

    /// Moves on by a block, whose writes have to lead from the state before it to its root.
    pub(crate) fn after(&mut self, block: &Block, before: Before, offset: Option<u64>) -> Step<()> {
        match before {
            Before::Folded(_) => self.fold.block(block).map_err(|error| of_replay(error, offset)),
            Before::Shown(state) => leads(&state, block, offset),
            Before::Unknown => Ok(()),
        }
    }
}

/// The state that a block's witness shows.
fn shown(bytes: &[u8], block: &Block, offset: Option<u64>) -> Step<Arc<WitnessState>> {
    let header = &block.header;
    let wrong = |code, because: String| {
        let verdict = Verdict::new(Exit::Invalid, code, format!("the witness: {because}"));
        Box::new(Verdict { height: Some(header.height), offset, ..verdict })
    };
    let witness = Witness::from_bytes(bytes).map_err(|error| wrong(error.code(), error.to_string()))?;
    let state = witness.open(&header.root_before).map_err(|error| wrong(error.code(), error.to_string()))?;
    Ok(Arc::new(state))
}

/// Whether a block's writes lead from this state to its root.
fn leads(state: &WitnessState, block: &Block, offset: Option<u64>) -> Step<()> {
    let header = &block.header;
    let computed = state.root_after(&block.diff).map_err(|fault| of_replay(fault.into(), offset))?;
    if computed == header.root_after {
        return Ok(());
    }
    let what = What::Root(header.root_after, computed);
    let divergence = Divergence { height: header.height, seq: None, what };
    Err(of_replay(ReplayError::Diverged(divergence), offset))
}

/// Over the part of the state that came with each block, which leads from its root to the next.
pub(crate) struct Witnessed {
    chain: Chain,
    rerun: Rerun,
}

impl Witnessed {
    pub(crate) fn new(
        chain: Chain,
        programs: Programs,
        engine: Engine,
        report: &mut Report,
    ) -> Step<Witnessed> {
        let rerun = rerun(&chain, programs, engine)?;
        report.checked.push("every call re-executed on its block's witness");
        Ok(Witnessed { chain, rerun })
    }

    /// Checks a block; whether its calls were run.
    pub(crate) fn part(&mut self, part: &Part, offset: Option<u64>) -> Step<bool> {
        let block = &part.block;
        let records = self.chain.block(block).map_err(|error| invalid_at(error, offset))?;
        // Whether this is what the writer signed comes before whether it is right.
        certified(&self.chain, part, offset)?;
        if block.is_erased() {
            return Ok(false);
        }
        let Some(bytes) = &part.witness else {
            let reason = "the block comes without a witness, and the state before it is not known";
            let verdict = Verdict::new(Exit::CannotJudge, 6004, reason);
            return Err(Box::new(Verdict { height: Some(block.header.height), offset, ..verdict }));
        };
        let state = shown(bytes, block, offset)?;
        self.rerun
            .block(block, &digests(&records), self.chain.profile(), state.clone())
            .map_err(|error| of_replay(error, offset))?;
        leads(&state, block, offset).map(|()| true)
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn finish(self) -> Chain {
        self.chain
    }
}

/// What runs the calls of a history.
pub(crate) fn rerun(chain: &Chain, programs: Programs, engine: Engine) -> Step<Rerun> {
    Rerun::new(chain.genesis(), Box::new(programs), engine).map_err(|error| of_replay(error, None))
}

/// The verdict on a history whose replay ended.
pub(crate) fn of_replay(error: ReplayError, offset: Option<u64>) -> Box<Verdict> {
    let mut verdict = Verdict::new(Exit::of_replay(&error), error.code(), error.to_string());
    verdict.offset = offset;
    match error {
        ReplayError::Invalid(error) => return invalid_at(error, offset),
        ReplayError::Diverged(divergence) => {
            (verdict.height, verdict.seq) = (Some(divergence.height), divergence.seq);
        }
        ReplayError::MissingProgram { height, .. }
        | ReplayError::Inadmissible { height, .. }
        | ReplayError::Erased { height, .. } => {
            verdict.height = Some(height);
        }
        ReplayError::Fault(Fault::WitnessIncomplete { .. }) => verdict.exit = Exit::CannotJudge,
        ReplayError::UnknownProfile(_) | ReplayError::Fault(_) => {}
    }
    Box::new(verdict)
}

/// What the query of a proof comes to on the state that is proven.
pub(crate) fn answer(proof: &QueryProof, record: &Record, state: WitnessState) -> Result<Outcome, Verdict> {
    let (wasm, effect) = (proof.program.0.clone(), &record.effect);
    let programs = Programs::from([(PROGRAM.hash(&wasm), wasm)]);
    let failed = |code, reason: String| Verdict::new(Exit::CannotJudge, code, reason);
    let mut machine = Machine::new(Box::new(programs), Engine::default())
        .map_err(|fault| Verdict::new(Exit::Failure, fault.code(), fault.to_string()))?;
    if Profile::of(&effect.profile).is_none() {
        return Err(failed(5203, format!("the profile is unknown: {}", effect.profile)));
    }
    let question = Question {
        shard: effect.shard,
        seq: effect.seq + 1,
        time_ms: effect.time_ms,
        caller: proof.caller.clone(),
        method: proof.method.clone(),
        args: proof.args.0.clone(),
        fuel_max: proof.fuel_max,
    };
    let answer = question.ask(&mut machine, Arc::new(state));
    answer.map(|execution| execution.outcome).map_err(|error| failed(error.code(), error.to_string()))
}
