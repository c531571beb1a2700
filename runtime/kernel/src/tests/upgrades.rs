//! Profiles, and programs that take over from others.

use super::fixture::*;
use crate::admit::Rejected;
use crate::shard::Answer;
use abi::codec::Encode;
use abi::hash::PROGRAM;
use abi::id::Hash;
use abi::outcome::{Outcome, Trap};
use abi::profile::Profile;
use abi::system::{Act, Erase, MIGRATE, Migrate, Prune, SetProfile, SetWriter, Upgrade};
use journal::Issuer;

const DONE: [u8; 1] = [0xf5];
const NOT_DONE: [u8; 1] = [0xf4];

impl Sample {
    fn done(&mut self, act: Act) -> Outcome {
        let act = self.act(act, &[2, 3]);
        match self.ask(&act) {
            Answer::New { outcome, .. } => outcome,
            other => panic!("{other:?}"),
        }
    }

    fn set_profile(&mut self) {
        let returned = self.done(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }));
        assert_eq!(returned, Outcome::Returned(().to_bytes()));
    }

    fn count(&mut self) -> Vec<u8> {
        let call = self.unsigned("count");
        match self.ask(&call) {
            Answer::New { outcome, .. } => outcome.output().to_vec(),
            other => panic!("{other:?}"),
        }
    }

    fn step(&mut self, bad: u64) -> Outcome {
        self.done(Act::Migrate(Migrate { program: PROGRAM.hash(&upgraded(bad)) }))
    }

    fn upgrade(&mut self, bad: u64) -> Outcome {
        self.done(Act::Upgrade(Upgrade { program: PROGRAM.hash(&upgraded(bad)) }))
    }

    fn serving(&self) -> Hash {
        self.shard.serving().unwrap().unwrap()
    }
}

/// A shard under profile 2 that has counted to three.
fn grown() -> Sample {
    let mut sample = Sample::begun();
    (0..3).for_each(|_| drop(sample.count()));
    sample.set_profile();
    sample
}

#[test]
fn a_shard_goes_from_one_profile_to_the_next_and_what_was_before_stays_under_the_old() {
    let mut sample = grown();
    sample.count();
    let profiles: Vec<Hash> = sample
        .blocks()
        .iter()
        .flat_map(|block| sample.shard.records_of(block))
        .map(|record| record.effect.profile)
        .collect();
    let [one, two] = Profile::ALL.map(Profile::hash);
    assert_eq!(profiles, [one, one, one, one, two, two]);
    sample.replay().unwrap();
    let (mut sample, _) = sample.reopened();
    assert_eq!(sample.shard.profile_at(sample.shard.position().seq), Profile::Two);
    sample.count();
    sample.replay().unwrap();
}

#[test]
fn a_change_of_profile_is_alone_in_its_block_and_happens_once() {
    let mut sample = Sample::begun();
    let set = sample.act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), &[2, 3]);
    let calls = [sample.unsigned("count"), set, sample.unsigned("count"), sample.unsigned("count")];
    sample.submit(&calls, 10);
    let counts: Vec<u64> = sample.blocks().iter().map(|block| block.header.count).collect();
    assert_eq!(counts, [1, 1, 1, 2]);
    let again = sample.act(Act::SetProfile(SetProfile { profile: Profile::Two.hash() }), &[2, 3]);
    assert_eq!(sample.rejection(&again), Rejected::ProfileKept { name: "2" });
    sample.replay().unwrap();
}

/// An act of the profile before is known when it is delivered again, and is no act when it is new.
#[test]
fn acts_of_the_profile_before_are_known_and_no_others_are_made() {
    let mut sample = Sample::begun();
    let set_writer = Act::SetWriter(SetWriter { key: key(1).public() });
    let [done, new] = [(); 2].map(|()| sample.act(set_writer, &[2, 3]));
    assert!(matches!(sample.ask(&done), Answer::New { seq: 1, .. }));
    sample.set_profile();
    assert_eq!(sample.ask(&done), Answer::Known(1));
    let [wanted, serving] = [Profile::One.system(), sample.serving()];
    assert_eq!(sample.rejection(&new), Rejected::OtherProgram { wanted, serving });
}

#[test]
fn the_first_profile_has_none_of_the_acts_of_the_second() {
    let mut sample = Sample::begun();
    for act in [Act::Erase(Erase { seq: 0 }), Act::Prune(Prune { height: 1 })] {
        let act = sample.act(act, &[2, 3]);
        assert!(matches!(sample.rejection(&act), Rejected::NoMethod { .. }));
    }
}

#[test]
fn what_is_erased_or_pruned_has_to_be_history() {
    let mut sample = grown();
    let (seq, height) = (sample.shard.position().seq, sample.shard.position().height);
    let erase = sample.act(Act::Erase(Erase { seq }), &[2, 3]);
    assert!(matches!(sample.rejection(&erase), Rejected::NotHistory { .. }));
    let prune = sample.act(Act::Prune(Prune { height: height + 1 }), &[2, 3]);
    assert!(matches!(sample.rejection(&prune), Rejected::NotHistory { .. }));
}

#[test]
fn a_migration_goes_step_by_step_while_the_old_program_serves_and_ends_with_the_upgrade() {
    let mut sample = grown();
    let old = sample.serving();
    assert_eq!(sample.step(0), Outcome::Returned(NOT_DONE.to_vec()));
    // Not done yet: the upgrade fails, and nothing has changed.
    let before = sample.content();
    assert!(matches!(sample.upgrade(0), Outcome::Failed(_)));
    assert_eq!((sample.content(), sample.serving()), (before, old));
    assert_eq!(sample.step(0), Outcome::Returned(NOT_DONE.to_vec()));
    assert_eq!(sample.count(), 4u64.to_le_bytes(), "the old program serves between the steps");
    let (mut sample, _) = sample.reopened();
    assert_eq!(sample.upgrade(0), Outcome::Returned(DONE.to_vec()));
    assert_ne!(sample.serving(), old);
    // What was counted between the steps has come along.
    assert_eq!(sample.count(), 95u64.to_le_bytes());
    sample.replay().unwrap();
}

#[test]
fn a_step_that_fails_leaves_the_old_program_serving() {
    let mut sample = grown();
    let old = sample.serving();
    assert_eq!(sample.step(2), Outcome::Returned(NOT_DONE.to_vec()));
    let before = sample.content();
    assert_eq!(sample.step(2), Outcome::Trapped(Trap::Unreachable));
    assert_eq!(sample.upgrade(2), Outcome::Trapped(Trap::Unreachable));
    assert_eq!((sample.content(), sample.serving()), (before, old));
    assert_eq!(sample.count(), 4u64.to_le_bytes());
    sample.replay().unwrap();
}

#[test]
fn a_program_without_a_migration_is_upgraded_to_at_once() {
    let mut sample = grown();
    let upgrade = Act::Upgrade(Upgrade { program: program(10) });
    assert_eq!(sample.done(upgrade), Outcome::Returned(DONE.to_vec()));
    assert_eq!(sample.serving(), program(10));
    let migrate = sample.act(Act::Migrate(Migrate { program: program(1) }), &[2, 3]);
    assert_eq!(sample.rejection(&migrate), Rejected::NoMethod { method: MIGRATE.into() });
    sample.replay().unwrap();
}

#[test]
fn a_step_has_the_fuel_of_its_call() {
    let mut sample = grown();
    let mut call = sample.act(Act::Migrate(Migrate { program: PROGRAM.hash(&upgraded(0)) }), &[2, 3]).call;
    call.fuel_max = crate::system::ACT_FUEL + 20;
    let call = abi::call::SignedCall::authorize(call, &[&key(2), &key(3)]);
    let answer = sample.ask(&call);
    assert!(matches!(answer, Answer::New { outcome: Outcome::Trapped(Trap::OutOfFuel), .. }), "{answer:?}");
    sample.replay().unwrap();
}

#[test]
fn nobody_else_calls_a_migration() {
    let mut sample = grown();
    sample.step(0);
    (0..2).for_each(|_| drop(sample.step(0)));
    sample.upgrade(0);
    let call = sample.unsigned(MIGRATE);
    assert_eq!(sample.rejection(&call), Rejected::NoMethod { method: MIGRATE.into() });
}

/// A writer that is appointed under the new profile is proven by the change of profile and its own act.
#[test]
fn who_writes_is_proven_across_profiles() {
    let mut sample = grown();
    let set = Act::SetWriter(SetWriter { key: key(1).public() });
    sample.done(set);
    let header = sample.blocks().last().unwrap().header;
    let links = sample.shard.writer_links(&header).unwrap();
    assert_eq!(links.len(), 2);
    let issuer = |links| Issuer::at(&genesis(), links, header.history_size, &header.history_root);
    assert_eq!(issuer(&links).unwrap().key, key(1).public());
    assert!(issuer(&links[1..]).is_err(), "without the change of profile its act is none");
    assert!(issuer(&[links[0].clone(), links[0].clone()]).is_err());
    let start = sample.shard.start_after(&header).unwrap();
    let chain = journal::Chain::start(&genesis(), &start, state::empty_root()).unwrap();
    assert_eq!((chain.profile(), chain.program()), (Profile::Two, Some(program(1))));
}
