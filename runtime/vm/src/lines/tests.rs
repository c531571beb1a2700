use super::*;
use crate::fixture::{FUEL, job};
use crate::{Inspected, Job, inspect};

/// See `tests/data/debug/till.c`.
const STRIPPED: &[u8] = include_bytes!("../../../../tests/data/debug/till.wasm");
const DEBUG: &[u8] = include_bytes!("../../../../tests/data/debug/till.debug.wasm");
const SOURCE: &str = include_str!("../../../../tests/data/debug/till.c");

/// Where a method of a program traps: function and line of source of each place.
fn trapped(wasm: &[u8], beside: Option<&[u8]>, method: &str) -> Vec<(String, Option<String>)> {
    let job = Job { method: method.into(), fuel_max: FUEL / 10, ..job() };
    let Inspected { frames, .. } = inspect(wasm, job).unwrap();
    let lines = Lines::of(wasm, beside).unwrap();
    let source = |line: u32| SOURCE.lines().nth(line as usize - 1).unwrap().trim().to_owned();
    let shown = |place: Place| (place.function, place.line.map(source));
    frames.iter().flat_map(|frame| lines.places(frame)).map(shown).collect()
}

fn places(places: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
    places.iter().map(|(function, line)| ((*function).to_owned(), Some((*line).to_owned()))).collect()
}

#[test]
fn a_trap_leads_to_its_lines_whether_or_not_they_stand_in_the_program() {
    let share = places(&[
        ("each", "return total / people;"),
        ("share", "u32 first = each(total);"),
        ("call_share", "people = share(42);"),
    ]);
    // A loop looks at its fuel where it begins, and that is where the function does.
    let wait = places(&[("wait", "APART void wait(void) {"), ("call_wait", "wait();")]);
    let label = places(&[("call_label", r#"put(key, sizeof key, "\x01", 1);"#)]);
    for (wasm, beside) in [(DEBUG, None), (STRIPPED, Some(DEBUG)), (DEBUG, Some(DEBUG))] {
        for (method, expected) in [("share", &share), ("wait", &wait), ("label", &label)] {
            assert_eq!(trapped(wasm, beside, method), *expected);
        }
    }
    let bare = trapped(STRIPPED, None, "share");
    assert_eq!(bare, [("function 6".into(), None), ("function 5".into(), None)]);
}

#[test]
fn what_was_made_part_of_its_caller_says_so() {
    let lines = Lines::of(DEBUG, None).unwrap();
    let job = Job { method: "share".into(), ..job() };
    let places = lines.places(&inspect(DEBUG, job).unwrap().frames[0]);
    let shown: Vec<_> = places.iter().map(|place| (place.inlined, place.file.as_deref())).collect();
    assert_eq!(shown, [(true, Some("till.c")), (false, Some("till.c"))]);
    assert!(places[0].column.is_some() && lines.are_known());
}

#[test]
fn paths_do_not_go_back_and_forth() {
    for (path, expected) in [
        ("/std/core/src/../../arch/a.rs", "/std/arch/a.rs"),
        ("../../a.rs", "../../a.rs"),
        ("./src/./a.rs", "src/a.rs"),
        ("/../a.rs", "/../a.rs"),
    ] {
        assert_eq!(plain(path), expected);
    }
}

#[test]
fn a_file_of_other_code_is_refused() {
    let of = |program, beside| Lines::of(program, Some(beside)).map(|_| ()).unwrap_err();
    assert_eq!(of(DEBUG, STRIPPED), LinesError::Stripped);
    assert!(matches!(of(STRIPPED, b"\0asm"), LinesError::Malformed { .. }));
    let other = wat::parse_str(r#"(module (func) (@custom ".debug_info" ""))"#).unwrap();
    assert_eq!(of(STRIPPED, &other), LinesError::OtherCode { functions: 1, first: 5 });
    let mut changed = DEBUG.to_vec();
    let at = changed.windows(3).position(|bytes| bytes == [0x6e, 0x6c, 0x6b]).unwrap();
    changed[at] = 0x70;
    assert_eq!(of(STRIPPED, &changed), LinesError::OtherCode { functions: 7, first: 6 });
}

/// Whatever a stranger writes there, nothing ends but the lines.
#[test]
fn damaged_debug_information_is_no_more_than_wrong() {
    let job = Job { method: "share".into(), ..job() };
    let frames = inspect(DEBUG, job).unwrap().frames;
    let sections = DEBUG.windows(11).position(|bytes| bytes == b".debug_info").unwrap();
    for at in sections..DEBUG.len() {
        for change in [1, 0x80, 0xff] {
            let mut damaged = DEBUG.to_vec();
            damaged[at] ^= change;
            if let Ok(lines) = Lines::of(&damaged, None) {
                assert!(frames.iter().all(|frame| !lines.places(frame).is_empty()));
            }
            let _ = Lines::of(STRIPPED, Some(&damaged));
        }
    }
}

#[test]
fn names_are_shown_as_people_write_them() {
    let text =
        r#"(module (func $_ZN4core9panicking5panic17h0123456789abcdefE) (func $_RNvC6_123foo3bar) (func))"#;
    let wasm = wat::parse_str(text).unwrap();
    let lines = Lines::of(&wasm, None).unwrap();
    let names = [0, 1, 2].map(|function| lines.name(function));
    assert_eq!(names, ["core::panicking::panic", "123foo::bar", "function 2"]);
}
