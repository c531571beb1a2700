//! Many hashes, one after the other in one byte string.

use abi::Hash;
use abi::codec::{Decode, Encode, Error, Major, Reader, Reason, Writer};

/// The hashes.
pub(crate) struct Packed<T>(pub(crate) T);

impl Encode for Packed<&[Hash]> {
    fn encode(&self, w: &mut Writer) {
        w.head(Major::Bytes, 32 * self.0.len() as u64);
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
