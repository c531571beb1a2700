/* The program of probe.rs in C. */
#include "counterfoil.h"

typedef struct {
    int16_t number;
    foil_bytes text;
    bool flag;
    foil_bytes bytes;
} entry;

static foil_out entries(void) { return foil_field(FOIL_TEXT("entries")); }

static foil_out entry_key(entry it) {
    foil_out key = entries();
    foil_key_int(&key, it.number, 16);
    foil_key_bytes(&key, it.text);
    foil_key_bool(&key, it.flag);
    foil_key_bytes(&key, it.bytes);
    return key;
}

FOIL_CALL(echo) {
    foil_in args = foil_args(1);
    foil_out out = {0};
    uint64_t high, low;

    foil_read_array_of(&args, 10);
    foil_write_array(&out, 10);
    foil_write_int(&out, foil_read_int(&args, 64));
    if (foil_read_null(&args))
        foil_write_null(&out);
    else
        foil_write_uint(&out, foil_read_uint(&args, 8));
    foil_write_text(&out, foil_read_text(&args));
    uint32_t len = foil_read_array(&args);
    foil_write_array(&out, len);
    for (uint32_t i = 0; i < len; i++) foil_write_uint(&out, foil_read_uint(&args, 32));
    foil_write_bytes(&out, foil_read_bytes(&args));
    foil_read_u128(&args, &high, &low);
    foil_write_u128(&out, high, low);
    foil_write_bool(&out, foil_read_bool(&args));
    foil_write_int(&out, foil_read_int(&args, 8));
    foil_write_bytes(&out, foil_read_fixed(&args, 3));
    foil_write_uint(&out, foil_read_enum(&args, 2));
    foil_args_end(&args);

    foil_out wide = {0};
    foil_write_u128(&wide, high, low);
    foil_put(foil_field(FOIL_TEXT("last")), wide);
    foil_answer(out);
}

FOIL_CALL(keep) {
    foil_in args = foil_args(5);
    entry it = {.number = (int16_t)foil_read_int(&args, 16)};
    it.text = foil_read_text(&args);
    it.flag = foil_read_bool(&args);
    it.bytes = foil_read_bytes(&args);
    uint64_t value = foil_read_uint(&args, 64);
    foil_args_end(&args);

    foil_out known = {0};
    foil_write_bool(&known, foil_has(entry_key(it)));
    foil_put_u64(entry_key(it), value);
    foil_answer(known);
}

FOIL_CALL(sweep) {
    foil_in args = foil_args(1);
    bool reverse = foil_read_bool(&args);
    foil_args_end(&args);

    uint64_t sum = 0;
    foil_scan scan = foil_scan_all(entries(), reverse);
    while (foil_scan_next(&scan)) {
        entry it = {.number = (int16_t)foil_take_int(&scan.key, 16)};
        it.text = foil_take_text(&scan.key);
        it.flag = foil_take_bool(&scan.key);
        it.bytes = foil_take_bytes(&scan.key);
        foil_stored_end(&scan.key);
        uint64_t value = foil_read_uint(&scan.value, 64);
        foil_stored_end(&scan.value);
        foil_delete(entry_key(it));

        foil_out event = {0};
        foil_write_array(&event, 5);
        foil_write_int(&event, it.number);
        foil_write_text(&event, it.text);
        foil_write_bool(&event, it.flag);
        foil_write_bytes(&event, it.bytes);
        foil_write_uint(&event, value);
        foil_emit(FOIL_TEXT("Entry"), event);
        sum = foil_add(sum, value);
    }
    foil_scan_close(&scan);
    foil_delete(foil_field(FOIL_TEXT("last")));
    foil_answer_uint(sum);
}

FOIL_CALL(tell) {
    foil_in args = foil_args(3);
    foil_bytes key = foil_read_fixed(&args, 32);
    foil_bytes signature = foil_read_fixed(&args, 64);
    foil_bytes text = foil_read_text(&args);
    foil_args_end(&args);

    foil_log(text);
    foil_out message = {0};
    foil_write_array(&message, 2);
    foil_write_text(&message, text);
    foil_write_uint(&message, 7);
    foil_send(key, FOIL_TEXT("poke"), message);

    foil_out told = {0};
    foil_write_array(&told, 8);
    foil_write_account(&told, foil_caller());
    foil_write_bytes(&told, foil_shard());
    foil_write_uint(&told, foil_seq());
    foil_write_uint(&told, foil_time_ms());
    foil_write_bytes(&told, foil_random(8));
    foil_write_bytes(&told, foil_blake3(text));
    foil_write_bytes(&told, foil_sha256(text));
    foil_write_bool(&told, foil_verify_ed25519(key, signature, text));
    foil_answer(told);
}
