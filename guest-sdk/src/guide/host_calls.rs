//! Host calls: all that a program can ask of its host.
//!
//! They are the imports of the module `foil`, and the whole of what wasm of any language can do beyond computing.
//! The pages are made from the one table that the engine, the SDK and the profile are made from; `u32` is an address
//! or a length in the program's memory. Prices are in [fuel](super::costs).
//!
//! A range that leaves the memory traps with *bad pointer*, whatever else is wrong, before anything is paid. A host
//! call that hands out bytes takes a buffer and its capacity, copies what fits, and answers the full length: who
//! guessed too small asks again.

/// What a page says beyond the table: what it is in Rust, and which traps it ends in.
macro_rules! more {
    (state_get) => {
        "[`Cell::get`](crate::Cell::get), [`Map::get`](crate::Map::get), and `contains`.\n\n\
         Traps: *bad argument* for an empty key, *key too long*."
    };
    (state_put) => {
        "[`Cell::set`](crate::Cell::set), [`Map::insert`](crate::Map::insert).\n\n\
         Traps: *bad argument* for an empty key, *key too long*, *value too long*, *too many writes*; in a \
         query, *a query cannot write*."
    };
    (state_delete) => {
        "[`Cell::clear`](crate::Cell::clear), [`Map::remove`](crate::Map::remove).\n\n\
         Traps: *bad argument* for an empty key, *key too long*, *too many writes*; in a query, *a query \
         cannot write*."
    };
    (scan_open) => {
        "[`Map::range`](crate::Map::range), when its first entry is read.\n\n\
         Traps: *bad argument* for a `reverse` that is neither 0 nor 1, *key too long*, *too many cursors*."
    };
    (scan_next) => {
        "The next of [`Entries`](crate::Entries). The call pays as well for deletions of its own that the \
         cursor walks over.\n\n\
         Traps: *bad argument* for a cursor that is not open."
    };
    (scan_close) => {
        "The end of [`Entries`](crate::Entries), when they are dropped.\n\n\
         Traps: *bad argument* for a cursor that is not open."
    };
    (input) => {
        "The arguments of a method; read before it begins. Only what fits is paid for."
    };
    (answer) => {
        "What a method returns. A call without an answer traps.\n\n\
         Traps: *output too long*."
    };
    (fail) => {
        "A method that returns an error of the program. It does not come back.\n\n\
         Traps: *output too long*."
    };
    (emit) => {
        "[`Context::emit`](crate::Context::emit).\n\n\
         Traps: *bad argument* for a name that is not UTF-8, *too many events*; in a query, *a query cannot \
         write*."
    };
    (send) => {
        "[`Context::send`](crate::Context::send).\n\n\
         Traps: *bad argument* for what is no method's name or no arguments, *too many messages*; in a \
         query, *a query cannot write*."
    };
    (shard) => {
        "[`Context::shard`](crate::Context::shard)."
    };
    (caller) => {
        "[`Context::caller`](crate::Context::caller)."
    };
    (seq) => {
        "[`Context::seq`](crate::Context::seq)."
    };
    (time) => {
        "[`Context::time_ms`](crate::Context::time_ms)."
    };
    (random) => {
        "[`Context::random`](crate::Context::random).\n\n\
         Traps: *bad argument* for more than 4,096 bytes at once."
    };
    (hash_blake3) => {
        "[`crypto::blake3`](crate::crypto::blake3)."
    };
    (hash_sha256) => {
        "[`crypto::sha256`](crate::crypto::sha256)."
    };
    (verify_ed25519) => {
        "[`crypto::verify_ed25519`](crate::crypto::verify_ed25519)."
    };
    (log) => {
        "[`log`](crate::log()). Lines of more than 4 KiB are cut, and those behind the first 64 KiB \
         dropped."
    };
}

macro_rules! pages {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident($($param:ident: $type:ty),*) -> $result:ty = $base:literal, $byte:literal;
    )+) => {
        $(
            $(#[doc = $doc])+
            ///
            /// ```text
            #[doc = concat!(
                stringify!($name), "(\n",
                $("    ", stringify!($param), ": ", stringify!($type), ",\n",)*
                ") -> ", stringify!($result),
            )]
            /// ```
            ///
            #[doc = concat!("Fuel: ", stringify!($base), ", and ", stringify!($byte), "/16 for each byte.")]
            ///
            /// # In Rust
            ///
            #[doc = more!($name)]
            pub mod $name {}
        )+
    };
}

abi::hostcalls!(pages);
