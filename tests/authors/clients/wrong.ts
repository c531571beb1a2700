// What the compiler refuses: each of these is an error, and that it is none would be one.

import { type Made, CounterClient, returned } from "./counter.js";
import { ConnectomeClient } from "./connectome.js";
import { MemoryClient } from "./memory.js";

export async function wrong(counter: CounterClient, memory: MemoryClient, connectome: ConnectomeClient): Promise<void> {
  // @ts-expect-error: there is no such method.
  await counter.hits_();
  // @ts-expect-error: an argument is missing.
  await counter.hits({});
  // @ts-expect-error: an account is no text.
  await counter.hits({ account: "alice" });
  // @ts-expect-error: 128 bits do not fit a number.
  await memory.memory({ id: 7 });
  // @ts-expect-error: there is no such argument.
  await memory.memory({ id: 7n, limit: 3 });
  // @ts-expect-error: what may be left out is no text either.
  await memory.derived({ id: 7n, from: "7", limit: 3 });
  // @ts-expect-error: bytes are no text.
  await memory.recall({ scope: "s", vector: "00", limit: 3 });
  // @ts-expect-error: no kind of synapse.
  await connectome.weight({ pre: "a", post: "b", kind: "Magnetic" });
  // @ts-expect-error: a query takes no idempotency key.
  await counter.total({ key: "k" });
  const made: Made<bigint> = await counter.hit();
  // @ts-expect-error: whether it returned is not looked at.
  made.value;
  // @ts-expect-error: this program has no such error.
  if (made.outcome === "failed" && made.error.code === 77) return;
  // @ts-expect-error: 64 bits are no number.
  const total: number = returned(await counter.total());
  return void total;
}
