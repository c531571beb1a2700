//! Files that a stranger hands to a verifier: whatever was done to them, it says what and where, or that it
//! cannot judge, and never yes.

use crate::foil::{Folder, Ran, guest};
use journal::{BundleReader, Item};
use serde_json::Value;
use std::fs;
use std::ops::Range;
use std::os::unix::fs::symlink;
use std::process::Command;

/// A shard of four blocks and its bundle, `shard.foil`; the shard's id.
fn bundled() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("counter"));
    for second in 0..3 {
        folder.foil(&format!("call hit --as clerk.key --at {}", 1_357_000_000 + second)).ok();
    }
    folder.foil("bundle --out shard.foil").ok();
    (folder, shard)
}

/// Where the items of a bundle are.
fn items(bundle: &[u8]) -> Vec<Range<usize>> {
    let mut reader = BundleReader::new(bundle);
    let mut starts = Vec::new();
    while let Some(item) = reader.next() {
        let item = item.expect("the bundle is whole");
        starts.push(usize::try_from(reader.offset()).unwrap());
        assert!(starts.len() > 1 || matches!(item, Item::Manifest(_)));
    }
    let ends = starts.iter().skip(1).copied().chain([bundle.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// The verifier says no, with a number, a reason and a place; with and without execution.
#[track_caller]
fn refused(folder: &Folder, shard: &str, bytes: &[u8]) -> Value {
    folder.write("bad.foil", bytes);
    let history = folder.verify(&format!("--shard {shard} --no-execute bad.foil"));
    assert_eq!(history.exit, Some(10), "{}", history.stdout);
    folder.verify("bad.foil").exits(10);
    let report = folder.verify(&format!("--shard {shard} bad.foil")).exits(10);
    assert!(report["code"].is_string() && report["reason"].is_string(), "{report}");
    assert!(["height", "seq", "offset"].iter().any(|place| report[place].is_u64()), "no place: {report}");
    report
}

#[test]
fn a_bundle_cut_anywhere_is_refused() {
    let (folder, shard) = bundled();
    let bundle = folder.read("shard.foil");
    let mut cuts: Vec<usize> =
        items(&bundle).iter().flat_map(|item| [item.start, item.start + 1, item.start + 5]).collect();
    cuts.extend((0..16).map(|part| bundle.len() * part / 16 + part));
    cuts.extend([1, bundle.len() - 1, bundle.len() - 33]);
    for cut in cuts {
        let report = refused(&folder, &shard, &bundle[..cut]);
        assert!(report["offset"].as_u64().unwrap() <= cut as u64, "{cut}: {report}");
    }
    refused(&folder, &shard, &[&bundle[..], b"\0"].concat());
    refused(&folder, &shard, &[&bundle[..], &bundle[..]].concat());
}

/// Items 0 and 1 are manifest and genesis, 2 is the program, 3 to 6 are blocks, 7 is the trailer.
#[test]
fn a_spliced_bundle_is_refused() {
    let (folder, shard) = bundled();
    let bundle = folder.read("shard.foil");
    let at = items(&bundle);
    assert_eq!(at.len(), 8);
    let item = |index: usize| &bundle[at[index].clone()];
    let order = |order: &[usize]| order.iter().map(|&index| item(index)).collect::<Vec<_>>().concat();
    assert_eq!(order(&[0, 1, 2, 3, 4, 5, 6, 7]), bundle);
    for wrong in [
        &[0, 1, 2, 3, 5, 4, 6, 7][..],
        &[0, 1, 2, 3, 5, 6, 7],
        &[0, 1, 2, 3, 4, 4, 5, 6, 7],
        &[0, 1, 2, 3, 4, 5, 7],
        &[0, 1, 2, 4, 5, 6, 7],
        &[0, 1, 2, 7],
        &[0, 1, 3, 2, 4, 5, 6, 7],
        &[0, 1, 2, 3, 4, 5, 6],
        &[0, 2, 3, 4, 5, 6, 7],
        &[1, 2, 3, 4, 5, 6, 7],
        &[0, 0, 1, 2, 3, 4, 5, 6, 7],
        &[0, 1, 1, 2, 3, 4, 5, 6, 7],
        &[0, 1, 2, 3, 4, 5, 6, 7, 7],
        &[7, 6, 5, 4, 3, 2, 1, 0],
    ] {
        refused(&folder, &shard, &order(wrong));
    }
    // A program that nobody deployed, or the right one twice: what comes after no longer has its digest.
    refused(&folder, &shard, &order(&[0, 1, 2, 2, 3, 4, 5, 6, 7]));
}

/// Without its program a history cannot be judged; with another in its place neither.
#[test]
fn a_bundle_without_its_program_cannot_be_judged() {
    let (folder, shard) = bundled();
    let bundle = folder.read("shard.foil");
    let program = items(&bundle)[2].clone();
    folder.write("bare.foil", [&bundle[..program.start], &bundle[program.end..]].concat());
    let report = folder.verify(&format!("--shard {shard} bare.foil")).exits(12);
    assert_eq!((&report["code"], &report["height"]), (&"E5202".into(), &2.into()));

    let mut changed = bundle.clone();
    changed[program.end - 1] ^= 1;
    folder.write("changed.foil", &changed);
    assert_eq!(folder.verify(&format!("--shard {shard} changed.foil")).exits(12)["code"], "E5202");
    folder.verify(&format!("--shard {shard} --no-execute changed.foil")).exits(10);
}

/// The same calls under another genesis, and both bundles' items mixed: whoever knows the shard's id is
/// fooled by neither.
#[test]
fn a_bundle_forged_under_another_genesis_is_refused() {
    let (folder, shard) = bundled();
    let (forger, forged) = bundled();
    let (honest, forgery) = (folder.read("shard.foil"), forger.read("shard.foil"));
    forger.verify(&format!("--shard {forged} shard.foil")).ok();
    folder.write("bad.foil", &forgery);
    assert_eq!(folder.verify(&format!("--shard {shard} bad.foil")).exits(10)["code"], "E6001");

    let (ours, theirs) = (items(&honest), items(&forgery));
    // The honest head of the file before the forger's blocks, whatever item it ends with.
    for cut in 1..=6 {
        let mixed = [&honest[..ours[cut].start], &forgery[theirs[cut].start..]].concat();
        refused(&folder, &shard, &mixed);
    }
    // The honest history with the forger's end.
    refused(&folder, &shard, &[&honest[..ours[7].start], &forgery[theirs[7].start..]].concat());
}

#[test]
fn a_changed_receipt_is_refused() {
    let (folder, shard) = bundled();
    folder.foil("receipt 2 --out two.receipt").ok();
    let receipt = folder.read("two.receipt");
    let anchor = verify::Anchor::Shard(shard.parse().unwrap());
    let exit = |bytes: &[u8]| verify::verify_receipt(bytes, &anchor).verdict;
    assert_eq!(exit(&receipt).exit, verify::Exit::Verified);
    for at in 0..receipt.len() {
        assert_eq!(exit(&receipt[..at]).exit, verify::Exit::Invalid, "cut at {at}");
        for bit in 0..8 {
            let mut changed = receipt.clone();
            changed[at] ^= 1 << bit;
            let verdict = exit(&changed);
            assert!(
                verdict.exit == verify::Exit::Invalid && verdict.code > 0,
                "bit {bit} of {at}: {verdict:?}"
            );
        }
    }
    folder.write("long.receipt", [&receipt[..], b"\0"].concat());
    folder.verify(&format!("--shard {shard} long.receipt")).exits(10);
    folder.write("cut.receipt", &receipt[..receipt.len() / 2]);
    assert_eq!(folder.verify(&format!("--shard {shard} cut.receipt")).exits(10)["code"], "E1001");
}

/// A record of one receipt under the signature of another is not history.
#[test]
fn receipts_cannot_be_mixed() {
    let (folder, shard) = bundled();
    let receipt = |seq: u64| {
        folder.foil(&format!("receipt {seq} --out {seq}.receipt")).ok();
        <journal::ReceiptFile as abi::codec::Decode>::from_bytes(&folder.read(&format!("{seq}.receipt")))
            .unwrap()
    };
    let (one, two) = (receipt(1), receipt(2));
    for (record, cose) in [(&one, &two), (&two, &one)] {
        let receipt =
            journal::Receipt { record: record.receipt.record.clone(), cose: cose.receipt.cose.clone() };
        let file = journal::ReceiptFile { receipt, ..one.clone() };
        folder.write("mixed.receipt", abi::codec::Encode::to_bytes(&file));
        folder.verify(&format!("--shard {shard} mixed.receipt")).exits(10);
    }
    let bare = journal::ReceiptFile { genesis: None, ..one };
    folder.write("bare.receipt", abi::codec::Encode::to_bytes(&bare));
    assert_eq!(folder.verify(&format!("--shard {shard} bare.receipt")).exits(12)["code"], "E6003");
}

/// What is no regular file is refused at once: a FIFO is not waited for, a device not read to its end.
#[test]
fn a_path_that_is_no_file_is_an_io_error() {
    let (folder, shard) = bundled();
    assert!(Command::new("mkfifo").arg(folder.path("fifo")).status().unwrap().success());
    fs::create_dir(folder.path("folder")).unwrap();
    symlink("nowhere", folder.path("dangling")).unwrap();
    symlink("loop", folder.path("loop")).unwrap();
    symlink("shard.foil", folder.path("link")).unwrap();
    let unread = |ran: &Ran| assert_eq!(ran.exit, Some(3), "{}{}", ran.stdout, ran.stderr);
    for name in [
        "fifo",
        "folder",
        "dangling",
        "loop",
        "none",
        "folder/none",
        "shard.foil/none",
        ".",
        "/",
        "/dev/zero",
    ] {
        assert_eq!(folder.verify(&format!("--shard {shard} {name}")).exits(3)["code"], "E6009", "{name}");
        unread(&folder.foil(&format!("verify --shard {shard} {name}")));
        unread(&folder.foil(&format!("inspect {name}")));
        unread(&folder.foil(&format!("deploy {name} --sign authority.key")));
        unread(&folder.foil(&format!("call hit --as {name}")));
        unread(&folder.foil(&format!("run {name} --map shard.foil --run x --as {name}")));
    }
    for out in ["folder", "none/out", "/"] {
        unread(&folder.foil(&format!("bundle --out {out}")));
        unread(&folder.foil(&format!("receipt 1 --out {out}")));
    }
    folder.verify(&format!("--shard {shard} link")).ok();
    folder.verify("").exits(2);
    folder.verify("--shard 00 shard.foil").exits(2);
    folder.verify(&format!("--shard {shard} --key {shard} shard.foil")).exits(2);
}

#[test]
fn a_bundle_is_read_from_standard_input() {
    let (folder, shard) = bundled();
    let bundle = folder.read("shard.foil");
    folder.verify_input(&format!("--shard {shard} -"), "shard.foil").ok();
    folder.write("cut", &bundle[..bundle.len() / 2]);
    folder.verify_input(&format!("--shard {shard} -"), "cut").exits(10);
    folder.write("empty", "");
    assert_eq!(folder.verify_input(&format!("--shard {shard} -"), "empty").exits(10)["code"], "E2204");
}

/// Lengths of gigabytes in a file of bytes, and nesting without end: refused before anything is allocated.
#[test]
fn bombs_are_refused() {
    let (folder, shard) = bundled();
    let bundle = folder.read("shard.foil");
    let program = items(&bundle)[2].start;
    for head in [
        &b"\x82\x03\x5a\xff\xff\xff\xff"[..],
        b"\x82\x03\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x82\x03\x5f",
    ] {
        refused(&folder, &shard, &[&bundle[..program], head, &[0; 64]].concat());
    }
    refused(&folder, &shard, &[0x82, 0x01]);
    for bytes in [vec![0x81; 1 << 20], vec![0x9f; 64], vec![0xd8; 64], b"\xff".to_vec(), b"text".to_vec()] {
        folder.write("bad.receipt", bytes);
        folder.verify(&format!("--shard {shard} bad.receipt")).exits(10);
    }
}
