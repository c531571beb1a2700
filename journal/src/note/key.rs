//! The keys of notes: Ed25519 with a name, for the text itself (a log's) or for a witness's cosignature
//! (C2SP signed-note and tlog-cosignature, `cosignature/v1`).
//!
//! A writer's key also signs commitments (COSE, which begin with a CBOR array head) and acts (which begin
//! with `counterfoil` and a zero byte). No text of a note begins so, because it is UTF-8 without control
//! characters: a signature of one kind is none of another. A cosignature's message could be the text of a
//! note, so a witness has a key of its own.

use super::{Line, NoteError, is_name};
use abi::sign::{PublicKey, SecretKey, Signature};
use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Longest name of a key, in bytes: the most that tlog-cosignature has room for.
const NAME_BYTES_MAX: usize = 255;
/// The latest time of a cosignature, in seconds of Unix time.
const TIME_S_MAX: u64 = (1 << 63) - 1;

/// What a key signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Scheme {
    /// The text of the note.
    Text = 0x01,
    /// The text of the note, and that it was the newest head at a time.
    Cosignature = 0x04,
}

/// A public key of notes. Text form: `NAME+ID+base64(scheme ‖ key)`, with the id in hexadecimal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoteKey {
    name: String,
    scheme: Scheme,
    public: PublicKey,
}

impl NoteKey {
    /// The key `public` under a name.
    ///
    /// # Errors
    ///
    /// Refuses a name with spaces or `+` or of more than 255 bytes, and a weak key.
    pub fn new(name: &str, scheme: Scheme, public: PublicKey) -> Result<NoteKey, NoteError> {
        if !is_name(name) || name.len() > NAME_BYTES_MAX {
            return Err(NoteError::Key("the name is empty, too long, or has spaces or a plus"));
        }
        if !public.is_sound() {
            return Err(NoteError::Key("the key is no point of large order"));
        }
        Ok(NoteKey { name: name.into(), scheme, public })
    }

    /// Its name; for a log's key, the log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The key without its name.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// `SHA-256(name ‖ "\n" ‖ scheme ‖ key)`, the first four bytes: tells keys apart, and proves nothing.
    pub fn id(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update([b'\n', self.scheme as u8]);
        hasher.update(self.public.0);
        let digest = hasher.finalize();
        std::array::from_fn(|i| digest[i])
    }

    /// Signs a text. `secret` is this key's other half, and the key signs texts.
    pub fn sign(&self, secret: &SecretKey, text: &str) -> Line {
        assert!(self.scheme == Scheme::Text, "a witness's key signs cosignatures alone");
        self.line(secret, text.as_bytes(), &[])
    }

    /// Cosigns the head that a text is, as the newest one at `now_s` seconds of Unix time. `secret` is this
    /// key's other half, and the key is a witness's.
    pub fn cosign(&self, secret: &SecretKey, text: &str, now_s: u64) -> Line {
        assert!(self.scheme == Scheme::Cosignature, "a log's key signs texts alone");
        let now_s = now_s.min(TIME_S_MAX);
        self.line(secret, &cosigned(text, now_s), &now_s.to_be_bytes())
    }

    fn line(&self, secret: &SecretKey, message: &[u8], before: &[u8]) -> Line {
        assert!(secret.public() == self.public, "the secret half is the key's");
        let signature = [before, &secret.sign(message).0].concat();
        Line { name: self.name.clone(), id: self.id(), signature }
    }

    /// Whether a line claims to be this key's.
    pub(super) fn made(&self, line: &Line) -> bool {
        line.name == self.name && line.id == self.id()
    }

    /// Whether `signature` is this key's over `text`, as its scheme has it.
    pub(super) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        let (message, signature) = match self.scheme {
            Scheme::Text => (text.as_bytes().to_vec(), signature),
            Scheme::Cosignature => match signature.split_first_chunk::<8>() {
                Some((time, signature)) if u64::from_be_bytes(*time) <= TIME_S_MAX => {
                    (cosigned(text, u64::from_be_bytes(*time)), signature)
                }
                _ => return false,
            },
        };
        signature.try_into().is_ok_and(|bytes| self.public.verifies(&message, &Signature(bytes)))
    }
}

/// The message of a cosignature.
fn cosigned(text: &str, time_s: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time_s}\n{text}").into_bytes()
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.scheme as u8], &self.public.0[..]].concat();
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, Base64::encode_string(&key))
    }
}

impl FromStr for NoteKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<NoteKey, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key("it has not three parts"));
        };
        let key = Base64::decode_vec(key).map_err(|_| NoteError::Key("it is not base64"))?;
        let (scheme, public) = match key.split_first() {
            Some((0x01, public)) => (Scheme::Text, public),
            Some((0x04, public)) => (Scheme::Cosignature, public),
            _ => return Err(NoteError::Key("its scheme is unknown")),
        };
        let public = public.try_into().map_err(|_| NoteError::Key("it is not 32 bytes long"))?;
        let key = NoteKey::new(name, scheme, PublicKey(public))?;
        // One key has one text: this also compares the id.
        if key.to_string() == text { Ok(key) } else { Err(NoteError::Key("its id is another key's")) }
    }
}
