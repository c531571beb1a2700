//! One attack, and the table of all.

use std::fs;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

/// Whether what takes long is to run.
pub(crate) fn soak() -> bool {
    std::env::var_os("FOIL_SOAK").is_some_and(|value| value == "1")
}

/// An attack, which says what it came to or panics.
pub(crate) struct Attack {
    name: String,
    run: Box<dyn FnOnce() -> String + std::panic::UnwindSafe>,
    limit: Duration,
}

/// What an attack came to.
#[derive(Debug)]
pub(crate) struct Row {
    name: String,
    ended: Result<String, String>,
    took: Duration,
    limit: Duration,
    /// The most memory that the process had while it ran, in KiB.
    peak_kib: u64,
}

/// More memory than the process may have in any attack, in KiB.
const PEAK_KIB_MAX: u64 = 2 << 20;

impl Attack {
    /// An attack that is over in a minute: all engines together, two of which interpret.
    pub(crate) fn new(
        name: impl Into<String>,
        run: impl FnOnce() -> String + std::panic::UnwindSafe + 'static,
    ) -> Attack {
        Attack { name: name.into(), run: Box::new(run), limit: Duration::from_secs(60) }
    }

    /// The same, to be over in so many seconds.
    pub(crate) fn within(self, seconds: u64) -> Attack {
        Attack { limit: Duration::from_secs(seconds), ..self }
    }

    pub(crate) fn run(self) -> Row {
        // From here on the peak is this attack's, where the kernel can forget the one before.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let begun = Instant::now();
        let ended = catch_unwind(self.run).map_err(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
        });
        let took = begun.elapsed();
        Row { name: self.name, ended, took, limit: self.limit, peak_kib: peak_kib() }
    }
}

impl Row {
    pub(crate) fn failed(&self) -> bool {
        self.ended.is_err() || self.took > self.limit || self.peak_kib > PEAK_KIB_MAX
    }
}

/// The most memory that this process had, in KiB.
pub(crate) fn peak_kib() -> u64 {
    status_kib("VmHWM:")
}

/// The memory that this process has, in KiB.
pub(crate) fn resident_kib() -> u64 {
    status_kib("VmRSS:")
}

fn status_kib(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// All rows.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut text = format!("{:44}{:>10}{:>10}  ended", "attack", "seconds", "peak MiB");
    for row in rows {
        let ended = match (&row.ended, row.failed()) {
            (Ok(ended), false) => ended.clone(),
            (Ok(ended), true) => format!("TOO LONG OR LARGE: {ended}"),
            (Err(why), _) => format!("FAILED: {}", why.lines().next().unwrap_or_default()),
        };
        let (seconds, mib) = (row.took.as_secs_f64(), row.peak_kib >> 10);
        text += &format!("\n{:44}{seconds:>10.3}{mib:>10}  {ended}", row.name);
    }
    let ended = rows.iter().filter(|row| !row.failed()).count();
    format!("{text}\n{ended} of {} attacks ended as they must", rows.len())
}
