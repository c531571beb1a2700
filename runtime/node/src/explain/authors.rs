//! E71xx: what authors of programs are told.

use super::{Explanation, explained};

pub(super) const TABLE: &[Explanation] = explained! {
    "E7101" => "a language without a template",
        "Projects are begun in Rust, C, AssemblyScript and Zig; a program in any other language is as good, and only \
        has no template.",
        "Name one of them: `foil init NAME --lang rust`.";
    "E7102" => "a name that a project cannot have",
        "The name becomes that of a package, which compilers restrict.",
        "Choose 1 to 64 small letters, digits, `-` and `_`, the first a letter, and no word of Rust.";
    "E7103" => "a folder that holds something already",
        "A project is begun in a folder of its own, so that nothing of somebody's is written over.",
        "Choose another name, or move away what is there.";
    "E7104" => "no project in this folder",
        "A project is known by its main file: `Cargo.toml`, `program.c`, `program.ts` or `program.zig`.",
        "Go to the project's folder or name it, as in `foil build FOLDER`; `foil init NAME` begins a project.";
    "E7105" => "no compiler for programs in this language",
        "Programs are compiled by what this machine has, and what is needed was found in no place where it is looked \
        for.",
        "Install what the message names, and run the command again.";
    "E7106" => "the program was not built",
        "The compiler refused the sources. What it said stands above the message.",
        "Mend what it names, and build again.";
    "E7107" => "native tests fail",
        "`cargo test` ended with a failure, which stands above the message. On wasm nothing was tested.",
        "Mend the program or the test, and test again.";
    "E7108" => "wasm does otherwise than native code",
        "The same calls came to other effects: the program depends on something that is not the same everywhere, as \
        `usize`, a pointer, an unordered map or the clock, or runs out of fuel or stack.",
        "Look at the method that is named for what differs between machines.";
    "E7109" => "the record of native tests cannot be read",
        "`sdk` writes down the calls of native tests for `foil test`, and another version of it writes otherwise.",
        "Replace the project's `sdk` by that of a project that this `foil` begins.";
    "E7110" => "a file of calls that is not as it must be",
        "`calls.json` is a list of objects with `call` or `query`, `args`, `as`, and what is expected.",
        "Mend the call that is named; the project's README has an example.";
    "E7111" => "a call that comes to something else than expected",
        "The program answers otherwise than `calls.json` says.",
        "Mend the program or the expectation.";
    "E7112" => "an upgrade that does not read what is kept",
        "A field of state has another type of keys or values than in the program that serves, so that reading what is \
        kept would fail or say something else.",
        "Keep the types, or give the program a call `migrate` that rewrites what is kept; `--force` upgrades all the \
        same.";
};
