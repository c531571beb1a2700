//! What a call is told about itself.

use crate::{Encode, Event, Hash, Value, host};
use abi::codec::{Bytes, Decode};
use abi::key::Key;
use alloc::vec::Vec;

/// The call under way. A method that wants it takes `ctx: &Context` behind `self`.
pub struct Context(());

impl Context {
    pub(crate) fn current() -> Context {
        Context(())
    }

    /// Who calls.
    pub fn caller(&self) -> Account {
        match Account::from_bytes(&host::caller()) {
            Ok(caller) => caller,
            Err(_) => unreachable!("the host encodes the caller"),
        }
    }

    /// The shard that runs the call.
    pub fn shard(&self) -> Hash {
        Hash(host::shard())
    }

    /// The call's place in the shard's history; for a query, the next place.
    pub fn seq(&self) -> u64 {
        host::seq()
    }

    /// The call's logical time, in milliseconds of Unix time. It never falls from one call to the next.
    pub fn time_ms(&self) -> u64 {
        host::time()
    }

    /// The next bytes of the call's random stream. They follow from shard, place and call, so that a replay
    /// draws the same: whoever places the call can foresee them.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        host::random(&mut out);
        out
    }

    /// Says that something happened. Events of a call that does not return are dropped; a query that emits
    /// is trapped.
    pub fn emit<E: Event>(&self, event: &E) {
        host::emit(E::NAME, &event.to_bytes());
    }

    /// Asks the shard `to` to run a call of `method`; `args` is a tuple. Messages of a call that does not return
    /// are dropped; a query that sends is trapped.
    ///
    /// A method's name is 1 to 64 of `a`–`z`, `0`–`9` and `_`; another traps.
    pub fn send(&self, to: Hash, method: &str, args: &impl Encode) {
        host::send(&to.0, method, &args.to_bytes());
    }
}

/// Writes a line of debug log, which is never part of history.
pub fn log(line: &str) {
    host::log(line);
}

/// Who calls: a kind and the bytes that name the caller within it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Value)]
pub struct Account {
    /// 0 nobody, 1 the holder of a key, 2 a name that the node vouches for, 3 a shard, 4 a timer.
    pub kind: u8,
    /// The public key, the name in UTF-8, the shard's id, the timer's number in 8 bytes; nothing for nobody.
    pub id: Bytes,
}

impl Account {
    /// Whether the call has no caller in particular.
    pub fn is_nobody(&self) -> bool {
        self.kind == 0
    }

    /// The caller's public key, if it was proved by one.
    pub fn public_key(&self) -> Option<[u8; 32]> {
        if self.kind == 1 { self.id.as_ref().try_into().ok() } else { None }
    }
}

impl Key for Account {
    fn encode_key(&self, out: &mut Vec<u8>) {
        self.kind.encode_key(out);
        self.id.encode_key(out);
    }

    fn decode_key(bytes: &mut &[u8]) -> Option<Account> {
        Some(Account { kind: u8::decode_key(bytes)?, id: Bytes::decode_key(bytes)? })
    }
}
