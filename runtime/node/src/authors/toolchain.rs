//! Rust, as `guests/toolchain.sh` finds it: the same sources make the same bytes on every machine.
//!
//! Two ways lead to a compiler:
//!
//! - *prebuilt*: the `rustc` in the `PATH` has a standard library for `wasm32-unknown-unknown`, as rustup puts it
//!   there;
//! - *debian*: Debian's packages `rustc-web`, `cargo-web`, `rust-web-src` and `lld`, with which `core` and `alloc` are
//!   compiled from source.

use super::build::module;
use super::error::AuthorError;
use super::project::Project;
use crate::error::NodeError;
use serde_json::Value;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";
/// The oldest Rust that the SDK is written for.
const RUST_MIN: (u32, u32) = (1, 95);

/// WebAssembly 1.0 and four small extensions; 16 MiB of memory at most, of which 64 KiB are the stack; names as people
/// write them, for those who read traps; and every index in its shortest form. `guests/build.sh` says why.
const FLAGS: [&str; 10] = [
    "-Ctarget-cpu=mvp",
    "-Ctarget-feature=+mutable-globals,+sign-ext,+bulk-memory,+nontrapping-fptoint",
    "-Clink-arg=--max-memory=16777216",
    "-Clink-arg=-z",
    "-Clink-arg=stack-size=65536",
    "-Clink-arg=--strip-all",
    "-Clink-arg=--keep-section=name",
    "-Clink-arg=--demangle",
    "-Clink-arg=--compress-relocations",
    "-Cdebuginfo=0",
];

/// What is set for other builds, and is not for these: what a variable's name begins with.
const CLEARED: [&str; 9] = [
    "CARGO_BUILD_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_MANIFEST_DIR",
    "CARGO_PKG_",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CARGO_UNSTABLE_",
    "RUST",
];

/// A compiler for wasm.
struct Compiler {
    rustc: PathBuf,
    cargo: PathBuf,
    /// Its own, if not named.
    linker: Option<PathBuf>,
    /// The sources of the standard library, which are compiled too, where it has none for wasm.
    std: PathBuf,
    is_from_source: bool,
}

/// Compiles a project to its module.
pub(super) fn compile(project: &Project) -> Result<Vec<u8>, NodeError> {
    let compiler = prebuilt().or_else(debian).ok_or_else(missing)?;
    let target_dir = target_dir(project);
    let mut command = plain(&compiler.cargo, project);
    command.args(["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", TARGET]);
    command.args(["--message-format", "json-render-diagnostics", "--target-dir"]).arg(&target_dir);
    command
        .env("RUSTC", &compiler.rustc)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(project, &compiler, &target_dir));
    if compiler.is_from_source {
        // Unstable options of a stable compiler.
        command.arg("-Zbuild-std=core,alloc").env("RUSTC_BOOTSTRAP", "1");
    }
    if let Some(linker) = &compiler.linker {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    module(&artifact(&mut command, project)?)
}

/// Runs the tests natively, each of which writes what it did into `traces`.
pub(crate) fn native_tests(project: &Project, traces: &Path) -> Result<(), NodeError> {
    let cargo = if in_path("cargo").is_some() { "cargo" } else { "/usr/bin/cargo" };
    let mut command = plain(Path::new(cargo), project);
    command.args(["test", "--target-dir"]).arg(target_dir(project)).env("FOIL_TRACE", traces);
    let status = run_aside(&mut command)?.map_err(|_| missing())?;
    match status.success() {
        true => Ok(()),
        false => {
            Err(AuthorError::Tests { command: format!("{cargo} test"), status: status.to_string() }.into())
        }
    }
}

/// Runs a command, which says all it says on standard error: whether it could be started, and how it ended.
pub(super) fn run_aside(command: &mut Command) -> Result<std::io::Result<ExitStatus>, NodeError> {
    let said = std::io::stderr().as_fd().try_clone_to_owned().map(Stdio::from);
    command.stdout(said.map_err(|e| NodeError::io("write to standard error", e))?);
    Ok(command.status())
}

/// A command in a project's folder, without what is set for other builds.
fn plain(program: &Path, project: &Project) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if CLEARED.iter().any(|prefix| text.starts_with(prefix)) && !text.starts_with("RUSTUP_") {
            command.env_remove(&name);
        }
    }
    command.env_remove("LD_LIBRARY_PATH").current_dir(&project.dir).stdin(Stdio::null());
    command
}

/// Where cargo keeps what it compiles: where the environment says, else in the project.
fn target_dir(project: &Project) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| project.dir.join("target"), PathBuf::from)
}

/// The flags for rustc. No path of this machine reaches a module.
fn flags(project: &Project, compiler: &Compiler, target_dir: &Path) -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    // The last one that matches counts.
    let places = [
        home.map(|home| (home, "/cargo")),
        Some((compiler.std.clone(), "/rustc/std")),
        compiler.std.canonicalize().ok().map(|std| (std, "/rustc/std")),
        Some((project.dir.clone(), "/project")),
        Some((target_dir.to_owned(), "/target")),
    ];
    let mut flags = OsString::from(FLAGS.join("\u{1f}"));
    for (from, to) in places.into_iter().flatten() {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(from);
        flags.push("=");
        flags.push(to);
    }
    flags
}

/// Runs cargo, which says on standard error what it does: the module that it made.
fn artifact(command: &mut Command, project: &Project) -> Result<PathBuf, NodeError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error| NodeError::io(format!("run {name}"), error);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut module = None;
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let Ok(message) = serde_json::from_str::<Value>(&line.map_err(failed)?) else { continue };
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        module = files.filter(|file| file.ends_with(".wasm")).map(PathBuf::from).next_back().or(module);
    }
    let status = child.wait().map_err(failed)?;
    match module.filter(|_| status.success()) {
        Some(module) => Ok(project.dir.join(module)),
        None => {
            Err(AuthorError::Build { command: format!("{name} rustc"), status: status.to_string() }.into())
        }
    }
}

fn missing() -> NodeError {
    let llvm = said(Path::new("/usr/bin/rustc"), &["-vV"])
        .and_then(|said| Some(said.split_once("LLVM version: ")?.1.split('.').next()?.to_owned()));
    let lld = llvm.map_or_else(|| "lld-NN".into(), |llvm| format!("lld-{llvm}"));
    let install = format!(
        "`rustup target add {TARGET}` with Rust {}.{} or later; or, on Debian, `apt-get install rustc-web cargo-web \
         rust-web-src`, then `apt-get install {lld}`, with the NN of `/usr/bin/rustc -vV | grep LLVM`",
        RUST_MIN.0, RUST_MIN.1
    );
    AuthorError::Toolchain { language: "rust", install }.into()
}

fn prebuilt() -> Option<Compiler> {
    let (rustc, cargo) = (in_path("rustc")?, in_path("cargo")?);
    let libs = said(&rustc, &["--print", "target-libdir", "--target", TARGET])?;
    let mut libs = Path::new(libs.trim_end()).read_dir().ok()?.filter_map(Result::ok);
    let has_alloc = libs.any(|lib| lib.file_name().to_string_lossy().starts_with("liballoc-"));
    let sysroot = PathBuf::from(said(&rustc, &["--print", "sysroot"])?.trim_end());
    let hosts = sysroot.join("lib/rustlib").read_dir().ok()?.filter_map(Result::ok);
    let has_lld = hosts.into_iter().any(|host| host.path().join("bin/rust-lld").exists());
    let linker = if has_lld { None } else { Some(in_path("wasm-ld")?) };
    let std = sysroot.join("lib/rustlib/src/rust");
    let is_good = has_alloc && is_recent(&rustc);
    is_good.then_some(Compiler { rustc, cargo, linker, std, is_from_source: false })
}

fn debian() -> Option<Compiler> {
    let (rustc, cargo) = (PathBuf::from("/usr/bin/rustc"), PathBuf::from("/usr/bin/cargo"));
    let std = PathBuf::from(said(&rustc, &["--print", "sysroot"])?.trim_end()).join("lib/rustlib/src/rust");
    let is_good = is_recent(&rustc) && is_recent(&cargo) && std.join("library/core/Cargo.toml").exists();
    // The linker of the LLVM that this compiler was made with.
    let version = said(&rustc, &["-vV"])?;
    let llvm = version.split_once("LLVM version: ")?.1.split('.').next()?;
    let linker = Some(in_path(&format!("wasm-ld-{llvm}"))?);
    is_good.then_some(Compiler { rustc, cargo, linker, std, is_from_source: true })
}

/// Whether a program's `--version` is not too old: `rustc 1.96.0 (…)`.
fn is_recent(program: &Path) -> bool {
    let version = said(program, &["--version"]).and_then(|said| {
        let mut numbers = said.split(' ').nth(1)?.split('.');
        Some((numbers.next()?.parse::<u32>().ok()?, numbers.next()?.parse::<u32>().ok()?))
    });
    version.is_some_and(|version| version >= RUST_MIN)
}

/// What a program prints that succeeds.
pub(super) fn said(program: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The program that a name means.
pub(super) fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}
