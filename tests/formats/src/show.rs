//! The fields of objects by name, as JSON: bytes as hexadecimal digits, absent values as null, numbers as
//! numbers (those of 2^53 and above as decimal text, which JSON's readers agree on).

use crate::vector::hex;
use abi::Hash;
use abi::call::{Call, Caller, Envelope, Proof, SignedCall};
use abi::codec::Bytes;
use abi::diff::Diff;
use abi::effect::{Effect, Event, Message};
use abi::genesis::{CommitPolicy, Genesis, Quorum, TimePolicy};
use abi::record::{Placement, Record};
use abi::sign::{PublicKey, Signature};
use journal::{Header, Link, Manifest, Start};
use serde_json::{Value, json};

/// What has named fields, or is a part of something that has.
pub trait Show {
    /// The value as JSON.
    fn show(&self) -> Value;
}

impl Show for u64 {
    fn show(&self) -> Value {
        if *self < 1 << 53 { (*self).into() } else { self.to_string().into() }
    }
}

impl Show for u32 {
    fn show(&self) -> Value {
        (*self).into()
    }
}

impl Show for u8 {
    fn show(&self) -> Value {
        (*self).into()
    }
}

impl Show for String {
    fn show(&self) -> Value {
        self.as_str().into()
    }
}

macro_rules! bytes {
    ($($name:ty: |$value:ident| $bytes:expr;)+) => {$(
        impl Show for $name {
            fn show(&self) -> Value {
                let $value = self;
                hex($bytes).into()
            }
        }
    )+};
}
bytes! {
    Hash: |hash| &hash.0;
    PublicKey: |key| &key.0;
    Signature: |signature| &signature.0;
    Bytes: |bytes| bytes;
    [u8; 32]: |bytes| bytes;
    [u8; 16]: |bytes| bytes;
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> Value {
        self.as_ref().map_or(Value::Null, Show::show)
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> Value {
        self.iter().map(Show::show).collect()
    }
}

macro_rules! fields {
    ($($name:ident { $($field:ident),+ })+) => {$(
        impl Show for $name {
            fn show(&self) -> Value {
                json!({ $(stringify!($field): self.$field.show()),+ })
            }
        }
    )+};
}
fields! {
    Genesis { version, profile, origin, authority, writer, commit, window_ms, time, witnesses, nonce }
    Quorum { threshold, keys }
    CommitPolicy { writes, replicas }
    TimePolicy { start_ms, jump_ms }
    Call { version, shard, program, method, args, salt, caller, key, expires_ms, fuel_max }
    Envelope { index, size, path, signature }
    SignedCall { call, proof }
    Event { name, data }
    Message { to, method, args }
    Effect {
        version, shard, seq, time_ms, program, profile, caller, call, key, expires_ms, outcome, output, diff,
        events, messages
    }
    Record { effect, fuel, placement }
    Placement { height, index, epoch, root_before, root_after }
    Header {
        version, shard, height, previous, epoch, first_seq, count, root_before, root_after, execution_root,
        history_size, history_root, diff, time_ms
    }
    Manifest { version, shard, from, to }
    Start { header, peaks, links }
    Link { call, record, path }
}

impl Show for Caller {
    fn show(&self) -> Value {
        match self {
            Caller::Nobody => json!({ "nobody": null }),
            Caller::Key(key) => json!({ "key": key.show() }),
            Caller::Principal(name) => json!({ "principal": name }),
            Caller::Shard(id) => json!({ "shard": id.show() }),
            Caller::Timer(id) => json!({ "timer": id.show() }),
        }
    }
}

impl Show for Proof {
    fn show(&self) -> Value {
        match self {
            Proof::None => json!({ "none": null }),
            Proof::Signature(signature) => json!({ "signature": signature.show() }),
            Proof::Envelope(envelope) => json!({ "envelope": envelope.show() }),
            Proof::Authority(signatures) => {
                let pair = |(key, signature): &(PublicKey, Signature)| json!([key.show(), signature.show()]);
                json!({ "authority": signatures.iter().map(pair).collect::<Vec<_>>() })
            }
        }
    }
}

impl Show for Diff {
    fn show(&self) -> Value {
        self.iter().map(|(key, value)| json!([hex(key), value.map(hex)])).collect()
    }
}
