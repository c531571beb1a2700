//! A host call at one size, and the module whose loops make it.

use abi::sign::SecretKey;
use std::fmt::Write as _;

/// Where the guest's memory holds a key, another, what a signature is checked with, a method's name, data and
/// room for what comes out.
pub(super) const KEY: u32 = 0;
pub(super) const END: u32 = 1_024;
pub(super) const SIGNED: u32 = 2_048;
pub(super) const METHOD: u32 = 2_560;
pub(super) const DATA: u32 = 1 << 16;
pub(super) const OUT: u32 = DATA + (2 << 20);
/// Pages of that memory.
const PAGES: u32 = 66;
/// What scatters numbers over keys: odd, so that no two are the same.
const SCATTER: u64 = 0x9e37_79b9_7f4a_7c15;

/// A program's keys: all of one length, like their values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    pub(super) key_len: usize,
    pub(super) value_len: usize,
    /// Whether keys differ in their last bytes alone, instead of their first.
    pub(super) late: bool,
}

/// No keys.
const NONE: State = state(0, 0);
/// Keys of 64 bytes, values of 32.
pub(super) const USUAL: State = state(64, 32);

pub(super) const fn state(key_len: usize, value_len: usize) -> State {
    State { key_len, value_len, late: false }
}

impl State {
    /// 100,000 keys, or as many as there can be.
    pub(super) fn count(self) -> usize {
        let keys = match self.key_len {
            0 => 0,
            1 => 256,
            _ => 100_000,
        };
        keys.min((32 << 20) / (self.key_len + self.value_len).max(1))
    }

    /// Where in a key its number stands.
    const fn at(self) -> usize {
        if self.late { self.key_len - 8 } else { 0 }
    }

    /// The key of a number.
    pub(super) fn key(self, number: usize) -> Vec<u8> {
        let mut key =
            [vec![0; self.at()], (number as u64).wrapping_mul(SCATTER).to_le_bytes().into()].concat();
        key.resize(self.key_len, 0);
        key
    }

    /// Makes the key of number `$i` plus `first`.
    pub(super) fn make(self, first: usize) -> String {
        let (at, scatter) = (KEY as usize + self.at(), SCATTER.cast_signed());
        format!(
            "(i64.store (i32.const {at}) (i64.mul (i64.const {scatter})
                (i64.extend_i32_u (i32.add (local.get $i) (i32.const {first})))))"
        )
    }

    /// How often to read it, at most every key once.
    fn reads(self) -> u32 {
        times(self.key_len + self.value_len).min(u32::try_from(self.count()).unwrap_or(u32::MAX))
    }
}

/// One host call at one size.
pub(super) struct Point {
    pub(super) call: &'static str,
    pub(super) what: String,
    pub(super) state: State,
    /// Bytes of the arguments.
    pub(super) input: usize,
    /// Calls in one run, and runs in one round.
    pub(super) calls: u32,
    pub(super) runs: u32,
    pub(super) why_dear: Option<&'static str>,
    /// What stands before the loop, in the loop, and, of one of the loops alone, behind that.
    pub(super) before: String,
    pub(super) each: String,
    pub(super) body: String,
    pub(super) data: Vec<u8>,
}

impl Point {
    /// A host call with constant arguments.
    pub(super) fn new(call: &'static str, what: impl Into<String>, args: &[u32]) -> Point {
        Point::of(call, what, invoke(call, args))
    }

    pub(super) fn of(call: &'static str, what: impl Into<String>, body: String) -> Point {
        let (before, each, data) = (String::new(), String::new(), Vec::new());
        let (state, what) = (NONE, what.into());
        Point {
            call,
            what,
            state,
            input: 0,
            calls: 10_000,
            runs: 1,
            why_dear: None,
            before,
            each,
            body,
            data,
        }
    }

    pub(super) fn calls(self, calls: u32) -> Point {
        // Short runs are repeated, so that the clock's own time is small beside them.
        Point { calls, runs: (2_000 / calls).clamp(1, 50), ..self }
    }

    pub(super) fn state(self, state: State) -> Point {
        Point { state, ..self }.calls(state.reads())
    }

    /// Each time with the key of another number, from `first` on.
    pub(super) fn keys(self, first: usize) -> Point {
        Point { each: self.state.make(first), ..self }
    }

    pub(super) fn data(self, data: Vec<u8>) -> Point {
        Point { data, ..self }
    }

    pub(super) fn before(self, before: impl Into<String>) -> Point {
        Point { before: before.into(), ..self }
    }

    pub(super) fn dear(self, why: &'static str) -> Point {
        Point { why_dear: Some(why), ..self }
    }

    /// The module with both loops.
    pub(super) fn module(&self) -> String {
        let mut text = String::from("(module\n");
        for call in abi::hostcalls::TABLE {
            let name = |wasm: &_| if *wasm == abi::hostcalls::Wasm::I32 { "i32 " } else { "i64 " };
            let params: String = call.params.iter().map(name).collect();
            let result: String = call.result.iter().map(name).collect();
            let at = call.name;
            text += &format!("(import \"foil\" \"{at}\" (func ${at} (param {params}) (result {result})))\n");
        }
        text += &format!("(memory (export \"memory\") {PAGES} {PAGES})\n");
        let secret = SecretKey::from_seed(&[7; 32]);
        let signed = [&secret.public().0[..], &secret.sign(&self.data).0].concat();
        for (at, bytes) in [(METHOD, b"transfer".as_slice()), (SIGNED, &signed), (DATA, &self.data)] {
            text += &format!("(data (i32.const {at}) \"");
            // Writing to a string does not fail.
            bytes.iter().for_each(|byte| write!(text, "\\{byte:02x}").unwrap_or(()));
            text += "\")\n";
        }
        let Point { before, each, body, calls, .. } = self;
        for (name, body) in [("with", body.as_str()), ("without", "")] {
            text += &format!(
                "(func (export \"call:{name}\") (local $i i32)
                    (call $answer (i32.const 0) (i32.const 0))
                    {before} (local.set $i (i32.const 0))
                    (loop {each} {body} {}))",
                again(*calls)
            );
        }
        text + ")"
    }
}

/// Goes back to the loop until it has run so often.
pub(super) fn again(times: u32) -> String {
    format!("(br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {times})))")
}

/// A host call with these arguments, its result dropped.
pub(super) fn invoke(call: &str, args: &[u32]) -> String {
    let args: Vec<String> = args.iter().map(|arg| format!("(i32.const {arg})")).collect();
    with_args(call, &args.join(" "))
}

pub(super) fn with_args(call: &str, args: &str) -> String {
    let yields = abi::hostcalls::find(call).is_some_and(|row| row.result.is_some());
    if yields { format!("(drop (call ${call} {args}))") } else { format!("(call ${call} {args})") }
}

/// How often to make a call that moves so many bytes.
pub(super) fn times(bytes: usize) -> u32 {
    u32::try_from((4 << 20) / (bytes + 64)).unwrap_or(u32::MAX).clamp(2, 10_000)
}

/// A length as guests know it.
pub(super) fn len(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Bytes, for short.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes >> 10),
        _ => format!("{} MB", bytes >> 20),
    }
}
