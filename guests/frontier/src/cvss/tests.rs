// For the powers and roundings of floats.
extern crate std;

use super::{Metric, base_score, v3, v4};
use crate::types::Error;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use guest_sdk::{Hash, crypto};

/// What FIRST publishes: base scores, in tenths, of "CVSS v3.1 Examples" (<https://www.first.org/cvss/v3-1/examples>)
/// and of the document of the same name for 3.0.
const EXAMPLES_3: [(&str, u8); 27] = [
    ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61), // CVE-2013-1937
    ("CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 54), // CVE-2014-9253
    ("CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 88), // CVE-2012-0384
    ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64), // CVE-2013-0375
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31), // CVE-2014-3566
    ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 42), // CVE-2009-0783
    ("CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H", 72), // CVE-2012-0384
    ("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 78), // CVE-2015-1098
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75), // CVE-2014-0160
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 68), // CVE-2008-1447
    ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68), // CVE-2014-2005
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", 58), // CVE-2010-0467
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N", 58), // CVE-2012-1342
    ("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 93), // CVE-2013-6014
    ("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 88), // CVE-2011-1265
    ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 46), // CVE-2014-2019
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 88), // CVE-2015-0970
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", 74), // CVE-2014-0224
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", 96), // CVE-2012-5376
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:N", 68), // CVE-2016-0128
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H", 75), // CVE-2016-2118
    ("CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H", 90), // CVE-2019-7551
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:L", 86), // CVE-2016-5558
    ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", 82), // CVE-2016-5729
    ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:N/I:H/A:H", 60), // CVE-2015-2890
    ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 76), // CVE-2018-3652
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:N", 42), // CVE-2019-0884
];

/// The same of "CVSS v4.0 Examples" (<https://www.first.org/cvss/v4-0/examples>): CVSS-B, and those with metrics
/// that leave it as it is.
const EXAMPLES_4: [(&str, u8); 18] = [
    ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 73),
    ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 77),
    ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 83),
    ("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 46),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 51),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 69),
    ("CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N", 59),
    ("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 94),
    ("CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:H/SA:N/S:P/V:D", 83),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A", 87),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A", 100),
    ("CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:H/SI:N/SA:H", 64),
    ("CVSS:4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/R:I", 93),
    ("CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/R:I", 87),
    ("CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 86),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:L", 87),
    ("CVSS:4.0/AV:P/AC:L/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 54),
    ("CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/S:P/AU:Y/V:C/RE:L", 94),
];

#[test]
fn published_vectors_have_their_published_scores() {
    for (vector, score) in EXAMPLES_3.iter().chain(&EXAMPLES_4) {
        assert_eq!(base_score(vector), Ok(*score), "{vector}");
    }
}

/// Every vector of the first `base` metrics, the last metric's values changing first.
fn vectors(version: &str, metrics: &[Metric], base: usize) -> Vec<String> {
    let mut vectors = Vec::from([version.to_string()]);
    for (name, values) in &metrics[..base] {
        let longer = |vector: &String| -> Vec<String> {
            values.iter().map(|value| alloc::format!("{vector}/{name}:{value}")).collect()
        };
        vectors = vectors.iter().flat_map(longer).collect();
    }
    vectors
}

/// Two of the three versions have one digest: rounding up is said in another way, and comes to the same.
/// Recorded from the package `cvss` 3.6 (PyPI, Red Hat), with which every one of these was compared.
#[test]
fn every_base_vector_scores_as_in_another_implementation() {
    const DIGEST_3: &str = "34cd165030993e23c1379130e306c75d6e00795403a912a552f5eea1396302af";
    const DIGEST_4: &str = "b204fffe59458f72475692a6fb2b3c698dd8f51db85f16c37c302d21131941e1";
    for (version, metrics, base, count, digest) in [
        ("CVSS:3.0", &v3::METRICS[..], 8, 2_592, DIGEST_3),
        ("CVSS:3.1", &v3::METRICS[..], 8, 2_592, DIGEST_3),
        ("CVSS:4.0", &v4::METRICS[..], 11, 104_976, DIGEST_4),
    ] {
        let vectors = vectors(version, metrics, base);
        assert_eq!(vectors.len(), count);
        let scores: Vec<u8> = vectors.iter().filter_map(|vector| base_score(vector).ok()).collect();
        assert_eq!(scores.len(), count);
        assert_eq!(Hash(crypto::sha256(&scores)).to_string(), digest, "{version}");
    }
}

/// The equations of 3.1 as they are printed, in floats, with `Roundup` of appendix A.
#[test]
fn integers_come_to_what_the_equations_say() {
    let weight = |of: [f64; 4], value: &str, order: &str| of[order.find(value).unwrap()];
    for vector in vectors("CVSS:3.1", &v3::METRICS, 8) {
        let value = |name: &str| vector.split('/').find_map(|part| part.strip_prefix(name)).unwrap();
        let impact = |name: &str| 1.0 - weight([0.56, 0.22, 0.0, 0.0], value(name), "HLN");
        let iss = 1.0 - impact("C:") * impact("I:") * impact("A:");
        let changed = value("S:") == "C";
        let privileges = if changed { [0.85, 0.68, 0.5, 0.0] } else { [0.85, 0.62, 0.27, 0.0] };
        let exploitability = 8.22
            * weight([0.85, 0.62, 0.55, 0.2], value("AV:"), "NALP")
            * weight([0.77, 0.44, 0.0, 0.0], value("AC:"), "LH")
            * weight(privileges, value("PR:"), "NLH")
            * weight([0.85, 0.62, 0.0, 0.0], value("UI:"), "NR");
        let impact =
            if changed { 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02f64).powi(15) } else { 6.42 * iss };
        let factor = if changed { 1.08 } else { 1.0 };
        let sum = if impact <= 0.0 { 0.0 } else { (factor * (impact + exploitability)).min(10.0) };
        let nearest = (sum * 100_000.0).round() as u64;
        let expected = if nearest.is_multiple_of(10_000) { nearest / 10_000 } else { nearest / 10_000 + 1 };
        assert_eq!(base_score(&vector).map(u64::from), Ok(expected), "{vector}");
    }
}

#[test]
fn what_is_no_vector_is_refused_with_what_is_wrong() {
    let base = "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let base_4 = "AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N";
    let refusal = |vector: String| base_score(&vector).unwrap_err();
    let metric = String::from;
    for (vector, error) in [
        (base.into(), Error::VectorVersionUnknown { found: "AV:N".into() }),
        (String::new(), Error::VectorVersionUnknown { found: String::new() }),
        (["cvss:3.1/", base].concat(), Error::VectorVersionUnknown { found: "cvss:3.1".into() }),
        (
            "CVSS:2.0/AV:N/AC:L/Au:N/C:C/I:C/A:C".into(),
            Error::VectorVersionUnknown { found: "CVSS:2.0".into() },
        ),
        ("CVSS:3.1".into(), Error::VectorMalformed { part: String::new() }),
        (["CVSS:3.1/", base, "/"].concat(), Error::VectorMalformed { part: String::new() }),
        (["CVSS:3.1/", base, "/E"].concat(), Error::VectorMalformed { part: "E".into() }),
        (["CVSS:3.1/", base, "/XX:H"].concat(), Error::MetricUnknown { metric: metric("XX") }),
        (["CVSS:3.1/", base, "/AV:L"].concat(), Error::MetricRepeated { metric: metric("AV") }),
        (
            ["CVSS:3.1/", base, "/E:A"].concat(),
            Error::ValueUnknown { metric: metric("E"), value: "A".into() },
        ),
        (["CVSS:3.1/", &base[..31]].concat(), Error::MetricMissing { metric: metric("A") }),
        (["CVSS:3.1/", &base[5..]].concat(), Error::MetricMissing { metric: metric("AV") }),
        // The specification's own examples of what is invalid (4.0, section 7).
        (
            "CVSS:4.0/AV:F/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N".into(),
            Error::ValueUnknown { metric: metric("AV"), value: "F".into() },
        ),
        (["CVSS:4.0/", base_4, "/E:A/E:X"].concat(), Error::MetricRepeated { metric: metric("E") }),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/ui:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N".into(),
            Error::MetricUnknown { metric: metric("ui") },
        ),
        (base_4.into(), Error::VectorVersionUnknown { found: "AV:N".into() }),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/SC:N/SI:N/SA:N".into(),
            Error::MetricMissing { metric: metric("VA") },
        ),
        (
            "CVSS:4.0/AC:L/AV:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N".into(),
            Error::MetricMisplaced { metric: metric("AV") },
        ),
    ] {
        assert_eq!(refusal(vector.clone()), error, "{vector}");
    }
}

/// The specification's own examples of what is valid (4.0, section 7), and any order under 3.1.
#[test]
fn all_that_a_vector_may_say_is_read() {
    for vector in [
        "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:H/VI:H/VA:H/SC:L/SI:L/SA:L/E:P",
        "CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:A/VC:N/VI:N/VA:L/SC:H/SI:H/SA:H/CR:H/IR:H/AR:M/MAV:N/MAC:L/MAT:P/MPR:L\
         /MUI:A/MVC:N/MVI:H/MVA:L/MSC:L/MSI:S/MSA:H",
        "CVSS:4.0/AV:P/AC:H/AT:P/PR:L/UI:P/VC:H/VI:H/VA:H/SC:L/SI:L/SA:L/E:A/S:P/AU:Y/R:A/V:D/RE:L/U:Red",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N/E:U/CR:L/IR:X/AR:L/MAV:A/MAC:H/MAT:N\
         /MPR:N/MUI:P/MVC:X/MVI:N/MVA:H/MSC:N/MSI:L/MSA:S/S:N/AU:N/R:I/V:C/RE:H/U:Green",
    ] {
        let base = vector.split("/E:").next().and_then(|vector| vector.split("/CR:").next()).unwrap();
        assert!(base_score(vector).is_ok() && base_score(vector) == base_score(base), "{vector}");
    }
    let [one, other] = [
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U",
        "CVSS:3.1/E:U/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N",
    ];
    assert_eq!((base_score(one), base_score(other)), (Ok(98), Ok(98)));
}
