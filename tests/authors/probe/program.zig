//! The program of probe.rs in Zig.

const foil = @import("sdk/counterfoil.zig");

const Side = enum { debit, credit };

const Everything = struct {
    signed: i64,
    option: ?u8,
    text: foil.Text,
    list: []const u32,
    bytes: foil.Bytes,
    wide: u128,
    flag: bool,
    small: i8,
    fixed: [3]u8,
    side: Side,
};

const Key = struct { number: i16, text: foil.Text, flag: bool, bytes: foil.Bytes };

const entries = foil.Map(Key, u64, "entries");
const last = foil.Cell(u128, "last");

fn echo(it: Everything) Everything {
    last.set(it.wide);
    return it;
}

fn keep(number: i16, text: foil.Text, flag: bool, bytes: foil.Bytes, value: u64) bool {
    const key = Key{ .number = number, .text = text, .flag = flag, .bytes = bytes };
    const known = entries.contains(key);
    entries.insert(key, value);
    return known;
}

fn sweep(reverse: bool) u64 {
    var sum: u64 = 0;
    const found = entries.all(reverse);
    while (found.next()) |entry| {
        const key = entry.key;
        entries.remove(key);
        foil.emit("Entry", .{ key.number, key.text, key.flag, key.bytes, entry.value });
        sum = foil.add(sum, entry.value);
    }
    found.close();
    last.clear();
    return sum;
}

const Told = struct {
    caller: foil.Account,
    shard: foil.Hash,
    seq: u64,
    time: u64,
    random: [8]u8,
    blake3: foil.Hash,
    sha256: foil.Hash,
    verified: bool,
};

fn tell(key: foil.Hash, signature: [64]u8, text: foil.Text) Told {
    foil.log(text.utf8);
    foil.send(key, "poke", .{ text, @as(u8, 7) });
    return .{
        .caller = foil.caller(),
        .shard = foil.shard(),
        .seq = foil.seq(),
        .time = foil.timeMs(),
        .random = foil.random(8),
        .blake3 = foil.blake3(text.utf8),
        .sha256 = foil.sha256(text.utf8),
        .verified = foil.verifyEd25519(key, signature, text.utf8),
    };
}

comptime {
    foil.call("echo", echo);
    foil.call("keep", keep);
    foil.call("sweep", sweep);
    foil.call("tell", tell);
}
