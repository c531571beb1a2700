//! Checkpoints: the signed height, head and state root of a shard, from which a verifier may go on; and forks,
//! two of them that cannot both be true.
//!
//! ```text
//! checkpoint = [header, commitment, [link…]]
//! file       = ["counterfoil checkpoint", version, << genesis >>, checkpoint]
//! fork       = ["counterfoil fork", version, << genesis >>, checkpoint, checkpoint]
//! ```

use crate::authority::{Link, decode_links};
use crate::block::Header;
use crate::commitment::{Commitment, Issuer};
use crate::receipt::ReceiptError;
use abi::codec::{Bytes, Decode, Encode, Error, Reader, Reason, Writer};
use abi::genesis::{Genesis, GenesisError};
use abi::{Coded, Hash, VERSION};

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

/// The proof that a shard's writer has committed to two histories.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForkFile {
    /// The shard's genesis.
    pub genesis: Genesis,
    /// The two commitments.
    pub sides: [Checkpoint; 2],
}

/// Why a fork is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ForkError {
    /// The genesis breaks a rule.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// A side is not signed as it must be.
    #[error("side {side} is no commitment of the shard's writer: {error}")]
    Side {
        /// Which, 0 or 1.
        side: usize,
        /// The rule it breaks.
        error: ReceiptError,
    },
    /// Both sides are the same header.
    #[error("both sides are one header: evidence that names an item twice is none")]
    Same,
    /// Both can be true: they are of different heights and sizes.
    #[error("the sides are of other heights and sizes, so that both can be true")]
    Apart,
}

impl Coded for ForkError {
    fn code(&self) -> u16 {
        match self {
            ForkError::Genesis(error) => error.code(),
            ForkError::Side { error, .. } => error.code(),
            ForkError::Same => 2501,
            ForkError::Apart => 2502,
        }
    }
}

impl ForkFile {
    /// Checks that the shard's writer did commit to both, and that they exclude each other: another header at
    /// one height, or another root at one size of history.
    ///
    /// # Errors
    ///
    /// Names the first rule that does not hold.
    pub fn verify(&self) -> Result<[Issuer; 2], ForkError> {
        self.genesis.check()?;
        let issuer = |side: usize| {
            self.sides[side].verify(&self.genesis).map_err(|error| ForkError::Side { side, error })
        };
        let issuers = [issuer(0)?, issuer(1)?];
        let [a, b] = [&self.sides[0].header, &self.sides[1].header];
        if a == b {
            return Err(ForkError::Same);
        }
        match a.height == b.height || (a.history_size == b.history_size) {
            true => Ok(issuers),
            false => Err(ForkError::Apart),
        }
    }
}

const CHECKPOINT: &str = "counterfoil checkpoint";
const FORK: &str = "counterfoil fork";

fn encode_start(w: &mut Writer, members: usize, magic: &str, genesis: &Genesis) {
    w.array(members);
    w.text(magic);
    VERSION.encode(w);
    Bytes(genesis.to_bytes()).encode(w);
}

fn decode_start(r: &mut Reader<'_>, members: usize, magic: &str) -> Result<Genesis, Error> {
    r.array_of(members)?;
    let start = r.offset();
    if r.text()? != magic {
        return Err(r.error(start, Reason::Unknown));
    }
    r.version()?;
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

impl Encode for ForkFile {
    fn encode(&self, w: &mut Writer) {
        encode_start(w, 5, FORK, &self.genesis);
        self.sides.iter().for_each(|side| side.encode(w));
    }
}

impl Decode for ForkFile {
    fn decode(r: &mut Reader<'_>) -> Result<ForkFile, Error> {
        let genesis = decode_start(r, 5, FORK)?;
        Ok(ForkFile { genesis, sides: [Decode::decode(r)?, Decode::decode(r)?] })
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
    use crate::sample::{START_MS, Sample};

    fn checkpoint(sample: &Sample) -> Checkpoint {
        let header = sample.head.unwrap();
        let commitment = Commitment::sign(&sample.writer, &sample.genesis.origin, &header);
        Checkpoint { header, commitment, links: Vec::new() }
    }

    /// One writer, two second blocks.
    fn forked() -> ForkFile {
        let side = |key: u8| {
            let (mut sample, _) = Sample::begun();
            let block = sample.block(vec![sample.hit(key, START_MS + 20)]);
            sample.push(&block);
            (checkpoint(&sample), sample)
        };
        let ((a, sample), (b, _)) = (side(2), side(3));
        ForkFile { genesis: sample.genesis, sides: [a, b] }
    }

    #[test]
    fn a_checkpoint_reads_back_and_no_bit_of_it_can_be_changed() {
        let (sample, _) = Sample::of_blocks(2);
        let file = CheckpointFile { genesis: sample.genesis.clone(), checkpoint: checkpoint(&sample) };
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

    #[test]
    fn two_commitments_at_one_height_are_a_fork() {
        let fork = forked();
        assert_eq!(ForkFile::from_bytes(&fork.to_bytes()), Ok(fork.clone()));
        assert!(fork.verify().is_ok());
    }

    #[test]
    fn evidence_that_names_one_item_twice_is_none() {
        let mut fork = forked();
        fork.sides[1] = fork.sides[0].clone();
        assert_eq!(fork.verify(), Err(ForkError::Same));
    }

    #[test]
    fn what_can_both_be_true_is_no_fork() {
        let mut fork = forked();
        fork.sides[1] = checkpoint(&Sample::begun().0);
        assert_eq!(fork.verify(), Err(ForkError::Apart));
    }

    #[test]
    fn a_side_of_another_key_is_no_evidence() {
        let mut fork = forked();
        let stranger = abi::sign::SecretKey::from_seed(&[99; 32]);
        let header = fork.sides[1].header;
        fork.sides[1].commitment = Commitment::sign(&stranger, &fork.genesis.origin, &header);
        let error = ReceiptError::Key;
        assert_eq!(fork.verify(), Err(ForkError::Side { side: 1, error }));
    }
}
