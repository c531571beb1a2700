//! Bugs planted where a promise is kept, for the harnesses that must find each.
//!
//! `planted!(Name)` says whether the bug of that name is there. In the one build that is made with
//! `--cfg foil_planted` (`tests/planted`) it is whatever was last planted in the thread, and each site leaves
//! its mark in the binary. In every other build it is the constant `false`: the site is gone, and
//! a test looks for the mark in what is shipped.

/// Whether a bug is planted at this site: never, but in the harnesses' own build.
#[cfg(not(foil_planted))]
#[macro_export]
macro_rules! planted {
    ($bug:ident) => {
        false
    };
}

/// Whether a bug is planted at this site.
#[cfg(foil_planted)]
#[macro_export]
macro_rules! planted {
    ($bug:ident) => {
        $crate::planted::is(concat!("planted bug: ", stringify!($bug)))
    };
}

#[cfg(foil_planted)]
mod build {
    use std::cell::Cell;

    /// What the name of every site begins with in the binary.
    pub const MARK: &str = "planted bug: ";

    std::thread_local! {
        static PLANTED: Cell<Option<&'static str>> = const { Cell::new(None) };
        static REACHED: Cell<u64> = const { Cell::new(0) };
    }

    /// Plants the bug of this name in this thread, in place of the one that was there.
    pub fn plant(bug: Option<&'static str>) {
        PLANTED.set(bug);
        REACHED.set(0);
    }

    /// How often the planted bug's site was reached in this thread.
    pub fn reached() -> u64 {
        REACHED.get()
    }

    /// Whether the bug of the site that is marked so is planted. Not inlined: the mark is to stay in the binary.
    #[doc(hidden)]
    #[inline(never)]
    pub fn is(mark: &'static str) -> bool {
        let mark = std::hint::black_box(mark);
        let is = PLANTED.get().is_some_and(|bug| mark.strip_prefix(MARK) == Some(bug));
        REACHED.set(REACHED.get() + u64::from(is));
        is
    }
}

#[cfg(foil_planted)]
pub use build::{MARK, is, plant, reached};
