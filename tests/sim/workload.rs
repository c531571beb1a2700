//! What callers ask for: calls that run, fail and trap, retries, keys used twice, and calls that are to
//! be rejected. It is the same for a seed whatever crashes.

use crate::birth::{JUMP_MS, START_MS, WINDOW_MS, authority, caller, program_id, writers};
use crate::rng::Rng;
use crate::swarm::Swarm;
use abi::call::{Call, Caller, Envelope, Proof, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::id::Hash;
use abi::sign::SecretKey;
use abi::system::{Act, Deploy, SetWriter};

/// One delivery of a call.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) signed: SignedCall,
    pub(crate) digest: Hash,
    pub(crate) now_ms: u64,
    pub(crate) expect: Expect,
}

/// What is to become of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Expect {
    /// It has one place in history, from its first delivery on.
    Place,
    /// It is rejected with this code, and has none.
    Rejection(u16),
}

/// Draws the batches of a seed.
pub(crate) struct Workload {
    rng: Rng,
    swarm: Swarm,
    shard: Hash,
    /// The host's time, at its furthest.
    time_ms: u64,
    /// Every call that has a place, as first delivered.
    placed: Vec<SignedCall>,
    keys_used: u64,
    /// Every call is signed by one of these.
    authority: [SecretKey; 3],
    callers: [SecretKey; 3],
}

const FUEL_MAX: u64 = 2_000_000;
/// Longer than any world lasts.
const LONG_MS: u64 = WINDOW_MS / 2;

impl Workload {
    pub(crate) fn new(seed: u64, swarm: Swarm, shard: Hash) -> Workload {
        let rng = Rng::new(seed, "workload");
        Workload {
            rng,
            swarm,
            shard,
            time_ms: START_MS,
            placed: Vec::new(),
            keys_used: 0,
            authority: authority(),
            callers: [0, 1, 2].map(caller),
        }
    }

    /// The first batch: the program comes.
    pub(crate) fn deploy(&mut self, program: usize) -> Vec<Delivery> {
        self.act(Act::Deploy(Deploy { program: program_id(program) }))
    }

    /// An act of the authority.
    fn act(&mut self, act: Act) -> Vec<Delivery> {
        let (method, args) = act.to_call();
        let call = Call { program: Some(abi::profile::Profile::One.system()), ..self.call(method, args) };
        let [first, second, _] = &self.authority;
        let signed = SignedCall::authorize(Call { caller: Caller::Nobody, ..call }, &[first, second]);
        vec![self.placed(signed)]
    }

    /// The next batch.
    pub(crate) fn batch(&mut self) -> Vec<Delivery> {
        let count = self.rng.within(1..=16);
        let mut batch = Vec::new();
        if self.rng.within(0..=999) < count * self.swarm.jump_permille {
            self.time_ms += self.rng.within(0..=JUMP_MS);
        }
        for _ in 0..count {
            self.time_ms += self.rng.within(0..=40);
            match self.rng.within(0..=99) {
                0..62 => batch.push(self.fresh()),
                62..66 => batch.extend(self.envelope()),
                66..80 => batch.push(self.repeated()),
                80..84 => batch.extend(self.revived()),
                84..88 => batch.push(self.reused_key()),
                _ => batch.push(self.rejected()),
            }
        }
        if self.rng.percent(self.swarm.upgrade_percent) {
            let program = self.rng.index(2);
            batch.extend(self.deploy(program));
        }
        if self.rng.percent(self.swarm.writer_percent) {
            let key = self.rng.pick(&writers()).public();
            batch.extend(self.act(Act::SetWriter(SetWriter { key })));
        }
        batch
    }

    /// A call that can run.
    fn fresh(&mut self) -> Delivery {
        let signed = self.signed();
        self.placed(signed)
    }

    /// Many calls under one signature.
    fn envelope(&mut self) -> Vec<Delivery> {
        let count = self.rng.within(1..=5);
        let calls = (0..count).map(|_| {
            let call = self.any_call();
            Call { caller: Caller::Key(self.callers[0].public()), ..call }
        });
        let signed = Envelope::sign(calls.collect(), &self.callers[0]);
        signed.into_iter().map(|signed| self.placed(signed)).collect()
    }

    /// A retry of a call that was delivered before, perhaps long ago.
    fn repeated(&mut self) -> Delivery {
        let signed = self.earlier().clone();
        self.delivery(signed, Expect::Place)
    }

    /// Another call with a key whose life is over.
    fn revived(&mut self) -> Option<Delivery> {
        let dead: Vec<usize> =
            (0..self.placed.len()).filter(|&i| self.placed[i].call.expires_ms <= self.time_ms).collect();
        if dead.is_empty() {
            return None;
        }
        let dead = &self.placed[*self.rng.pick(&dead)].call;
        let (caller, key) = (dead.caller.clone(), dead.key);
        // It may have been revived before, and live.
        let lives = |signed: &SignedCall| {
            let call = &signed.call;
            (&call.caller, &call.key) == (&caller, &key) && call.expires_ms > self.time_ms
        };
        if self.placed.iter().any(lives) {
            return None;
        }
        let call = self.any_call();
        let signed = self.sign(Call { key, caller, ..call });
        // By a clock set back it would still be dead to us and alive to the shard.
        Some(Delivery { now_ms: self.time_ms, ..self.placed(signed) })
    }

    /// Another call with a key that lives.
    fn reused_key(&mut self) -> Delivery {
        let until = self.time_ms + LONG_MS / 2;
        // The deploy, which comes first, lives long.
        let long: Vec<&Call> =
            self.placed.iter().map(|signed| &signed.call).filter(|call| call.expires_ms > until).collect();
        let first: Call = (*self.rng.pick(&long)).clone();
        let args = (self.rng.bytes::<8>(), 1u8).to_bytes();
        let call = Call { program: None, method: "put".into(), args: Bytes(args), ..first };
        let signed = self.sign(call);
        self.delivery(signed, Expect::Rejection(5012))
    }

    /// A call that breaks a rule.
    fn rejected(&mut self) -> Delivery {
        let time_ms = self.time_ms;
        // What is delivered again after a crash must not have expired by then.
        let call = Call { expires_ms: time_ms + LONG_MS, ..self.any_call() };
        let (code, call) = match self.rng.within(0..=11) {
            10 => return self.ahead(call),
            11 => return self.usurped(call),
            0 => (5001, Call { version: 9, ..call }),
            1 => (5002, Call { shard: Hash([7; 32]), ..call }),
            2 => (5004, Call { fuel_max: 0, ..call }),
            3 => (5005, Call { args: Bytes(vec![0x98, 0x00]), ..call }),
            4 => (5009, Call { expires_ms: START_MS, ..call }),
            5 => (5010, Call { expires_ms: time_ms + 2 * WINDOW_MS, ..call }),
            6 => (5016, Call { method: "gone".into(), ..call }),
            7 => (5015, Call { program: Some(Hash([8; 32])), ..call }),
            _ => (5006, call),
        };
        let mut signed = self.sign(call);
        if code == 5006 {
            signed.proof = SignedCall::sign(signed.call.clone(), &caller(9)).proof;
        }
        self.delivery(signed, Expect::Rejection(code))
    }

    /// A call by a clock that runs too far ahead: time moves by no more than one jump in a batch.
    fn ahead(&mut self, call: Call) -> Delivery {
        let signed = self.sign(call);
        let now_ms = self.time_ms + 3 * JUMP_MS;
        Delivery { now_ms, ..self.delivery(signed, Expect::Rejection(5011)) }
    }

    /// An act with one signature less than it needs.
    fn usurped(&mut self, call: Call) -> Delivery {
        let (method, args) = Act::Deploy(Deploy { program: program_id(1) }).to_call();
        let program = Some(abi::profile::Profile::One.system());
        let call = Call {
            program,
            method: method.into(),
            args: Bytes(args),
            caller: Caller::Nobody,
            fuel_max: FUEL_MAX,
            ..call
        };
        let signed = SignedCall::authorize(call, &[&self.authority[0]]);
        self.delivery(signed, Expect::Rejection(5007))
    }

    fn signed(&mut self) -> SignedCall {
        let call = self.any_call();
        self.sign(call)
    }

    /// A call with a key of its own that would run.
    fn any_call(&mut self) -> Call {
        let (method, fuel_max) = *self.rng.pick(&[
            ("count", FUEL_MAX),
            ("put", FUEL_MAX),
            ("put", FUEL_MAX),
            ("put", FUEL_MAX),
            ("take", FUEL_MAX),
            ("trap", FUEL_MAX),
            ("burn", 20_000),
        ]);
        let key = Bytes(vec![self.rng.byte() % 12; 8]);
        let size = *self.rng.pick(&[0, 10, 10, 100, 100, 1_000, 1_000, 9_000]);
        let args = (key, Bytes(vec![self.rng.byte(); size])).to_bytes();
        let caller = match self.rng.within(0..=5) {
            0 => Caller::Nobody,
            1 => Caller::Principal("ann".into()),
            n => Caller::Key(self.callers[usize::try_from(n % 3).expect("few callers")].public()),
        };
        Call { caller, fuel_max, ..self.call(method, args) }
    }

    fn call(&mut self, method: &str, args: Vec<u8>) -> Call {
        self.keys_used += 1;
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.keys_used.to_be_bytes());
        let life_ms = if self.rng.percent(15) { self.rng.within(1..=300) } else { LONG_MS };
        let life_ms = if ["deploy", "set_writer"].contains(&method) { LONG_MS } else { life_ms };
        Call {
            version: abi::VERSION,
            shard: self.shard,
            program: None,
            method: method.into(),
            args: Bytes(args),
            salt: Call::salt_of(&[5; 32], &key),
            caller: Caller::Nobody,
            key,
            expires_ms: self.time_ms + life_ms,
            fuel_max: FUEL_MAX,
        }
    }

    fn earlier(&mut self) -> &SignedCall {
        let index = self.rng.index(self.placed.len());
        &self.placed[index]
    }

    fn placed(&mut self, signed: SignedCall) -> Delivery {
        self.placed.push(signed.clone());
        self.delivery(signed, Expect::Place)
    }

    /// A delivery now, by a clock that may have been set back.
    fn delivery(&mut self, signed: SignedCall, expect: Expect) -> Delivery {
        let back_ms = if self.rng.percent(5) { self.rng.within(0..=100_000) } else { 0 };
        let now_ms = self.time_ms - back_ms;
        Delivery { digest: signed.call.digest(), signed, now_ms, expect }
    }

    /// The call with its caller's proof.
    fn sign(&self, call: Call) -> SignedCall {
        match call.caller {
            Caller::Key(key) => {
                let secret = self.callers.iter().find(|secret| secret.public() == key);
                SignedCall::sign(call, secret.expect("the callers are three"))
            }
            _ => SignedCall { call, proof: Proof::None },
        }
    }
}
