//! What the operators of wasm cost, in fuel: the cost table of the profile.
//!
//! The unit is one simple operation of a processor. Host calls have their prices in
//! [`hostcalls`](crate::hostcalls). Which operator is of which class is said once, where modules are
//! prepared; the classes and their prices are said here, because they are part of the profile.

/// Operators that leave no machine code behind: constants, locals, `drop`, `nop`, the ends of blocks.
pub const FREE: u64 = 0;
/// What a processor does in about one step.
pub const SIMPLE: u64 = 1;
/// What takes a few steps: stores, `br_table`, conversions of floats to integers, `min`, `max` and `copysign`.
pub const SEVERAL: u64 = 2;
/// Divisions, remainders and square roots.
pub const DIVIDE: u64 = 8;
/// A call, its frame and its return.
pub const CALL: u64 = 4;
/// An indirect call, with its checks.
pub const CALL_INDIRECT: u64 = 8;
/// A bulk operation, before its length is known.
pub const BULK: u64 = 20;
/// Bytes that a bulk operation on memory moves for one unit: 2 to this power.
pub const BULK_BYTES_LOG2: u64 = 3;
/// Each element that a bulk operation on a table moves.
pub const TABLE_ELEMENT: u64 = 1;
/// A growth of memory, before its pages.
pub const GROW: u64 = 2_000;
/// Each page of 64 KiB that memory grows by.
pub const GROW_PAGE: u64 = 8_192;

/// Calls may nest until their frames cost this much: see [`FRAME`].
pub const DEPTH: u64 = 4 << 20;
/// A frame's cost before what its function adds.
pub const FRAME: u64 = 256;
/// What each local, parameter, and operand held at once adds to a frame's cost.
pub const FRAME_VALUE: u64 = 16;
/// What each parameter, and each parameter and result of the largest callee, adds to a frame's cost.
pub const FRAME_PARAM: u64 = 48;
/// What each value that an operator makes, and each function that is imported and called, adds to a frame's
/// cost: compilers may keep any of them there.
pub const FRAME_MADE: u64 = 16;
/// Bytes of a frame that cost one unit of fuel at each call: 2 to this power.
pub const FRAME_BYTES_LOG2: u64 = 10;
/// A function that calls no other of its module costs no depth up to this frame.
pub const FRAME_LEAF_MAX: u64 = 4_096;

macro_rules! prices {
    ($($name:ident),+ $(,)?) => {
        /// Every price above, by name, in the order in which the profile hashes them.
        pub const PRICES: &[(&str, u64)] = &[$((stringify!($name), $name)),+];
    };
}

prices! {
    FREE, SIMPLE, SEVERAL, DIVIDE, CALL, CALL_INDIRECT, BULK, BULK_BYTES_LOG2, TABLE_ELEMENT, GROW, GROW_PAGE,
    DEPTH, FRAME, FRAME_VALUE, FRAME_PARAM, FRAME_MADE, FRAME_BYTES_LOG2,
    FRAME_LEAF_MAX,
}
