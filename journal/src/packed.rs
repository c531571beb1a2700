//! Many hashes, one after the other in one byte string.

use abi::Hash;
use abi::codec::{Decode, Encode, Error, Major, Reader, Reason, Writer};

/// The hashes.
pub(crate) struct Packed<T>(pub(crate) T);

/// The head of so many hashes, which the caller writes next.
pub(crate) fn head(w: &mut Writer, hashes: usize) {
    w.head(Major::Bytes, 32 * hashes as u64);
}

impl Encode for Packed<&[Hash]> {
    fn encode(&self, w: &mut Writer) {
        head(w, self.0.len());
        self.0.iter().for_each(|hash| w.raw(&hash.0));
    }
}

impl Decode for Packed<Vec<Hash>> {
    fn decode(r: &mut Reader<'_>) -> Result<Self, Error> {
        let at = r.offset();
        match r.bytes()?.as_chunks::<32>() {
            (hashes, []) => Ok(Packed(hashes.iter().map(|hash| Hash(*hash)).collect())),
            _ => Err(r.error(at, Reason::Length)),
        }
    }
}
