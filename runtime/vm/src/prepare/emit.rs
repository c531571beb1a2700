//! Writes a prepared function body.
//!
//! Operators are copied as they are; what is added stands between them. What is added keeps its operands in
//! locals of its own, behind those of the function.

use super::body::{Body, Op};
use super::injected::Injected;
use super::nan::{Canonical, Float};
use super::regions::Regions;
use abi::fuel::{BULK_BYTES_LOG2, GROW_PAGE, TABLE_ELEMENT};
use wasm_encoder::{BlockType, Encode, InstructionSink, MemArg, ValType};
use wasmparser::Operator;

/// The NaN that the deterministic profile of WebAssembly 3.0 asks for: positive, with the first bit of the
/// fraction alone.
const NAN_32: u32 = 0x7fc0_0000;
const NAN_64: u64 = 0x7ff8_0000_0000_0000;

/// Bytes of a page of marks, as a power of two.
pub(super) const MARK_LOG2: i32 = 12;

/// What was found out about a body.
pub(super) struct Plan {
    pub(super) regions: Regions,
    pub(super) canonical: Canonical,
    /// For each operator, whether it is a store that marks.
    pub(super) marks: Vec<bool>,
    /// The depth that its frame costs, with the type of a block around the whole body.
    pub(super) frame: Option<(i64, BlockType)>,
    /// Its index, which the probe is told.
    pub(super) function: u32,
}

/// For each operator that was copied, where it, with what stands before it, begins in the prepared body, and where
/// it stands in the module.
pub(super) type Places = Vec<(usize, usize)>;

/// What the probe is told where a function returns.
pub(crate) const RETURNS: u32 = u32::MAX;

/// Writes one body.
struct Emit<'b> {
    wasm: &'b [u8],
    body: &'b Body<'b>,
    injected: &'b Injected,
    /// The types of the locals that were added.
    scratch: Vec<ValType>,
    code: Vec<u8>,
    places: Places,
    /// Blocks that are open, the function itself not counted.
    nesting: u32,
    /// Whether the operator before this one compares 32-bit integers for equality.
    compares: bool,
}

/// The code entry of a prepared body, without its length; and, where it has probes, what in it comes from where.
pub(super) fn emit(wasm: &[u8], body: &Body<'_>, plan: &Plan, injected: &Injected) -> (Vec<u8>, Places) {
    let mut emit = Emit {
        wasm,
        body,
        injected,
        scratch: Vec::new(),
        code: Vec::with_capacity(body.len * 2),
        places: Places::new(),
        nesting: 0,
        compares: false,
    };
    emit.prologue(plan);
    let mut after_end = false;
    let mut was_dead = false;
    for (at, op) in body.ops.iter().enumerate() {
        let dead = plan.regions.dead[at];
        if dead && !was_dead && after_end {
            // What was dropped made the rest of the block valid, whatever it leaves behind.
            emit.sink().unreachable();
        }
        if !dead {
            if injected.probe.is_some() {
                emit.places.push((if at == 0 { 0 } else { emit.code.len() }, op.bytes.start));
            }
            emit.pay(at, plan);
            emit.op(at, op, plan);
            emit.canonical(plan.canonical[at]);
        }
        (was_dead, after_end) = (dead, matches!(op.operator, Operator::End));
    }
    emit.finish()
}

impl Emit<'_> {
    fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.code)
    }

    /// A local of our own: the `nth` of its type.
    fn local(&mut self, ty: ValType, nth: usize) -> u32 {
        let found = self.scratch.iter().enumerate().filter(|(_, other)| **other == ty).nth(nth);
        let at = match found {
            Some((at, _)) => at,
            None => {
                self.scratch.push(ty);
                self.scratch.len() - 1
            }
        };
        u32::try_from(self.body.locals.len() + at).expect("a function has far fewer locals than 2^32")
    }

    fn finish(self) -> (Vec<u8>, Places) {
        let Emit { wasm, body, scratch, code, mut places, .. } = self;
        let mut out = Vec::with_capacity(code.len() + 32);
        let added = u32::try_from(scratch.len()).expect("a handful");
        (body.declarations_count + added).encode(&mut out);
        out.extend_from_slice(&wasm[body.declarations.clone()]);
        for ty in scratch {
            1u32.encode(&mut out);
            ty.encode(&mut out);
        }
        places.iter_mut().for_each(|(at, _)| *at += out.len());
        out.extend_from_slice(&code);
        (out, places)
    }

    /// Tells the probe, if there is one.
    fn probe(&mut self, what: u32) {
        if let Some(probe) = self.injected.probe {
            let mut sink = self.sink();
            sink.i32_const(what.cast_signed()).i32_const(0).call_indirect(probe.table, probe.ty);
        }
    }

    /// Pays for the region that begins with an operator. A loop looks each time whether there was enough.
    fn pay(&mut self, at: usize, plan: &Plan) {
        let Some(before) = at.checked_sub(1) else {
            return;
        };
        self.charge(plan.regions.charges[at]);
        if matches!(self.body.ops[before].operator, Operator::Loop { .. }) {
            self.check();
        }
    }

    /// Pays for the frame and the first region, and looks at both at once: no function begins without fuel.
    fn prologue(&mut self, plan: &Plan) {
        self.probe(plan.function);
        let first = plan.regions.charges[0];
        self.charge(first);
        if plan.frame.is_none() && first > 0 {
            self.check();
        }
        if let Some((cost, block)) = plan.frame {
            let (depth, fuel) = (self.injected.depth, self.injected.fuel);
            let mut sink = self.sink();
            sink.global_get(depth).i64_const(cost).i64_sub().global_set(depth);
            sink.global_get(depth).global_get(fuel).i64_or();
            end_below_zero(&mut sink);
            sink.block(block);
        }
    }

    fn epilogue(&mut self, plan: &Plan) {
        if let Some((cost, _)) = plan.frame {
            let depth = self.injected.depth;
            self.sink().end().global_get(depth).i64_const(cost).i64_add().global_set(depth);
            self.probe(RETURNS);
        }
    }

    /// Takes fuel. Whether there was enough is looked at elsewhere.
    fn charge(&mut self, cost: u64) {
        if cost > 0 {
            // The length of a body bounds the price of its regions.
            let cost = i64::try_from(cost).unwrap_or(i64::MAX);
            self.charge_with(|sink| {
                sink.i64_const(cost);
            });
        }
    }

    fn charge_with(&mut self, cost: impl FnOnce(&mut InstructionSink<'_>)) {
        let fuel = self.injected.fuel;
        let mut sink = self.sink();
        sink.global_get(fuel);
        cost(&mut sink);
        sink.i64_sub().global_set(fuel);
    }

    /// Takes fuel for a length, and looks at once: the work may be long.
    fn pay_length(&mut self, cost: impl FnOnce(&mut InstructionSink<'_>)) {
        self.charge_with(cost);
        self.check();
    }

    /// Ends the call if there was not enough fuel.
    fn check(&mut self) {
        let fuel = self.injected.fuel;
        let mut sink = self.sink();
        sink.global_get(fuel);
        end_below_zero(&mut sink);
    }

    fn canonical(&mut self, float: Option<Float>) {
        // `ge` is one test of the processor, where `eq` is two.
        match float {
            None => {}
            Some(Float::F32) => {
                let (value, nan) = (self.local(ValType::F32, 0), f32::from_bits(NAN_32).into());
                let mut sink = self.sink();
                sink.local_tee(value).f32_const(nan).local_get(value).local_get(value).f32_ge().select();
            }
            Some(Float::F64) => {
                let (value, nan) = (self.local(ValType::F64, 0), f64::from_bits(NAN_64).into());
                let mut sink = self.sink();
                sink.local_tee(value).f64_const(nan).local_get(value).local_get(value).f64_ge().select();
            }
        }
    }

    fn op(&mut self, at: usize, op: &Op<'_>, plan: &Plan) {
        match &op.operator {
            Operator::Block { .. } => self.nesting += 1,
            Operator::If { .. } => {
                self.nesting += 1;
                // The condition is no parameter.
                self.settle(op.pops - 1);
            }
            Operator::Loop { .. } => {
                self.nesting += 1;
                self.settle(op.pops);
            }
            Operator::End if at + 1 == self.body.ops.len() => self.epilogue(plan),
            Operator::End => self.nesting -= 1,
            Operator::Return if plan.frame.is_some() => {
                let nesting = self.nesting;
                self.sink().br(nesting);
                return;
            }
            Operator::MemoryGrow { .. } => self.grow(),
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } | Operator::MemoryInit { .. } => {
                self.bulk();
            }
            Operator::TableCopy { .. } | Operator::TableInit { .. } => self.table(),
            Operator::Select | Operator::TypedSelect { .. } if self.compares => self.unfuse(),
            operator if plan.marks[at] => self.store(operator),
            _ => {}
        }
        self.code.extend_from_slice(&self.wasm[op.bytes.clone()]);
        self.compares = matches!(op.operator, Operator::I32Eqz | Operator::I32Eq | Operator::I32Ne);
    }

    /// Pays for the pages, where the memory may have them at all: growing beyond its maximum is no work.
    fn grow(&mut self) {
        let pages = self.local(ValType::I32, 0);
        let max = self.injected.pages_max;
        self.sink().local_set(pages);
        self.pay_length(|sink| {
            sink.local_get(pages).i64_extend_i32_u().i64_const(0).local_get(pages).i64_extend_i32_u();
            sink.i64_const(max).i64_le_u().select().i64_const(GROW_PAGE.cast_signed()).i64_mul();
        });
        self.sink().local_get(pages);
    }

    /// Pays for the length of a bulk operation on memory, and marks the pages it writes.
    fn bulk(&mut self) {
        let [len, other, start] = [0, 1, 2].map(|nth| self.local(ValType::I32, nth));
        self.sink().local_set(len).local_set(other).local_set(start);
        self.pay_length(|sink| {
            sink.local_get(len).i64_extend_i32_u().i64_const(BULK_BYTES_LOG2.cast_signed()).i64_shr_u();
        });
        if let Some(memory) = self.injected.marks {
            let mut sink = self.sink();
            sink.local_get(start);
            mark(&mut sink, memory);
            sink.local_get(start).local_get(len).i32_add();
            mark(&mut sink, memory);
            sink.local_get(len).i32_const(1 << MARK_LOG2).i32_gt_u().if_(BlockType::Empty);
            sink.local_get(start).i32_const(MARK_LOG2).i32_shr_u().i32_const(1);
            sink.local_get(len).i32_const(MARK_LOG2).i32_shr_u().i32_const(1).i32_add();
            sink.memory_fill(memory).end();
        }
        self.sink().local_get(start).local_get(other).local_get(len);
    }

    /// Before a loop or an `if` that takes operands: wasmi 2.0.0 loses the one below them, unless a block ended
    /// just before.
    fn settle(&mut self, params: usize) {
        if params > 0 {
            self.sink().block(BlockType::Empty).end();
        }
    }

    /// Keeps a comparison with zero apart from the `select` it decides: wasmi 2.0.0 joins the two and then
    /// decides by another value. It costs nothing where code is compiled.
    fn unfuse(&mut self) {
        let condition = self.local(ValType::I32, 0);
        self.sink().local_tee(condition);
    }

    /// Pays for the length of a bulk operation on a table.
    fn table(&mut self) {
        let len = self.local(ValType::I32, 0);
        self.sink().local_set(len);
        self.pay_length(|sink| {
            sink.local_get(len).i64_extend_i32_u().i64_const(TABLE_ELEMENT.cast_signed()).i64_mul();
        });
        self.sink().local_get(len);
    }

    /// Marks the page that a store writes. The operands wait in locals, as the address is the lower one.
    fn store(&mut self, operator: &Operator<'_>) {
        let (Some(memory), Some((ty, offset))) = (self.injected.marks, stored(operator)) else {
            return;
        };
        let (address, value) = (self.local(ValType::I32, 0), self.local(ty, usize::from(ty == ValType::I32)));
        let mut sink = self.sink();
        sink.local_set(value).local_tee(address);
        if offset != 0 {
            sink.i32_const(offset.cast_signed()).i32_add();
        }
        mark(&mut sink, memory);
        sink.local_get(address).local_get(value);
    }
}

/// Ends the call if the number on top of the stack is below zero.
fn end_below_zero(sink: &mut InstructionSink<'_>) {
    sink.i64_const(0).i64_lt_s().if_(BlockType::Empty).unreachable().end();
}

/// Marks the page of the address on top of the stack.
fn mark(sink: &mut InstructionSink<'_>, memory_index: u32) {
    sink.i32_const(MARK_LOG2).i32_shr_u().i32_const(1).i32_store8(MemArg {
        offset: 0,
        align: 0,
        memory_index,
    });
}

/// The type and the offset of a store.
pub(super) fn stored(operator: &Operator<'_>) -> Option<(ValType, u32)> {
    use Operator as O;
    let (ty, memarg) = match operator {
        O::I32Store { memarg } | O::I32Store8 { memarg } | O::I32Store16 { memarg } => (ValType::I32, memarg),
        O::I64Store { memarg } | O::I64Store8 { memarg } => (ValType::I64, memarg),
        O::I64Store16 { memarg } | O::I64Store32 { memarg } => (ValType::I64, memarg),
        O::F32Store { memarg } => (ValType::F32, memarg),
        O::F64Store { memarg } => (ValType::F64, memarg),
        _ => return None,
    };
    // A memory of 32 bits has offsets of 32 bits.
    Some((ty, u32::try_from(memarg.offset).ok()?))
}
