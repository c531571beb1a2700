/* Counts its callers: the smallest program that has state, an error and an event. */
#include "counterfoil.h"

/* The key of the number of hits of an account. */
static foil_out hits_of(foil_account account) {
    foil_out key = foil_field(FOIL_TEXT("hits"));
    foil_key_account(&key, account);
    return key;
}

static uint64_t total(void) { return foil_get_u64(foil_field(FOIL_TEXT("total")), 0); }

/* An account was counted. */
static void emit_hit(foil_account account, uint64_t hits) {
    foil_out hit = {0};
    foil_write_array(&hit, 2);
    foil_write_account(&hit, account);
    foil_write_uint(&hit, hits);
    foil_emit(FOIL_TEXT("Hit"), hit);
}

/* Counts the caller once more, and answers how often that was. */
FOIL_CALL(hit) {
    foil_in args = foil_args(0);
    foil_args_end(&args);

    foil_account account = foil_caller();
    if (account.kind == 0) foil_fail(1, FOIL_TEXT("NoCaller"));
    uint64_t hits = foil_add(foil_get_u64(hits_of(account), 0), 1);
    foil_put_u64(hits_of(account), hits);
    foil_put_u64(foil_field(FOIL_TEXT("total")), foil_add(total(), 1));
    emit_hit(account, hits);
    foil_answer_uint(hits);
}

/* All hits together. */
FOIL_QUERY(total) {
    foil_in args = foil_args(0);
    foil_args_end(&args);

    foil_answer_uint(total());
}

/* How often an account was counted. */
FOIL_QUERY(hits) {
    foil_in args = foil_args(1);
    foil_account account = foil_read_account(&args);
    foil_args_end(&args);

    foil_answer_uint(foil_get_u64(hits_of(account), 0));
}
