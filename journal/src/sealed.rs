//! Files that end in the digest of all bytes before it: a check against rot.

use abi::Hash;
use abi::codec::{Decode, Encode, Error, Reader, Reason, Writer};
use abi::hash::{Hasher, Kind};
use std::io::{self, Write};

/// What is written to a file is in pieces of about so many bytes.
const PIECE_BYTES: usize = 64 << 10;

/// Writes members, and their digest behind them.
pub(crate) fn seal(w: &mut Writer, kind: Kind, members: impl FnOnce(&mut Writer)) {
    let start = w.written().len();
    members(w);
    kind.hash(&w.written()[start..]).encode(w);
}

/// Seals what is written to a file, which is never in memory all at once.
pub(crate) struct Sealing<'a> {
    hasher: Hasher,
    piece: Writer,
    out: &'a mut dyn Write,
}

impl<'a> Sealing<'a> {
    pub(crate) fn new(kind: Kind, out: &'a mut dyn Write) -> Sealing<'a> {
        Sealing { hasher: kind.hasher(), piece: Writer::default(), out }
    }

    /// Writes members, or parts of one.
    pub(crate) fn write(&mut self, members: impl FnOnce(&mut Writer)) -> io::Result<()> {
        members(&mut self.piece);
        if self.piece.written().len() >= PIECE_BYTES { self.write_piece() } else { Ok(()) }
    }

    /// Writes an array, item by item.
    pub(crate) fn array<'i, T: Encode + 'i>(
        &mut self,
        mut items: impl Iterator<Item = &'i T> + Clone,
    ) -> io::Result<()> {
        self.write(|w| w.array(items.clone().count()))?;
        items.try_for_each(|item| self.write(|w| item.encode(w)))
    }

    fn write_piece(&mut self) -> io::Result<()> {
        self.hasher.update(self.piece.written());
        self.out.write_all(self.piece.written())?;
        self.piece.clear();
        Ok(())
    }

    /// Writes the digest behind what was written.
    pub(crate) fn seal(mut self) -> io::Result<()> {
        self.write_piece()?;
        self.out.write_all(&Hash(*self.hasher.finalize().as_bytes()).to_bytes())
    }
}

/// Reads the digest of all bytes since `start`.
pub(crate) fn check_seal(r: &mut Reader<'_>, kind: Kind, start: usize) -> Result<(), Error> {
    let digest = kind.hash(r.since(start));
    let at = r.offset();
    if Hash::decode(r)? == digest { Ok(()) } else { Err(r.error(at, Reason::Unknown)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::hash::SUMMARY;

    /// The pieces that were written.
    struct Pieces(Vec<Vec<u8>>);

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.into());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_sealed_in_pieces_is_what_is_sealed_at_once() {
        let items: Vec<Hash> = (0..10_000u64).map(|item| SUMMARY.hash(&item.to_be_bytes())).collect();
        let mut whole = Writer::default();
        seal(&mut whole, SUMMARY, |w| items.encode(w));
        let mut pieces = Pieces(Vec::new());
        let mut sealing = Sealing::new(SUMMARY, &mut pieces);
        sealing.array(items.iter()).unwrap();
        sealing.seal().unwrap();
        assert!(pieces.0.len() > 5 && pieces.0.iter().all(|piece| piece.len() < 2 * PIECE_BYTES));
        assert_eq!(pieces.0.concat(), whole.into_bytes());
    }
}
