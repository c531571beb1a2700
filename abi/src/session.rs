//! The host's side of one call: what every host call does, short of moving bytes in and out of a guest's
//! memory.
//!
//! The engine's linker and the native host of the SDK both stand on it, which is why a native run and an
//! engine run have the same effects.
//!
//! # Guarantees
//!
//! - A program reads and writes keys of its own space alone: every key it names is prefixed here.
//! - A call that fails or traps leaves no write and no event.

use crate::call::Caller;
use crate::codec::{Bytes, Encode};
use crate::diff::Diff;
use crate::effect::{Event, Execution};
use crate::fault::Fault;
use crate::hash::RANDOM;
use crate::id::Hash;
use crate::limits::{
    CURSORS_MAX, EVENT_BYTES_MAX, EVENTS_BYTES_MAX, EVENTS_MAX, KEY_BYTES_MAX, LOG_BYTES_MAX, LOGS_BYTES_MAX,
    OUTPUT_BYTES_MAX, RANDOM_BYTES_MAX, VALUE_BYTES_MAX, WRITES_BYTES_MAX, WRITES_MAX,
};
use crate::outcome::{Outcome, Trap};
use crate::view::{Entry, Overlay, Scan, View};
use std::sync::Arc;

/// Whose keys a call reads and writes: the first byte of every key in state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Space {
    /// The `system` program's.
    System = 0,
    /// The shard's program's.
    Program = 1,
}

impl Space {
    /// The key in state of a program's key.
    pub fn key(self, key: &[u8]) -> Vec<u8> {
        let mut full = Vec::with_capacity(key.len() + 1);
        full.push(self as u8);
        full.extend_from_slice(key);
        full
    }

    /// The key before which the space ends.
    pub fn end(self) -> Vec<u8> {
        vec![self as u8 + 1]
    }
}

/// Whether a call may write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A call of history.
    Call,
    /// A question: nothing it does is kept, and writing is a trap.
    Query,
}

/// What a call is told about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Context {
    /// The shard.
    pub shard: Hash,
    /// The call's place in history; for a query, the next place.
    pub seq: u64,
    /// Its logical time, in milliseconds of Unix time.
    pub time_ms: u64,
    /// Who calls.
    pub caller: Caller,
    /// The call's digest, from which its random stream comes.
    pub call: Hash,
}

/// Why a call ended early.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The program said no.
    Failed(Vec<u8>),
    /// The program broke a rule.
    Trapped(Trap),
    /// The machine failed.
    Fault(Fault),
}

impl From<Trap> for Stop {
    fn from(trap: Trap) -> Stop {
        Stop::Trapped(trap)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

/// One call under way.
pub struct Session {
    overlay: Overlay,
    context: Context,
    space: Space,
    mode: Mode,
    input: Vec<u8>,
    answer: Option<Vec<u8>>,
    written_bytes: usize,
    events: Vec<Event>,
    events_bytes: usize,
    cursors: Vec<Cursor>,
    random_at: u64,
    logs: Vec<String>,
    logs_bytes: usize,
}

/// A program's key and its value.
pub type Shown<'a> = (&'a [u8], &'a [u8]);

/// A range that is being read: what is left of it.
struct Cursor {
    from: Vec<u8>,
    to: Vec<u8>,
    reverse: bool,
    next: Option<Entry>,
}

impl Session {
    /// A call with arguments `input` over `view`.
    pub fn new(view: Arc<dyn View>, context: Context, space: Space, mode: Mode, input: Vec<u8>) -> Session {
        Session {
            overlay: Overlay::new(view),
            context,
            space,
            mode,
            input,
            answer: None,
            written_bytes: 0,
            events: Vec::new(),
            events_bytes: 0,
            cursors: Vec::new(),
            random_at: 0,
            logs: Vec::new(),
            logs_bytes: 0,
        }
    }

    /// The call's arguments.
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    /// The canonical bytes of the caller.
    pub fn caller(&self) -> Vec<u8> {
        self.context.caller.to_bytes()
    }

    /// What the call is told about itself.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The value of a program's key.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Stop> {
        Ok(self.overlay.get(&self.full(key)?)?)
    }

    /// Writes a program's key.
    pub fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), Stop> {
        if value.len() > VALUE_BYTES_MAX {
            return Err(Trap::ValueTooLong.into());
        }
        self.write(key, Some(value))
    }

    /// Deletes a program's key.
    pub fn delete(&mut self, key: &[u8]) -> Result<(), Stop> {
        self.write(key, None)
    }

    fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), Stop> {
        self.may_write()?;
        let full = self.full(key)?;
        let bytes = full.len() + value.map_or(0, <[u8]>::len);
        let written_bytes = self.written_bytes + bytes;
        let is_new = self.overlay.writes().get(&full).is_none();
        if written_bytes > WRITES_BYTES_MAX || is_new && self.overlay.writes().len() == WRITES_MAX {
            return Err(Trap::TooManyWrites.into());
        }
        self.written_bytes = written_bytes;
        self.overlay.put(full, value.map(<[u8]>::to_vec));
        Ok(())
    }

    fn may_write(&self) -> Result<(), Stop> {
        match self.mode {
            Mode::Call => Ok(()),
            Mode::Query => Err(Trap::ReadOnly.into()),
        }
    }

    fn full(&self, key: &[u8]) -> Result<Vec<u8>, Stop> {
        match key.len() {
            0 => Err(Trap::BadArgument.into()),
            len if len > KEY_BYTES_MAX => Err(Trap::KeyTooLong.into()),
            _ => Ok(self.space.key(key)),
        }
    }

    /// Opens a cursor over a program's keys `[from, to)`; an empty `to` is the end of its space.
    pub fn scan_open(&mut self, from: &[u8], to: &[u8], reverse: bool) -> Result<u32, Stop> {
        if from.len().max(to.len()) > KEY_BYTES_MAX {
            return Err(Trap::KeyTooLong.into());
        }
        if self.cursors.len() == CURSORS_MAX {
            return Err(Trap::TooManyCursors.into());
        }
        let to = if to.is_empty() { self.space.end() } else { self.space.key(to) };
        self.cursors.push(Cursor { from: self.space.key(from), to, reverse, next: None });
        u32::try_from(self.cursors.len() - 1).map_err(|_| Trap::TooManyCursors.into())
    }

    /// The cursor's next entry, which stays next until [`scan_advance`](Self::scan_advance). The cursor has
    /// then left what stands before it, and is through where there is none: what a call deletes is walked
    /// over once by each cursor, however often it is asked.
    pub fn scan_peek(&mut self, cursor: u32) -> Result<Option<Shown<'_>>, Stop> {
        let cursor = self.cursors.get_mut(cursor as usize).ok_or(Trap::BadArgument)?;
        let scan = Scan { from: &cursor.from, to: Some(&cursor.to), reverse: cursor.reverse, limit: 1 };
        cursor.next = self.overlay.scan(&scan)?.pop();
        match (&cursor.next, cursor.reverse) {
            (Some((key, _)), false) => cursor.from.clone_from(key),
            (Some((key, _)), true) => cursor.to = after(key),
            (None, _) => cursor.to.clone_from(&cursor.from),
        }
        Ok(cursor.next.as_ref().map(|(key, value)| (&key[1..], value.as_slice())))
    }

    /// Moves a cursor behind the entry it showed.
    pub fn scan_advance(&mut self, cursor: u32) {
        let Some(cursor) = self.cursors.get_mut(cursor as usize) else {
            return;
        };
        if let Some((key, _)) = cursor.next.take() {
            match cursor.reverse {
                true => cursor.to = key,
                false => cursor.from = after(&key),
            }
        }
    }

    /// Sets the answer.
    pub fn answer(&mut self, output: &[u8]) -> Result<(), Stop> {
        if output.len() > OUTPUT_BYTES_MAX {
            return Err(Trap::OutputTooLong.into());
        }
        self.answer = Some(output.to_vec());
        Ok(())
    }

    /// Ends the call as failed: the value is always an early end.
    pub fn fail(&self, reason: &[u8]) -> Stop {
        if reason.len() > OUTPUT_BYTES_MAX {
            Trap::OutputTooLong.into()
        } else {
            Stop::Failed(reason.to_vec())
        }
    }

    /// Emits an event.
    pub fn emit(&mut self, name: &[u8], data: &[u8]) -> Result<(), Stop> {
        self.may_write()?;
        let name = std::str::from_utf8(name).map_err(|_| Trap::BadArgument)?;
        let bytes = name.len() + data.len();
        let events_bytes = self.events_bytes + bytes;
        if bytes > EVENT_BYTES_MAX || events_bytes > EVENTS_BYTES_MAX || self.events.len() == EVENTS_MAX {
            return Err(Trap::TooManyEvents.into());
        }
        self.events_bytes = events_bytes;
        self.events.push(Event { name: name.into(), data: Bytes::from(data) });
        Ok(())
    }

    /// The next `len` bytes of the call's random stream: `H_random(shard ‖ seq ‖ call ‖ n)` for n = 0, 1, …
    pub fn random(&mut self, len: usize) -> Result<Vec<u8>, Stop> {
        if len > RANDOM_BYTES_MAX {
            return Err(Trap::BadArgument.into());
        }
        let mut out = Vec::with_capacity(len);
        while out.len() < len {
            let block = (self.random_at / 32).to_be_bytes();
            let at = &self.context;
            let bytes = RANDOM.hash_parts(&[&at.shard.0, &at.seq.to_be_bytes(), &at.call.0, &block]).0;
            let fresh = &bytes[usize::from(self.random_at.to_le_bytes()[0] % 32)..];
            let taken = fresh.len().min(len - out.len());
            out.extend_from_slice(&fresh[..taken]);
            self.random_at += taken as u64;
        }
        Ok(out)
    }

    /// Keeps a line of debug log; what is over the limits is dropped.
    pub fn log(&mut self, text: &[u8]) {
        let line = &text[..text.len().min(LOG_BYTES_MAX)];
        if self.logs_bytes + line.len() <= LOGS_BYTES_MAX {
            self.logs_bytes += line.len();
            self.logs.push(String::from_utf8_lossy(line).into_owned());
        }
    }

    /// What the call came to. `ended` is how the program ended; `fuel_used` what it used, and `fuel_max`
    /// what a trap costs whatever it used.
    ///
    /// # Errors
    ///
    /// The fault, if the machine failed.
    pub fn finish(self, ended: Result<(), Stop>, fuel_used: u64, fuel_max: u64) -> Result<Execution, Fault> {
        let logs = self.logs;
        let nothing =
            |outcome, fuel, logs| Execution { outcome, diff: Diff::new(), events: Vec::new(), fuel, logs };
        match (ended, self.answer) {
            (Ok(()), Some(answer)) => Ok(Execution {
                outcome: Outcome::Returned(answer),
                diff: self.overlay.into_writes(),
                events: self.events,
                fuel: fuel_used,
                logs,
            }),
            (Ok(()), None) => Ok(nothing(Outcome::Trapped(Trap::NoAnswer), fuel_max, logs)),
            (Err(Stop::Failed(reason)), _) => Ok(nothing(Outcome::Failed(reason), fuel_used, logs)),
            (Err(Stop::Trapped(trap)), _) => Ok(nothing(Outcome::Trapped(trap), fuel_max, logs)),
            (Err(Stop::Fault(fault)), _) => Err(fault),
        }
    }
}

/// The first key after `key`.
fn after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

#[cfg(test)]
mod tests;
