//! Every limit, in one place. A snapshot test pins the values; those that decide outcomes or validity are
//! part of the profile's hash, so that changing one makes a new profile.

/// Longest method name, in bytes.
pub const METHOD_BYTES_MAX: usize = 64;
/// Longest name of a caller that the node vouches for, in bytes.
pub const PRINCIPAL_BYTES_MAX: usize = 64;
/// Longest arguments of a call, in bytes of canonical CBOR.
pub const ARGS_BYTES_MAX: usize = 2 << 20;
/// Longest output of a call, returned or failed, in bytes.
pub const OUTPUT_BYTES_MAX: usize = 1 << 20;
/// Longest event, name and data together, in bytes.
pub const EVENT_BYTES_MAX: usize = 64 << 10;
/// Most events of one call.
pub const EVENTS_MAX: usize = 10_000;
/// Most bytes of events of one call.
pub const EVENTS_BYTES_MAX: usize = 4 << 20;
/// Longest message, method and arguments together, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// Most messages of one call.
pub const MESSAGES_MAX: usize = 1_000;
/// Most bytes of messages of one call.
pub const MESSAGES_BYTES_MAX: usize = 4 << 20;
/// Longest key a program can write, in bytes; the key in state is one byte longer.
pub const KEY_BYTES_MAX: usize = 512;
/// Longest value, in bytes.
pub const VALUE_BYTES_MAX: usize = 256 << 10;
/// Most keys one call can write.
pub const WRITES_MAX: usize = 100_000;
/// Most bytes of keys and values one call can write.
pub const WRITES_BYTES_MAX: usize = 16 << 20;
/// Most cursors one call can have open at once.
pub const CURSORS_MAX: usize = 256;
/// Most random bytes of one host call.
pub const RANDOM_BYTES_MAX: usize = 4 << 10;
/// Longest line of a program's debug log, in bytes; the rest is cut. Logs are never in history.
pub const LOG_BYTES_MAX: usize = 4 << 10;
/// Most bytes of debug log kept of one call.
pub const LOGS_BYTES_MAX: usize = 64 << 10;

/// Largest program, in bytes of raw wasm.
pub const PROGRAM_BYTES_MAX: usize = 4 << 20;
/// Most pages (64 KiB) a program's memory may declare as its maximum: 64 MiB.
pub const MEMORY_PAGES_MAX: u64 = 1_024;
/// Most elements of a program's table.
pub const TABLE_ELEMENTS_MAX: u64 = 10_000;
/// Most functions of a program.
pub const FUNCTIONS_MAX: u32 = 20_000;
/// Largest function body, in bytes.
pub const FUNCTION_BYTES_MAX: u32 = 64 << 10;
/// Largest sum over a program's functions of the squares of their bodies' lengths in bytes: compilers take
/// longer than in proportion over long bodies.
pub const FUNCTION_SQUARES_MAX: u64 = 1 << 33;
/// Most locals of a function, parameters included.
pub const LOCALS_MAX: u32 = 10_000;
/// Most parameters of a function; results likewise.
pub const PARAMS_MAX: usize = 128;
/// Most globals of a program.
pub const GLOBALS_MAX: u32 = 10_000;
/// Most data segments; element segments likewise.
pub const SEGMENTS_MAX: u32 = 10_000;
/// Most exports of a program.
pub const EXPORTS_MAX: u32 = 10_000;
/// Deepest nesting of blocks in a function.
pub const CONTROL_DEPTH_MAX: usize = 1_024;
/// Deepest nesting of loops in a function.
pub const LOOP_DEPTH_MAX: usize = 32;
/// Most flow of a function: see `vm`'s admission, which says what that is.
pub const FUNCTION_FLOW_MAX: u64 = 1 << 20;
/// Most flow of a program.
pub const FLOW_MAX: u64 = 1 << 23;
/// Most values that a function's calls, blocks and branches pass.
pub const FUNCTION_PASSED_MAX: u64 = 16 << 10;
/// Most values that a program's calls, blocks and branches pass.
pub const PASSED_MAX: u64 = 256 << 10;
/// Most locals of all functions of a program.
pub const PROGRAM_LOCALS_MAX: u64 = 1 << 20;
/// Most targets of one `br_table`.
pub const BR_TABLE_TARGETS_MAX: u32 = 10_000;
/// Most operands that a function of a program has at once.
pub const OPERANDS_MAX: u32 = 10_000;

/// Most fuel a call may ask for.
pub const FUEL_MAX: u64 = 100_000_000_000;

/// Longest origin name of a shard, in bytes; `[a-z0-9.-]` and `/`.
pub const ORIGIN_BYTES_MAX: usize = 128;
/// Most authority keys, replicas or witnesses that a genesis names; signatures of one call likewise.
pub const KEYS_MAX: usize = 64;
/// Longest idempotency window, in milliseconds: 400 days.
pub const WINDOW_MS_MAX: u64 = 400 * 24 * 3_600_000;
/// Most idempotency keys live at once in one shard.
pub const WINDOW_KEYS_MAX: usize = 10_000_000;

/// Most calls in one block.
pub const BLOCK_CALLS_MAX: usize = 16_384;
/// Most events, messages and writes of one block together: what bounds the memory of its verifier.
pub const BLOCK_ITEMS_MAX: usize = 1 << 18;
/// Largest block, in bytes of its canonical encoding.
pub const BLOCK_BYTES_MAX: usize = 64 << 20;
/// Most keys that the witness of a block or query names, and its longest encoding in bytes: what bounds the
/// memory of who opens it. What reads more is run on the state itself.
pub const WITNESS_KEYS_MAX: usize = 1 << 19;
/// See [`WITNESS_KEYS_MAX`].
pub const WITNESS_BYTES_MAX: usize = 32 << 20;
/// Longest call, signed, in bytes of its canonical encoding.
pub const CALL_BYTES_MAX: usize = ARGS_BYTES_MAX + (16 << 10);

/// Longest chunk of a snapshot, in bytes of its canonical encoding.
pub const CHUNK_BYTES_MAX: usize = 1 << 20;
/// Most entries of one chunk of a snapshot.
pub const CHUNK_ENTRIES_MAX: usize = 1 << 14;
/// Most chunks of one snapshot.
pub const CHUNKS_MAX: usize = 1 << 20;

/// Deepest nesting of a value whose shape is only known at run time.
pub const CBOR_DEPTH_MAX: usize = 32;
