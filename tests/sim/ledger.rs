//! What the callers know: which call has which place, and what they were told.

use crate::check::epochs::Committed;
use crate::past::State;
use crate::trace::{Violation, ensure};
use crate::workload::{Delivery, Expect};
use crate::world::SimShard;
use abi::Coded;
use abi::Hash;
use abi::record::Record;
use journal::Block;
use kernel::Answer;
use std::collections::BTreeMap;

const DURABLE: &str = "what was answered is durable";
const ANSWERED: &str = "every call is answered as it must be";

/// Every delivery, every answer, and history as the shard shows it.
#[derive(Default)]
pub(crate) struct Ledger {
    /// The records in history now, by seq.
    pub(crate) records: Vec<Record>,
    /// The states that there were, each after its block, from height 1.
    pub(crate) states: Vec<State>,
    /// Where each call in history stands.
    places: BTreeMap<Hash, u64>,
    /// The records whose place was answered, as they were then.
    pub(crate) answered: BTreeMap<u64, Record>,
    /// Every call that was delivered, with what is to become of it.
    pub(crate) delivered: BTreeMap<Hash, Expect>,
    /// What the shard has committed to, whatever crashed since.
    committed: Committed,
}

impl Ledger {
    pub(crate) fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// A new process has opened the shard. Of what was known, what it still has is history; that shows by the last
    /// block of it, which names all before it.
    pub(crate) fn recall(&mut self, shard: &SimShard) -> Result<(), Violation> {
        let height = shard.position().height.min(self.states.len() as u64);
        self.states.truncate(usize::try_from(height).expect("few blocks"));
        let seq = self.states.last().map_or(0, |state| state.seq);
        self.records.truncate(usize::try_from(seq).expect("few records"));
        self.places.retain(|_, place| *place < seq);
        if height > 0 {
            self.read(shard, height)?;
        }
        self.learn(shard)
    }

    fn read(&mut self, shard: &SimShard, height: u64) -> Result<Block, Violation> {
        let block = shard.block(height).map_err(|fault| Violation::of(DURABLE, fault))?;
        let block = block.ok_or_else(|| Violation::new(DURABLE, format!("no block {height}")))?;
        self.committed.learn(&block.header)?;
        Ok(block)
    }

    /// Reads the blocks that are new. Whatever was answered must be among what is known now.
    pub(crate) fn learn(&mut self, shard: &SimShard) -> Result<(), Violation> {
        for height in self.states.len() as u64 + 1..=shard.position().height {
            let block = self.read(shard, height)?;
            self.states.push(State::after(&block, self.states.last()));
            for record in shard.records_of(&block) {
                self.places.insert(record.effect.call, record.effect.seq);
                self.records.push(record);
            }
        }
        let last = self.answered.keys().next_back().map_or(0, |seq| seq + 1);
        ensure(last <= self.records.len() as u64, DURABLE, || {
            format!("{last} records were answered, {} are left", self.records.len())
        })?;
        ensure(shard.position().seq == self.records.len() as u64, "history has no gaps", || {
            format!("the next is {}, there are {}", shard.position().seq, self.records.len())
        })
    }

    /// Takes down an answer, which must be one that is allowed.
    pub(crate) fn note(&mut self, delivery: &Delivery, answer: &Answer) -> Result<(), Violation> {
        let digest = delivery.digest;
        self.delivered.insert(digest, delivery.expect);
        let place = self.places.get(&digest).copied();
        let said = |holds: bool| {
            ensure(holds, ANSWERED, || format!("{digest}: {:?}, at {place:?}: {answer:?}", delivery.expect))
        };
        match (delivery.expect, answer) {
            (Expect::Rejection(code), Answer::Rejected(rejected)) => said(rejected.code() == code),
            (Expect::Place, Answer::New { seq, outcome }) => {
                said(place == Some(*seq) && !self.answered.contains_key(seq))?;
                let record = self.record(*seq)?.clone();
                said(record.effect.outcome == outcome.code())?;
                self.answered.insert(*seq, record);
                Ok(())
            }
            (Expect::Place, Answer::Known(seq)) => {
                said(place == Some(*seq))?;
                let record = self.record(*seq)?.clone();
                let before = self.answered.insert(*seq, record.clone());
                ensure(before.is_none_or(|before| before == record), DURABLE, || format!("record {seq}"))
            }
            // The key's life ended between two deliveries: the call is history all the same.
            (Expect::Place, Answer::Rejected(rejected)) => {
                said(place.is_some() && [5009, 5012].contains(&rejected.code()) && self.is_over(delivery))
            }
            (Expect::Rejection(_), _) => said(false),
        }
    }

    fn record(&self, seq: u64) -> Result<&Record, Violation> {
        let record = usize::try_from(seq).ok().and_then(|seq| self.records.get(seq));
        record.ok_or_else(|| Violation::new(DURABLE, format!("no record {seq}")))
    }

    fn is_over(&self, delivery: &Delivery) -> bool {
        let last_ms = self.records.last().map_or(0, |record| record.effect.time_ms);
        delivery.signed.call.expires_ms <= last_ms.max(delivery.now_ms)
    }
}
