//! Version 4.0: vectors are in classes, each class has a score, and a vector that is milder than the worst of its
//! class goes part of the way down to the classes below it (section 8).
//!
//! The base score takes the threat and the environment for the worst: E:A, and CR, IR and AR high. So of the 270
//! classes only those are here that a base vector is in, or that are next below.

use super::Metric;

/// The base metrics, then threat, environmental and supplemental ones, in the order of table 23.
pub(super) const METRICS: [Metric; 32] = [
    ("AV", &["N", "A", "L", "P"]),
    ("AC", &["L", "H"]),
    ("AT", &["N", "P"]),
    ("PR", &["N", "L", "H"]),
    ("UI", &["N", "P", "A"]),
    ("VC", &["H", "L", "N"]),
    ("VI", &["H", "L", "N"]),
    ("VA", &["H", "L", "N"]),
    ("SC", &["H", "L", "N"]),
    ("SI", &["H", "L", "N"]),
    ("SA", &["H", "L", "N"]),
    ("E", &["X", "A", "P", "U"]),
    ("CR", &["X", "H", "M", "L"]),
    ("IR", &["X", "H", "M", "L"]),
    ("AR", &["X", "H", "M", "L"]),
    ("MAV", &["X", "N", "A", "L", "P"]),
    ("MAC", &["X", "L", "H"]),
    ("MAT", &["X", "N", "P"]),
    ("MPR", &["X", "N", "L", "H"]),
    ("MUI", &["X", "N", "P", "A"]),
    ("MVC", &["X", "N", "L", "H"]),
    ("MVI", &["X", "N", "L", "H"]),
    ("MVA", &["X", "N", "L", "H"]),
    ("MSC", &["X", "N", "L", "H"]),
    ("MSI", &["X", "N", "L", "H", "S"]),
    ("MSA", &["X", "N", "L", "H", "S"]),
    ("S", &["X", "N", "P"]),
    ("AU", &["X", "N", "Y"]),
    ("R", &["X", "A", "U", "I"]),
    ("V", &["X", "D", "C"]),
    ("RE", &["X", "L", "M", "H"]),
    ("U", &["X", "Clear", "Green", "Amber", "Red"]),
];

/// The scores of the classes, in tenths: by EQ1, by EQ2, by EQ4 (1, 2), and by EQ3 and EQ6 (00, 01, 10, 11, 21).
/// EQ5 is 0.
const SCORES: [[[[u32; 5]; 2]; 2]; 3] = [
    [[[100, 96, 93, 92, 79], [93, 90, 88, 80, 69]], [[95, 91, 92, 82, 71], [92, 81, 84, 70, 63]]],
    [[[94, 89, 86, 76, 65], [87, 75, 72, 57, 53]], [[90, 77, 74, 59, 58], [77, 66, 61, 52, 23]]],
    [[[86, 74, 72, 57, 47], [70, 54, 53, 36, 24]], [[73, 55, 61, 51, 24], [54, 43, 46, 18, 10]]],
];

/// A multiple of every depth.
const DEPTHS: u32 = 280;

/// A way down from a vector's class: the score of the class below, how far the vector is from the worst of its own
/// class, and how deep that is.
struct Below {
    score: u32,
    distance: usize,
    depth: u32,
}

/// The base score. A value's place in its metric is how many steps it is from the worst.
pub(super) fn score([av, ac, at, pr, ui, vc, vi, va, sc, si, sa]: [usize; 11]) -> u8 {
    if [vc, vi, va, sc, si, sa].iter().all(|level| *level == 2) {
        return 0;
    }
    let worst = [av, pr, ui].iter().filter(|level| **level == 0).count();
    let eq1 = if worst == 3 { 0 } else { usize::from(worst == 0 || av == 3) + 1 };
    let eq2 = usize::from(ac + at > 0);
    let eq3 = if vc == 0 && vi == 0 { 0 } else { usize::from(vc.min(vi).min(va) > 0) + 1 };
    // What is below of EQ4: 0 for its level 1, 1 for 2; level 0 is the environment's.
    let eq4 = usize::from(sc.min(si).min(sa) > 0);
    let columns = &SCORES[eq1][eq2][eq4];
    let class = eq3 * 2;
    let below = [
        (eq1 < 2).then(|| Below {
            score: SCORES[eq1 + 1][eq2][eq4][class],
            distance: av + pr + ui - eq1,
            depth: [1, 4][eq1],
        }),
        (eq2 < 1).then(|| Below { score: SCORES[eq1][1][eq4][class], distance: ac + at, depth: 1 }),
        (eq3 < 2).then(|| Below {
            score: [columns[1].max(columns[2]), columns[3]][eq3],
            distance: vc + vi + va - eq3,
            depth: [7, 8][eq3],
        }),
        (eq4 < 1).then(|| Below { score: SCORES[eq1][eq2][1][class], distance: sc + si + sa, depth: 5 }),
    ];
    interpolated(columns[class], below.iter().flatten())
}

/// The score of a class less the mean of the ways down, rounded to the nearest tenth, a half up. EQ5 is one more way
/// down, of which no base vector goes any part.
fn interpolated<'a>(class: u32, below: impl Iterator<Item = &'a Below>) -> u8 {
    let (mut ways, mut down) = (1, 0);
    for Below { score, distance, depth } in below {
        ways += 1;
        down += (class - score) * u32::try_from(*distance).unwrap_or(0) * (DEPTHS / depth);
    }
    let whole = DEPTHS * ways;
    u8::try_from((2 * (class * whole - down) + whole) / (2 * whole)).unwrap_or(100)
}
