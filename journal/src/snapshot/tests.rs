use super::*;
use crate::Commitment;
use crate::sample::{START_MS, Sample};
use crate::window::Scope;
use abi::call::Caller;

fn node() -> SecretKey {
    SecretKey::from_seed(&[77; 32])
}

fn parts() -> Vec<Part> {
    vec![
        Part { name: Hash([1; 32]), entries: 3, bytes: 100 },
        Part { name: Hash([2; 32]), entries: 1, bytes: 9 },
    ]
}

/// Where a sample shard of three blocks stands, with the live keys of its last calls.
fn standing() -> Standing {
    let (sample, blocks) = Sample::of_blocks(3);
    let header = sample.head.unwrap();
    let mut window = Window::new();
    let calls = blocks.iter().flat_map(|block| &block.entries);
    for (seq, entry) in (0..).zip(calls) {
        let call = &entry.call.call;
        window.advance(entry.time_ms);
        window.insert(Scope::of(&call.caller, &call.key), call.expires_ms, seq);
    }
    let commitment = Commitment::sign(&sample.writer, &sample.genesis.origin, &header);
    Standing {
        genesis: sample.genesis.clone(),
        checkpoint: Checkpoint { header, commitment, links: Vec::new() },
        peaks: sample.history.peaks(header.history_size).unwrap(),
        links: Vec::new(),
        live: window.live().collect(),
    }
}

fn manifest() -> SnapshotManifest {
    SnapshotManifest::sign(&node(), standing(), parts())
}

/// Why a standing is refused that the node did sign.
fn refusal(change: impl FnOnce(&mut Standing)) -> Option<SnapshotError> {
    let mut standing = standing();
    change(&mut standing);
    let shard = standing.genesis.id();
    SnapshotManifest::sign(&node(), standing, parts()).verify(&shard, &node().public()).err()
}

#[test]
fn a_manifest_reads_back() {
    let (manifest, shard) = (manifest(), standing().genesis.id());
    assert!(manifest.standing.live.len() >= 3);
    let opened = SnapshotManifest::open(&manifest.to_bytes(), &shard, &node().public());
    assert_eq!(opened, Ok(manifest));
}

#[test]
fn no_byte_of_a_manifest_can_be_changed() {
    let (bytes, shard) = (manifest().to_bytes(), standing().genesis.id());
    for at in 0..bytes.len() {
        for mask in [1 << (at % 8), 255] {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            let opened = SnapshotManifest::open(&changed, &shard, &node().public());
            assert!(opened.is_err(), "byte {at} ^ {mask:02x}");
        }
    }
}

#[test]
fn a_manifest_cut_anywhere_is_refused() {
    let bytes = manifest().to_bytes();
    assert!((0..bytes.len()).all(|end| SnapshotManifest::from_bytes(&bytes[..end]).is_err()));
}

#[test]
fn a_manifest_of_another_shard_or_node_is_refused() {
    let (manifest, shard) = (manifest(), standing().genesis.id());
    let stranger = SecretKey::from_seed(&[78; 32]).public();
    assert_eq!(manifest.verify(&shard, &stranger), Err(SnapshotError::Node { found: node().public() }));
    let other = manifest.verify(&Hash::ZERO, &node().public());
    assert_eq!(other, Err(SnapshotError::Shard { found: shard }));
}

/// The node's signature does not make true what the writer has not signed.
#[test]
fn a_standing_that_the_history_does_not_bear_out_is_refused() {
    assert_eq!(refusal(|_| ()), None);
    let checkpoint = |error| Some(SnapshotError::Checkpoint(error));
    assert_eq!(refusal(|it| it.checkpoint.header.root_after = Hash::ZERO), checkpoint(ReceiptError::Header));
    assert_eq!(refusal(|it| it.peaks[0] = Hash::ZERO), Some(SnapshotError::Frontier));
    assert_eq!(refusal(|it| it.peaks.clear()), Some(SnapshotError::Frontier));
    let window = |index| Some(SnapshotError::Window { index });
    assert_eq!(refusal(|it| it.live.swap(0, 1)), window(1));
    assert_eq!(refusal(|it| it.live[1] = it.live[0]), window(1));
    assert_eq!(refusal(|it| it.live[0].seq = it.checkpoint.header.history_size), window(0));
    assert_eq!(refusal(|it| it.live[0].expires_ms = it.checkpoint.header.time_ms), window(0));
}

#[test]
fn links_are_those_that_appointed_the_writer() {
    let (mut sample, _) = Sample::begun();
    let next = SecretKey::from_seed(&[50; 32]);
    let block = sample.block(vec![sample.set_writer(&next, START_MS + 20)]);
    sample.push(&block);
    let (header, shard) = (block.header, sample.genesis.id());
    let seq = header.first_seq;
    let path = sample.history.path(seq, header.history_size).unwrap();
    let record = block.records(sample.genesis.profile).swap_remove(0);
    let links = vec![Link::new(&block.entries[0].call, &record, path)];
    let commitment = Commitment::sign(&next, &sample.genesis.origin, &header);
    let standing = |links: Vec<Link>| Standing {
        genesis: sample.genesis.clone(),
        checkpoint: Checkpoint { header, commitment: commitment.clone(), links: links.clone() },
        peaks: sample.history.peaks(header.history_size).unwrap(),
        links,
        live: Vec::new(),
    };
    let judge =
        |standing| SnapshotManifest::sign(&node(), standing, parts()).verify(&shard, &node().public());
    assert_eq!(judge(standing(links.clone())).map(|issuer| issuer.key), Ok(next.public()));
    let none = standing(Vec::new());
    assert_eq!(judge(none), Err(SnapshotError::Checkpoint(ReceiptError::Key)));
    let former = Standing { links: Vec::new(), ..standing(links) };
    assert_eq!(judge(former), Err(SnapshotError::Checkpoint(ReceiptError::Key)));
}

#[test]
fn a_chunk_over_its_limits_is_refused() {
    let shard = standing().genesis.id();
    let part = parts()[0];
    let over = [
        Part { entries: 0, ..part },
        Part { bytes: 0, ..part },
        Part { bytes: u32::try_from(CHUNK_BYTES_MAX).unwrap() + 1, ..part },
        Part { entries: u32::try_from(CHUNK_ENTRIES_MAX).unwrap() + 1, ..part },
    ];
    for over in over {
        let manifest = SnapshotManifest::sign(&node(), standing(), vec![part, over]);
        assert_eq!(manifest.verify(&shard, &node().public()), Err(SnapshotError::Part { index: 1 }));
    }
}

#[test]
fn a_window_goes_on_as_the_whole_history_would() {
    let mut window = Window::new();
    for seq in 0..20u8 {
        window.insert(Scope::of(&Caller::Nobody, &[seq; 32]), 100 + u64::from(seq), u64::from(seq));
    }
    window.advance(104);
    let live: Vec<LiveKey> = window.live().collect();
    let mut restored = Standing { live: live.clone(), ..standing() }.window();
    assert!(restored.live().eq(live));
    for time in [105, 110, 119] {
        window.advance(time);
        restored.advance(time);
        assert!(restored.live().eq(window.live()), "{time}");
    }
    assert!(restored.is_empty() && restored.find(&Scope::of(&Caller::Nobody, &[19; 32])).is_none());
}
