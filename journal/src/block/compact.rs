//! The stored form of a block: what the header holds once, or the body implies, is not repeated.
//!
//! ```text
//! block = [header, build, [entry…], diff]
//! entry = [call, proof, program / null, time, outcome, output, [event…], [message…], diff / null, fuel]
//! call  = [version, program, method, args, salt, caller, key, expires, fuel_max]
//! ```
//!
//! Of an [erased](super::Erased) call there are digests: one of arguments and salt, in the place of both, so that
//! the call is an array of eight; and one each of the output, the events, the messages. The diff of a block that
//! holds one is null.
//!
//! A call's shard is the header's. An entry's program is null where it is the one before; its time is
//! counted from the entry before (the first one's from zero); its diff is null where nothing was written.
//! Each has this one form: the decoder refuses a program or diff that should have been null.

use super::{BUILD_BYTES_MAX, Block, Entry, Erased, Header, diff_over_limit};
use abi::Hash;
use abi::call::{Call, SignedCall};
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Reason, Writer};
use abi::diff::Diff;
use abi::limits::{
    BLOCK_BYTES_MAX, BLOCK_CALLS_MAX, BLOCK_ITEMS_MAX, CALL_BYTES_MAX, EVENTS_MAX, MESSAGES_MAX,
};
use abi::outcome::Outcome;

impl Encode for Block {
    /// The compact form. It is the caller's bug if a call is another shard's, or time falls.
    fn encode(&self, w: &mut Writer) {
        assert!(self.build.len() <= BUILD_BYTES_MAX, "the build's description is too long");
        w.array(4);
        self.header.encode(w);
        w.text(&self.build);
        w.array(self.entries.len());
        let empty = Diff::new().hash();
        let mut before = None;
        for entry in &self.entries {
            write_entry(entry, before, &self.header.shard, &empty, w);
            before = Some(entry);
        }
        (!self.is_erased()).then_some(&self.diff).encode(w);
    }
}

fn write_entry(entry: &Entry, before: Option<&Entry>, shard: &Hash, empty: &Hash, w: &mut Writer) {
    assert!(entry.call.call.shard == *shard, "a call of another shard has no place in this block");
    let time_before = before.map_or(0, |before| before.time_ms);
    assert!(entry.time_ms >= time_before, "logical time never falls");
    w.array(10);
    write_call(&entry.call.call, entry.erased.as_ref(), w);
    entry.call.proof.encode(w);
    let same = before.is_some_and(|before| before.program == entry.program);
    (!same).then_some(entry.program).encode(w);
    (entry.time_ms - time_before).encode(w);
    entry.outcome.code().encode(w);
    match &entry.erased {
        Some(erased) => [erased.output, erased.events, erased.messages].iter().for_each(|it| it.encode(w)),
        None => {
            w.bytes(entry.outcome.output());
            entry.events.encode(w);
            entry.messages.encode(w);
        }
    }
    (entry.diff != *empty).then_some(entry.diff).encode(w);
    entry.fuel.encode(w);
}

fn write_call(call: &Call, erased: Option<&Erased>, w: &mut Writer) {
    w.array(if erased.is_some() { 8 } else { 9 });
    call.version.encode(w);
    call.program.encode(w);
    call.method.encode(w);
    match erased {
        Some(erased) => erased.args.encode(w),
        None => {
            call.args.encode(w);
            call.salt.encode(w);
        }
    }
    call.caller.encode(w);
    call.key.encode(w);
    call.expires_ms.encode(w);
    call.fuel_max.encode(w);
}

impl Decode for Block {
    /// Strict, and no larger than the limits allow.
    fn decode(r: &mut Reader<'_>) -> Result<Block, Error> {
        let start = r.offset();
        r.array_of(4)?;
        let header = Header::decode(r)?;
        let build = r.text_max(BUILD_BYTES_MAX)?;
        let list = r.offset();
        let count = r.array()?;
        if count > BLOCK_CALLS_MAX {
            return Err(r.error(list, Reason::Length));
        }
        let empty = Diff::new().hash();
        let mut entries: Vec<Entry> = Vec::new();
        let mut items = 0;
        for _ in 0..count {
            let start = r.offset();
            let entry = read_entry(r, entries.last(), header.shard, &empty)?;
            items += entry.items();
            if items > BLOCK_ITEMS_MAX {
                return Err(r.error(start, Reason::Length));
            }
            entries.push(entry);
        }
        let tail = r.offset();
        let mut block = Block { header, build, entries, diff: Diff::new() };
        if block.is_erased() {
            no_diff(r)?;
        } else if r.clone().array()?.saturating_add(items) > BLOCK_ITEMS_MAX {
            return Err(r.error(tail, Reason::Length));
        } else {
            block.diff = Diff::decode(r)?;
        }
        if diff_over_limit(&block.diff).is_some() || r.offset() - start > BLOCK_BYTES_MAX {
            return Err(r.error(tail, Reason::Length));
        }
        Ok(block)
    }
}

/// The diff of a block with an erased call, which is gone.
fn no_diff(r: &mut Reader<'_>) -> Result<(), Error> {
    let start = r.offset();
    if r.null()? {
        return Ok(());
    }
    r.array()?;
    Err(r.error(start, Reason::NotCanonical))
}

fn read_entry(r: &mut Reader<'_>, before: Option<&Entry>, shard: Hash, empty: &Hash) -> Result<Entry, Error> {
    let start = r.offset();
    r.array_of(10)?;
    let call_start = r.offset();
    let (call, args) = read_call(r, shard)?;
    let call = SignedCall { call, proof: Decode::decode(r)? };
    if r.offset() - call_start > CALL_BYTES_MAX {
        return Err(r.error(call_start, Reason::Length));
    }
    let program = read_program(r, before)?;
    let time_start = r.offset();
    let time_ms = before
        .map_or(0, |before| before.time_ms)
        .checked_add(r.unsigned()?)
        .ok_or(r.error(time_start, Reason::Range))?;
    let outcome_start = r.offset();
    let code = u8::decode(r)?;
    let (output, erased) = match args {
        None => (r.bytes()?.to_vec(), None),
        Some(args) => (Vec::new(), Some((args, Hash::decode(r)?))),
    };
    let outcome = Outcome::from_parts(code, output).ok_or(r.error(outcome_start, Reason::Unknown))?;
    let (events, messages, erased) = match erased {
        None => (read_list(r, EVENTS_MAX)?, read_list(r, MESSAGES_MAX)?, None),
        Some((args, output)) => {
            let (events, messages) = (Hash::decode(r)?, Hash::decode(r)?);
            (Vec::new(), Vec::new(), Some(Erased { args, output, events, messages }))
        }
    };
    let diff_start = r.offset();
    let diff = match Option::<Hash>::decode(r)? {
        Some(diff) if diff == *empty => return Err(r.error(diff_start, Reason::NotCanonical)),
        diff => diff.unwrap_or(*empty),
    };
    let fuel = r.unsigned()?;
    let entry = Entry { call, program, time_ms, outcome, events, messages, diff, fuel, erased };
    if entry.over_limit().is_some() { Err(r.error(start, Reason::Length)) } else { Ok(entry) }
}

/// Their number is known before they are read: an empty event is three bytes here, and many in memory.
fn read_list<T: Decode>(r: &mut Reader<'_>, max: usize) -> Result<Vec<T>, Error> {
    let start = r.offset();
    if r.clone().array()? > max {
        return Err(r.error(start, Reason::Length));
    }
    Vec::decode(r)
}

/// A call; of an erased one, the digest of what were its arguments and salt.
fn read_call(r: &mut Reader<'_>, shard: Hash) -> Result<(Call, Option<Hash>), Error> {
    let start = r.offset();
    let is_erased = match r.array()? {
        8 => true,
        9 => false,
        _ => return Err(r.error(start, Reason::Length)),
    };
    let (version, program, method) = (Decode::decode(r)?, Decode::decode(r)?, Decode::decode(r)?);
    let (args, salt, digest) = match is_erased {
        true => (Bytes(Vec::new()), [0; 32], Some(Hash::decode(r)?)),
        false => (Decode::decode(r)?, Decode::decode(r)?, None),
    };
    let (caller, key) = (Decode::decode(r)?, Decode::decode(r)?);
    let (expires_ms, fuel_max) = (Decode::decode(r)?, Decode::decode(r)?);
    let call = Call { version, shard, program, method, args, salt, caller, key, expires_ms, fuel_max };
    Ok((call, digest))
}

fn read_program(r: &mut Reader<'_>, before: Option<&Entry>) -> Result<Hash, Error> {
    let start = r.offset();
    let before = before.map(|before| before.program);
    match Option::<Hash>::decode(r)? {
        Some(program) if before != Some(program) => Ok(program),
        Some(_) => Err(r.error(start, Reason::NotCanonical)),
        None => before.ok_or(r.error(start, Reason::Type)),
    }
}
