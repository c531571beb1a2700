//! A project's program: compiled, and admitted by the rules that nodes go by.

use super::error::AuthorError;
use super::interface::attach;
use super::project::Project;
use super::template;
use super::toolchain::{in_path, run_aside, said};
use crate::commands::{admit, read_file};
use crate::data::create_path;
use crate::error::NodeError;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use vm::Program;

/// No module is longer that a compiler makes of a program.
const MODULE_BYTES_MAX: u64 = 64 << 20;

/// What a program in such a language says of itself.
const INTERFACE: &str = "interface.json";

/// A program that was built.
pub(crate) struct Built {
    /// Its bytes.
    pub(crate) wasm: Vec<u8>,
    /// Where they lie.
    pub(crate) path: PathBuf,
    /// The program that they are.
    pub(crate) program: Program,
}

/// Builds a project.
///
/// # Errors
///
/// There is no compiler, it refuses the sources, or what it makes is not admitted; then it lies there all the same, for
/// `foil inspect`.
pub(crate) fn build(project: &Project) -> Result<Built, NodeError> {
    let wasm = (project.language.compile)(project)?;
    let path = project.wasm();
    let name = path.file_name().unwrap_or_default();
    let folder = out_dir(project)?;
    folder.write(name, &wasm).map_err(|e| NodeError::io(format!("write {}", path.display()), e))?;
    let program = admit(&wasm)?;
    Ok(Built { wasm, path, program })
}

/// The folder `target` of a project, which is made where it is not there.
fn out_dir(project: &Project) -> Result<Dir, NodeError> {
    let path = project.dir.join("target");
    let opened = create_path(&path).and_then(|()| Dir::open_ambient_dir(&path, ambient_authority()));
    opened.map_err(|e| NodeError::io(format!("open {}", path.display()), e))
}

/// Compiles a project as its language's `build.txt` says: one argument a line, with `{out}` for the module's path.
pub(super) fn compile_listed(project: &Project) -> Result<Vec<u8>, NodeError> {
    let language = project.language.name;
    let folder = out_dir(project)?;
    let unfinished = format!("{}.unstamped.wasm", project.name);
    let out = project.dir.join("target").join(&unfinished);
    let mut words = template::text(&format!("guest-sdk/{language}/build.txt")).lines();
    let name = words.next().unwrap_or_default();
    let mut command = compiler(project, name).ok_or_else(|| missing(language))?;
    command.args(words.map(|word| word.replace("{out}", &out.to_string_lossy())));
    let status = run_aside(&mut command)?.map_err(|e| NodeError::io(format!("run {name}"), e))?;
    if !status.success() {
        return Err(AuthorError::Build { command: name.into(), status: status.to_string() }.into());
    }
    let wasm = module(&out)?;
    // It is read, so that it matters no more whether it stays.
    _ = folder.remove_file(&unfinished);
    let described = module(&project.dir.join(INTERFACE))?;
    Ok(attach(&wasm, &described).map_err(AuthorError::Interface)?)
}

/// A file that is no longer than a module may be.
pub(super) fn module(path: &Path) -> Result<Vec<u8>, NodeError> {
    read_file(path, MODULE_BYTES_MAX)
}

/// The compiler of this name: of the project, in the `PATH`, or as Python's package of that name.
fn compiler(project: &Project, name: &str) -> Option<Command> {
    let local = project.dir.join("node_modules/.bin").join(name);
    let found = Some(local).filter(|local| local.exists()).or_else(|| in_path(name));
    let mut command = match found {
        Some(found) => Command::new(found),
        None => {
            let python = in_path("python3").filter(|_| name == "zig")?;
            said(&python, &["-m", "ziglang", "version"])?;
            let mut command = Command::new(python);
            command.args(["-m", "ziglang"]);
            command
        }
    };
    command.current_dir(&project.dir).stdin(Stdio::null());
    Some(command)
}

fn missing(language: &'static str) -> NodeError {
    let install = match language {
        "c" => "`apt-get install clang lld`, of LLVM 14 or later",
        "assemblyscript" => "`npm install` in the project's folder, which puts `asc` into node_modules",
        _ => "put `zig` into the PATH, or `pip install ziglang`",
    };
    AuthorError::Toolchain { language, install: install.into() }.into()
}
