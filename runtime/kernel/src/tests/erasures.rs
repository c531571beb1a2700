//! Calls that are erased: what stays, what can be decided and not done yet, and what no longer goes.

use super::fixture::*;
use crate::Shard;
use crate::admit::Rejected;
use crate::ladder::{Deed, Kept, Plan, Rung, StoreFound, Survey};
use crate::replay::{ReplayError, Replayer};
use crate::scrub::Scrub;
use crate::shard::{Answer, ShardError};
use abi::call::{Call, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::fault::Fault;
use abi::profile::Profile;
use abi::system::{Act, Erase, Revert, SetProfile};
use journal::{Block, Journal};
use state::{MemoryStore, Store};
use vm::Engine;

/// The height and seq of the call that is erased.
const SECRET: u64 = 3;

/// A shard under profile 2 of five blocks of one call each, all but two of them counts.
fn grown() -> (Sample, SignedCall) {
    let mut sample = Sample::begun();
    let set = sample.act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), &[2, 3]);
    let calls = [set, sample.unsigned("count"), sample.signed("count"), sample.unsigned("count")];
    for call in &calls {
        assert!(matches!(sample.ask(call), Answer::New { .. }));
    }
    let [_, _, secret, _] = calls;
    (sample, secret)
}

fn decide(sample: &mut Sample, seq: u64) {
    let act = sample.act(Act::Erase(Erase { seq }), &[2, 3]);
    assert!(matches!(sample.ask(&act), Answer::New { .. }));
}

/// The same with the last count but one erased.
fn erased() -> (Sample, SignedCall) {
    let (mut sample, secret) = grown();
    decide(&mut sample, SECRET);
    sample.shard.erase(SECRET).unwrap();
    (sample, secret)
}

fn refuses_to_go_back(sample: &mut Sample, height: u64) -> Option<Rejected> {
    let block = sample.shard.block(height).unwrap().unwrap();
    let revert = Revert { height, root: block.header.root_after, program: program(1) };
    let act = sample.act(Act::Revert(revert), &[2, 3]);
    match sample.ask(&act) {
        Answer::Rejected(rejected) => Some(rejected),
        _ => None,
    }
}

#[test]
fn a_decision_waits_until_it_is_carried_out_and_then_the_call_is_gone() {
    let (mut sample, _) = grown();
    let receipt = sample.shard.receipt(SECRET).unwrap().unwrap();
    decide(&mut sample, SECRET);
    let (mut sample, _) = sample.reopened();
    assert_eq!(sample.shard.unerased().unwrap(), [SECRET]);
    sample.replay().unwrap();
    sample.shard.erase(SECRET).unwrap();
    sample.shard.erase(SECRET).unwrap();
    let (mut sample, _) = sample.reopened();
    assert_eq!(sample.shard.unerased().unwrap(), []);
    let erased: Vec<u64> =
        sample.blocks().iter().flat_map(|block| block.erased().collect::<Vec<_>>()).collect();
    assert_eq!(erased, [SECRET]);
    assert_eq!(sample.shard.receipt(SECRET).unwrap().unwrap(), receipt);
    // History goes on.
    let call = sample.unsigned("count");
    assert!(matches!(sample.ask(&call), Answer::New { .. }));
}

/// An act can name an act; nothing is erased then.
#[test]
fn an_act_of_the_authority_stays() {
    let (mut sample, _) = grown();
    decide(&mut sample, 0);
    assert_eq!(sample.shard.unerased().unwrap(), []);
    sample.shard.erase(0).unwrap();
    assert!(sample.blocks().iter().all(|block| !block.is_erased()));
}

#[test]
fn the_call_is_known_when_it_comes_again_and_another_is_not() {
    let (mut sample, secret) = erased();
    assert_eq!(sample.ask(&secret), Answer::Known(SECRET));
    let call = Call { args: Bytes(([9u8; 8],).to_bytes()), ..secret.call };
    let other = SignedCall::sign(call, &key(9));
    assert_eq!(sample.rejection(&other), Rejected::KeyReused { seq: SECRET });
}

#[test]
fn what_comes_after_is_verified_as_history_and_not_run() {
    let (sample, _) = erased();
    let genesis = sample.shard.genesis();
    let mut replayer = Replayer::new(genesis, Box::new(programs()), Engine::default()).unwrap();
    let mut scrub = Scrub::new(genesis).unwrap();
    for block in sample.blocks() {
        let height = block.header.height;
        scrub.block(&block, None).unwrap().unwrap();
        match replayer.block(&block) {
            Ok(()) => assert!(height <= SECRET),
            Err(ReplayError::Erased { from, height: at }) => {
                assert_eq!((from, at), (SECRET + 1, height));
                assert!(replayer.witness(&block).is_err() && replayer.walk(&block, 0).is_err());
                replayer.pass(&block).unwrap();
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(replayer.erased(), Some(SECRET + 1));
    assert_eq!((replayer.chain().undecided().count(), scrub.height()), (0, 6));
    let (height, view) = (sample.shard.position().height, sample.shard.view());
    scrub.store(height, &*view).unwrap().unwrap();
}

#[test]
fn no_way_back_leads_through_an_erased_block() {
    let (mut sample, _) = erased();
    for height in [2, 3, 4] {
        let refused = refuses_to_go_back(&mut sample, height).unwrap();
        assert!(refused.to_string().contains("erased"), "{refused}");
    }
    assert_eq!(refuses_to_go_back(&mut sample, 6), None, "nothing was written since");
    for _ in 0..2 {
        let call = sample.unsigned("count");
        sample.ask(&call);
    }
    let last = sample.shard.position().height;
    assert_eq!(refuses_to_go_back(&mut sample, last - 1), None, "what it was has been written since");
}

/// What a shard is opened with whose store is at this height.
fn at(blocks: &[Block], height: u64) -> MemoryStore {
    let mut store = MemoryStore::default();
    for block in blocks.iter().take_while(|block| block.header.height <= height) {
        store.apply(block.header.height, &block.diff).unwrap();
    }
    store
}

#[test]
fn a_store_from_before_is_not_brought_over_the_block_and_the_plan_needs_a_snapshot() {
    let (mut sample, _) = grown();
    let whole = sample.blocks();
    decide(&mut sample, SECRET);
    sample.shard.erase(SECRET).unwrap();
    let (id, (disk, _)) = (sample.shard.id(), sample.shard.close().unwrap());
    for height in 0..=SECRET {
        let error = refusal(opening(disk.clone(), at(&whole, height)));
        assert!(matches!(error, ShardError::Fault(Fault::Erased { height: 4 })), "{error}");
    }
    let (shard, recovered) = Shard::open(opening(disk.clone(), at(&whole, SECRET + 1))).unwrap();
    assert_eq!((recovered.store_height, shard.position().height), (SECRET + 1, 6));

    let journal = Journal::survey(&disk, id).unwrap();
    assert_eq!(journal.erased, SECRET + 1);
    let facts = Survey { journal, store: StoreFound::Missing, snapshots: Vec::new(), remembered: None };
    let kept = |height: u64| {
        let header = facts.journal.block(height).unwrap().header;
        Kept { id: height.to_string(), height, header, bytes: 1 }
    };
    let behind = StoreFound::At { height: 2, root: facts.root_at(2).unwrap(), entries: 1 };
    for store in [StoreFound::Missing, behind] {
        let halted = Survey { store: store.clone(), snapshots: vec![kept(3)], ..facts.clone() };
        let plan = Plan::of(&halted);
        assert_eq!((plan.rung, plan.steps.len()), (Rung::Halt, 0));
        assert!(plan.halt.unwrap().because.contains("erased"));
        let plan = Plan::of(&Survey { snapshots: vec![kept(3), kept(4)], ..halted });
        let expected = [Deed::Load { snapshot: "4".into(), height: 4 }, Deed::Replay { from: 5, to: 6 }];
        assert!(plan.steps.iter().map(|step| step.deed.clone()).collect::<Vec<_>>().ends_with(&expected));
        assert_eq!(plan.rung, Rung::Snapshot);
    }
}
