//! What checks the blocks of a history, as deep as was asked for.

use crate::history::{Execution, Plan, certified};
use crate::report::Report;
use crate::source::{Part, Programs, Step, invalid_at};
use journal::Chain;

#[cfg(feature = "execute")]
use crate::execute::{Alone, Witnessed};
#[cfg(feature = "execute")]
use crate::parallel::Parallel;

/// Checks blocks in order.
pub(crate) enum Checker {
    /// By their headers.
    Headers(Box<Chain>),
    /// All that can be known without running a call.
    History(Box<Chain>),
    /// By running every call.
    #[cfg(feature = "execute")]
    Alone(Box<Alone>),
    /// By running every call, several blocks at a time.
    #[cfg(feature = "execute")]
    Parallel(Box<Parallel>),
    /// By running every call on the witness that came along.
    #[cfg(feature = "execute")]
    Witnessed(Box<Witnessed>),
}

impl Checker {
    /// What `plan` asks for, after the start of a history; notes what it will have checked.
    pub(crate) fn new(
        chain: Chain,
        in_middle: bool,
        programs: Programs,
        plan: &Plan,
        report: &mut Report,
    ) -> Step<Checker> {
        let chain = Box::new(chain);
        report.checked.extend(["canonical bytes", "chain of headers"]);
        if plan.execution == Execution::Headers {
            report.unchecked.extend(["history tree", "call signatures", "execution"]);
            return Ok(Checker::Headers(chain));
        }
        report.checked.extend(["history tree", "call signatures"]);
        match plan.execution {
            #[cfg(feature = "execute")]
            Execution::By(engine) if !in_middle => {
                report.fact("engine", engine.to_string());
                match (&plan.from, plan.jobs) {
                    (None, 2..) => Parallel::new(*chain, programs, engine, plan.jobs, report)
                        .map(|parallel| Checker::Parallel(Box::new(parallel))),
                    _ => Alone::new(*chain, programs, engine, plan.from.as_ref(), report)
                        .map(|alone| Checker::Alone(Box::new(alone))),
                }
            }
            // Who begins in the middle has no state but what comes with the blocks.
            #[cfg(feature = "execute")]
            Execution::By(engine) | Execution::Witnessed(engine) => {
                report.fact("engine", engine.to_string());
                Witnessed::new(*chain, programs, engine, report)
                    .map(|witnessed| Checker::Witnessed(Box::new(witnessed)))
            }
            _ => {
                let _ = (in_middle, programs);
                report.unchecked.push("execution");
                Ok(Checker::History(chain))
            }
        }
    }

    /// Checks the next block; whether its calls are run.
    pub(crate) fn part(&mut self, part: Part, offset: Option<u64>) -> Step<bool> {
        match self {
            Checker::Headers(chain) => {
                chain.follow(&part.block).map_err(|error| invalid_at(error, offset))?;
                certified(chain, &part, offset).map(|()| false)
            }
            Checker::History(chain) => {
                chain.block(&part.block).map_err(|error| invalid_at(error, offset))?;
                certified(chain, &part, offset).map(|()| false)
            }
            #[cfg(feature = "execute")]
            Checker::Alone(alone) => alone.part(&part, offset),
            #[cfg(feature = "execute")]
            Checker::Parallel(parallel) => parallel.part(part, offset),
            #[cfg(feature = "execute")]
            Checker::Witnessed(witnessed) => witnessed.part(&part, offset),
        }
    }

    /// The history so far.
    pub(crate) fn chain(&self) -> &Chain {
        match self {
            Checker::Headers(chain) | Checker::History(chain) => chain,
            #[cfg(feature = "execute")]
            Checker::Alone(alone) => alone.chain(),
            #[cfg(feature = "execute")]
            Checker::Parallel(parallel) => parallel.chain(),
            #[cfg(feature = "execute")]
            Checker::Witnessed(witnessed) => witnessed.chain(),
        }
    }

    /// The verdict that comes first in the history: `later`, found by reading on, or one of an earlier block
    /// that is still being worked on.
    pub(crate) fn earlier(self, later: Box<crate::report::Verdict>) -> Box<crate::report::Verdict> {
        match self {
            #[cfg(feature = "execute")]
            Checker::Parallel(parallel) => parallel.finish().err().unwrap_or(later),
            _ => later,
        }
    }

    /// The whole history, once every block is checked.
    pub(crate) fn finish(self) -> Step<Chain> {
        match self {
            Checker::Headers(chain) | Checker::History(chain) => Ok(*chain),
            #[cfg(feature = "execute")]
            Checker::Alone(alone) => alone.finish(),
            #[cfg(feature = "execute")]
            Checker::Parallel(parallel) => parallel.finish(),
            #[cfg(feature = "execute")]
            Checker::Witnessed(witnessed) => Ok(witnessed.finish()),
        }
    }
}
