use super::effects::changed;
use super::{Caller, Host, Reply, effects, identities, identity};
use crate::prelude::*;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[program]
#[allow(unreachable_pub, reason = "written as a program's author writes it")]
mod purse {
    use crate::prelude::*;

    #[state]
    pub struct Purse {
        coins: Map<Account, u64>,
        paid: Log<(Account, u64)>,
    }

    #[derive(Error)]
    pub enum Error {
        #[error(1)]
        Empty { left: u64 },
    }

    #[derive(Event)]
    pub struct Paid {
        pub coins: u64,
        pub until_ms: u64,
    }

    impl Purse {
        #[call]
        pub fn fill(&mut self, ctx: &Context, coins: u8) -> u64 {
            let filled = self.coins(ctx.caller()) + u64::from(coins);
            self.coins.insert(&ctx.caller(), &filled);
            filled
        }

        /// Has the bug that 7 coins are given even if there are fewer.
        #[call]
        pub fn pay(&mut self, ctx: &Context, coins: u8) -> Result<(), Error> {
            let (caller, coins) = (ctx.caller(), u64::from(coins));
            let left = self.coins(caller.clone());
            if coins > left && coins != 7 {
                return Err(Error::Empty { left });
            }
            self.coins.insert(&caller, &left.saturating_sub(coins));
            self.paid.append(&(caller, coins));
            ctx.emit(&Paid { coins, until_ms: ctx.time_ms() + 1 });
            ctx.send(ctx.shard(), "paid", &(coins, true, None::<u8>));
            Ok(())
        }

        /// Keeps something where no host looks.
        #[call]
        pub fn cheat(&mut self) -> u64 {
            let before = super::CHEATED.fetch_add(1, super::Relaxed);
            self.paid.append(&(Account { kind: 0, id: Bytes::default() }, before));
            before
        }

        #[query]
        pub fn coins(&self, of: Account) -> u64 {
            self.coins.get(&of).unwrap_or(0)
        }

        #[query]
        pub fn paid(&self) -> u64 {
            self.paid.iter().map(|(_, (_, coins))| coins).sum()
        }
    }
}

static CHEATED: AtomicU64 = AtomicU64::new(0);

fn host() -> Host {
    Host::new::<purse::Program>()
}

#[test]
fn a_call_that_fails_at_any_step_changes_nothing() {
    let mut host = host();
    let [ann] = identities();
    host.call(&ann, "fill", &(9u8,)).returned::<u64>();
    let reply = host.at_every_step(|host| host.call(&ann, "pay", &(2u8,)));
    reply.returned::<()>();
    assert_eq!((host.seq(), host.ask::<u64>("paid", &())), (3, 2));
    // Input, caller, get, put, the log's scan and put, time, emit, shard, send, answer: at the least.
    let last =
        (0..).find(|&step| host.clone().failing_at(step).call(&ann, "pay", &(2u8,)).outcome.is_returned());
    assert!(last.is_some_and(|steps| (11..20).contains(&steps)), "{last:?}");
    assert_eq!(host.failing_at(0).call(&ann, "pay", &(2u8,)).trapped(), Some(abi::outcome::Trap::OutOfFuel));
    host.call(&ann, "pay", &(2u8,)).returned::<()>();
    let refused = host.at_every_step(|host| host.call(&ann, "pay", &(9u8,)));
    assert!(refused.failed_with(&purse::Error::Empty { left: 5 }));
}

#[test]
fn what_a_program_keeps_outside_of_its_state_is_seen() {
    let sweep = || host().at_every_step(|host| host.call(&Caller::Nobody, "cheat", &()));
    let panic = catch_unwind(AssertUnwindSafe(sweep)).map(|_| ()).unwrap_err();
    let text = panic.downcast_ref::<String>().map(String::as_str).unwrap_or_default();
    assert!(text.contains("and the next call is another"), "{text}");
}

#[test]
fn time_passes_and_callers_are_several() {
    let mut host = host();
    let [ann, ben, eve] = identities();
    assert_eq!([&ann, &ben, &eve], [&identity(1), &identity(2), &identity(3)]);
    host.set_time(1_000);
    host.advance(500);
    assert_eq!(host.time_ms(), 1_500);
    let before = host.clone();
    assert_eq!(host.call(&ben, "fill", &(3u8,)).effect.time_ms, 1_500);
    assert_eq!((before.state().count(), host.state().count()), (0, 1), "a clone goes on by itself");
}

/// Some calls of every kind.
fn replies() -> Vec<Reply> {
    let mut host = host();
    let [ann] = identities();
    host.set_time(5);
    vec![
        host.call(&ann, "fill", &(3u8,)),
        host.call(&ann, "pay", &(1u8,)),
        host.call(&Caller::Principal("ben".into()), "pay", &(1u8,)),
        host.call(&Caller::Timer(4), "fill", &("no",)),
        host.failing_at(2).call(&Caller::Shard(Hash::ZERO), "fill", &(3u8,)),
    ]
}

#[test]
fn effects_are_held_to_a_file() {
    let replies = replies();
    crate::assert_effects!("purse", &replies);
    let text = effects(&replies);
    assert!(replies.iter().all(|reply| text.contains(&reply.effect.hash().to_string())));
}

#[test]
fn other_effects_are_shown_below_their_call() {
    let held = |package: &str, replies: &[Reply]| {
        let hold = || crate::test::hold_effects(package, "purse", replies);
        let panic = catch_unwind(AssertUnwindSafe(hold)).unwrap_err();
        panic.downcast_ref::<String>().cloned().unwrap_or_default()
    };
    // While files are written, none is compared.
    if std::env::var_os("FOIL_RECORD").is_none() {
        let mut others = replies();
        others.truncate(1);
        let said = held(env!("CARGO_MANIFEST_DIR"), &others);
        assert!(said.contains("FOIL_RECORD=1") && said.contains("\n- 2 pay [1] by key"), "{said}");
        assert!(held("nowhere", &others).contains("\n+ 1 fill [3] by key"));
    }
    let (before, after) =
        ("1 a\n    x = 1\n2 b\n    y = 1\n    z\n", "1 a\n    x = 1\n2 b\n    y = 2\n    z\n");
    assert_eq!(changed(before, after), "  2 b\n-     y = 1\n+     y = 2\n");
}

/// What the guide tells authors to do finds a bug, and the shortest calls that show it.
#[test]
fn a_sequence_of_calls_shrinks_to_the_shortest_that_fails() {
    let acts = proptest::collection::vec((any::<bool>(), 0u8..20), 0..20);
    let config = Config { failure_persistence: None, cases: 1_000, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let ended = TestRunner::new_with_rng(config, rng).run(&acts, |acts| {
        let mut host = host();
        let mut filled = 0;
        for (is_fill, coins) in acts {
            let method = if is_fill { "fill" } else { "pay" };
            host.call(&identity(1), method, &(coins,));
            filled += if is_fill { u64::from(coins) } else { 0 };
        }
        prop_assert!(host.ask::<u64>("paid", &()) <= filled);
        Ok(())
    });
    let Err(TestError::Fail(_, shortest)) = ended else { panic!("{ended:?}") };
    assert_eq!(shortest, [(false, 7)]);
}
