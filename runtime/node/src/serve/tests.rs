//! The table of routes beside the router.

use super::access::TABLE;
use super::*;
use std::collections::BTreeSet;

#[test]
fn the_table_has_every_route_and_no_other() {
    let described = serde_json::to_value(routes().1).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let methods =
        paths.iter().flat_map(|(path, it)| it.as_object().unwrap().keys().map(move |name| (path, name)));
    let found: BTreeSet<String> =
        methods.map(|(path, name)| format!("{} {path}", name.to_uppercase())).collect();
    let named = TABLE.iter().map(|row| format!("{} {}", row.method, row.path));
    assert_eq!(found, named.collect::<BTreeSet<_>>());
}
