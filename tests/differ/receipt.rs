//! Receipts and proofs made by hand: signed as they must be, and wrong in one place.

use crate::birth::{authority, writer};
use crate::history::{History, secret, secrets};
use crate::rng::Rng;
use crate::world::World;
use abi::Hash;
use abi::call::SignedCall;
use abi::codec::{Bytes, Encode};
use abi::record::Record;
use journal::{Commitment, History as Tree, Link, Receipt, ReceiptFile};
use verify::ProofFile;

/// All records of a history, each with its call.
fn records(history: &History) -> Vec<(SignedCall, Record)> {
    let mut profile = history.genesis.profile;
    let of_block = |block: &journal::Block| {
        profile = block.profile().map_or(profile, |set| set.hash());
        let calls = block.entries.iter().map(|entry| entry.call.clone());
        calls.zip(block.records(profile)).collect::<Vec<_>>()
    };
    history.blocks.iter().flat_map(of_block).collect()
}

fn tamper(record: &mut Record, call: &mut SignedCall, rng: &mut Rng) {
    let (effect, placement) = (&mut record.effect, &mut record.placement);
    match rng.within(0..=11) {
        0 => effect.version = rng.byte(),
        1 => effect.shard = Hash::ZERO,
        2 => effect.seq = effect.seq.wrapping_add(1),
        3 => placement.height += 1,
        4 => placement.height = u64::MAX,
        5 => placement.height = 0,
        6 => effect.outcome = 1,
        7 => effect.program = Hash::ZERO,
        8 => effect.call = Hash::ZERO,
        9 => call.call.args.0.push(0),
        10 => *call = SignedCall::authorize(call.call.clone(), &[&authority()[0]]),
        _ => placement.root_after = Hash::ZERO,
    }
}

/// A receipt of any record under a head of any later size, with the links that its writer needs, or others.
pub(crate) fn made(world: &World, rng: &mut Rng) -> ReceiptFile {
    let history = &world.history;
    let mut records = records(history);
    let seq = rng.index(records.len());
    if rng.percent(50) {
        let at = if rng.percent(50) { seq } else { rng.index(records.len()) };
        let (call, record) = &mut records[at];
        tamper(record, call, rng);
    }
    let mut tree = Tree::new();
    records.iter().for_each(|(_, record)| tree.push(&record.leaf()));
    let acts: Vec<u64> = history.blocks.iter().flat_map(|block| block.acts()).map(|(seq, _)| seq).collect();
    let mut links: Vec<Link> = Vec::new();
    for act in acts {
        let (call, record) = &records[usize::try_from(act).unwrap()];
        links.push(Link::new(call, record, tree.path(act, tree.size()).unwrap()));
    }
    if rng.percent(30) {
        let at = rng.index(links.len());
        match rng.within(0..=3) {
            0 => drop(links.remove(at)),
            1 => links.push(links[at].clone()),
            2 => links.reverse(),
            _ => links[at].path.push(Hash::ZERO),
        }
    }
    let last = history.blocks.last().unwrap();
    let mut header = last.header;
    header.history_root = tree.root();
    match rng.within(0..=19) {
        0 => header.shard = Hash::ZERO,
        1 => header.history_size += 1,
        2 => header.height = 1,
        3 => header.history_root = Hash::ZERO,
        _ => {}
    }
    let known = world.receipts.last().and_then(|receipt| receipt.verify(&history.genesis.id()).ok());
    let all = secrets();
    let mut key = known.and_then(|(_, committed)| secret(&committed.writer)).unwrap_or_else(writer);
    if rng.percent(8) {
        key = secret(&rng.pick(&all).public()).unwrap();
    }
    let origin = if rng.percent(5) { "foil.example/other" } else { &history.genesis.origin };
    let commitment = Commitment::sign(&key, origin, &header);
    let mut path = tree.path(seq as u64, tree.size()).unwrap();
    let mut index = seq as u64;
    match rng.within(0..=19) {
        0 => path.push(Hash::ZERO),
        1 => drop(path.pop()),
        2 => index += 1,
        _ => {}
    }
    let mut receipt = Receipt::new(records[seq].1.to_bytes(), &commitment, index, path);
    if rng.percent(3) {
        receipt.cose = Bytes(commitment.to_bytes());
    }
    let genesis = (!rng.percent(3)).then(|| history.genesis.clone());
    ReceiptFile { genesis, receipt, links }
}

/// A proof of the shard, under its own receipt or another.
pub(crate) fn proof(world: &World, rng: &mut Rng) -> ProofFile {
    let mut file = rng.pick(&world.proofs).clone();
    match rng.within(0..=9) {
        0 => file.claim = rng.pick(&world.proofs).claim.clone(),
        1 => file.receipt = made(world, rng),
        2 => file.receipt = rng.pick(&world.receipts).clone(),
        _ => {}
    }
    file
}
