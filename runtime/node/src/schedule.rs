//! Snapshots beside a run: one thread at a time reads the store as it stood after a block, while the shard
//! goes on.

use crate::commands::time::now_ms;
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::rocks::RocksReader;
use crate::snapshots::{POLICY, Snapshots, Taken};
use abi::Coded;
use journal::Standing;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

/// The thread of a snapshot that is being taken.
pub(crate) type Taking = JoinHandle<Result<Taken, NodeError>>;

/// When snapshots are taken, and the one that is being taken.
pub(crate) struct Schedule<'a> {
    data: &'a Data,
    every: u64,
    /// The height at which the next one is due.
    due: u64,
    taking: Option<Taking>,
    taken: Vec<String>,
}

impl<'a> Schedule<'a> {
    /// One every so many blocks from here on.
    pub(crate) fn new(data: &'a Data, shard: &NodeShard, every: u64) -> Schedule<'a> {
        let due = shard.position().height.saturating_add(every);
        Schedule { data, every, due, taking: None, taken: Vec::new() }
    }

    /// Takes a snapshot if one is due, and none is being taken. What fails is told of, and does not end the
    /// run: a snapshot is a convenience, the journal is the truth.
    pub(crate) fn after_block(&mut self, shard: &mut NodeShard) {
        let height = shard.position().height;
        if height < self.due || self.taking.as_ref().is_some_and(|taking| !taking.is_finished()) {
            return;
        }
        self.settle();
        self.due = height.saturating_add(self.every);
        match start(self.data, shard) {
            Ok(taking) => self.taking = taking,
            Err(error) => tell(&error),
        }
    }

    /// Hears what became of the snapshot that was being taken, and waits for it.
    fn settle(&mut self) {
        match self.taking.take().map(JoinHandle::join) {
            None => {}
            Some(Ok(Ok(taken))) => self.taken.push(taken.id),
            Some(Ok(Err(error))) => tell(&error),
            Some(Err(_)) => tracing::error!("the thread of a snapshot panicked"),
        }
    }

    /// Waits for the last one; the names of all that were taken.
    pub(crate) fn finish(mut self) -> Vec<String> {
        self.settle();
        self.taken
    }
}

/// Starts to take a snapshot, and returns when the state that it reads stands still; none, where there is no block yet.
pub(crate) fn start(data: &Data, shard: &mut NodeShard) -> Result<Option<Taking>, NodeError> {
    let Some(standing) = shard.standing()? else { return Ok(None) };
    let snapshots = data.snapshots(shard.id())?;
    let reader = shard.store_mut().reader();
    let (frozen, is_frozen) = sync_channel(1);
    let taking = std::thread::Builder::new()
        .name("snapshot".into())
        .spawn(move || take(&snapshots, standing, &reader, &frozen))
        .map_err(|e| NodeError::io("start the thread of a snapshot", e))?;
    // A thread that has failed before has let go of its end, and says why when it is joined.
    let _ = is_frozen.recv();
    Ok(Some(taking))
}

fn tell(error: &NodeError) {
    tracing::error!(code = error.code(), %error, "no snapshot was taken");
}

/// Takes a snapshot, and collects what it has made superfluous.
fn take(
    snapshots: &Snapshots,
    standing: Standing,
    reader: &RocksReader,
    frozen: &SyncSender<()>,
) -> Result<Taken, NodeError> {
    let taken = reader.frozen(|height, view| {
        let _ = frozen.send(());
        snapshots.take(standing, height, view)
    })??;
    snapshots.collect(&POLICY, now_ms())?;
    Ok(taken)
}
