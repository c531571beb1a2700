/* Programs for Counterfoil, in C: freestanding C11 for wasm32, without a library.
 *
 *     #include "counterfoil.h"
 *
 *     FOIL_CALL(greet) {
 *         foil_in args = foil_args(1);
 *         foil_bytes name = foil_read_text(&args);
 *         foil_args_end(&args);
 *
 *         foil_out answer = {0};
 *         foil_write_text(&answer, name);
 *         foil_answer(answer);
 *     }
 *
 * What a program can see is its arguments, its state, the caller, the call's place and logical time, and a random
 * stream that follows from them: the same call has the same effects everywhere. A call that fails or traps changes
 * nothing. `interface.json` says what the methods, the state, the events and the errors look like.
 *
 * Memory is handed out in order and never taken back: every call begins with fresh memory. Static variables likewise
 * begin every call with what they are initialised to; what is to stay goes into state.
 */
#ifndef COUNTERFOIL_H
#define COUNTERFOIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------------------------------------------------------
 * Methods: functions without parameters and results, exported under their names.
 */

/* A method that may write: `FOIL_CALL(hit) { … }`. Names are 1 to 64 of a–z, 0–9 and _. */
#define FOIL_CALL(name) __attribute__((export_name("call:" #name))) void foil_call_##name(void)
/* A method that may not: whatever it writes, emits or sends is a trap. */
#define FOIL_QUERY(name) __attribute__((export_name("query:" #name))) void foil_query_##name(void)

/* ---------------------------------------------------------------------------------------------------------------
 * Host calls, as they are. Pointers and lengths must lie within memory, or the call traps. What yields bytes takes a
 * buffer and its capacity, copies what fits, and answers with the full length. Below are functions that are easier
 * to use.
 */

#define FOIL_HOST(name) __attribute__((import_module("foil"), import_name(#name)))

/* Reads the value of a key into `out`; its full length, or −1 where the key is absent. */
FOIL_HOST(state_get) int64_t foil_host_state_get(const void *key, uint32_t key_len, void *out, uint32_t out_cap);
/* Writes a key: at most 512 bytes, and a value of at most 256 KiB. */
FOIL_HOST(state_put)
void foil_host_state_put(const void *key, uint32_t key_len, const void *value, uint32_t value_len);
/* Deletes a key; absent keys too. */
FOIL_HOST(state_delete) void foil_host_state_delete(const void *key, uint32_t key_len);
/* Opens a cursor over the keys [from, to), an empty `to` meaning the end of the program's keys; `reverse` 1 starts at
 * the greatest. It sees the call's own writes ahead of it, and stays at its end once it is there. 256 can be open. */
FOIL_HOST(scan_open)
uint32_t foil_host_scan_open(const void *from, uint32_t from_len, const void *to, uint32_t to_len, uint32_t reverse);
/* The cursor's next entry as `key length (4 bytes, little-endian) ‖ key ‖ value`; its full length, or −1 at the end.
 * The cursor stays where it is if the entry did not fit. */
FOIL_HOST(scan_next) int64_t foil_host_scan_next(uint32_t cursor, void *out, uint32_t out_cap);
/* Closes a cursor. Its number names no cursor again. */
FOIL_HOST(scan_close) void foil_host_scan_close(uint32_t cursor);
/* The call's arguments; their full length. */
FOIL_HOST(input) uint32_t foil_host_input(void *out, uint32_t out_cap);
/* Sets the answer; the last one set counts. */
FOIL_HOST(answer) void foil_host_answer(const void *data, uint32_t data_len);
/* Ends the call as failed, with the reason. */
FOIL_HOST(fail) _Noreturn void foil_host_fail(const void *data, uint32_t data_len);
/* Emits an event: a name in UTF-8, and canonical CBOR. */
FOIL_HOST(emit) void foil_host_emit(const void *name, uint32_t name_len, const void *data, uint32_t data_len);
/* Asks the shard `to` (32 bytes) to run a call of `method`; `args` are canonical CBOR, an array. */
FOIL_HOST(send)
void foil_host_send(const void *to, const void *method, uint32_t method_len, const void *args, uint32_t args_len);
/* The 32 bytes of the shard's id. */
FOIL_HOST(shard) void foil_host_shard(void *out);
/* The caller, as canonical CBOR `[kind, bytes]`; its full length. */
FOIL_HOST(caller) uint32_t foil_host_caller(void *out, uint32_t out_cap);
/* The call's place in the shard's history. */
FOIL_HOST(seq) uint64_t foil_host_seq(void);
/* The call's logical time, in milliseconds of Unix time. */
FOIL_HOST(time) uint64_t foil_host_time(void);
/* The next bytes of the call's random stream, at most 4 KiB at once. Whoever places the call can foresee them. */
FOIL_HOST(random) void foil_host_random(void *out, uint32_t out_len);
/* The 32 bytes of the plain BLAKE3 hash of `data`. */
FOIL_HOST(hash_blake3) void foil_host_hash_blake3(const void *data, uint32_t data_len, void *out);
/* The 32 bytes of the SHA-256 hash of `data`. */
FOIL_HOST(hash_sha256) void foil_host_hash_sha256(const void *data, uint32_t data_len, void *out);
/* Whether `signature` (64 bytes) is that of the Ed25519 key `key` (32 bytes) over `message`: 1 or 0. */
FOIL_HOST(verify_ed25519)
uint32_t foil_host_verify_ed25519(const void *key, const void *signature, const void *message, uint32_t message_len);
/* A line of debug log; never part of history. */
FOIL_HOST(log) void foil_host_log(const void *text, uint32_t text_len);

/* ---------------------------------------------------------------------------------------------------------------
 * Bytes and memory.
 */

/* Bytes that stand somewhere in memory: a byte string, or a text in UTF-8. */
typedef struct {
    const uint8_t *at;
    uint32_t len;
} foil_bytes;

/* The bytes of a string literal. */
#define FOIL_TEXT(literal) ((foil_bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

/* Writes a line of debug log. */
static inline void foil_log(foil_bytes line) { foil_host_log(line.at, line.len); }

/* Ends the call with a trap, and says why in the debug log: for what cannot be. */
static inline _Noreturn void foil_panic(foil_bytes why) {
    foil_log(why);
    __builtin_trap();
}

/* `a + b`; a sum that overflows traps. */
static inline uint64_t foil_add(uint64_t a, uint64_t b) {
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) foil_panic(FOIL_TEXT("a sum overflows"));
    return sum;
}

/* `a − b`; a difference below zero traps. */
static inline uint64_t foil_subtract(uint64_t a, uint64_t b) {
    if (b > a) foil_panic(FOIL_TEXT("a difference is below zero"));
    return a - b;
}

/* Where the program's data end, as the linker says. */
extern uint8_t __heap_base;
/* The first free address; 0 before the first piece. One for all files of a program: hence weak. */
__attribute__((weak)) uintptr_t foil_heap = 0;

/* Moves the first free address to `end`; memory that cannot reach there is a trap. */
static inline void foil_reach(uint64_t end) {
    uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) << 16;
    if (end > have) {
        uint64_t pages = (end - have + 0xffff) >> 16;
        if (pages > 0xffff || __builtin_wasm_memory_grow(0, (size_t)pages) == (size_t)-1)
            foil_panic(FOIL_TEXT("out of memory"));
    }
    foil_heap = (uintptr_t)end;
}

/* `len` bytes of memory at an address that is a multiple of 16. */
static inline void *foil_alloc(uint32_t len) {
    uint64_t start = ((uint64_t)(foil_heap ? foil_heap : (uintptr_t)&__heap_base) + 15) & ~(uint64_t)15;
    foil_reach(start + len);
    return (void *)(uintptr_t)start;
}

static inline void foil_copy(void *to, const void *from, uint32_t len) {
    if (len) __builtin_memcpy(to, from, len);
}

/* Whether two byte strings are the same. */
static inline bool foil_same(foil_bytes a, foil_bytes b) {
    if (a.len != b.len) return false;
    for (uint32_t i = 0; i < a.len; i++)
        if (a.at[i] != b.at[i]) return false;
    return true;
}

/* Whether bytes are UTF-8: no longer form than needed, no surrogate, nothing above U+10FFFF. */
static inline bool foil_is_utf8(foil_bytes text) {
    const uint8_t *at = text.at, *end = text.at + text.len;
    while (at < end) {
        uint8_t first = *at++;
        if (first < 0x80) continue;
        if (first < 0xc2 || first > 0xf4) return false;
        int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
        uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (end - at < more) return false;
        for (; more; more--, at++, least = 0x80, most = 0xbf)
            if (*at < least || *at > most) return false;
    }
    return true;
}

/* ---------------------------------------------------------------------------------------------------------------
 * Writing canonical CBOR (RFC 8949, 4.2.1): shortest heads, definite lengths, no floats, no tags. Structs and tuples
 * are arrays; `()` is the empty array; an absent value is null; an enumeration is the index of its name.
 */

/* Bytes that grow; `{0}` is empty. */
typedef struct {
    uint8_t *at;
    uint32_t len, cap;
} foil_out;

/* What was written. */
static inline foil_bytes foil_written(foil_out out) { return (foil_bytes){out.at, out.len}; }

/* Makes room for `more` bytes. */
static inline void foil_reserve(foil_out *out, uint32_t more) {
    if (more <= out->cap - out->len) return;
    uint64_t cap = (uint64_t)out->len + more;
    if (cap < 2 * (uint64_t)out->cap) cap = 2 * (uint64_t)out->cap;
    if (cap < 64) cap = 64;
    if (cap > UINT32_MAX) foil_panic(FOIL_TEXT("out of memory"));
    if (out->cap && (uintptr_t)out->at + out->cap == foil_heap) {
        /* The last piece grows where it is. */
        foil_reach((uintptr_t)out->at + cap);
    } else {
        uint8_t *at = foil_alloc((uint32_t)cap);
        foil_copy(at, out->at, out->len);
        out->at = at;
    }
    out->cap = (uint32_t)cap;
}

/* Gives back the room behind what was written, if nothing was handed out since. */
static inline void foil_trim(foil_out *out) {
    if ((uintptr_t)out->at + out->cap == foil_heap) foil_heap = (uintptr_t)out->at + out->len;
    out->cap = out->len;
}

/* Appends bytes as they are: canonical CBOR that was made before, or a part of a key. */
static inline void foil_append(foil_out *out, const void *data, uint32_t len) {
    foil_reserve(out, len);
    foil_copy(out->at + out->len, data, len);
    out->len += len;
}

static inline void foil_append_byte(foil_out *out, uint8_t byte) { foil_append(out, &byte, 1); }

/* Appends the lowest `width` bytes of a number, the highest of them first. */
static inline void foil_append_number(foil_out *out, uint64_t number, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) foil_append_byte(out, (uint8_t)(number >> shift));
}

/* The major types of CBOR. */
enum { FOIL_UINT = 0, FOIL_NEGATIVE = 1, FOIL_BYTES = 2, FOIL_STRING = 3, FOIL_ARRAY = 4, FOIL_MAP = 5, FOIL_SIMPLE = 7 };

static inline void foil_write_head(foil_out *out, int major, uint64_t value) {
    uint8_t initial = (uint8_t)(major << 5);
    if (value < 24) {
        foil_append_byte(out, initial | (uint8_t)value);
    } else {
        int log = value < 0x100 ? 0 : value < 0x10000 ? 1 : value < 0x100000000 ? 2 : 3;
        foil_append_byte(out, initial | (uint8_t)(24 + log));
        foil_append_number(out, value, 1 << log);
    }
}

/* An unsigned integer, of whatever width. */
static inline void foil_write_uint(foil_out *out, uint64_t value) { foil_write_head(out, FOIL_UINT, value); }

/* A signed integer, of whatever width. */
static inline void foil_write_int(foil_out *out, int64_t value) {
    if (value >= 0)
        foil_write_head(out, FOIL_UINT, (uint64_t)value);
    else
        foil_write_head(out, FOIL_NEGATIVE, ~(uint64_t)value);
}

/* An unsigned integer of 128 bits, given as its two halves. */
static inline void foil_write_u128(foil_out *out, uint64_t high, uint64_t low) {
    foil_write_head(out, FOIL_BYTES, 16);
    foil_append_number(out, high, 8);
    foil_append_number(out, low, 8);
}

/* A byte string. */
static inline void foil_write_bytes(foil_out *out, foil_bytes value) {
    foil_write_head(out, FOIL_BYTES, value.len);
    foil_append(out, value.at, value.len);
}

/* A text, which must be UTF-8. */
static inline void foil_write_text(foil_out *out, foil_bytes value) {
    foil_write_head(out, FOIL_STRING, value.len);
    foil_append(out, value.at, value.len);
}

/* The head of an array of `len` items, which come next. */
static inline void foil_write_array(foil_out *out, uint32_t len) { foil_write_head(out, FOIL_ARRAY, len); }

/* The head of a map of `len` pairs, which come next, keys ascending. */
static inline void foil_write_map(foil_out *out, uint32_t len) { foil_write_head(out, FOIL_MAP, len); }

/* A boolean. */
static inline void foil_write_bool(foil_out *out, bool value) { foil_write_head(out, FOIL_SIMPLE, value ? 21 : 20); }

/* The absent value. */
static inline void foil_write_null(foil_out *out) { foil_write_head(out, FOIL_SIMPLE, 22); }

/* ---------------------------------------------------------------------------------------------------------------
 * Reading canonical CBOR, and nothing else. What is read wrong makes the reader bad, and then everything that is read
 * is zero: so read all of it, and ask once, at the end.
 */

/* Bytes that are read one value after the other. */
typedef struct {
    const uint8_t *at, *end;
    bool bad;
} foil_in;

/* A reader of bytes. */
static inline foil_in foil_reading(foil_bytes bytes) { return (foil_in){bytes.at, bytes.at + bytes.len, false}; }

static inline uint32_t foil_left(const foil_in *in) { return (uint32_t)(in->end - in->at); }

static inline uint64_t foil_bad(foil_in *in) {
    in->bad = true;
    in->at = in->end;
    return 0;
}

/* The next `len` bytes as they are. */
static inline foil_bytes foil_take(foil_in *in, uint64_t len) {
    foil_bytes taken = {in->at, 0};
    if (len > foil_left(in)) {
        foil_bad(in);
    } else {
        taken.len = (uint32_t)len;
        in->at += taken.len;
    }
    return taken;
}

/* A number of `width` bytes, the highest first. */
static inline uint64_t foil_take_number(foil_in *in, int width) {
    foil_bytes bytes = foil_take(in, (uint64_t)width);
    uint64_t number = 0;
    for (uint32_t i = 0; i < bytes.len; i++) number = number << 8 | bytes.at[i];
    return number;
}

/* The argument of a head of this major type, in its shortest form. */
static inline uint64_t foil_read_head(foil_in *in, int major) {
    uint8_t initial = (uint8_t)foil_take_number(in, 1);
    int info = initial & 31;
    if (in->bad || initial >> 5 != major || info > 27 || (major == FOIL_SIMPLE && info > 23)) return foil_bad(in);
    if (info < 24) return (uint64_t)info;
    int width = 1 << (info - 24);
    uint64_t value = foil_take_number(in, width);
    uint64_t least = width == 1 ? 24 : (uint64_t)1 << (4 * width);
    return in->bad || value < least ? foil_bad(in) : value;
}

/* An unsigned integer of at most so many bits: 8, 16, 32 or 64. */
static inline uint64_t foil_read_uint(foil_in *in, int bits) {
    uint64_t value = foil_read_head(in, FOIL_UINT);
    return bits < 64 && value >> bits ? foil_bad(in) : value;
}

/* A signed integer of at most so many bits: 8, 16, 32 or 64. */
static inline int64_t foil_read_int(foil_in *in, int bits) {
    bool negative = in->at < in->end && *in->at >> 5 == FOIL_NEGATIVE;
    uint64_t value = foil_read_head(in, negative ? FOIL_NEGATIVE : FOIL_UINT);
    if (value >> (bits - 1)) return (int64_t)foil_bad(in);
    return negative && !in->bad ? -1 - (int64_t)value : (int64_t)value;
}

/* A byte string. */
static inline foil_bytes foil_read_bytes(foil_in *in) {
    uint64_t len = foil_read_head(in, FOIL_BYTES);
    return foil_take(in, len);
}

/* A byte string of exactly `len` bytes: what is read has that length, or none. */
static inline foil_bytes foil_read_fixed(foil_in *in, uint32_t len) {
    foil_bytes value = foil_read_bytes(in);
    if (value.len != len) {
        foil_bad(in);
        value.len = 0;
    }
    return value;
}

/* An unsigned integer of 128 bits, as its two halves. */
static inline void foil_read_u128(foil_in *in, uint64_t *high, uint64_t *low) {
    foil_in number = foil_reading(foil_read_fixed(in, 16));
    *high = foil_take_number(&number, 8);
    *low = foil_take_number(&number, 8);
}

/* A text. */
static inline foil_bytes foil_read_text(foil_in *in) {
    uint64_t len = foil_read_head(in, FOIL_STRING);
    foil_bytes text = foil_take(in, len);
    if (!foil_is_utf8(text)) {
        foil_bad(in);
        text.len = 0;
    }
    return text;
}

/* The head of an array: how many items come next. */
static inline uint32_t foil_read_array(foil_in *in) {
    uint64_t len = foil_read_head(in, FOIL_ARRAY);
    return (uint32_t)(len > foil_left(in) ? foil_bad(in) : len);
}

/* The head of an array of exactly `len` items. */
static inline void foil_read_array_of(foil_in *in, uint32_t len) {
    if (foil_read_array(in) != len) foil_bad(in);
}

/* The head of a map: how many pairs come next. */
static inline uint32_t foil_read_map(foil_in *in) {
    uint64_t len = foil_read_head(in, FOIL_MAP);
    return (uint32_t)(len > foil_left(in) / 2 ? foil_bad(in) : len);
}

/* A boolean. */
static inline bool foil_read_bool(foil_in *in) {
    uint64_t value = foil_read_head(in, FOIL_SIMPLE);
    if (value != 20 && value != 21) foil_bad(in);
    return value == 21;
}

/* An enumeration of `count` names: the index of one. */
static inline uint64_t foil_read_enum(foil_in *in, uint64_t count) {
    uint64_t index = foil_read_head(in, FOIL_UINT);
    return index < count ? index : foil_bad(in);
}

/* Whether the next value is the absent one, which is then read. */
static inline bool foil_read_null(foil_in *in) {
    bool absent = in->at < in->end && *in->at == 0xf6;
    if (absent) in->at++;
    return absent;
}

/* Whether everything was read, and read well. */
static inline bool foil_read_end(const foil_in *in) { return !in->bad && in->at == in->end; }

/* ---------------------------------------------------------------------------------------------------------------
 * Arguments in, answer out.
 */

/* The first guess of what a value needs; a longer one is asked for twice. */
#define FOIL_GUESS 256

/* Ends the call as failed with the error `[code, name]` of the interface. Codes of a program are from 1. */
static inline _Noreturn void foil_fail(uint64_t code, foil_bytes name) {
    foil_out reason = {0};
    foil_write_array(&reason, 2);
    foil_write_uint(&reason, code);
    foil_write_text(&reason, name);
    foil_host_fail(reason.at, reason.len);
}

/* The same with an error that carries fields: `[code, name, field…]`, as it was written. */
static inline _Noreturn void foil_fail_with(foil_out reason) { foil_host_fail(reason.at, reason.len); }

/* The arguments, of which there must be `count`. */
static inline foil_in foil_args(uint32_t count) {
    foil_out args = {0};
    foil_reserve(&args, FOIL_GUESS);
    args.len = foil_host_input(args.at, args.cap);
    if (args.len > args.cap) {
        uint32_t len = args.len;
        args.len = 0;
        foil_reserve(&args, len);
        args.len = foil_host_input(args.at, args.cap);
    }
    foil_trim(&args);
    foil_in in = foil_reading(foil_written(args));
    foil_read_array_of(&in, count);
    return in;
}

/* To be called once all arguments are read: what is not all of them, and no more, fails as BadArguments. */
static inline void foil_args_end(const foil_in *args) {
    if (!foil_read_end(args)) foil_fail(0, FOIL_TEXT("BadArguments"));
}

/* Answers; the last answer counts. */
static inline void foil_answer(foil_out value) { foil_host_answer(value.at, value.len); }

/* Answers with a number. */
static inline void foil_answer_uint(uint64_t value) {
    foil_out answer = {0};
    foil_write_uint(&answer, value);
    foil_answer(answer);
}

/* ---------------------------------------------------------------------------------------------------------------
 * What a call is told about itself, and what it says.
 */

/* Who calls: a kind and the bytes that name the caller within it. */
typedef struct {
    /* 0 nobody, 1 the holder of a key, 2 a name that the node vouches for, 3 a shard, 4 a timer. */
    uint8_t kind;
    /* The public key, the name in UTF-8, the shard's id, the timer's number in 8 bytes; nothing for nobody. */
    foil_bytes id;
} foil_account;

static inline void foil_write_account(foil_out *out, foil_account account) {
    foil_write_array(out, 2);
    foil_write_uint(out, account.kind);
    foil_write_bytes(out, account.id);
}

static inline foil_account foil_read_account(foil_in *in) {
    foil_account account;
    foil_read_array_of(in, 2);
    account.kind = (uint8_t)foil_read_uint(in, 8);
    account.id = foil_read_bytes(in);
    return account;
}

/* Who calls. */
static inline foil_account foil_caller(void) {
    uint8_t *out = foil_alloc(FOIL_GUESS);
    foil_in in = foil_reading((foil_bytes){out, foil_host_caller(out, FOIL_GUESS)});
    return foil_read_account(&in);
}

/* The shard that runs the call: 32 bytes. */
static inline foil_bytes foil_shard(void) {
    uint8_t *out = foil_alloc(32);
    foil_host_shard(out);
    return (foil_bytes){out, 32};
}

/* The call's place in the shard's history; for a query, the next place. */
static inline uint64_t foil_seq(void) { return foil_host_seq(); }

/* The call's logical time, in milliseconds of Unix time. It never falls from one call to the next. */
static inline uint64_t foil_time_ms(void) { return foil_host_time(); }

/* The next `len` bytes of the call's random stream, at most 4 KiB. */
static inline foil_bytes foil_random(uint32_t len) {
    uint8_t *out = foil_alloc(len);
    foil_host_random(out, len);
    return (foil_bytes){out, len};
}

/* Says that something happened; dropped if the call does not return. */
static inline void foil_emit(foil_bytes name, foil_out data) { foil_host_emit(name.at, name.len, data.at, data.len); }

/* Asks the shard `to` (32 bytes) to run a call of `method`; `args` is an array. Dropped if the call does not return. */
static inline void foil_send(foil_bytes to, foil_bytes method, foil_out args) {
    if (to.len != 32) foil_panic(FOIL_TEXT("a shard's id has 32 bytes"));
    foil_host_send(to.at, method.at, method.len, args.at, args.len);
}

/* The plain BLAKE3 hash: 32 bytes. */
static inline foil_bytes foil_blake3(foil_bytes data) {
    uint8_t *out = foil_alloc(32);
    foil_host_hash_blake3(data.at, data.len, out);
    return (foil_bytes){out, 32};
}

/* The SHA-256 hash: 32 bytes. */
static inline foil_bytes foil_sha256(foil_bytes data) {
    uint8_t *out = foil_alloc(32);
    foil_host_hash_sha256(data.at, data.len, out);
    return (foil_bytes){out, 32};
}

/* Whether a signature (64 bytes) is that of an Ed25519 key (32 bytes) over a message. Weak keys, what is no key, and
 * second forms of a signature verify nothing. */
static inline bool foil_verify_ed25519(foil_bytes key, foil_bytes signature, foil_bytes message) {
    return key.len == 32 && signature.len == 64 &&
           foil_host_verify_ed25519(key.at, signature.at, message.at, message.len) == 1;
}

/* ---------------------------------------------------------------------------------------------------------------
 * State. A field has a name; a cell is kept under `name ‖ 0x00`, an entry of a map under `name ‖ 0x00 ‖ key`. Keys
 * have an encoding of their own, whose order is the order of the values:
 *
 *     u8 … u64      big-endian, as wide as the type
 *     i8 … i64      the same, with the sign bit flipped
 *     bool          0 or 1
 *     fixed         as it is
 *     text, bytes   each 0x00 as 0x00 0xff, then 0x00 0x00
 *     tuple         its members, one after the other
 */

/* The key of a cell, and the beginning of a map's keys, to which the functions below append. */
static inline foil_out foil_field(foil_bytes name) {
    foil_out key = {0};
    foil_append(&key, name.at, name.len);
    foil_append_byte(&key, 0);
    return key;
}

/* An unsigned integer of so many bits. */
static inline void foil_key_uint(foil_out *key, uint64_t value, int bits) { foil_append_number(key, value, bits / 8); }

/* A signed integer of so many bits. */
static inline void foil_key_int(foil_out *key, int64_t value, int bits) {
    foil_append_number(key, (uint64_t)value ^ (uint64_t)1 << (bits - 1), bits / 8);
}

/* A boolean. */
static inline void foil_key_bool(foil_out *key, bool value) { foil_append_byte(key, value); }

/* Bytes of one length, such as a hash. */
static inline void foil_key_fixed(foil_out *key, foil_bytes value) { foil_append(key, value.at, value.len); }

/* A byte string or text. */
static inline void foil_key_bytes(foil_out *key, foil_bytes value) {
    for (uint32_t i = 0; i < value.len; i++) {
        foil_append_byte(key, value.at[i]);
        if (!value.at[i]) foil_append_byte(key, 0xff);
    }
    foil_append_number(key, 0, 2);
}

/* An account. */
static inline void foil_key_account(foil_out *key, foil_account account) {
    foil_append_byte(key, account.kind);
    foil_key_bytes(key, account.id);
}

/* The same, read back from the keys of a scan. */
static inline uint64_t foil_take_uint(foil_in *key, int bits) { return foil_take_number(key, bits / 8); }

static inline int64_t foil_take_int(foil_in *key, int bits) {
    uint64_t value = foil_take_number(key, bits / 8) ^ (uint64_t)1 << (bits - 1);
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

static inline bool foil_take_bool(foil_in *key) {
    uint64_t value = foil_take_number(key, 1);
    if (value > 1) foil_bad(key);
    return value == 1;
}

static inline foil_bytes foil_take_bytes(foil_in *key) {
    foil_out out = {0};
    for (;;) {
        uint8_t byte = (uint8_t)foil_take_number(key, 1);
        uint8_t next = byte ? 0xff : (uint8_t)foil_take_number(key, 1);
        if (next == 0) return foil_written(out);
        if (next != 0xff) foil_bad(key);
        foil_append_byte(&out, byte);
    }
}

static inline foil_bytes foil_take_text(foil_in *key) {
    foil_bytes text = foil_take_bytes(key);
    if (!foil_is_utf8(text)) foil_bad(key);
    return text;
}

static inline foil_account foil_take_account(foil_in *key) {
    foil_account account;
    account.kind = (uint8_t)foil_take_uint(key, 8);
    account.id = foil_take_bytes(key);
    return account;
}

/* To be called once a key or value of state has been read: only a program whose field had another type can have
 * written what is not read well. */
static inline void foil_stored_end(const foil_in *in) {
    if (!foil_read_end(in)) foil_panic(FOIL_TEXT("an entry in state is not of its field's type"));
}

/* Whether a key has a value, which is then to be read from `in`. */
static inline bool foil_get(foil_out key, foil_in *in) {
    foil_out value = {0};
    foil_reserve(&value, FOIL_GUESS);
    int64_t len = foil_host_state_get(key.at, key.len, value.at, value.cap);
    if (len > value.cap) {
        foil_reserve(&value, (uint32_t)len);
        foil_host_state_get(key.at, key.len, value.at, value.cap);
    }
    value.len = len < 0 ? 0 : (uint32_t)len;
    foil_trim(&value);
    *in = foil_reading(foil_written(value));
    return len >= 0;
}

/* Whether a key has a value. */
static inline bool foil_has(foil_out key) { return foil_host_state_get(key.at, key.len, NULL, 0) >= 0; }

/* Sets the value of a key. */
static inline void foil_put(foil_out key, foil_out value) { foil_host_state_put(key.at, key.len, value.at, value.len); }

/* Removes a key and its value; there may be none. */
static inline void foil_delete(foil_out key) { foil_host_state_delete(key.at, key.len); }

/* The number under a key, or `otherwise` where there is none. */
static inline uint64_t foil_get_u64(foil_out key, uint64_t otherwise) {
    foil_in in;
    if (!foil_get(key, &in)) return otherwise;
    uint64_t value = foil_read_uint(&in, 64);
    foil_stored_end(&in);
    return value;
}

/* Sets a number. */
static inline void foil_put_u64(foil_out key, uint64_t value) {
    foil_out out = {0};
    foil_write_uint(&out, value);
    foil_put(key, out);
}

/* A range of a map's entries, in order. It sees what the call writes ahead of it. */
typedef struct {
    uint32_t cursor, prefix_len;
    foil_out entry;
    /* The entry at hand, until the next one: its key behind the field's name, and its value. */
    foil_in key, value;
} foil_scan;

/* The entries of the keys [from, to), both of the map `field`; 256 can be open at once. */
static inline foil_scan foil_scan_range(foil_out field, foil_out from, foil_out to, bool reverse) {
    foil_scan scan = {0};
    scan.cursor = foil_host_scan_open(from.at, from.len, to.at, to.len, reverse);
    scan.prefix_len = field.len;
    return scan;
}

/* All entries of a map. */
static inline foil_scan foil_scan_all(foil_out field, bool reverse) {
    /* The field's name ends in a zero byte; what follows all its keys ends in a one. */
    foil_out end = {0};
    foil_append(&end, field.at, field.len);
    end.at[end.len - 1] = 1;
    return foil_scan_range(field, field, end, reverse);
}

/* Goes on to the next entry; false at the end. */
static inline bool foil_scan_next(foil_scan *scan) {
    foil_out *entry = &scan->entry;
    foil_reserve(entry, FOIL_GUESS);
    int64_t len = foil_host_scan_next(scan->cursor, entry->at, entry->cap);
    if (len < 0) return false;
    if (len > entry->cap) {
        foil_reserve(entry, (uint32_t)len);
        foil_host_scan_next(scan->cursor, entry->at, entry->cap);
    }
    foil_in in = foil_reading((foil_bytes){entry->at, (uint32_t)len});
    foil_bytes head = foil_take(&in, 4);
    uint32_t key_len = head.at[0] | (uint32_t)head.at[1] << 8 | (uint32_t)head.at[2] << 16 | (uint32_t)head.at[3] << 24;
    scan->key = foil_reading(foil_take(&in, key_len));
    foil_take(&scan->key, scan->prefix_len);
    scan->value = in;
    return true;
}

/* Closes a range, so that another may be open in its place. */
static inline void foil_scan_close(foil_scan *scan) { foil_host_scan_close(scan->cursor); }

#endif
