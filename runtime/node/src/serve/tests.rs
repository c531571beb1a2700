//! The table of routes beside the router, and what is whose failure.

use super::access::TABLE;
use super::*;
use abi::Coded;
use kernel::AfterError;
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

#[test]
fn a_state_that_is_not_known_is_no_failure_of_the_node() {
    let failure = Failure::from(NodeError::from(AfterError::Erased { height: 2, erased: 3 }));
    assert_eq!((failure.code(), failure.into_response().status().as_u16()), (5502, 422));
}
