//! The one table of host calls.
//!
//! The guest's stubs, the engine's linker, admission, the native host, the profile and the docs are all
//! made from it: `abi::hostcalls!(some_macro)` hands every row to `some_macro!`. Pointers and lengths are
//! offsets into the guest's memory; a pointer that leaves it is the trap `BadPointer`.
//!
//! A call that yields bytes takes a buffer and its capacity, copies what fits, and answers with the full
//! length, so that a guest that guessed too small asks again.

/// The module that guests import host calls from.
pub const MODULE: &str = "foil";

/// The answer of `state_get` and `scan_next` where there is nothing.
pub const ABSENT: i64 = -1;

/// Hands the table to a macro. Each row reads
/// `name(parameter: type, …) -> type = base fuel, fuel per byte;`.
#[macro_export]
macro_rules! hostcalls {
    ($with:ident) => {
        $with! {
            /// Reads the value of a key into `out`; its full length, or −1 where the key is absent.
            state_get(key: u32, key_len: u32, out: u32, out_cap: u32) -> i64 = 500, 2;
            /// Writes a key.
            state_put(key: u32, key_len: u32, value: u32, value_len: u32) -> () = 800, 4;
            /// Deletes a key; absent keys too.
            state_delete(key: u32, key_len: u32) -> () = 800, 4;
            /// Opens a cursor over the keys `[from, to)`, an empty `to` meaning the end of the program's
            /// keys; `reverse` 1 starts at the greatest. A cursor sees the call's own writes ahead of it, and
            /// once it has come to its end it stays there.
            scan_open(from: u32, from_len: u32, to: u32, to_len: u32, reverse: u32) -> u32 = 500, 2;
            /// The cursor's next entry into `out`, as `key length (4 bytes, little-endian) ‖ key ‖ value`;
            /// its full length, or −1 at the end. The cursor stays where it is if the entry did not fit.
            scan_next(cursor: u32, out: u32, out_cap: u32) -> i64 = 800, 2;
            /// The call's arguments into `out`; their full length.
            input(out: u32, out_cap: u32) -> u32 = 50, 1;
            /// Sets the answer; the last one set counts.
            answer(data: u32, data_len: u32) -> () = 50, 1;
            /// Ends the call as failed, with the reason.
            fail(data: u32, data_len: u32) -> () = 50, 1;
            /// Emits an event: a name (UTF-8) and canonical CBOR.
            emit(name: u32, name_len: u32, data: u32, data_len: u32) -> () = 300, 4;
            /// The caller into `out`, as canonical CBOR `[kind, bytes]`; its full length.
            caller(out: u32, out_cap: u32) -> u32 = 50, 1;
            /// The call's place in the shard's history.
            seq() -> u64 = 10, 0;
            /// The call's logical time, in milliseconds of Unix time.
            time() -> u64 = 10, 0;
            /// Fills `out` with the next bytes of the call's random stream.
            random(out: u32, out_len: u32) -> () = 200, 4;
            /// A line of debug log; never part of history.
            log(text: u32, text_len: u32) -> () = 100, 1;
        }
    };
}

/// A type of a parameter or result, as wasm knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wasm {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct HostCall {
    /// The name that guests import.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Parameter types.
    pub params: &'static [Wasm],
    /// Result type.
    pub result: Option<Wasm>,
    /// Fuel of one call, charged before the work.
    pub base: u64,
    /// Fuel of each byte of input and output, charged before the copy.
    pub per_byte: u64,
}

macro_rules! wasm {
    (u32) => {
        Wasm::I32
    };
    (u64) => {
        Wasm::I64
    };
    (i64) => {
        Wasm::I64
    };
}

macro_rules! result {
    (()) => {
        None
    };
    ($type:tt) => {
        Some(wasm!($type))
    };
}

macro_rules! table {
    ($($(#[doc = $doc:literal])+ $name:ident($($param:ident: $type:tt),*) -> $result:tt = $base:literal, $byte:literal;)+) => {
        /// Every host call.
        pub const TABLE: &[HostCall] = &[$(HostCall {
            name: stringify!($name),
            doc: concat!($($doc),+),
            params: &[$(wasm!($type)),*],
            result: result!($result),
            base: $base,
            per_byte: $byte,
        }),+];
    };
}

crate::hostcalls!(table);

/// The row of a name.
pub fn find(name: &str) -> Option<&'static HostCall> {
    TABLE.iter().find(|call| call.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_every_call_costs() {
        for (index, call) in TABLE.iter().enumerate() {
            assert!(TABLE[..index].iter().all(|other| other.name != call.name));
            assert!(call.base > 0, "{} is free", call.name);
        }
        assert_eq!(find("state_get").map(|call| call.params.len()), Some(4));
    }
}
