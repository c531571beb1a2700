//! The host calls, as a guest in the engine makes them: bytes in and out of its memory, and their price.
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
//! 4. The price of the bytes that were read is paid, all of them, and what fits of them is copied out.
//!
//! Who cannot pay is out of fuel, and has none left.

use crate::run::{Ended, Host};
use abi::fault::Fault;
use abi::hostcalls::{ABSENT, MODULE};
use abi::outcome::Trap;
use abi::session::Stop;
use std::ops::Range;
use wasmtime::{Caller, Engine, Linker, Memory};

macro_rules! link {
    ($($(#[doc = $doc:literal])+ $name:ident($($param:ident: $type:tt),*) -> $result:tt = $base:literal, $byte:literal;)+) => {
        /// The host calls of the table, each linked to the function of its name.
        pub(crate) fn linker(engine: &Engine) -> Result<Linker<Host>, Fault> {
            let mut linker = Linker::new(engine);
            $(
                let call = |caller: Caller<'_, Host>, $($param: $type),*| -> wasmtime::Result<$result> {
                    let mut guest = Guest { caller, base: $base, per_byte: $byte };
                    $name(&mut guest, $($param),*).map_err(|stop| wasmtime::Error::new(Ended(stop)))
                };
                linker.func_wrap(MODULE, stringify!($name), call).map_err(Fault::host)?;
            )+
            Ok(linker)
        }
    };
}

abi::hostcalls!(link);

/// The guest that makes a host call, and the call's prices.
struct Guest<'a> {
    caller: Caller<'a, Host>,
    base: u64,
    per_byte: u64,
}

impl Guest<'_> {
    fn memory(&self) -> Result<Memory, Stop> {
        self.caller.data().memory.ok_or_else(|| Fault::host("a host call before there was a memory").into())
    }

    /// A range of the guest's memory.
    fn range(&self, start: u32, len: u32) -> Result<Range<usize>, Stop> {
        let size = self.memory()?.data_size(&self.caller);
        let start = start as usize;
        let end = start.checked_add(len as usize).filter(|end| *end <= size).ok_or(Trap::BadPointer)?;
        Ok(start..end)
    }

    /// Takes the price of a call with so many bytes of input.
    fn charge(&mut self, bytes: usize) -> Result<(), Stop> {
        self.take(self.base)?;
        self.charge_bytes(bytes)
    }

    /// Takes the price of bytes.
    fn charge_bytes(&mut self, bytes: usize) -> Result<(), Stop> {
        self.take(self.per_byte.saturating_mul(bytes as u64))
    }

    fn take(&mut self, fuel: u64) -> Result<(), Stop> {
        let left = self.caller.get_fuel().map_err(Fault::host)?;
        let rest = left.checked_sub(fuel);
        self.caller.set_fuel(rest.unwrap_or(0)).map_err(Fault::host)?;
        rest.map(|_| ()).ok_or(Stop::Trapped(Trap::OutOfFuel))
    }

    /// The memory and the host's half, side by side.
    fn parts(&mut self) -> Result<(&mut [u8], &mut Host), Stop> {
        let memory = self.memory()?;
        Ok(memory.data_and_store_mut(&mut self.caller))
    }

    /// Copies what fits of `bytes` into `out`; their full length. They are paid for whether they fit or not:
    /// the host has read them.
    fn copy_out(&mut self, out: Range<usize>, bytes: &[u8]) -> Result<u32, Stop> {
        self.charge_bytes(bytes.len())?;
        let taken = bytes.len().min(out.len());
        let (memory, _) = self.parts()?;
        memory[out][..taken].copy_from_slice(&bytes[..taken]);
        full_length(bytes.len())
    }
}

fn full_length(len: usize) -> Result<u32, Stop> {
    u32::try_from(len).map_err(|_| Fault::host(format!("a value of {len} bytes is over every limit")).into())
}

fn state_get(guest: &mut Guest<'_>, key: u32, key_len: u32, out: u32, out_cap: u32) -> Result<i64, Stop> {
    let (key, out) = (guest.range(key, key_len)?, guest.range(out, out_cap)?);
    guest.charge(key.len())?;
    let (memory, host) = guest.parts()?;
    match host.session.get(&memory[key])? {
        Some(value) => guest.copy_out(out, &value).map(i64::from),
        None => Ok(ABSENT),
    }
}

fn state_put(guest: &mut Guest<'_>, key: u32, key_len: u32, value: u32, value_len: u32) -> Result<(), Stop> {
    let (key, value) = (guest.range(key, key_len)?, guest.range(value, value_len)?);
    guest.charge(key.len() + value.len())?;
    let (memory, host) = guest.parts()?;
    host.session.put(&memory[key], &memory[value])
}

fn state_delete(guest: &mut Guest<'_>, key: u32, key_len: u32) -> Result<(), Stop> {
    let key = guest.range(key, key_len)?;
    guest.charge(key.len())?;
    let (memory, host) = guest.parts()?;
    host.session.delete(&memory[key])
}

fn scan_open(
    guest: &mut Guest<'_>,
    from: u32,
    from_len: u32,
    to: u32,
    to_len: u32,
    reverse: u32,
) -> Result<u32, Stop> {
    let (from, to) = (guest.range(from, from_len)?, guest.range(to, to_len)?);
    guest.charge(from.len() + to.len())?;
    let reverse = match reverse {
        0 => false,
        1 => true,
        _ => return Err(Trap::BadArgument.into()),
    };
    let (memory, host) = guest.parts()?;
    host.session.scan_open(&memory[from], &memory[to], reverse)
}

fn scan_next(guest: &mut Guest<'_>, cursor: u32, out: u32, out_cap: u32) -> Result<i64, Stop> {
    let out = guest.range(out, out_cap)?;
    guest.charge(0)?;
    let Some((key, value)) = guest.caller.data_mut().session.scan_peek(cursor)? else {
        return Ok(ABSENT);
    };
    let entry = [&full_length(key.len())?.to_le_bytes(), key, value].concat();
    // An entry that does not fit is not copied in part, and stays next.
    let fits = entry.len() <= out.len();
    let len = guest.copy_out(if fits { out } else { 0..0 }, &entry)?;
    if fits {
        guest.caller.data_mut().session.scan_advance(cursor);
    }
    Ok(i64::from(len))
}

fn input(guest: &mut Guest<'_>, out: u32, out_cap: u32) -> Result<u32, Stop> {
    let out = guest.range(out, out_cap)?;
    let len = guest.caller.data().session.input().len();
    let taken = len.min(out.len());
    guest.charge(taken)?;
    let (memory, host) = guest.parts()?;
    memory[out][..taken].copy_from_slice(&host.session.input()[..taken]);
    full_length(len)
}

fn answer(guest: &mut Guest<'_>, data: u32, data_len: u32) -> Result<(), Stop> {
    let data = guest.range(data, data_len)?;
    guest.charge(data.len())?;
    let (memory, host) = guest.parts()?;
    host.session.answer(&memory[data])
}

fn fail(guest: &mut Guest<'_>, data: u32, data_len: u32) -> Result<(), Stop> {
    let data = guest.range(data, data_len)?;
    guest.charge(data.len())?;
    let (memory, host) = guest.parts()?;
    Err(host.session.fail(&memory[data]))
}

fn emit(guest: &mut Guest<'_>, name: u32, name_len: u32, data: u32, data_len: u32) -> Result<(), Stop> {
    let (name, data) = (guest.range(name, name_len)?, guest.range(data, data_len)?);
    guest.charge(name.len() + data.len())?;
    let (memory, host) = guest.parts()?;
    host.session.emit(&memory[name], &memory[data])
}

fn caller(guest: &mut Guest<'_>, out: u32, out_cap: u32) -> Result<u32, Stop> {
    let out = guest.range(out, out_cap)?;
    guest.charge(0)?;
    let caller = guest.caller.data().session.caller();
    guest.copy_out(out, &caller)
}

fn seq(guest: &mut Guest<'_>) -> Result<u64, Stop> {
    guest.charge(0)?;
    Ok(guest.caller.data().session.context().seq)
}

fn time(guest: &mut Guest<'_>) -> Result<u64, Stop> {
    guest.charge(0)?;
    Ok(guest.caller.data().session.context().time_ms)
}

fn random(guest: &mut Guest<'_>, out: u32, out_len: u32) -> Result<(), Stop> {
    let out = guest.range(out, out_len)?;
    guest.charge(out.len())?;
    let (memory, host) = guest.parts()?;
    memory[out].copy_from_slice(&host.session.random(out_len as usize)?);
    Ok(())
}

fn log(guest: &mut Guest<'_>, text: u32, text_len: u32) -> Result<(), Stop> {
    let text = guest.range(text, text_len)?;
    guest.charge(text.len())?;
    let (memory, host) = guest.parts()?;
    host.session.log(&memory[text]);
    Ok(())
}

#[cfg(test)]
mod tests;
