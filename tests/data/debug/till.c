/* A program that goes wrong in several ways, for tests of what its author is shown. Both modules are made of it:

   clang-14 --target=wasm32 -O1 -g -mcpu=mvp -fdebug-compilation-dir=. -nostdlib -Wl,--no-entry \
       -Wl,--max-memory=131072 -Wl,-z,stack-size=4096 -Wl,--export-memory till.c -o till.debug.wasm
   the same with -Wl,--strip-all -Wl,--compress-relocations, -o till.wasm

   The second is what is deployed: the same code, and neither names nor lines. */

typedef unsigned int u32;

#define HOST(name) __attribute__((import_module("foil"), import_name(#name))) extern
#define METHOD(name) __attribute__((export_name("call:" #name))) void call_##name(void)
#define APART __attribute__((noinline)) static

HOST(answer) void answer(const void *value, u32 value_len);
HOST(emit) void emit(const void *name, u32 name_len, const void *data, u32 data_len);
HOST(log) void say(const void *text, u32 text_len);
HOST(state_put) void put(const void *key, u32 key_len, const void *value, u32 value_len);
HOST(state_delete) void delete(const void *key, u32 key_len);

static volatile u32 people;
static char key[600];

static inline u32 each(u32 total) {
    return total / people;
}

APART u32 share(u32 total) {
    u32 first = each(total);
    return total - first * (people - 1);
}

/* Writes, emits, and divides by nobody. */
METHOD(share) {
    put("count", 6, "\x01", 1);
    put("share", 6, "\x18\x2a", 2);
    put("count", 6, "\x02", 1);
    delete("old", 3);
    emit("Shared", 6, "\x80", 1);
    say("sharing", 7);
    people = share(42);
    answer("\x80", 1);
}

APART u32 fibonacci(u32 n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

/* Is right, and uses fuel. */
METHOD(count) {
    static unsigned char sum[2] = {0x18};
    sum[1] = fibonacci(10) + 24;
    put("count", 6, sum, 2);
    answer("\x80", 1);
}

APART void wait(void) {
    while (people == 0) {
    }
}

/* Never ends. */
METHOD(wait) {
    put("count", 6, "\x03", 1);
    wait();
    answer("\x80", 1);
}

/* Breaks a limit. */
METHOD(label) {
    put(key, sizeof key, "\x01", 1);
    answer("\x80", 1);
}
