//! What a file says that it is, and its verification as such.

use crate::anchor::Anchor;
use crate::evidence::{verify_checkpoint, verify_fork, verify_heads_fork};
use crate::history::{Execution, Plan, verify_bundle};
use crate::proof::verify_proof;
use crate::receipt::verify_receipt;
use crate::report::Report;
use abi::codec::Reader;

/// The first bytes by which a bundle is known: an item of two, numbered 1.
const BUNDLE_START: [u8; 2] = [0x82, 0x01];

/// Whether a file that starts with `start` is to be judged as a bundle; an empty one is a bundle that was cut.
pub(crate) fn is_bundle(start: &[u8]) -> bool {
    start.starts_with(&BUNDLE_START) || start.is_empty()
}

/// Verifies a file of any kind that is held in memory, and runs nothing.
pub fn verify_bytes(bytes: &[u8], anchor: &Anchor) -> Report {
    match is_bundle(bytes) {
        true => verify_bundle(bytes, anchor, &Plan::of(Execution::Off), &mut |_| ()),
        false => verify_small(bytes, anchor),
    }
}

/// Verifies any file but a bundle.
pub(crate) fn verify_small(bytes: &[u8], anchor: &Anchor) -> Report {
    match name(bytes) {
        Some("counterfoil proof") => verify_proof(bytes, anchor),
        Some("counterfoil checkpoint") => verify_checkpoint(bytes, anchor),
        Some("counterfoil fork") => verify_fork(bytes, anchor),
        Some("counterfoil fork of heads") => verify_heads_fork(bytes, anchor),
        _ => verify_receipt(bytes, anchor),
    }
}

/// The name with which our small files begin.
fn name(bytes: &[u8]) -> Option<&str> {
    let mut reader = Reader::new(bytes);
    reader.array().ok()?;
    reader.text().ok()
}
