//! The time that this thread was given by the machine: what others were given meanwhile does not count.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// When something began.
pub(crate) struct Clock(Duration);

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock(now())
    }

    /// The time since then.
    pub(crate) fn elapsed(&self) -> Duration {
        now().saturating_sub(self.0)
    }
}

fn now() -> Duration {
    // The clock of a thread never stands before its start.
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or(Duration::ZERO)
}
