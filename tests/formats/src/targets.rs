//! The bodies of the fuzz targets. Each takes any bytes: it must not panic, must not take memory out of
//! proportion to them, and what it decodes must be written as the same bytes.

use crate::shard::Shard;
use abi::call::SignedCall;
use abi::codec::{Decode, Encode, dynamic};
use abi::diff::Diff;
use abi::genesis::Genesis;
use abi::record::Record;
use journal::{
    Block, BundleReader, BundleWriter, Chain, CheckpointFile, Commitment, ForkFile, Head, Header,
    HeadsForkFile, Item, Link, Manifest, Note, NoteKey, ReceiptFile, Request, Start, Tile, Trailer,
    appointed, history_of_tiles, records_of_bundle, root_of_tiles,
};
use state::{KeysProof, RangeProof, View, Witness};
use std::sync::OnceLock;
use verify::{Anchor, ProofFile};

/// A target by name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target; each has a folder of the corpus.
pub const TARGETS: &[Target] = &[
    ("value", value),
    ("genesis", genesis),
    ("call", call),
    ("diff", diff),
    ("record", record),
    ("header", header),
    ("block", block),
    ("commitment", commitment),
    ("link", link),
    ("start", start),
    ("receipt", receipt),
    ("bundle", bundle),
    ("keys-proof", keys_proof),
    ("range-proof", range_proof),
    ("witness", witness),
    ("proof", proof),
    ("checkpoint", checkpoint),
    ("fork", fork),
    ("heads-fork", heads_fork),
    ("note", note),
    ("tile", tile),
];

/// The object, which is written as the bytes that it was read from.
fn decoded<T: Decode + Encode>(bytes: &[u8]) -> Option<T> {
    let object = T::from_bytes(bytes).ok()?;
    assert!(object.to_bytes() == bytes, "what is decoded is written as the same bytes");
    Some(object)
}

/// What a verifier of the sample shard knows.
struct Known {
    shard: Shard,
    root: abi::Hash,
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let shard = Shard::sample();
        let root = shard.tree.root();
        Known { shard, root }
    })
}

/// Makes what is made once, so that no target is charged for it.
pub fn warm() {
    let _ = known();
}

/// Any canonical value.
pub fn value(bytes: &[u8]) {
    let value = dynamic::decode(bytes);
    assert!(dynamic::check(bytes) == value.as_ref().map(|_| ()).map_err(|error| *error), "both agree");
    if let Ok(value) = value {
        assert!(dynamic::encode(&value).is_ok_and(|again| again == bytes), "one value, one encoding");
    }
}

/// A genesis and its rules.
pub fn genesis(bytes: &[u8]) {
    if let Some(genesis) = decoded::<Genesis>(bytes) {
        let _ = genesis.check();
    }
}

/// A signed call and its proof.
pub fn call(bytes: &[u8]) {
    if let Some(signed) = decoded::<SignedCall>(bytes) {
        let _ = (signed.call.over_limit(), signed.proves_caller(&signed.call.digest()));
    }
}

/// A diff.
pub fn diff(bytes: &[u8]) {
    let _ = decoded::<Diff>(bytes);
}

/// A record.
pub fn record(bytes: &[u8]) {
    let _ = decoded::<Record>(bytes);
}

/// A header.
pub fn header(bytes: &[u8]) {
    let _ = decoded::<Header>(bytes);
}

/// A block, its records, and the verdict of a chain that starts with it.
pub fn block(bytes: &[u8]) {
    if let Some(block) = decoded::<Block>(bytes) {
        let genesis = &known().shard.genesis;
        let _ = (block.records(genesis.profile), block.acts());
        let _ = Chain::new(genesis, state::empty_root()).map(|mut chain| chain.block(&block).map(drop));
    }
}

/// A commitment, judged against the sample's blocks.
pub fn commitment(bytes: &[u8]) {
    if let Some(commitment) = decoded::<Commitment>(bytes) {
        let shard = &known().shard;
        for block in &shard.blocks {
            let _ = commitment.verify(&journal::Issuer::of(&shard.genesis), &block.header);
        }
    }
}

/// A link of an authority chain.
pub fn link(bytes: &[u8]) {
    if let Some(link) = decoded::<Link>(bytes) {
        let shard = &known().shard;
        let _ = appointed(&shard.genesis, &[link], shard.history.size(), &shard.history.root());
    }
}

/// A start, and the sample's blocks after it.
pub fn start(bytes: &[u8]) {
    if let Some(start) = decoded::<Start>(bytes) {
        let shard = &known().shard;
        if let Ok(mut chain) = Chain::start(&shard.genesis, &start, state::empty_root()) {
            let _ = shard.blocks.iter().try_for_each(|block| chain.block(block).map(drop));
        }
    }
}

/// A receipt file.
pub fn receipt(bytes: &[u8]) {
    let _ = decoded::<ReceiptFile>(bytes);
    let _ = verify::verify_receipt(bytes, &Anchor::Shard(known().shard.id())).to_text();
}

/// A bundle: read, verified, and what can be read is written again as the same bytes.
pub fn bundle(bytes: &[u8]) {
    let items: Result<Vec<Item>, _> = BundleReader::new(bytes).collect();
    if let Ok(items) = items {
        assert!(rewritten(&items) == bytes, "what is read is written as the same bytes");
    }
    let _ = crate::judge::bundle(bytes, &Anchor::Shard(known().shard.id())).to_text();
}

fn rewritten(items: &[Item]) -> Vec<u8> {
    let [Item::Manifest(Manifest { to, .. }), Item::Genesis(genesis), rest @ ..] = items else {
        panic!("a bundle begins with its manifest and genesis");
    };
    let start = rest.iter().find_map(|item| if let Item::Start(start) = item { Some(start) } else { None });
    let mut writer = BundleWriter::new(Vec::new(), genesis, start, *to).unwrap();
    for item in rest {
        match item {
            Item::Program(wasm) => writer.program(wasm).unwrap(),
            Item::Block { block, commitment, witness } => {
                writer.block(block, commitment.as_ref(), witness.as_ref()).unwrap();
            }
            Item::Manifest(_) | Item::Genesis(_) | Item::Start(_) | Item::Trailer(Trailer { .. }) => {}
        }
    }
    writer.finish().unwrap()
}

/// A proof of keys.
pub fn keys_proof(bytes: &[u8]) {
    if let Some(proof) = decoded::<KeysProof>(bytes) {
        let _ = proof.verify(&known().root);
    }
}

/// A proof of a range.
pub fn range_proof(bytes: &[u8]) {
    if let Some(proof) = decoded::<RangeProof>(bytes) {
        let _ = proof.verify(&known().root);
    }
}

/// A witness of the sample's state, read from and written to.
pub fn witness(bytes: &[u8]) {
    let Some(witness) = decoded::<Witness>(bytes) else { return };
    let known = known();
    if let Ok(state) = witness.open(&known.root) {
        let mut diff = Diff::new();
        for n in [1, 2, 77] {
            let _ = state.get(&[1, n]);
            diff.put(vec![1, n], (n != 2).then(|| vec![n]));
        }
        let _ = state.root_after(&diff);
    }
}

/// A checkpoint file.
pub fn checkpoint(bytes: &[u8]) {
    let _ = decoded::<CheckpointFile>(bytes);
    let _ = verify::verify_checkpoint(bytes, &Anchor::Shard(known().shard.id())).to_text();
}

/// The proof of a fork of published heads.
pub fn heads_fork(bytes: &[u8]) {
    let _ = decoded::<HeadsForkFile>(bytes);
    let _ = verify::verify_heads_fork(bytes, &Anchor::None).to_text();
}

/// The proof of a fork.
pub fn fork(bytes: &[u8]) {
    let _ = decoded::<ForkFile>(bytes);
    let _ = verify::verify_fork(bytes, &Anchor::Shard(known().shard.id())).to_text();
}

/// A note, as a head, and as what a witness is asked to cosign; a key of notes.
pub fn note(bytes: &[u8]) {
    let shard = &known().shard;
    if let Ok(note) = Note::parse(bytes) {
        assert!(note.to_string().as_bytes() == bytes, "what is parsed is written as the same bytes");
        let origin = Head::origin_of(&shard.genesis);
        let _ = Head::key(&origin, shard.writer.public()).map(|key| note.verify(&[key]));
        if let Ok(head) = note.text().parse::<Head>() {
            assert!(head.to_string() == note.text(), "what is parsed is written as the same text");
        }
    }
    if let Ok(request) = Request::parse(bytes) {
        assert!(request.to_string().as_bytes() == bytes, "what is parsed is written as the same bytes");
    }
    if let Some(Ok(key)) = std::str::from_utf8(bytes).ok().map(str::parse::<NoteKey>) {
        assert!(key.to_string().as_bytes() == bytes, "what is parsed is written as the same text");
    }
}

/// A tile's path; and the tiles of the sample's history, with these bytes in the place of one.
pub fn tile(bytes: &[u8]) {
    if let Some(Ok(tile)) = std::str::from_utf8(bytes).ok().map(str::parse::<Tile>) {
        assert!(tile.to_string().as_bytes() == bytes, "what is parsed is written as the same text");
    }
    let history = &known().shard.history;
    let size = history.size();
    for tile in Tile::of_tree(size) {
        let _ = records_of_bundle(history, &tile, bytes);
    }
    let _ = root_of_tiles(size, |_| Some(bytes.to_vec()));
    let _ = history_of_tiles(size, history.root(), |_| Some(bytes.to_vec()));
}

/// A proof file.
pub fn proof(bytes: &[u8]) {
    let _ = decoded::<ProofFile>(bytes);
    let _ = verify::verify_proof(bytes, &Anchor::Shard(known().shard.id())).to_text();
}
