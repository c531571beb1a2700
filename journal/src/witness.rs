//! What a witness answers (C2SP tlog-witness, `add-checkpoint`), as a function of what it has stored.
//!
//! A witness keeps, for each log, the newest head that it has cosigned, and cosigns another one only if that
//! head's tree is proven to be a prefix of the new one. The proof is checked against the *stored* root, never
//! against one that the request brings.
//!
//! Whoever calls [`Witness::decide`] makes [`Decision::store`] durable before it answers, decides about one
//! request for an origin at a time, and keeps [`Decision::evidence`].

use crate::fork::{HeadsForkFile, SignedHead};
use crate::head::Head;
use crate::history::{History, is_consistent};
use crate::note::{Note, NoteError, NoteKey, Scheme};
use abi::Coded;
use abi::sign::SecretKey;

mod request;

pub use request::Request;

/// A witness: its key, and the logs that it knows.
pub struct Witness {
    secret: SecretKey,
    key: NoteKey,
    logs: Vec<NoteKey>,
}

/// What is answered to a request, and what is to be done before.
#[derive(Debug)]
pub struct Decision {
    /// The cosignature as a line of a note, or why there is none.
    pub answer: Result<String, Refusal>,
    /// What is to be durable before the answer is sent, in place of what was stored: the head as a note,
    /// with the log's signature and the witness's own.
    pub store: Option<Note>,
    /// Two heads of one size with different roots, both signed by the log: nobody can explain them away.
    pub evidence: Option<HeadsForkFile>,
}

/// Why there is no cosignature.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The body is not a request.
    #[error("the request is malformed: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it is none.
    #[error("{0}")]
    Note(NoteError),
    /// Nobody told the witness of this log.
    #[error("the origin is unknown")]
    Origin,
    /// No key of the log signed, or its signature is wrong.
    #[error("no trusted key of the origin signed: {0}")]
    Untrusted(NoteError),
    /// The old size is above that of the new head.
    #[error("the old size is above the checkpoint's")]
    Order,
    /// The old size is not the stored one.
    #[error("the newest head known here has size {0}")]
    Stale(u64),
    /// Another root for the stored size.
    #[error("another root was cosigned for size {0}")]
    Fork(u64),
    /// The proof does not show that the stored head is a prefix.
    #[error("the proof does not lead from the head known here to the new one")]
    Proof,
}

impl Coded for Refusal {
    fn code(&self) -> u16 {
        match self {
            Refusal::Malformed(_) => 2421,
            Refusal::Note(error) => error.code(),
            Refusal::Origin => 2422,
            Refusal::Untrusted(_) => 2423,
            Refusal::Order => 2424,
            Refusal::Stale(_) => 2425,
            Refusal::Fork(_) => 2426,
            Refusal::Proof => 2427,
        }
    }
}

impl Refusal {
    /// The HTTP status that the specification has for it.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) | Refusal::Note(_) | Refusal::Order => 400,
            Refusal::Origin => 404,
            Refusal::Untrusted(_) => 403,
            Refusal::Stale(_) | Refusal::Fork(_) => 409,
            Refusal::Proof => 422,
        }
    }

    /// The size that an answer of status 409 states, so that the client can prove from there.
    pub fn size(&self) -> Option<u64> {
        match self {
            Refusal::Stale(size) | Refusal::Fork(size) => Some(*size),
            _ => None,
        }
    }
}

impl Witness {
    /// A witness of `logs`, under a name.
    ///
    /// # Errors
    ///
    /// Refuses a key that is one of a log's, or a log's key that does not sign texts.
    pub fn new(name: &str, secret: SecretKey, logs: Vec<NoteKey>) -> Result<Witness, NoteError> {
        let key = NoteKey::new(name, Scheme::Cosignature, secret.public())?;
        if logs.iter().any(|log| log.scheme() != Scheme::Text) {
            return Err(NoteError::Key("a log's key signs texts, not cosignatures"));
        }
        if logs.iter().any(|log| log.public() == key.public()) {
            return Err(NoteError::Key("a witness needs another key than the log's"));
        }
        Ok(Witness { secret, key, logs })
    }

    /// The key by which its cosignatures are verified.
    pub fn key(&self) -> &NoteKey {
        &self.key
    }

    /// The origins of the logs it knows.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.logs.iter().map(NoteKey::name)
    }

    /// Reads back what was stored for an origin.
    ///
    /// # Errors
    ///
    /// Refuses what this witness has not cosigned, or no known log signed.
    pub fn restore(&self, origin: &str, stored: &[u8]) -> Result<Note, NoteError> {
        let note = Note::parse(stored)?;
        note.verify(std::slice::from_ref(&self.key))?;
        note.verify(&self.keys(origin))?;
        match note.text().parse::<Head>()? {
            head if head.origin == origin => Ok(note),
            _ => Err(NoteError::Head("it is another origin's")),
        }
    }

    /// Decides about a request at `now_s` seconds of Unix time. `stored` is what is stored for the origin of
    /// the request; `None` if nothing ever was.
    pub fn decide(&self, stored: Option<&Note>, request: &Request, now_s: u64) -> Decision {
        let refused = |refusal| Decision { answer: Err(refusal), store: None, evidence: None };
        let head = &request.head;
        let keys = self.keys(&head.origin);
        if keys.is_empty() {
            return refused(Refusal::Origin);
        }
        let signed = match request.note.verify(&keys) {
            Ok(signed) => signed,
            Err(error) => return refused(Refusal::Untrusted(error)),
        };
        let known = match stored.map(|note| note.text().parse::<Head>()) {
            None => Head { origin: head.origin.clone(), size: 0, root: History::new().root() },
            Some(Ok(known)) => known,
            Some(Err(error)) => return refused(Refusal::Note(error)),
        };
        let forked = head.size == known.size && head.root != known.root;
        // Cosignatures are left out: it is the log that said both.
        let side = |note: &Note| keys.iter().find_map(|key| SignedHead::of(note, key));
        let evidence = stored
            .filter(|_| forked)
            .and_then(|stored| Some(HeadsForkFile { sides: [side(stored)?, side(&signed)?] }));
        match judge(&known, request) {
            Err(refusal) => Decision { evidence, ..refused(refusal) },
            Ok(()) => self.cosign(signed, now_s),
        }
    }

    fn cosign(&self, signed: Note, now_s: u64) -> Decision {
        let line = self.key.cosign(&self.secret, signed.text(), now_s);
        match signed.with(line.clone()) {
            Ok(note) => Decision { answer: Ok(format!("{line}\n")), store: Some(note), evidence: None },
            Err(error) => Decision { answer: Err(Refusal::Note(error)), store: None, evidence: None },
        }
    }

    fn keys(&self, origin: &str) -> Vec<NoteKey> {
        self.logs.iter().filter(|key| key.name() == origin).cloned().collect()
    }
}

/// The rules about sizes, roots and the proof, in the order of the specification.
fn judge(known: &Head, request: &Request) -> Result<(), Refusal> {
    let head = &request.head;
    if request.old > head.size {
        return Err(Refusal::Order);
    }
    if request.old != known.size {
        return Err(Refusal::Stale(known.size));
    }
    if head.size == known.size && head.root != known.root {
        return Err(Refusal::Fork(known.size));
    }
    match is_consistent(known.size, &known.root, head.size, &head.root, &request.proof) {
        true => Ok(()),
        false => Err(Refusal::Proof),
    }
}

#[cfg(test)]
mod tests;
