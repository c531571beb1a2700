//! Receipts and proof files that do not hold.

use super::{Cases, proof_of_keys, proof_of_query, proof_of_range};
use crate::shard::{Shard, key};
use abi::Hash;
use abi::codec::{Bytes, Encode};
use abi::record::Record;
use journal::{Commitment, Receipt, ReceiptFile};
use verify::{Anchor, Claim, Exit, ProofFile};

/// The file, changed.
fn changed(file: &ReceiptFile, change: impl FnOnce(&mut ReceiptFile)) -> Vec<u8> {
    let mut file = file.clone();
    change(&mut file);
    file.to_bytes()
}

/// The receipt of record 6 under another commitment, or with another proof.
fn receipt(shard: &Shard, commitment: &Commitment, index: u64, change: fn(&mut Vec<Hash>)) -> Receipt {
    let mut path = shard.history.path(6, commitment.size()).unwrap();
    change(&mut path);
    Receipt::new(shard.record(6).to_bytes(), commitment, index, path)
}

pub(super) fn make(shard: &Shard, cases: &mut Cases) {
    let file = shard.receipt(6, 3);
    let bytes = file.to_bytes();
    cases.anchors(&bytes);
    files(shard, &file, cases);
    records(shard, &file, cases);
    signatures(shard, &file, cases);
    links(shard, &file, cases);
}

fn files(shard: &Shard, file: &ReceiptFile, cases: &mut Cases) {
    let bytes = file.to_bytes();
    let at = bytes.iter().position(|&byte| byte == 1).unwrap();
    cases.invalid("of-version-2", [&bytes[..at], &[2], &bytes[at + 1..]].concat(), 1008);
    cases.invalid("of-version-0", [&bytes[..at], &[0], &bytes[at + 1..]].concat(), 1008);
    cases.invalid("of-another-name", [&bytes[..2], b"C", &bytes[3..]].concat(), 1008);
    let anchor = Anchor::Shard(shard.id());
    cases.case("genesis-missing", changed(file, |f| f.genesis = None), anchor, Exit::CannotJudge, 6003);
    let other = Shard::new(10).genesis;
    cases.invalid("genesis-of-another-shard", changed(file, |f| f.genesis = Some(other)), 6001);
    let mut broken = shard.genesis.clone();
    broken.window_ms = 0;
    let anchor = Anchor::Shard(broken.id());
    let bytes = changed(file, |f| f.genesis = Some(broken));
    cases.case("genesis-that-breaks-a-rule", bytes, anchor, Exit::Invalid, 1201);
}

fn records(shard: &Shard, file: &ReceiptFile, cases: &mut Cases) {
    let of = |change: &dyn Fn(&mut Record)| {
        let mut record = shard.record(6);
        change(&mut record);
        changed(file, |f| f.receipt.record = Bytes(record.to_bytes()))
    };
    let longer = changed(file, |f| f.receipt.record.0.push(0));
    cases.invalid("record-with-a-trailing-byte", longer, 2001);
    cases.invalid("record-of-another-version", of(&|record| record.effect.version = 2), 2004);
    cases.invalid("record-of-another-shard", of(&|record| record.effect.shard = Hash::ZERO), 2007);
    cases.invalid("record-of-another-place", of(&|record| record.effect.seq = 5), 2009);
    cases.invalid("record-of-a-later-block", of(&|record| record.placement.height = 4), 2010);
    // Which root the path leads to depends on the record: the acts are no longer in that tree.
    cases.invalid("record-of-another-outcome", of(&|record| record.effect.outcome = 0), 2017);
}

fn signatures(shard: &Shard, file: &ReceiptFile, cases: &mut Cases) {
    let of = |receipt: Receipt| changed(file, |f| f.receipt = receipt);
    let last = &shard.commitments[2];
    cases.invalid("signature-missing", changed(file, |f| f.receipt.cose = Bytes(Vec::new())), 2002);
    let bare = changed(file, |f| f.receipt.cose = Bytes(last.to_bytes()));
    cases.invalid("commitment-in-place-of-a-receipt", bare, 2003);
    cases.invalid("proof-of-another-place", of(receipt(shard, last, 7, |_| ())), 2009);
    cases.invalid("path-too-long", of(receipt(shard, last, 6, |path| path.push(Hash::ZERO))), 2011);
    cases.invalid("path-too-short", of(receipt(shard, last, 6, |path| path.truncate(path.len() - 1))), 2011);
    let wrong = of(receipt(shard, last, 6, |path| path[0] = Hash::ZERO));
    cases.invalid("path-of-another-tree", wrong, 2017);
    let of_key = |seed: u8, height: usize| {
        let header = &shard.blocks[height - 1].header;
        receipt(shard, &Commitment::sign(&key(seed), &shard.genesis.origin, header), 6, |_| ())
    };
    cases.invalid("signature-of-the-former-writer", of(of_key(1, 3)), 2005);
    cases.invalid("signature-of-a-stranger", of(of_key(77, 3)), 2005);
    let early = ReceiptFile { links: shard.links(8), ..shard.receipt(6, 2) };
    cases.invalid(
        "signature-of-the-next-writer-too-early",
        changed(&early, |f| f.receipt = of_key(6, 2)),
        2005,
    );
    let other = Commitment::sign(&key(6), "other.example", &shard.blocks[2].header);
    cases.invalid("signature-of-another-origin", of(receipt(shard, &other, 6, |_| ())), 2006);
    // The proof's size (0a) is no longer the signed one.
    let mut resized = file.receipt.cose.0.clone();
    let at = resized.windows(4).position(|four| four == [0x83, 10, 6, 0x84]).unwrap();
    resized[at + 1] = 9;
    cases.invalid("proof-of-another-size", changed(file, |f| f.receipt.cose = Bytes(resized)), 2008);
    let mut flipped = file.receipt.cose.0.clone();
    *flipped.last_mut().unwrap() ^= 1;
    cases.invalid("signature-flipped", changed(file, |f| f.receipt.cose = Bytes(flipped)), 2012);
}

fn links(shard: &Shard, file: &ReceiptFile, cases: &mut Cases) {
    cases.invalid("links-missing", changed(file, |f| f.links.clear()), 2005);
    cases.invalid("links-out-of-order", changed(file, |f| f.links.reverse()), 2017);
    cases.invalid("link-repeated", changed(file, |f| f.links.insert(0, file.links[0].clone())), 2017);
    cases.invalid("link-of-an-older-tree", changed(file, |f| f.links[0] = shard.links(8)[0].clone()), 2017);
    cases.invalid("links-too-many", changed(file, |f| f.links = vec![file.links[0].clone(); 257]), 1005);
}

/// Proof files.
pub(super) fn make_proofs(shard: &Shard, cases: &mut Cases) {
    let keys = proof_of_keys(shard);
    cases.anchors(&keys.to_bytes());
    cases.anchors_of_range(&proof_of_range(shard).to_bytes());
    let query = proof_of_query(shard);
    let anchor = Anchor::Shard(shard.id());
    cases.case("query-that-is-not-run", query.to_bytes(), anchor, Exit::CannotJudge, 6015);
    let stale = ProofFile { receipt: shard.receipt(6, 2), ..query };
    cases.invalid("query-of-a-later-state", stale.to_bytes(), 3005);
    let older = ProofFile { receipt: shard.receipt(6, 3), ..keys.clone() };
    cases.invalid("receipt-of-an-older-block", older.to_bytes(), 6007);
    let stale = ProofFile { receipt: shard.receipt(6, 2), ..keys.clone() };
    cases.invalid("proof-of-a-later-state", stale.to_bytes(), 3005);
    let unsigned =
        ProofFile { receipt: ReceiptFile { links: Vec::new(), ..keys.receipt.clone() }, ..keys.clone() };
    cases.invalid("receipt-that-does-not-hold", unsigned.to_bytes(), 2005);
    let Claim::Keys(claim) = &keys.claim else { panic!("it is of keys") };
    let bytes = keys.to_bytes();
    let body = &bytes[..bytes.len() - claim.to_bytes().len() - 1];
    cases.invalid("of-an-unknown-claim", [body, &[3], &claim.to_bytes()].concat(), 1008);
    cases.invalid("range-read-as-keys", [body, &[1], &claim.to_bytes()].concat(), 1005);
}

impl Cases {
    /// A whole file of another claim.
    fn anchors_of_range(&mut self, bytes: &[u8]) {
        self.case("whole-of-a-range", bytes.to_vec(), Anchor::Shard(self.shard), Exit::Verified, 0);
    }
}
