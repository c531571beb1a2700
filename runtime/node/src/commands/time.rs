//! Times and durations as people write them.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in milliseconds of Unix time.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Unix seconds, with at most three decimals, as milliseconds.
pub fn parse_seconds(text: &str) -> Result<u64, String> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bad = || format!("`{text}` is not a number of Unix seconds");
    if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
        return Err(bad());
    }
    let ms: u64 = format!("{fraction:0<3}").parse().map_err(|_| bad())?;
    let whole: u64 = whole.parse().map_err(|_| bad())?;
    whole.checked_mul(1000).and_then(|whole| whole.checked_add(ms)).ok_or_else(bad)
}

/// A duration like `90s`, `15m`, `1h` or `30d`, as milliseconds.
pub fn parse_duration(text: &str) -> Result<u64, String> {
    let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let parsed = units.iter().find_map(|(unit, ms)| {
        let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*ms)
    });
    parsed.ok_or_else(|| format!("`{text}` is not a duration like 90s, 15m, 1h or 30d"))
}

/// The time a command was given, or now.
pub fn given_or_now(at: Option<u64>) -> u64 {
    at.unwrap_or_else(now_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_durations() {
        assert_eq!(parse_seconds("1357035300"), Ok(1_357_035_300_000));
        assert_eq!(parse_seconds("1.25"), Ok(1250));
        assert!(["", "-1", "1.2345", "1e3", "x"].iter().all(|text| parse_seconds(text).is_err()));
        assert_eq!(parse_duration("1d"), Ok(86_400_000));
        assert_eq!(parse_duration("250ms"), Ok(250));
        assert!(["", "d", "1", "1w"].iter().all(|text| parse_duration(text).is_err()));
    }
}
