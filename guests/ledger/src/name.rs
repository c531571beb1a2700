//! What people call an account, in place: reading it takes no memory of its own, so that a call may read very many.

use crate::NAME_BYTES_MAX;
use alloc::string::String;
use core::fmt;
use guest_sdk::rt::{Error, Reader, Reason, Schema, Writer};
use guest_sdk::{Decode, Describe, Encode};

/// A text of at most [`NAME_BYTES_MAX`] bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Name {
    len: u8,
    bytes: [u8; NAME_BYTES_MAX],
}

impl Name {
    /// A name, if the text is no longer than one may be.
    pub fn new(text: &str) -> Option<Name> {
        let mut name = Name { len: u8::try_from(text.len()).ok()?, ..Name::default() };
        name.bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(name)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl Encode for Name {
    fn encode(&self, w: &mut Writer) {
        self.as_str().encode(w);
    }
}

impl Decode for Name {
    fn decode(r: &mut Reader<'_>) -> Result<Name, Error> {
        let offset = r.offset();
        Name::new(r.text()?).ok_or(r.error(offset, Reason::Length))
    }
}

impl Describe for Name {
    const SCHEMA: &'static Schema = String::SCHEMA;
}
