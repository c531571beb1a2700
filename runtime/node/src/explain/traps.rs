//! T2 and up: the rules of execution that a program can break. A call that traps changes no state, and is
//! history with a receipt all the same.

use super::{Explanation, explained};

/// The same for everything that compiled code does on its own.
const FUNCTIONS: &str = "The functions after `in` say where; `foil replay --seq SEQ --debug FILE` has their lines, if \
    FILE has debug information.";
/// The same for every limit.
const SPLIT: &str = "The detail says how much it was. Split the work over several calls.";

pub(super) const TABLE: &[Explanation] = explained! {
    "T2" => "the program executed `unreachable`",
        "A panic ends so: an overflow, an index out of range, an `unwrap` of nothing, memory used up.",
        "The last line of the log says what panicked, and where. `foil replay --seq SEQ` shows it again.";
    "T3" => "the call used all its fuel",
        "Every operation costs fuel, and the call's limit did not suffice: too little, or a loop without \
        end.",
        "Give the call more (`--fuel`, at most `FUEL_MAX`) if the work is due; else see who used it: \
        `foil replay --seq SEQ --profile FLAME.svg`.";
    "T4" => "calls nested too deep",
        "Each call takes of a stack that is the same everywhere, by the size of its frame: mostly endless \
        recursion.",
        "Make the recursion a loop, or keep large values out of its frames.";
    "T5" => "a load or store outside the memory",
        "A wild pointer, or memory that is full where the program did not notice.", FUNCTIONS;
    "T6" => "a table access outside the table",
        "A function pointer that is none.", FUNCTIONS;
    "T7" => "an indirect call of an empty element",
        "A function pointer that is null.", FUNCTIONS;
    "T8" => "an indirect call with a wrong signature",
        "A function was called as if it took or gave something else: mostly a wrong cast.", FUNCTIONS;
    "T9" => "a signed division overflowed",
        "The least integer was divided by −1; Rust itself panics before (T2).",
        "Check the divisor before dividing.";
    "T10" => "a division by zero",
        "Rust itself panics before (T2); other compilers leave it to the machine.",
        "Check the divisor before dividing.";
    "T11" => "a float was converted to an integer that cannot hold it",
        "NaN, an infinity, or a number out of range.",
        "Use saturating conversions, as Rust's `as` does, or check first.";
    "T12" => "a pointer or length given to the host lies outside the memory",
        "Host calls check every pointer before anything is done.",
        "With raw imports: check pointer and length. Through `guest-sdk` this cannot happen: report it.";
    "T13" => "an argument of a host call is not allowed",
        "Text that is not UTF-8, an empty key, an unknown or closed cursor, more than `RANDOM_BYTES_MAX` at \
        once, a message whose method or arguments are none.",
        "The functions after `in` say which host call it was in.";
    "T14" => "a key is longer than the limit",
        "A key holds `KEY_BYTES_MAX` at most; the detail says how long this one was.",
        "Use the hash of a long name as the key, and keep the name in the value.";
    "T15" => "a value is longer than the limit",
        "A value holds `VALUE_BYTES_MAX` at most; the detail says how long this one was.",
        "Keep it in pieces under several keys.";
    "T16" => "too many writes",
        "A call writes `WRITES_MAX` keys and `WRITES_BYTES_MAX` at most, so that a block fits and can be \
        verified.", SPLIT;
    "T17" => "the output is longer than the limit",
        "An answer or a failure holds `OUTPUT_BYTES_MAX` at most.",
        "Answer in pages: take where to go on as an argument.";
    "T18" => "too many events",
        "An event holds `EVENT_BYTES_MAX`; a call emits `EVENTS_MAX` of them and `EVENTS_BYTES_MAX` at \
        most.", SPLIT;
    "T19" => "a query tried to write, to emit or to send",
        "A query leaves no trace, so it can change nothing.",
        "Make the method a `#[call]`, or leave the write out.";
    "T20" => "the method ended without an answer",
        "Every method answers or fails, if only with the empty array.",
        "With raw imports: call `answer` on every path. The SDK does so by itself.";
    "T21" => "too many cursors",
        "A call has `CURSORS_MAX` open at once at most.",
        "Close a cursor when its scan is over (the SDK does when it is dropped), and do not nest scans.";
    "T22" => "too many messages",
        "A message holds `MESSAGE_BYTES_MAX`; a call sends `MESSAGES_MAX` of them and `MESSAGES_BYTES_MAX` \
        at most.", SPLIT;
};
