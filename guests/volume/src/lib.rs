//! A block device: blocks of 4,096 bytes by address, trimmed and flushed, with snapshots of all of it.
//!
//! A block's content is kept under its address and a *version*: the number of snapshots taken before it was written. A
//! write replaces what this version has of the block and leaves earlier ones alone; a snapshot is the number of a
//! version, and sees of each block the newest content up to it. So taking one copies nothing.
//!
//! # Guarantees
//!
//! - A call writes all its blocks or none.
//! - A block that was never written, or was trimmed since, reads as zeros.
//! - What a snapshot reads as never changes.
//! - A flush is an event that says how many blocks had been written before it: whoever replays history up to there
//!   has all of them. (A call is durable when it is answered, so a flush has nothing to wait for.)
//!
//! # Limits
//!
//! One volume to a shard, its size set once. A call reads or writes at most [`CALL_BLOCKS_MAX`] blocks: 512 KiB, so that
//! arguments, answer and memory hold them. What only discarded snapshots saw stays until `collect` has come by.
#![no_std]

extern crate alloc;

mod types;

pub use crate::volume::Program;
pub use types::{Content, Error, Extent, Form};

/// Bytes of a block.
pub const BLOCK_BYTES: usize = 4_096;
/// Most blocks of a volume: 1 TiB.
pub const BLOCKS_MAX: u64 = 1 << 28;
/// Most blocks that a call reads or writes.
pub const CALL_BLOCKS_MAX: u64 = 128;
/// Most blocks that a call trims, or looks at to collect.
pub const STEP_BLOCKS_MAX: u64 = 1_024;
/// Most snapshots at once.
pub const SNAPSHOTS_MAX: u64 = 256;

/// The program.
#[guest_sdk::program]
pub mod volume {
    use crate::{
        BLOCK_BYTES, BLOCKS_MAX, CALL_BLOCKS_MAX, Content, Error, Extent, Form, SNAPSHOTS_MAX,
        STEP_BLOCKS_MAX,
    };
    use alloc::vec::Vec;
    use guest_sdk::{Bytes, Cell, Context, Event, Map};

    /// What the program keeps.
    #[state]
    pub struct Volume {
        form: Cell<Form>,
        /// Contents by block and version.
        blocks: Map<(u64, u64), Content>,
        /// The snapshots, and when they were taken, in milliseconds of logical time.
        snapshots: Map<u64, u64>,
    }

    /// All that was written before is in history before this.
    #[derive(Event)]
    pub struct Flushed {
        /// Which flush this is, from 1.
        pub barrier: u64,
        /// How many blocks were written or trimmed before it, since the volume was created.
        pub writes: u64,
    }

    /// A snapshot was taken.
    #[derive(Event)]
    pub struct SnapshotTaken {
        /// Its number.
        pub snapshot: u64,
        /// How many blocks were written or trimmed before it.
        pub writes: u64,
    }

    impl Volume {
        /// Creates the volume, of so many blocks of 4,096 bytes. The caller owns it.
        #[call]
        pub fn create(&mut self, ctx: &Context, blocks: u64) -> Result<(), Error> {
            let owner = ctx.caller();
            if owner.is_nobody() {
                return Err(Error::NoCaller);
            }
            if self.form.get().is_some() {
                return Err(Error::VolumeExists);
            }
            if !(1..=BLOCKS_MAX).contains(&blocks) {
                return Err(Error::SizeOutOfRange { blocks, max: BLOCKS_MAX });
            }
            self.form.set(&Form { owner, blocks, version: 1, snapshots: 0, writes: 0, flushes: 0 });
            Ok(())
        }

        /// Writes extents of whole blocks, one after the other, and answers how many blocks that were.
        #[call]
        pub fn write(&mut self, ctx: &Context, extents: Vec<Extent>) -> Result<u64, Error> {
            let mut form = self.owned(ctx)?;
            let mut written = 0;
            for Extent { block, data } in &extents {
                let (contents, rest) = data.as_chunks::<BLOCK_BYTES>();
                if contents.is_empty() || !rest.is_empty() {
                    return Err(Error::NotWholeBlocks { size: data.len() as u64 });
                }
                written += contents.len() as u64;
                within(written, CALL_BLOCKS_MAX)?;
                form.check(*block, contents.len() as u64)?;
                for (block, content) in (*block..).zip(contents) {
                    self.blocks.insert(&(block, form.version), &Some(content.as_slice().into()));
                }
            }
            form.writes += written;
            self.form.set(&form);
            Ok(written)
        }

        /// Forgets `count` blocks from `block` on: they read as zeros.
        #[call]
        pub fn trim(&mut self, ctx: &Context, block: u64, count: u64) -> Result<(), Error> {
            let mut form = self.owned(ctx)?;
            within(count, STEP_BLOCKS_MAX)?;
            form.check(block, count)?;
            for block in block..block + count {
                // What an earlier version has of it must not be read again in this one.
                if self.content(block, form.version - 1).is_some() {
                    self.blocks.insert(&(block, form.version), &None);
                } else {
                    self.blocks.remove(&(block, form.version));
                }
            }
            form.writes += count;
            self.form.set(&form);
            Ok(())
        }

        /// Sets a barrier behind all that was written, and answers its number.
        #[call]
        pub fn flush(&mut self, ctx: &Context) -> Result<u64, Error> {
            let mut form = self.owned(ctx)?;
            form.flushes += 1;
            self.form.set(&form);
            ctx.emit(&Flushed { barrier: form.flushes, writes: form.writes });
            Ok(form.flushes)
        }

        /// Takes a snapshot, and answers its number.
        #[call]
        pub fn snapshot(&mut self, ctx: &Context) -> Result<u64, Error> {
            let mut form = self.owned(ctx)?;
            if form.snapshots == SNAPSHOTS_MAX {
                return Err(Error::TooManySnapshots { max: SNAPSHOTS_MAX });
            }
            let snapshot = form.version;
            self.snapshots.insert(&snapshot, &ctx.time_ms());
            (form.version, form.snapshots) = (form.version + 1, form.snapshots + 1);
            self.form.set(&form);
            ctx.emit(&SnapshotTaken { snapshot, writes: form.writes });
            Ok(snapshot)
        }

        /// Discards a snapshot. What only it saw is removed by `collect`.
        #[call]
        pub fn discard(&mut self, ctx: &Context, snapshot: u64) -> Result<(), Error> {
            let mut form = self.owned(ctx)?;
            if !self.snapshots.contains(&snapshot) {
                return Err(Error::SnapshotUnknown { snapshot });
            }
            self.snapshots.remove(&snapshot);
            form.snapshots -= 1;
            self.form.set(&form);
            Ok(())
        }

        /// Removes what no snapshot sees any more of `count` blocks from `block` on, and answers how many contents that
        /// were.
        #[call]
        pub fn collect(&mut self, ctx: &Context, block: u64, count: u64) -> Result<u64, Error> {
            let form = self.owned(ctx)?;
            within(count, STEP_BLOCKS_MAX)?;
            form.check(block, count)?;
            let snapshots: Vec<u64> = self.snapshots.iter().map(|(snapshot, _)| snapshot).collect();
            let mut removed = 0;
            for block in block..block + count {
                let contents = self.blocks.range((block, 0)..=(block, u64::MAX));
                let versions: Vec<(u64, bool)> =
                    contents.map(|((_, version), content)| (version, content.is_some())).collect();
                let mut is_over_some = false;
                for (at, &(version, is_some)) in versions.iter().enumerate() {
                    let sees = |next: u64| snapshots.iter().any(|it| (version..next).contains(it));
                    let is_seen = versions.get(at + 1).is_none_or(|(next, _)| sees(*next));
                    // Nothing over nothing says no more than that.
                    if is_seen && (is_some || is_over_some) {
                        is_over_some = is_some;
                    } else {
                        self.blocks.remove(&(block, version));
                        removed += 1;
                    }
                }
            }
            Ok(removed)
        }

        /// What the volume is.
        #[query]
        pub fn form(&self) -> Option<Form> {
            self.form.get()
        }

        /// The bytes of `count` blocks from `block` on, as they are, or as a snapshot has them.
        #[query]
        pub fn read(&self, block: u64, count: u64, snapshot: Option<u64>) -> Result<Bytes, Error> {
            let version = self.readable(block, count, CALL_BLOCKS_MAX, snapshot)?;
            let mut bytes = Vec::with_capacity(count as usize * BLOCK_BYTES);
            for block in block..block + count {
                match self.content(block, version) {
                    Some(content) => bytes.extend_from_slice(&content),
                    None => bytes.resize(bytes.len() + BLOCK_BYTES, 0),
                }
            }
            Ok(Bytes(bytes))
        }

        /// Which of `count` blocks from `block` on were written and not trimmed since.
        #[query]
        pub fn mapped(&self, block: u64, count: u64, snapshot: Option<u64>) -> Result<Vec<u64>, Error> {
            let version = self.readable(block, count, STEP_BLOCKS_MAX, snapshot)?;
            Ok((block..block + count).filter(|block| self.content(*block, version).is_some()).collect())
        }

        /// The snapshots, and when they were taken, in milliseconds of logical time.
        #[query]
        pub fn snapshots(&self) -> Vec<(u64, u64)> {
            self.snapshots.iter().collect()
        }

        /// What is to be read of a block: the newest up to a version.
        fn content(&self, block: u64, version: u64) -> Content {
            self.blocks.range((block, 0)..=(block, version)).reversed().next()?.1
        }

        /// The volume, if it is the caller's.
        fn owned(&self, ctx: &Context) -> Result<Form, Error> {
            let form = self.form.get().ok_or(Error::NoVolume)?;
            if form.owner == ctx.caller() { Ok(form) } else { Err(Error::NotTheOwner) }
        }

        /// The version that a reading of some blocks sees.
        fn readable(&self, block: u64, count: u64, max: u64, snapshot: Option<u64>) -> Result<u64, Error> {
            let form = self.form.get().ok_or(Error::NoVolume)?;
            within(count, max)?;
            form.check(block, count)?;
            match snapshot {
                Some(snapshot) if !self.snapshots.contains(&snapshot) => {
                    Err(Error::SnapshotUnknown { snapshot })
                }
                Some(snapshot) => Ok(snapshot),
                None => Ok(form.version),
            }
        }
    }

    fn within(count: u64, max: u64) -> Result<(), Error> {
        if count > max { Err(Error::TooManyBlocks { count, max }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
