//! What may go wrong in a world, drawn from its seed: no world has everything, so that no fault hides
//! another, and some have none.

use crate::rng::Rng;

/// How often each thing happens.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Swarm {
    /// Of a hundred batches, how many the machine is to die in, within the next few operations.
    pub(crate) crash_percent: u64,
    /// Of a hundred recoveries, how many it dies in again.
    pub(crate) again_percent: u64,
    /// Of a hundred deaths, how many are power cuts.
    pub(crate) power_percent: u64,
    /// Of a thousand deliveries, how many come after the clock has jumped, as far as it may.
    pub(crate) jump_permille: u64,
    /// Of a hundred batches, how many end with a deploy of the other program.
    pub(crate) upgrade_percent: u64,
    /// Of a hundred batches, how many end with the appointment of the other writer.
    pub(crate) writer_percent: u64,
    /// Of a hundred batches, how many end with a revert to any state there was before them.
    pub(crate) revert_percent: u64,
    /// Of a hundred batches, how many put the shard under the second profile, if it is under the first.
    pub(crate) profile_percent: u64,
    /// Of a hundred batches under that, how many end with a step of a migration, or an upgrade.
    pub(crate) migrate_percent: u64,
    /// Of a hundred batches, how many begin with the authority's word that time may jump.
    pub(crate) advance_percent: u64,
    /// Most calls of a block.
    pub(crate) block_calls_max: u64,
    /// What the disk does.
    pub(crate) odds: Odds,
    /// Of a hundred deaths, how many change a value of the store.
    pub(crate) store_rot_percent: u64,
    /// Of a hundred deaths, how many take the whole store with them.
    pub(crate) store_loss_percent: u64,
    /// Of a hundred batches, how many are followed by a snapshot.
    pub(crate) snapshot_percent: u64,
}

/// What a disk does, each so many times of ten thousand operations.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Odds {
    /// A sync fails, once, and what it did not bring to the medium is lost.
    pub(crate) sync_fails: u64,
    /// There is no room for a file or a write.
    pub(crate) full: u64,
    /// A read shows another page.
    pub(crate) misdirected_read: u64,
    /// A read shows a page as it was before its last sync.
    pub(crate) stale_read: u64,
    /// A write goes to another page.
    pub(crate) misdirected_write: u64,
    /// A bit of what was synced changes, once for so many syncs.
    pub(crate) rot: u64,
}

impl Swarm {
    /// What may happen in the world `seed`: by `rng`, and what came later by numbers of its own, so that the worlds
    /// that have none of it stayed as they were.
    pub(crate) fn of(rng: &mut Rng, seed: u64) -> Swarm {
        let sometimes = |rng: &mut Rng, percent: u64, choices: &[u64]| {
            if rng.percent(percent) { *rng.pick(choices) } else { 0 }
        };
        let mut own = Rng::new(seed, "acts");
        let revert_percent = sometimes(&mut own, 50, &[3, 10, 30]);
        let advance_percent = sometimes(&mut own, 30, &[3, 10]);
        let store_loss_percent = sometimes(&mut own, 40, &[5, 20]);
        let profile_percent = sometimes(&mut own, 60, &[10, 30]);
        let migrate_percent = sometimes(&mut own, 80, &[10, 30]);
        let snapshot_percent = sometimes(&mut own, 75, &[10, 30]);
        let mut sometimes = |percent: u64, choices: &[u64]| sometimes(rng, percent, choices);
        Swarm {
            crash_percent: sometimes(90, &[5, 20, 50, 90]),
            again_percent: sometimes(80, &[20, 40, 80]),
            power_percent: sometimes(90, &[30, 60, 100]),
            jump_permille: sometimes(40, &[2, 10]),
            upgrade_percent: sometimes(70, &[3, 10, 30]),
            writer_percent: sometimes(50, &[3, 10, 30]),
            revert_percent,
            advance_percent,
            profile_percent,
            migrate_percent,
            block_calls_max: 1 + sometimes(75, &[2, 19]),
            odds: Odds {
                sync_fails: sometimes(40, &[50, 300, 1_000]),
                full: sometimes(40, &[50, 300]),
                misdirected_read: sometimes(20, &[1, 20]),
                stale_read: sometimes(20, &[1, 20]),
                misdirected_write: sometimes(10, &[20, 100]),
                rot: sometimes(10, &[20, 200]),
            },
            store_rot_percent: sometimes(15, &[5, 20]),
            store_loss_percent,
            snapshot_percent,
        }
    }

    /// The same without anything that goes wrong: what is left is what the hardware has already done.
    pub(crate) fn calm(self) -> Swarm {
        Swarm {
            crash_percent: 0,
            again_percent: 0,
            odds: Odds::default(),
            store_rot_percent: 0,
            store_loss_percent: 0,
            ..self
        }
    }
}
