//! Calls that fail on the way.

use super::{Host, Reply};
use abi::outcome::Trap;

impl Host {
    /// Has the next call run out of fuel at its host call `step`, from 0; one that makes fewer is not touched.
    ///
    /// It shows what the failure of a call leaves: nothing. An engine may run out of fuel between host calls, too, and
    /// that leaves no more.
    pub fn failing_at(&mut self, step: u64) -> &mut Host {
        self.steps = Some(step);
        self
    }

    /// Runs the one call that `act` makes as often as it makes host calls, out of fuel at each of them in turn, and
    /// then to its end: what that came to, and that alone is kept.
    ///
    /// # Panics
    ///
    /// If a call that failed has changed anything: the state, or what a program keeps outside of it, so that the same
    /// call after it comes to something else.
    pub fn at_every_step(&mut self, act: impl Fn(&mut Host) -> Reply) -> Reply {
        let whole = act(&mut self.clone());
        for step in 0.. {
            let mut host = self.clone();
            let reply = act(host.failing_at(step));
            assert_eq!(host.seq, self.seq + 1, "the test makes one call");
            if reply.trapped() != Some(Trap::OutOfFuel) {
                break;
            }
            let is_nothing = reply.diff.is_empty() && reply.events.is_empty() && reply.messages.is_empty();
            assert!(
                is_nothing && host.state == self.state,
                "out of fuel at step {step}, and something changed"
            );
            let again = act(&mut self.clone());
            assert_eq!(again, whole, "out of fuel at step {step}, and the next call is another");
        }
        act(self)
    }
}
