//! Costs: what fuel is spent on.
//!
//! A call names the fuel it may use at most, and a call that needs more is trapped and changes nothing. A unit is
//! about one simple step of a processor. Fuel is the same on every engine, for it is counted in the prepared wasm
//! itself; natively nothing is counted.
//!
//! # In the program
//!
//! | price | units | of |
//! |---|---|---|
//! | `FREE` | 0 | constants, locals, the ends of blocks |
//! | `SIMPLE` | 1 | additions, comparisons, loads, branches |
//! | `SEVERAL` | 2 | stores, `br_table`, conversions of floats, `min`, `max` |
//! | `DIVIDE` | 8 | divisions, remainders, square roots |
//! | `CALL` | 4 | a call of a function |
//! | `CALL_INDIRECT` | 8 | a call of a function that a value names |
//! | `BULK` | 20 | copying or filling memory, and one unit for each 2^`BULK_BYTES_LOG2` bytes |
//! | `BULK_BYTES_LOG2` | 3 | |
//! | `TABLE_ELEMENT` | 1 | each element of a table that is moved |
//! | `GROW` | 2000 | more memory, and |
//! | `GROW_PAGE` | 8192 | for each page of 64 KiB |
//!
//! Calls nest until their frames have used `DEPTH`:
//!
//! | price | units | of |
//! |---|---|---|
//! | `DEPTH` | 4194304 | all frames together |
//! | `FRAME` | 256 | each, and |
//! | `FRAME_VALUE` | 16 | for each local and operand |
//! | `FRAME_PARAM` | 48 | for each parameter, its own and those of what it calls |
//! | `FRAME_MADE` | 16 | for each value that it makes |
//! | `FRAME_BYTES_LOG2` | 10 | 2 to this power bytes of a frame cost one unit of fuel |
//! | `FRAME_LEAF_MAX` | 4096 | a function that calls none has a frame of this size for nothing |
//!
//! # In the host
//!
//! Each [host call](super::host_calls) has a price, and one for each byte that goes in or out. What counts is how
//! many entries a call reads and writes, then how long they are:
//!
//! - [`Map::get`](crate::Map::get) is a [`state_get`](super::host_calls::state_get), and so is
//!   [`Map::contains`](crate::Map::contains), which pays for the value, too.
//! - [`Map::insert`](crate::Map::insert) is a [`state_put`](super::host_calls::state_put). It reads nothing.
//! - A range is a [`scan_open`](super::host_calls::scan_open), a [`scan_next`](super::host_calls::scan_next) for
//!   each entry and one for the end, if it is read to there, and a [`scan_close`](super::host_calls::scan_close).
//! - [`Log::append`](crate::Log::append) reads the last entry as a range, and writes one.
//! - [`IndexedMap::insert`](crate::IndexedMap::insert) reads the entry and writes it, and an entry of an index where
//!   that changes; with a unique index it looks there first.
//!
//! # To spend less
//!
//! - Read a value once, change it, and write it once.
//! - Keep what is read together in one entry, as a struct.
//! - Keep totals in a [`Cell`](crate::Cell), rather than summing a range.
//! - Verify signatures before the work that depends on them only where the node does not: a caller is proved already.
//! - `foil call` tells what a call used, and `foil explain` what a trap means.
