//! E4xxx: why a module is refused as a program.

use super::{Explanation, explained};

/// What the SDK and its build script do right by themselves.
const BUILD_WITH_SDK: &str = "A program built on `guest-sdk`, as `guests/build.sh` does it, has it right by \
    itself.";

pub(super) const TABLE: &[Explanation] = explained! {
    "E4001" => "not wasm",
        "The file does not begin with the magic number of wasm: it is a text, a library, or was cut.",
        "Give the `.wasm` file that the compiler made; a `.wat` text has to be assembled first.";
    "E4002" => "not a core module of version 1",
        "It is a component, or a format to come. Programs are core modules.",
        "Compile for `wasm32-unknown-unknown`, without a component step.";
    "E4003" => "not a valid module of the features that are on",
        "The bytes are damaged, or use what programs may not: SIMD, threads, reference types, exceptions, \
        tail calls, 64-bit memory.",
        "Turn the feature off in the compiler and build again; `guests/build.sh` has options that work.";
    "E4004" => "over a limit of programs",
        "The named part is larger than a program's may be, so that compiling it stays bounded in time and \
        memory.",
        "Make that part smaller: split large functions, lower the memory's maximum; `abi::limits` has all \
        numbers.";
    "E4005" => "an operator that is not admitted",
        "`data.drop` and `elem.drop` leave an instance that cannot be put back exactly as it was.",
        "Link without passive segments that are dropped; compilers for one thread do not need them.";
    "E4006" => "a start function",
        "Code would run before any call, outside of history.",
        "Do that work in a method; link with `--no-entry`.";
    "E4007" => "an unknown import",
        "A program may import the host calls of the module `foil`, and nothing else: no WASI, no `env`.",
        "Find what needs it (a clock, files, randomness, a panic with backtrace), and use the host call that \
        there is.";
    "E4008" => "an import of a wrong type",
        "The host call exists and has other parameters or another result, or is imported as no function.",
        "Declare it as the message says; it may be that the SDK is of another version than the node.";
    "E4009" => "no memory",
        "Host calls pass bytes through the program's memory, so there must be one.", BUILD_WITH_SDK;
    "E4010" => "a memory without a maximum",
        "How far a memory can grow must be known beforehand: it is reserved, and the same everywhere.",
        "Link with `--max-memory=BYTES`, at most `MEMORY_PAGES_MAX` pages of 64 KiB.";
    "E4011" => "the memory is not exported as `memory`",
        "The host finds the memory by this name.", BUILD_WITH_SDK;
    "E4012" => "a segment out of bounds",
        "A data or element segment would be written beyond the memory or table that it initialises.",
        "Give the memory more initial pages, or the table more elements; a linker does so by itself.";
    "E4013" => "an export with a reserved name",
        "Names that begin with NUL are those that preparation adds.",
        "Name the export otherwise.";
    "E4014" => "an export that names no method",
        "What begins with `call:` or `query:` is a method, and its name is 1 to 64 of `a`–`z`, `0`–`9` and \
        `_`.",
        "Rename the method.";
    "E4015" => "a method that is no function without parameters and results",
        "Arguments and answers pass through the host calls `input` and `answer`.", BUILD_WITH_SDK;
    "E4016" => "a method that is both a call and a query",
        "A name means one thing: something that may write, or something that may not.",
        "Rename one of the two.";
    "E4017" => "no method",
        "Nothing is exported as `call:NAME` or `query:NAME`, so nobody could call the program.",
        "Mark methods with `#[call]` and `#[query]`, and check that the linker keeps their exports.";
    "E4018" => "two interfaces",
        "The custom section `counterfoil` is there twice: two programs were linked into one.",
        "Keep one `#[program]` in the crate and what it depends on.";
    "E4019" => "the compiler refused the module",
        "It keeps every rule of admission, and the engine could not compile it all the same.",
        "Report it with the module; meanwhile, make the function that the message names simpler.";
    "E4020" => "a host call imported twice",
        "Every host call is imported once, so that a module has one reading.",
        "Link again with a linker that merges imports, as `wasm-ld` and `wasm-merge` do.";
};
