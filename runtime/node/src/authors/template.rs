//! What a new project is made of, all of which is in this binary: it needs no network to be written.

use super::error::AuthorError;
use super::language::Language;
use crate::data::create_path;
use crate::error::NodeError;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::path::Path;

/// Of the checkout this was built from: paths and texts.
const CHECKOUT: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The crates of the SDK.
const CRATES: [&str; 3] = ["abi", "guest-sdk", "guest-sdk/macros"];

/// Longest name of a project.
const NAME_BYTES_MAX: usize = 64;

/// Names that Rust has for itself, as words or as crates; and the SDK's.
const RESERVED: &str = " abi abstract alloc as async await become box break const continue core crate do dyn else enum \
    extern false final fn for gen guest-sdk guest-sdk-macros if impl in let loop macro match mod move mut override \
    priv proc-macro proc_macro pub ref return self static std struct super test trait true try type typeof unsafe \
    unsized use virtual where while yield ";

/// A file of a new project: its path and its text.
pub(super) type File = (String, String);

/// A text of the checkout.
pub(super) fn text(path: &str) -> &'static str {
    below(path).find(|(rest, _)| rest.is_empty()).map_or("", |(_, text)| text)
}

/// The texts of the checkout from `path` on, by how their paths go on.
fn below(path: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    CHECKOUT.iter().filter_map(move |(name, text)| Some((name.strip_prefix(path)?, *text)))
}

/// Writes a new project in `path`, whole or not at all: how many files.
///
/// # Errors
///
/// A name that a project cannot have, and a place where something is already.
pub(crate) fn init(path: &Path, language: Language) -> Result<usize, NodeError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    is_name(&name)?;
    let failed =
        |error: std::io::Error| NodeError::io(format!("write the project {}", path.display()), error);
    let is_free = match path.read_dir() {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if !is_free {
        return Err(AuthorError::Taken { path: path.into() }.into());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_path(parent).map_err(failed)?;
    let parent = Dir::open_ambient_dir(parent, ambient_authority()).map_err(failed)?;
    let files = (language.files)(&language, &name);
    let unfinished = format!(".{name}.new");
    // What an earlier attempt left is not gone on with.
    _ = parent.remove_dir_all(&unfinished);
    let written =
        write(&parent, &unfinished, &files).and_then(|()| parent.rename(&unfinished, &parent, &name));
    if written.is_err() {
        _ = parent.remove_dir_all(&unfinished);
    }
    written.map_err(failed)?;
    Ok(files.len())
}

fn write(parent: &Dir, folder: &str, files: &[File]) -> std::io::Result<()> {
    parent.create_dir(folder)?;
    let dir = parent.open_dir(folder)?;
    for (name, text) in files {
        if let Some(folder) = Path::new(name).parent() {
            dir.create_dir_all(folder)?;
        }
        dir.write(name, text)?;
    }
    Ok(())
}

/// Whether a project can have this name.
fn is_name(name: &str) -> Result<(), AuthorError> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let rules = [
        (!name.is_empty() && name.len() <= NAME_BYTES_MAX, "it has 1 to 64 letters"),
        (name.starts_with(|first: char| first.is_ascii_lowercase()), "its first letter is one of `a` to `z`"),
        (name.chars().all(letter), "it has small letters, digits, `-` and `_` alone"),
        (!RESERVED.contains(&format!(" {name} ")), "Rust or the SDK has that name for itself"),
    ];
    match rules.into_iter().find(|(holds, _)| !holds) {
        None => Ok(()),
        Some((_, because)) => Err(AuthorError::Name { name: name.into(), because }),
    }
}

/// A template's file, whose name ends in `.in` where the project's name is to be put in.
fn filled(path: &str, name: &str) -> String {
    text(path).replace("{name}", name)
}

/// A project in Rust: the program `counter`, and the crates that it is written with as a workspace of their own.
pub(super) fn rust(_: &Language, name: &str) -> Vec<File> {
    let template = |file: &str| filled(&format!("guest-sdk/template/{file}"), name);
    let mut files = vec![
        (".gitignore".into(), template("gitignore")),
        ("Cargo.lock".into(), lock(name)),
        ("Cargo.toml".into(), template("Cargo.toml.in")),
        ("README.md".into(), template("README.md.in")),
        ("src/lib.rs".into(), text("guests/counter/src/lib.rs").into()),
        ("src/tests.rs".into(), template("tests.rs")),
        ("sdk/Cargo.toml".into(), workspace()),
    ];
    for part in ["abi/", "guest-sdk/Cargo.toml", "guest-sdk/src/", "guest-sdk/macros/"] {
        files.extend(below(part).map(|(rest, text)| (format!("sdk/{part}{rest}"), text.to_owned())));
    }
    files
}

/// The versions that our own guests are built with. Cargo drops those that this project does not need.
fn lock(name: &str) -> String {
    let (head, packages) = text("guests/Cargo.lock").split_once("[[package]]\n").unwrap_or_default();
    let is_needed = |package: &&str| {
        let is_sdk = CRATES.iter().any(|it| {
            let name = it.replace('/', "-");
            package.starts_with(&format!("name = \"{name}\"\n"))
        });
        is_sdk || package.contains("\nsource = ")
    };
    let ours = format!("name = \"{name}\"\nversion = \"0.1.0\"\ndependencies = [\n \"guest-sdk\",\n]\n");
    let kept = packages.split("[[package]]\n").filter(is_needed).chain([ours.as_str()]);
    kept.fold(head.to_owned(), |lock, package| lock + "[[package]]\n" + package.trim_end() + "\n\n")
}

/// The manifest of the SDK's crates as a workspace: ours, with less in it.
fn workspace() -> String {
    let manifests: String = CRATES.iter().map(|it| text(&format!("{it}/Cargo.toml"))).collect();
    let is_used = |line: &str| {
        let name = line.split(' ').next().unwrap_or_default();
        [format!("\n{name}.workspace"), format!("\n{name} = {{ workspace")]
            .iter()
            .any(|it| manifests.contains(it))
    };
    let mut out = format!("[workspace]\nresolver = \"3\"\nmembers = {CRATES:?}\n");
    let mut section = "";
    for line in text("Cargo.toml").lines() {
        if line.starts_with('[') {
            section = line;
        }
        let is_ours = match section {
            "[workspace.package]" => true,
            "[workspace.dependencies]" => line.starts_with('[') || is_used(line),
            section => section.starts_with("[workspace.lints"),
        };
        if is_ours && !line.is_empty() {
            out += &format!("{}{line}\n", if line.starts_with('[') { "\n" } else { "" });
        }
    }
    out
}

/// A project in a language whose SDK is a file or two: its template, and `sdk`.
pub(super) fn other(language: &Language, name: &str) -> Vec<File> {
    let of_language = format!("guest-sdk/{}/", language.name);
    let of_template = |file: &str| filled(&format!("guest-sdk/template/{file}"), name);
    let mut files = vec![
        (".gitignore".into(), of_template("gitignore")),
        ("README.md".into(), of_template("README.other.md.in")),
        ("calls.json".into(), of_template("calls.json")),
    ];
    for (rest, text) in below(&of_language).filter(|(rest, _)| *rest != "build.txt") {
        let path = rest.strip_prefix("template/").map_or_else(|| format!("sdk/{rest}"), str::to_owned);
        files.retain(|(known, _)| *known != path);
        files.push((path, text.to_owned()));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::super::language::LANGUAGES;
    use super::*;

    #[test]
    fn a_project_has_its_main_file_and_its_sdk() {
        for language in LANGUAGES {
            let files = (language.files)(&language, "demo");
            let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
            assert!(names.contains(&language.main), "{language:?}: {names:?}");
            assert!(names.iter().any(|name| name.starts_with("sdk/")), "{language:?}");
            // The SDK writes names of its own in braces.
            let is_filled = |(path, text): &File| path.starts_with("sdk/") || !text.contains("{name}");
            assert!(files.iter().all(|file| !file.1.is_empty() && is_filled(file)), "{language:?}");
            let mut distinct = names.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), names.len(), "{language:?}: {names:?}");
        }
    }

    #[test]
    fn the_workspace_of_the_sdk_has_what_its_crates_inherit() {
        let workspace = workspace();
        for name in ["abi = ", "blake3 = ", "syn = ", "edition = ", "[workspace.lints.clippy]"] {
            assert!(workspace.lines().any(|line| line.starts_with(name)), "{name}: {workspace}");
        }
        assert!(!workspace.contains("tokio") && !workspace.contains("[profile"), "{workspace}");
        let lock = lock("demo");
        assert!(
            lock.contains("name = \"guest-sdk-macros\"") && !lock.contains("name = \"counter\""),
            "{lock}"
        );
    }

    #[test]
    fn names_are_those_of_packages() {
        for name in ["demo", "a", "my-app_2", &"x".repeat(64)] {
            assert_eq!(is_name(name), Ok(()), "{name}");
        }
        for name in ["", "Demo", "2go", "-a", "a b", "a/b", "é", "fn", "guest-sdk", "test", &"x".repeat(65)]
        {
            assert!(is_name(name).is_err(), "{name}");
        }
    }
}
