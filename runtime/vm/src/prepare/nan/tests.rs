use super::*;
use crate::prepare::regions::regions;
use crate::prepare::tests::{arity_of, body_of};

/// The operators of a function behind which a value is made canonical.
fn made(function: &str) -> Vec<String> {
    body_of(function, |body| {
        let dead = regions(body, 0).unwrap().dead;
        let found = canonical(body, &dead, &|block| arity_of(block));
        let name = |op: &Op<'_>| format!("{:?}", op.operator).split([' ', '{']).next().unwrap().to_owned();
        let ops = body.ops.iter().zip(found);
        ops.filter(|(_, float)| float.is_some()).map(|(op, _)| name(op)).collect()
    })
}

/// The same, of a function of two floats whose body makes a sum of them.
fn of(body: &str) -> Vec<String> {
    made(&format!("(func (param f64 f64) (local f64 f64 i32) {body})"))
}

const SUM: &str = "(f64.add (local.get 0) (local.get 1))";

#[test]
fn what_is_only_computed_with_stays_as_it_is() {
    for body in [
        "(drop SUM)",
        "(drop (f64.mul SUM (f64.sqrt SUM)))",
        "(drop (f64.lt SUM SUM))",
        "(drop (i32.trunc_sat_f64_s SUM))",
        "(drop (f64.add (f64.abs SUM) (f64.const 1)))",
        "(local.set 2 SUM) (local.set 2 (f64.mul (local.get 2) (local.get 2)))",
        "(drop (f64.add (select SUM SUM (local.get 4)) (f64.const 1)))",
    ] {
        assert_eq!(of(&body.replace("SUM", SUM)), [""; 0], "{body}");
    }
}

#[test]
fn what_is_seen_is_made_canonical_where_it_is_made() {
    for (body, expected) in [
        ("(f64.store (i32.const 0) SUM)", &["F64Add"][..]),
        ("(drop (i64.reinterpret_f64 SUM))", &["F64Add"]),
        ("(drop (f64.copysign SUM SUM))", &["F64Add", "F64Add"]),
        ("(drop (f64.neg SUM))", &["F64Add"]),
        ("(call $see SUM)", &["F64Add"]),
        ("(global.set $global SUM)", &["F64Add"]),
        ("(drop (select SUM (local.get 0) (local.get 4)))", &["F64Add"]),
        ("(drop (block (result f64) SUM))", &["F64Add"]),
        ("(drop (block (result f64) (br 0 SUM)))", &["F64Add"]),
        ("(drop (block (result f64) (br_if 0 SUM (local.get 4))))", &["F64Add"]),
        ("(drop (block (result f64) (br_table 0 0 SUM (local.get 4))))", &["F64Add"]),
        ("(f64.store (i32.const 0) (f64.abs SUM))", &["F64Abs"]),
        ("(f64.store (i32.const 0) (select SUM SUM (local.get 4)))", &["Select"]),
        // What a local holds is made canonical when it is read to be seen.
        ("(local.set 2 SUM) (f64.store (i32.const 0) (local.get 2))", &["LocalGet"]),
        // A local that holds a parameter, too, must not change it.
        (
            "(local.set 2 SUM) (local.set 2 (local.get 0)) (f64.store (i32.const 0) (local.get 2))",
            &["F64Add"],
        ),
        ("(local.set 0 SUM)", &["F64Add"]),
    ] {
        assert_eq!(of(&body.replace("SUM", SUM)), expected, "{body}");
    }
    assert_eq!(made(&format!("(func (param f64 f64) (result f64) {SUM})")), ["F64Add"]);
    assert_eq!(made(&format!("(func (param f64 f64) (result f64) (return {SUM}))")), ["F64Add"]);
}

#[test]
fn bits_that_are_the_programs_own_are_never_touched() {
    for body in [
        "(f64.store (i32.const 0) (local.get 0))",
        "(f64.store (i32.const 0) (f64.load (i32.const 8)))",
        "(f64.store (i32.const 0) (f64.neg (f64.load (i32.const 8))))",
        "(f64.store (i32.const 0) (f64.reinterpret_i64 (i64.const -1)))",
        "(f64.store (i32.const 0) (f64.const nan:0x123))",
        "(f64.store (i32.const 0) (f64.abs (local.get 0)))",
    ] {
        assert_eq!(of(&format!("{body} (drop {SUM})")), [""; 0], "{body}");
    }
}

/// Each local is fed by the next one, so that one round tells apart only one of them.
#[test]
fn a_long_chain_of_locals_ends() {
    let count = 200;
    let mut body: String =
        (0..count).map(|at| format!("(local.set {} (local.get {}))", at + 2, at + 3)).collect();
    body += &format!("(local.set {} {SUM}) (f64.store (i32.const 0) (local.get 2))", count + 2);
    let locals = "f64 ".repeat(count + 1);
    let made = made(&format!("(func (param f64 f64) (local {locals}) (loop {body} (br 0)))"));
    assert!(!made.is_empty() && made.len() <= count + 2);
}
