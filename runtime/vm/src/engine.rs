//! The engine's configuration: every switch, and why.

use crate::features;
use abi::fault::Fault;
use abi::limits::{MEMORY_PAGES_MAX, STACK_BYTES_MAX, TABLE_ELEMENTS_MAX};
use wasmparser::WasmFeatures;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    ProfilingStrategy, RegallocAlgorithm, Strategy, WasmBacktraceDetails,
};

/// Calls that can run at once. Each reserves a little over 4 GiB of address space, so one engine reserves
/// some 130 GiB and a process of many engines (a simulated world) stays within the 128 TiB there are.
pub(crate) const INSTANCES_MAX: u32 = 32;

/// Memory that stays with a pool slot between calls and is copied back instead of being mapped anew, which
/// is three times as fast for the few pages that a typical call dirties.
const RESIDENT_BYTES_MAX: usize = 1 << 20;

/// The engine.
pub(crate) fn engine() -> Result<Engine, Fault> {
    let mut config = Config::new();
    code(&mut config);
    execution(&mut config);
    memory(&mut config);
    // The same features as admission's, and no others: admission's verdict is never overruled.
    config.wasm_features(WasmFeatures::all(), false);
    config.wasm_features(features::admitted(), true);
    Engine::new(&config).map_err(|error| Fault::host(format!("the engine does not start: {error:#}")))
}

/// How programs become machine code.
fn code(config: &mut Config) {
    // The one compiler that was compared with others.
    config.strategy(Strategy::Cranelift);
    // Programs are compiled once and run often.
    config.cranelift_opt_level(OptLevel::Speed);
    // The allocator that makes faster code.
    config.cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking);
    // Checks of the compiler's own work, for its developers.
    config.cranelift_debug_verifier(false);
    // NaN bits must not differ; until the prepare pass makes them canonical where they are seen.
    config.cranelift_nan_canonicalization(true);
    // Inlining would grow code without bound from small modules.
    config.compiler_inlining(wasmtime::Inlining::No);
    // No debugger is ever attached to a program.
    config.debug_info(false).debug_symbols(false).profiler(ProfilingStrategy::None);
    // Traps are codes, without a place: there is nobody to show it to.
    config.generate_address_map(false).wasm_backtrace_max_frames(None);
    // Otherwise an environment variable decides.
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    // Unwinding stops at the border to the guest and goes on behind it.
    config.native_unwind_info(false);
}

/// How programs run.
fn execution(config: &mut Config) {
    // Endless loops end; until the prepare pass counts fuel itself.
    config.consume_fuel(true);
    // A second, wall-clock way to stop would not be deterministic.
    config.epoch_interruption(false);
    // Below the stack of every thread that runs calls, host calls included.
    config.max_wasm_stack(STACK_BYTES_MAX);
    // The processor finds accesses out of bounds and divisions by zero; no code is spent on them.
    config.signals_based_traps(true);
    // Nothing here is async, collects garbage, or is shared between threads.
    config.concurrency_support(false).gc_support(false).shared_memory(false);
    // Off with its feature; said here so that it could never be otherwise.
    config.relaxed_simd_deterministic(true);
}

/// Where instances live.
fn memory(config: &mut Config) {
    // All that 32 bits can reach is reserved, so that loads and stores need no bounds check.
    config.memory_reservation(4 << 30);
    // As much again as the offsets in instructions usually add; larger ones are checked.
    config.memory_guard_size(32 << 20);
    // Against an engine's bug that computes a negative address.
    config.guard_before_linear_memory(true);
    // Memory is reserved to its maximum, so it never moves, and growing cannot fail for lack of room.
    config.memory_may_move(false).memory_reservation_for_growth(0);
    // A fresh memory is mapped from the module's image, copied page by page as it is written.
    config.memory_init_cow(true).force_memory_init_memfd(false);
    // Data up to this size gets an image even where it is mostly holes.
    config.memory_guaranteed_dense_image_size(16 << 20);
    // Table elements are made when first called: a fresh instance costs the same for any table.
    config.table_lazy_init(true);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
}

/// Instances come from a pool, which instantiates faster than mapping memory for each call.
fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(INSTANCES_MAX).total_memories(INSTANCES_MAX).total_tables(INSTANCES_MAX);
    pool.max_memories_per_module(1).max_tables_per_module(1);
    let page = 64 << 10;
    let memory_bytes = usize::try_from(MEMORY_PAGES_MAX).unwrap_or(usize::MAX).saturating_mul(page);
    pool.max_memory_size(memory_bytes);
    pool.table_elements(usize::try_from(TABLE_ELEMENTS_MAX).unwrap_or(usize::MAX));
    // What an instance with as many functions, exports and globals as are admitted takes.
    pool.max_core_instance_size(4 << 20);
    // A slot keeps the image of its last program: usually the next call's.
    pool.max_unused_warm_slots(INSTANCES_MAX);
    pool.linear_memory_keep_resident(RESIDENT_BYTES_MAX).table_keep_resident(RESIDENT_BYTES_MAX);
    // Only pages that were written are put back, where the kernel can say which.
    pool.pagemap_scan(Enabled::Auto);
    // A slot is clean before the next call, not some calls later.
    pool.decommit_batch_size(1);
    pool
}
