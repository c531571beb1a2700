//! Where a shard is: in a data directory of this machine, or at a node that serves it. What can be asked of both is asked
//! the same way, and answered the same.

use crate::cli::{At, Global};
use crate::commands::bundle::{Range, write_to};
use crate::commands::checkpoint;
use crate::commands::state::{parse_key, parse_range};
use crate::commands::time::given_or_now;
use crate::commands::{
    Identity, Submitted, block_at, inspect, open, random, receipt, record_at, shard, submit,
};
use crate::data::{Data, NodeShard};
use crate::error::NodeError;
use crate::keys;
use crate::lookup::{self, Found, Query, Wanted};
use crate::program::{Serving, encode_arguments};
use abi::call::{Call, Caller, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::hash::RUN_LINE;
use abi::id::Hash;
use abi::interface::Kind;
use abi::profile::Profile;
use abi::sign::{PublicKey, SecretKey};
use journal::{Block, CheckpointFile};
use serde_json::{Map, Value};
use std::path::Path;
use verify::Exit;

mod there;

pub(crate) use there::There;

/// The shard that the command line means, wherever it is.
pub(crate) fn reach(global: &Global) -> Result<Box<dyn Place>, NodeError> {
    match &global.at {
        At::Data(_) => {
            let (data, shard) = open(global)?;
            Ok(Box::new(Here { data, shard }))
        }
        At::Node(address) => Ok(Box::new(There::find(address, global.on.as_deref())?)),
    }
}

/// A shard that can be asked.
pub(crate) trait Place {
    /// What whoever writes a call must know.
    fn terms(&mut self) -> Result<Terms, NodeError>;
    /// The program that serves.
    fn serving(&mut self) -> Result<Serving, NodeError>;
    /// Where the shard stands.
    fn standing(&mut self) -> Result<Value, NodeError>;
    /// Makes a call of the program, as its caller may.
    fn call(&mut self, asked: &CallAsked) -> Result<Submitted, NodeError>;
    /// Makes a call that is signed, at this time, if it is given.
    fn submit(&mut self, signed: SignedCall, at: Option<u64>) -> Result<Submitted, NodeError>;
    /// A record for a person, and what a command that made it ends with.
    fn record(&mut self, seq: u64) -> Result<(Value, Exit), NodeError>;
    /// The block that holds a record, and the record's index in it.
    fn found(&mut self, seq: u64) -> Result<(Block, usize), NodeError>;
    /// A block for a person.
    fn block(&mut self, height: u64) -> Result<Value, NodeError>;
    /// Hands on records from one on, as long as somebody wants them; those that come, too, if they are followed.
    fn records(&mut self, from: Option<u64>, follow: bool, each: Each) -> Result<(), NodeError>;
    /// The value of a key, as people write it.
    fn entry(&mut self, key: &str, wanted: Wanted) -> Result<Found, NodeError>;
    /// The entries between two keys; alone, the first one means everything that begins with it.
    fn range(
        &mut self,
        from: &str,
        to: Option<&str>,
        limit: usize,
        wanted: Wanted,
    ) -> Result<Found, NodeError>;
    /// What a query comes to, and what a command that asks it ends with.
    fn query(&mut self, query: Query, wanted: Wanted) -> Result<(Found, Exit), NodeError>;
    /// The receipt file of a record.
    fn receipt(&mut self, seq: u64) -> Result<Vec<u8>, NodeError>;
    /// The bundle of a few blocks.
    fn bundle(&mut self, range: &Range) -> Result<Vec<u8>, NodeError>;
    /// The checkpoint file of a block; of the last one, if none is named.
    fn checkpoint(&mut self, height: Option<u64>) -> Result<CheckpointFile, NodeError>;
    /// Keeps a program, so that it can be deployed.
    fn keep(&mut self, wasm: &[u8]) -> Result<Hash, NodeError>;
    /// Keeps a key under which the shard can be written: that of a file, or a new one.
    fn keep_writer(&mut self, file: Option<&Path>) -> Result<PublicKey, NodeError>;
    /// Ends what was begun.
    fn close(self: Box<Self>) -> Result<(), NodeError>;
}

/// Whoever is handed records one by one, and says whether they want more.
pub(crate) type Each<'a> = &'a mut dyn FnMut(Value) -> Result<bool, NodeError>;

/// A call of the program, by names.
pub(crate) struct CallAsked<'a> {
    pub(crate) identity: &'a Identity,
    pub(crate) method: &'a str,
    /// Its arguments by name.
    pub(crate) args: Map<String, Value>,
    /// The idempotency key, as a text; drawn, if not given.
    pub(crate) key: Option<&'a str>,
    pub(crate) fuel_max: u64,
    /// The host's time.
    pub(crate) at: Option<u64>,
}

impl CallAsked<'_> {
    /// The call in canonical bytes, signed by whoever makes it.
    fn signed(&self, serving: &Serving, terms: &Terms) -> Result<SignedCall, NodeError> {
        let method = serving.method(self.method, Kind::Call)?;
        let args = encode_arguments(method, &Value::Object(self.args.clone()))?;
        let key = match self.key {
            Some(text) => RUN_LINE.hash_padded(text.as_bytes()).0,
            None => random()?,
        };
        let expires_ms = terms.latest_ms(given_or_now(self.at));
        Ok(self.identity.sign(terms.call(self.method, args, key, expires_ms, self.fuel_max)))
    }
}

/// What whoever writes a call must know of its shard.
pub(crate) struct Terms {
    pub(crate) shard: Hash,
    pub(crate) profile: Profile,
    /// The shard's time.
    pub(crate) time_ms: u64,
    /// For how long a key may live.
    pub(crate) window_ms: u64,
}

impl Terms {
    /// Those of a shard that is open here.
    pub(crate) fn of(shard: &NodeShard) -> Terms {
        let at = shard.position();
        Terms {
            shard: shard.id(),
            profile: shard.profile_at(at.seq),
            time_ms: at.time_ms,
            window_ms: shard.genesis().window_ms,
        }
    }

    /// When a key can die at the latest that is made at this time.
    pub(crate) fn latest_ms(&self, now_ms: u64) -> u64 {
        now_ms.max(self.time_ms).saturating_add(self.window_ms)
    }

    /// A call of the program that serves, which its caller is still to salt and sign.
    pub(crate) fn call(
        &self,
        method: &str,
        args: Vec<u8>,
        key: [u8; 32],
        expires_ms: u64,
        fuel_max: u64,
    ) -> Call {
        Call {
            version: abi::VERSION,
            shard: self.shard,
            program: None,
            method: method.into(),
            args: Bytes(args),
            salt: [0; 32],
            caller: Caller::Nobody,
            key,
            expires_ms,
            fuel_max,
        }
    }
}

/// A shard in a data directory that this process holds.
struct Here {
    data: Data,
    shard: NodeShard,
}

impl Place for Here {
    fn terms(&mut self) -> Result<Terms, NodeError> {
        Ok(Terms::of(&self.shard))
    }

    fn serving(&mut self) -> Result<Serving, NodeError> {
        Serving::of(&mut self.shard)
    }

    fn standing(&mut self) -> Result<Value, NodeError> {
        shard::describe(&self.shard)
    }

    fn call(&mut self, asked: &CallAsked) -> Result<Submitted, NodeError> {
        let signed = asked.signed(&self.serving()?, &self.terms()?)?;
        self.submit(signed, asked.at)
    }

    fn submit(&mut self, signed: SignedCall, at: Option<u64>) -> Result<Submitted, NodeError> {
        submit(&mut self.shard, signed, given_or_now(at))
    }

    fn record(&mut self, seq: u64) -> Result<(Value, Exit), NodeError> {
        let serving = self.serving().ok();
        let (shown, outcome) = inspect::record(&self.shard, serving.as_ref(), seq)?;
        Ok((shown, Exit::of_outcome(&outcome)))
    }

    fn found(&mut self, seq: u64) -> Result<(Block, usize), NodeError> {
        record_at(&self.shard, seq)
    }

    fn block(&mut self, height: u64) -> Result<Value, NodeError> {
        inspect::block(&self.shard, height)
    }

    fn records(&mut self, from: Option<u64>, follow: bool, each: Each) -> Result<(), NodeError> {
        if follow {
            return Err(NodeError::Usage(
                "nothing comes while this command holds the data directory: follow a node that serves, with --node"
                    .into(),
            ));
        }
        let serving = self.serving().ok();
        let (tip, mut next) = (self.shard.position().height, self.shard.first());
        let mut skip = 0;
        if let Some(from) = from {
            let (block, index) = record_at(&self.shard, from)?;
            (next, skip) = (block.header.height, index);
        }
        for height in next..=tip {
            let block = block_at(&self.shard, height)?;
            let records = self.shard.records_of(&block);
            for (record, entry) in records.iter().zip(&block.entries).skip(std::mem::take(&mut skip)) {
                if !each(inspect::entry_shown(record, entry, serving.as_ref()))? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, key: &str, wanted: Wanted) -> Result<Found, NodeError> {
        lookup::entry(&mut self.shard, &parse_key(key)?, wanted)
    }

    fn range(
        &mut self,
        from: &str,
        to: Option<&str>,
        limit: usize,
        wanted: Wanted,
    ) -> Result<Found, NodeError> {
        lookup::range(&mut self.shard, &parse_range(from, to, limit)?, wanted)
    }

    fn query(&mut self, query: Query, wanted: Wanted) -> Result<(Found, Exit), NodeError> {
        let (found, outcome) = lookup::query(&mut self.shard, &self.data, query, None, wanted)?;
        Ok((found, Exit::of_outcome(&outcome)))
    }

    fn receipt(&mut self, seq: u64) -> Result<Vec<u8>, NodeError> {
        Ok(receipt::of(&self.shard, seq)?.to_bytes())
    }

    fn bundle(&mut self, range: &Range) -> Result<Vec<u8>, NodeError> {
        write_to(&self.data, &self.shard, range, Vec::new())
    }

    fn checkpoint(&mut self, height: Option<u64>) -> Result<CheckpointFile, NodeError> {
        checkpoint::of(&self.shard, height)
    }

    fn keep(&mut self, wasm: &[u8]) -> Result<Hash, NodeError> {
        self.data.programs()?.keep(wasm)
    }

    fn keep_writer(&mut self, file: Option<&Path>) -> Result<PublicKey, NodeError> {
        let seed = file.map_or_else(keys::draw, keys::read_seed)?;
        let key = self.data.keep_writer(&seed)?;
        self.shard.hold(SecretKey::from_seed(&seed));
        Ok(key)
    }

    fn close(self: Box<Self>) -> Result<(), NodeError> {
        self.shard.close()?;
        Ok(())
    }
}
