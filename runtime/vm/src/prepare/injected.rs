//! What preparation adds to a module, and under which names the host finds it.
//!
//! The names begin with NUL: no program may export such a name, and none can import from itself.

/// The fuel that is left, an `i64`; below zero once it did not suffice.
pub(crate) const FUEL: &str = "\0fuel";
/// The depth that is left, an `i64`; below zero once it did not suffice.
pub(crate) const DEPTH: &str = "\0depth";
/// The memory of marks: a byte for each 4 KiB of the program's memory, not 0 where it may have been written.
pub(crate) const MARKS: &str = "\0marks";
/// The table whose one element the probes call, where there are probes.
pub(crate) const PROBE: &str = "\0probe";
/// Before the index of a mutable global of the program's own.
pub(crate) const GLOBAL: &str = "\0global ";

/// The indices of what is added.
pub(super) struct Injected {
    /// The global of fuel.
    pub(super) fuel: u32,
    /// The global of depth.
    pub(super) depth: u32,
    /// The memory of marks; `None` where nothing is marked.
    pub(super) marks: Option<u32>,
    /// The most pages that the program's memory may have.
    pub(super) pages_max: i64,
    /// What functions tell that they begin and return; `None` where nobody listens.
    pub(super) probe: Option<Probe>,
}

/// How a probe is called: a function of one `i32`.
#[derive(Clone, Copy)]
pub(super) struct Probe {
    /// The table that holds it.
    pub(super) table: u32,
    /// Its type.
    pub(super) ty: u32,
}
