use super::*;
use crate::sample::{EMPTY_ROOT, Sample};
use crate::verify::{Chain, Reason};
use abi::VERSION;
use abi::codec::{Bytes, Encode};
use abi::hash::BUNDLE;

/// A bundle of two blocks and a program.
fn bundle() -> (Sample, Vec<Block>, Vec<u8>) {
    let (sample, blocks) = Sample::of_blocks(2);
    let mut writer = BundleWriter::new(Vec::new(), &sample.genesis, None, 2).unwrap();
    writer.program(b"\0asm").unwrap();
    for block in &blocks {
        writer.block(block, Some(&sample.commit(block)), None).unwrap();
    }
    let bytes = writer.finish().unwrap();
    (sample, blocks, bytes)
}

/// What a verifier that knows the shard's id makes of a bundle.
fn verify(shard: &Hash, bytes: &[u8]) -> Result<u64, BundleError> {
    let mut chain = None;
    let mut reader = BundleReader::new(bytes);
    while let Some(item) = reader.next() {
        match (item?, &mut chain) {
            (Item::Genesis(genesis), _) if genesis.id() == *shard => {
                chain = Some(Chain::new(&genesis, EMPTY_ROOT)?);
            }
            (Item::Block { block, commitment, .. }, Some(chain)) => {
                chain.block(&block).map_err(|invalid| invalid.at(reader.offset()))?;
                commitment.iter().try_for_each(|commitment| chain.commitment(commitment))?;
            }
            (Item::Manifest(_) | Item::Start(_) | Item::Program(_) | Item::Trailer(_), _) => {}
            (Item::Genesis(_) | Item::Block { .. }, _) => {
                return Err(Invalid::of(Reason::BundleGenesis).into());
            }
        }
    }
    Ok(chain.map_or(0, |chain| chain.height()))
}

fn reason(bytes: &[u8]) -> Reason {
    match BundleReader::new(bytes).find_map(Result::err) {
        Some(BundleError::Invalid(invalid)) => invalid.reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_bundle_reads_back() {
    let (sample, blocks, bytes) = bundle();
    let items: Vec<Item> = BundleReader::new(bytes.as_slice()).map(Result::unwrap).collect();
    let shard = sample.genesis.id();
    let commitment = |index: usize| Some(sample.commit(&blocks[index]));
    let before = bytes.len() - (Item::trailer_bytes(&items[5]).len());
    let expected = [
        Item::Manifest(Manifest { version: VERSION, shard, from: 1, to: 2 }),
        Item::Genesis(sample.genesis.clone()),
        Item::Program(b"\0asm".to_vec()),
        Item::Block { block: blocks[0].clone(), commitment: commitment(0), witness: None },
        Item::Block { block: blocks[1].clone(), commitment: commitment(1), witness: None },
        Item::Trailer(Trailer {
            height: 2,
            header: blocks[1].header.hash(),
            commitment: commitment(1),
            digest: BUNDLE.hash(&bytes[..before]),
        }),
    ];
    assert_eq!(items, expected);
    assert_eq!(verify(&shard, &bytes).unwrap(), 2);
}

impl Item {
    fn trailer_bytes(item: &Item) -> Vec<u8> {
        match item {
            Item::Trailer(trailer) => (TRAILER, Bytes(trailer.to_bytes())).to_bytes(),
            _ => Vec::new(),
        }
    }
}

#[test]
fn no_byte_of_a_bundle_can_be_changed() {
    let (sample, _, bytes) = bundle();
    let shard = sample.genesis.id();
    let changed = |offset: usize| {
        let mut changed = bytes.clone();
        changed[offset] ^= 1 << (offset % 8);
        changed
    };
    // The reader alone refuses every change, by the digest at the latest; the chain finds most of them
    // earlier.
    for offset in 0..bytes.len() {
        reason(&changed(offset));
    }
    for offset in (0..bytes.len()).step_by(41) {
        let verdict = verify(&shard, &changed(offset));
        assert!(matches!(verdict, Err(BundleError::Invalid(_))), "offset {offset}");
    }
}

#[test]
fn a_bundle_cut_anywhere_is_refused() {
    let (_, _, bytes) = bundle();
    for end in 0..bytes.len() {
        assert_eq!(reason(&bytes[..end]), Reason::Truncated, "end {end}");
    }
}

/// The items of the sample bundle, as bytes.
fn parts() -> Vec<Vec<u8>> {
    let (_, _, bytes) = bundle();
    let mut reader = BundleReader::new(bytes.as_slice());
    let mut starts = Vec::new();
    while reader.next().is_some() {
        starts.push(usize::try_from(reader.offset()).unwrap());
    }
    starts.push(bytes.len());
    starts.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
}

#[test]
fn items_come_in_their_order() {
    let parts = parts();
    let of =
        |order: &[usize]| reason(&order.iter().flat_map(|&part| parts[part].clone()).collect::<Vec<_>>());
    assert_eq!(of(&[1]), Reason::Item, "a genesis first");
    assert_eq!(of(&[0, 0]), Reason::Item, "two manifests");
    assert_eq!(of(&[0, 1, 1]), Reason::Item, "two geneses");
    assert_eq!(of(&[0, 1, 5]), Reason::Item, "no blocks");
    assert_eq!(of(&[0, 1, 3, 2]), Reason::Item, "a program after a block");
    assert_eq!(of(&[0, 1, 3, 5]), Reason::Item, "a block too few");
    assert_eq!(of(&[0, 1, 3, 4, 4]), Reason::Item, "a block too many");
    assert_eq!(of(&[0, 1, 4]), Reason::BundleBlock, "the second block first");
    assert_eq!(of(&[0, 1, 3, 3]), Reason::BundleBlock, "a block twice");
    assert_eq!(of(&[0, 1, 3, 4, 5]), Reason::BundleDigest, "a program dropped");
    assert_eq!(of(&[0, 1, 2, 3, 4, 5, 0]), Reason::Trailing);
}

#[test]
fn items_are_about_the_same_shard_range_and_head() {
    let (sample, blocks, _) = bundle();
    let parts = parts();
    let shard = sample.genesis.id();
    let manifest = |shard, from, to| {
        (MANIFEST, Bytes(Manifest { version: VERSION, shard, from, to }.to_bytes())).to_bytes()
    };
    assert_eq!(reason(&[manifest(Hash::ZERO, 1, 2), parts[1].clone()].concat()), Reason::BundleGenesis);
    for (from, to) in [(0, 1), (2, 1)] {
        assert_eq!(reason(&manifest(shard, from, to)), Reason::BundleRange);
    }
    let start = [manifest(shard, 1, 1), parts[1].clone()].concat();
    let block = Bytes(blocks[0].to_bytes());
    let foreign =
        (BLOCK, block.clone(), Bytes(sample.commit(&blocks[1]).to_bytes()), None::<Bytes>).to_bytes();
    assert_eq!(reason(&[start.clone(), foreign].concat()), Reason::BundleCommitment);
    let bare = (BLOCK, block, None::<Bytes>, None::<Bytes>).to_bytes();
    let before = [start, bare].concat();
    let trailer = |height, commitment| {
        let (header, digest) = (blocks[0].header.hash(), BUNDLE.hash(&before));
        let trailer = Trailer { height, header, commitment, digest };
        [before.clone(), (TRAILER, Bytes(trailer.to_bytes())).to_bytes()].concat()
    };
    assert_eq!(
        verify(&shard, &trailer(1, None)).unwrap(),
        1,
        "an uncertified last block is the verifier's to judge"
    );
    assert_eq!(reason(&trailer(2, None)), Reason::BundleHead);
    assert_eq!(reason(&trailer(1, Some(sample.commit(&blocks[0])))), Reason::BundleHead);
}

#[test]
fn a_length_is_bounded_before_it_is_read() {
    let long = [&[0x82, MANIFEST, 0x5b][..], &u64::MAX.to_be_bytes()].concat();
    assert_eq!(reason(&long), Reason::ItemLength);
    let parts = parts();
    let program = [&parts[0][..], &parts[1], &[0x82, PROGRAM, 0x5a], &0x0040_0001u32.to_be_bytes()].concat();
    assert_eq!(reason(&program), Reason::ItemLength);
    assert_eq!(reason(&[0x82, MANIFEST, 0x58, 0x17]), Reason::Malformed(abi::codec::Reason::NotCanonical));
    assert_eq!(reason(&[0x82, MANIFEST, 0x00]), Reason::Malformed(abi::codec::Reason::Type));
    assert_eq!(reason(&[0x82, MANIFEST, 0xf6]), Reason::Item);
}

#[test]
fn a_source_that_fails_is_no_verdict() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let mut reader = BundleReader::new(Broken);
    assert!(matches!(reader.next(), Some(Err(BundleError::Io { offset: 0, .. }))));
    assert!(reader.next().is_none());
}

#[test]
fn a_bundle_can_begin_in_the_middle() {
    let (sample, blocks) = Sample::of_blocks(3);
    let start =
        Start { header: blocks[0].header, peaks: sample.history.peaks(2).unwrap(), links: Vec::new() };
    let witness = Bytes(vec![0x80]);
    let mut writer = BundleWriter::new(Vec::new(), &sample.genesis, Some(&start), 2).unwrap();
    writer.block(&blocks[1], None, Some(&witness)).unwrap();
    let bytes = writer.finish().unwrap();
    let items: Vec<Item> = BundleReader::new(bytes.as_slice()).map(Result::unwrap).collect();
    assert_eq!(items[2], Item::Start(start));
    let block = Item::Block { block: blocks[1].clone(), commitment: None, witness: Some(witness) };
    assert_eq!(items[3], block);
}

/// The reader left it to the chain, which sees the first block's height alone.
#[test]
fn a_start_is_of_the_block_before_the_range() {
    let (sample, blocks) = Sample::of_blocks(1);
    let manifest = Manifest { version: VERSION, shard: sample.genesis.id(), from: 2, to: 3 };
    let before = [(MANIFEST, manifest.to_bytes()), (GENESIS, sample.genesis.to_bytes())];
    let before = before.map(|(kind, bytes)| (kind, Bytes(bytes)).to_bytes()).concat();
    let of = |height: u64| {
        let header = Header { height, ..blocks[0].header };
        let start = Start { header, peaks: Vec::new(), links: Vec::new() };
        [&before[..], &(START, Bytes(start.to_bytes())).to_bytes()].concat()
    };
    for height in [0, 2, u64::MAX] {
        assert_eq!(reason(&of(height)), Reason::BundleBlock, "{height}");
    }
    assert_eq!(reason(&of(1)), Reason::Truncated, "the rest is missing");
}
