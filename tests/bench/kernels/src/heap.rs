//! A heap that hands memory out in order and takes only the last piece back, as the guests' does; [`clear`]
//! gives back all of it at the start of a run, so that every run sees the same memory.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::Cell;

const PAGE: usize = 64 << 10;

struct Stack {
    /// The first free address; 0 before the first piece.
    next: Cell<usize>,
}

// SAFETY: a module has one thread.
unsafe impl Sync for Stack {}

#[global_allocator]
static HEAP: Stack = Stack { next: Cell::new(0) };

/// Forgets every piece: nothing on the heap outlives a run.
pub(crate) fn clear() {
    HEAP.next.set(0);
}

/// Runs `work`, of which nothing stays on the heap, and takes back what it left there.
#[cfg(feature = "json")]
pub(crate) fn scratch(work: impl FnOnce() -> u64) -> u64 {
    let next = HEAP.next.get();
    let answer = work();
    HEAP.next.set(next);
    answer
}

impl Stack {
    fn next(&self) -> usize {
        unsafe extern "C" {
            static __heap_base: u8;
        }
        match self.next.get() {
            0 => (&raw const __heap_base) as usize,
            next => next,
        }
    }

    fn reach(&self, end: usize) {
        let have = wasm32::memory_size(0) * PAGE;
        if end > have && wasm32::memory_grow(0, (end - have).div_ceil(PAGE)) == usize::MAX {
            wasm32::unreachable()
        }
        self.next.set(end);
    }
}

// SAFETY: pieces do not overlap: each begins where the one before it ended, and `next` falls only to the
// start of the last piece, which is being given back, or to where it was before all that is dead.
unsafe impl GlobalAlloc for Stack {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mask = layout.align() - 1;
        let start = (self.next() + mask) & !mask;
        self.reach(start + layout.size());
        start as *mut u8
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if piece as usize + layout.size() == self.next() {
            self.next.set(piece as usize);
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if piece as usize + layout.size() == self.next() {
            self.reach(piece as usize + size);
            return piece;
        }
        // SAFETY: the alignment is that of a layout, and a size beyond the memory ends the run.
        let fresh = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        // SAFETY: both pieces hold that many bytes, and they do not overlap.
        unsafe { core::ptr::copy_nonoverlapping(piece, fresh, layout.size().min(size)) };
        fresh
    }
}
