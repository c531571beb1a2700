//! Every host call with every combination of hostile pointers, lengths and numbers.

use crate::attack::Attack;
use crate::engines::{engines, job};
use crate::module::program;
use abi::hostcalls::{HostCall, TABLE, Wasm};
use abi::outcome::{Outcome, Trap};
use std::collections::BTreeMap;
use vm::Job;

/// Around the ends of a memory of one page, of the limits, and of what 32 bits hold.
const NUMBERS: [u32; 9] = [0, 1, 513, 4_097, 65_535, 65_536, 65_537, 0x8000_0000, u32::MAX];
const FEW: [u32; 5] = [0, 1, 65_536, 65_537, u32::MAX];

pub(crate) fn attacks() -> Vec<Attack> {
    TABLE
        .iter()
        .map(|call| Attack::new(format!("{} with hostile numbers", call.name), || all(call)))
        .collect()
}

/// Tries all combinations: the host call comes back, or ends the call in a trap; on every engine alike, and never in a
/// fault. What it came to, with counts.
fn all(call: &'static HostCall) -> String {
    let args: String = call
        .params
        .iter()
        .enumerate()
        .map(|(at, wasm)| match wasm {
            Wasm::I32 => format!("(i32.load (i32.const {}))", 4 * at),
            Wasm::I64 => format!("(i64.load32_u (i32.const {}))", 4 * at),
        })
        .collect();
    let drop = if call.result.is_some() { "(drop)" } else { "" };
    let programs = program(&format!(
        "(memory (export \"memory\") 1 1)
        (func (export \"call:main\")
            (drop (call $input (i32.const 0) (i32.const 20)))
            {args} (call ${}) {drop}
            (call $answer (i32.const 0) (i32.const 0)))",
        call.name
    ));
    let numbers = if call.params.len() > 3 { &FEW[..] } else { &NUMBERS };
    let mut ends = BTreeMap::<Option<Trap>, usize>::new();
    for index in 0..numbers.len().pow(u32::try_from(call.params.len()).expect("a few")) {
        let digit =
            |at: usize| numbers[index / numbers.len().pow(u32::try_from(at).expect("a few")) % numbers.len()];
        let input = (0..call.params.len()).flat_map(|at| digit(at).to_le_bytes()).collect();
        let execution = engines().run(&programs, &Job { input, ..job() });
        let end = match execution.outcome {
            Outcome::Trapped(trap) => Some(trap),
            _ => None,
        };
        *ends.entry(end).or_default() += 1;
    }
    let ends: Vec<String> = ends
        .iter()
        .map(|(end, count)| {
            format!("{count} × {}", end.map_or("came back".into(), |trap| format!("{trap:?}")))
        })
        .collect();
    ends.join(", ")
}
