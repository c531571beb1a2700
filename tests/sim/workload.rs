//! What callers ask for: calls that run, fail and trap, retries, keys used twice, calls that are to be
//! rejected, and what the authority does. It is the same for a seed whatever crashes, but that a revert names a
//! state that there was: which ones there were depends on where blocks ended.

use crate::birth::{JUMP_MS, START_MS, WINDOW_MS, authority, caller, program_id, writers};
use crate::past::State;
use crate::rng::Rng;
use crate::swarm::Swarm;
use abi::call::{Call, Caller, Envelope, Proof, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::id::Hash;
use abi::profile::Profile;
use abi::sign::SecretKey;
use abi::system::{Act, Advance, Deploy, Migrate, Revert, SetProfile, SetWriter, Upgrade};

/// One delivery of a call.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) signed: SignedCall,
    pub(crate) digest: Hash,
    pub(crate) now_ms: u64,
    pub(crate) expect: Expect,
}

impl Delivery {
    /// What the authority does by it, if it is the authority's.
    pub(crate) fn act(&self) -> Option<&'static str> {
        let call = &self.signed.call;
        let profile = call.program.and_then(|program| Profile::of_system(&program))?;
        Act::from_call(profile, &call.method, &call.args).map(|act| act.to_call().0)
    }
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
    /// For reverts and jumps of time.
    acts: Rng,
    swarm: Swarm,
    shard: Hash,
    /// The host's time, at its furthest.
    time_ms: u64,
    /// The furthest time that a call with a place has told the shard.
    moved_ms: u64,
    /// Every call that has a place, as first delivered.
    placed: Vec<SignedCall>,
    keys_used: u64,
    /// Every call is signed by one of these.
    authority: [SecretKey; 3],
    callers: [SecretKey; 3],
    /// The profile that the shard is under.
    profile: Profile,
}

const FUEL_MAX: u64 = 2_000_000;
/// Longer than a world lasts in which time does not jump.
const LONG_MS: u64 = WINDOW_MS / 2;
/// More than passes between two calls that move the shard's time: after a jump the next one must not be too late.
const SLACK_MS: u64 = 10_000;

impl Workload {
    pub(crate) fn new(seed: u64, swarm: Swarm, shard: Hash) -> Workload {
        let (rng, acts) = (Rng::new(seed, "workload"), Rng::new(seed, "acts"));
        Workload {
            rng,
            acts,
            swarm,
            shard,
            time_ms: START_MS,
            moved_ms: START_MS,
            placed: Vec::new(),
            keys_used: 0,
            authority: authority(),
            callers: [0, 1, 2].map(caller),
            profile: Profile::One,
        }
    }

    /// The first batch: the program comes.
    pub(crate) fn birth(&mut self) -> Vec<Delivery> {
        let deploy = self.act(Act::Deploy(Deploy { program: program_id(0) }));
        vec![self.placed(deploy)]
    }

    /// An act of the authority.
    fn act(&mut self, act: Act) -> SignedCall {
        let (method, args) = act.to_call();
        let call = self.call(method, args);
        let [first, second, _] = &self.authority;
        let system = Some(act.profile().unwrap_or(self.profile).system());
        let expires_ms = self.time_ms + LONG_MS;
        SignedCall::authorize(Call { program: system, expires_ms, ..call }, &[first, second])
    }

    /// What the authority does at the end of a batch.
    fn acts(&mut self, past: &[State]) -> Vec<Act> {
        let mut acts = Vec::new();
        if self.rng.percent(self.swarm.upgrade_percent) {
            let program = program_id(self.rng.index(2));
            acts.push(Act::Deploy(Deploy { program }));
        }
        if self.rng.percent(self.swarm.writer_percent) {
            let key = self.rng.pick(&writers()).public();
            acts.push(Act::SetWriter(SetWriter { key }));
        }
        if self.profile == Profile::Two && self.acts.percent(self.swarm.migrate_percent) {
            let program = program_id(self.acts.index(2));
            acts.push(match self.acts.percent(50) {
                true => Act::Migrate(Migrate { program }),
                false => Act::Upgrade(Upgrade { program }),
            });
        }
        if self.acts.percent(self.swarm.revert_percent) {
            acts.push(Act::Revert(self.revert(past)));
        }
        acts
    }

    /// The way back to one of the states that there were.
    fn revert(&mut self, past: &[State]) -> Revert {
        let index = self.acts.index(past.len());
        let State { root, program, .. } = past[index];
        Revert { height: index as u64 + 1, root, program }
    }

    /// Time jumps further than the genesis lets it, by the word of the authority; so far that all keys die, at
    /// times.
    fn advance(&mut self) -> Delivery {
        let most_ms = *self.acts.pick(&[2 * JUMP_MS, 10 * JUMP_MS, 2 * WINDOW_MS]);
        self.time_ms += self.acts.within(JUMP_MS..=most_ms);
        let to_ms = self.time_ms + self.acts.within(0..=JUMP_MS);
        let signed = self.act(Act::Advance(Advance { to_ms }));
        // By a clock set back, time would not jump.
        Delivery { now_ms: self.time_ms, ..self.placed(signed) }
    }

    /// The shard goes over to the second profile. What was delivered before has been answered by then: whether an
    /// act is rejected, and why, depends on the profile.
    fn set_profile(&mut self) -> Delivery {
        self.profile = Profile::Two;
        let signed = self.act(Act::SetProfile(SetProfile { profile: self.profile.hash() }));
        self.placed(signed)
    }

    /// The next batch, after the states that there were.
    pub(crate) fn batch(&mut self, past: &[State]) -> Vec<Delivery> {
        if self.profile == Profile::One && self.acts.percent(self.swarm.profile_percent) {
            return vec![self.set_profile()];
        }
        let count = self.rng.within(1..=16);
        let mut batch = Vec::new();
        if self.acts.percent(self.swarm.advance_percent) {
            batch.push(self.advance());
        }
        if self.rng.within(0..=999) < count * self.swarm.jump_permille {
            // Of several jumps that no call has followed the shard sees one.
            let ahead_ms = self.time_ms - self.moved_ms;
            let jump_ms = self.rng.within(0..=JUMP_MS - SLACK_MS);
            self.time_ms += jump_ms.min((JUMP_MS - SLACK_MS).saturating_sub(ahead_ms));
        }
        for _ in 0..count {
            self.time_ms += self.rng.within(0..=40);
            match self.rng.within(0..=99) {
                0..62 => batch.push(self.fresh()),
                62..66 => batch.extend(self.envelope()),
                66..80 => batch.push(self.repeated()),
                80..84 => batch.extend(self.revived()),
                84..88 => batch.extend(self.reused_key()),
                _ => batch.push(self.rejected(past)),
            }
        }
        for act in self.acts(past) {
            let signed = self.act(act);
            batch.push(self.placed(signed));
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
    fn reused_key(&mut self) -> Option<Delivery> {
        let until = self.time_ms + LONG_MS / 2;
        let long: Vec<&Call> =
            self.placed.iter().map(|signed| &signed.call).filter(|call| call.expires_ms > until).collect();
        if long.is_empty() {
            return None;
        }
        let first: Call = (*self.rng.pick(&long)).clone();
        let args = (self.rng.bytes::<8>(), 1u8).to_bytes();
        let call = Call { program: None, method: "put".into(), args: Bytes(args), ..first };
        let signed = self.sign(call);
        Some(self.delivery(signed, Expect::Rejection(5012)))
    }

    /// A call that breaks a rule.
    fn rejected(&mut self, past: &[State]) -> Delivery {
        if self.swarm.revert_percent + self.swarm.advance_percent > 0 && self.acts.percent(40) {
            return self.rejected_act(past);
        }
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
        let program = Some(self.profile.system());
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

    /// A revert that leads nowhere, or a word that time may jump that comes too late.
    fn rejected_act(&mut self, past: &[State]) -> Delivery {
        let right = self.revert(past);
        let late_ms = self.time_ms + 3 * JUMP_MS;
        let act = match self.acts.within(0..=4) {
            0 => Act::Revert(Revert { height: 0, ..right }),
            1 => Act::Revert(Revert { height: past.len() as u64 + 1_000, ..right }),
            2 => Act::Revert(Revert { root: Hash([9; 32]), ..right }),
            3 => Act::Revert(Revert { program: Hash([9; 32]), ..right }),
            _ => Act::Advance(Advance { to_ms: late_ms - 1 }),
        };
        let signed = self.act(act);
        match act {
            Act::Advance(_) => Delivery { now_ms: late_ms, ..self.delivery(signed, Expect::Rejection(5011)) },
            _ => self.delivery(signed, Expect::Rejection(5019)),
        }
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
        let delivery = self.delivery(signed, Expect::Place);
        self.moved_ms = self.moved_ms.max(delivery.now_ms);
        delivery
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
