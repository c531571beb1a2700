//! A project: a folder with a program in one language.

use super::error::AuthorError;
use super::language::{LANGUAGES, Language};
use crate::error::NodeError;
use std::path::{Path, PathBuf};

/// A project.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// Its folder.
    pub(crate) dir: PathBuf,
    /// Its name, which is the folder's.
    pub(crate) name: String,
    /// Its language.
    pub(crate) language: Language,
}

impl Project {
    /// The project that lies in `dir`.
    ///
    /// # Errors
    ///
    /// None does.
    pub(crate) fn find(dir: &Path) -> Result<Project, NodeError> {
        let doing = || format!("find the project {}", dir.display());
        let whole = dir.canonicalize().map_err(|error| NodeError::io(doing(), error))?;
        let language = LANGUAGES.into_iter().find(|language| whole.join(language.main).is_file());
        let none = || AuthorError::NoProject {
            path: dir.into(),
            files: LANGUAGES.map(|language| language.main).join(", "),
        };
        let language = language.ok_or_else(none)?;
        let name = whole.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Project { dir: whole, name, language })
    }

    /// Where its compiled program lies.
    pub(crate) fn wasm(&self) -> PathBuf {
        self.dir.join("target").join(format!("{}.wasm", self.name))
    }
}
