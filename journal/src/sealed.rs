//! Files that end in the digest of all bytes before it: a check against rot.

use abi::Hash;
use abi::codec::{Decode, Encode, Error, Reader, Reason, Writer};
use abi::hash::{Hasher, Kind};

/// What is given away is in pieces of about so many bytes.
const PIECE_BYTES: usize = 64 << 10;

/// Writes members, and their digest behind them.
pub(crate) fn seal(w: &mut Writer, kind: Kind, members: impl FnOnce(&mut Writer)) {
    let start = w.written().len();
    members(w);
    kind.hash(&w.written()[start..]).encode(w);
}

/// Seals what is given away piece by piece, as it is never in memory all at once.
pub(crate) struct Sealing<'a> {
    hasher: Hasher,
    piece: Writer,
    give: &'a mut dyn FnMut(&[u8]),
}

impl<'a> Sealing<'a> {
    pub(crate) fn new(kind: Kind, give: &'a mut dyn FnMut(&[u8])) -> Sealing<'a> {
        Sealing { hasher: kind.hasher(), piece: Writer::default(), give }
    }

    /// Writes members, or parts of one.
    pub(crate) fn write(&mut self, members: impl FnOnce(&mut Writer)) {
        members(&mut self.piece);
        if self.piece.written().len() >= PIECE_BYTES {
            self.give_piece();
        }
    }

    fn give_piece(&mut self) {
        self.hasher.update(self.piece.written());
        (self.give)(self.piece.written());
        self.piece.clear();
    }

    /// Writes the digest behind what was written.
    pub(crate) fn seal(mut self) {
        self.give_piece();
        let digest = Hash(*self.hasher.finalize().as_bytes());
        (self.give)(&digest.to_bytes());
    }
}

/// Reads the digest of all bytes since `start`.
pub(crate) fn check_seal(r: &mut Reader<'_>, kind: Kind, start: usize) -> Result<(), Error> {
    let digest = kind.hash(r.since(start));
    let at = r.offset();
    if Hash::decode(r)? == digest { Ok(()) } else { Err(r.error(at, Reason::Unknown)) }
}
