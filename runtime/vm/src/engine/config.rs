//! The engines' configuration: every switch, and why.

use super::Engine;
use crate::features;
use abi::fault::Fault;
use abi::limits::{MEMORY_PAGES_MAX, TABLE_ELEMENTS_MAX};
use std::num::NonZeroUsize;
use wasmparser::WasmFeatures;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, ProfilingStrategy,
    RegallocAlgorithm, Strategy, WasmBacktraceDetails,
};

/// Calls that can run at once.
pub(crate) const CALLS_MAX: u32 = 16;
/// Instances that wait for their next call.
pub(crate) const IDLE_MAX: usize = 16;
/// Those that run, those that wait, and those that are only made to compare with. Every instance has two
/// memories, each of which reserves a little over 4 GiB of address space: one engine reserves some 400 GiB,
/// and a process of many engines (a simulated world) stays within the 128 TiB there are.
const INSTANCES_MAX: u32 = 48;

/// Native stack that programs can use, in bytes: more than the frames that their depth allows can take.
pub(crate) const STACK_BYTES: usize = 5 << 20;

/// Functions that a trap names.
const BACKTRACE_FRAMES_MAX: usize = 16;

/// Memory that stays with a pool slot between instances and is copied back instead of being mapped anew,
/// which is three times as fast for the few pages that a typical call dirties.
const RESIDENT_BYTES_MAX: usize = 1 << 20;

/// wasmtime, as `engine` asks for it.
pub(crate) fn engine(engine: Engine) -> Result<wasmtime::Engine, Fault> {
    start(config(engine)?.allocation_strategy(InstanceAllocationStrategy::Pooling(pool())))
}

/// The same, with instances that are made one by one.
pub(crate) fn unpooled(engine: Engine) -> Result<wasmtime::Engine, Fault> {
    start(config(engine)?.allocation_strategy(InstanceAllocationStrategy::OnDemand))
}

/// The same for looking into calls, each of which has an instance of its own.
pub(crate) fn inspecting() -> Result<wasmtime::Engine, Fault> {
    let mut config = config(Engine::CraneliftNone)?;
    // Where in its function a trap was is what is asked for.
    config.generate_address_map(true);
    // The probe stands in a table of its own.
    config.wasm_features(WasmFeatures::REFERENCE_TYPES, true);
    start(config.allocation_strategy(InstanceAllocationStrategy::OnDemand))
}

fn start(config: &Config) -> Result<wasmtime::Engine, Fault> {
    wasmtime::Engine::new(config).map_err(failed)
}

fn failed(error: wasmtime::Error) -> Fault {
    Fault::host(format!("the engine does not start: {error:#}"))
}

fn config(engine: Engine) -> Result<Config, Fault> {
    let mut config = Config::new();
    code(&mut config);
    execution(&mut config);
    memory(&mut config);
    match engine {
        // Programs are compiled once and run often.
        Engine::Cranelift | Engine::Wasmi => config.cranelift_opt_level(OptLevel::Speed),
        Engine::CraneliftNone => config.cranelift_opt_level(OptLevel::None),
        Engine::Pulley => config.target("pulley64").map_err(failed)?.signals_based_traps(false),
    };
    config.wasm_features(WasmFeatures::all(), false);
    config.wasm_features(prepared(), true);
    Ok(config)
}

/// The features of admission, with what prepared modules need: admission's verdict is never overruled.
fn prepared() -> WasmFeatures {
    features::admitted() | WasmFeatures::MULTI_MEMORY
}

/// wasmi.
pub(crate) fn interpreter() -> wasmi::Engine {
    let mut config = wasmi::Config::default();
    let on = |feature| prepared().contains(feature);
    config.wasm_mutable_global(on(WasmFeatures::MUTABLE_GLOBAL));
    config.wasm_sign_extension(on(WasmFeatures::SIGN_EXTENSION));
    config.wasm_saturating_float_to_int(on(WasmFeatures::SATURATING_FLOAT_TO_INT));
    config.wasm_multi_value(on(WasmFeatures::MULTI_VALUE));
    config.wasm_multi_memory(on(WasmFeatures::MULTI_MEMORY));
    config.wasm_bulk_memory(on(WasmFeatures::BULK_MEMORY));
    config.wasm_reference_types(on(WasmFeatures::REFERENCE_TYPES));
    config.wasm_tail_call(on(WasmFeatures::TAIL_CALL));
    config.wasm_extended_const(on(WasmFeatures::EXTENDED_CONST));
    config.wasm_custom_page_sizes(on(WasmFeatures::CUSTOM_PAGE_SIZES));
    config.wasm_wide_arithmetic(on(WasmFeatures::WIDE_ARITHMETIC));
    config.floats(on(WasmFeatures::FLOATS));
    // What is too large is found when a program is admitted, not when it first runs.
    config.compilation_mode(wasmi::CompilationMode::Eager);
    // Fuel and depth are counted by the prepared module itself: its own limits are never met.
    config.consume_fuel(false);
    config.set_max_recursion_depth(1 << 20);
    config.set_max_stack_height(64 << 20);
    wasmi::Engine::new(&config)
}

/// How programs become machine code.
fn code(config: &mut Config) {
    // The one compiler that was compared with others.
    config.strategy(Strategy::Cranelift);
    // The allocator that makes faster code.
    config.cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking);
    // Checks of the compiler's own work, for its developers.
    config.cranelift_debug_verifier(false);
    // Prepared modules make NaN canonical themselves, where its bits are seen.
    config.cranelift_nan_canonicalization(false);
    // Inlining would grow code without bound from small modules.
    config.compiler_inlining(wasmtime::Inlining::No);
    // No debugger is ever attached to a program.
    config.debug_info(false).debug_symbols(false).profiler(ProfilingStrategy::None);
    // A trap names the functions that were running, for people. Where in them, nobody asks.
    config.generate_address_map(false).wasm_backtrace_max_frames(NonZeroUsize::new(BACKTRACE_FRAMES_MAX));
    // Otherwise an environment variable decides.
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    // Unwinding stops at the border to the guest and goes on behind it.
    config.native_unwind_info(false);
}

/// How programs run.
fn execution(config: &mut Config) {
    // Prepared modules count their fuel themselves.
    config.consume_fuel(false);
    // A second, wall-clock way to stop would not be deterministic.
    config.epoch_interruption(false);
    // Never met: prepared modules count their depth themselves.
    config.max_wasm_stack(STACK_BYTES).async_stack_size(STACK_BYTES);
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
}

/// Instances come from a pool, which instantiates faster than mapping memory for each call.
fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(INSTANCES_MAX).total_memories(INSTANCES_MAX * 2).total_tables(INSTANCES_MAX);
    // The program's and that of its marks.
    pool.max_memories_per_module(2).max_tables_per_module(1);
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
