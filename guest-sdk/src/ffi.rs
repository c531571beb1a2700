//! The host as wasm sees it: imports that take offsets into the program's memory.
//!
//! Every `unsafe` of the SDK is in this file. Two facts carry it: the host copies to and from exactly the
//! ranges it is given, within the call; and a program has one thread.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "wasm32: addresses have 32 bits")]

use abi::limits::LOG_BYTES_MAX;
use alloc::alloc::{GlobalAlloc, Layout};
use alloc::vec::Vec;
use core::arch::wasm32;
use core::cell::Cell;
use core::fmt::Write;

/// What a value is guessed to need; a longer one is asked for twice.
const GUESS: usize = 256;

mod raw {
    macro_rules! imports {
        ($($(#[doc = $doc:literal])+ $name:ident($($param:ident: $type:ty),*) -> $result:ty = $base:literal, $byte:literal;)+) => {
            #[link(wasm_import_module = "foil")]
            unsafe extern "C" {
                $($(#[doc = $doc])+ pub(super) fn $name($($param: $type),*) -> $result;)+
            }
        };
    }
    abi::hostcalls!(imports);
}

fn at(bytes: &[u8]) -> u32 {
    bytes.as_ptr() as u32
}

fn len(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

/// Lets `call` fill `out`: it is given an address and a capacity, and answers with the full length, or a
/// negative number where there is nothing.
fn fill(out: &mut Vec<u8>, call: impl Fn(u32, u32) -> i64) -> bool {
    out.clear();
    out.reserve(GUESS);
    loop {
        let full = call(out.as_mut_ptr() as u32, out.capacity() as u32);
        if full < 0 {
            return false;
        }
        let full = full as usize;
        if full <= out.capacity() {
            // SAFETY: the host has written the first `full` bytes, and they fit.
            unsafe { out.set_len(full) };
            return true;
        }
        out.reserve_exact(full);
    }
}

pub(crate) fn get(key: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // SAFETY: the key is read and the buffer written within the call.
    fill(&mut out, |to, cap| unsafe { raw::state_get(at(key), len(key), to, cap) }).then_some(out)
}

pub(crate) fn has(key: &[u8]) -> bool {
    // SAFETY: a buffer of no bytes is not written.
    unsafe { raw::state_get(at(key), len(key), 0, 0) >= 0 }
}

pub(crate) fn put(key: &[u8], value: &[u8]) {
    // SAFETY: both are only read.
    unsafe { raw::state_put(at(key), len(key), at(value), len(value)) }
}

pub(crate) fn delete(key: &[u8]) {
    // SAFETY: the key is only read.
    unsafe { raw::state_delete(at(key), len(key)) }
}

pub(crate) fn scan_open(from: &[u8], to: &[u8], reverse: bool) -> u32 {
    // SAFETY: both are only read.
    unsafe { raw::scan_open(at(from), len(from), at(to), len(to), u32::from(reverse)) }
}

pub(crate) fn scan_next(cursor: u32, entry: &mut Vec<u8>) -> bool {
    // SAFETY: the buffer is written within the call.
    fill(entry, |to, cap| unsafe { raw::scan_next(cursor, to, cap) })
}

pub(crate) fn scan_close(cursor: u32) {
    // SAFETY: no memory is involved.
    unsafe { raw::scan_close(cursor) }
}

pub(crate) fn input() -> Vec<u8> {
    let mut out = Vec::new();
    // SAFETY: the buffer is written within the call.
    fill(&mut out, |to, cap| i64::from(unsafe { raw::input(to, cap) }));
    out
}

pub(crate) fn answer(data: &[u8]) {
    // SAFETY: the answer is only read.
    unsafe { raw::answer(at(data), len(data)) }
}

pub(crate) fn fail(data: &[u8]) -> ! {
    // SAFETY: the reason is only read; the host does not come back.
    unsafe { raw::fail(at(data), len(data)) }
    wasm32::unreachable()
}

pub(crate) fn emit(name: &str, data: &[u8]) {
    // SAFETY: both are only read.
    unsafe { raw::emit(at(name.as_bytes()), len(name.as_bytes()), at(data), len(data)) }
}

pub(crate) fn send(to: &[u8; 32], method: &str, args: &[u8]) {
    // SAFETY: all three are only read, the first for its 32 bytes.
    unsafe { raw::send(at(to), at(method.as_bytes()), len(method.as_bytes()), at(args), len(args)) }
}

pub(crate) fn shard() -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: 32 bytes are written, which there are.
    unsafe { raw::shard(out.as_mut_ptr() as u32) }
    out
}

pub(crate) fn caller() -> Vec<u8> {
    let mut out = Vec::new();
    // SAFETY: the buffer is written within the call.
    fill(&mut out, |to, cap| i64::from(unsafe { raw::caller(to, cap) }));
    out
}

pub(crate) fn seq() -> u64 {
    // SAFETY: no memory is involved.
    unsafe { raw::seq() }
}

pub(crate) fn time() -> u64 {
    // SAFETY: no memory is involved.
    unsafe { raw::time() }
}

pub(crate) fn random(out: &mut [u8]) {
    // SAFETY: exactly the slice is written.
    unsafe { raw::random(out.as_mut_ptr() as u32, len(out)) }
}

pub(crate) fn blake3(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: the data are only read, and 32 bytes are written, which there are.
    unsafe { raw::hash_blake3(at(data), len(data), out.as_mut_ptr() as u32) }
    out
}

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: the data are only read, and 32 bytes are written, which there are.
    unsafe { raw::hash_sha256(at(data), len(data), out.as_mut_ptr() as u32) }
    out
}

pub(crate) fn verify_ed25519(key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
    // SAFETY: all three are only read, the first two for 32 and 64 bytes.
    unsafe { raw::verify_ed25519(at(key), at(signature), at(message), len(message)) == 1 }
}

pub(crate) fn log(text: &str) {
    // SAFETY: the text is only read.
    unsafe { raw::log(at(text.as_bytes()), len(text.as_bytes())) }
}

/// A call is short and its memory is fresh, so memory is handed out in order and only the last piece is
/// ever taken back: that is enough for buffers that grow and for temporaries.
struct Stack {
    /// The first free address; 0 before the first piece.
    next: Cell<usize>,
}

// SAFETY: a program has one thread.
unsafe impl Sync for Stack {}

#[global_allocator]
static HEAP: Stack = Stack { next: Cell::new(0) };

/// A page has 64 KiB.
const PAGE_BITS: u32 = 16;

impl Stack {
    /// The first free address; the heap begins where the linker says that the program's own data end.
    fn next(&self) -> usize {
        unsafe extern "C" {
            static __heap_base: u8;
        }
        match self.next.get() {
            0 => (&raw const __heap_base) as usize,
            next => next,
        }
    }

    /// Moves the first free address to `end`, if the memory can be made to reach there.
    fn reach(&self, end: usize) -> bool {
        let have = wasm32::memory_size(0) << PAGE_BITS;
        let reached =
            end <= have || wasm32::memory_grow(0, ((end - have - 1) >> PAGE_BITS) + 1) != usize::MAX;
        if reached {
            self.next.set(end);
        }
        reached
    }
}

/// Where a piece ends, which is in memory: nothing overflows.
fn ends_at(piece: *mut u8, layout: Layout) -> usize {
    (piece as usize).wrapping_add(layout.size())
}

// SAFETY: pieces do not overlap: each begins where the one before it ended, and `next` falls only to the
// start of the last piece, which is being given back.
unsafe impl GlobalAlloc for Stack {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mask = layout.align() - 1;
        let start = self.next().checked_add(mask).map(|at| at & !mask);
        match start.and_then(|start| start.checked_add(layout.size())) {
            Some(end) if self.reach(end) => (end - layout.size()) as *mut u8,
            _ => exhausted(),
        }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        if ends_at(piece, layout) == self.next() {
            self.next.set(piece as usize);
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if ends_at(piece, layout) == self.next() {
            return match (piece as usize).checked_add(size) {
                Some(end) if self.reach(end) => piece,
                _ => exhausted(),
            };
        }
        // SAFETY: the alignment is that of a layout, and a size beyond the memory is refused.
        let fresh = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        // SAFETY: both pieces hold that many bytes, and they do not overlap.
        unsafe { core::ptr::copy_nonoverlapping(piece, fresh, layout.size().min(size)) };
        fresh
    }
}

/// The memory is used up: says so, and traps.
fn exhausted() -> ! {
    log("out of memory");
    wasm32::unreachable()
}

/// A panic says where and what, and traps.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let mut line = Line { text: [0; LOG_BYTES_MAX], len: 0 };
    line.push(b"panicked at ");
    if let Some(place) = info.location() {
        line.push(place.file().as_bytes());
        line.push(b":");
        line.decimal(place.line());
    }
    line.push(b": ");
    // A value that cannot say what it is has said less: the panic is reported all the same.
    let _ = write!(line, "{}", info.message());
    line.log();
    wasm32::unreachable()
}

/// A line for the log that takes no memory of the heap, where there may be none: what is too long is cut.
struct Line {
    text: [u8; LOG_BYTES_MAX],
    len: usize,
}

impl Line {
    fn push(&mut self, bytes: &[u8]) {
        for (free, byte) in self.text.iter_mut().skip(self.len).zip(bytes) {
            *free = *byte;
        }
        self.len = LOG_BYTES_MAX.min(self.len.wrapping_add(bytes.len()));
    }

    /// Formatting a number with `core::fmt` would be two kilobytes more of every program.
    fn decimal(&mut self, number: u32) {
        if number >= 10 {
            self.decimal(number / 10);
        }
        self.push(&[b'0' + (number % 10) as u8]);
    }

    fn log(&self) {
        // SAFETY: the text is only read.
        unsafe { raw::log(at(&self.text), self.len as u32) }
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}
