//! Counts its callers: the smallest program that has state, an error and an event.

const foil = @import("sdk/counterfoil.zig");

/// What the program keeps.
const kept_hits = foil.Map(foil.Account, u64, "hits");
const kept_total = foil.Cell(u64, "total");

/// An account was counted.
const Hit = struct {
    /// Who.
    account: foil.Account,
    /// How often by now.
    hits: u64,
};

/// Counts the caller once more, and answers how often that was.
fn hit() u64 {
    const account = foil.caller();
    if (account.isNobody()) foil.fail(1, "NoCaller");
    const count = foil.add(hits(account), 1);
    kept_hits.insert(account, count);
    kept_total.set(foil.add(total(), 1));
    foil.emit("Hit", Hit{ .account = account, .hits = count });
    return count;
}

/// All hits together.
fn total() u64 {
    return kept_total.get() orelse 0;
}

/// How often an account was counted.
fn hits(account: foil.Account) u64 {
    return kept_hits.get(account) orelse 0;
}

comptime {
    foil.call("hit", hit);
    foil.query("total", total);
    foil.query("hits", hits);
}
