//! What a call says by itself: its form, its digest, its proof. That asks nothing of the state, so that the calls of a
//! block are checked while the block before it is committed.

use crate::admit::Rejected;
use crate::shard::Request;
use crate::system::ACT_FUEL;
use abi::call::{Caller, Proof, SignedCall};
use abi::codec::{Encode, Writer, dynamic};
use abi::genesis::Genesis;
use abi::id::Hash;
use abi::limits::{CALL_BYTES_MAX, FUEL_MAX};
use abi::planted;
use abi::profile::Profile;
use abi::prover::Prover;
use beside::both;
use journal::Scope;
use std::cmp::Reverse;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::IntoIter;

/// From how many calls on a part of them is worth a thread.
pub(crate) const CALLS_SHARED: usize = 32;
/// So many calls without a proof are checked in the time of one that has one.
const CALLS_UNPROVEN: usize = 16;
/// What a call without arguments takes, as a rule.
const CALL_BYTES: usize = 512;
/// How many are taken at a time by whoever has nothing else to do.
const CALLS_TAKEN: usize = 16;

/// A call that is right by itself, and when it came.
pub struct Checked {
    pub(crate) signed: Box<SignedCall>,
    pub(crate) now_ms: u64,
    pub(crate) digest: Hash,
    pub(crate) scope: Scope,
    /// Its size in bytes, with its proof.
    pub(crate) bytes: usize,
}

/// What there is to know of a call by itself.
pub type Check = Result<Checked, Rejected>;

/// What checks the calls of a shard.
#[derive(Clone, Copy)]
pub struct Checker<'a> {
    genesis: &'a Genesis,
    shard: Hash,
}

impl<'a> Checker<'a> {
    /// Of the shard that was born with this genesis, whose hash is `shard`.
    pub fn new(genesis: &'a Genesis, shard: Hash) -> Checker<'a> {
        Checker { genesis, shard }
    }

    /// Checks calls, in their order, many of them on both cores.
    pub fn all(self, requests: Vec<Request>) -> Vec<Check> {
        let proven = requests.iter().filter(|request| request.signed.proof != Proof::None).count();
        let is_shared = proven + requests.len() / CALLS_UNPROVEN >= CALLS_SHARED;
        let checking =
            Checking { checker: self, left: Mutex::new(requests.into_iter()), done: Mutex::default() };
        both(is_shared, || checking.work(), || checking.work());
        checking.done()
    }

    fn one(&self, request: Request, prover: &mut Prover) -> Check {
        let Request { signed, now_ms } = request;
        // Of whichever profile: an act that was done under the one before is known when it is delivered again.
        let is_act = signed.call.program.is_some_and(|program| Profile::of_system(&program).is_some());
        let bytes = check_form(is_act, &self.shard, &signed)?;
        let digest = signed.call.digest();
        check_proof(self.genesis, is_act, &signed, &digest, prover)?;
        let scope = Scope::of(&signed.call.caller, &signed.call.key);
        Ok(Checked { signed: Box::new(signed), now_ms, digest, scope, bytes })
    }
}

/// Calls that are checked on whichever core has nothing else to do.
struct Checking<'a> {
    checker: Checker<'a>,
    left: Mutex<IntoIter<Request>>,
    /// What was checked, by how much was left then.
    done: Mutex<Vec<(usize, Vec<Check>)>>,
}

impl Checking<'_> {
    /// Checks until nothing is left.
    fn work(&self) {
        let mut prover = Prover::default();
        loop {
            let (left, taken) = {
                let mut left = lock(&self.left);
                let taken: Vec<Request> = left.by_ref().take(CALLS_TAKEN).collect();
                (left.len(), taken)
            };
            if taken.is_empty() {
                return;
            }
            let checks = taken.into_iter().map(|request| self.checker.one(request, &mut prover)).collect();
            lock(&self.done).push((left, checks));
        }
    }

    /// What they came to, in their order.
    fn done(self) -> Vec<Check> {
        let mut done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(left, _)| Reverse(*left));
        done.into_iter().flat_map(|(_, checks)| checks).collect()
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Checks what the call says by itself; its size in bytes, with its proof.
fn check_form(is_act: bool, shard: &Hash, signed: &SignedCall) -> Result<usize, Rejected> {
    let call = &signed.call;
    if call.version != abi::VERSION {
        return Err(Rejected::Version { got: call.version });
    }
    if call.shard != *shard {
        return Err(Rejected::Shard { got: call.shard, here: *shard });
    }
    let mut w = Writer::with_capacity(CALL_BYTES + call.args.len());
    signed.encode(&mut w);
    let size = w.into_bytes().len();
    let whole = (size > CALL_BYTES_MAX).then_some(("call", size, CALL_BYTES_MAX));
    if let Some((field, size, max)) = call.over_limit().or(whole) {
        return Err(Rejected::TooLong { field, size, max });
    }
    let (asked, min) = (call.fuel_max, if is_act { ACT_FUEL } else { 1 });
    if asked < min || asked > FUEL_MAX {
        return Err(Rejected::Fuel { asked, min });
    }
    dynamic::check(&call.args).map(|()| size).map_err(Rejected::Arguments)
}

/// An act needs the authority, and nothing else may carry its signatures.
fn check_proof(
    genesis: &Genesis,
    is_act: bool,
    signed: &SignedCall,
    digest: &Hash,
    prover: &mut Prover,
) -> Result<(), Rejected> {
    if !prover.proves(signed, digest) && !planted!(AcceptUnproven) {
        return Err(Rejected::Unproven);
    }
    if !is_act {
        return if matches!(signed.proof, Proof::Authority(_)) { Err(Rejected::NotAnAct) } else { Ok(()) };
    }
    let got = signed.authorities().filter(|key| genesis.authority.keys.contains(key)).count();
    let needed = genesis.authority.threshold;
    if signed.call.caller == Caller::Nobody && (got >= needed as usize || planted!(SkipThreshold)) {
        Ok(())
    } else {
        Err(Rejected::NotAuthority { got, needed })
    }
}
