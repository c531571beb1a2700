//! An instance that is used for one call after another, and put back exactly as it was in between.
//!
//! Prepared code marks the 4 KiB page of every address it stores to, before it stores. After a call the
//! marked pages are copied back from the image of a fresh memory, and so is what the host wrote; the marks
//! are cleared, the mutable globals are set to what they were. A mark stands for the first bytes behind its
//! page as well, where a store that begins in the page may end: those are copied back with each page.
//!
//! # Limits
//!
//! A memory that grew cannot be made smaller, and tables are not put back: such an instance is dropped.

use super::compiled::{Code, State};
use super::host::{Host, Parts, lacks};
use crate::prepare::marks::BEHIND;
use abi::fault::Fault;
use std::ops::Range;
use wasmtime::{Global, Instance, Memory, Store, TypedFunc, Val};

/// Bytes of the page that a mark stands for.
const PAGE: usize = 4 << 10;
/// Marks that are looked at together: the memory of marks is so many times as long.
const GROUP: usize = 32;

/// An instance.
pub(super) struct Slot {
    pub(super) store: Store<State>,
    pub(super) instance: Instance,
    pub(super) parts: Parts<Memory, Global>,
    /// The pages that its memory has at first.
    fresh_pages: u64,
    marks: Memory,
    /// Room for what the marks stand for.
    marked: Vec<Range<usize>>,
    /// The depth that there is at first.
    depth: Val,
    /// The program's own mutable globals, with their first values.
    globals: Vec<(Global, Val)>,
    /// The methods that were looked up.
    pub(super) methods: Vec<Option<TypedFunc<(), ()>>>,
}

impl Slot {
    /// A fresh instance.
    pub(super) fn new(code: &Code) -> Result<Slot, Fault> {
        let mut store = Store::new(code.instance.module().engine(), Host::new());
        store.limiter(|host| host);
        // Admission saw to it that nothing in here can trap: what fails is this machine.
        let instance = code.instance.instantiate(&mut store).map_err(failed)?;
        let export = |store: &mut Store<State>, export| instance.get_module_export(store, export);
        let memory = export(&mut store, &code.memory).and_then(|found| found.into_memory());
        let marks = export(&mut store, &code.marks).and_then(|found| found.into_memory());
        let fuel = export(&mut store, &code.fuel).and_then(|found| found.into_global());
        let depth = export(&mut store, &code.depth).and_then(|found| found.into_global());
        let (Some(memory), Some(marks), Some(fuel), Some(depth)) = (memory, marks, fuel, depth) else {
            return Err(lacks("what preparation added"));
        };
        let mut globals = Vec::with_capacity(code.globals.len());
        for global in &code.globals {
            let global = export(&mut store, global).and_then(|found| found.into_global());
            let global = global.ok_or_else(|| lacks("a global"))?;
            globals.push((global, global.get(&mut store)));
        }
        let fresh_pages = memory.size(&store);
        let parts = Parts { memory, fuel, depth };
        let depth = depth.get(&mut store);
        store.data_mut().parts = Some(parts);
        Ok(Slot {
            store,
            instance,
            parts,
            fresh_pages,
            marks,
            marked: Vec::new(),
            depth,
            globals,
            methods: Vec::new(),
        })
    }

    /// Puts the instance back as it was, with a memory that begins with `image`; `false` where that cannot be
    /// done. Who returned has given all depth back; who `was_stopped` has not.
    pub(super) fn reset(&mut self, image: &[u8], was_stopped: bool) -> Result<bool, Fault> {
        if self.parts.memory.size(&self.store) != self.fresh_pages {
            return Ok(false);
        }
        self.collect(was_stopped);
        let (memory, host) = self.parts.memory.data_and_store_mut(&mut self.store);
        let size = memory.len();
        for range in self.marked.drain(..).chain(host.written.drain()) {
            restore(memory, image, range.start.min(size), range.end.min(size));
        }
        if was_stopped {
            self.parts.depth.set(&mut self.store, self.depth).map_err(failed)?;
        }
        for (global, value) in &self.globals {
            global.set(&mut self.store, *value).map_err(failed)?;
        }
        Ok(true)
    }

    /// Collects what the marks stand for; none is left. A store that trapped may have marked a page far behind
    /// the memory's end.
    fn collect(&mut self, was_stopped: bool) {
        let pages = self.parts.memory.data_size(&self.store) / PAGE;
        let marks = self.marks.data_mut(&mut self.store);
        // A bulk operation that ends with the memory marks the page behind it.
        let groups = if was_stopped { marks.len() } else { (pages + 1).div_ceil(GROUP) * GROUP };
        for (group, marks) in marks[..groups].chunks_exact_mut(GROUP).enumerate() {
            if marks == [0; GROUP] {
                continue;
            }
            for (at, mark) in marks.iter_mut().enumerate().filter(|(_, mark)| **mark != 0) {
                *mark = 0;
                let start = (group * GROUP + at) * PAGE;
                self.marked.push(start..start + PAGE + BEHIND as usize);
            }
        }
    }

    /// Compares an instance that was put back with a fresh one.
    ///
    /// # Errors
    ///
    /// A fault that says where it differs.
    pub(super) fn prove(&mut self, code: &Code, image: &[u8]) -> Result<(), Fault> {
        let mut fresh = Slot::new(code)?;
        let memory = self.parts.memory.data(&self.store);
        if memory != fresh.parts.memory.data(&fresh.store) || !memory.starts_with(image) {
            return Err(Fault::host("an instance was put back with residue in its memory"));
        }
        if self.marks.data(&self.store).iter().any(|mark| *mark != 0) {
            return Err(Fault::host("an instance was put back with a mark left"));
        }
        let globals =
            self.globals.iter().zip(&fresh.globals).map(|((ours, _), (theirs, _))| (*ours, *theirs));
        for (ours, theirs) in globals.chain([(self.parts.depth, fresh.parts.depth)]) {
            let (ours, theirs) = (ours.get(&mut self.store), theirs.get(&mut fresh.store));
            if bits(&ours) != bits(&theirs) {
                return Err(Fault::host("an instance was put back with residue in a global"));
            }
        }
        Ok(())
    }
}

/// Copies `start..end` of the image, which is zero behind its end.
fn restore(memory: &mut [u8], image: &[u8], start: usize, end: usize) {
    let known = image.get(start..end.min(image.len())).unwrap_or_default();
    let (copied, zeros) = memory[start..end].split_at_mut(known.len());
    copied.copy_from_slice(known);
    zeros.fill(0);
}

fn bits(value: &Val) -> Option<u64> {
    Some(match value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(bits) => u64::from(*bits),
        Val::F64(bits) => *bits,
        _ => return None,
    })
}

/// A failure of the engine.
pub(super) fn failed(error: wasmtime::Error) -> Fault {
    Fault::host(format!("the engine failed: {error:#}"))
}
