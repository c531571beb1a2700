//! The host's side of one call: what every host call does, short of moving bytes in and out of a guest's
//! memory.
//!
//! The engine's linker and the native host of the SDK both stand on it, which is why a native run and an
//! engine run have the same effects.
//!
//! # Guarantees
//!
//! - A program reads and writes keys of its own space alone: every key it names is prefixed here.
//! - A call that fails or traps leaves no write, no event and no message.

use crate::call::{Caller, is_method_name};
use crate::codec::{Bytes, Encode, dynamic};
use crate::diff::Diff;
use crate::effect::{Event, Execution, Message};
use crate::fault::Fault;
use crate::hash::RANDOM;
use crate::id::Hash;
use crate::limits::{
    EVENT_BYTES_MAX, EVENTS_BYTES_MAX, EVENTS_MAX, KEY_BYTES_MAX, LOG_BYTES_MAX, LOGS_BYTES_MAX,
    MESSAGE_BYTES_MAX, MESSAGES_BYTES_MAX, MESSAGES_MAX, OUTPUT_BYTES_MAX, RANDOM_BYTES_MAX, VALUE_BYTES_MAX,
    WRITES_BYTES_MAX, WRITES_MAX,
};
use crate::outcome::{Outcome, Trap};
use crate::view::{Overlay, View};
use cursors::Cursors;
use std::sync::Arc;

mod cursors;

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
    /// The program went over a limit.
    Over {
        /// The trap that it is.
        trap: Trap,
        /// How much it would have been.
        size: usize,
        /// The limit.
        max: usize,
    },
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
    messages: Vec<Message>,
    messages_bytes: usize,
    cursors: Cursors,
    random_at: u64,
    logs: Vec<String>,
    logs_bytes: usize,
}

/// A program's key and its value.
pub type Shown<'a> = (&'a [u8], &'a [u8]);

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
            messages: Vec::new(),
            messages_bytes: 0,
            cursors: Cursors::default(),
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
        within(Trap::ValueTooLong, value.len(), VALUE_BYTES_MAX)?;
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
        within(Trap::TooManyWrites, written_bytes, WRITES_BYTES_MAX)?;
        let writes = self.overlay.writes();
        if writes.len() >= WRITES_MAX && writes.get(&full).is_none() {
            within(Trap::TooManyWrites, writes.len() + 1, WRITES_MAX)?;
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
            len => within(Trap::KeyTooLong, len, KEY_BYTES_MAX).map(|()| self.space.key(key)),
        }
    }

    /// Opens a cursor over a program's keys `[from, to)`; an empty `to` is the end of its space.
    pub fn scan_open(&mut self, from: &[u8], to: &[u8], reverse: bool) -> Result<u32, Stop> {
        within(Trap::KeyTooLong, from.len().max(to.len()), KEY_BYTES_MAX)?;
        let to = if to.is_empty() { self.space.end() } else { self.space.key(to) };
        Ok(self.cursors.open(self.space.key(from), to, reverse)?)
    }

    /// Closes a cursor, which is none from then on.
    pub fn scan_close(&mut self, cursor: u32) -> Result<(), Stop> {
        Ok(self.cursors.close(cursor)?)
    }

    /// The cursor's next entry, which stays next until [`scan_advance`](Self::scan_advance). The cursor has
    /// then left what stands before it, and is through where there is none: what a call deletes is walked
    /// over once by each cursor, however often it is asked.
    pub fn scan_peek(&mut self, cursor: u32) -> Result<Option<Shown<'_>>, Stop> {
        let next = self.cursors.find(cursor)?.peek(&self.overlay)?;
        Ok(next.map(|(key, value)| (&key[1..], value.as_slice())))
    }

    /// How many of the call's own deletions the cursor's last look walked over. (Those of earlier calls do not
    /// count: where a block ends, no program can see.)
    pub fn scan_passed(&mut self, cursor: u32) -> usize {
        self.cursors.find(cursor).map_or(0, |cursor| cursor.passed())
    }

    /// Moves a cursor behind the entry it showed.
    pub fn scan_advance(&mut self, cursor: u32) {
        if let Ok(cursor) = self.cursors.find(cursor) {
            cursor.advance();
        }
    }

    /// Sets the answer.
    pub fn answer(&mut self, output: &[u8]) -> Result<(), Stop> {
        within(Trap::OutputTooLong, output.len(), OUTPUT_BYTES_MAX)?;
        self.answer = Some(output.to_vec());
        Ok(())
    }

    /// Ends the call as failed: the value is always an early end.
    pub fn fail(&self, reason: &[u8]) -> Stop {
        match within(Trap::OutputTooLong, reason.len(), OUTPUT_BYTES_MAX) {
            Ok(()) => Stop::Failed(reason.to_vec()),
            Err(over) => over,
        }
    }

    /// Emits an event.
    pub fn emit(&mut self, name: &[u8], data: &[u8]) -> Result<(), Stop> {
        self.may_write()?;
        let name = std::str::from_utf8(name).map_err(|_| Trap::BadArgument)?;
        let bytes = name.len() + data.len();
        let events_bytes = self.events_bytes + bytes;
        within(Trap::TooManyEvents, bytes, EVENT_BYTES_MAX)?;
        within(Trap::TooManyEvents, events_bytes, EVENTS_BYTES_MAX)?;
        within(Trap::TooManyEvents, self.events.len() + 1, EVENTS_MAX)?;
        self.events_bytes = events_bytes;
        self.events.push(Event { name: name.into(), data: Bytes::from(data) });
        Ok(())
    }

    /// Sends a message.
    pub fn send(&mut self, to: Hash, method: &[u8], args: &[u8]) -> Result<(), Stop> {
        self.may_write()?;
        let bytes = method.len() + args.len();
        let messages_bytes = self.messages_bytes + bytes;
        within(Trap::TooManyMessages, bytes, MESSAGE_BYTES_MAX)?;
        within(Trap::TooManyMessages, messages_bytes, MESSAGES_BYTES_MAX)?;
        within(Trap::TooManyMessages, self.messages.len() + 1, MESSAGES_MAX)?;
        let method = std::str::from_utf8(method).ok().filter(|name| is_method_name(name));
        let method = method.ok_or(Trap::BadArgument)?;
        dynamic::check(args).map_err(|_| Trap::BadArgument)?;
        self.messages_bytes = messages_bytes;
        self.messages.push(Message { to, method: method.into(), args: Bytes::from(args) });
        Ok(())
    }

    /// The next `len` bytes of the call's random stream: `H_random(shard ‖ seq ‖ call ‖ n)` for n = 0, 1, …
    pub fn random(&mut self, len: usize) -> Result<Vec<u8>, Stop> {
        within(Trap::BadArgument, len, RANDOM_BYTES_MAX)?;
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

    /// What the call came to: `ended` is how the program ended, `fuel` what it used.
    ///
    /// # Errors
    ///
    /// The fault, if the machine failed.
    pub fn finish(self, ended: Result<(), Stop>, fuel: u64) -> Result<Execution, Fault> {
        let mut detail = Vec::new();
        let outcome = match (ended, self.answer) {
            (Ok(()), Some(answer)) => Outcome::Returned(answer),
            (Ok(()), None) => Outcome::Trapped(Trap::NoAnswer),
            (Err(Stop::Failed(reason)), _) => Outcome::Failed(reason),
            (Err(Stop::Trapped(trap)), _) => Outcome::Trapped(trap),
            (Err(Stop::Over { trap, size, max }), _) => {
                detail.push(format!("it would have been {size}, and the limit is {max}"));
                Outcome::Trapped(trap)
            }
            (Err(Stop::Fault(fault)), _) => return Err(fault),
        };
        let (diff, events, messages) = match outcome.is_returned() || crate::planted!(FailedWritesKept) {
            true => (self.overlay.into_writes(), self.events, self.messages),
            false => (Diff::new(), Vec::new(), Vec::new()),
        };
        Ok(Execution { outcome, diff, events, messages, fuel, logs: self.logs, detail })
    }
}

/// Traps what is over its limit.
fn within(trap: Trap, size: usize, max: usize) -> Result<(), Stop> {
    if size > max { Err(Stop::Over { trap, size, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
