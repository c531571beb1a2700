use crate::prelude::*;
use crate::test::{Caller, Host, Reply, genesis, identity, message, program_hash};
use crate::{Decode, Encode, Program};
use abi::effect::{Effect, Moment};
use abi::hash::RANDOM;
use abi::interface::{Described, Type, encode, encoded_len};
use abi::outcome::{Outcome, Trap};
use abi::profile::Profile;
use alloc::collections::BTreeMap;
use proptest::prelude::*;

mod limits;

#[program]
#[allow(unreachable_pub, reason = "written as a program's author writes it")]
mod sample {
    use crate::prelude::*;

    /// Fields whose names begin with each other's, in no order.
    #[state]
    pub struct Sample {
        names: Map<String, u32>,
        nam: Map<(u8, i64), Entry>,
        name: Cell<Option<String>>,
        count: Cell<u64>,
    }

    #[derive(Clone, PartialEq, Debug, Value)]
    pub struct Entry {
        pub id: Id,
        pub kind: Kind,
    }

    #[derive(Clone, Copy, PartialEq, Debug, Value)]
    pub struct Id(pub u128);

    #[derive(Clone, Copy, PartialEq, Debug, Value)]
    pub enum Kind {
        Big,
        Small,
    }

    #[derive(Event)]
    pub struct Put {
        pub name: String,
    }

    #[derive(Error)]
    pub enum Error {
        /// There is no such name,
        /// and there never was.
        #[error(7)]
        Unknown { name: String },
    }

    impl Sample {
        /// Keeps a name.
        #[call]
        pub fn put(&mut self, ctx: &Context, name: String, value: u32) {
            self.names.insert(&name, &value);
            ctx.emit(&Put { name });
        }

        #[call]
        pub fn remove(&mut self, name: String) -> Result<u32, Error> {
            let value = self.names.get(&name);
            self.names.remove(&name);
            value.ok_or(Error::Unknown { name })
        }

        #[call]
        pub fn fill(&mut self) {
            for (at, entry) in [(-1, Kind::Big), (0, Kind::Small), (1, Kind::Big)] {
                self.nam.insert(&(1, at), &Entry { id: Id(7), kind: entry });
            }
            self.name.set(&Some("it".into()));
            self.count.set(&1);
        }

        #[call]
        pub fn drain(&mut self) -> u64 {
            let mut count = 0;
            for (name, _) in self.names.iter() {
                self.names.remove(&name);
                count += 1;
            }
            self.name.clear();
            count
        }

        #[call]
        pub fn overflow(&mut self, by: u64) {
            self.count.set(&(u64::MAX - 1 + by));
        }

        #[call]
        pub fn flood(&mut self) {
            self.names.insert(&"x".repeat(600), &0);
        }

        #[call]
        pub fn about(&self, ctx: &Context) -> (Account, u64, u64, [u8; 40]) {
            (ctx.caller(), ctx.seq(), ctx.time_ms(), ctx.random())
        }

        #[call]
        pub fn tell(&self, ctx: &Context, other: Hash, method: String) -> Hash {
            ctx.send(other, &method, &(7u64, "x"));
            ctx.send(ctx.shard(), "drain", &());
            ctx.shard()
        }

        #[call]
        pub fn hold(&self, count: u32) {
            let mut held = Vec::new();
            for _ in 0..count {
                let mut range = self.names.iter();
                range.next();
                held.push(range);
            }
            for _ in 0..count {
                held.pop();
                self.names.last();
            }
        }

        #[query]
        pub fn whisper(&self, ctx: &Context) {
            ctx.send(ctx.shard(), "drain", &());
        }

        #[query]
        pub fn range(&self, from: String, to: String, reverse: bool) -> Vec<(String, u32)> {
            let range = self.names.range(from..to);
            if reverse { range.reversed().collect() } else { range.collect() }
        }

        #[query]
        pub fn edges(&self) -> Vec<Option<(String, u32)>> {
            vec![self.names.first(), self.names.last()]
        }

        #[query]
        pub fn after(&self, at: i64) -> Vec<((u8, i64), Entry)> {
            use core::ops::Bound::{Excluded, Included};
            self.nam.range((Excluded((1, at)), Included((1, 1)))).collect()
        }

        #[query]
        pub fn has(&self, name: String) -> bool {
            self.names.contains(&name)
        }

        #[query]
        pub fn peep(&self, ctx: &Context) {
            ctx.emit(&Put { name: "no".into() });
        }
    }
}

use sample::{Entry, Error, Id, Kind};

fn put(host: &mut Host, name: &str, value: u32) -> Reply {
    host.call(&identity(1), "put", &(name, value))
}

#[test]
fn state_lies_under_the_names_of_its_fields() {
    let mut host = Host::new::<sample::Program>();
    put(&mut host, "a", 1).returned::<()>();
    host.call(&identity(1), "fill", &()).returned::<()>();
    let keys: Vec<Vec<u8>> = host.state().map(|(key, _)| key.to_vec()).collect();
    let flipped = |at: i64| [&b"nam\0\x01"[..], &(at ^ i64::MIN).to_be_bytes()].concat();
    let expected = [
        b"count\0".to_vec(),
        flipped(-1),
        flipped(0),
        flipped(1),
        b"name\0".to_vec(),
        b"names\0a\0\0".to_vec(),
    ];
    assert_eq!(keys, expected);
}

#[test]
fn a_range_keeps_to_its_map_and_its_bounds() {
    let mut host = Host::new::<sample::Program>();
    host.call(&identity(1), "fill", &()).returned::<()>();
    assert_eq!(host.ask::<Vec<Option<(String, u32)>>>("edges", &()), [None, None]);
    for (value, name) in ["b", "", "a", "a\0", "ab"].into_iter().enumerate() {
        put(&mut host, name, u32::try_from(value).unwrap());
    }
    let names = |from: &str, to: &str, reverse: bool| -> Vec<String> {
        let entries: Vec<(String, u32)> = host.ask("range", &(from, to, reverse));
        entries.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names("", "z", false), ["", "a", "a\0", "ab", "b"]);
    assert_eq!(names("a", "ab", true), ["a\0", "a"]);
    assert_eq!(names("b", "a", false), [""; 0]);
    let edges: Vec<Option<(String, u32)>> = host.ask("edges", &());
    assert_eq!(edges, [Some(("".into(), 1)), Some(("b".into(), 0))]);
    let after: Vec<((u8, i64), Entry)> = host.ask("after", &(-1i64,));
    let entry = |kind| Entry { id: Id(7), kind };
    assert_eq!(after, [((1, 0), entry(Kind::Small)), ((1, 1), entry(Kind::Big))]);
    assert!(host.ask::<bool>("has", &("ab",)) && !host.ask::<bool>("has", &("abc",)));
}

#[test]
fn what_is_read_may_be_removed_meanwhile() {
    let mut host = Host::new::<sample::Program>();
    for name in ["a", "b", "c"] {
        put(&mut host, name, 0);
    }
    assert_eq!(host.call(&identity(1), "drain", &()).returned::<u64>(), 3);
    assert_eq!(host.state().count(), 0);
}

#[test]
fn ranges_are_closed_when_they_are_dropped() {
    let mut host = Host::new::<sample::Program>();
    put(&mut host, "a", 0);
    for _ in 0..2 {
        assert_eq!(host.call(&identity(1), "hold", &(256u32,)).trapped(), None);
        let reply = host.call(&identity(1), "hold", &(257u32,));
        assert_eq!(reply.trapped(), Some(Trap::TooManyCursors));
    }
}

#[test]
fn messages_are_what_a_call_has_sent() {
    let mut host = Host::new::<sample::Program>();
    let other = Hash([7; 32]);
    let reply = host.call(&identity(1), "tell", &(other, "hit"));
    assert_eq!(reply.returned::<Hash>(), host.shard());
    let expected = [message(other, "hit", &(7u64, "x")), message(host.shard(), "drain", &())];
    assert_eq!(reply.messages, expected);
    let refused = host.call(&identity(1), "tell", &(other, "Not a name"));
    assert_eq!((refused.trapped(), &refused.messages[..]), (Some(Trap::BadArgument), &[][..]));
    assert_ne!(reply.effect.messages, refused.effect.messages);
    assert_eq!(host.query("whisper", &()), Outcome::Trapped(Trap::ReadOnly));
}

#[test]
fn hashes_and_signatures_need_no_call() {
    use crate::crypto::{blake3, sha256, verify_ed25519};
    assert!(Hash(blake3(b"")).to_string().starts_with("af1349b9"));
    assert!(Hash(sha256(b"")).to_string().starts_with("e3b0c442"));
    let secret = crate::test::SecretKey::from_seed(&[1; 32]);
    let (key, signature) = (secret.public().0, secret.sign(b"this").0);
    assert!(verify_ed25519(&key, &signature, b"this") && !verify_ed25519(&key, &signature, b"that"));
}

#[test]
fn an_error_is_answered_with_code_name_and_fields() {
    let mut host = Host::new::<sample::Program>();
    let before = put(&mut host, "a", 1).effect.seq;
    let reply = host.call(&identity(1), "remove", &("b",));
    assert!(reply.failed_with(&Error::Unknown { name: "b".into() }));
    assert_eq!(reply.outcome, Outcome::Failed((7u8, "Unknown", "b").to_bytes()));
    assert!(reply.diff.is_empty());
    assert_eq!(reply.effect.seq, before + 1, "a failed call has a place in history");
}

#[test]
fn arguments_that_do_not_decode_fail_with_code_0() {
    let mut host = Host::new::<sample::Program>();
    let refused = Outcome::Failed((0u8, "BadArguments").to_bytes());
    let answer = |host: &mut Host, args: Vec<u8>| {
        let mut call = host.make(&identity(1), "put", &());
        call.args = args.into();
        host.execute(&call, 0).0.outcome
    };
    let good = ("a", 1u32).to_bytes();
    assert_eq!(answer(&mut host, good.clone()), Outcome::Returned(().to_bytes()));
    for bad in [
        vec![],
        ().to_bytes(),
        ("a",).to_bytes(),
        ("a", 1u32, 1u32).to_bytes(),
        (1u32, "a").to_bytes(),
        ("a", u64::MAX).to_bytes(),
        [&good[..], &[0]].concat(),
        good[..good.len() - 1].to_vec(),
    ] {
        assert_eq!(answer(&mut host, bad), refused);
    }
    assert_eq!(host.query("has", &()), refused);
}

#[test]
fn a_panic_is_a_trap_that_says_why() {
    let mut host = Host::new::<sample::Program>();
    assert_eq!(host.call(&identity(1), "overflow", &(1u64,)).trapped(), None);
    let reply = host.call(&identity(1), "overflow", &(2u64,));
    assert_eq!(reply.trapped(), Some(Trap::Unreachable));
    assert_eq!(reply.logs, ["panicked: attempt to add with overflow"]);
    assert!(reply.diff.is_empty());
    let reply = host.call(&identity(1), "flood", &());
    assert_eq!(reply.trapped(), Some(Trap::KeyTooLong));
    assert_eq!(host.query("peep", &()), Outcome::Trapped(Trap::ReadOnly));
}

#[test]
fn a_call_is_told_about_itself() {
    let mut host = Host::new::<sample::Program>();
    host.set_time(1_000);
    for (place, caller) in [(1, identity(1)), (2, Caller::Nobody), (3, Caller::Principal("ann".into()))] {
        let reply = host.call(&caller, "about", &());
        let (account, seq, time_ms, random): (Account, u64, u64, [u8; 40]) = reply.returned();
        assert_eq!((account.to_bytes(), seq, time_ms), (caller.to_bytes(), place, 1_000));
        assert_eq!(account.is_nobody(), caller == Caller::Nobody);
        assert_eq!(account.public_key().is_some(), matches!(caller, Caller::Key(_)));
        let shard = host.shard();
        let block = |n: u64| {
            RANDOM.hash_parts(&[&shard.0, &seq.to_be_bytes(), &reply.effect.call.0, &n.to_be_bytes()]).0
        };
        assert_eq!(random[..], [&block(0)[..], &block(1)[..8]].concat());
    }
}

#[test]
fn the_effect_is_that_of_the_call_in_its_place() {
    let program = program_hash(b"\0asm");
    let mut host = Host::with::<sample::Program>(genesis(), program);
    host.set_time(5);
    let call = host.make(&identity(3), "put", &("a", 9u32));
    let (execution, effect) = host.execute(&call, 6);
    let at = Moment { seq: 1, time_ms: 6, program, profile: Profile::One.hash() };
    let expected = Effect::new(
        &call,
        call.digest(),
        at,
        &Outcome::Returned(().to_bytes()),
        execution.diff.hash(),
        &execution.events,
        &[],
    );
    assert_eq!(effect, expected);
    assert_eq!(effect.shard, genesis().id());
    assert_eq!(execution.events.len(), 1);
    assert_eq!((execution.events[0].name.as_str(), &execution.events[0].data.0), ("Put", &("a",).to_bytes()));
    assert_eq!(host.seq(), 2);
}

#[test]
#[should_panic(expected = "has no Call `range`")]
fn a_query_cannot_be_called() {
    Host::new::<sample::Program>().call(&identity(1), "range", &());
}

#[test]
fn the_interface_says_what_the_program_is() {
    const BYTES: [u8; encoded_len(sample::Program::INTERFACE)] = encode(sample::Program::INTERFACE);
    let described = Described::from_bytes(&BYTES).unwrap();
    assert_eq!(described.name, "sample");
    let put = described.method("put").unwrap();
    assert_eq!(put.doc, "Keeps a name.");
    let names: Vec<_> = put.params.iter().map(|(name, form)| (name.as_str(), form.clone())).collect();
    assert_eq!(names, [("name", Type::Text), ("value", Type::Unsigned(32))]);
    assert_eq!((put.returns.clone(), put.fails), (Type::Unit, false));
    let remove = described.method("remove").unwrap();
    assert_eq!((remove.returns.clone(), remove.fails), (Type::Unsigned(32), true));
    let kind = Type::Enum("Kind".into(), vec!["Big".into(), "Small".into()]);
    let entry = Type::Struct("Entry".into(), vec![("id".into(), Type::U128), ("kind".into(), kind)]);
    assert_eq!(described.state[1].value, entry);
    assert_eq!(described.state[1].key, Some(Type::Tuple(vec![Type::Unsigned(8), Type::Signed(64)])));
    assert_eq!((described.events.len(), described.errors.len()), (1, 1));
    assert_eq!(described.errors[0].doc, "There is no such name,\nand there never was.");
}

#[test]
fn derived_values_read_back_and_nothing_else_does() {
    let entry = Entry { id: Id(9), kind: Kind::Small };
    assert_eq!(entry.to_bytes(), (9u128, 1u8).to_bytes());
    assert_eq!(Entry::from_bytes(&entry.to_bytes()), Ok(entry));
    assert!(Entry::from_bytes(&(9u128, 2u8).to_bytes()).is_err());
    assert!(Entry::from_bytes(&(9u128,).to_bytes()).is_err());
}

proptest! {
    /// A program over its map is a program over an ordered map.
    #[test]
    fn a_map_is_an_ordered_map(
        acts in proptest::collection::vec(("[\0a-b]{0,2}", proptest::option::of(0u32..9)), 0..20),
        (from, to) in ("[\0a-c]{0,2}", "[\0a-c]{0,2}"),
    ) {
        let mut host = Host::new::<sample::Program>();
        let mut model = BTreeMap::new();
        for (name, value) in acts {
            match value {
                Some(value) => {
                    put(&mut host, &name, value);
                    model.insert(name, value);
                }
                None => {
                    let reply = host.call(&identity(1), "remove", &(name.as_str(),));
                    prop_assert_eq!(reply.outcome.is_returned(), model.remove(&name).is_some());
                }
            }
        }
        let to = to.max(from.clone());
        let mut expected: Vec<(String, u32)> =
            model.range(from.clone()..to.clone()).map(|(name, value)| (name.clone(), *value)).collect();
        prop_assert_eq!(&host.ask::<Vec<(String, u32)>>("range", &(&from, &to, false)), &expected);
        expected.reverse();
        prop_assert_eq!(&host.ask::<Vec<(String, u32)>>("range", &(&from, &to, true)), &expected);
    }
}
