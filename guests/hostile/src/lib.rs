//! Breaks every rule it can: each method is one attack, named after itself.
//!
//! [`misuse`] goes through the host calls one by one.
//!
//! It stands on the host's raw imports, as a program of any language could. Every attack must end in the
//! trap named in its doc comment, change nothing, and leave the host as it was. (The traps that Rust cannot
//! be made to emit, of divisions and conversions, are tested in `vm` on bytecode written by hand.)
#![cfg(target_arch = "wasm32")]
#![no_std]

use abi::interface::{Describe, Interface, Kind, Method, encode, encoded_len};
use core::arch::wasm32;
use core::hint::black_box;
// For its allocator, which `abi` needs, and its panic handler.
use guest_sdk as _;
use misuse::room;

mod raw {
    macro_rules! imports {
        ($($(#[doc = $doc:literal])+ $name:ident($($param:ident: $type:ty),*) -> $result:ty = $base:literal, $byte:literal;)+) => {
            #[link(wasm_import_module = "foil")]
            unsafe extern "C" {
                // The host checks every argument, whatever it is: these are safe to call, and that is what
                // the attacks try.
                $(pub(super) safe fn $name($($param: $type),*) -> $result;)+
            }
        };
    }
    abi::hostcalls!(imports);
}

macro_rules! prefix {
    (Call) => {
        "call:"
    };
    (Query) => {
        "query:"
    };
}

macro_rules! attacks {
    ($($(#[doc = $doc:expr])+ $kind:ident $name:ident $body:block)+) => {
        $($(#[doc = $doc])+
        #[unsafe(export_name = concat!(prefix!($kind), stringify!($name)))]
        extern "C" fn $name() $body)+

        /// Them all.
        pub(crate) const METHODS: &[Method] = &[$(Method {
            kind: Kind::$kind,
            name: stringify!($name),
            doc: concat!($($doc),+).trim_ascii(),
            params: &[],
            returns: <() as Describe>::SCHEMA,
            fails: false,
        }),+];
    };
}

mod misuse;

attacks! {
    /// Runs for ever: out of fuel.
    Call spin {
        loop {
            black_box(0);
        }
    }

    /// Calls itself for ever: stack overflow.
    Call recurse {
        black_box(deeper(1));
    }

    /// Calls itself for ever, each time with much in memory: memory out of bounds.
    Call hoard {
        pile(&[0; 256]);
    }

    /// Takes all the memory it may, and writes into it for ever: out of fuel, and memory within its maximum.
    Call grow {
        loop {
            let page = wasm32::memory_grow(0, 1);
            if page != usize::MAX {
                // SAFETY: the page has just been added.
                unsafe { ((page << 16) as *mut u64).write_volatile(u64::MAX) };
            }
        }
    }

    /// Reads far beyond its memory: memory out of bounds.
    Call read_beyond {
        // SAFETY: there is none; that is the attack.
        black_box(unsafe { (black_box(0xffff_fff0_usize) as *const u64).read_volatile() });
    }

    /// Hands the host a key beyond its memory: bad pointer.
    Call wild_key {
        raw::state_put(0xffff_fff0, 8, 0, 0);
    }

    /// Hands the host a value that ends beyond its memory: bad pointer.
    Call wild_value {
        raw::state_put(1, 1, 1, u32::MAX);
    }

    /// Hands the host a buffer beyond its memory: bad pointer.
    Call wild_buffer {
        raw::state_put(1, 1, 1, 1);
        raw::state_get(1, 1, 0xffff_fff0, 0xffff);
    }

    /// Hands the host an answer beyond its memory: bad pointer.
    Call wild_answer {
        raw::answer(0x7fff_ffff, 0x7fff_ffff);
    }

    /// Hands the host a log line beyond its memory: bad pointer.
    Call wild_log {
        raw::log(u32::MAX, u32::MAX);
    }

    /// Writes an empty key: bad argument.
    Call empty_key {
        raw::state_put(0, 0, 0, 0);
    }

    /// Writes a key of 513 bytes: key too long.
    Call big_key {
        raw::state_put(0, 513, 0, 0);
    }

    /// Writes a value of a byte too much: value too long.
    Call big_value {
        raw::state_put(1, 1, room(), (256 << 10) + 1);
    }

    /// Answers with a byte too much: output too long.
    Call big_answer {
        raw::answer(room(), (1 << 20) + 1);
    }

    /// Fails with a byte too much: output too long.
    Call big_failure {
        raw::fail(room(), (1 << 20) + 1);
    }

    /// Emits an event of a byte too much: too many events.
    Call big_event {
        raw::emit(1, 1, room(), 64 << 10);
    }

    /// Emits events for ever: too many events.
    Call flood_events {
        loop {
            raw::emit(1, 1, 1, 1);
        }
    }

    /// Writes new keys for ever: too many writes.
    Call flood_writes {
        let mut key = 0u32;
        loop {
            key += 1;
            raw::state_put((&raw const key) as u32, 4, 1, 1);
        }
    }

    /// Writes one key for ever, 256 KiB each time: too many writes.
    Call flood_bytes {
        let value = room();
        loop {
            raw::state_put(1, 1, value, 256 << 10);
        }
    }

    /// Writes log lines for ever: out of fuel, and a log within its limit.
    Call flood_log {
        loop {
            raw::log(1, 4096);
        }
    }

    /// Opens cursors for ever: too many cursors.
    Call flood_cursors {
        loop {
            raw::scan_open(0, 0, 0, 0, 0);
        }
    }

    /// Reads a cursor that was never opened: bad argument.
    Call bad_cursor {
        raw::scan_next(7, 0, 0);
    }

    /// Emits an event whose name is not UTF-8: bad argument.
    Call bad_name {
        let name = [0xffu8];
        raw::emit(name.as_ptr() as u32, 1, 0, 0);
    }

    /// Draws 4,097 random bytes at once: bad argument.
    Call big_random {
        raw::random(room(), 4097);
    }

    /// Calls a function as if it had another signature: bad signature.
    Call bad_signature {
        let function: extern "C" fn(u64) -> u64 = identity;
        // SAFETY: there is none; that is the attack.
        let function: extern "C" fn() = unsafe { core::mem::transmute(black_box(function)) };
        function();
    }

    /// Calls through an element that its table does not have: table out of bounds.
    Call beyond_table {
        // SAFETY: there is none; that is the attack.
        let function: extern "C" fn() = unsafe { core::mem::transmute(black_box(0x00ff_ffff_usize)) };
        function();
    }

    /// Writes, and ends without an answer: no answer.
    Call silent {
        raw::state_put(1, 1, 1, 1);
    }

    /// Writes, answers, and panics: unreachable.
    Call regret {
        raw::state_put(1, 1, 1, 1);
        raw::emit(1, 1, 1, 1);
        done();
        panic!();
    }

    /// Writes, answers twice, and fails with nothing: failed.
    Call turncoat {
        raw::state_put(1, 1, 1, 1);
        done();
        done();
        raw::fail(0, 0);
    }

    /// Asks for a value with a buffer of no room, and deletes what is not there: returns.
    Call harmless {
        raw::state_delete(1, 1);
        raw::state_get(1, 1, 0, 0);
        done();
    }

    /// Writes in a query: a query cannot write.
    Query write {
        raw::state_put(1, 1, 1, 1);
    }

    /// Emits in a query: a query cannot write.
    Query emit {
        raw::emit(1, 1, 1, 1);
    }
}

const INTERFACE: Interface =
    Interface { name: "hostile", methods: &ALL, state: &[], events: &[], errors: &[] };

/// The attacks, and behind them the misuses.
const ALL: [Method; METHODS.len() + misuse::METHODS.len()] = {
    let mut all = [METHODS[0]; METHODS.len() + misuse::METHODS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < METHODS.len() { METHODS[at] } else { misuse::METHODS[at - METHODS.len()] };
        at += 1;
    }
    all
};

#[allow(dead_code, reason = "no code reads it: it is a section of its own")]
#[unsafe(link_section = "counterfoil")]
static SECTION: [u8; encoded_len(&INTERFACE)] = encode(&INTERFACE);

/// Answers with the empty array.
fn done() {
    let nothing = [0x80u8];
    raw::answer(nothing.as_ptr() as u32, 1);
}

/// Recursion that no optimizer can turn into a loop, with nothing in memory.
fn deeper(depth: u64) -> u64 {
    if raw::seq() == u64::MAX { depth } else { deeper(depth.wrapping_add(1)).rotate_left(1) ^ depth }
}

/// Recursion that keeps 2 KiB in memory for each call.
#[expect(unconditional_recursion, reason = "that is the attack")]
fn pile(above: &[u64; 256]) {
    let mut here = black_box(*above);
    here[0] = here[0].wrapping_add(1);
    pile(&here);
    black_box(&mut here);
}

extern "C" fn identity(number: u64) -> u64 {
    number
}
