//! Files that end in the digest of all bytes before it: a check against rot.

use abi::Hash;
use abi::codec::{Decode, Encode, Error, Reader, Reason, Writer};
use abi::hash::Kind;

/// Writes members, and their digest behind them.
pub(crate) fn seal(w: &mut Writer, kind: Kind, members: impl FnOnce(&mut Writer)) {
    let start = w.written().len();
    members(w);
    kind.hash(&w.written()[start..]).encode(w);
}

/// Reads the digest of all bytes since `start`.
pub(crate) fn check_seal(r: &mut Reader<'_>, kind: Kind, start: usize) -> Result<(), Error> {
    let digest = kind.hash(r.since(start));
    let at = r.offset();
    if Hash::decode(r)? == digest { Ok(()) } else { Err(r.error(at, Reason::Unknown)) }
}
