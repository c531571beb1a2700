//! The body of an `add-checkpoint` request.
//!
//! ```text
//! old SIZE
//! base64(HASH)            up to 63 of them: the proof of consistency
//! (an empty line)
//! the checkpoint: a note
//! ```

use super::Refusal;
use crate::head::Head;
use crate::note::{NOTE_BYTES_MAX, Note, base64_hash, decimal};
use abi::Hash;
use base64ct::{Base64, Encoding};
use std::fmt;

/// Most hashes of a proof.
const PROOF_MAX: usize = 63;

/// A request to cosign a head. Text form: the body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The size from which the proof leads.
    pub old: u64,
    /// The proof of consistency.
    pub proof: Vec<Hash>,
    /// The head, as it is signed.
    pub note: Note,
    /// The head, as the note says.
    pub head: Head,
}

impl Request {
    /// Longest body, in bytes: a note, and what stands before it.
    pub const BYTES_MAX: usize = NOTE_BYTES_MAX + 4096;

    /// A request to cosign the head that `note` is.
    ///
    /// # Errors
    ///
    /// A note that is no head.
    pub fn new(old: u64, proof: Vec<Hash>, note: Note) -> Result<Request, Refusal> {
        let head = note.text().parse().map_err(Refusal::Note)?;
        Ok(Request { old, proof, note, head })
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// Malformed, or with a checkpoint that is none.
    pub fn parse(body: &[u8]) -> Result<Request, Refusal> {
        if body.len() > Request::BYTES_MAX {
            return Err(Refusal::Malformed("it is too long"));
        }
        let body = std::str::from_utf8(body).map_err(|_| Refusal::Malformed("it is not UTF-8"))?;
        let (before, note) = body.split_once("\n\n").ok_or(Refusal::Malformed("no empty line"))?;
        let mut lines = before.split('\n');
        let old = lines.next().and_then(|line| decimal(line.strip_prefix("old ")?));
        let old = old.ok_or(Refusal::Malformed("no old size"))?;
        // One more than there may be is enough to know.
        let proof: Option<Vec<Hash>> = lines.take(PROOF_MAX + 1).map(base64_hash).collect();
        let proof = proof.ok_or(Refusal::Malformed("a line of the proof is no hash in base64"))?;
        if proof.len() > PROOF_MAX {
            return Err(Refusal::Malformed("the proof is too long"));
        }
        Request::new(old, proof, Note::parse(note.as_bytes()).map_err(Refusal::Note)?)
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", Base64::encode_string(&hash.0)))?;
        write!(f, "\n{}", self.note)
    }
}
