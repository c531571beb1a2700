//! The repository's programs: what a typical call of each takes, in blocks of a thousand, with a receipt each.

use crate::calls::{BLOCK, SUBMITTED};
use crate::draw::Draw;
use crate::subject::{Proven, Subject};
use crate::{Asked, Goal, Result, Row, median};
use abi::call::Caller;
use abi::codec::{Bytes, Encode};
use connectome::Kind;
use std::time::Duration;
use volume::{BLOCK_BYTES, Extent};

/// Makes the arguments of a call that is not like another one.
type Arguments = fn(&mut Draw) -> Vec<u8>;

/// A program, how it is set up, and the call that is made over and over.
struct Sample {
    name: &'static str,
    what: &'static str,
    wasm: &'static [u8],
    before: Vec<(&'static str, Vec<u8>)>,
    method: &'static str,
    arguments: Arguments,
}

/// Who calls: a program may refuse nobody in particular.
const CALLER: &str = "bench";
/// Components of a vector, as many as those of the sentences in tests/data.
const DIMENSION: u32 = 384;
/// Accounts, and cells.
const MEMBERS: u64 = 10_000;
const BLOCKS: u64 = 100_000;
/// A vector of CVSS 3.1.
const VECTOR: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

macro_rules! wasm {
    ($name:literal) => {
        include_bytes!(concat!("../../../../guests/wasm/", $name, ".wasm"))
    };
}

/// The programs by name.
fn samples() -> [Sample; 7] {
    let accounts = (1..=MEMBERS).map(|id| {
        let name = None::<String>;
        ("open", (u128::from(id), 1u32, 1u16, 0u16, name).to_bytes())
    });
    let scope = vec![("open", ("all", DIMENSION).to_bytes())];
    let (graph, device) = (("found", (86_400_000u64, 1_000u32).to_bytes()), ("create", (BLOCKS,).to_bytes()));
    let found = vec![("found", ().to_bytes())];
    let sample =
        |name, what, wasm, before, method, arguments| Sample { name, what, wasm, before, method, arguments };
    [
        sample("counter", "hit", wasm!("counter"), vec![], "hit", |_| ().to_bytes()),
        sample("chronicle", "a note", wasm!("chronicle"), vec![], "note", note),
        sample("ledger", "a transfer", wasm!("ledger"), accounts.collect(), "transfer", transfer),
        sample("frontier", "a finding with a CVSS vector", wasm!("frontier"), found, "record", finding),
        sample("memory", "a text with 384 components", wasm!("memory"), scope, "remember", memory),
        sample("connectome", "a connection", wasm!("connectome"), vec![graph], "connect", connection),
        sample("volume", "a block of 4,096 bytes", wasm!("volume"), vec![device], "write", extent),
    ]
}

fn note(draw: &mut Draw) -> Vec<u8> {
    ("note", format!("what happened is number {:016x}", draw.number())).to_bytes()
}

fn transfer(draw: &mut Draw) -> Vec<u8> {
    let (id, debit) = (u128::from(draw.number()) + 1, draw.below(MEMBERS));
    let credit = (debit + 1 + draw.below(MEMBERS - 1)) % MEMBERS;
    (id, u128::from(debit + 1), u128::from(credit + 1), 7u128, 1u32, 1u16).to_bytes()
}

fn finding(draw: &mut Draw) -> Vec<u8> {
    let id = format!("CVE-{:016x}", draw.number());
    (id, "a component", "it can be made to do what it should not", Some(VECTOR)).to_bytes()
}

fn memory(draw: &mut Draw) -> Vec<u8> {
    let component = |_| (draw.below(2_000) as f32 - 1_000.5).to_le_bytes();
    let vector: Vec<u8> = (0..DIMENSION).flat_map(component).collect();
    let id = u128::from(draw.number());
    (id, "all", "A sentence that is remembered.", Vec::<u128>::new(), Bytes(vector)).to_bytes()
}

fn connection(draw: &mut Draw) -> Vec<u8> {
    let mandate = u128::from(draw.number());
    let mut cell = || format!("cell{:04}", draw.below(MEMBERS));
    (mandate, cell(), cell(), 3u32, Kind::Chemical).to_bytes()
}

fn extent(draw: &mut Draw) -> Vec<u8> {
    let data = draw.number().to_le_bytes().repeat(BLOCK_BYTES / 8).into();
    (vec![Extent { block: draw.below(BLOCKS), data }],).to_bytes()
}

impl Sample {
    /// Calls a second of answering them, and the fuel of one.
    fn rate(&self, asked: &Asked) -> Result<(f64, f64)> {
        let dir = tempfile::tempdir_in(&asked.dir)?;
        let mut subject = Subject::new(dir.path(), self.wasm)?;
        subject.receipts = true;
        made(&mut subject, self.before.clone())?;
        let (mut draw, mut took, mut calls) = (Draw::new(5), Duration::ZERO, 0);
        let before = subject.fuel;
        while took < asked.time {
            let asked = (0..SUBMITTED).map(|_| (self.method, (self.arguments)(&mut draw))).collect();
            took += made(&mut subject, asked)?;
            calls += SUBMITTED;
        }
        Ok((calls as f64 / took.as_secs_f64(), (subject.fuel - before) as f64 / calls as f64))
    }
}

/// Has calls made, of which each must return: the time that took.
fn made(subject: &mut Subject, calls: Vec<(&str, Vec<u8>)>) -> Result<Duration> {
    let mut calls: Vec<_> = calls.into_iter().map(|(method, args)| subject.call(method, args)).collect();
    calls.iter_mut().for_each(|call| call.caller = Caller::Principal(CALLER.into()));
    let calls = subject.proven(calls, Proven::Asserted);
    Ok(subject.submit(calls, BLOCK)?.1)
}

/// A row for the rate, one for the fuel and one for the size of each.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for sample in samples() {
        let Sample { name, what, wasm, .. } = sample;
        let measured = (0..asked.rounds).map(|_| sample.rate(asked)).collect::<Result<Vec<_>>>()?;
        let (rates, fuels) = measured.into_iter().unzip();
        let row = |what, ours, unit| Row { what, ours, peer: None, unit, goal: Goal::None };
        rows.push(row(format!("{name}: {what}, 1000 to a block"), median(rates), "/s"));
        rows.push(row(format!("{name}: fuel of a call"), median(fuels), ""));
        rows.push(row(format!("{name}: wasm"), wasm.len() as f64, "B"));
    }
    Ok(rows)
}
