//! What native tests did, written down for `foil test`, which does it again on wasm.
//!
//! Where the environment variable `FOIL_TRACE` names a folder, each [`Host`](crate::test::Host) writes a file there, a
//! line for everything that it was asked, of fields with tabs between; bytes are in hexadecimal:
//!
//! ```text
//! counterfoil trace 1
//! host   PROGRAM'S NAME   TEST     GENESIS  PROGRAM'S ID
//! call   TIME_MS  CALL    OUTCOME  OUTPUT   DIFF  EFFECT'S HASH
//! query  TIME_MS  CALLER  METHOD   ARGS     OUTCOME  OUTPUT
//! ```
#![allow(clippy::disallowed_methods, reason = "native tests may read the environment and write files")]

use abi::call::{Call, Caller};
use abi::codec::Encode;
use abi::effect::{Effect, Execution};
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::outcome::Outcome;
use alloc::format;
use alloc::string::String;
use core::fmt::Write as _;
use core::sync::atomic::{AtomicU32, Ordering};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// How many hosts of this process have written theirs.
static HOSTS: AtomicU32 = AtomicU32::new(0);

/// The lines of one host, which are written when it is dropped.
pub(crate) struct Trace {
    folder: PathBuf,
    lines: Mutex<String>,
}

impl Trace {
    /// Begins those of a host, if they are wanted.
    pub(crate) fn begin(name: &str, genesis: &Genesis, program: Hash) -> Option<Trace> {
        let folder = PathBuf::from(std::env::var_os("FOIL_TRACE")?);
        let trace = Trace { folder, lines: Mutex::default() };
        let test = std::thread::current();
        let test = test.name().unwrap_or("a thread without a name");
        trace.line(&format!(
            "counterfoil trace 1\nhost\t{name}\t{test}\t{}\t{program}",
            hex(&genesis.to_bytes())
        ));
        Some(trace)
    }

    pub(crate) fn call(&self, call: &Call, time_ms: u64, execution: &Execution, effect: &Effect) {
        let (outcome, output) = outcome(&execution.outcome);
        let (call, diff) = (hex(&call.to_bytes()), hex(&execution.diff.to_bytes()));
        self.line(&format!("call\t{time_ms}\t{call}\t{outcome}\t{output}\t{diff}\t{}", effect.hash()));
    }

    pub(crate) fn query(&self, time_ms: u64, caller: &Caller, method: &str, args: &[u8], came: &Outcome) {
        let (outcome, output) = outcome(came);
        let (caller, args) = (hex(&caller.to_bytes()), hex(args));
        self.line(&format!("query\t{time_ms}\t{caller}\t{method}\t{args}\t{outcome}\t{output}"));
    }

    fn line(&self, line: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_str(line);
        lines.push('\n');
    }
}

/// A clone of a host goes on by itself, and has been through the same.
impl Clone for Trace {
    fn clone(&self) -> Trace {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Trace { folder: self.folder.clone(), lines: Mutex::new(lines) }
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        let name = format!("{}-{}.trace", std::process::id(), HOSTS.fetch_add(1, Ordering::Relaxed));
        let lines = self.lines.get_mut().unwrap_or_else(PoisonError::into_inner);
        // What is not written down is not compared, which `foil test` tells from how many there are.
        _ = std::fs::write(self.folder.join(name), lines);
    }
}

fn outcome(outcome: &Outcome) -> (u8, String) {
    (outcome.code(), hex(outcome.output()))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}
