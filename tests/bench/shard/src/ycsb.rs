//! The core workloads of YCSB: a record is one value of ten fields of 100 bytes, a request goes to a record by Zipf's
//! law. Every operation is a call, a read too: it has its place in history and its receipt, which holds the record.
//! A scan answers how many records it has read, and not the records.

use crate::calls::{BLOCK, SUBMITTED};
use crate::draw::{Draw, Zipf, short_key};
use crate::subject::{Proven, Subject, args, program};
use crate::{Asked, Goal, Result, Row};
use abi::call::Call;
use abi::session::Space;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const FIELDS: u64 = 10;
const FIELD_BYTES: usize = 100;
const RECORD_BYTES: usize = 1_000;
const SCANNED_MAX: u64 = 100;

/// Arguments come to 64, where a key is behind two or four bytes of heads; a record to 8,195, behind its own head.
const PROGRAM_TEXT: &str = r#"
    (func $record (param $key i32)
        (i32.store (i32.const 8192) (i32.const 0xe80359))
        (call $must (i64.eq (call $get (local.get $key) (i32.const 8) (i32.const 8195) (i32.const 1000)) (i64.const 1000))))
    (func $change
        (memory.copy
            (i32.add (i32.const 8195) (i32.mul (i32.load8_u (i32.const 75)) (i32.const 100)))
            (i32.const 76) (i32.const 100))
        (call $put (i32.const 67) (i32.const 8) (i32.const 8195) (i32.const 1000)))
    (func (export "call:read")
        (drop (call $input (i32.const 64) (i32.const 4096)))
        (call $record (i32.const 66))
        (call $answer (i32.const 8192) (i32.const 1003)))
    (func (export "call:update")
        (drop (call $input (i32.const 64) (i32.const 4096)))
        (call $record (i32.const 67))
        (call $change)
        (call $answer (i32.const 0) (i32.const 1)))
    (func (export "call:modify")
        (drop (call $input (i32.const 64) (i32.const 4096)))
        (call $record (i32.const 67))
        (call $answer (i32.const 8192) (i32.const 1003))
        (call $change))
    (func (export "call:insert")
        (drop (call $input (i32.const 64) (i32.const 4096)))
        (call $put (i32.const 68) (i32.const 8) (i32.const 76) (i32.const 1000))
        (call $answer (i32.const 0) (i32.const 1)))
    (func (export "call:scan") (local $cursor i32) (local $count i32)
        (drop (call $input (i32.const 64) (i32.const 4096)))
        (local.set $cursor
            (call $scan_open (i32.const 66) (i32.const 8) (i32.const 0) (i32.const 0) (i32.const 0)))
        (block $end
            (loop $next
                (br_if $end (i32.eq (local.get $count) (i32.load8_u (i32.const 74))))
                (br_if $end (i64.ne
                    (call $scan_next (local.get $cursor) (i32.const 8192) (i32.const 2000)) (i64.const 1012)))
                (local.set $count (i32.add (local.get $count) (i32.const 1)))
                (br $next)))
        (call $scan_close (local.get $cursor))
        (i32.store8 (i32.const 65) (local.get $count))
        (i32.store8 (i32.const 64) (i32.const 0x41))
        (call $answer (i32.const 64) (i32.const 2)))"#;

/// What can be done to records.
#[derive(Clone, Copy)]
enum Operation {
    Read,
    Update,
    Insert,
    Scan,
    Modify,
}

/// A workload: what most of its operations are, the others and how many of a hundred those are, and whether requests
/// go to the latest records.
struct Workload {
    name: &'static str,
    most: Operation,
    other: Operation,
    others: u64,
    is_latest: bool,
}

use Operation::{Insert, Modify, Read, Scan, Update};

const WORKLOADS: [Workload; 6] = [
    Workload { name: "A, half reads, half updates", most: Read, other: Update, others: 50, is_latest: false },
    Workload { name: "B, 95 % reads, 5 % updates", most: Read, other: Update, others: 5, is_latest: false },
    Workload { name: "C, reads", most: Read, other: Read, others: 0, is_latest: false },
    Workload {
        name: "D, 95 % reads of the latest, 5 % inserts",
        most: Read,
        other: Insert,
        others: 5,
        is_latest: true,
    },
    Workload { name: "E, 95 % scans, 5 % inserts", most: Scan, other: Insert, others: 5, is_latest: false },
    Workload {
        name: "F, half reads, half changes of what was read",
        most: Read,
        other: Modify,
        others: 50,
        is_latest: false,
    },
];

/// What the answer to a call must be.
enum Expected {
    Nothing,
    Record,
    /// So many records, which are bytes as long as they are few: at least and at most.
    Count(u64, u64),
}

impl Expected {
    fn is(&self, output: &[u8]) -> bool {
        match self {
            Expected::Nothing => output == [0xf6],
            Expected::Record => output.len() == RECORD_BYTES + 3 && output.starts_with(&[0x59, 0x03, 0xe8]),
            Expected::Count(least, most) => {
                matches!(output, [0x41, count] if (*least..=*most).contains(&u64::from(*count)))
            }
        }
    }
}

/// A shard of records.
struct Records {
    subject: Subject,
    draw: Draw,
    zipf: Zipf,
    /// How many there are, and the keys, in order, of those that were there first.
    count: u64,
    sorted: Vec<[u8; 8]>,
    /// What calls have changed that were not checked yet: a field's bytes, by its record and number.
    changed: BTreeMap<([u8; 8], u8), Vec<u8>>,
}

impl Records {
    fn new(dir: &Path, count: u64) -> Result<Records> {
        let mut subject = Subject::new(dir, &program(RECORD_BYTES, PROGRAM_TEXT)?)?;
        subject.fill(count)?;
        let mut sorted: Vec<[u8; 8]> = (0..count).map(short_key).collect();
        sorted.sort_unstable();
        let (draw, zipf) = (Draw::new(4), Zipf::new(count));
        Ok(Records { subject, draw, zipf, count, sorted, changed: BTreeMap::new() })
    }

    /// The key of the next request.
    fn key(&mut self, is_latest: bool) -> [u8; 8] {
        short_key(match is_latest {
            true => self.count - 1 - self.zipf.number(&mut self.draw),
            false => self.zipf.strewn(&mut self.draw),
        })
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len.div_ceil(8)).flat_map(|_| self.draw.number().to_le_bytes()).take(len).collect()
    }

    fn call(&mut self, operation: Operation, is_latest: bool) -> (Call, Expected) {
        let key = self.key(is_latest);
        match operation {
            Read => (self.subject.call("read", args(&key)), Expected::Record),
            Update => (self.change("update", key), Expected::Nothing),
            Modify => (self.change("modify", key), Expected::Record),
            Insert => {
                let (key, record) = (short_key(self.count), self.bytes(RECORD_BYTES));
                self.count += 1;
                (self.subject.call("insert", args(&[&key[..], &record].concat())), Expected::Nothing)
            }
            Scan => {
                let count = self.draw.below(SCANNED_MAX) + 1;
                let before = self.sorted.partition_point(|other| *other < key);
                let least = count.min((self.sorted.len() - before) as u64);
                let args = args(&[&key[..], &count.to_le_bytes()[..1]].concat());
                (self.subject.call("scan", args), Expected::Count(least, count))
            }
        }
    }

    /// A call that changes a field of a record.
    fn change(&mut self, method: &str, key: [u8; 8]) -> Call {
        let [field, ..] = self.draw.below(FIELDS).to_le_bytes();
        let bytes = self.bytes(FIELD_BYTES);
        let call = self.subject.call(method, args(&[&key[..], &[field], &bytes].concat()));
        self.changed.insert((key, field), bytes);
        call
    }

    /// Operations in a second of answering them.
    fn rate(&mut self, workload: &Workload, time: Duration) -> Result<f64> {
        let (mut took, mut operations) = (Duration::ZERO, 0.0);
        while took < time {
            let mut calls = Vec::with_capacity(SUBMITTED);
            let mut expected = Vec::with_capacity(SUBMITTED);
            for _ in 0..SUBMITTED {
                let is_other = self.draw.below(100) < workload.others;
                let operation = if is_other { workload.other } else { workload.most };
                let (call, its) = self.call(operation, workload.is_latest);
                calls.push(call);
                expected.push(its);
            }
            let calls = self.subject.proven(calls, Proven::Asserted);
            let (outputs, answering) = self.subject.submit(calls, BLOCK)?;
            if !expected.iter().zip(&outputs).all(|(expected, output)| expected.is(output)) {
                return Err(format!("workload {} has wrong answers", workload.name).into());
            }
            self.check()?;
            took += answering;
            operations += SUBMITTED as f64;
        }
        Ok(operations / took.as_secs_f64())
    }

    /// Whether what was changed is in the state.
    fn check(&mut self) -> Result<()> {
        let view = self.subject.shard.view();
        for ((key, field), bytes) in std::mem::take(&mut self.changed) {
            let record = view.get(&Space::Program.key(&key))?.unwrap_or_default();
            let at = usize::from(field) * FIELD_BYTES;
            if record.get(at..at + FIELD_BYTES) != Some(&*bytes) {
                return Err("a record is not what it was changed to".into());
            }
        }
        Ok(())
    }
}

/// Operations a second of each workload, one after the other on one shard: of one round, for there is no goal.
pub(crate) fn measure(asked: &Asked) -> Result<Vec<Row>> {
    let dir = tempfile::tempdir_in(&asked.dir)?;
    let mut records = Records::new(dir.path(), asked.keys)?;
    let mut rows = Vec::new();
    for workload in &WORKLOADS {
        let ours = records.rate(workload, asked.time)?;
        let what = format!("YCSB {}, {BLOCK} to a block, of {} records of 1 kB", workload.name, asked.keys);
        rows.push(Row { what, ours, peer: None, unit: "/s", goal: Goal::None });
    }
    Ok(rows)
}
