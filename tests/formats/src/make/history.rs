//! Vectors of blocks, signatures over history, and what is handed on.

use super::{Maker, alone, flipped, replaced};
use crate::shard::{JUMP_MS, START_MS, Shard, Step, key};
use crate::untrusted;
use crate::vector::hex;
use abi::Hash;
use abi::call::SignedCall;
use abi::codec::{Bytes, Encode};
use abi::system::{Act, Erase, Migrate, Prune};
use journal::{Head, HeadsForkFile, Link, Note, SignedHead, Start};
use serde_json::{Value, json};

pub(super) fn make(made: &mut Maker) {
    let shard = Shard::sample();
    blocks(made, &shard);
    commitments(made, &shard);
    links(made, &shard);
    starts(made, &shard);
    files(made, &shard);
    notes(made, &shard);
    heads_forks(made, &shard);
    erasures(made);
}

/// Heads as they are published.
fn notes(made: &mut Maker, shard: &Shard) {
    let origin = Head::origin_of(&shard.genesis);
    let head = Head { origin: origin.clone(), size: shard.history.size(), root: shard.history.root() };
    let named = |seed: u8| json!({ "key": Head::key(&origin, key(seed).public()).unwrap().to_string() });
    let text = head.sign(&key(6)).unwrap().to_string();
    made.valid("note/head", text.as_bytes(), &named(6));
    let mut refuse = |what: &str, text: &str, code: u16| {
        made.invalid(&format!("note/{what}"), text.as_bytes(), &named(6), code);
    };
    refuse("empty", "", 2401);
    refuse("without-signatures", &head.to_string(), 2401);
    refuse("last-line-not-ended", text.trim_end(), 2401);
    refuse("of-another-size", &text.replacen("\n10\n", "\n11\n", 1), 2404);
    refuse("of-a-key-not-known", &head.sign(&key(1)).unwrap().to_string(), 2405);
    let extended = Note::new(format!("{head}more\n")).unwrap();
    let line = Head::key(&origin, key(6).public()).unwrap().sign(&key(6), extended.text());
    refuse("with-an-extension-line", &extended.with(line).unwrap().to_string(), 2406);
}

/// Two heads of one size, as a witness keeps them.
fn heads_forks(made: &mut Maker, shard: &Shard) {
    let origin = Head::origin_of(&shard.genesis);
    let side = |seed: u8, size: u64, root: Hash| {
        let note = Head { origin: origin.clone(), size, root }.sign(&key(seed)).unwrap().to_string();
        SignedHead { log: Head::key(&origin, key(6).public()).unwrap().to_string(), note }
    };
    let root = shard.history.root();
    let of = |other: SignedHead| HeadsForkFile { sides: [side(6, 10, root), other] }.to_bytes();
    let context = json!({ "key": key(6).public().to_string() });
    made.object("heads-fork", "two-of-one-size", &of(side(6, 10, Hash::ZERO)), &context);
    made.invalid("heads-fork/one-twice", &of(side(6, 10, root)), &context, 2501);
    made.invalid("heads-fork/that-can-both-be-true", &of(side(6, 11, Hash::ZERO)), &context, 2502);
    made.invalid("heads-fork/signed-by-a-stranger", &of(side(1, 10, Hash::ZERO)), &context, 2405);
    let other = json!({ "key": key(1).public().to_string() });
    made.invalid("heads-fork/of-another-log", &of(side(6, 10, Hash::ZERO)), &other, 6001);
}

fn blocks(made: &mut Maker, shard: &Shard) {
    let profile = json!({ "profile": shard.genesis.profile.to_string() });
    for (at, block) in (1..).zip(&shard.blocks) {
        made.valid(&format!("header/{at}"), &block.header.to_bytes(), &alone());
        made.valid(&format!("block/{at}"), &block.to_bytes(), &profile);
    }
    made.malformed("header", &shard.blocks[0].header.to_bytes(), &alone());
    made.malformed("block", &shard.blocks[0].to_bytes(), &profile);
    let bytes = shard.blocks[1].to_bytes();
    let mut refuse = |what: &str, from: &str, to: &str, code: u16| {
        made.invalid(&format!("block/{what}"), &replaced(&bytes, from, to), &profile, code);
    };
    let program = hex(&abi::hash::PROGRAM.hash(crate::shard::WASM).to_bytes());
    let time = hex(&(START_MS + 20).to_bytes());
    refuse("first-program-left-out", &format!("{program}{time}"), &format!("f6{time}"), 1002);
    // The second entry: the program of the first, no step of time, outcome 1 with its output.
    refuse("program-named-again", "f600014281078080f6", &format!("{program}00014281078080f6"), 1003);
    refuse("outcome-unknown", "f600014281078080f6", "f600174281078080f6", 1008);
    refuse("trap-with-output", "f6010340", "f601034100", 1008);
    let empty = hex(&abi::diff::Diff::new().hash().to_bytes());
    refuse("empty-diff-named", "f60103408080f6", &format!("f60103408080{empty}"), 1003);
    refuse("time-overflows", "f6010340", "f61bffffffffffffffff0340", 1006);
    refuse("build-of-65-bytes", "69766563746f72732031", &format!("7841{}", "61".repeat(65)), 1005);
}

/// What a judge of commitments to the block of `height` is told.
fn issuer(shard: &Shard, height: usize, writer: u8) -> Value {
    json!({
        "header": hex(&shard.blocks[height - 1].header.to_bytes()),
        "origin": shard.genesis.origin,
        "shard": shard.id().to_string(),
        "key": key(writer).public().to_string(),
    })
}

fn commitments(made: &mut Maker, shard: &Shard) {
    let bytes = shard.commitments[0].to_bytes();
    let context = issuer(shard, 1, 1);
    made.valid("commitment/of-the-first-writer", &bytes, &context);
    made.valid("commitment/of-the-second-writer", &shard.commitments[2].to_bytes(), &issuer(shard, 3, 6));
    let mut refuse = |what: &str, bytes: &[u8], context: &Value, code: u16| {
        made.invalid(&format!("commitment/{what}"), bytes, context, code);
    };
    let changed = |name: &str, to: &str| {
        let mut changed = context.clone();
        changed[name] = to.into();
        changed
    };
    refuse("of-another-key", &bytes, &issuer(shard, 1, 6), 2005);
    refuse("of-another-origin", &bytes, &changed("origin", "other.example"), 2006);
    refuse("of-another-shard", &bytes, &changed("shard", &Hash::ZERO.to_string()), 2007);
    refuse("of-another-block", &bytes, &issuer(shard, 2, 1), 2013);
    refuse("signature-flipped", &flipped(&bytes, 5), &context, 2012);
    let origin = "666f696c2e6578616d706c65";
    let renamed = replaced(&bytes, origin, "666f696d2e6578616d706c65");
    refuse("origin-changed", &renamed, &context, 2006);
    refuse("signed-under-a-changed-origin", &renamed, &changed("origin", "foim.example/vectors"), 2012);
    refuse("untagged", &bytes[1..], &context, 1002);
    refuse("of-another-tag", &[&[0xd1], &bytes[1..]].concat(), &context, 1002);
    // alg −19 (Ed25519) where the one form has −8 (EdDSA); 395: 2, another data structure.
    refuse("of-another-algorithm", &replaced(&bytes, "a5012704", "a5013204"), &context, 1008);
    refuse("of-another-structure", &replaced(&bytes, "19018b01", "19018b02"), &context, 1008);
    refuse("payload-attached", &replaced(&bytes, "a0f65840", "a0405840"), &context, 1002);
    refuse("unprotected-label", &replaced(&bytes, "a0f65840", "a10300f65840"), &context, 1008);
    refuse(
        "signature-of-63-bytes",
        &replaced(&bytes[..bytes.len() - 1], "a0f65840", "a0f6583f"),
        &context,
        1005,
    );
    refuse("truncated", &bytes[..bytes.len() - 1], &context, 1001);
    refuse("trailing-byte", &[&bytes[..], &[0]].concat(), &context, 1004);
}

fn links(made: &mut Maker, shard: &Shard) {
    let size = shard.history.size();
    let context = json!({
        "genesis": hex(&shard.genesis.to_bytes()),
        "size": size,
        "root": shard.history.root().to_string(),
    });
    let [deploy, writer] = &shard.links(size)[..] else { panic!("there were two acts") };
    made.object("link", "deploy", &deploy.to_bytes(), &context);
    made.valid("link/set-writer", &writer.to_bytes(), &context);
    let signed = &shard.blocks[2].entries[0].call;
    let weak = SignedCall::authorize(signed.call.clone(), &[&shard.authority[0], &key(6)]);
    let stranger = Link { call: Bytes(weak.to_bytes()), ..writer.clone() };
    let mixed = Link { call: deploy.call.clone(), ..writer.clone() };
    let mut detour = writer.clone();
    detour.path[0] = Hash::ZERO;
    let hit =
        Link::new(&shard.blocks[2].entries[1].call, &shard.record(9), shard.history.path(9, size).unwrap());
    let older = json!({ "genesis": context["genesis"], "size": 8, "root": shard.history.root_at(8).unwrap().to_string() });
    made.invalid("link/too-few-of-the-authority", &stranger.to_bytes(), &context, 2017);
    made.invalid("link/record-of-another-act", &mixed.to_bytes(), &context, 2017);
    made.invalid("link/path-changed", &detour.to_bytes(), &context, 2017);
    made.invalid("link/not-an-act", &hit.to_bytes(), &context, 2017);
    made.invalid("link/not-in-an-older-tree", &writer.to_bytes(), &older, 2017);
}

fn starts(made: &mut Maker, shard: &Shard) {
    let context = json!({ "genesis": hex(&shard.genesis.to_bytes()) });
    let start = shard.start(2);
    made.object("start", "after-block-2", &start.to_bytes(), &context);
    made.valid("start/after-the-writer-changed", &shard.start(3).to_bytes(), &context);
    let changed = |change: &dyn Fn(&mut Start)| {
        let mut start = start.clone();
        change(&mut start);
        start.to_bytes()
    };
    let mut refuse = |what: &str, bytes: &[u8], code: u16| {
        made.invalid(&format!("start/{what}"), bytes, &context, code);
    };
    refuse("of-another-version", &changed(&|start| start.header.version = 2), 2103);
    refuse("of-another-shard", &changed(&|start| start.header.shard = Hash::ZERO), 2104);
    refuse("a-peak-too-many", &changed(&|start| start.peaks.push(Hash::ZERO)), 2136);
    refuse("a-peak-changed", &changed(&|start| start.peaks[0] = Hash::ZERO), 2136);
    refuse("of-height-0", &changed(&|start| start.header.height = 0), 2136);
    refuse("links-out-of-order", &shard_links_reversed(shard), 2017);
}

/// The start after the writer changed, with its links the other way round.
fn shard_links_reversed(shard: &Shard) -> Vec<u8> {
    let mut start = shard.start(3);
    start.links.reverse();
    start.to_bytes()
}

/// A shard that went on under profile `2`.
fn profiles(made: &mut Maker) {
    let mut shard = Shard::newer();
    let context = json!({ "shard": shard.id().to_string() });
    let program = abi::hash::PROGRAM.hash(crate::shard::WASM);
    let (step, decision) = (Act::Migrate(Migrate { program }), Act::Erase(Erase { seq: 4 }));
    let pruned = Act::Prune(Prune { height: 2 });
    let at = START_MS + 50;
    shard.push(vec![
        shard.silent_act(step, 20, at),
        shard.upgrade(at),
        shard.silent_act(decision, 21, at),
        shard.silent_act(pruned, 22, at),
        shard.hit(10, at),
    ]);
    shard.push(vec![shard.set_writer(&key(7), at), shard.hit(11, at)]);
    shard.writer = key(7);
    shard.commitments[5] = shard.commit(&shard.blocks[5]);
    made.valid("bundle/under-profile-2", &shard.bundle(None, true), &context);
    made.valid("bundle/after-the-profile-changed", &shard.bundle(Some(&shard.start(5)), true), &context);
    made.valid("receipt/across-profiles", &shard.receipt(17, 6).to_bytes(), &context);
    let start = json!({ "genesis": hex(&shard.genesis.to_bytes()) });
    made.valid("start/across-profiles", &shard.start(6).to_bytes(), &start);
    let mut unset = shard.start(6);
    unset.links.remove(2);
    made.invalid("start/without-the-change-of-profile", &unset.to_bytes(), &start, 2017);
}

/// A shard in which calls are erased, of blocks from before the profile that can decide it too.
fn erasures(made: &mut Maker) {
    let mut shard = Shard::newer();
    let profile = json!({ "profile": shard.genesis.profile.to_string() });
    let (whole, seqs) = (shard.blocks[1].clone(), [4, 5, 6, 7]);
    let mut all = whole.clone();
    for seq in seqs {
        let mut one = whole.clone();
        assert!(one.erase(seq) && all.erase(seq));
        made.valid(&format!("block/record-{seq}-erased"), &one.to_bytes(), &profile);
    }
    made.valid("block/every-record-erased", &all.to_bytes(), &profile);
    let (bytes, diff) = (all.to_bytes(), whole.diff.to_bytes());
    let cut = |bytes: &[u8], tail: &[u8], back: usize| [&bytes[..bytes.len() - back], tail].concat();
    let mut refuse = |what: &str, bytes: Vec<u8>, code: u16| {
        made.invalid(&format!("block/{what}"), &bytes, &profile, code);
    };
    refuse("erased-and-its-diff-left", cut(&bytes, &diff, 1), 1003);
    refuse("erased-and-its-diff-a-number", cut(&bytes, &[0], 1), 1002);
    refuse("diff-left-out", cut(&whole.to_bytes(), &[0xf6], diff.len()), 1002);
    let hash = hex(&all.entries[3].erased.expect("it is erased").output.to_bytes());
    refuse("erased-output-of-31-bytes", replaced(&bytes, &hash, &format!("581f{}", &hash[6..])), 1005);
    refuse("erased-output-left-out", replaced(&bytes, &hash, "f6"), 1002);

    let at = START_MS + 50;
    let decide = |seq, n, shard: &Shard| shard.silent_act(Act::Erase(Erase { seq }), n, at);
    shard.push(vec![decide(4, 20, &shard), shard.hit(10, at), decide(6, 21, &shard), decide(12, 22, &shard)]);
    assert!(shard.blocks[1].erase(4) && shard.blocks[1].erase(6) && shard.blocks[4].erase(12));
    let context = json!({ "shard": shard.id().to_string() });
    made.valid("bundle/of-erased-calls", &shard.bundle(None, false), &context);
    made.valid("bundle/of-erased-calls-and-witnesses", &shard.bundle(None, true), &context);
    made.valid("receipt/of-an-erased-call", &shard.receipt(4, 2).to_bytes(), &context);
}

/// Receipts, bundles and proof files, whose invalid ones are the hostile files'.
fn files(made: &mut Maker, shard: &Shard) {
    let context = json!({ "shard": shard.id().to_string() });
    made.valid("receipt/under-its-own-block", &shard.receipt(1, 1).to_bytes(), &context);
    made.valid("receipt/under-a-later-block", &shard.receipt(1, 2).to_bytes(), &context);
    made.valid("receipt/under-the-second-writer", &shard.receipt(6, 3).to_bytes(), &context);
    made.malformed("receipt", &shard.receipt(1, 2).to_bytes(), &context);
    made.valid("bundle/whole", &shard.bundle(None, false), &context);
    let with = |step: Step| {
        let mut shard = Shard::sample();
        shard.push(vec![step]);
        shard.bundle(None, true)
    };
    made.valid("bundle/reverted", &with(shard.revert(2, START_MS + 40, |_, _| ())), &context);
    let far = START_MS + 40 + JUMP_MS;
    made.valid("bundle/advanced", &with(shard.advance(far, far)), &context);
    profiles(made);
    made.valid("bundle/with-witnesses", &shard.bundle(None, true), &context);
    made.valid("proof/keys", &untrusted::proof_of_keys(shard).to_bytes(), &context);
    made.valid("proof/range", &untrusted::proof_of_range(shard).to_bytes(), &context);
    made.malformed("proof", &untrusted::proof_of_keys(shard).to_bytes(), &context);
    made.valid("bundle/after-block-1", &shard.bundle(Some(&shard.start(1)), true), &context);
    let checkpoint = untrusted::checkpoint_file(shard, |_| ());
    made.object("checkpoint", "of-the-second-writer", &checkpoint, &context);
    made.object("fork", "two-second-blocks", &untrusted::forked().to_bytes(), &context);
    for case in untrusted::cases().into_iter().filter(|case| case.is_vector()) {
        made.invalid(&format!("{}/{}", case.kind, case.name), &case.bytes, &context, case.code);
    }
}
