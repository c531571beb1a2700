//! Bundles whose items are not as they must be.

use super::{Cases, fork};
use crate::shard::{START_MS, Shard, key};
use abi::Hash;
use abi::codec::{Bytes, Encode};
use abi::genesis::Genesis;
use abi::hash::BUNDLE;
use journal::{BundleReader, Commitment, Manifest, Trailer};
use verify::{Anchor, Exit};

/// A bundle, item by item, without its trailer.
pub(super) struct Parts {
    items: Vec<Vec<u8>>,
    trailer: Trailer,
}

impl Parts {
    /// The items of a whole bundle.
    pub(super) fn of(bytes: &[u8]) -> Parts {
        let mut reader = BundleReader::new(bytes);
        let (mut starts, mut trailer) = (Vec::new(), None);
        while let Some(item) = reader.next() {
            starts.push(usize::try_from(reader.offset()).unwrap());
            if let journal::Item::Trailer(end) = item.unwrap() {
                trailer = Some(end);
            }
        }
        let items = starts.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect();
        Parts { items, trailer: trailer.unwrap() }
    }

    /// The bundle of these items, with a trailer of the right digest.
    pub(super) fn sealed(&self) -> Vec<u8> {
        self.ended(|_| ())
    }

    /// The same, with another trailer.
    fn ended(&self, change: impl FnOnce(&mut Trailer)) -> Vec<u8> {
        let before = self.items.concat();
        let mut trailer = Trailer { digest: BUNDLE.hash(&before), ..self.trailer.clone() };
        change(&mut trailer);
        [before, (5u8, Bytes(trailer.to_bytes())).to_bytes()].concat()
    }

    /// The bundle of these items in another order.
    fn ordered(&self, order: &[usize]) -> Vec<u8> {
        let items = order.iter().map(|&at| self.items[at].clone()).collect();
        Parts { items, trailer: self.trailer.clone() }.sealed()
    }

    /// The bundle with one item replaced.
    fn with(&self, at: usize, item: Vec<u8>) -> Vec<u8> {
        let mut items = self.items.clone();
        items[at] = item;
        Parts { items, trailer: self.trailer.clone() }.sealed()
    }
}

/// Items of the sample's bundle: manifest, genesis, program, blocks 1 to 3.
const MANIFEST: usize = 0;
const GENESIS: usize = 1;
const BLOCK_2: usize = 4;
const BLOCK_3: usize = 5;

pub(super) fn make(shard: &Shard, cases: &mut Cases) {
    let bytes = shard.bundle(None, false);
    let parts = Parts::of(&bytes);
    cases.anchors(&bytes);
    cut(&bytes, &parts, cases);
    ordered(&parts, cases);
    spliced(shard, &parts, cases);
    malformed(&parts, cases);
    manifests(shard, &parts, cases);
    commitments(shard, &parts, cases);
    let trailers: [(&str, Vec<u8>, u16); 3] = [
        ("trailer-of-another-height", parts.ended(|trailer| trailer.height = 2), 2209),
        ("trailer-of-another-head", parts.ended(|trailer| trailer.header = Hash::ZERO), 2209),
        ("trailer-of-another-digest", parts.ended(|trailer| trailer.digest = Hash::ZERO), 2210),
    ];
    trailers.into_iter().for_each(|(name, bytes, code)| cases.invalid(name, bytes, code));
}

fn cut(bytes: &[u8], parts: &Parts, cases: &mut Cases) {
    cases.invalid("empty", Vec::new(), 2204);
    cases.invalid("truncated-in-its-first-item", bytes[..20].to_vec(), 2204);
    cases.invalid("truncated-in-a-block", parts.items[..BLOCK_3].concat()[..3000].to_vec(), 2204);
    cases.invalid("truncated-before-the-last-block", parts.items[..BLOCK_3].concat(), 2204);
    cases.invalid("truncated-before-the-trailer", parts.items.concat(), 2204);
    cases.invalid("truncated-by-a-byte", bytes[..bytes.len() - 1].to_vec(), 2204);
    cases.invalid("trailing-byte", [bytes, &[0]].concat(), 2211);
    cases.invalid("twice", [bytes, bytes].concat(), 2211);
}

fn ordered(parts: &Parts, cases: &mut Cases) {
    cases.invalid("blocks-reordered", parts.ordered(&[0, 1, 2, 4, 3, 5]), 2207);
    cases.invalid("block-repeated", parts.ordered(&[0, 1, 2, 3, 3, 4, 5]), 2207);
    cases.invalid("block-missing", parts.ordered(&[0, 1, 2, 3, 5]), 2207);
    cases.invalid("block-after-the-last", parts.ordered(&[0, 1, 2, 3, 4, 5, 5]), 2202);
    cases.invalid("genesis-missing", parts.ordered(&[0, 2, 3, 4, 5]), 2202);
    cases.invalid("genesis-repeated", parts.ordered(&[0, 1, 1, 2, 3, 4, 5]), 2202);
    cases.invalid("program-after-a-block", parts.ordered(&[0, 1, 3, 2, 4, 5]), 2202);
    cases.invalid("manifest-missing", parts.ordered(&[1, 2, 3, 4, 5]), 2202);
}

/// Parts of other histories.
fn spliced(shard: &Shard, parts: &Parts, cases: &mut Cases) {
    let mut other = Shard::new(10);
    other.push(vec![other.deploy(START_MS)]);
    other.push(vec![other.hit(1, START_MS)]);
    other.push(vec![other.hit(2, START_MS)]);
    let foreign = Parts::of(&other.bundle(None, false));
    let pairs = parts.items.iter().zip(&foreign.items).flat_map(|(a, b)| [a.clone(), b.clone()]);
    cases.invalid("interleaved-with-another", pairs.collect::<Vec<_>>().concat(), 2202);
    cases.invalid("block-of-another-shard", parts.with(BLOCK_2, foreign.items[BLOCK_2].clone()), 2104);
    cases.invalid("genesis-of-another-shard", parts.with(GENESIS, foreign.items[GENESIS].clone()), 2205);
    let (one, two) = fork();
    let anchor = Anchor::Shard(shard.id());
    let (one, two) = (one.bundle(None, false), two.bundle(None, false));
    cases.case("fork-at-2-one-side", one.clone(), anchor, Exit::Verified, 0);
    cases.case("fork-at-2-other-side", two.clone(), anchor, Exit::Verified, 0);
    let (one, two) = (Parts::of(&one), Parts::of(&two));
    cases.invalid("fork-at-2-crossed-over", two.with(BLOCK_2, one.items[BLOCK_2].clone()), 2106);
}

/// Bytes that are no items, and lengths that nothing stands behind.
fn malformed(parts: &Parts, cases: &mut Cases) {
    let manifest = &parts.items[MANIFEST];
    let inside = &manifest[4..];
    let long = [&[0x98, 2, 1, 0x58, 0x29][..], inside].concat();
    cases.invalid("item-head-in-long-form", parts.with(MANIFEST, long), 2202);
    let wide = [&[0x82, 1, 0x59, 0, manifest[3]][..], inside].concat();
    cases.invalid("item-length-in-long-form", parts.with(MANIFEST, wide), 2201);
    let endless = [&[0x82, 1, 0x5f][..], &manifest[2..], &[0xff]].concat();
    cases.invalid("item-of-indefinite-length", parts.with(MANIFEST, endless), 2201);
    let spread = [&[0x82, 1, 0x58, manifest[3] + 1, 0x84, 0x18, 1][..], &inside[2..]].concat();
    cases.invalid("number-in-long-form", parts.with(MANIFEST, spread), 2201);
    cases.invalid("item-of-an-unknown-kind", parts.with(MANIFEST, vec![0x82, 7, 0x40]), 2202);
    cases.invalid("item-that-is-text", parts.with(MANIFEST, vec![0x82, 1, 0x61, 0x61]), 2201);
    let before = parts.items[..BLOCK_2].concat();
    let bomb = |item: &[u8]| [&before[..], item].concat();
    let far = [0x84, 4, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    cases.invalid("length-bomb-over-the-limit", bomb(&far), 2203);
    cases.invalid("length-bomb-under-the-limit", bomb(&[0x84, 4, 0x5a, 0x03, 0xff, 0xff, 0xff]), 2204);
    let header = [0x84, 4, 0x49, 0x84, 0x9b, 0, 0, 0, 0xff, 0, 0, 0, 0];
    cases.invalid("length-bomb-in-a-block", parts.with(BLOCK_2, [&header[..], &[0xf6, 0xf6]].concat()), 2201);
    let nested = [&[0x84, 4, 0x59, 0x10, 0][..], &[0x81; 4096], &[0xf6, 0xf6]].concat();
    cases.invalid("nesting-bomb", parts.with(BLOCK_2, nested), 2201);
}

fn manifests(shard: &Shard, parts: &Parts, cases: &mut Cases) {
    let whole = Manifest { version: abi::VERSION, shard: shard.id(), from: 1, to: 3 };
    let of = |manifest: Manifest| parts.with(MANIFEST, (1u8, Bytes(manifest.to_bytes())).to_bytes());
    cases.invalid("manifest-of-version-2", of(Manifest { version: 2, ..whole }), 2103);
    cases.invalid("manifest-from-0", of(Manifest { from: 0, ..whole }), 2206);
    cases.invalid("manifest-of-an-empty-range", of(Manifest { from: 4, ..whole }), 2206);
    cases.invalid("manifest-of-fewer-blocks", of(Manifest { to: 2, ..whole }), 2202);
    cases.invalid("manifest-of-more-blocks", of(Manifest { to: 4, ..whole }), 2202);
    let anchor = Anchor::Shard(shard.id());
    cases.case("from-its-middle", shard.bundle(Some(&shard.start(1)), false), anchor, Exit::Verified, 0);
    let later = shard.bundle(Some(&shard.start(2)), false);
    let early = Parts::of(&later).with(2, (6u8, Bytes(shard.start(1).to_bytes())).to_bytes());
    cases.invalid("start-of-an-earlier-block", early, 2207);
    let mut forged = shard.start(1);
    forged.header.root_after = Hash::ZERO;
    cases.invalid("start-of-another-state", shard.bundle(Some(&forged), false), 2106);
    let born = |change: fn(&mut Genesis)| {
        let mut genesis = shard.genesis.clone();
        change(&mut genesis);
        let manifest = Manifest { shard: genesis.id(), ..whole };
        let mut items = parts.items.clone();
        items[MANIFEST] = (1u8, Bytes(manifest.to_bytes())).to_bytes();
        items[GENESIS] = (2u8, Bytes(genesis.to_bytes())).to_bytes();
        (Parts { items, trailer: parts.trailer.clone() }.sealed(), Anchor::Shard(genesis.id()))
    };
    let (bytes, anchor) = born(|genesis| genesis.window_ms = 0);
    cases.case("genesis-that-breaks-a-rule", bytes, anchor, Exit::Invalid, 1201);
    let (bytes, anchor) = born(|genesis| genesis.profile = Hash([1; 32]));
    cases.case("unknown-profile", bytes, anchor, Exit::CannotJudge, 2102);
}

/// Signatures of whom they are not of.
fn commitments(shard: &Shard, parts: &Parts, cases: &mut Cases) {
    let signed = |height: usize, commitment: Option<&Commitment>| {
        let block = &shard.blocks[height - 1];
        let item = (4u8, Bytes(block.to_bytes()), commitment.map(|c| Bytes(c.to_bytes())), None::<Bytes>);
        let mut items = parts.items.clone();
        items[height + 2] = item.to_bytes();
        let mut trailer = parts.trailer.clone();
        if height == 3 {
            trailer.commitment = commitment.cloned();
        }
        Parts { items, trailer }.sealed()
    };
    let by = |seed: u8, height: usize| {
        let commitment =
            Commitment::sign(&key(seed), &shard.genesis.origin, &shard.blocks[height - 1].header);
        signed(height, Some(&commitment))
    };
    let anchor = Anchor::Shard(shard.id());
    cases.case("commitment-missing-in-between", signed(2, None), anchor, Exit::Verified, 0);
    cases.case("last-commitment-missing", signed(3, None), anchor, Exit::Unanchored, 6005);
    cases.invalid("commitment-of-a-stranger", by(77, 2), 2005);
    cases.invalid("commitment-of-the-next-writer-too-early", by(6, 2), 2005);
    cases.invalid("commitment-of-the-former-writer", by(1, 3), 2005);
    cases.invalid("commitment-of-another-block", signed(2, Some(&shard.commitments[0])), 2208);
    let other = Commitment::sign(&key(1), "other.example", &shard.blocks[1].header);
    cases.invalid("commitment-of-another-origin", signed(2, Some(&other)), 2006);
}
