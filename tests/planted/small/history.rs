//! A history of the smallest blocks: each fills one page, and says nothing but that it follows the last.

use abi::call::{Call, Caller, Proof, SignedCall};
use abi::codec::{Bytes, Encode};
use abi::diff::Diff;
use abi::outcome::Outcome;
use abi::sign::SecretKey;
use abi::{Hash, VERSION};
use journal::{Block, Commitment, Entry, Header};

/// The blocks of a shard, each signed for.
pub(crate) struct History {
    pub(crate) shard: Hash,
    pub(crate) blocks: Vec<Block>,
    pub(crate) commitments: Vec<Commitment>,
}

impl History {
    /// So many blocks.
    pub(crate) fn of(count: u64) -> History {
        let (shard, key) = (Hash([7; 32]), SecretKey::from_seed(&[1; 32]));
        let mut history = History { shard, blocks: Vec::new(), commitments: Vec::new() };
        for height in 1..=count {
            let block = block(shard, history.blocks.last().map(|block| &block.header), height);
            history.commitments.push(Commitment::sign(&key, "foil.example/small", &block.header));
            history.blocks.push(block);
        }
        history
    }
}

fn block(shard: Hash, before: Option<&Header>, height: u64) -> Block {
    let root = Hash([u8::try_from(height).expect("few blocks"); 32]);
    let header = Header {
        version: VERSION,
        shard,
        height,
        previous: before.map_or(shard, Header::hash),
        epoch: 1,
        first_seq: height - 1,
        count: 1,
        root_before: before.map_or(Hash::ZERO, |before| before.root_after),
        root_after: root,
        execution_root: root,
        history_size: height,
        history_root: root,
        diff: Diff::new().hash(),
        time_ms: height,
    };
    let call = Call {
        version: VERSION,
        shard,
        program: None,
        method: "note".into(),
        args: Bytes(().to_bytes()),
        salt: [0; 32],
        caller: Caller::Nobody,
        key: root.0,
        expires_ms: height + 1,
        fuel_max: 1,
    };
    let entry = Entry {
        call: SignedCall { call, proof: Proof::None },
        program: root,
        time_ms: height,
        outcome: Outcome::Returned(Vec::new()),
        events: Vec::new(),
        messages: Vec::new(),
        diff: header.diff,
        fuel: 1,
        erased: None,
    };
    Block { header, build: String::new(), entries: vec![entry], diff: Diff::new() }
}
