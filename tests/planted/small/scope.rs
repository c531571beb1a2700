//! The journal in a small scope: a process opens it, appends the next block, answers, and
//! closes; the power may go at every moment, and leave every subset of the sectors that were not synced; the
//! next process goes on from there. The steps are the shipped ones: open with its cut, append, a new segment,
//! sync, close.

use super::disk::{Image, SectorDisk};
use super::history::History;
use abi::planted::plant;
use journal::{Journal, SegmentSize, Tail};
use stateright::{Model, Property};

/// A journal of a few blocks.
pub(crate) struct Scope {
    pub(crate) history: History,
    /// The bug that is planted.
    pub(crate) bug: Option<&'static str>,
}

/// What a power cut left, and what had been promised by then.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Left {
    disk: Image,
    /// The height up to which callers were answered.
    answered: u64,
}

/// What must hold of every state.
pub(crate) const PROMISE: &str = "what was answered is there";
/// That the search came to all there is.
pub(crate) const COMPLETE: &str = "all blocks are there";

/// A segment holds its label and two frames of one page.
const SEGMENT: SegmentSize = SegmentSize::of_pages(3);

impl Scope {
    fn blocks(&self) -> u64 {
        self.history.blocks.len() as u64
    }

    /// Lives on a disk to the end, or to a fault; and takes down what was answered at each moment.
    fn live(&self, disk: &SectorDisk, answered: &mut Vec<u64>) -> Option<()> {
        let mut answers = |height: u64| {
            answered.resize(disk.moments().len() - 1, answered[answered.len() - 1]);
            answered.push(height);
        };
        let shard = self.history.shard;
        let (mut journal, Tail { commitment, .. }) = Journal::open(disk.clone(), shard).ok()?;
        // What a process finds, it serves.
        let height = journal.height();
        answers(height);
        let index = usize::try_from(height).ok()?;
        let is_signed = commitment.is_some();
        let last = index.checked_sub(1).map(|index| &self.history.commitments[index]).filter(|_| !is_signed);
        let Some(block) = self.history.blocks.get(index) else {
            return last.map_or(Some(()), |last| journal.close(last).ok());
        };
        journal.append(block, last).ok()?;
        journal.sync().ok()?;
        answers(height + 1);
        journal.close(&self.history.commitments[index]).ok()
    }

    /// The height to which a disk opens, where every block is the one that was appended.
    fn height(&self, disk: &Image) -> Option<u64> {
        let (journal, _) = Journal::open(SectorDisk::new(disk.clone()), self.history.shard).ok()?;
        let mut blocks = (1..=journal.height()).zip(&self.history.blocks);
        let holds =
            blocks.all(|(height, block)| journal.read(height).is_ok_and(|read| read.as_ref() == Some(block)));
        holds.then(|| journal.height())
    }
}

impl Model for Scope {
    type State = Left;
    type Action = Left;

    fn init_states(&self) -> Vec<Left> {
        let made = SectorDisk::new(Image::new());
        let journal = Journal::create_with(made.clone(), self.history.shard, SEGMENT);
        journal.expect("nothing fails in memory");
        vec![Left { disk: made.synced(), answered: 0 }]
    }

    fn actions(&self, left: &Left, actions: &mut Vec<Left>) {
        plant(self.bug);
        let disk = SectorDisk::new(left.disk.clone());
        let mut answered = vec![left.answered];
        // A life that a fault ends early has had the moments until then.
        let _ = self.live(&disk, &mut answered);
        plant(None);
        let moments = disk.moments();
        answered.resize(moments.len(), answered[answered.len() - 1]);
        for (content, answered) in moments.iter().zip(answered) {
            actions.extend(content.images().into_iter().map(|disk| Left { disk, answered }));
        }
    }

    fn next_state(&self, _: &Left, action: Left) -> Option<Left> {
        Some(action)
    }

    fn properties(&self) -> Vec<Property<Scope>> {
        vec![
            Property::always(PROMISE, |scope: &Scope, left: &Left| {
                plant(scope.bug);
                let height = scope.height(&left.disk);
                plant(None);
                height.is_some_and(|height| height >= left.answered)
            }),
            Property::sometimes(COMPLETE, |scope: &Scope, left: &Left| left.answered == scope.blocks()),
        ]
    }
}
