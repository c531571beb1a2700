//! The proofs of many calls, one after the other.

use crate::call::{Caller, Proof, SignedCall};
use crate::id::Hash;
use crate::sign::{PublicKey, Signature};

/// Checks proofs. An envelope's signature is verified once for all of its calls that follow one another.
#[derive(Default)]
pub struct Prover {
    /// The key, what it signed, and the signature that was verified last.
    verified: Option<(PublicKey, [u8; 78], Signature)>,
}

impl Prover {
    /// Whether the proof shows that a call comes from its caller: as [`SignedCall::proves_caller`].
    pub fn proves(&mut self, signed: &SignedCall, digest: &Hash) -> bool {
        let (Caller::Key(key), Proof::Envelope(envelope)) = (&signed.call.caller, &signed.proof) else {
            return signed.proves_caller(digest);
        };
        let Some(message) = envelope.message(&signed.call.shard, digest) else { return false };
        let asked = Some((*key, message, envelope.signature));
        if self.verified == asked {
            return true;
        }
        let is_signed = key.verifies(&message, &envelope.signature);
        if is_signed {
            self.verified = asked;
        }
        is_signed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VERSION;
    use crate::call::{Call, Envelope};
    use crate::codec::Bytes;
    use crate::sign::SecretKey;

    fn calls(key: &SecretKey, count: u8) -> Vec<Call> {
        let call = |n| Call {
            version: VERSION,
            shard: Hash([1; 32]),
            program: None,
            method: "put".into(),
            args: Bytes(vec![0x80]),
            salt: [0; 32],
            caller: Caller::Key(key.public()),
            key: [n; 32],
            expires_ms: 0,
            fuel_max: 1,
        };
        (0..count).map(call).collect()
    }

    /// What was verified before vouches for nothing but the calls of the same envelope.
    #[test]
    fn a_prover_says_what_each_call_says_by_itself() {
        let keys = [SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32])];
        let [one, two] = keys.each_ref().map(|key| Envelope::sign(calls(key, 5), key));
        let mut mixed: Vec<SignedCall> = one.into_iter().zip(two).flat_map(|(one, two)| [one, two]).collect();
        let honest = mixed.len();
        for at in 0..honest {
            let first = mixed[at].clone();
            // Another's proof, another's caller, another call, another shard, a changed path, and a changed signature.
            let other = mixed[(at + 1) % honest].clone();
            mixed.push(SignedCall { proof: other.proof, ..first.clone() });
            let caller = other.call.caller;
            mixed.push(SignedCall { call: Call { caller, ..first.call.clone() }, ..first.clone() });
            mixed.push(SignedCall { call: Call { fuel_max: 2, ..first.call.clone() }, ..first.clone() });
            mixed
                .push(SignedCall { call: Call { shard: Hash::ZERO, ..first.call.clone() }, ..first.clone() });
            let Proof::Envelope(envelope) = &first.proof else { panic!("it was made with one") };
            let (mut cut, mut forged) = (envelope.clone(), envelope.clone());
            cut.path.pop();
            forged.signature.0[0] ^= 1;
            mixed.extend(
                [cut, forged].map(|changed| SignedCall { proof: Proof::Envelope(changed), ..first.clone() }),
            );
        }
        let mut prover = Prover::default();
        for turn in 0..3 {
            for (at, signed) in mixed.iter().enumerate() {
                let digest = signed.call.digest();
                let is_proven = prover.proves(signed, &digest);
                assert_eq!(is_proven, signed.proves_caller(&digest), "turn {turn}, call {at}");
                assert_eq!(is_proven, at < honest, "turn {turn}, call {at}");
            }
        }
    }
}
