//! What a function's frame costs in depth.
//!
//! Calls nest until their frames together cost more than [`DEPTH`](abi::fuel::DEPTH), and the native stack is
//! large enough for any frames of that cost: so it is the program's own depth that ends a recursion, at the
//! same call on every engine, and never the engine's stack.
//!
//! A compiler keeps on its stack what the program holds at once, locals and operands, and arguments. But it
//! may hold more than the program does: a value that is computed twice can be kept from the first time to
//! the second, one that a loop computes each time anew can be computed ahead of it, and every value may have
//! a place of its own, even where another's is free. Hence the part of the price that grows with the values
//! made. Native frames were at most 0.61 of this price, for functions made to have large ones.

use super::body::Body;
use abi::fuel::{DEPTH, FRAME, FRAME_BYTES_LOG2, FRAME_LEAF_MAX, FRAME_MADE, FRAME_PARAM, FRAME_VALUE};

/// The price of a frame of this function: more bytes than its native frame takes.
pub(super) fn price(body: &Body<'_>) -> u64 {
    let values = (body.locals.len() + body.operands_max) as u64;
    let params = (body.params + body.callee_values_max) as u64;
    FRAME + FRAME_VALUE * values + FRAME_PARAM * params + FRAME_MADE * body.made
}

/// The depth that it takes; `None` where it takes none: a small one that calls no other is the last on the
/// stack, and there is room for one more.
pub(super) fn depth(body: &Body<'_>, price: u64) -> Option<i64> {
    if !body.calls && price <= FRAME_LEAF_MAX {
        return None;
    }
    // What costs more than all there is can as well cost one more than that.
    Some(price.min(DEPTH + 1).cast_signed())
}

/// The fuel that making it takes at each call.
pub(super) fn fuel(price: u64) -> u64 {
    price >> FRAME_BYTES_LOG2
}
