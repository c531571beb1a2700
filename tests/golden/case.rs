//! A module, and what it is asked.

use crate::engines::engines;
use abi::call::Caller;
use abi::codec::Encode;
use abi::session::Mode;
use guest_sdk::test::{Host, identity};
use std::fs;
use std::path::PathBuf;

/// Enough for everything but an endless loop.
const FUEL: u64 = 100_000_000;

/// A module, and what it is asked, one thing after the other, on one state.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) wasm: Vec<u8>,
    pub(crate) asks: Vec<Ask>,
    /// The same program as native code.
    pub(crate) native: Option<fn() -> Host>,
}

/// A call or a query.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) mode: Mode,
    pub(crate) method: String,
    pub(crate) args: Vec<u8>,
    pub(crate) caller: Caller,
    pub(crate) fuel_max: u64,
}

impl Ask {
    /// A call of `method` by the holder of a key; `args` is a tuple.
    pub(crate) fn call(method: &str, args: &impl Encode) -> Ask {
        let args = args.to_bytes();
        Ask { mode: Mode::Call, method: method.into(), args, caller: identity(1), fuel_max: FUEL }
    }

    /// The question `method`; `args` is a tuple.
    pub(crate) fn query(method: &str, args: &impl Encode) -> Ask {
        Ask { mode: Mode::Query, caller: Caller::Nobody, ..Ask::call(method, args) }
    }

    /// The same by `caller`.
    pub(crate) fn by(self, caller: Caller) -> Ask {
        Ask { caller, ..self }
    }

    /// The same with so much fuel.
    pub(crate) fn within(self, fuel_max: u64) -> Ask {
        Ask { fuel_max, ..self }
    }
}

/// The folder of this target.
pub(crate) fn folder() -> PathBuf {
    let package =
        std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    PathBuf::from(package).join("golden")
}

/// The names of the files of a folder, without their endings.
pub(crate) fn names(of: &str) -> Vec<String> {
    let entries = fs::read_dir(folder().join(of)).expect("the folder is there");
    let stem = |entry: fs::DirEntry| entry.path().file_stem().expect("a name").to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| stem(entry.expect("an entry"))).collect();
    names.sort();
    names
}

impl Case {
    /// A module of `modules`. Its lines that begin with `;;>` say what it is asked, one thing each:
    ///
    /// ```text
    /// ;;> METHOD [as=NAME] [fuel=NUMBER] [input=TEXT]
    /// ```
    ///
    /// Without any, every method is asked once, in the order of their names.
    pub(crate) fn of_module(name: &str) -> Case {
        let file = folder().join("modules").join(format!("{name}.wat"));
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(text.starts_with(";; "), "{name} does not say what it shows");
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let program = engines().admit(&wasm).unwrap_or_else(|error| panic!("{name}: {error}"));
        let program = &program.0[0];
        let mode = |method: &str| program.method(method).unwrap_or_else(|| panic!("{name} has no {method}"));
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(";;> ")).collect();
        let asks = if lines.is_empty() {
            program.methods().map(|(method, mode)| asked(mode, method)).collect()
        } else {
            lines.iter().map(|line| ask(line, mode)).collect()
        };
        Case { name: name.to_owned(), wasm, asks, native: None }
    }
}

fn asked(mode: Mode, method: &str) -> Ask {
    Ask { mode, caller: Caller::Nobody, ..Ask::call(method, &()) }
}

fn ask(line: &str, mode: impl Fn(&str) -> Mode) -> Ask {
    let mut words = line.split_whitespace();
    let method = words.next().expect("a line names a method");
    let mut ask = asked(mode(method), method);
    for word in words {
        match word.split_once('=') {
            Some(("as", name)) => ask.caller = Caller::Principal(name.into()),
            Some(("fuel", number)) => ask.fuel_max = number.parse().expect("fuel is a number"),
            Some(("input", text)) => ask.args = text.into(),
            _ => panic!("not understood: {line}"),
        }
    }
    ask
}
