//! What the program keeps, is given and refuses.

use guest_sdk::{Account, Bytes, Error, Value};

/// What a version has of a block: a block of bytes, or nothing where it was trimmed.
pub type Content = Option<Bytes>;

/// What the volume is.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Form {
    /// Who writes.
    pub owner: Account,
    /// How many blocks it has.
    pub blocks: u64,
    /// The version that is being written: one more than the number of snapshots ever taken.
    pub version: u64,
    /// How many snapshots there are.
    pub snapshots: u64,
    /// How many blocks were written or trimmed since it was created.
    pub writes: u64,
    /// How often it was flushed.
    pub flushes: u64,
}

impl Form {
    /// Whether there are `count` blocks from `block` on.
    pub(crate) fn check(&self, block: u64, count: u64) -> Result<(), Error> {
        match block.checked_add(count) {
            Some(end) if end <= self.blocks => Ok(()),
            _ => Err(Error::OutOfRange { block, count, blocks: self.blocks }),
        }
    }
}

/// Bytes for some blocks in a row.
#[derive(Clone, PartialEq, Eq, Debug, Value)]
pub struct Extent {
    /// The first block.
    pub block: u64,
    /// 4,096 bytes for each block.
    pub data: Bytes,
}

/// Why something is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Error {
    /// Nobody in particular owns no volume.
    #[error(1)]
    NoCaller,
    /// Only the volume's owner writes.
    #[error(2)]
    NotTheOwner,
    /// The volume was not created yet.
    #[error(3)]
    NoVolume,
    /// The volume was created before.
    #[error(4)]
    VolumeExists,
    /// A volume has no blocks, or too many.
    #[error(5)]
    SizeOutOfRange { blocks: u64, max: u64 },
    /// The blocks are not all within the volume.
    #[error(10)]
    OutOfRange { block: u64, count: u64, blocks: u64 },
    /// The bytes of an extent are not one block or several: they are none, too few or too many.
    #[error(11)]
    NotWholeBlocks { size: u64 },
    /// The blocks are more than a call may take.
    #[error(12)]
    TooManyBlocks { count: u64, max: u64 },
    /// There is no such snapshot.
    #[error(20)]
    SnapshotUnknown { snapshot: u64 },
    /// There are as many snapshots as there can be.
    #[error(21)]
    TooManySnapshots { max: u64 },
}
