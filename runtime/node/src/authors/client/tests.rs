//! Names and words that a stranger may have written.

use super::names::{Names, identifier, prose, upper};

#[test]
fn a_name_is_given_once() {
    let mut names = Names::without("type self");
    let given = ["type", "a b", "a_b", "a_b", "7", "", "*/"].map(|name| names.of_member(name));
    assert_eq!(given, ["type_", "a_b", "a_b_", "a_b__", "_7", "unnamed", "unnamed_"]);
    let mut names = Names::without("").beside("use a::{B, C};\npub struct Node<T> {}\n    struct Inner;\n");
    let given = ["Node", "node", "Node", "B", "Inner"].map(|name| names.of_type(name, "my_ledger"));
    assert_eq!(given, ["MyLedgerNode", "MyLedgerNode2", "MyLedgerNode3", "MyLedgerB", "Inner"]);
}

#[test]
fn every_name_becomes_an_identifier() {
    for name in ["", "0", "é", "a-b", "_", "x\n", "🦀", "a b c", "9lives"] {
        for made in [identifier(name), upper(name)] {
            assert!(made.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{made}");
            assert!(
                made.starts_with(|c: char| !c.is_ascii_digit()) && !made.trim_matches('_').is_empty(),
                "{made}"
            );
        }
    }
    assert_eq!(
        (upper("open_all"), upper("OpenAll"), upper("3d")),
        ("OpenAll".into(), "OpenAll".into(), "T3d".into())
    );
}

#[test]
fn words_neither_end_a_comment_nor_begin_code() {
    let lines = prose("one */ two *\u{200b}/ three\u{202e}\n```\n    code();\n```\r\n~~~ \0");
    assert_eq!(lines, ["one * / two * / three ''' code(); ''' ---"]);
    assert_eq!(prose(&"word ".repeat(30)).iter().map(String::len).collect::<Vec<_>>(), [99, 49]);
    assert_eq!(prose(" \n "), Vec::<String>::new());
}
