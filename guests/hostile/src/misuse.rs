//! Every host call, misused in every way there is: a method for each, named after the host call and what is wrong with
//! it. In the interface, its description is the trap that it must end in.
//!
//! Nothing can be wrong with a host call that takes nothing, but that it is made for ever.

use crate::raw;
use abi::interface::{Describe, Kind, Method};
use core::arch::wasm32;

/// An address that no memory of a program reaches.
const WILD: u32 = 0xffff_fff0;

macro_rules! misuses {
    ($($kind:ident $name:ident: $trap:ident = $misuse:expr;)+) => {
        attacks! {
            $(#[doc = concat!("Ends in ", stringify!($trap), ".")]
            $kind $name {
                _ = $misuse;
            })+
        }
    };
}

misuses! {
    Call state_get_wild_key: BadPointer = raw::state_get(WILD, 8, 0, 0);
    Call state_get_wrapping_key: BadPointer = raw::state_get(u32::MAX, u32::MAX, 0, 0);
    Call state_get_wild_buffer: BadPointer = raw::state_get(1, 1, WILD, 8);
    Call state_get_buffer_over_end: BadPointer = raw::state_get(1, 1, end() - 1, 2);
    Call state_get_empty_key: BadArgument = raw::state_get(0, 0, 0, 0);
    Call state_get_long_key: KeyTooLong = raw::state_get(0, 513, 0, 0);
    Call state_put_wild_key: BadPointer = raw::state_put(WILD, 8, 1, 1);
    Call state_put_wild_value: BadPointer = raw::state_put(1, 1, WILD, 8);
    Call state_put_wrapping_value: BadPointer = raw::state_put(1, 1, 1, u32::MAX);
    Call state_put_value_over_end: BadPointer = raw::state_put(1, 1, end() - 1, 2);
    Call state_put_empty_key: BadArgument = raw::state_put(0, 0, 1, 1);
    Call state_put_long_key: KeyTooLong = raw::state_put(0, 513, 1, 1);
    Call state_put_long_value: ValueTooLong = raw::state_put(1, 1, room(), (256 << 10) + 1);
    Query state_put_in_query: ReadOnly = raw::state_put(1, 1, 1, 1);
    Call state_delete_wild_key: BadPointer = raw::state_delete(WILD, 8);
    Call state_delete_key_over_end: BadPointer = raw::state_delete(end() - 1, 2);
    Call state_delete_empty_key: BadArgument = raw::state_delete(0, 0);
    Call state_delete_long_key: KeyTooLong = raw::state_delete(0, 513);
    Query state_delete_in_query: ReadOnly = raw::state_delete(1, 1);
    Call scan_open_wild_from: BadPointer = raw::scan_open(WILD, 8, 0, 0, 0);
    Call scan_open_wild_to: BadPointer = raw::scan_open(0, 0, WILD, 8, 0);
    Call scan_open_to_over_end: BadPointer = raw::scan_open(0, 0, end() - 1, 2, 0);
    Call scan_open_long_from: KeyTooLong = raw::scan_open(0, 513, 0, 0, 0);
    Call scan_open_long_to: KeyTooLong = raw::scan_open(0, 0, 0, 513, 0);
    Call scan_open_in_no_order: BadArgument = raw::scan_open(0, 0, 0, 0, 2);
    Call scan_open_for_ever: TooManyCursors = for_ever(|| _ = raw::scan_open(0, 0, 0, 0, 1));
    Call scan_next_never_opened: BadArgument = raw::scan_next(0, 0, 0);
    Call scan_next_closed: BadArgument = raw::scan_next(closed(), 0, 0);
    Call scan_next_of_no_number: BadArgument = raw::scan_next(u32::MAX, 0, 0);
    Call scan_next_wild_buffer: BadPointer = raw::scan_next(opened(), WILD, 8);
    Call scan_next_buffer_over_end: BadPointer = raw::scan_next(opened(), end() - 1, 2);
    Call scan_close_never_opened: BadArgument = raw::scan_close(0);
    Call scan_close_twice: BadArgument = raw::scan_close(closed());
    Call input_wild_buffer: BadPointer = raw::input(WILD, 8);
    Call input_buffer_over_end: BadPointer = raw::input(end(), 1);
    Call answer_wild: BadPointer = raw::answer(WILD, 8);
    Call answer_wrapping: BadPointer = raw::answer(1, u32::MAX);
    Call answer_over_end: BadPointer = raw::answer(end() - 1, 2);
    Call answer_too_long: OutputTooLong = raw::answer(room(), (1 << 20) + 1);
    Call fail_wild: BadPointer = raw::fail(WILD, 8);
    Call fail_over_end: BadPointer = raw::fail(end() - 1, 2);
    Call fail_too_long: OutputTooLong = raw::fail(room(), (1 << 20) + 1);
    Call emit_wild_name: BadPointer = raw::emit(WILD, 8, 1, 1);
    Call emit_wild_data: BadPointer = raw::emit(1, 1, WILD, 8);
    Call emit_data_over_end: BadPointer = raw::emit(1, 1, end() - 1, 2);
    Call emit_name_no_text: BadArgument = raw::emit(at(&[0xff]), 1, 1, 1);
    Call emit_long_name: TooManyEvents = raw::emit(room(), (64 << 10) + 1, 1, 0);
    Call emit_long_data: TooManyEvents = raw::emit(1, 1, room(), 64 << 10);
    Query emit_in_query: ReadOnly = raw::emit(1, 1, 1, 1);
    Call send_wild_shard: BadPointer = raw::send(WILD, at(b"hit"), 3, at(&[0x80]), 1);
    Call send_shard_over_end: BadPointer = raw::send(end() - 31, at(b"hit"), 3, at(&[0x80]), 1);
    Call send_wild_method: BadPointer = raw::send(0, WILD, 8, at(&[0x80]), 1);
    Call send_wild_arguments: BadPointer = raw::send(0, at(b"hit"), 3, WILD, 8);
    Call send_empty_method: BadArgument = raw::send(0, 0, 0, at(&[0x80]), 1);
    Call send_method_no_text: BadArgument = raw::send(0, at(&[0xff]), 1, at(&[0x80]), 1);
    Call send_method_no_name: BadArgument = raw::send(0, at(b"Hit"), 3, at(&[0x80]), 1);
    Call send_long_method: BadArgument = raw::send(0, at(&[b'a'; 65]), 65, at(&[0x80]), 1);
    Call send_no_arguments: BadArgument = raw::send(0, at(b"hit"), 3, 0, 0);
    Call send_arguments_cut_off: BadArgument = raw::send(0, at(b"hit"), 3, at(&[0x81]), 1);
    Call send_arguments_not_canonical: BadArgument = raw::send(0, at(b"hit"), 3, at(&[0x18, 0]), 2);
    Call send_for_ever: TooManyMessages = for_ever(|| raw::send(0, at(b"h"), 1, at(&[0x80]), 1));
    Query send_in_query: ReadOnly = raw::send(0, at(b"hit"), 3, at(&[0x80]), 1);
    Call shard_wild: BadPointer = raw::shard(WILD);
    Call shard_over_end: BadPointer = raw::shard(end() - 31);
    Call caller_wild_buffer: BadPointer = raw::caller(WILD, 8);
    Call caller_buffer_over_end: BadPointer = raw::caller(end() - 1, 2);
    Call seq_for_ever: OutOfFuel = for_ever(|| _ = raw::seq());
    Call time_for_ever: OutOfFuel = for_ever(|| _ = raw::time());
    Call random_wild: BadPointer = raw::random(WILD, 8);
    Call random_over_end: BadPointer = raw::random(end() - 1, 2);
    Call random_too_many: BadArgument = raw::random(room(), 4_097);
    Call hash_blake3_wild_data: BadPointer = raw::hash_blake3(WILD, 8, 0);
    Call hash_blake3_data_over_end: BadPointer = raw::hash_blake3(1, end(), 0);
    Call hash_blake3_wild_out: BadPointer = raw::hash_blake3(1, 1, WILD);
    Call hash_blake3_out_over_end: BadPointer = raw::hash_blake3(1, 1, end() - 31);
    Call hash_sha256_wild_data: BadPointer = raw::hash_sha256(WILD, 8, 0);
    Call hash_sha256_data_over_end: BadPointer = raw::hash_sha256(1, end(), 0);
    Call hash_sha256_wild_out: BadPointer = raw::hash_sha256(1, 1, WILD);
    Call hash_sha256_out_over_end: BadPointer = raw::hash_sha256(1, 1, end() - 31);
    Call verify_ed25519_wild_key: BadPointer = raw::verify_ed25519(WILD, 0, 0, 0);
    Call verify_ed25519_key_over_end: BadPointer = raw::verify_ed25519(end() - 31, 0, 0, 0);
    Call verify_ed25519_wild_signature: BadPointer = raw::verify_ed25519(0, WILD, 0, 0);
    Call verify_ed25519_signature_over_end: BadPointer = raw::verify_ed25519(0, end() - 63, 0, 0);
    Call verify_ed25519_wild_message: BadPointer = raw::verify_ed25519(0, 0, WILD, 8);
    Call log_wild: BadPointer = raw::log(WILD, 8);
    Call log_wrapping: BadPointer = raw::log(u32::MAX, u32::MAX);
    Call log_over_end: BadPointer = raw::log(end() - 1, 2);
}

/// The first address behind the memory.
fn end() -> u32 {
    (wasm32::memory_size(0) << 16) as u32
}

/// The start of 2 MiB of memory.
pub(crate) fn room() -> u32 {
    (wasm32::memory_grow(0, 32) << 16) as u32
}

fn at(bytes: &[u8]) -> u32 {
    bytes.as_ptr() as u32
}

fn opened() -> u32 {
    raw::scan_open(0, 0, 0, 0, 0)
}

fn closed() -> u32 {
    let cursor = opened();
    raw::scan_close(cursor);
    cursor
}

fn for_ever(call: impl Fn()) {
    loop {
        call();
    }
}
