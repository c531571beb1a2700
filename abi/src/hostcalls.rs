//! The one table of host calls.
//!
//! The guest's stubs, the engine's linker, admission, the native host, the profile and the docs are all
//! made from it: `abi::hostcalls!(some_macro)` hands every row to `some_macro!`. Pointers and lengths are
//! offsets into the guest's memory; a pointer that leaves it is the trap `BadPointer`.
//!
//! A call that yields bytes takes a buffer and its capacity, copies what fits, and answers with the full
//! length, so that a guest that guessed too small asks again. What always has one length (an id, a hash, a
//! key, a signature) is a pointer without one.
//!
//! # Prices
//!
//! A base and so much per byte, in units of [`fuel`](crate::fuel), fitted to time by `tests/bench`: no call costs
//! less than a third of what the same time costs in ordinary code. Reads and scans are priced for a store on disk,
//! writes for being committed, messages for arguments of many items, so they may cost more than they take.

/// The module that guests import host calls from.
pub const MODULE: &str = "foil";

/// The answer of `state_get` and `scan_next` where there is nothing.
pub const ABSENT: i64 = -1;

/// Hands the table to a macro. Each row reads
/// `name(parameter: type, …) -> type = base fuel, sixteenths of fuel per byte;`.
#[macro_export]
macro_rules! hostcalls {
    ($with:ident) => {
        $with! {
            /// Reads the value of a key into `out`; its full length, or −1 where the key is absent.
            state_get(key: u32, key_len: u32, out: u32, out_cap: u32) -> i64 = 10_000, 8;
            /// Writes a key.
            state_put(key: u32, key_len: u32, value: u32, value_len: u32) -> () = 6_000, 16;
            /// Deletes a key; absent keys too.
            state_delete(key: u32, key_len: u32) -> () = 6_000, 16;
            /// Opens a cursor over the keys `[from, to)`, an empty `to` meaning the end of the program's
            /// keys; `reverse` 1 starts at the greatest. A cursor sees the call's own writes ahead of it, and
            /// once it has come to its end it stays there.
            scan_open(from: u32, from_len: u32, to: u32, to_len: u32, reverse: u32) -> u32 = 1_200, 16;
            /// The cursor's next entry into `out`, as `key length (4 bytes, little-endian) ‖ key ‖ value`;
            /// its full length, or −1 at the end. The cursor stays where it is if the entry did not fit.
            scan_next(cursor: u32, out: u32, out_cap: u32) -> i64 = 10_000, 16;
            /// Closes a cursor, so that another may be open in its place. Its number names no cursor again.
            scan_close(cursor: u32) -> () = 600, 0;
            /// The call's arguments into `out`; their full length.
            input(out: u32, out_cap: u32) -> u32 = 350, 4;
            /// Sets the answer; the last one set counts.
            answer(data: u32, data_len: u32) -> () = 300, 4;
            /// Ends the call as failed, with the reason.
            fail(data: u32, data_len: u32) -> () = 10_000, 4;
            /// Emits an event: a name (UTF-8) and canonical CBOR.
            emit(name: u32, name_len: u32, data: u32, data_len: u32) -> () = 1_500, 4;
            /// Sends a message: a call that this shard asks the shard `to` (32 bytes) to run. `method` has the
            /// form of a method's name: 1 to 64 of `a`–`z`, `0`–`9` and `_`; `args` are canonical CBOR, as a
            /// call's are.
            send(to: u32, method: u32, method_len: u32, args: u32, args_len: u32) -> () = 1_200, 384;
            /// The 32 bytes of the shard's id into `out`.
            shard(out: u32) -> () = 250, 0;
            /// The caller into `out`, as canonical CBOR `[kind, bytes]`; its full length.
            caller(out: u32, out_cap: u32) -> u32 = 500, 4;
            /// The call's place in the shard's history.
            seq() -> u64 = 200, 0;
            /// The call's logical time, in milliseconds of Unix time.
            time() -> u64 = 200, 0;
            /// Fills `out` with the next bytes of the call's random stream.
            random(out: u32, out_len: u32) -> () = 1_000, 960;
            /// The 32 bytes of the plain BLAKE3 hash of `data` into `out`.
            hash_blake3(data: u32, data_len: u32, out: u32) -> () = 3_000, 48;
            /// The 32 bytes of the SHA-256 hash of `data` into `out`.
            hash_sha256(data: u32, data_len: u32, out: u32) -> () = 1_000, 96;
            /// Whether `signature` (64 bytes) is that of the Ed25519 key `key` (32 bytes) over `message`: 1 or 0.
            /// Weak keys, what is no key, and second forms of a signature verify nothing.
            verify_ed25519(key: u32, signature: u32, message: u32, message_len: u32) -> u32 = 400_000, 208;
            /// A line of debug log; never part of history.
            log(text: u32, text_len: u32) -> () = 300, 144;
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
    /// Sixteenths of fuel of each byte of input and output, charged before the copy; see [`bytes_fuel`].
    pub per_byte: u64,
}

/// The fuel of so many bytes at so many sixteenths each, rounded up.
pub const fn bytes_fuel(per_byte: u64, bytes: u64) -> u64 {
    per_byte.saturating_mul(bytes).div_ceil(16)
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
