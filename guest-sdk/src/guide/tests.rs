use abi::fuel::PRICES;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The prices in the chapter on costs are those of the profile, and all of them.
#[test]
fn the_chapter_on_costs_has_every_price() {
    let chapter = include_str!("costs.rs");
    let missing: Vec<String> = PRICES
        .iter()
        .map(|(name, price)| format!("| `{name}` | {price} |"))
        .filter(|row| !chapter.contains(row))
        .collect();
    assert_eq!(missing, [""; 0]);
}

/// The limits in the chapter on state are those of the host.
#[test]
fn the_chapter_on_state_has_the_limits() {
    use abi::limits::{CURSORS_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX, WRITES_BYTES_MAX, WRITES_MAX};
    assert_eq!((KEY_BYTES_MAX, VALUE_BYTES_MAX >> 10, CURSORS_MAX), (512, 256, 256));
    assert_eq!((WRITES_MAX, WRITES_BYTES_MAX >> 20), (100_000, 16));
}
