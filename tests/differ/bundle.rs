//! Bundles, and how a history is changed before it becomes one.

use crate::birth::{JUMP_MS, WINDOW_MS, authority, caller};
use crate::history::{History, resign, secrets, settle};
use crate::rng::Rng;
use crate::tree::{self, Node};
use crate::world::program_id;
use abi::Hash;
use abi::call::{Caller, Proof};
use abi::codec::{Bytes, Encode, Major};
use abi::diff::Diff;
use abi::effect::{Event, Message};
use abi::genesis::Genesis;
use abi::hash::BUNDLE;
use abi::limits::{FUEL_MAX, WINDOW_MS_MAX};
use abi::outcome::{Outcome, Trap};
use abi::profile::Profile;
use abi::sign::{PublicKey, Subject, message};
use abi::system::{Act, Advance, Deploy, Erase, Prune, Revert, SetProfile, SetWriter, Upgrade};
use journal::{Commitment, Entry, Frontier, Header, Manifest, Trailer};

/// A bundle's items, and what its trailer says of them; a digest of zero stands for the right one.
#[derive(Clone)]
pub(crate) struct Items {
    pub(crate) items: Vec<Vec<u8>>,
    pub(crate) trailer: Trailer,
}

impl Items {
    /// The bundle of a history.
    pub(crate) fn of(history: &History, rng: &mut Rng) -> Items {
        let start = history.start.as_ref();
        let from = start.map_or(1, |start| start.header.height.wrapping_add(1));
        let to = from.saturating_add(history.blocks.len().max(1) as u64 - 1);
        let shard = history.genesis.id();
        let mut manifest = Manifest { version: abi::VERSION, shard, from, to };
        if rng.percent(3) {
            match rng.within(0..=4) {
                0 => manifest.version = 2,
                1 => manifest.shard = Hash::ZERO,
                2 => manifest.from = 0,
                3 => manifest.to = rng.within(0..=to.min(u64::MAX - 3) + 2),
                _ => manifest.from = from.saturating_add(1),
            }
        }
        let mut items = vec![
            (1u8, Bytes(manifest.to_bytes())).to_bytes(),
            (2u8, Bytes(history.genesis.to_bytes())).to_bytes(),
        ];
        items.extend(start.map(|start| (6u8, Bytes(start.to_bytes())).to_bytes()));
        if rng.percent(30) {
            items.push((3u8, Bytes(b"\0asm".to_vec())).to_bytes());
        }
        for (block, commitment) in history.blocks.iter().zip(&history.commitments) {
            let commitment = commitment.as_ref().map(|commitment| Bytes(commitment.to_bytes()));
            let witness = rng.percent(10).then(|| Bytes(rng.bytes::<20>().to_vec()));
            items.push((4u8, Bytes(block.to_bytes()), commitment, witness).to_bytes());
        }
        let height = history.blocks.last().map_or(0, |block| block.header.height);
        let header = history.blocks.last().map_or(Hash::ZERO, |block| block.header.hash());
        let commitment = history.commitments.last().cloned().flatten();
        Items { items, trailer: Trailer { height, header, commitment, digest: Hash::ZERO } }
    }

    /// Drops, repeats or exchanges items, or takes one from `other`.
    pub(crate) fn shuffle(&mut self, other: &Items, rng: &mut Rng) {
        let (at, to) = (rng.index(self.items.len()), rng.index(self.items.len()));
        match rng.within(0..=9) {
            0 => drop(self.items.remove(at)),
            1 => self.items.insert(to, self.items[at].clone()),
            2 => self.items.swap(at, to),
            3 => self.items.insert(at, rng.pick(&other.items).clone()),
            4 => self.items[at] = rng.pick(&other.items).clone(),
            5 => self.trailer.height = self.trailer.height.wrapping_add(1),
            6 => self.trailer.header = Hash::ZERO,
            7 => self.trailer.digest = Hash([1; 32]),
            8 => {
                let claimed = *rng.pick(&[129u64, 1 << 20, (4 << 20) + 1, 1 << 40, u64::MAX]);
                self.items[at].truncate(2);
                self.items[at].push(0x5b);
                self.items[at].extend(claimed.to_be_bytes());
            }
            _ => self.trailer.commitment = other.trailer.commitment.clone().filter(|_| rng.percent(50)),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.items.concat();
        let mut trailer = self.trailer.clone();
        if trailer.digest == Hash::ZERO {
            trailer.digest = BUNDLE.hash(&bytes);
        }
        [bytes, (5u8, Bytes(trailer.to_bytes())).to_bytes()].concat()
    }
}

/// Writes a block's item in a form that the stored one is not, or with something longer than it may be.
pub(crate) fn misspell(item: &[u8], rng: &mut Rng) -> Option<Vec<u8>> {
    let mut tree = tree::parse(item)?;
    let Node::Array(members) = &mut tree else { return None };
    let Node::Wrapped(block) = members.get_mut(1)? else { return None };
    let Node::Array(block) = &mut **block else { return None };
    let [_, build, Node::Array(entries), Node::Array(diff)] = block.as_mut_slice() else { return None };
    let n = rng.index(entries.len());
    let before = entries[..n].iter().rev().find_map(|entry| match entry {
        Node::Array(members) => members.get(2).filter(|node| matches!(node, Node::Bytes(_))).cloned(),
        _ => None,
    });
    let Node::Array(entry) = &mut entries[n] else { return None };
    let absent = Node::Number(Major::Simple, 22);
    let long = |size| Node::Bytes(vec![0; size]);
    let pair = |size| Node::Array(vec![Node::Text("x".repeat(size)), Node::Bytes(vec![0])]);
    match rng.within(0..=11) {
        0 => entry[2] = before.unwrap_or(absent),
        1 => entry[2] = absent,
        2 => entry[3] = Node::Number(Major::Unsigned, u64::MAX),
        3 => entry[4] = Node::Number(Major::Unsigned, rng.within(0..=30)),
        4 => entry[8] = Node::Bytes(Diff::new().hash().0.to_vec()),
        5 => entry[8] = absent,
        6 => entry[5] = if rng.percent(20) { long((1 << 20) + 1) } else { long(1) },
        7 => entry[6] = Node::Array(vec![pair(*rng.pick(&[1, 65_535, 65_536]))]),
        8 => *build = Node::Text("x".repeat(*rng.pick(&[64, 65]))),
        9 => diff.extend(diff.last().cloned()),
        10 => diff.reverse(),
        _ => {
            let key = Node::Bytes(vec![0xff; *rng.pick(&[513, 514])]);
            let value = if rng.percent(20) { long((256 << 10) + rng.index(2)) } else { absent };
            diff.push(Node::Array(vec![key, value]));
        }
    }
    Some(tree.to_bytes())
}

/// Changes a history in one place, and seals it again, mostly.
pub(crate) fn change(history: &mut History, rng: &mut Rng) {
    let at = rng.index(history.blocks.len());
    match rng.within(0..=9) {
        0 | 1 => {
            let again = rng.percent(60);
            history.seal(at, &mut |header| tamper(header, rng), again);
            return;
        }
        2 => {
            let genesis = born(history.genesis.clone(), rng);
            history.reborn(genesis);
        }
        3 => body(history, at, rng),
        4 => {
            commitment(history, at, rng);
            return;
        }
        5 | 6 if history.start.is_some() => start(history, rng),
        _ => {
            let keys: Vec<_> = history.blocks.iter().flat_map(|block| &block.entries).collect();
            let other = (*rng.pick(&keys)).clone();
            let entries = &mut history.blocks[at].entries;
            let n = rng.index(entries.len());
            entry(&mut entries[n], &other, rng);
        }
    }
    match rng.percent(95) {
        true => history.seal(0, &mut |_| (), true),
        false => history.blocks.iter_mut().for_each(settle),
    }
}

fn tamper(header: &mut Header, rng: &mut Rng) {
    let hash = *rng.pick(&[Hash::ZERO, header.previous, header.root_before, Hash([7; 32])]);
    let number = *rng.pick(&[0, 1, 2, header.height + 1, header.first_seq + 1, u64::MAX]);
    match rng.within(0..=15) {
        0 => header.version = rng.byte(),
        1 => header.shard = hash,
        2 => header.height = number,
        3 => header.previous = hash,
        4 => header.epoch = number,
        5 => header.first_seq = number,
        6 => header.count = number,
        7 => header.root_before = hash,
        8 => header.root_after = hash,
        9 => header.execution_root = hash,
        10 => header.history_size = number,
        11 => header.history_root = hash,
        12 => header.diff = hash,
        13 => header.time_ms = number,
        14 => header.time_ms += 1,
        _ => (header.count, header.history_size) = (header.count + 1, header.history_size + 1),
    }
}

/// Changes what the first block builds on.
fn start(history: &mut History, rng: &mut Rng) {
    let Some(start) = &mut history.start else { return };
    let links = start.links.len();
    match rng.within(0..=8) {
        0..3 => tamper(&mut start.header, rng),
        3 => start.header.height = *rng.pick(&[0, 1, u64::MAX - 1, u64::MAX]),
        4 => start.peaks.push(Hash::ZERO),
        5 => drop(start.peaks.pop()),
        6 => {
            start.header.history_size = u64::MAX;
            start.peaks = vec![Hash::ZERO; 64];
            start.header.history_root = Frontier::of(u64::MAX, start.peaks.clone()).unwrap().root();
            start.links.clear();
        }
        7 if links > 0 => drop(start.links.remove(rng.index(links))),
        8 if links > 0 => start.links.push(start.links[rng.index(links)].clone()),
        _ => start.links.reverse(),
    }
}

fn weak() -> PublicKey {
    PublicKey(std::array::from_fn(|at| u8::from(at == 0)))
}

fn born(mut genesis: Genesis, rng: &mut Rng) -> Genesis {
    let another = caller(0).public();
    match rng.within(0..=19) {
        0 => genesis.version = rng.byte(),
        1 => genesis.profile = Hash::ZERO,
        2 => genesis.origin = rng.pick(&["", "/", "a//b", "A", "a/", "é", "a.b-c/d"]).to_string(),
        3 => genesis.origin = "a".repeat(*rng.pick(&[128, 129])),
        4 => genesis.authority.threshold = u32::try_from(rng.within(0..=4)).unwrap(),
        5 => genesis.authority.keys.reverse(),
        6 => genesis.authority.keys.push(weak()),
        7 => genesis.authority.keys.clear(),
        8 => genesis.writer = *rng.pick(&[weak(), PublicKey([2; 32]), another]),
        9 => genesis.commit.writes = u32::try_from(rng.within(0..=3)).unwrap(),
        10 => genesis.commit.replicas = vec![another; rng.index(3)],
        11 => genesis.commit.replicas = vec![genesis.writer],
        12 => genesis.window_ms = *rng.pick(&[0, 1, WINDOW_MS, WINDOW_MS_MAX, WINDOW_MS_MAX + 1]),
        13 => genesis.time.start_ms = *rng.pick(&[0, 1 << 52, (1 << 52) - 1, genesis.time.start_ms + 1]),
        14 => genesis.time.jump_ms = rng.within(0..=50),
        15 => genesis.witnesses.threshold = 1,
        16 => genesis.witnesses.keys = vec![another],
        17 => genesis.authority.keys = vec![another; 65],
        18 => genesis.authority.keys[0] = another,
        _ => genesis.nonce = rng.bytes(),
    }
    genesis
}

fn body(history: &mut History, at: usize, rng: &mut Rng) {
    let to = rng.index(history.blocks.len());
    let block = &mut history.blocks[at];
    let n = rng.index(block.entries.len());
    match rng.within(0..=9) {
        0 => drop(block.entries.remove(n)),
        1 => block.entries.insert(n, block.entries[n].clone()),
        2 => block.entries.swap(0, n),
        3 => block.diff.put(vec![1, rng.byte()], rng.percent(50).then(|| vec![1])),
        4 => block.diff.put(vec![1; *rng.pick(&[1, 513, 514])], Some(vec![0; 9])),
        5 => block.diff = Diff::new(),
        6 => drop(history.blocks.remove(at)),
        7 => history.blocks.insert(at, history.blocks[to].clone()),
        8 => history.blocks.swap(at, to),
        _ => block.header.root_after = Hash([rng.byte(); 32]),
    }
    if history.blocks.is_empty() {
        history.blocks.extend(history.clone().blocks);
    }
}

fn commitment(history: &mut History, at: usize, rng: &mut Rng) {
    let header = history.blocks[at].header;
    let all = secrets();
    let key = rng.pick(&all);
    let origin = rng.pick(&[&history.genesis.origin, "foil.example/other"]).to_string();
    let commitment = match rng.within(0..=3) {
        0 => None,
        1 => rng.pick(&history.commitments).clone(),
        _ => Some(Commitment::sign(key, &origin, &header)),
    };
    // A block that was put in before, and not signed for, has none.
    if let Some(place) = history.commitments.get_mut(at) {
        *place = commitment;
    }
}

/// Changes one call, or what it came to; its caller signs it again, mostly.
fn entry(entry: &mut Entry, other: &Entry, rng: &mut Rng) {
    let time_ms = entry.time_ms;
    let step = *rng.pick(&[1, 40, JUMP_MS, JUMP_MS + 1, 1 << 40]);
    let call = &mut entry.call.call;
    match rng.within(0..=18) {
        0 => entry.time_ms += step,
        1 => entry.time_ms = time_ms.saturating_sub(step),
        2 => call.version = rng.byte(),
        3 => call.program = Some(*rng.pick(&[Hash::ZERO, entry.program, Profile::One.system()])),
        4 => {
            call.method = rng
                .pick(&["deploy", "set_writer", "undeploy", "count", "migrate", "set_profile", ""])
                .to_string()
        }
        5 => call.args = Bytes(rng.bytes::<8>().to_vec()),
        6 => call.salt = rng.bytes(),
        7 => call.caller = any_caller(rng),
        8 => (call.caller, call.key) = (other.call.call.caller.clone(), other.call.call.key),
        9 => {
            let lives = [time_ms, time_ms + 1, time_ms + WINDOW_MS, time_ms + WINDOW_MS + 1, u64::MAX, 0];
            call.expires_ms = *rng.pick(&lives);
        }
        10 => call.fuel_max = *rng.pick(&[0, entry.fuel, FUEL_MAX, FUEL_MAX + 1, u64::MAX]),
        11 => entry.fuel = *rng.pick(&[0, call.fuel_max, call.fuel_max + 1, u64::MAX]),
        12 => {
            entry.program = *rng.pick(&[
                Profile::One.system(),
                Profile::Two.system(),
                program_id(0),
                program_id(1),
                Hash::ZERO,
            ])
        }
        13 => {
            entry.outcome = match rng.within(0..=2) {
                0 => Outcome::Returned(vec![rng.byte()]),
                1 => Outcome::Failed(Vec::new()),
                _ => Outcome::Trapped(*rng.pick(Trap::ALL)),
            }
        }
        14 => entry.events.push(Event { name: "more".into(), data: Bytes(vec![rng.byte()]) }),
        15 => {
            let args = Bytes(vec![0x80]);
            entry.messages.push(Message { to: Hash::ZERO, method: "more".into(), args });
        }
        16 => entry.diff = *rng.pick(&[Hash::ZERO, Diff::new().hash(), other.diff]),
        17 => return act(entry, rng),
        _ => return proof(entry, other, rng),
    }
    if rng.percent(85) {
        resign(entry);
    }
}

fn any_caller(rng: &mut Rng) -> Caller {
    match rng.within(0..=5) {
        0 => Caller::Nobody,
        1 => Caller::Principal("ben".into()),
        2 => Caller::Shard(Hash([3; 32])),
        3 => Caller::Timer(rng.next()),
        4 => Caller::Key(weak()),
        _ => Caller::Key(caller(1).public()),
    }
}

/// Makes the call an act of the authority, which may lack something.
fn act(entry: &mut Entry, rng: &mut Rng) {
    let key = *rng.pick(&[caller(1).public(), weak(), PublicKey([2; 32])]);
    let system = *rng.pick(&[Profile::One, Profile::Two]);
    let act = match rng.within(0..=7) {
        0 => Act::Deploy(Deploy { program: program_id(1) }),
        1 => Act::Revert(Revert { height: rng.within(0..=3), root: Hash([5; 32]), program: program_id(0) }),
        2 => Act::Advance(Advance { to_ms: entry.time_ms + rng.within(0..=2) }),
        3 => Act::SetProfile(SetProfile { profile: rng.pick(&[Profile::One, system]).hash() }),
        4 => Act::Upgrade(Upgrade { program: program_id(1) }),
        5 => Act::Erase(Erase { seq: rng.within(0..=8) }),
        6 => Act::Prune(Prune { height: rng.within(0..=5) }),
        _ => Act::SetWriter(SetWriter { key }),
    };
    let (method, args) = act.to_call();
    let call = &mut entry.call.call;
    (call.method, call.args, call.caller) = (method.into(), Bytes(args), Caller::Nobody);
    call.program = None;
    entry.program = system.system();
    signed_by_some(entry, rng);
}

/// Signatures of some keys, which need not be the authority's, enough, in order or right.
fn signed_by_some(entry: &mut Entry, rng: &mut Rng) {
    let [one, two, three] = authority();
    let mut keys = vec![one, two, three, caller(0)];
    for at in (0..keys.len()).rev() {
        if rng.percent(35) {
            keys.remove(at);
        }
    }
    let call = &entry.call.call;
    let message = message(Subject::Authority, &call.shard, &call.digest());
    let mut signatures: Vec<_> = keys.iter().map(|key| (key.public(), key.sign(&message))).collect();
    if rng.percent(80) {
        signatures.sort_by_key(|(key, _)| *key);
    }
    if let Some(first) = signatures.first_mut() {
        match rng.within(0..=9) {
            0 => first.1.0[3] ^= 1,
            1 => {
                let twice = *first;
                signatures.insert(0, twice);
            }
            _ => {}
        }
    }
    entry.call.proof = Proof::Authority(signatures);
}

fn proof(entry: &mut Entry, other: &Entry, rng: &mut Rng) {
    match &mut entry.call.proof {
        Proof::Envelope(envelope) if rng.percent(90) => match rng.within(0..=6) {
            0 => envelope.index = envelope.index.wrapping_add(1),
            1 => envelope.index = envelope.index.wrapping_sub(1),
            2 => envelope.size += 1,
            3 => envelope.size = envelope.size.wrapping_sub(1),
            4 => envelope.path.push(Hash::ZERO),
            5 => drop(envelope.path.pop()),
            _ => envelope.signature.0[rng.index(64)] ^= 1,
        },
        Proof::Signature(signature) if rng.percent(50) => signature.0[rng.index(64)] ^= 0x80,
        _ if rng.percent(30) => signed_by_some(entry, rng),
        _ if rng.percent(30) => entry.call.proof = Proof::None,
        _ => entry.call.proof = other.call.proof.clone(),
    }
}
