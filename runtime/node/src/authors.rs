//! What authors of programs do: begin one, build it, test it, and see it run.
//!
//! A project is a folder with one program. Its language is known by its main file, and [`language`] has a row for
//! each language: what `foil init` writes, and how `foil build` compiles it.

mod build;
mod calls;
pub(crate) mod client;
pub(crate) mod compatible;
mod error;
mod interface;
mod language;
mod project;
mod stage;
mod template;
mod toolchain;
mod traced;
mod watch;

pub(crate) use build::{Built, build};
pub(crate) use calls::run_calls;
pub(crate) use error::AuthorError;
pub use interface::{InterfaceError, attach, text_of};
pub(crate) use language::Language;
pub(crate) use project::Project;
pub(crate) use template::init;
pub(crate) use toolchain::native_tests;
pub(crate) use traced::{Replayed, replay};
pub(crate) use watch::Watch;
