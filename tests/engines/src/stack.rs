//! Room for the guests' frames.

use std::thread::Builder;

/// Native stack, in bytes: more than the product gives a call, because modules that call each other have the
/// depth of a call each.
const BYTES: usize = 64 << 20;

/// Runs `work` on a thread of its own with a stack that is deep enough for any module.
///
/// # Panics
///
/// When the work does.
pub fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = Builder::new().stack_size(BYTES).spawn_scoped(scope, work);
        let ended = thread.expect("this machine has room for another thread").join();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
