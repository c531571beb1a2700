//! Which operators run equally often, so that they can be paid for at once.
//!
//! A *region* is a set of operators that all run whenever the first of them does, unless the call ends
//! early; its whole price is charged before its first operator. Straight-line code is one region; so is
//! what stands before a block and what stands after it, where no branch leaves the block for anywhere but
//! its own end: every way through the block meets again.
//!
//! A small region is paid for together with the one that it always follows, though it may not run every time:
//! what a region takes over costs at most as much as the region itself, so that never more than twice the
//! price of what runs is charged, and it saves half of the charges. A loop's body is never taken over.
//!
//! Code that can never run (what follows a branch, up to the end of its block) is found on the way. It is
//! not emitted, and costs nothing.

use super::body::{Body, Op};
use super::cost::cost;
use crate::AdmitError;
use wasmparser::Operator;

/// What is charged where.
pub(super) struct Regions {
    /// For each operator, what is charged before it.
    pub(super) charges: Vec<u64>,
    /// For each operator, whether it can never run.
    pub(super) dead: Vec<bool>,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Block,
    Loop,
    /// An `if` without its `else`, so far.
    If,
    Else,
}

/// Operators that run equally often.
struct Region {
    /// The operator that begins it.
    at: usize,
    price: u64,
    /// A region that always runs before this one, as often or more often.
    follows: Option<usize>,
}

/// A block that is open.
struct Frame {
    kind: Kind,
    /// The region before the block.
    before: usize,
    /// The outermost frame that a branch inside goes to.
    reach: usize,
    /// Whether a branch goes to its label.
    is_target: bool,
    /// Whether any way leads into its second half, or past its end, without running into it.
    is_skippable: bool,
}

struct Walk {
    frames: Vec<Frame>,
    regions: Vec<Region>,
    /// The region that is open.
    region: usize,
    /// For each operator, whether it can never run.
    unreachable: Vec<bool>,
    /// Blocks opened inside dead code; `None` where code is alive.
    dead: Option<usize>,
}

/// Finds the regions of a body; entering it costs `entry`.
pub(super) fn regions(body: &Body<'_>, entry: u64) -> Result<Regions, AdmitError> {
    let mut walk = Walk {
        frames: Vec::new(),
        regions: vec![Region { at: 0, price: entry, follows: None }],
        region: 0,
        unreachable: vec![false; body.ops.len()],
        dead: None,
    };
    walk.open(Kind::Block);
    for (at, op) in body.ops.iter().enumerate() {
        walk.step(at, op)?;
    }
    assert!(walk.frames.is_empty(), "a valid body closes every block");
    Ok(walk.finish())
}

impl Walk {
    fn step(&mut self, at: usize, op: &Op<'_>) -> Result<(), AdmitError> {
        if let Some(depth) = self.dead {
            self.unreachable[at] = true;
            match &op.operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    self.dead = Some(depth + 1);
                }
                Operator::End if depth > 0 => self.dead = Some(depth - 1),
                Operator::End => self.end(at),
                Operator::Else if depth == 0 => self.second_half(at),
                _ => {}
            }
            return Ok(());
        }
        let unknown = || AdmitError::Operator { offset: op.bytes.start, name: "of a feature that is off" };
        self.regions[self.region].price += cost(&op.operator).ok_or_else(unknown)?;
        match &op.operator {
            Operator::Block { .. } => self.open(Kind::Block),
            Operator::Loop { .. } => {
                self.open(Kind::Loop);
                self.begin(at, None);
            }
            Operator::If { .. } => {
                self.open(Kind::If);
                self.begin(at, Some(self.region));
            }
            Operator::Else => self.second_half(at),
            Operator::End => self.end(at),
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth);
                self.dead = Some(0);
            }
            Operator::BrIf { relative_depth } => {
                self.branch(*relative_depth);
                self.begin(at, Some(self.region));
            }
            Operator::BrTable { targets } => {
                for target in targets.targets() {
                    self.branch(target?);
                }
                self.branch(targets.default());
                self.dead = Some(0);
            }
            Operator::Return => {
                self.reach(0);
                self.frames[0].is_target = true;
                self.dead = Some(0);
            }
            Operator::Unreachable => self.dead = Some(0),
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind) {
        let (before, reach) = (self.region, self.frames.len());
        self.frames.push(Frame { kind, before, reach, is_target: false, is_skippable: kind == Kind::If });
    }

    fn branch(&mut self, depth: u32) {
        let target = self.frames.len() - 1 - depth as usize;
        self.frames[target].is_target = true;
        self.reach(target);
    }

    /// A branch leaves every frame above `target`.
    fn reach(&mut self, target: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.reach = frame.reach.min(target);
        }
    }

    /// From the first half of an `if` to its second.
    fn second_half(&mut self, at: usize) {
        let mut before = None;
        if let Some(frame) = self.frames.last_mut() {
            before = Some(frame.before);
            // The first half ran to its end: its code jumps over the second.
            frame.is_target |= self.dead.is_none();
            frame.kind = Kind::Else;
            frame.is_skippable = false;
        }
        self.unreachable[at] = false;
        self.dead = None;
        self.begin(at, before);
    }

    fn end(&mut self, at: usize) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let depth = self.frames.len();
        self.unreachable[at] = false;
        let joins = frame.kind != Kind::Loop && (frame.is_target || frame.is_skippable);
        let runs_into = self.dead.is_none();
        self.dead = if joins || runs_into { None } else { Some(0) };
        if frame.reach >= depth {
            self.region = frame.before;
        } else if joins || frame.kind == Kind::Else {
            self.begin(at, Some(frame.before));
        }
        self.reach(frame.reach);
    }

    /// Begins a region behind the operator `at`.
    fn begin(&mut self, at: usize, follows: Option<usize>) {
        self.region = self.regions.len();
        self.regions.push(Region { at: at + 1, price: 0, follows });
    }

    /// Hands small regions over to those they follow, and says what is charged where.
    fn finish(mut self) -> Regions {
        let mut taken_over = vec![0; self.regions.len()];
        for index in (0..self.regions.len()).rev() {
            let Region { price, follows, .. } = self.regions[index];
            let whole = price + taken_over[index];
            let room = |to: &usize| taken_over[*to] + whole <= self.regions[*to].price;
            if let Some(to) = follows.filter(room) {
                taken_over[to] += whole;
                taken_over[index] = 0;
                self.regions[index].price = 0;
            }
        }
        let mut charges = vec![0; self.unreachable.len() + 1];
        for (region, taken_over) in self.regions.iter().zip(taken_over) {
            charges[region.at] += region.price + taken_over;
        }
        Regions { charges, dead: self.unreachable }
    }
}

#[cfg(test)]
mod tests;
