//! The rules of the design that a machine can hold: who imports whom, how large things are, what is never
//! written, and whether the README tells the truth.
//!
//! Every rule is a table and a test. The tables of exceptions are ratchets: an entry states the size it
//! excuses, and a file that has grown *or shrunk* since fails, so that entries are lowered and then removed.

#[path = "tidy/readme.rs"]
mod readme;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/tree.rs"]
mod tree;

use std::collections::BTreeSet;

use source::Source;

/// The crates of ours that each crate may name. `tests` may name all, and nobody names `tests`.
const IMPORTS: &[(&str, &[&str])] = &[
    ("abi", &[]),
    ("guest-sdk-macros", &[]),
    ("guest-sdk", &["abi", "guest-sdk-macros"]),
    ("beside", &[]),
    ("journal", &["abi", "beside"]),
    ("state", &["abi", "beside"]),
    ("vm", &["abi", "journal", "state"]),
    ("kernel", &["abi", "beside", "journal", "state", "vm"]),
    ("verify", &["abi", "journal", "state", "vm", "kernel"]),
    ("federation", &["abi", "journal", "state", "vm", "kernel"]),
    ("cluster", &["abi", "journal", "state", "vm", "kernel", "verify", "federation"]),
    ("node", &["abi", "journal", "state", "vm", "kernel", "verify", "federation", "cluster"]),
];

/// The heavy dependencies, and the crates that may name each. `tests` may name all.
const NAMED_BY: &[(&str, &[&str])] = &[
    ("addr2line", &["vm"]),
    ("axum", &["node"]),
    ("blake3", &["abi"]),
    ("cap-std", &["node", "verify"]),
    ("ciborium", &["abi", "node", "verify"]),
    ("clap", &["node", "verify"]),
    ("ed25519-dalek", &["abi"]),
    ("hyper", &["node"]),
    ("object_store", &["node"]),
    ("opentelemetry", &["node"]),
    ("rayon", &["beside"]),
    ("rocksdb", &["node"]),
    ("rustix", &["node", "verify"]),
    ("sha2", &["abi", "journal", "node"]),
    ("tokio", &["node"]),
    ("wasmparser", &["vm"]),
    ("wasmtime", &["vm"]),
];

/// What a crate, built alone with these options, is built without.
const BUILT_WITHOUT: &[(&str, &[&str], &[&str])] = &[
    ("abi", &[], &["wasmtime", "rocksdb", "tokio", "clap"]),
    ("journal", &[], &["wasmtime", "rocksdb", "tokio", "clap", "state"]),
    ("state", &[], &["wasmtime", "rocksdb", "tokio", "clap", "journal"]),
    ("kernel", &[], &["rocksdb", "tokio", "clap"]),
    ("node", &[], &["opentelemetry"]),
    ("node", &["--features", "otel"], &["reqwest", "tonic"]),
    ("verify", &[], &["rocksdb", "tokio"]),
    (
        "verify",
        &["--no-default-features"],
        &["rocksdb", "tokio", "wasmtime", "vm", "kernel", "clap", "cap-std", "rustix", "serde_json"],
    ),
];

const FILE_LINES_MAX: usize = 500;
/// File and lines of each file above the limit.
const LONG_FILES: &[(&str, usize)] = &[];

const FUNCTION_LINES_MAX: usize = 70;
/// `file::function` and lines of each function above the limit.
const LONG_FUNCTIONS: &[(&str, usize)] = &[];

/// `unwrap` and `expect` outside tests, each with its proof next to it.
const UNWRAPS_PER_1000_LINES_MAX: usize = 1;

/// The crates that spell their lints out: guest-sdk calls the host, and vm loads compiled code, which are
/// `unsafe`.
const OWN_LINTS: &[&str] = &["guest-sdk", "runtime/vm"];

/// The top level, dotfiles aside.
const TOP_LEVEL: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "abi",
    "guest-sdk",
    "guests",
    "journal",
    "runtime",
    "tests",
];

/// Fails with all of `faults`, one a line.
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} found:\n{}", faults.len(), faults.join("\n"));
}

fn sources() -> Vec<Source> {
    source::measure(&tree::files(), tree::read)
}

/// Every package with the names of its dependencies of all kinds, except `tests`.
fn dependencies() -> Vec<(String, BTreeSet<String>)> {
    let text = |value: &serde_json::Value| value.as_str().expect("names are strings").to_owned();
    let packages = tree::packages().into_iter().map(|package| {
        let list = package["dependencies"].as_array().expect("a package lists its dependencies");
        (text(&package["name"]), list.iter().map(|dependency| text(&dependency["name"])).collect())
    });
    packages.filter(|(name, _)| name != "tests").collect()
}

#[test]
fn imports_run_one_way() {
    let ours: BTreeSet<&str> = IMPORTS.iter().map(|(name, _)| *name).chain(["tests"]).collect();
    let mut faults = Vec::new();
    for (name, named) in dependencies() {
        let Some((_, allowed)) = IMPORTS.iter().find(|(known, _)| *known == name) else {
            faults.push(format!("{name} has no row in IMPORTS"));
            continue;
        };
        let wrong = named.iter().filter(|on| ours.contains(on.as_str()) && !allowed.contains(&on.as_str()));
        faults.extend(wrong.map(|on| format!("{name} must not import {on}")));
    }
    none(&faults);
}

#[test]
fn heavy_dependencies_are_named_where_the_table_says() {
    let mut faults = Vec::new();
    for (name, named) in dependencies() {
        let wrong =
            NAMED_BY.iter().filter(|(heavy, by)| named.contains(*heavy) && !by.contains(&name.as_str()));
        faults.extend(wrong.map(|(heavy, by)| format!("{name} names {heavy}; only {} may", by.join(", "))));
    }
    none(&faults);
}

#[test]
fn an_auditor_builds_without_the_engine() {
    let mut faults = Vec::new();
    for (package, options, without) in BUILT_WITHOUT {
        let names = tree::built_from(package, options);
        let wrong = without.iter().filter(|heavy| names.iter().any(|name| name == *heavy));
        faults.extend(wrong.map(|heavy| {
            format!(
                "{package}{} is built from {heavy}",
                options.iter().map(|option| format!(" {option}")).collect::<String>()
            )
        }));
    }
    none(&faults);
}

/// Holds those of `sizes` that are above `max` to the table of exceptions, and prints how all are spread.
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn hold(what: &str, mut sizes: Vec<(String, usize)>, max: usize, exceptions: &[(&str, usize)]) {
    sizes.sort_by_key(|(_, lines)| *lines);
    let (p90, largest) = (&sizes[sizes.len() * 9 / 10], &sizes[sizes.len() - 1]);
    println!("{} {what}: p90 {} lines, largest {} ({})", sizes.len(), p90.1, largest.1, largest.0);
    let long: BTreeSet<(&str, usize)> =
        sizes.iter().filter(|(_, lines)| *lines > max).map(|(name, lines)| (name.as_str(), *lines)).collect();
    let excused: BTreeSet<(&str, usize)> = exceptions.iter().copied().collect();
    let grown = long.difference(&excused).map(|(name, lines)| format!("{name}: {lines} lines, of {max}"));
    let stale = excused.difference(&long).map(|(name, lines)| format!("{name}: no longer {lines} lines"));
    none(&grown.chain(stale).collect::<Vec<_>>());
}

#[test]
fn files_fit() {
    let sizes = sources().into_iter().map(|source| (source.file, source.lines)).collect();
    hold("files", sizes, FILE_LINES_MAX, LONG_FILES);
}

#[test]
fn functions_fit_a_screen() {
    let of_file = |source: Source| {
        let name = move |(function, lines)| (format!("{}::{function}", source.file), lines);
        source.functions.into_iter().map(name)
    };
    let sizes = sources().into_iter().flat_map(of_file).collect();
    hold("functions", sizes, FUNCTION_LINES_MAX, LONG_FUNCTIONS);
}

#[test]
#[allow(clippy::print_stdout, reason = "the figures are for whoever runs this with --nocapture")]
fn unwraps_are_rare() {
    let sources = sources();
    let lines: usize = sources.iter().map(|source| source.lines - source.lines_test).sum();
    let places: Vec<String> = sources
        .iter()
        .flat_map(|source| source.unwraps.iter().map(|line| format!("{}:{line}", source.file)))
        .collect();
    println!("{} unwraps in {lines} lines outside tests", places.len());
    if places.len() * 1000 > lines * UNWRAPS_PER_1000_LINES_MAX {
        none(&places);
    }
}

#[test]
fn nothing_is_left_undone_or_unordered() {
    let banned = |source: Source| {
        let name = move |(line, word)| format!("{}:{line}: {word}", source.file);
        source.banned.into_iter().map(name)
    };
    let mut faults: Vec<String> = sources().into_iter().flat_map(banned).collect();
    let mark = ["FIX", "ME"].concat();
    faults.extend(tree::files().into_iter().filter(|file| tree::read(file).contains(&mark)));
    none(&faults);
}

#[test]
fn lints_are_the_workspaces() {
    let inherits = |file: &str| {
        let manifest = tree::read(file);
        manifest.contains("\n[lints]\nworkspace = true\n")
            || (OWN_LINTS.iter().any(|name| file == format!("{name}/Cargo.toml"))
                && manifest.contains("\n[lints.rust]\n"))
    };
    let files = tree::files().into_iter();
    let ours = files.filter(|file| file.ends_with("/Cargo.toml") && !file.starts_with("guests/"));
    none(&ours.filter(|file| !inherits(file)).collect::<Vec<_>>());
}

/// Whether `text` has one of the absolute paths of a build machine, or leads out of the checkout.
fn names_a_machine(text: &str) -> bool {
    let inside_a_path = |c: char| c.is_alphanumeric() || "_-.~})".contains(c);
    let absolute = ["work", "root", "home"].iter().any(|folder| {
        let mut hits = text.match_indices(&["/", folder, "/"].concat()).map(|(at, _)| at).collect::<Vec<_>>();
        hits.retain(|at| !text[..*at].ends_with(inside_a_path));
        !hits.is_empty()
    });
    absolute || text.contains(&["..", "/shared"].concat())
}

#[test]
fn no_path_of_a_machine_is_committed() {
    none(&tree::files().into_iter().filter(|file| names_a_machine(&tree::read(file))).collect::<Vec<_>>());
}

#[test]
fn top_level_is_the_design() {
    let files = tree::files();
    let top = files.iter().filter_map(|file| file.split('/').next()).filter(|name| !name.starts_with('.'));
    let (found, wanted): (BTreeSet<&str>, BTreeSet<&str>) =
        (top.collect(), TOP_LEVEL.iter().copied().collect());
    let extra = found.difference(&wanted).map(|name| format!("{name} is not in the design"));
    let missing = wanted.difference(&found).map(|name| format!("{name} is missing"));
    none(&extra.chain(missing).collect::<Vec<_>>());
}

#[test]
fn readme_table_is_honest() {
    let files = tree::files();
    assert!(files.iter().any(|file| file == "README.md"), "there is no README.md");
    none(&readme::lies(&tree::read("README.md"), &files, tree::read));
}

/// The rules above are worth what the readers below them see.
mod readers {
    use super::*;

    #[test]
    fn tests_are_told_from_code() {
        let text = "fn long() {\n    a.unwrap();\n}\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod inner {\n    \
                    fn short() { assert!(b.expect(\"b\")); todo!() }\n}\nconst C: u8 = check!(c.expect(\"c\"));\n";
        let source = Source::parse("x/src/y.rs", text);
        assert_eq!(source.functions, [("long".to_owned(), 3), ("short".to_owned(), 1)]);
        assert_eq!((source.lines, source.lines_test), (10, 6));
        assert_eq!(source.unwraps, [2, 10]);
        assert_eq!(source.banned, [(8, "todo!".to_owned())]);
    }

    #[test]
    fn files_of_test_modules_are_tests() {
        let read = |file: &str| match file {
            "x/src/lib.rs" => "#[cfg(test)]\nmod model;\nmod real;\n".to_owned(),
            _ => "fn f() { a.unwrap(); }\n".to_owned(),
        };
        let files =
            ["x/src/lib.rs", "x/src/model.rs", "x/src/model/deep.rs", "x/src/real.rs", "x/src/y/tests.rs"];
        let sources = source::measure(&files.map(str::to_owned), read);
        let counted: Vec<&str> =
            sources.iter().filter(|s| !s.unwraps.is_empty()).map(|s| s.file.as_str()).collect();
        assert_eq!(counted, ["x/src/real.rs"]);
    }

    #[test]
    fn a_dishonest_row_is_reported() {
        let files = ["a/src/lib.rs", "a/src/tests.rs", "README.md"].map(str::to_owned);
        let read = |_: &str| "## Mend it\nfn it_holds() {}\n".to_owned();
        let lies = |row: &str| {
            let table = format!(
                "# X\n\n| Subsystem | Module | Tests | Runbook | Status |\n|-|-|-|-|-|\n{row}\n\nend\n"
            );
            readme::lies(&table, &files, read).len()
        };
        assert_eq!(lies("| A | `a/src` | `a/src/tests.rs::it_holds` | [mend](#mend-it) | works |"), 0);
        assert_eq!(lies("| A | – | – | – | planned |"), 0);
        assert_eq!(lies("| A | `a/` | – | – | works |"), 1);
        assert_eq!(lies("| A | `b/` | `a/src/tests.rs::it_fails` | [mend](#end) | done |"), 4);
        assert_eq!(lies("| A | `a/` |"), 1);
        assert_eq!(lies(""), 1, "a table without rows says nothing");
    }

    #[test]
    fn a_path_of_a_machine_is_seen() {
        let path = |before: &str| format!("{before}/{}/x", "work");
        assert!(names_a_machine(&path("at ")) && names_a_machine(&path("")));
        assert!(!names_a_machine(&path("$dir")) && !names_a_machine("network/"));
    }
}
