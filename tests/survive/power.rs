//! Power cuts: from every prefix of a recorded run, what a disk may be left with, opened by the real recovery.

use crate::disk::{Crash, SimDisk};
use crate::record::{History, Moment};
use crate::rng::Rng;
use abi::fault::Fault;
use journal::{Block, Journal};

/// One state that a power cut may leave: whether all that was answered is there, and the journal goes on.
/// A double one dies again while it recovers.
pub(crate) fn survives(
    history: &History,
    moment: &Moment,
    double: bool,
    rng: &mut Rng,
) -> Result<(), String> {
    let mut disk = moment.disk.copy();
    disk.fuse().arm(0);
    // It dies in the middle of the operation, which is its answer.
    let _ = moment.op.clone().carry_out(&mut disk);
    disk.fuse().disarm();
    disk.crash(Crash::Power, rng);
    if double {
        disk.fuse().arm(rng.within(0..=5));
        let _ = Journal::open(disk.clone(), history.shard);
        disk.fuse().disarm();
        let how = if rng.percent(70) { Crash::Power } else { Crash::Process };
        disk.crash(how, rng);
    }
    if disk.is_empty() && moment.answered == 0 {
        return Ok(());
    }
    let (journal, _) =
        Journal::open(disk.clone(), history.shard).map_err(|fault| format!("it does not open: {fault}"))?;
    let height = journal.height();
    if height < moment.answered {
        return Err(format!("{} blocks were answered, {height} are left", moment.answered));
    }
    holds(&journal, &history.blocks, height)?;
    let Some(next) = usize::try_from(height).ok().and_then(|next| history.blocks.get(next)) else {
        return Ok(());
    };
    goes_on(journal, disk, history, next)
}

/// A bit of what was synced has changed: the journal opens with all that was answered, as it was, or refuses.
pub(crate) fn is_honest(history: &History, moment: &Moment, rng: &mut Rng) -> Result<(), String> {
    let disk = moment.disk.synced();
    match disk.change_a_bit(rng) {
        None => Ok(()),
        Some(changed) => judge(disk, history, moment.answered).map_err(|what| format!("{changed}: {what}")),
    }
}

/// A page that was synced is zeros. If it was of the very last block, nobody on this machine can tell.
pub(crate) fn misses(history: &History, moment: &Moment, rng: &mut Rng) -> Result<(), String> {
    let disk = moment.disk.synced();
    let answered = moment.answered.saturating_sub(1);
    match disk.lose_a_page(rng) {
        None => Ok(()),
        Some(lost) => judge(disk, history, answered).map_err(|what| format!("{lost}: {what}")),
    }
}

fn judge(disk: SimDisk, history: &History, answered: u64) -> Result<(), String> {
    match Journal::open(disk, history.shard) {
        Err(Fault::Corrupt { .. } | Fault::Foreign { .. }) => Ok(()),
        Err(fault) => Err(fault.to_string()),
        Ok((journal, _)) if journal.height() < answered => {
            Err(format!("{answered} blocks were answered, {} are left", journal.height()))
        }
        Ok((journal, _)) => holds(&journal, &history.blocks, journal.height()),
    }
}

fn holds(journal: &Journal<SimDisk>, blocks: &[Block], height: u64) -> Result<(), String> {
    for (height, block) in (1..=height).zip(blocks) {
        match journal.read(height) {
            Ok(Some(read)) if read == *block => {}
            other => return Err(format!("block {height} is another one: {other:?}")),
        }
    }
    Ok(())
}

/// The next block can be appended, and is found by the process after.
fn goes_on(
    mut journal: Journal<SimDisk>,
    disk: SimDisk,
    history: &History,
    next: &Block,
) -> Result<(), String> {
    let height = next.header.height;
    let gone = |fault| format!("it does not go on: {fault}");
    journal.append(next, None).map_err(gone)?;
    journal.sync().map_err(gone)?;
    drop(journal);
    let (journal, _) = Journal::open(disk.synced(), history.shard).map_err(gone)?;
    match journal.height() == height {
        true => holds(&journal, &history.blocks, height),
        false => Err(format!("block {height} was synced, and there are {}", journal.height())),
    }
}
