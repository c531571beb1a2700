//! The languages in which projects are begun: a row for each.

use super::error::AuthorError;
use super::project::Project;
use super::template::{self, File};
use super::{build, toolchain};
use crate::error::NodeError;
use crate::nearest::hint;
use std::fmt;

/// A language: how a project in it is known, begun and compiled.
#[derive(Clone, Copy)]
pub(crate) struct Language {
    /// Its name, as people give it.
    pub(crate) name: &'static str,
    /// The file by which a project is known.
    pub(super) main: &'static str,
    /// The files of a new project of this name.
    pub(super) files: fn(&Language, &str) -> Vec<File>,
    /// The module that a project is compiled to.
    pub(super) compile: fn(&Project) -> Result<Vec<u8>, NodeError>,
    /// Whether it runs natively too, and is tested so.
    pub(crate) is_native: bool,
}

/// All of them.
pub(super) const LANGUAGES: [Language; 4] = [
    Language {
        name: "rust",
        main: "Cargo.toml",
        files: template::rust,
        compile: toolchain::compile,
        is_native: true,
    },
    other("c", "program.c"),
    other("assemblyscript", "program.ts"),
    other("zig", "program.zig"),
];

/// A language with an SDK of one file, and a compiler that is run once.
const fn other(name: &'static str, main: &'static str) -> Language {
    Language { name, main, files: template::other, compile: build::compile_listed, is_native: false }
}

impl Language {
    /// The language of this name.
    ///
    /// # Errors
    ///
    /// There is none; the nearest is told.
    pub(crate) fn named(name: &str) -> Result<Language, NodeError> {
        let found = LANGUAGES.into_iter().find(|language| language.name == name.to_lowercase());
        let unknown = || AuthorError::Language {
            wanted: name.into(),
            hint: hint(name, LANGUAGES.iter().map(|language| language.name)),
        };
        Ok(found.ok_or_else(unknown)?)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
