//! Blocks, records, receipts, the history tree and heads: encode, append, prove, verify.
//!
//! An auditor needs this crate and `abi`, and nothing else: it holds the formats, the rules by which a
//! history is judged, and the journal that a node writes. It executes nothing and knows no state; it sees
//! a disk only through the trait [`Disk`].
//!
//! # Guarantees
//!
//! - What is accepted has one encoding: every object decodes from its canonical bytes only.
//! - [`Chain`] accepts a block only if everything that can be known without executing is as it must be.
//! - [`Journal`] never drops bytes that were synced: a page is cut only where it still holds a sector that
//!   was never written.
//!
//! # Order
//!
//! `block` → `history` → `commitment` → `receipt` are what is signed; `page` → `segment` → `log` are how
//! it is kept, and `past` for what is gone; `bundle` and `verify` are how it is handed on and judged; `snapshot` is where it goes on from; `note` → `head` → `tile` and
//! `witness` are how strangers hold it to having one history.
//!
//! # Example
//!
//! ```
//! use journal::History;
//!
//! let mut history = History::new();
//! history.push(b"first");
//! history.push(b"second");
//! let path = history.path(1, 2).expect("the record is there");
//! let leaf = History::leaf_hash(b"second");
//! assert_eq!(abi::merkle::root_of_path(History::node, leaf, 1, 2, &path), Some(history.root()));
//! ```

mod authority;
mod block;
mod bundle;
mod checkpoint;
mod commitment;
mod cose;
mod disk;
mod fork;
mod frontier;
mod head;
mod history;
mod log;
mod note;
mod packed;
mod page;
mod past;
mod receipt;
mod revert;
mod sealed;
mod segment;
mod snapshot;
mod summary;
mod tile;
mod verify;
mod window;
mod witness;

#[cfg(test)]
mod sample;

pub use authority::{Appointed, LINKS_MAX, Link, appointed};
pub use block::{BUILD_BYTES_MAX, Block, Entry, Erased, Header, execution_root};
pub use bundle::{BundleError, BundleReader, BundleWriter, Item, Manifest, Start, Trailer};
pub use checkpoint::{Checkpoint, CheckpointFile};
pub use commitment::{Commitment, Issuer};
pub use disk::{AHEAD, Disk, MemoryDisk, is_taken};
pub use fork::{ForkError, ForkFile, HeadsForkFile, SignedHead};
pub use frontier::Frontier;
pub use head::Head;
pub use history::{History, Recalled, is_consistent};
pub use log::{
    Cut, Damage, Dump, DumpedFrame, Ending, Fold, Journal, JournalReader, JournalSurvey, Prunable,
    SegmentSurvey, SurveyedBlock, Tail, Undecoded, past_name,
};
pub use note::{Line, NOTE_BYTES_MAX, Note, NoteError, NoteKey, SIGNATURES_MAX, Scheme};
pub use page::PAGE_BYTES;
pub use past::{Past, PastAct};
pub use receipt::{Committed, Receipt, ReceiptError, ReceiptFile, ReceiptFiles};
pub use revert::Reverted;
pub use segment::{SegmentSize, name as segment_name};
pub use snapshot::{Part, SnapshotError, SnapshotManifest, Standing};
pub use summary::{Summary, Sums};
pub use tile::{
    TILE_WIDTH, Tile, TileError, TileKind, bundle_of_records, history_of_tiles, records_of_bundle,
    root_of_tiles,
};
pub use verify::{Chain, Invalid, Reason, digests, prove};
pub use window::{LiveKey, Scope, Window};
pub use witness::{Decision, Refusal, Request, Witness};
