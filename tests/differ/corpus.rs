//! The inputs, in the order of a seed, and what the verifier in Rust says of each.

use crate::birth::writer;
use crate::bundle::{self, Items};
use crate::receipt;
use crate::rng::Rng;
use crate::tree::{self, Node};
use crate::world::{World, successor};
use abi::Hash;
use abi::codec::{Decode, Encode};
use journal::{BundleReader, Item};
use state::{MemoryStore, Store, Tree};
use verify::{
    Anchor, Claim, Execution, Exit, Plan, ProofFile, Verdict, verify_bundle, verify_proof, verify_receipt,
};

/// How many inputs are made of one shard.
const CASES_PER_WORLD: u64 = 100;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bundle,
    Receipt,
    Proof,
}

impl Kind {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Kind::Bundle => "foil",
            Kind::Receipt => "receipt",
            Kind::Proof => "proof",
        }
    }
}

pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) bytes: Vec<u8>,
    anchor: Anchor,
}

impl Case {
    /// The verdict of a verifier that runs no program.
    pub(crate) fn verdict(&self) -> Verdict {
        let Case { kind, ref bytes, ref anchor } = *self;
        let off = Plan::of(Execution::Off);
        match kind {
            Kind::Bundle => verify_bundle(bytes.as_slice(), anchor, &off, &mut |_| ()).verdict,
            Kind::Receipt => verify_receipt(bytes, anchor).verdict,
            Kind::Proof => {
                let verdict = verify_proof(bytes, anchor).verdict;
                let file = ProofFile::from_bytes(bytes);
                let is_query = file.is_ok_and(|file| matches!(file.claim, Claim::Query(_)));
                // The state is proven, and the rest is what the query came to.
                let was_run = is_query && verdict.exit != Exit::Invalid && verdict.code != 6003;
                if was_run { Verdict::new(Exit::CannotJudge, 6015, "") } else { verdict }
            }
        }
    }

    /// The case's line of the index, without its file.
    pub(crate) fn row(&self, verdict: &Verdict) -> String {
        let anchor = match self.anchor {
            Anchor::Shard(shard) => shard.to_string(),
            Anchor::Key(key) => format!("key:{key}"),
            Anchor::None => "-".into(),
        };
        let shown = |place: Option<u64>| place.map_or(String::new(), |place| place.to_string());
        let is_whole = self.kind == Kind::Bundle && [0, 6002, 6005].contains(&verdict.code);
        let roots = is_whole.then(|| bad_root(&self.bytes)).flatten();
        let places = [verdict.height, verdict.seq, verdict.offset, roots].map(shown).join("\t");
        format!("{anchor}\t{}\t{}\t{places}", verdict.exit as u8, verdict.code)
    }
}

/// The height of the first block whose diff does not lead to its state root; 0: there is none. `None` where the
/// state before the first block is not known. From an erased block on nobody can say.
fn bad_root(bytes: &[u8]) -> Option<u64> {
    let (mut store, mut tree) = (MemoryStore::default(), Tree::new());
    for item in BundleReader::new(bytes) {
        match item.unwrap() {
            Item::Start(_) => return None,
            Item::Block { block, .. } => {
                let height = block.header.height;
                if block.is_erased() {
                    return Some(0);
                }
                if tree.apply(&store.view(), &block.diff).unwrap() != block.header.root_after {
                    return Some(height);
                }
                store.apply(height, &block.diff).unwrap();
            }
            _ => {}
        }
    }
    Some(0)
}

/// Inputs without end.
pub(crate) struct Corpus {
    rng: Rng,
    seed: u64,
    made: u64,
    world: World,
    other: World,
}

impl Corpus {
    pub(crate) fn new(seed: u64) -> Corpus {
        let seed = seed.wrapping_mul(1 << 20);
        let rng = Rng::new(seed, "corpus");
        Corpus { rng, seed, made: 0, world: World::new(seed), other: World::new(seed.wrapping_add(1)) }
    }

    fn bundle(&mut self) -> (Vec<u8>, Hash) {
        let rng = &mut self.rng;
        let world = &self.world;
        let mut history = if rng.percent(25) { world.later.clone() } else { world.history.clone() };
        let way = rng.within(0..=99);
        if rng.percent(25) {
            history.erase(rng);
        }
        if way >= 45 {
            bundle::change(&mut history, rng);
            if rng.percent(15) && history.blocks.iter().all(|block| !block.entries.is_empty()) {
                bundle::change(&mut history, rng);
            }
        }
        if rng.percent(5) && !history.commitments.is_empty() {
            history.commitments.pop();
            history.commitments.push(None);
        }
        let mut items = Items::of(&history, rng);
        let id = history.genesis.id();
        match way {
            5..20 => {
                let other = Items::of(&self.other.history, rng);
                items.shuffle(&other, rng);
            }
            20..25 => {
                let at = rng.index(items.items.len());
                if let Some(item) = bundle::misspell(&items.items[at], rng) {
                    items.items[at] = item;
                }
            }
            25..32 => {
                let at = rng.index(items.items.len());
                items.items[at] = deep(&items.items[at], rng);
            }
            32..37 => {
                let at = rng.index(items.items.len());
                raw(&mut items.items[at], rng);
            }
            37..45 => {
                let mut bytes = items.to_bytes();
                raw(&mut bytes, rng);
                return (bytes, id);
            }
            _ => {}
        }
        (items.to_bytes(), id)
    }

    fn receipt(&mut self) -> Vec<u8> {
        let rng = &mut self.rng;
        let file = match rng.percent(50) {
            true => receipt::made(&self.world, rng),
            false => rng.pick(&self.world.receipts).clone(),
        };
        small(file.to_bytes(), rng)
    }

    fn proof(&mut self) -> Vec<u8> {
        let rng = &mut self.rng;
        let bytes = receipt::proof(&self.world, rng).to_bytes();
        if rng.percent(40) {
            return small(bytes, rng);
        }
        // What is claimed, and the trie that is to bear it out, are behind the receipt.
        let mut tree = tree::parse(&bytes).expect("a proof is canonical");
        let Node::Array(members) = &mut tree else { unreachable!("a proof is an array") };
        for _ in 0..rng.within(0..=2) {
            members[4].change(rng);
        }
        tree.to_bytes()
    }

    fn anchor(&mut self, id: Hash) -> Anchor {
        match self.rng.within(0..=99) {
            0..4 => Anchor::None,
            4..8 => Anchor::Key(writer().public()),
            8..12 => Anchor::Key(successor().public()),
            12..14 => Anchor::Shard(Hash([1; 32])),
            _ => Anchor::Shard(id),
        }
    }
}

impl Iterator for Corpus {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        self.made += 1;
        if self.made.is_multiple_of(CASES_PER_WORLD) {
            let seed = self.seed.wrapping_add(1 + self.made / CASES_PER_WORLD);
            self.other = std::mem::replace(&mut self.world, World::new(seed));
        }
        let id = self.world.history.genesis.id();
        let (kind, (bytes, id)) = match self.rng.within(0..=9) {
            0 | 1 => (Kind::Receipt, (self.receipt(), id)),
            2 | 3 => (Kind::Proof, (self.proof(), id)),
            _ => (Kind::Bundle, self.bundle()),
        };
        let anchor = self.anchor(id);
        Some(Case { kind, bytes, anchor })
    }
}

fn small(mut bytes: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    match rng.within(0..=9) {
        0 => raw(&mut bytes, rng),
        1..6 => bytes = deep(&bytes, rng),
        _ => {}
    }
    bytes
}

/// Changes a value of the tree that `bytes` are.
fn deep(bytes: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut tree = tree::parse(bytes).expect("what is made here is canonical");
    tree.change(rng);
    tree.to_bytes()
}

/// Changes bytes, whatever they mean.
fn raw(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.index(bytes.len());
    let to = bytes.len().min(at + rng.index(40));
    match rng.within(0..=6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..to)),
        2 => {
            let again = bytes[at..to].to_vec();
            bytes.splice(at..at, again);
        }
        3 => bytes[at] = rng.byte(),
        4 => bytes.push(rng.byte()),
        5 => bytes.insert(at, rng.byte()),
        _ => bytes[at] ^= 1 << rng.within(0..=7),
    }
}
