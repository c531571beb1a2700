//! How programs are written, in chapters.
//!
//! 1. [A first program](tutorial), from an empty file to a test.
//! 2. [State](state): what is kept, in which order it is read, and how it is found.
//! 3. [Determinism](determinism): what to do and what not, so that every run comes to the same.
//! 4. [Costs](costs): what fuel is spent on.
//! 5. [Testing](testing): callers, time, failures, sequences of calls, effects held to a file.
//! 6. [Upgrades](upgrade): the next version of a program, and what it takes over.
//! 7. [Host calls](host_calls): all that a program can ask of its host, a page for each.

pub mod costs;
pub mod determinism;
pub mod host_calls;
pub mod state;
pub mod testing;
pub mod tutorial;
pub mod upgrade;

#[cfg(test)]
mod tests;
