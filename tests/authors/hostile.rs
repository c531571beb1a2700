//! Arguments that are not canonical CBOR of what a method takes.

use crate::compilers::LANGUAGES;
use crate::engines::{engines, job};
use crate::probe::{Everything, Side};
use crate::rng::Rng;
use abi::codec::{Decode, Encode};
use abi::interface::BAD_ARGUMENTS;
use abi::outcome::Outcome;
use guest_sdk::Bytes;
use vm::Job;

/// Changed arguments for each language.
const CHANGES: usize = 4_000;

/// What stands in for any value: each head in a longer form, lengths beyond the end, indefinite lengths, floats, tags,
/// simple values, text that is no UTF-8.
const PIECES: &[&[u8]] = &[
    &[],
    &[0],
    &[0x18, 5],
    &[0x19, 0, 5],
    &[0x1a, 0, 0, 0, 5],
    &[0x1b, 0, 0, 0, 0, 0, 0, 0, 5],
    &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x19, 1, 0],
    &[0x1c],
    &[0x1f],
    &[0x20],
    &[0x38, 0xff],
    &[0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x3b, 0x80, 0, 0, 0, 0, 0, 0, 0],
    &[0x40],
    &[0x41],
    &[0x58, 3, 1, 2, 3],
    &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x5a, 0xff, 0xff, 0xff, 0xff, 0],
    &[0x5f, 0x41, 1, 0xff],
    &[0x60],
    &[0x61, 0xff],
    &[0x62, 0xc0, 0x80],
    &[0x63, 0xed, 0xa0, 0x80],
    &[0x63, 0xef, 0xbf, 0xbf],
    &[0x64, 0xf4, 0x90, 0x80, 0x80],
    &[0x64, 0xf0, 0x9f, 0x98, 0x80],
    &[0x62, 0xe2, 0x82],
    &[0x80],
    &[0x81, 0],
    &[0x98, 1, 0],
    &[0x9a, 0xff, 0xff, 0xff, 0xff],
    &[0x9b, 0, 0, 0, 1, 0, 0, 0, 0],
    &[0x9f, 0xff],
    &[0xa0],
    &[0xa1, 0, 0],
    &[0xc0, 0],
    &[0xf4],
    &[0xf5],
    &[0xf6],
    &[0xf7],
    &[0xf8, 20],
    &[0xf8, 0xff],
    &[0xf9, 0, 0],
    &[0xff],
];

/// Everything that can go wrong with these arguments: pieces in place of each byte, cut anywhere, and more behind.
pub(crate) fn malformed(args: &[u8]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = (0..args.len()).map(|at| args[..at].to_vec()).collect();
    all.push([args, &[0]].concat());
    // Of long ones only the beginning is of interest: bytes within bytes are no heads.
    for at in 0..args.len().min(6) {
        all.extend(PIECES.iter().map(|piece| [&args[..at], *piece, &args[at + 1..]].concat()));
    }
    // A piece can be the very byte that it replaces: then the arguments are good, and that is right, too.
    all
}

/// A value that has every form.
pub(crate) fn everything() -> Everything {
    Everything {
        signed: -300,
        option: Some(200),
        text: "Zürich 😀".into(),
        list: vec![1, 0x1_0000, u32::MAX],
        bytes: Bytes(vec![0, 1, 2]),
        wide: 1 << 70,
        flag: true,
        small: i8::MIN,
        fixed: [7, 8, 9],
        side: Side::Credit,
    }
}

/// A value that has every form, other ones each time.
fn random(rng: &mut Rng) -> Everything {
    let texts =
        ["", "a", "é", "￿", "\u{d7ff}\u{e000}", "\u{10ffff}", "a text of more than twenty-three bytes"];
    let number = |rng: &mut Rng| rng.next() >> rng.within(0..=63);
    Everything {
        signed: (rng.next() >> rng.within(0..=63)).cast_signed(),
        option: rng.percent(50).then(|| rng.byte()),
        text: (*rng.pick(&texts)).into(),
        list: (0..rng.within(0..=30)).map(|_| u32::try_from(number(rng) >> 32).unwrap()).collect(),
        bytes: Bytes((0..rng.within(0..=300)).map(|_| rng.byte()).collect()),
        wide: u128::from(rng.next()) << rng.within(0..=64),
        flag: rng.percent(50),
        small: rng.byte().cast_signed(),
        fixed: rng.bytes(),
        side: *rng.pick(&[Side::Debit, Side::Credit]),
    }
}

/// Changes a few bytes, or puts a piece somewhere.
fn change(args: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..rng.within(0..=2) {
        let at = rng.index(args.len());
        match rng.within(0..=3) {
            0 => args[at] = rng.byte(),
            1 => args[at] ^= 1 << rng.within(0..=7),
            2 => args.truncate(at.max(1)),
            _ => {
                let piece = *rng.pick(PIECES);
                let end = (at + piece.len()).min(args.len());
                args.splice(at..end, piece.iter().copied());
                args.resize(args.len().max(1), 0);
            }
        }
    }
}

#[test]
fn other_languages_read_what_rust_reads_and_refuse_what_it_refuses() {
    for language in LANGUAGES {
        let programs = engines().admit(&language.probe()).unwrap();
        let mut rng = Rng::new(1, "arguments");
        let (mut read, mut refused) = (0, 0);
        for _ in 0..CHANGES {
            let mut args = (random(&mut rng),).to_bytes();
            change(&mut args, &mut rng);
            let expected = match <(Everything,)>::from_bytes(&args) {
                Ok((it,)) => Outcome::Returned(it.to_bytes()),
                Err(_) => Outcome::Failed(BAD_ARGUMENTS.to_bytes()),
            };
            if matches!(expected, Outcome::Returned(_)) {
                read += 1
            } else {
                refused += 1
            }
            let asked = Job { method: "echo".into(), input: args.clone(), ..job() };
            let came = engines().on(0, &programs, asked).unwrap();
            assert_eq!(came.outcome, expected, "{}: {:?}", language.name, Bytes(args));
        }
        assert!(read > CHANGES / 10 && refused > CHANGES / 10, "{read} {refused}");
    }
}

#[test]
fn every_piece_in_every_place_is_read_or_refused_as_in_rust() {
    let args = malformed(&(everything(),).to_bytes());
    for language in LANGUAGES {
        let programs = engines().admit(&language.probe()).unwrap();
        for args in &args {
            let asked = Job { method: "echo".into(), input: args.clone(), ..job() };
            let came = engines().run(&programs, &asked);
            let is_good = <(Everything,)>::from_bytes(args).is_ok();
            assert_eq!(
                matches!(came.outcome, Outcome::Returned(_)),
                is_good,
                "{}: {:?}",
                language.name,
                Bytes(args.clone())
            );
        }
    }
}
