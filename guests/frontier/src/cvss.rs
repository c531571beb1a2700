//! The base score of a CVSS vector, versions 3.0, 3.1 and 4.0, as its specification says, in integers.
//!
//! All that a vector may say is read and held to the specification; only its base metrics are scored. Version 2
//! has another vector, without a prefix, and is refused.
//!
//! CVSS is owned by FIRST.Org, Inc. and used by permission: <https://www.first.org/cvss>.

use crate::types::Error;
use alloc::string::String;

mod v3;
mod v4;

/// A metric: its name, and its values in the specification's order.
type Metric = (&'static str, &'static [&'static str]);

/// The base score of a vector, in tenths: 0 to 100.
pub fn base_score(vector: &str) -> Result<u8, Error> {
    let (version, metrics) = vector.split_once('/').unwrap_or((vector, ""));
    match version {
        "CVSS:3.0" | "CVSS:3.1" => read(&v3::METRICS, false, metrics).map(v3::score),
        "CVSS:4.0" => read(&v4::METRICS, true, metrics).map(v4::score),
        _ => Err(Error::VectorVersionUnknown { found: version.into() }),
    }
}

/// Which value, by its place, each of the first `N` metrics has, which are the mandatory ones. Where the order is
/// `fixed`, metrics stand in the order of `metrics`.
fn read<const N: usize>(metrics: &[Metric], fixed: bool, text: &str) -> Result<[usize; N], Error> {
    let mut base = [None; N];
    let mut seen: u64 = 0;
    for part in text.split('/') {
        let (name, value) =
            part.split_once(':').ok_or_else(|| Error::VectorMalformed { part: part.into() })?;
        let metric = || String::from(name);
        let place = metrics.iter().position(|(known, _)| *known == name);
        let place = place.ok_or_else(|| Error::MetricUnknown { metric: metric() })?;
        if seen >> place & 1 == 1 {
            return Err(Error::MetricRepeated { metric: metric() });
        }
        if fixed && seen >> place != 0 {
            return Err(Error::MetricMisplaced { metric: metric() });
        }
        seen |= 1 << place;
        let level = metrics[place].1.iter().position(|known| *known == value);
        let level = level.ok_or_else(|| Error::ValueUnknown { metric: metric(), value: value.into() })?;
        if let Some(slot) = base.get_mut(place) {
            *slot = Some(level);
        }
    }
    let mut levels = [0; N];
    for ((level, found), (name, _)) in levels.iter_mut().zip(base).zip(metrics) {
        *level = found.ok_or_else(|| Error::MetricMissing { metric: (*name).into() })?;
    }
    Ok(levels)
}

#[cfg(test)]
mod tests;
