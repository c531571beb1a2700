use super::*;
use crate::sample::Sample;
use abi::codec;
use abi::sign::SecretKey;

/// The receipt of record `seq`, by the signature of the block at `height`.
fn receipt(seq: u64, height: usize) -> (Sample, Receipt) {
    let (sample, blocks) = Sample::of_blocks(4);
    let records: Vec<_> = blocks.iter().flat_map(|block| block.records(sample.genesis.profile)).collect();
    let record = records[usize::try_from(seq).unwrap()].to_bytes();
    let commitment = sample.commit(&blocks[height - 1]);
    let path = sample.history.path(seq, commitment.size()).unwrap();
    let receipt = Receipt::new(record, &commitment, seq, path);
    (sample, receipt)
}

fn file(seq: u64, height: usize) -> (Sample, ReceiptFile) {
    let (sample, receipt) = receipt(seq, height);
    let genesis = Some(sample.genesis.clone());
    (sample, ReceiptFile { genesis, receipt, links: Vec::new() })
}

/// The same receipt, with another proof or signed part.
fn changed(receipt: &Receipt, change: impl FnOnce(&mut Sign1)) -> Receipt {
    let mut sign1 = Sign1::from_bytes(&receipt.cose).unwrap();
    change(&mut sign1);
    Receipt { cose: Bytes(sign1.to_bytes()), ..receipt.clone() }
}

#[test]
fn a_receipt_verifies_under_its_own_signature_and_every_later_one() {
    for (seq, height) in [(0, 1), (0, 4), (3, 2), (3, 3), (7, 4)] {
        let (sample, file) = file(seq, height);
        assert_eq!(ReceiptFile::from_bytes(&file.to_bytes()), Ok(file.clone()));
        let (record, committed) = file.verify(&sample.genesis.id()).unwrap();
        assert_eq!(record.effect.seq, seq);
        assert_eq!((committed.height, committed.size), (height as u64, 2 * height as u64));
        assert_eq!(Some(committed.root), sample.history.root_at(committed.size));
    }
}

#[test]
fn no_bit_of_a_receipt_file_can_be_changed() {
    let (sample, file) = file(3, 3);
    let (shard, bytes) = (sample.genesis.id(), file.to_bytes());
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let verdict = ReceiptFile::from_bytes(&changed).map(|file| file.verify(&shard));
        assert!(!matches!(verdict, Ok(Ok(_))), "bit {bit}");
    }
}

#[test]
fn a_file_without_a_genesis_needs_a_key() {
    let (sample, file) = file(0, 1);
    let bare = ReceiptFile { genesis: None, ..file };
    assert_eq!(ReceiptFile::from_bytes(&bare.to_bytes()), Ok(bare.clone()));
    assert_eq!(bare.verify(&sample.genesis.id()), Err(ReceiptError::NoGenesis));
    assert!(bare.receipt.verify(&sample.issuer()).is_ok());
}

#[test]
fn a_genesis_that_is_not_the_shards_is_refused() {
    let (sample, mut file) = file(0, 1);
    assert_eq!(file.verify(&Hash::ZERO), Err(ReceiptError::Genesis));
    let mut broken = sample.genesis.clone();
    broken.window_ms = 0;
    let shard = broken.id();
    file.genesis = Some(broken);
    assert!(matches!(file.verify(&shard), Err(ReceiptError::GenesisRule(_))));
}

#[test]
fn every_name_must_be_the_issuers() {
    let (sample, receipt) = receipt(3, 3);
    let mut issuer = sample.issuer();
    issuer.key = SecretKey::from_seed(&[77; 32]).public();
    assert_eq!(receipt.verify(&issuer), Err(ReceiptError::Key));
    let mut issuer = sample.issuer();
    issuer.origin = "other.example".into();
    assert_eq!(receipt.verify(&issuer), Err(ReceiptError::Origin));
    let mut issuer = sample.issuer();
    issuer.shard = Hash::ZERO;
    assert_eq!(receipt.verify(&issuer), Err(ReceiptError::Shard));
    let forged = changed(&receipt, |sign1| sign1.protected.shard = Hash::ZERO);
    assert_eq!(forged.verify(&sample.issuer()), Err(ReceiptError::Shard));
}

#[test]
fn the_proof_is_of_the_signed_size_and_the_records_place() {
    let (sample, receipt) = receipt(3, 3);
    let issuer = sample.issuer();
    let verdict = |change: &dyn Fn(&mut Inclusion)| {
        changed(&receipt, |sign1| change(sign1.inclusion.as_mut().unwrap())).verify(&issuer).map(|_| ())
    };
    assert_eq!(verdict(&|_| ()), Ok(()));
    assert_eq!(verdict(&|proof| proof.size += 1), Err(ReceiptError::Size));
    assert_eq!(verdict(&|proof| proof.index += 1), Err(ReceiptError::Index));
    assert_eq!(verdict(&|proof| proof.path.push(Hash::ZERO)), Err(ReceiptError::Path));
    assert_eq!(verdict(&|proof| proof.path[0] = Hash::ZERO), Err(ReceiptError::Signature));
    let lower = changed(&receipt, |sign1| sign1.protected.height = 1);
    assert_eq!(lower.verify(&issuer), Err(ReceiptError::Height));
    let higher = changed(&receipt, |sign1| sign1.protected.height = 4);
    assert_eq!(higher.verify(&issuer), Err(ReceiptError::Signature));
    let without = changed(&receipt, |sign1| sign1.inclusion = None);
    assert_eq!(without.verify(&issuer), Err(ReceiptError::NoProof));
}

#[test]
fn a_record_of_another_version_or_form_is_refused() {
    let (sample, receipt) = receipt(3, 3);
    let mut record = Record::from_bytes(&receipt.record).unwrap();
    record.effect.version = VERSION + 1;
    let other = Receipt { record: Bytes(record.to_bytes()), ..receipt.clone() };
    assert_eq!(other.verify(&sample.issuer()), Err(ReceiptError::Version));
    let longer = Receipt { record: Bytes([&receipt.record[..], &[0]].concat()), ..receipt };
    assert!(matches!(longer.verify(&sample.issuer()), Err(ReceiptError::Record(_))));
}

#[test]
fn one_proof_and_no_other_label_is_accepted() {
    let (sample, receipt) = receipt(3, 3);
    let sign1 = Sign1::from_bytes(&receipt.cose).unwrap();
    let proof = sign1.inclusion.as_ref().unwrap().to_bytes();
    let with_unprotected = |write: &dyn Fn(&mut Writer)| {
        let mut w = Writer::default();
        w.head(codec::Major::Tag, 18);
        w.array(4);
        w.bytes(&sign1.protected.to_bytes());
        write(&mut w);
        w.null();
        sign1.signature.encode(&mut w);
        Receipt { cose: Bytes(w.into_bytes()), ..receipt.clone() }.verify(&sample.issuer()).map(|_| ())
    };
    let proofs = |w: &mut Writer, count: usize| {
        w.signed(396);
        w.map(1);
        w.signed(-1);
        w.array(count);
        (0..count).for_each(|_| w.bytes(&proof));
    };
    assert_eq!(with_unprotected(&|w| (w.map(1), proofs(w, 1)).1), Ok(()));
    for count in [0, 2] {
        let verdict = with_unprotected(&|w| (w.map(1), proofs(w, count)).1);
        assert!(matches!(verdict, Err(ReceiptError::Cose(_))), "{count} proofs");
    }
    let verdict = with_unprotected(&|w| {
        w.map(2);
        w.signed(3);
        w.text("text/plain");
        proofs(w, 1);
    });
    assert!(matches!(verdict, Err(ReceiptError::Cose(_))));
}

#[test]
fn a_commitment_is_one_blocks_and_one_writers() {
    let (sample, blocks) = Sample::of_blocks(2);
    let (issuer, commitment) = (sample.issuer(), sample.commit(&blocks[0]));
    assert_eq!(Commitment::from_bytes(&commitment.to_bytes()), Ok(commitment.clone()));
    assert_eq!(commitment, sample.commit(&blocks[0]), "signing again gives the same bytes");
    assert_eq!(commitment.verify(&issuer, &blocks[0].header), Ok(()));
    assert_eq!(commitment.verify(&issuer, &blocks[1].header), Err(ReceiptError::Header));
    let other = Commitment::sign(&sample.authority[0], &issuer.origin, &blocks[0].header);
    assert_eq!(other.verify(&issuer, &blocks[0].header), Err(ReceiptError::Key));
    let (_, receipt) = receipt(0, 1);
    assert!(Commitment::from_bytes(&receipt.cose).is_err(), "a receipt is no commitment");
    let bytes = commitment.to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let verdict = Commitment::from_bytes(&changed).map(|c| c.verify(&issuer, &blocks[0].header));
        assert!(!matches!(verdict, Ok(Ok(()))), "bit {bit}");
    }
}

/// The receipt of a record under the head after the writer changed, with the link that says so.
fn succeeded() -> (Sample, SecretKey, ReceiptFile) {
    let (mut sample, blocks) = Sample::of_blocks(2);
    let successor = SecretKey::from_seed(&[66; 32]);
    let entry = sample.set_writer(&successor, crate::sample::START_MS + 50);
    let block = sample.block(vec![entry]);
    sample.push(&block);
    let record = blocks[0].records(sample.genesis.profile)[1].to_bytes();
    let commitment = Commitment::sign(&successor, &sample.genesis.origin, &block.header);
    let receipt = Receipt::new(record, &commitment, 1, sample.history.path(1, 5).unwrap());
    let act = block.records(sample.genesis.profile).remove(0);
    let link = Link::new(&block.entries[0].call, &act, sample.history.path(4, 5).unwrap());
    let file = ReceiptFile { genesis: Some(sample.genesis.clone()), receipt, links: vec![link] };
    (sample, successor, file)
}

#[test]
fn a_writer_that_the_authority_appointed_signs() {
    let (sample, successor, file) = succeeded();
    let shard = sample.genesis.id();
    assert_eq!(ReceiptFile::from_bytes(&file.to_bytes()), Ok(file.clone()));
    assert_eq!(file.verify(&shard).unwrap().1.writer, successor.public());
    let without = ReceiptFile { links: Vec::new(), ..file.clone() };
    assert_eq!(without.verify(&shard), Err(ReceiptError::Key));
    let twice = ReceiptFile { links: [file.links.clone(), file.links.clone()].concat(), ..file };
    assert_eq!(twice.verify(&shard), Err(ReceiptError::Link { index: 1 }));
}

#[test]
fn a_file_of_parts_that_are_encoded_once_has_the_same_bytes() {
    let (sample, successor, file) = succeeded();
    let commitment = Commitment::sign(&successor, &sample.genesis.origin, &sample.head.unwrap());
    let files = ReceiptFiles::new(&sample.genesis, &commitment, &file.links);
    let path = sample.history.path(1, 5).unwrap();
    assert_eq!(files.file(&file.receipt.record, 1, path), file.to_bytes());
}

#[test]
fn no_bit_of_a_link_can_be_changed() {
    let (sample, _, file) = succeeded();
    let shard = sample.genesis.id();
    let bytes = file.links[0].to_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(link) = Link::from_bytes(&changed) {
            let forged = ReceiptFile { links: vec![link], ..file.clone() };
            assert_eq!(forged.verify(&shard), Err(ReceiptError::Link { index: 0 }), "bit {bit}");
        }
    }
}

#[test]
fn an_act_of_too_few_is_no_link() {
    let (sample, successor, file) = succeeded();
    let mut call = abi::call::SignedCall::from_bytes(&file.links[0].call).unwrap();
    call = abi::call::SignedCall::authorize(call.call, &[&sample.authority[0], &successor]);
    let links = vec![Link { call: Bytes(call.to_bytes()), ..file.links[0].clone() }];
    let forged = ReceiptFile { links, ..file };
    assert_eq!(forged.verify(&sample.genesis.id()), Err(ReceiptError::Link { index: 0 }));
}
