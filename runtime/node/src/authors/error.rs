//! Why a project is not begun, built, tested or taken into service.

use super::interface::InterfaceError;
use abi::Coded;
use std::path::PathBuf;
use verify::Exit;

/// What an author can be told.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuthorError {
    /// A language for which there is no template.
    #[error("there is no template for the language {wanted:?}; {hint}")]
    Language {
        /// What was asked for.
        wanted: String,
        /// What may be meant.
        hint: String,
    },
    /// A name that a project cannot have.
    #[error("{name:?} cannot be a project's name: {because}")]
    Name {
        /// The name.
        name: String,
        /// The rule that it breaks.
        because: &'static str,
    },
    /// A folder that holds something already.
    #[error("{} is there, and is not an empty folder; choose another name, or move it away", path.display())]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// A folder in which no project lies.
    #[error("no project lies in {}: it has none of {files}; `foil init NAME` begins one", path.display())]
    NoProject {
        /// The folder.
        path: PathBuf,
        /// The files by which a project is known.
        files: String,
    },
    /// A compiler that is not here.
    #[error("there is no compiler here for programs in {language}: {install}")]
    Toolchain {
        /// The language.
        language: &'static str,
        /// What to install.
        install: String,
    },
    /// A compiler refused the sources; it has said why.
    #[error("the program was not built: {command} ended with {status}, and said why above")]
    Build {
        /// What was run.
        command: String,
        /// What it ended with.
        status: String,
    },
    /// Native tests that fail; they have said why.
    #[error("the tests fail natively: {command} ended with {status}, and said why above")]
    Tests {
        /// What was run.
        command: String,
        /// What it ended with.
        status: String,
    },
    /// What wasm does otherwise than native code.
    #[error("wasm does otherwise than the native program, in {test}, call {index}, `{method}`: {difference}")]
    Differs {
        /// The test in which.
        test: String,
        /// Which call of it, from 1.
        index: usize,
        /// The method.
        method: String,
        /// The first difference.
        difference: String,
    },
    /// What a native test has recorded cannot be read.
    #[error(
        "the record of the native tests, {file}, line {line}: {because}; `sdk` and this foil may not be of one version"
    )]
    Trace {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        because: String,
    },
    /// A file of calls that is not as it must be.
    #[error("{}, call {index}: {because}", path.display())]
    Calls {
        /// The file.
        path: PathBuf,
        /// Which call of it, from 1; 0 is the file itself.
        index: usize,
        /// What is wrong.
        because: String,
    },
    /// A call that comes to something else than its file expects.
    #[error("call {index}, `{method}`: {because}")]
    Unexpected {
        /// Which, from 1.
        index: usize,
        /// Its method.
        method: String,
        /// What was expected and what came.
        because: String,
    },
    /// An interface that is not as it must be, or not the module's.
    #[error("{0}")]
    Interface(#[from] InterfaceError),
    /// A program that does not read what is kept.
    #[error(
        "the new program does not read what is kept: {}; give it a call `migrate` that rewrites it, or upgrade with --force", breaks.join("; ")
    )]
    StateBreaks {
        /// What breaks.
        breaks: Vec<String>,
    },
}

impl AuthorError {
    /// The exit code of the one table.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            AuthorError::Language { .. }
            | AuthorError::Name { .. }
            | AuthorError::Taken { .. }
            | AuthorError::NoProject { .. }
            | AuthorError::Calls { .. } => Exit::Usage,
            AuthorError::StateBreaks { .. } => Exit::Rejected,
            AuthorError::Differs { .. } => Exit::Diverged,
            _ => Exit::Failure,
        }
    }
}

impl Coded for AuthorError {
    fn code(&self) -> u16 {
        match self {
            AuthorError::Language { .. } => 7101,
            AuthorError::Name { .. } => 7102,
            AuthorError::Taken { .. } => 7103,
            AuthorError::NoProject { .. } => 7104,
            AuthorError::Toolchain { .. } => 7105,
            AuthorError::Build { .. } => 7106,
            AuthorError::Tests { .. } => 7107,
            AuthorError::Differs { .. } => 7108,
            AuthorError::Trace { .. } => 7109,
            AuthorError::Calls { .. } => 7110,
            AuthorError::Unexpected { .. } => 7111,
            AuthorError::Interface(error) => error.code(),
            AuthorError::StateBreaks { .. } => 7112,
        }
    }
}
