//! A shard that cannot go on says so: by a typed fault that names the place, and leaves every byte of the
//! evidence as it was.

use crate::disk::SimDisk;
use crate::trace::{Violation, ensure};
use abi::fault::Fault;

const PROPERTY: &str = "a halt names the place and keeps the evidence";

pub(crate) fn check(fault: &Fault, before: Option<&SimDisk>, after: &SimDisk) -> Result<(), Violation> {
    let Fault::Corrupt { what } = fault else {
        return Err(Violation::new(PROPERTY, format!("not corruption: {fault}")));
    };
    let places = ["segment ", "block ", "commitment ", "record ", "store: "];
    ensure(places.iter().any(|place| what.contains(place)), PROPERTY, || format!("no place: {what}"))?;
    let is_kept = what.starts_with("store: ") || before.is_none_or(|before| before.shows_the_same(after));
    ensure(is_kept, PROPERTY, || format!("the disk was changed: {what}"))
}
