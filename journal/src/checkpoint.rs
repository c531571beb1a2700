//! Checkpoints: the signed height, head and state root of a shard, from which a verifier may go on.
//!
//! ```text
//! checkpoint = [header, commitment, [link…]]
//! file       = ["counterfoil checkpoint", version, << genesis >>, checkpoint]
//! ```

use crate::authority::{Link, decode_links};
use crate::block::Header;
use crate::commitment::{Commitment, Issuer};
use crate::receipt::ReceiptError;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Writer};
use abi::genesis::Genesis;
use abi::{Hash, VERSION};

/// A block's header, and the commitment to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The header: height, head and state root.
    pub header: Header,
    /// The writer's commitment to it.
    pub commitment: Commitment,
    /// The acts that appointed the writer, proven in the header's history; none for the genesis's own.
    pub links: Vec<Link>,
}

impl Checkpoint {
    /// Checks that the shard's writer committed to the header.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold.
    pub fn verify(&self, genesis: &Genesis) -> Result<Issuer, ReceiptError> {
        let header = &self.header;
        if header.version != VERSION {
            return Err(ReceiptError::Version);
        }
        let issuer = Issuer::at(genesis, &self.links, header.history_size, &header.history_root)?;
        self.commitment.verify(&issuer, header)?;
        Ok(issuer)
    }
}

impl Encode for Checkpoint {
    fn encode(&self, w: &mut Writer) {
        w.array(3);
        self.header.encode(w);
        self.commitment.encode(w);
        self.links.encode(w);
    }
}

impl Decode for Checkpoint {
    fn decode(r: &mut Reader<'_>) -> Result<Checkpoint, Error> {
        r.array_of(3)?;
        Ok(Checkpoint { header: Decode::decode(r)?, commitment: Decode::decode(r)?, links: decode_links(r)? })
    }
}

/// A checkpoint as a file that stands alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckpointFile {
    /// The shard's genesis.
    pub genesis: Genesis,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
}

const CHECKPOINT: &str = "counterfoil checkpoint";

/// Begins a file that stands alone: its name, the version, the genesis.
pub(crate) fn encode_start(w: &mut Writer, members: usize, magic: &str, genesis: &Genesis) {
    w.array(members);
    w.text(magic);
    VERSION.encode(w);
    Bytes(genesis.to_bytes()).encode(w);
}

/// Reads what [`encode_start`] writes; the genesis.
pub(crate) fn decode_start(r: &mut Reader<'_>, members: usize, magic: &str) -> Result<Genesis, Error> {
    r.array_of(members)?;
    r.named(magic)?;
    let bytes = r.bytes()?;
    let start = r.offset() - bytes.len();
    Genesis::from_bytes(bytes).map_err(|error| Error { offset: start + error.offset, ..error })
}

impl Encode for CheckpointFile {
    fn encode(&self, w: &mut Writer) {
        encode_start(w, 4, CHECKPOINT, &self.genesis);
        self.checkpoint.encode(w);
    }
}

impl Decode for CheckpointFile {
    fn decode(r: &mut Reader<'_>) -> Result<CheckpointFile, Error> {
        let genesis = decode_start(r, 4, CHECKPOINT)?;
        Ok(CheckpointFile { genesis, checkpoint: Decode::decode(r)? })
    }
}

impl CheckpointFile {
    /// The shard.
    pub fn shard(&self) -> Hash {
        self.genesis.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    #[test]
    fn a_checkpoint_reads_back_and_no_bit_of_it_can_be_changed() {
        let (sample, _) = Sample::of_blocks(2);
        let file = CheckpointFile { genesis: sample.genesis.clone(), checkpoint: sample.checkpoint() };
        let bytes = file.to_bytes();
        assert_eq!(CheckpointFile::from_bytes(&bytes), Ok(file.clone()));
        assert_eq!(file.checkpoint.verify(&file.genesis), Ok(sample.issuer()));
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Ok(other) = CheckpointFile::from_bytes(&changed) else { continue };
            let is_ours = other.shard() == file.shard();
            assert!(!is_ours || other.checkpoint.verify(&other.genesis).is_err(), "bit {bit}");
        }
    }
}
