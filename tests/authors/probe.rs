//! A program that uses all that the SDKs have, as the Rust SDK has it: what the same program in another language
//! has to come to.

use guest_sdk::prelude::*;

pub(crate) use self::probe::{Everything, Program, Side};

/// The program.
#[program]
pub(crate) mod probe {
    use super::*;

    #[state]
    pub(crate) struct Probe {
        entries: Map<(i16, String, bool, Bytes), u64>,
        last: Cell<u128>,
    }

    /// One value of each form.
    #[derive(Value, Clone, Debug)]
    pub(crate) struct Everything {
        pub(crate) signed: i64,
        pub(crate) option: Option<u8>,
        pub(crate) text: String,
        pub(crate) list: Vec<u32>,
        pub(crate) bytes: Bytes,
        pub(crate) wide: u128,
        pub(crate) flag: bool,
        pub(crate) small: i8,
        pub(crate) fixed: [u8; 3],
        pub(crate) side: Side,
    }

    #[derive(Value, Clone, Copy, Debug)]
    pub(crate) enum Side {
        Debit,
        Credit,
    }

    /// What the host calls answer.
    #[derive(Value)]
    pub(crate) struct Told {
        pub(crate) caller: Account,
        pub(crate) shard: Hash,
        pub(crate) seq: u64,
        pub(crate) time: u64,
        pub(crate) random: [u8; 8],
        pub(crate) blake3: Hash,
        pub(crate) sha256: Hash,
        pub(crate) verified: bool,
    }

    #[derive(Event)]
    pub(crate) struct Entry {
        pub(crate) number: i16,
        pub(crate) text: String,
        pub(crate) flag: bool,
        pub(crate) bytes: Bytes,
        pub(crate) value: u64,
    }

    impl Probe {
        /// Keeps one part, and answers with all.
        #[call]
        pub(crate) fn echo(&mut self, it: Everything) -> Everything {
            self.last.set(&it.wide);
            it
        }

        #[call]
        pub(crate) fn keep(
            &mut self,
            number: i16,
            text: String,
            flag: bool,
            bytes: Bytes,
            value: u64,
        ) -> bool {
            let key = (number, text, flag, bytes);
            let known = self.entries.contains(&key);
            self.entries.insert(&key, &value);
            known
        }

        /// Emits every entry and removes it; answers with the sum of their values.
        #[call]
        pub(crate) fn sweep(&mut self, ctx: &Context, reverse: bool) -> u64 {
            let entries = if reverse { self.entries.iter().reversed() } else { self.entries.iter() };
            let mut sum = 0;
            for (key, value) in entries {
                self.entries.remove(&key);
                let (number, text, flag, bytes) = key;
                ctx.emit(&Entry { number, text, flag, bytes, value });
                sum += value;
            }
            self.last.clear();
            sum
        }

        /// Asks the host everything, and sends a message.
        #[call]
        pub(crate) fn tell(&mut self, ctx: &Context, key: Hash, signature: [u8; 64], text: String) -> Told {
            log(&text);
            ctx.send(key, "poke", &(text.clone(), 7u8));
            Told {
                caller: ctx.caller(),
                shard: ctx.shard(),
                seq: ctx.seq(),
                time: ctx.time_ms(),
                random: ctx.random(),
                blake3: Hash(guest_sdk::crypto::blake3(text.as_bytes())),
                sha256: Hash(guest_sdk::crypto::sha256(text.as_bytes())),
                verified: guest_sdk::crypto::verify_ed25519(&key.0, &signature, text.as_bytes()),
            }
        }
    }
}
