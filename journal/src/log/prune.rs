//! Dropping a journal's oldest segments, once a [`Past`] stands for them.
//!
//! ```text
//! 00000003.past       stands for the segments before 3, written and synced before the first of them goes
//! 00000003.segment    begins with the block after the past's
//! ```
//!
//! A journal begins at the newest past that is whole, and only there: what lies before it is left over, and goes
//! when the journal is opened. So a crash leaves a journal of all segments, or of those that are to stay. A past
//! that is not whole counts for nothing: it was being written, and everything it was to stand for is still there.

use super::{Journal, Place, summing};
use crate::disk::Disk;
use crate::past::{PAST_BYTES_MAX, Past};
use crate::segment;
use abi::Hash;
use abi::codec::Encode;
use abi::fault::Fault;

/// What can be dropped of a journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prunable {
    /// The height of the last block that would be gone.
    pub height: u64,
    /// The number of the first segment that would stay.
    pub segment: u32,
    /// How many segments would go.
    pub segments: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// The file of the past that stands before segment `number`.
pub fn name(number: u32) -> String {
    format!("{number:08}.past")
}

/// The number of the segment that a past's name says it stands before.
pub(super) fn number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".past")?.parse().ok()?;
    (self::name(number) == name).then_some(number)
}

/// The first segment, and the past that it goes on from.
///
/// # Errors
///
/// `Corrupt` if a past is not whole, and what it stands for is gone.
pub(super) fn beginning<D: Disk>(disk: &D, shard: &Hash) -> Result<(u32, Option<Past>), Fault> {
    let names = disk.list()?;
    let mut pasts: Vec<u32> = names.iter().filter_map(|name| number(name)).collect();
    pasts.sort_unstable();
    let mut damage = None;
    for number in pasts.into_iter().rev() {
        let is_there = damage.is_none() || names.contains(&segment::name(number));
        match read(disk, number, shard) {
            Ok(past) if is_there => return Ok((number, Some(past))),
            Ok(_) => {}
            Err(fault @ Fault::Corrupt { .. }) => damage = damage.or(Some(fault)),
            Err(fault) => return Err(fault),
        }
    }
    match damage {
        Some(damage) if !names.contains(&segment::name(0)) => Err(damage),
        _ => Ok((0, None)),
    }
}

fn read<D: Disk>(disk: &D, number: u32, shard: &Hash) -> Result<Past, Fault> {
    let name = name(number);
    let len = Some(disk.len(&name)?).filter(|len| *len <= PAST_BYTES_MAX);
    let len = len.and_then(|len| usize::try_from(len).ok());
    let mut bytes = vec![0; len.ok_or_else(|| Fault::corrupt(format!("{name}: too long")))?];
    disk.read(&name, 0, &mut bytes)?;
    Past::open(&bytes, shard).map_err(|fault| match fault {
        Fault::Corrupt { what } => Fault::corrupt(format!("{name}: {what}")),
        fault => fault,
    })
}

/// Removes what an interrupted pruning has left before segment `first`, where the journal begins.
pub(super) fn sweep<D: Disk>(disk: &mut D, first: u32) -> Result<(), Fault> {
    if first == 0 {
        return Ok(());
    }
    let names = disk.list()?;
    let mut segments: Vec<u32> = names.iter().filter_map(|name| segment::number(name)).collect();
    segments.sort_unstable();
    for number in segments.into_iter().filter(|number| *number < first) {
        disk.remove(&segment::name(number))?;
    }
    let of = |name: &str| number(name).or_else(|| summing::number(name));
    let older = names.iter().filter(|name| of(name).is_some_and(|number| number < first));
    older.into_iter().try_for_each(|name| disk.remove(name))
}

impl<D: Disk> Journal<D> {
    /// What can be dropped so that all blocks above `height` stay, and the last one; `None` where that is
    /// nothing, because segments go as a whole.
    ///
    /// # Errors
    ///
    /// `Io`, for a disk that fails.
    pub fn prunable(&self, height: u64) -> Result<Option<Prunable>, Fault> {
        let segment_of = |height| self.index.block(height).map(|place| place.segment);
        let mut heights = (self.first()..self.height()).rev().skip_while(|at| *at > height);
        let Some(last) = heights.find(|at| segment_of(*at) < segment_of(at + 1)) else { return Ok(None) };
        let Some(segment) = segment_of(last + 1) else { return Ok(None) };
        let names = self.disk.list()?;
        let going = names.iter().filter(|name| segment::number(name).is_some_and(|number| number < segment));
        let (mut segments, mut bytes) = (0, 0);
        for name in going {
            (segments, bytes) = (segments + 1, bytes + self.disk.len(name)?);
        }
        Ok(Some(Prunable { height: last, segment, segments, bytes }))
    }

    /// Drops the segments that hold no block above `past`, which then stands for them.
    ///
    /// It is the caller's bug if the past is not that of [`Prunable::height`].
    ///
    /// # Errors
    ///
    /// Of the disk. `Full` has changed nothing; after any other the journal has to be opened again.
    pub fn prune(&mut self, past: Past) -> Result<(), Fault> {
        self.running()?;
        let height = past.header.height;
        let (Some(Place { segment: before, .. }), Some(Place { segment, .. })) =
            (self.index.block(height), self.index.block(height + 1))
        else {
            panic!("the block of the past and the one after it are there");
        };
        assert!(before < segment, "segments go as a whole");
        let dropped = self.drop_before(segment, &past);
        self.stopping(dropped)?;
        self.index.forget(height);
        self.past = Some(past);
        Ok(())
    }

    fn drop_before(&mut self, segment: u32, past: &Past) -> Result<(), Fault> {
        let (name, bytes) = (name(segment), past.to_bytes());
        if bytes.len() as u64 > PAST_BYTES_MAX {
            return Err(Fault::host(format!("the past would be {} bytes long", bytes.len())));
        }
        if self.disk.list()?.contains(&name) {
            self.disk.remove(&name)?;
        }
        self.disk.create(&name, bytes.len() as u64)?;
        if let Err(fault) = self.disk.write(&name, 0, &bytes) {
            // Nothing stands on it yet, and what can be removed is.
            let removed = self.disk.remove(&name);
            return removed.and(Err(fault));
        }
        self.disk.sync(&name)?;
        sweep(&mut self.disk, segment)
    }
}

#[cfg(test)]
mod tests;
