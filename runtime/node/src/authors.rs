//! What authors of programs do: begin one, build it, test it, and see it run.

mod interface;

pub use interface::{InterfaceError, attach, text_of};
