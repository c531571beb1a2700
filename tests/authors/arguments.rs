//! Arguments of methods as options, help from a program's interface, and what is meant by names that there are not.

use crate::foil::{Folder, guest};

const AT: &str = "--at 1357000000";

#[test]
fn arguments_are_options_too() {
    let (folder, _) = Folder::serving(&guest("counter"));
    let caller = folder.foil("key show clerk.key").ok()["public_key"].as_str().unwrap().to_owned();
    let hit = folder.foil(&format!("call hit --as clerk.key {AT} --receipt a.receipt")).ok();
    assert_eq!(hit["value"], 1);
    let account = format!("{{\"kind\":1,\"id\":\"{caller}\"}}");
    for words in
        [format!("account={account}"), format!("--account {account}"), format!("--account={account}")]
    {
        assert_eq!(folder.foil(&format!("query hits {words}")).ok()["value"], 1, "{words}");
    }
    assert!(folder.path("a.receipt").exists(), "options of the command stay what they are");
}

#[test]
fn help_behind_a_method_is_the_methods() {
    let (folder, _) = Folder::serving(&guest("counter"));
    let told = folder.foil("call hit --help").ok();
    assert_eq!((&told["method"], &told["returns"]), (&"hit".into(), &"u64".into()));
    assert_eq!(told["errors"][0]["name"], "NoCaller");
    let told = folder.foil("query hits --help").ok();
    assert_eq!(told["arguments"][0]["name"], "account");
    assert_eq!(told["arguments"][0]["type"], "Account { kind: u8, id: bytes }");
    assert_eq!(folder.foil("shard show").ok()["records"], 1, "nothing was called");
    // Clap's own, where no method is named.
    assert!(folder.foil("call --help").stdout.contains("--receipt <FILE>"));
    assert!(folder.foil("--help").stdout.contains("Begin a project"));
}

#[test]
fn what_there_is_not_has_a_nearest() {
    let (folder, _) = Folder::serving(&guest("counter"));
    let refuses = |words: &str, exit, number| folder.foil(words).refuses(exit, number).to_owned();
    assert!(refuses(&format!("call hti {AT}"), 7, 5016).contains("did you mean `hit`?"));
    assert!(refuses("query hit", 7, 5016).contains("it is a call: `foil call hit`"));
    assert!(refuses(&format!("call total {AT}"), 7, 5016).contains("it is a query: `foil query total`"));
    assert!(refuses("query hits --acount x", 2, 7012).contains("did you mean `account`?"));
    assert!(
        refuses(&format!("call hit {AT} --much 3"), 2, 7012)
            .contains("`hit` takes no such argument; there is none")
    );
    assert!(refuses("call hti --help", 7, 5016).contains("did you mean `hit`?"));
}
