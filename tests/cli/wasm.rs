//! What a wasm file is made of, as a stranger who is handed one sees it.

use crate::foil::{Folder, guest, root};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_guest_says_what_it_is_and_how_it_was_built() {
    let described = Folder::new().foil(&format!("inspect {} --largest 3", guest("counter").display())).ok();
    assert_eq!((&described["name"], &described["admissible"]), (&json!("counter"), &json!(true)));
    assert_eq!((&described["refused"], &described["broken"]), (&Value::Null, &Value::Null));
    let toolchain = fs::read_to_string(root().join("guests/wasm/TOOLCHAIN")).unwrap();
    let lock = abi::Hash(abi::crypto::blake3(&fs::read(root().join("guests/Cargo.lock")).unwrap()));
    let built = json!({ "compiler": toolchain.lines().next(), "lock": lock.to_string(), "source": null });
    assert_eq!(described["built"], built);
    let has = |list: &str, wanted: &str| described[list].as_array().unwrap().iter().any(|it| it == wanted);
    assert!(has("imports", "foil.state_put") && has("exports", "call:hit"), "{described}");
    let sections = described["sections"].as_array().unwrap();
    assert!(sections.iter().any(|it| it["section"] == "custom \"counterfoil.build\""), "{described}");
    let largest = described["largest"].as_array().unwrap();
    assert!(largest.len() == 3 && largest[0]["bytes"].as_u64() >= largest[1]["bytes"].as_u64());
    assert!(largest[0]["function"].is_string(), "{described}");
}

/// What another compiler wrote down is shown, and so is what may be no program.
#[test]
fn a_module_that_is_refused_is_taken_apart_all_the_same() {
    let folder = Folder::new();
    let text = r#"(module (memory (export "memory") 1 1) (func $begin) (start $begin)
        (@producers (processed-by "rustc" "1.2.3")) (@custom "counterfoil.build" "\\00"))"#;
    folder.write("start.wasm", wat::parse_str(text).unwrap());
    let described = folder.foil("inspect start.wasm");
    described.refuses(7, 4006);
    let described = described.exits(7);
    assert_eq!(described["admissible"], false);
    assert!(described["refused"].as_str().unwrap().starts_with("E4006: "), "{described}");
    assert_eq!(
        described["producers"],
        json!([{ "field": "processed-by", "name": "rustc", "version": "1.2.3" }])
    );
    assert_eq!((&described["functions"], &described["largest"][0]["function"]), (&json!(1), &json!("begin")));
    assert!(described["built"]["damaged"].is_string(), "{described}");

    folder.write("none.wasm", b"no module");
    let none = folder.foil("inspect none.wasm").exits(7);
    assert!(none["broken"].is_string() && none["sections"] == json!([]), "{none}");
}
