use super::*;
use crate::prepare::tests::body_of;
use std::fmt::Write;

/// The regions of a function, as its operators with what is charged before each; dead code in brackets.
fn drawn(function: &str) -> String {
    body_of(function, |body| {
        let found = regions(body, 0).unwrap();
        let mut text = String::new();
        for (at, op) in body.ops.iter().enumerate() {
            if found.charges[at] > 0 {
                write!(text, "${} ", found.charges[at]).unwrap();
            }
            let name = format!("{:?}", op.operator);
            let name = name.split([' ', '{']).next().unwrap();
            let name = if found.dead[at] { format!("[{name}]") } else { name.to_owned() };
            text += &name;
            text.push(' ');
        }
        text.trim_end().to_owned()
    })
}

#[test]
fn straight_line_code_is_one_region() {
    let text =
        drawn("(func (drop (i32.add (i32.const 1) (i32.const 2))) (block (drop (i32.eqz (i32.const 1)))))");
    assert_eq!(text, "$2 I32Const I32Const I32Add Drop Block I32Const I32Eqz Drop End End");
}

#[test]
fn what_follows_a_block_that_nothing_leaves_belongs_to_what_stands_before_it() {
    let text = drawn(
        "(func (param i32)
            (if (local.get 0) (then (drop (i32.div_u (i32.const 1) (i32.const 1)))) (else (drop (i32.div_u (i32.const 1) (i32.const 1)))))
            (drop (i32.ctz (i32.const 1))))",
    );
    // The condition and what follows: 2.
    assert_eq!(
        text,
        "$2 LocalGet If $8 I32Const I32Const I32DivU Drop Else $8 I32Const I32Const I32DivU Drop End \
         I32Const I32Ctz Drop End"
    );
}

#[test]
fn what_follows_a_block_that_a_branch_leaves_is_a_region_of_its_own() {
    let text = drawn(
        "(func (param i32) (block
            (if (local.get 0) (then (br 1)))
            (drop (i32.div_u (i32.const 1) (i32.const 1)))) (drop (i32.eqz (i32.const 1))))",
    );
    assert_eq!(
        text,
        "$3 Block LocalGet If Br End $8 I32Const I32Const I32DivU Drop End I32Const I32Eqz Drop End"
    );
}

#[test]
fn a_loop_pays_each_time_and_what_follows_it_once() {
    let text = drawn(
        "(func (param i32) (drop (i32.ctz (i32.const 1)))
            (loop (drop (i32.eqz (i32.const 1))) (br_if 0 (local.get 0)) (drop (i32.div_u (i32.const 1) (i32.const 1))))
            (drop (i32.popcnt (i32.const 1))))",
    );
    assert_eq!(
        text,
        "$2 I32Const I32Ctz Drop Loop $2 I32Const I32Eqz Drop LocalGet BrIf $8 I32Const I32Const I32DivU Drop End \
         I32Const I32Popcnt Drop End"
    );
}

#[test]
fn a_return_leaves_every_block() {
    let text = drawn(
        "(func (param i32) (block (if (local.get 0) (then (return))) (nop)) (drop (i32.div_u (i32.const 1) (i32.const 1))))",
    );
    assert_eq!(text, "$2 Block LocalGet If Return End $8 Nop End I32Const I32Const I32DivU Drop End");
}

#[test]
fn code_that_cannot_run_costs_nothing() {
    let text = drawn(
        "(func (result i32) (block (br 0) (block (drop (i32.eqz (i32.const 1)))) (nop))
            (return (i32.const 1)) (loop (br 0)) (i32.const 2))",
    );
    assert_eq!(
        text,
        "$2 Block Br [Block] [I32Const] [I32Eqz] [Drop] [End] [Nop] End I32Const Return [Loop] [Br] [End] \
         [I32Const] End"
    );
    // Both halves end early: nothing comes behind them.
    let text = drawn("(func (param i32) (if (local.get 0) (then (unreachable)) (else (return))) (nop))");
    assert_eq!(text, "$2 LocalGet If $1 Unreachable Else Return End [Nop] End");
}

#[test]
fn what_is_small_is_paid_for_with_what_it_follows() {
    let text = drawn(
        "(func (param i32)
            (if (local.get 0) (then (drop (i32.eqz (i32.const 1)))) (else (drop (i32.clz (i32.const 1)))))
            (drop (i32.ctz (i32.const 1))))",
    );
    assert_eq!(
        text,
        "$4 LocalGet If I32Const I32Eqz Drop Else I32Const I32Clz Drop End I32Const I32Ctz Drop End"
    );
    // Of three, the last two: with the first, it would be more than twice what runs at least.
    let text = drawn(
        "(func (param i32) (block (br_if 0 (local.get 0)) (br_if 0 (local.get 0)) (br_if 0 (local.get 0))))",
    );
    assert_eq!(text, "$1 Block LocalGet BrIf $2 LocalGet BrIf LocalGet BrIf End End");
}
