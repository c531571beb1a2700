// Counts its callers: the smallest program that has state, an error and an event.
import { Account, Key, Writer, add, answer, args, caller, emit, fail, getU64, putU64 } from "./sdk/counterfoil";

/** The key of the number of hits of an account. */
function hitsOf(account: Account): Key {
  return new Key("hits").account(account);
}

function total(): u64 {
  return getU64(new Key("total"), 0);
}

/** Counts the caller once more, and answers how often that was. */
export function call_hit(): void {
  args(0).endArgs();

  const account = caller();
  if (account.isNobody()) fail(1, "NoCaller");
  const hits = add(getU64(hitsOf(account), 0), 1);
  putU64(hitsOf(account), hits);
  putU64(new Key("total"), add(total(), 1));
  emit("Hit", new Writer().array(2).account(account).uint(hits));
  answer(new Writer().uint(hits));
}

/** All hits together. */
export function query_total(): void {
  args(0).endArgs();

  answer(new Writer().uint(total()));
}

/** How often an account was counted. */
export function query_hits(): void {
  const input = args(1);
  const account = input.account();
  input.endArgs();

  answer(new Writer().uint(getU64(hitsOf(account), 0)));
}
