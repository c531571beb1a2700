//! Programs for Counterfoil, in Zig.
//!
//!     const foil = @import("sdk/counterfoil.zig");
//!
//!     fn greet(name: foil.Text) foil.Text {
//!         return name;
//!     }
//!
//!     comptime {
//!         foil.call("greet", greet);
//!     }
//!
//! Arguments are read, and answers written, by the types of the function. These are `void`, `bool`, integers of 8 to 64
//! bits and `u128`, `Text`, `Bytes`, `[N]u8`, `?T`, slices, structs and tuples, and enumerations that count from 0.
//!
//! What a program can see is its arguments, its state, the caller, the call's place and logical time, and a random
//! stream that follows from them: the same call has the same effects everywhere. A call that fails or traps changes
//! nothing. `interface.json` says what the methods, the state, the events and the errors look like.
//!
//! Memory is handed out in order and never taken back: every call begins with fresh memory. Global variables likewise
//! begin every call with what they are initialised to; what is to stay goes into state.

const std = @import("std");

/// Host calls, as they are. Pointers and lengths must lie within memory, or the call traps. What yields bytes takes a
/// buffer and its capacity, copies what fits, and answers with the full length. The functions below are easier to use.
pub const host = struct {
    /// Reads the value of a key into `out`; its full length, or −1 where the key is absent.
    pub extern "foil" fn state_get(key: usize, key_len: u32, out: usize, out_cap: u32) i64;
    /// Writes a key: at most 512 bytes, and a value of at most 256 KiB.
    pub extern "foil" fn state_put(key: usize, key_len: u32, value: usize, value_len: u32) void;
    /// Deletes a key; absent keys too.
    pub extern "foil" fn state_delete(key: usize, key_len: u32) void;
    /// Opens a cursor over the keys [from, to), an empty `to` meaning the end of the program's keys; `reverse` 1 starts
    /// at the greatest. It sees the call's own writes ahead of it, and stays at its end once it is there. 256 can be
    /// open.
    pub extern "foil" fn scan_open(from: usize, from_len: u32, to: usize, to_len: u32, reverse: u32) u32;
    /// The cursor's next entry as `key length (4 bytes, little-endian) ‖ key ‖ value`; its full length, or −1 at the
    /// end. The cursor stays where it is if the entry did not fit.
    pub extern "foil" fn scan_next(cursor: u32, out: usize, out_cap: u32) i64;
    /// Closes a cursor. Its number names no cursor again.
    pub extern "foil" fn scan_close(cursor: u32) void;
    /// The call's arguments; their full length.
    pub extern "foil" fn input(out: usize, out_cap: u32) u32;
    /// Sets the answer; the last one set counts.
    pub extern "foil" fn answer(data: usize, data_len: u32) void;
    /// Ends the call as failed, with the reason.
    pub extern "foil" fn fail(data: usize, data_len: u32) void;
    /// Emits an event: a name in UTF-8, and canonical CBOR.
    pub extern "foil" fn emit(name: usize, name_len: u32, data: usize, data_len: u32) void;
    /// Asks the shard `to` (32 bytes) to run a call of `method`; `args` are canonical CBOR, an array.
    pub extern "foil" fn send(to: usize, method: usize, method_len: u32, args: usize, args_len: u32) void;
    /// The 32 bytes of the shard's id.
    pub extern "foil" fn shard(out: usize) void;
    /// The caller, as canonical CBOR `[kind, bytes]`; its full length.
    pub extern "foil" fn caller(out: usize, out_cap: u32) u32;
    /// The call's place in the shard's history.
    pub extern "foil" fn seq() u64;
    /// The call's logical time, in milliseconds of Unix time.
    pub extern "foil" fn time() u64;
    /// The next bytes of the call's random stream, at most 4 KiB at once. Whoever places the call can foresee them.
    pub extern "foil" fn random(out: usize, out_len: u32) void;
    /// The 32 bytes of the plain BLAKE3 hash of `data`.
    pub extern "foil" fn hash_blake3(data: usize, data_len: u32, out: usize) void;
    /// The 32 bytes of the SHA-256 hash of `data`.
    pub extern "foil" fn hash_sha256(data: usize, data_len: u32, out: usize) void;
    /// Whether `signature` (64 bytes) is that of the Ed25519 key `key` (32 bytes) over `message`: 1 or 0.
    pub extern "foil" fn verify_ed25519(key: usize, signature: usize, message: usize, message_len: u32) u32;
    /// A line of debug log; never part of history.
    pub extern "foil" fn log(text: usize, text_len: u32) void;
};

// ---------------------------------------------------------------------------------------------------------------------
// Methods.

/// Makes a function a method that may write, within a `comptime` block. Names are 1 to 64 of a–z, 0–9 and _.
pub fn call(comptime name: []const u8, comptime function: anytype) void {
    method("call:" ++ name, function);
}

/// Makes a function a method that may not write: whatever it writes, emits or sends is a trap.
pub fn query(comptime name: []const u8, comptime function: anytype) void {
    method("query:" ++ name, function);
}

fn method(comptime name: []const u8, comptime function: anytype) void {
    const Args = std.meta.ArgsTuple(@TypeOf(function));
    const entry = struct {
        fn run() callconv(.c) void {
            var in = Reader.of(filled(inputInto, {}).?);
            const args = in.value(Args);
            if (!in.isEnd()) fail(0, "BadArguments");
            const answer = encoded(@call(.auto, function, args));
            host.answer(at(answer), len(answer));
        }
    };
    @export(&entry.run, .{ .name = name });
}

fn inputInto(_: void, out: usize, cap: u32) i64 {
    return host.input(out, cap);
}

/// Ends the call as failed with the error `[code, name]` of the interface. Codes of a program are from 1.
pub fn fail(code: u64, name: []const u8) noreturn {
    failWith(.{ code, Text{ .utf8 = name } });
}

/// The same with an error that carries fields: the tuple of code, name and fields.
pub fn failWith(reason: anytype) noreturn {
    const bytes = encoded(reason);
    host.fail(at(bytes), len(bytes));
    @trap();
}

/// Ends the call with a trap, and says why in the debug log: for what cannot be.
pub fn stop(why: []const u8) noreturn {
    log(why);
    @trap();
}

/// Writes a line of debug log.
pub fn log(line: []const u8) void {
    host.log(at(line), len(line));
}

/// `a + b`; a sum that overflows traps.
pub fn add(a: u64, b: u64) u64 {
    const sum, const overflows = @addWithOverflow(a, b);
    return if (overflows == 0) sum else stop("a sum overflows");
}

/// `a − b`; a difference below zero traps.
pub fn subtract(a: u64, b: u64) u64 {
    return if (b <= a) a - b else stop("a difference is below zero");
}

// ---------------------------------------------------------------------------------------------------------------------
// Memory.

/// Where the program's data end, as the linker says.
extern var __heap_base: u8;
/// The first free address; 0 before the first piece.
var heap: u64 = 0;

/// Moves the first free address to `end`; memory that cannot reach there is a trap.
fn reach(end: u64) void {
    const have = @as(u64, @wasmMemorySize(0)) << 16;
    if (end > have) {
        const pages = (end - have + 0xffff) >> 16;
        if (pages > 0xffff or @wasmMemoryGrow(0, @intCast(pages)) < 0) stop("out of memory");
    }
    heap = end;
}

/// `count` values of a type.
pub fn alloc(comptime T: type, count: usize) []T {
    const start = ((if (heap == 0) @intFromPtr(&__heap_base) else heap) + 15) & ~@as(u64, 15);
    reach(start + @as(u64, count) * @sizeOf(T));
    const pointer: [*]T = @ptrFromInt(@as(usize, @intCast(start)));
    return pointer[0..count];
}

fn at(bytes: []const u8) usize {
    return if (bytes.len == 0) 0 else @intFromPtr(bytes.ptr);
}

fn len(bytes: []const u8) u32 {
    return @intCast(bytes.len);
}

/// The first guess of what a value needs; a longer one is asked for twice.
const GUESS = 256;

/// What a host call yields, or null where there is nothing: `from` is given a buffer, and answers with the full length.
fn filled(from: anytype, key: anytype) ?[]u8 {
    var out = alloc(u8, GUESS);
    const full = from(key, @intFromPtr(out.ptr), GUESS);
    // What is not needed is given back: nothing was handed out since.
    heap = @intFromPtr(out.ptr);
    if (full < 0) return null;
    out = alloc(u8, @intCast(full));
    if (full > GUESS) _ = from(key, @intFromPtr(out.ptr), len(out));
    return out;
}

// ---------------------------------------------------------------------------------------------------------------------
// Canonical CBOR (RFC 8949, 4.2.1): shortest heads, definite lengths, no floats, no tags. Structs and tuples are arrays;
// `void` is the empty array; an absent value is null; an enumeration is the index of its name.

/// A text.
pub const Text = struct { utf8: []const u8 };

/// A byte string of any length; one of a certain length is `[N]u8`.
pub const Bytes = struct { bytes: []const u8 };

const Major = enum(u8) { unsigned, negative, bytes, text, array, map, tag, simple };

/// Bytes that grow: canonical CBOR, or a key.
pub const Out = struct {
    room: []u8 = &.{},
    used: usize = 0,

    /// What was written.
    pub fn written(out: Out) []u8 {
        return out.room[0..out.used];
    }

    /// Appends bytes as they are.
    pub fn append(out: *Out, bytes: []const u8) void {
        if (bytes.len > out.room.len - out.used) {
            const larger = alloc(u8, @max(out.used + bytes.len, 2 * out.room.len, 64));
            @memcpy(larger[0..out.used], out.written());
            out.room = larger;
        }
        @memcpy(out.room[out.used..][0..bytes.len], bytes);
        out.used += bytes.len;
    }

    /// Appends the lowest `width` bytes of a number, the highest of them first.
    pub fn number(out: *Out, it: u64, width: u32) void {
        var left = width;
        while (left > 0) : (left -= 1) out.append(&.{@truncate(it >> @intCast(8 * (left - 1)))});
    }

    fn head(out: *Out, major: Major, argument: u64) void {
        const initial = @intFromEnum(major) << 5;
        if (argument < 24) return out.append(&.{initial | @as(u8, @intCast(argument))});
        const log2: u5 = if (argument < 0x100) 0 else if (argument < 0x10000) 1 else if (argument < 0x100000000) 2 else 3;
        out.append(&.{initial | (24 + @as(u8, log2))});
        out.number(argument, @as(u32, 1) << log2);
    }

    fn string(out: *Out, major: Major, bytes: []const u8) void {
        out.head(major, bytes.len);
        out.append(bytes);
    }

    /// The head of an array of so many items, which come next.
    pub fn array(out: *Out, items: usize) void {
        out.head(.array, items);
    }

    /// The head of a map of so many pairs, which come next, keys ascending.
    pub fn map(out: *Out, pairs: usize) void {
        out.head(.map, pairs);
    }

    /// A value of a type that has a form.
    pub fn value(out: *Out, it: anytype) void {
        const T = @TypeOf(it);
        switch (@typeInfo(T)) {
            .void => out.array(0),
            .bool => out.head(.simple, if (it) 21 else 20),
            .int => |int| if (T == u128) {
                out.head(.bytes, 16);
                out.number(@truncate(it >> 64), 8);
                out.number(@truncate(it), 8);
            } else if (int.signedness == .signed and it < 0) {
                out.head(.negative, ~@as(u64, @bitCast(@as(i64, it))));
            } else {
                out.head(.unsigned, @intCast(it));
            },
            .optional => if (it) |some| out.value(some) else out.head(.simple, 22),
            .@"enum" => out.head(.unsigned, @intFromEnum(it)),
            .array => |array_of| {
                if (array_of.child != u8) @compileError("an array is of bytes; a list is a slice");
                out.string(.bytes, &it);
            },
            .pointer => |slice| {
                if (slice.child == u8) @compileError("a slice of bytes is to be a `Text` or `Bytes`");
                out.array(it.len);
                for (it) |item| out.value(item);
            },
            .@"struct" => if (T == Text) {
                out.string(.text, it.utf8);
            } else if (T == Bytes) {
                out.string(.bytes, it.bytes);
            } else {
                out.array(names(T).len);
                inline for (comptime names(T)) |name| out.value(@field(it, name));
            },
            else => @compileError("a " ++ @typeName(T) ++ " has no form"),
        }
    }

    /// A part of a key.
    pub fn key(out: *Out, it: anytype) void {
        const T = @TypeOf(it);
        switch (@typeInfo(T)) {
            .bool => out.append(&.{@intFromBool(it)}),
            .int => |int| if (T == u128) {
                out.number(@truncate(it >> 64), 8);
                out.number(@truncate(it), 8);
            } else {
                const sign = if (int.signedness == .signed) @as(u64, 1) << (int.bits - 1) else 0;
                out.number(@as(u64, @bitCast(@as(if (sign == 0) u64 else i64, it))) ^ sign, int.bits / 8);
            },
            .array => out.append(&it),
            .@"struct" => if (T == Text) {
                out.escaped(it.utf8);
            } else if (T == Bytes) {
                out.escaped(it.bytes);
            } else {
                inline for (comptime names(T)) |name| out.key(@field(it, name));
            },
            else => @compileError("a " ++ @typeName(T) ++ " is no key"),
        }
    }

    fn escaped(out: *Out, bytes: []const u8) void {
        for (bytes) |byte| out.append(if (byte == 0) &.{ 0, 0xff } else &.{byte});
        out.append(&.{ 0, 0 });
    }
};

/// The canonical bytes of a value.
pub fn encoded(value: anytype) []u8 {
    var out = Out{};
    out.value(value);
    return out.written();
}

/// Reads canonical CBOR, and nothing else. What is read wrong makes the reader bad, and then all that is read is zero:
/// so read everything, and ask once, at the end.
pub const Reader = struct {
    rest: []const u8,
    bad: bool = false,

    /// A reader of bytes.
    pub fn of(bytes: []const u8) Reader {
        return .{ .rest = bytes };
    }

    /// Whether everything was read, and read well.
    pub fn isEnd(in: Reader) bool {
        return !in.bad and in.rest.len == 0;
    }

    fn spoil(in: *Reader) void {
        in.* = .{ .rest = &.{}, .bad = true };
    }

    /// The next bytes as they are.
    pub fn take(in: *Reader, count: u64) []const u8 {
        if (count > in.rest.len) {
            in.spoil();
            return &.{};
        }
        const taken = in.rest[0..@intCast(count)];
        in.rest = in.rest[taken.len..];
        return taken;
    }

    /// A number of so many bytes, the highest first.
    pub fn number(in: *Reader, width: u32) u64 {
        var sum: u64 = 0;
        for (in.take(width)) |byte| sum = sum << 8 | byte;
        return sum;
    }

    fn peeks(in: Reader, major: Major) bool {
        return in.rest.len > 0 and in.rest[0] >> 5 == @intFromEnum(major);
    }

    fn head(in: *Reader, major: Major) u64 {
        const right = in.peeks(major);
        const info: u8 = @intCast(in.number(1) & 31);
        if (right and info < 24) return info;
        if (right and info < 28 and major != .simple) {
            const width = @as(u32, 1) << @intCast(info - 24);
            const argument = in.number(width);
            const least = if (width == 1) 24 else @as(u64, 1) << @intCast(4 * width);
            if (argument >= least) return argument;
        }
        in.spoil();
        return 0;
    }

    fn string(in: *Reader, major: Major) []const u8 {
        const count = in.head(major);
        return in.take(count);
    }

    /// The head of an array: how many items come next.
    pub fn array(in: *Reader) usize {
        const items = in.head(.array);
        if (items <= in.rest.len) return @intCast(items);
        in.spoil();
        return 0;
    }

    /// The head of a map: how many pairs come next.
    pub fn map(in: *Reader) usize {
        const pairs = in.head(.map);
        if (pairs <= in.rest.len / 2) return @intCast(pairs);
        in.spoil();
        return 0;
    }

    /// A value of a type that has a form.
    pub fn value(in: *Reader, comptime T: type) T {
        switch (@typeInfo(T)) {
            .void => if (in.array() != 0) in.spoil(),
            .bool => {
                const simple = in.head(.simple);
                if (simple != 20 and simple != 21) in.spoil();
                return simple == 21;
            },
            .int => |int| {
                if (T == u128) return wide(in.value([16]u8));
                const negative = int.signedness == .signed and in.peeks(.negative);
                const argument = in.head(if (negative) .negative else .unsigned);
                if (argument > maxOf(T)) {
                    in.spoil();
                    return 0;
                }
                const plain: T = @intCast(argument);
                return if (negative and !in.bad) ~plain else plain;
            },
            .optional => |optional| {
                if (in.rest.len == 0 or in.rest[0] != 0xf6) return in.value(optional.child);
                _ = in.take(1);
                return null;
            },
            .@"enum" => {
                const index = in.head(.unsigned);
                if (index < names(T).len) return @enumFromInt(index);
                in.spoil();
                return @enumFromInt(0);
            },
            .array => return in.fixed(in.string(.bytes), T),
            .pointer => |slice| {
                const items = alloc(slice.child, in.array());
                for (items) |*item| item.* = in.value(slice.child);
                return items;
            },
            .@"struct" => {
                if (T == Bytes) return .{ .bytes = in.string(.bytes) };
                if (T == Text) return .{ .utf8 = in.utf8(in.string(.text)) };
                if (in.array() != names(T).len) in.spoil();
                var it: T = undefined;
                inline for (comptime names(T)) |name| @field(it, name) = in.value(@FieldType(T, name));
                return it;
            },
            else => @compileError("a " ++ @typeName(T) ++ " has no form"),
        }
    }

    /// A part of a key.
    pub fn key(in: *Reader, comptime T: type) T {
        switch (@typeInfo(T)) {
            .bool => {
                const byte = in.number(1);
                if (byte > 1) in.spoil();
                return byte == 1;
            },
            .int => |int| {
                if (T == u128) return wide(in.key([16]u8));
                const Unsigned = if (int.bits == 8) u8 else if (int.bits == 16) u16 else if (int.bits == 32) u32 else u64;
                const sign = if (int.signedness == .signed) @as(Unsigned, 1) << (int.bits - 1) else 0;
                return @bitCast(@as(Unsigned, @intCast(in.number(int.bits / 8))) ^ sign);
            },
            .array => |bytes| return in.fixed(in.take(bytes.len), T),
            .@"struct" => {
                if (T == Bytes) return .{ .bytes = in.unescaped() };
                if (T == Text) return .{ .utf8 = in.utf8(in.unescaped()) };
                var it: T = undefined;
                inline for (comptime names(T)) |name| @field(it, name) = in.key(@FieldType(T, name));
                return it;
            },
            else => @compileError("a " ++ @typeName(T) ++ " is no key"),
        }
    }

    fn fixed(in: *Reader, bytes: []const u8, comptime T: type) T {
        var it: T = @splat(0);
        if (bytes.len == it.len) @memcpy(&it, bytes) else in.spoil();
        return it;
    }

    fn utf8(in: *Reader, text: []const u8) []const u8 {
        if (isUtf8(text)) return text;
        in.spoil();
        return &.{};
    }

    fn unescaped(in: *Reader) []const u8 {
        var out = Out{};
        while (true) {
            const byte: u8 = @intCast(in.number(1));
            const next: u8 = if (byte != 0) 0xff else @intCast(in.number(1));
            if (next == 0) return out.written();
            if (next != 0xff) in.spoil();
            out.append(&.{byte});
        }
    }
};

fn maxOf(comptime T: type) u64 {
    return std.math.maxInt(T);
}

/// The names of a struct's fields, or of an enumeration.
fn names(comptime T: type) []const [:0]const u8 {
    return std.meta.fieldNames(T);
}

fn wide(bytes: [16]u8) u128 {
    var sum: u128 = 0;
    for (bytes) |byte| sum = sum << 8 | byte;
    return sum;
}

/// Whether bytes are UTF-8: no longer form than needed, no surrogate, nothing above U+10FFFF.
pub fn isUtf8(text: []const u8) bool {
    var i: usize = 0;
    while (i < text.len) {
        const first = text[i];
        i += 1;
        if (first < 0x80) continue;
        if (first < 0xc2 or first > 0xf4) return false;
        var more: u8 = if (first < 0xe0) 1 else if (first < 0xf0) 2 else 3;
        var least: u8 = if (first == 0xe0) 0xa0 else if (first == 0xf0) 0x90 else 0x80;
        var most: u8 = if (first == 0xed) 0x9f else if (first == 0xf4) 0x8f else 0xbf;
        while (more > 0) : (more -= 1) {
            if (i == text.len or text[i] < least or text[i] > most) return false;
            i += 1;
            least = 0x80;
            most = 0xbf;
        }
    }
    return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// What a call is told about itself, and what it says.

/// Who calls: a kind and the bytes that name the caller within it.
pub const Account = struct {
    /// 0 nobody, 1 the holder of a key, 2 a name that the node vouches for, 3 a shard, 4 a timer.
    kind: u8,
    /// The public key, the name in UTF-8, the shard's id, the timer's number in 8 bytes; nothing for nobody.
    id: Bytes,

    /// Whether the call has no caller in particular.
    pub fn isNobody(account: Account) bool {
        return account.kind == 0;
    }
};

/// A digest, or the id of a shard.
pub const Hash = [32]u8;

/// Who calls.
pub fn caller() Account {
    var in = Reader.of(filled(callerInto, {}).?);
    return in.value(Account);
}

fn callerInto(_: void, out: usize, cap: u32) i64 {
    return host.caller(out, cap);
}

/// The shard that runs the call.
pub fn shard() Hash {
    var out: Hash = undefined;
    host.shard(@intFromPtr(&out));
    return out;
}

/// The call's place in the shard's history; for a query, the next place.
pub fn seq() u64 {
    return host.seq();
}

/// The call's logical time, in milliseconds of Unix time. It never falls from one call to the next.
pub fn timeMs() u64 {
    return host.time();
}

/// The next `N` bytes of the call's random stream, at most 4 KiB.
pub fn random(comptime N: usize) [N]u8 {
    var out: [N]u8 = undefined;
    host.random(@intFromPtr(&out), N);
    return out;
}

/// Says that something happened; dropped if the call does not return.
pub fn emit(name: []const u8, data: anytype) void {
    const bytes = encoded(data);
    host.emit(at(name), len(name), at(bytes), len(bytes));
}

/// Asks the shard `to` to run a call of a method; `args` is a tuple. Dropped if the call does not return.
pub fn send(to: Hash, name: []const u8, args: anytype) void {
    const bytes = encoded(args);
    host.send(@intFromPtr(&to), at(name), len(name), at(bytes), len(bytes));
}

/// The plain BLAKE3 hash.
pub fn blake3(data: []const u8) Hash {
    var out: Hash = undefined;
    host.hash_blake3(at(data), len(data), @intFromPtr(&out));
    return out;
}

/// The SHA-256 hash.
pub fn sha256(data: []const u8) Hash {
    var out: Hash = undefined;
    host.hash_sha256(at(data), len(data), @intFromPtr(&out));
    return out;
}

/// Whether a signature is that of an Ed25519 key over a message. Weak keys, what is no key, and second forms of a
/// signature verify nothing.
pub fn verifyEd25519(key: [32]u8, signature: [64]u8, message: []const u8) bool {
    return host.verify_ed25519(@intFromPtr(&key), @intFromPtr(&signature), at(message), len(message)) == 1;
}

// ---------------------------------------------------------------------------------------------------------------------
// State. A field has a name; a cell is kept under `name ‖ 0x00`, an entry of a map under `name ‖ 0x00 ‖ key`. Keys have
// an encoding of their own, whose order is the order of the values:
//
//     u8 … u128     big-endian, as wide as the type
//     i8 … i64      the same, with the sign bit flipped
//     bool          0 or 1
//     [N]u8         as they are
//     Text, Bytes   each 0x00 as 0x00 0xff, then 0x00 0x00
//     structs       their members, one after the other

/// One value, or none.
pub fn Cell(comptime T: type, comptime name: []const u8) type {
    return struct {
        const key = name ++ "\x00";

        /// The value; null before the first is set.
        pub fn get() ?T {
            return stored(T, key);
        }

        /// Sets the value.
        pub fn set(value: T) void {
            put(key, value);
        }

        /// Removes the value.
        pub fn clear() void {
            host.state_delete(at(key), len(key));
        }
    };
}

/// A value for each key, ordered by key.
pub fn Map(comptime K: type, comptime V: type, comptime name: []const u8) type {
    return struct {
        const prefix = name ++ "\x00";

        fn full(key: K) []const u8 {
            var out = Out{};
            out.append(prefix);
            out.key(key);
            return out.written();
        }

        /// The value of a key.
        pub fn get(key: K) ?V {
            return stored(V, full(key));
        }

        /// Whether a key has a value.
        pub fn contains(key: K) bool {
            const bytes = full(key);
            return host.state_get(at(bytes), len(bytes), 0, 0) >= 0;
        }

        /// Sets the value of a key.
        pub fn insert(key: K, value: V) void {
            put(full(key), value);
        }

        /// Removes a key and its value; there may be none.
        pub fn remove(key: K) void {
            const bytes = full(key);
            host.state_delete(at(bytes), len(bytes));
        }

        /// All entries, in order, or the greatest key first.
        pub fn all(reverse: bool) Entries {
            return range(null, null, reverse);
        }

        /// The entries of the keys [from, to), null being no bound; 256 ranges can be open at once.
        pub fn range(from: ?K, to: ?K, reverse: bool) Entries {
            const first = if (from) |key| full(key) else prefix;
            // The prefix ends in a zero byte; what follows all its keys ends in a one.
            const end = if (to) |key| full(key) else name ++ "\x01";
            return .{ .cursor = host.scan_open(at(first), len(first), at(end), len(end), @intFromBool(reverse)) };
        }

        /// A key and its value.
        pub const Entry = struct { key: K, value: V };

        /// A range, which sees what the call writes ahead of it.
        pub const Entries = struct {
            cursor: u32,

            /// The next entry; null at the end.
            pub fn next(entries: Entries) ?Entry {
                var in = Reader.of(filled(host.scan_next, entries.cursor) orelse return null);
                const key_len = @byteSwap(@as(u32, @intCast(in.number(4))));
                var key = Reader.of(in.take(key_len));
                _ = key.take(prefix.len);
                const entry = Entry{ .key = key.key(K), .value = in.value(V) };
                if (!key.isEnd() or !in.isEnd()) foreign();
                return entry;
            }

            /// Closes the range, so that another may be open in its place.
            pub fn close(entries: Entries) void {
                host.scan_close(entries.cursor);
            }
        };
    };
}

fn stored(comptime T: type, key: []const u8) ?T {
    var in = Reader.of(filled(stateInto, key) orelse return null);
    const value = in.value(T);
    return if (in.isEnd()) value else foreign();
}

fn stateInto(key: []const u8, out: usize, cap: u32) i64 {
    return host.state_get(at(key), len(key), out, cap);
}

fn put(key: []const u8, value: anytype) void {
    const bytes = encoded(value);
    host.state_put(at(key), len(key), at(bytes), len(bytes));
}

/// Only a program whose field had another type can have written it.
fn foreign() noreturn {
    stop("an entry in state is not of its field's type");
}
