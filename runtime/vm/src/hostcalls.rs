//! The host calls, as a guest makes them, whatever engine it runs on: bytes in and out of its memory, and their price.
//! What they do is [`Session`](abi::session::Session)'s.
//!
//! # Order
//!
//! Every host call goes through the same steps, so that two reasons to trap at one call have one winner:
//!
//! 1. Every range it was given is checked against the memory, in the order of the parameters. The whole
//!    range of a buffer counts, whatever comes to be written into it, so that the outcome never depends on
//!    data; an empty range may stand at the memory's end, not behind it.
//! 2. Its base price and that of its input bytes are paid.
//! 3. The session does the work.
//! 4. The price of the bytes that were read is paid, all of them, and what fits of them is copied out. A cursor
//!    pays as well for the call's own deletions that it walked over, wherever that leads.
//!
//! Who cannot pay is out of fuel, and has none left.

use crate::trace::Notes;
use crate::written::Written;
use abi::crypto;
use abi::fault::Fault;
use abi::hostcalls::{ABSENT, bytes_fuel};
use abi::id::Hash;
use abi::outcome::Trap;
use abi::session::{Session, Stop};
use std::ops::Range;

/// What walking over a deletion of the call's own costs, in bytes that were read.
const DELETION_BYTES: usize = 64;

/// The guest that makes a host call: what the host may touch of it, and the call's prices.
pub(crate) struct Guest<'a> {
    /// Its memory.
    pub(crate) memory: &'a mut [u8],
    /// What the call acts on.
    pub(crate) session: &'a mut Session,
    /// Where the host has written into the memory.
    pub(crate) written: &'a mut Written,
    /// The fuel that is left; below zero once it did not suffice.
    pub(crate) fuel: i64,
    pub(crate) base: u64,
    pub(crate) per_byte: u64,
    /// What it is given and answers, where that is written down.
    pub(crate) notes: Option<Notes>,
}

impl Guest<'_> {
    /// A range of the guest's memory.
    fn range(&self, start: u32, len: u32) -> Result<Range<usize>, Stop> {
        let start = start as usize;
        let fits = |end: &usize| *end <= self.memory.len();
        let end = start.checked_add(len as usize).filter(fits).ok_or(Trap::BadPointer)?;
        Ok(start..end)
    }

    /// A range of the guest's memory that the host reads.
    fn given(&mut self, start: u32, len: u32) -> Result<Range<usize>, Stop> {
        let range = self.range(start, len)?;
        if let Some(notes) = &mut self.notes {
            notes.give(&self.memory[range.clone()]);
        }
        Ok(range)
    }

    /// Takes the price of a call with so many bytes of input.
    fn charge(&mut self, bytes: usize) -> Result<(), Stop> {
        self.take(self.base)?;
        self.charge_bytes(bytes)
    }

    /// Takes the price of bytes.
    fn charge_bytes(&mut self, bytes: usize) -> Result<(), Stop> {
        self.take(bytes_fuel(self.per_byte, bytes as u64))
    }

    fn take(&mut self, fuel: u64) -> Result<(), Stop> {
        let rest = self.fuel.checked_sub_unsigned(fuel).filter(|rest| *rest >= 0);
        self.fuel = rest.unwrap_or(-1);
        rest.map(|_| ()).ok_or(Stop::Trapped(Trap::OutOfFuel))
    }

    /// Answers with bytes, all of which fit.
    fn write(&mut self, out: Range<usize>, bytes: &[u8]) {
        self.note(bytes);
        self.place(out, bytes);
    }

    fn note(&mut self, bytes: &[u8]) {
        if let Some(notes) = &mut self.notes {
            notes.answer(bytes);
        }
    }

    /// Writes into the guest's memory.
    fn place(&mut self, out: Range<usize>, bytes: &[u8]) {
        self.memory[out.clone()].copy_from_slice(bytes);
        self.written.add(out);
    }

    /// The bytes of a range whose length the host call fixes.
    fn array<const N: usize>(&self, range: Range<usize>) -> Result<[u8; N], Stop> {
        self.memory[range].try_into().map_err(|_| Fault::host("a range of another length was checked").into())
    }

    /// Copies what fits of `bytes` into `out`; their full length. They are paid for whether they fit or not:
    /// the host has read them.
    fn copy_out(&mut self, out: Range<usize>, bytes: &[u8]) -> Result<u32, Stop> {
        self.charge_bytes(bytes.len())?;
        self.note(bytes);
        let taken = bytes.len().min(out.len());
        self.place(out.start..out.start + taken, &bytes[..taken]);
        full_length(bytes.len())
    }
}

fn full_length(len: usize) -> Result<u32, Stop> {
    u32::try_from(len).map_err(|_| Fault::host(format!("a value of {len} bytes is over every limit")).into())
}

pub(crate) fn state_get(
    guest: &mut Guest<'_>,
    key: u32,
    key_len: u32,
    out: u32,
    out_cap: u32,
) -> Result<i64, Stop> {
    let (key, out) = (guest.given(key, key_len)?, guest.range(out, out_cap)?);
    guest.charge(key.len())?;
    match guest.session.get(&guest.memory[key])? {
        Some(value) => guest.copy_out(out, &value).map(i64::from),
        None => Ok(ABSENT),
    }
}

pub(crate) fn state_put(
    guest: &mut Guest<'_>,
    key: u32,
    key_len: u32,
    value: u32,
    value_len: u32,
) -> Result<(), Stop> {
    let (key, value) = (guest.given(key, key_len)?, guest.given(value, value_len)?);
    guest.charge(key.len() + value.len())?;
    guest.session.put(&guest.memory[key], &guest.memory[value])
}

pub(crate) fn state_delete(guest: &mut Guest<'_>, key: u32, key_len: u32) -> Result<(), Stop> {
    let key = guest.given(key, key_len)?;
    guest.charge(key.len())?;
    guest.session.delete(&guest.memory[key])
}

pub(crate) fn scan_open(
    guest: &mut Guest<'_>,
    from: u32,
    from_len: u32,
    to: u32,
    to_len: u32,
    reverse: u32,
) -> Result<u32, Stop> {
    let (from, to) = (guest.given(from, from_len)?, guest.given(to, to_len)?);
    guest.charge(from.len() + to.len())?;
    let reverse = match reverse {
        0 => false,
        1 => true,
        _ => return Err(Trap::BadArgument.into()),
    };
    guest.session.scan_open(&guest.memory[from], &guest.memory[to], reverse)
}

pub(crate) fn scan_next(guest: &mut Guest<'_>, cursor: u32, out: u32, out_cap: u32) -> Result<i64, Stop> {
    let out = guest.range(out, out_cap)?;
    guest.charge(0)?;
    let entry = match guest.session.scan_peek(cursor)? {
        Some((key, value)) => Some([&full_length(key.len())?.to_le_bytes(), key, value].concat()),
        None => None,
    };
    let passed = guest.session.scan_passed(cursor);
    guest.charge_bytes(passed.saturating_mul(DELETION_BYTES))?;
    let Some(entry) = entry else {
        return Ok(ABSENT);
    };
    // An entry that does not fit is not copied in part, and stays next.
    let fits = entry.len() <= out.len();
    let len = guest.copy_out(if fits { out } else { 0..0 }, &entry)?;
    if fits {
        guest.session.scan_advance(cursor);
    }
    Ok(i64::from(len))
}

pub(crate) fn scan_close(guest: &mut Guest<'_>, cursor: u32) -> Result<(), Stop> {
    guest.charge(0)?;
    guest.session.scan_close(cursor)
}

pub(crate) fn input(guest: &mut Guest<'_>, out: u32, out_cap: u32) -> Result<u32, Stop> {
    let out = guest.range(out, out_cap)?;
    let len = guest.session.input().len();
    let taken = len.min(out.len());
    guest.charge(taken)?;
    let input = &guest.session.input()[..taken];
    if let Some(notes) = &mut guest.notes {
        notes.answer(input);
    }
    guest.memory[out.start..out.start + taken].copy_from_slice(input);
    guest.written.add(out.start..out.start + taken);
    full_length(len)
}

pub(crate) fn answer(guest: &mut Guest<'_>, data: u32, data_len: u32) -> Result<(), Stop> {
    let data = guest.given(data, data_len)?;
    guest.charge(data.len())?;
    guest.session.answer(&guest.memory[data])
}

pub(crate) fn fail(guest: &mut Guest<'_>, data: u32, data_len: u32) -> Result<(), Stop> {
    let data = guest.given(data, data_len)?;
    guest.charge(data.len())?;
    Err(guest.session.fail(&guest.memory[data]))
}

pub(crate) fn emit(
    guest: &mut Guest<'_>,
    name: u32,
    name_len: u32,
    data: u32,
    data_len: u32,
) -> Result<(), Stop> {
    let (name, data) = (guest.given(name, name_len)?, guest.given(data, data_len)?);
    guest.charge(name.len() + data.len())?;
    guest.session.emit(&guest.memory[name], &guest.memory[data])
}

pub(crate) fn send(
    guest: &mut Guest<'_>,
    to: u32,
    method: u32,
    method_len: u32,
    args: u32,
    args_len: u32,
) -> Result<(), Stop> {
    let to = guest.given(to, 32)?;
    let (method, args) = (guest.given(method, method_len)?, guest.given(args, args_len)?);
    guest.charge(method.len() + args.len())?;
    let to = Hash(guest.array(to)?);
    guest.session.send(to, &guest.memory[method], &guest.memory[args])
}

pub(crate) fn shard(guest: &mut Guest<'_>, out: u32) -> Result<(), Stop> {
    let out = guest.range(out, 32)?;
    guest.charge(0)?;
    let shard = guest.session.context().shard;
    guest.write(out, &shard.0);
    Ok(())
}

pub(crate) fn caller(guest: &mut Guest<'_>, out: u32, out_cap: u32) -> Result<u32, Stop> {
    let out = guest.range(out, out_cap)?;
    guest.charge(0)?;
    let caller = guest.session.caller();
    guest.copy_out(out, &caller)
}

pub(crate) fn seq(guest: &mut Guest<'_>) -> Result<u64, Stop> {
    guest.charge(0)?;
    Ok(guest.session.context().seq)
}

pub(crate) fn time(guest: &mut Guest<'_>) -> Result<u64, Stop> {
    guest.charge(0)?;
    Ok(guest.session.context().time_ms)
}

pub(crate) fn random(guest: &mut Guest<'_>, out: u32, out_len: u32) -> Result<(), Stop> {
    let out = guest.range(out, out_len)?;
    guest.charge(out.len())?;
    let bytes = guest.session.random(out_len as usize)?;
    guest.write(out, &bytes);
    Ok(())
}

pub(crate) fn hash_blake3(guest: &mut Guest<'_>, data: u32, data_len: u32, out: u32) -> Result<(), Stop> {
    hash(guest, (data, data_len), out, crypto::blake3)
}

pub(crate) fn hash_sha256(guest: &mut Guest<'_>, data: u32, data_len: u32, out: u32) -> Result<(), Stop> {
    hash(guest, (data, data_len), out, crypto::sha256)
}

fn hash(guest: &mut Guest<'_>, data: (u32, u32), out: u32, of: fn(&[u8]) -> [u8; 32]) -> Result<(), Stop> {
    let (data, out) = (guest.given(data.0, data.1)?, guest.range(out, 32)?);
    guest.charge(data.len())?;
    let digest = of(&guest.memory[data]);
    guest.write(out, &digest);
    Ok(())
}

pub(crate) fn verify_ed25519(
    guest: &mut Guest<'_>,
    key: u32,
    signature: u32,
    message: u32,
    message_len: u32,
) -> Result<u32, Stop> {
    let (key, signature) = (guest.given(key, 32)?, guest.given(signature, 64)?);
    let message = guest.given(message, message_len)?;
    guest.charge(message.len())?;
    let (key, signature) = (guest.array(key)?, guest.array(signature)?);
    Ok(u32::from(crypto::verify_ed25519(&key, &signature, &guest.memory[message])))
}

pub(crate) fn log(guest: &mut Guest<'_>, text: u32, text_len: u32) -> Result<(), Stop> {
    let text = guest.given(text, text_len)?;
    guest.charge(text.len())?;
    guest.session.log(&guest.memory[text]);
    Ok(())
}

#[cfg(test)]
mod tests;
