//! The verifier for WebAssembly: [`verify::verify_bytes`] behind two exported functions, for a host that has
//! no Rust. `verifier.mjs` is such a host, for browsers and Node.
//!
//! ```text
//! at = input(32 + n)         room in the module's memory; 0 if there is none
//! write the anchor at `at`   32 bytes: a shard's id, a key, or anything where there is none
//! write the file after it    n bytes
//! at = verify(anchor)        0: no anchor, 1: the id of a shard, 2: a writer's key
//! read the report at `at`    4 bytes of length, the least significant first; then so many bytes of JSON
//! ```
//!
//! # Guarantees
//!
//! It imports nothing: no clock, no randomness, no network. The report is the one of `foil-verify --no-execute
//! -o json`.
//!
//! # Limits
//!
//! The file is held in memory as a whole (a bundle is read in order, so it could be streamed; `foil-verify`
//! does). Nothing is executed. After a trap, which only want of memory should bring about, an instance is not
//! to be used again.

use abi::Hash;
use abi::sign::PublicKey;
use std::cell::Cell;
use verify::{Anchor, verify_bytes};

thread_local! {
    /// What the host writes before a call of `verify`, and reads after it.
    static BYTES: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Makes room for `len` bytes of input, and returns where they are to be written; null, if there is no memory.
///
/// The room is the module's until the next call of a function.
// Exporting a name is unsafe, for two of the same name would be a fault that the compiler does not see. There
// are these two in the whole module; neither is called by Rust.
#[allow(unsafe_code, reason = "the name is exported; the body is safe")]
#[unsafe(no_mangle)]
pub extern "C" fn input(len: usize) -> *mut u8 {
    // What came before goes first, so that both never need to fit.
    drop(BYTES.take());
    // Tried first, for `vec!` traps where this fails; nothing is written yet, so it costs nothing.
    if Vec::<u8>::new().try_reserve_exact(len).is_err() {
        return std::ptr::null_mut();
    }
    let mut bytes = vec![0; len];
    let at = bytes.as_mut_ptr();
    BYTES.set(bytes);
    at
}

/// Verifies the input, and returns where the report stands until the next call of a function.
#[allow(unsafe_code, reason = "the name is exported; the body is safe")]
#[unsafe(no_mangle)]
pub extern "C" fn verify(anchor: u32) -> *const u8 {
    let report = report(&BYTES.take(), anchor);
    let at = report.as_ptr();
    BYTES.set(report);
    at
}

/// The report on `input`, with its length before it. An input without a whole anchor is an empty file.
fn report(input: &[u8], anchor: u32) -> Vec<u8> {
    let (id, file) = input.split_first_chunk().unwrap_or((&[0; 32], &[]));
    let anchor = match anchor {
        1 => Anchor::Shard(Hash(*id)),
        2 => Anchor::Key(PublicKey(*id)),
        _ => Anchor::None,
    };
    let json = verify_bytes(file, &anchor).to_json().to_string();
    let len = u32::try_from(json.len()).expect("the host's memory has 32-bit addresses");
    [&len.to_le_bytes(), json.as_bytes()].concat()
}
