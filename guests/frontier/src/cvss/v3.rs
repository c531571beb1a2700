//! Versions 3.0 and 3.1, which differ in how they say that a score is rounded up: 3.1 defines it by integers
//! (its appendix A). For every base vector both come to the same.

use super::Metric;

/// The base metrics, then the temporal and the environmental ones.
pub(super) const METRICS: [Metric; 22] = [
    ("AV", &["N", "A", "L", "P"]),
    ("AC", &["L", "H"]),
    ("PR", &["N", "L", "H"]),
    ("UI", &["N", "R"]),
    ("S", &["U", "C"]),
    ("C", &["H", "L", "N"]),
    ("I", &["H", "L", "N"]),
    ("A", &["H", "L", "N"]),
    ("E", &["X", "H", "F", "P", "U"]),
    ("RL", &["X", "U", "W", "T", "O"]),
    ("RC", &["X", "C", "R", "U"]),
    ("CR", &["X", "H", "M", "L"]),
    ("IR", &["X", "H", "M", "L"]),
    ("AR", &["X", "H", "M", "L"]),
    ("MAV", &["X", "N", "A", "L", "P"]),
    ("MAC", &["X", "L", "H"]),
    ("MPR", &["X", "N", "L", "H"]),
    ("MUI", &["X", "N", "R"]),
    ("MS", &["X", "U", "C"]),
    ("MC", &["X", "H", "L", "N"]),
    ("MI", &["X", "H", "L", "N"]),
    ("MA", &["X", "H", "L", "N"]),
];

// What the values weigh (section 7.4), in hundredths.
const ATTACK_VECTOR: [u64; 4] = [85, 62, 55, 20];
const ATTACK_COMPLEXITY: [u64; 2] = [77, 44];
/// By scope: unchanged, changed.
const PRIVILEGES: [[u64; 3]; 2] = [[85, 62, 27], [85, 68, 50]];
const INTERACTION: [u64; 2] = [85, 62];
const IMPACT: [u64; 3] = [56, 22, 0];

/// One, to twelve decimals.
const ONE: u64 = 1_000_000_000_000;

/// The base score (section 7.1). Sums are to twelve decimals; the impact is to six, exactly.
pub(super) fn score([av, ac, pr, ui, scope, c, i, a]: [usize; 8]) -> u8 {
    let spared = |level: usize| 100 - IMPACT[level];
    let impact = 1_000_000 - spared(c) * spared(i) * spared(a);
    if impact == 0 {
        return 0;
    }
    let changed = scope == 1;
    let exploitability =
        822 * ATTACK_VECTOR[av] * ATTACK_COMPLEXITY[ac] * PRIVILEGES[scope][pr] * INTERACTION[ui] * 100;
    let sum = if changed {
        let harm = 7_520_000 * (impact - 29_000) - 325 * power_15(impact - 20_000) / 100;
        (harm + exploitability) * 108 / 100
    } else {
        6_420_000 * impact + exploitability
    };
    round_up(sum.min(10 * ONE))
}

/// The fifteenth power of a number of millionths, to twelve decimals.
fn power_15(millionths: u64) -> u64 {
    (0..15).fold(ONE, |power, _| power * millionths / 1_000_000)
}

/// `Roundup` of appendix A, in tenths: first to the nearest of five decimals, then up to one.
fn round_up(sum: u64) -> u8 {
    let nearest = (sum + ONE / 200_000) / (ONE / 100_000);
    u8::try_from(nearest.div_ceil(10_000)).unwrap_or(100)
}
