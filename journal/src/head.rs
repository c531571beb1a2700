//! Heads as the world sees them: the size and root of a history, as the text of a note (C2SP
//! tlog-checkpoint).
//!
//! ```text
//! ORIGIN                  for a shard: <genesis.origin>/shard/<id>
//! SIZE                    in decimal
//! base64(ROOT)
//! ```
//!
//! # Limits
//!
//! Extension lines are refused, ours and others': nobody could audit them.

use crate::note::{Note, NoteError, NoteKey, Scheme, base64_hash, decimal, is_name};
use abi::Hash;
use abi::genesis::Genesis;
use abi::sign::{PublicKey, SecretKey};
use base64ct::{Base64, Encoding};
use std::fmt;
use std::str::FromStr;

/// The size and root of a log. Text form: the text of its note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Which log; it is also the name of the log's key.
    pub origin: String,
    /// How many records it has.
    pub size: u64,
    /// The root of its history tree.
    pub root: Hash,
}

impl Head {
    /// The origin of a shard's heads.
    pub fn origin_of(genesis: &Genesis) -> String {
        format!("{}/shard/{}", genesis.origin, genesis.id())
    }

    /// The key that signs heads of `origin`.
    ///
    /// # Errors
    ///
    /// An origin that can name no key, or a weak key.
    pub fn key(origin: &str, public: PublicKey) -> Result<NoteKey, NoteError> {
        NoteKey::new(origin, Scheme::Text, public)
    }

    /// The head as a note, signed under the name of its origin.
    ///
    /// # Errors
    ///
    /// An origin that can name no key.
    pub fn sign(&self, secret: &SecretKey) -> Result<Note, NoteError> {
        let text = self.to_string();
        let line = Head::key(&self.origin, secret.public())?.sign(secret, &text);
        Note::new(text)?.with(line)
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, Base64::encode_string(&self.root.0))
    }
}

impl FromStr for Head {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Head, NoteError> {
        let text = text.strip_suffix('\n').ok_or(NoteError::Head("its last line does not end"))?;
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|origin| is_name(origin)).ok_or(NoteError::Head("no origin"))?;
        let size = lines.next().and_then(decimal).ok_or(NoteError::Head("no decimal size"))?;
        let root = lines.next().and_then(base64_hash).ok_or(NoteError::Head("no root in base64"))?;
        match lines.next() {
            None => Ok(Head { origin: origin.into(), size, root }),
            Some(_) => Err(NoteError::Head("extension lines are refused")),
        }
    }
}

#[cfg(test)]
mod tests;
