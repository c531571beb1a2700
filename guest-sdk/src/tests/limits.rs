//! What the SDK lets a program try, and the host does not: the same traps as on an engine, where the program `hostile`
//! tries more.

use crate::prelude::*;
use crate::test::{Caller, Host};
use abi::limits::{CURSORS_MAX, EVENTS_MAX, MESSAGES_MAX, OUTPUT_BYTES_MAX, VALUE_BYTES_MAX, WRITES_MAX};
use abi::outcome::{Outcome, Trap};

#[program]
#[allow(unreachable_pub, reason = "written as a program's author writes it")]
mod rude {
    use crate::prelude::*;

    #[state]
    pub struct Rude {
        by_name: Map<Bytes, Bytes>,
        by_number: Map<u32, bool>,
    }

    #[derive(Event)]
    pub struct Said {
        pub what: Bytes,
    }

    #[derive(Error)]
    pub enum Error {
        #[error(1)]
        Verbose { why: Bytes },
    }

    fn bytes(len: u32) -> Bytes {
        Bytes(vec![0x20; len as usize])
    }

    impl Rude {
        #[call]
        pub fn key(&mut self, len: u32) {
            self.by_name.insert(&bytes(len), &bytes(0));
        }

        #[call]
        pub fn absent_key(&mut self, len: u32) {
            self.by_name.remove(&bytes(len));
        }

        #[call]
        pub fn value(&mut self, len: u32) {
            self.by_name.insert(&bytes(1), &bytes(len));
        }

        #[call]
        pub fn writes(&mut self, count: u32) {
            (0..count).for_each(|number| self.by_number.insert(&number, &true));
        }

        #[call]
        pub fn ranges(&self, count: u32) {
            let mut ranges: Vec<_> = (0..count).map(|_| self.by_number.iter()).collect();
            ranges.iter_mut().for_each(|range| _ = range.next());
        }

        #[call]
        pub fn answer(&self, len: u32) -> Bytes {
            bytes(len)
        }

        #[call]
        pub fn fail(&self, len: u32) -> Result<(), Error> {
            Err(Error::Verbose { why: bytes(len) })
        }

        #[call]
        pub fn event(&self, ctx: &Context, len: u32) {
            ctx.emit(&Said { what: bytes(len) });
        }

        #[call]
        pub fn events(&self, ctx: &Context, count: u32) {
            (0..count).for_each(|_| ctx.emit(&Said { what: bytes(0) }));
        }

        #[call]
        pub fn message(&self, ctx: &Context, len: u32) {
            ctx.send(ctx.shard(), "answer", &(bytes(len),));
        }

        #[call]
        pub fn messages(&self, ctx: &Context, count: u32) {
            (0..count).for_each(|_| ctx.send(ctx.shard(), "answer", &()));
        }

        #[call]
        pub fn method(&self, ctx: &Context, len: u32) {
            ctx.send(ctx.shard(), &"a".repeat(len as usize), &());
        }

        #[call]
        pub fn random(&self, ctx: &Context, len: u32) {
            match len {
                4_096 => _ = ctx.random::<4_096>(),
                _ => _ = ctx.random::<4_097>(),
            }
        }

        #[query]
        pub fn emit(&self, ctx: &Context) {
            ctx.emit(&Said { what: bytes(0) });
        }
    }
}

/// For each: the most that is allowed, and the trap of one more.
#[test]
fn one_more_than_the_limit_is_a_trap_and_changes_nothing() {
    let small = |len: usize| u32::try_from(len).unwrap();
    // A field's name and its zero, the two zeros behind bytes, and what CBOR puts before them.
    let (key, event, message) = (512 - 8 - 2, (64 << 10) - 4 - 1 - 3, (64 << 10) - 6 - 1 - 3);
    let output = small(OUTPUT_BYTES_MAX) - 5;
    for (method, most, trap) in [
        ("key", key, Trap::KeyTooLong),
        ("absent_key", key, Trap::KeyTooLong),
        ("value", small(VALUE_BYTES_MAX) - 5, Trap::ValueTooLong),
        ("writes", small(WRITES_MAX), Trap::TooManyWrites),
        ("ranges", small(CURSORS_MAX), Trap::TooManyCursors),
        ("answer", output, Trap::OutputTooLong),
        ("fail", output - 1 - 1 - 8, Trap::OutputTooLong),
        ("event", event, Trap::TooManyEvents),
        ("events", small(EVENTS_MAX), Trap::TooManyEvents),
        ("message", message, Trap::TooManyMessages),
        ("messages", small(MESSAGES_MAX), Trap::TooManyMessages),
        ("method", 64, Trap::BadArgument),
        ("random", 4_096, Trap::BadArgument),
    ] {
        let mut host = Host::new::<rude::Program>();
        let most_of_it = host.clone().call(&Caller::Nobody, method, &(most,));
        assert_eq!(most_of_it.trapped(), None, "{method} {most}");
        let more = host.call(&Caller::Nobody, method, &(most + 1,));
        assert_eq!(more.trapped(), Some(trap), "{method}");
        assert!(more.diff.is_empty() && more.events.is_empty() && more.messages.is_empty(), "{method}");
        assert_eq!(host.state().count(), 0, "{method}");
    }
    let host = Host::new::<rude::Program>();
    assert_eq!(host.query("emit", &()), Outcome::Trapped(Trap::ReadOnly));
}
