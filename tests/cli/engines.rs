//! A history run again by every engine, under every environment: one verdict.

use crate::foil::{Folder, Ran, guest};
use serde_json::Value;

const ENGINES: [&str; 4] = ["cranelift", "cranelift-none", "pulley", "wasmi"];

/// A shard of the hostile guest, most of whose attacks are in its history, and its bundle; the shard's id.
fn attacked() -> (Folder, String) {
    let (folder, shard) = Folder::serving(&guest("hostile"));
    let attacks = [
        "spin",
        "recurse",
        "hoard",
        "grow",
        "read_beyond",
        "wild_key",
        "bad_signature",
        "regret",
        "harmless",
    ];
    for (second, attack) in (1_357_000_000..).zip(attacks) {
        let ran = folder.foil(&format!("call {attack} --as clerk.key --fuel 300000 --at {second}"));
        assert_eq!(ran.exit, Some(if attack == "harmless" { 0 } else { 6 }), "{attack}: {}", ran.stderr);
    }
    folder.foil("bundle --out shard.foil").ok();
    (folder, shard)
}

/// What a verdict says, but for the engine's name.
fn verdict(ran: &Ran, exit: i32) -> Value {
    let mut verdict = ran.exits(exit);
    for place in ["", "/facts"] {
        verdict.pointer_mut(place).and_then(Value::as_object_mut).map(|fields| fields.remove("engine"));
    }
    assert!(verdict.is_object(), "{verdict}");
    verdict
}

#[test]
fn every_engine_has_the_same_verdict() {
    let (folder, shard) = attacked();
    let verify = |engine: &str, words: &str, exit: i32| {
        let ours = verdict(&folder.verify(&format!("--engine {engine} {words}")), exit);
        assert_eq!(
            verdict(&folder.foil(&format!("verify --engine {engine} {words}")), exit),
            ours,
            "{engine}"
        );
        ours
    };
    let replay = |engine: &str| verdict(&folder.foil(&format!("replay --engine {engine}")), 0);
    let words = format!("--shard {shard} shard.foil");
    let (verified, replayed) = (verify("cranelift", &words, 0), replay("cranelift"));
    for engine in ENGINES {
        assert_eq!(verify(engine, &words, 0), verified, "{engine}");
        assert_eq!(replay(engine), replayed, "{engine}");
        verify(engine, "shard.foil", 11);
    }
    folder.verify("--engine cranelift-max shard.foil").exits(2);
    folder.foil("replay --engine other").exits(2);
}

/// Log level, backtraces, locale and time zone: the same calls make the same bundle, byte for byte.
#[test]
fn no_environment_changes_a_byte_of_a_bundle() {
    let (folder, _) = Folder::serving(&guest("counter"));
    folder.copy("foil-data", "plain");
    folder.copy("foil-data", "other");
    let environment = [
        ("RUST_LOG", "trace"),
        ("RUST_BACKTRACE", "full"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("TZ", "Asia/Kathmandu"),
    ];
    for second in 1_357_000_000..1_357_000_005u64 {
        let words =
            |data: &str| format!("--data {data} call hit --as clerk.key --key {second} --at {second}");
        folder.foil(&words("plain")).ok();
        folder.foil_in(&environment, None, &words("other")).ok();
    }
    folder.foil("--data plain bundle --out plain.foil").ok();
    folder.foil_in(&environment, None, "--data other bundle --out other.foil").ok();
    assert!(folder.read("plain.foil") == folder.read("other.foil"));
}

/// wasmtime reserves address space when it starts. Where that is not to be had, the verifier says that this machine
/// failed, which is no verdict; wasmi needs none, and has the usual one.
#[test]
fn a_small_address_space_is_a_fault_or_the_usual_verdict() {
    let (folder, shard) = attacked();
    let small = Some(8 << 20);
    for engine in ENGINES {
        let words = format!("verify --engine {engine} --shard {shard} shard.foil");
        let ran = folder.foil_in(&[], small, &words);
        match engine {
            "wasmi" => assert_eq!(verdict(&ran, 0), verdict(&folder.foil(&words), 0)),
            _ => assert_eq!(ran.exits(1)["code"], "E1103"),
        }
    }
}
