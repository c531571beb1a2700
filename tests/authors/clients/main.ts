// What a program in TypeScript does with clients that `foil client` wrote, of a node that serves.

import { ConnectomeClient } from "./connectome.js";
import { CounterClient, Refused, returned, signerOf } from "./counter.js";
import { MemoryClient } from "./memory.js";
import { VolumeClient } from "./volume.js";

declare const process: { env: { [name: string]: string } };
declare const console: { log(line: string): void };

const env = (name: string): string => process.env[name] ?? "";
const [url, token] = [env("URL"), env("TOKEN")];
const of = (shard: string) => ({ url, token, shard: env(shard) });

function same(found: unknown, expected: unknown): void {
  const show = (value: unknown) =>
    JSON.stringify(value, (_, it) => (typeof it === "bigint" ? `${it}n` : it instanceof Uint8Array ? [...it] : it));
  if (show(found) !== show(expected)) throw new Error(`found ${show(found)}, expected ${show(expected)}`);
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

async function counts(): Promise<void> {
  const counter = new CounterClient(of("COUNTER"));
  same(await counter.serving(), CounterClient.program);
  const first = await counter.hit({ key: "order-17" });
  same([first.outcome, first.known, returned(first)], ["returned", false, 1n]);
  const again = await counter.hit({ key: "order-17" });
  same([again.known, again.seq, again.receipt], [true, first.seq, first.receipt]);
  same(await counter.receipt(first.seq), first.receipt);
  const then = await counter.total();
  same(returned(await counter.hit()), 2n);
  same([returned(await counter.total()), returned(then)], [returned(then) + 1n, returned(then)]);
  same(returned(await counter.total({ height: then.height })), returned(then));
  const proven = await counter.total({ proof: true });
  same((proven.proof ?? []).length > 100, true);
  const account = { kind: 2, id: new TextEncoder().encode(env("NAME")) };
  same(returned(await counter.hits({ account })), 2n);

  const trapped = await counter.hit({ fuelMax: 5_000n });
  if (trapped.outcome !== "trapped") throw new Error("a call without fuel runs");
  same([trapped.trap.code, trapped.trap.name, trapped.trap.detail.length > 0], [3, "out of fuel", true]);
  await refused(409, "E5012", counter.hit({ key: "order-17", fuelMax: 5_000_000n }));
  await refused(401, "E7501", new CounterClient({ ...of("COUNTER"), token: "none" }).hit());
  await refused(404, "E7504", new CounterClient({ ...of("COUNTER"), shard: "00".repeat(32) }).total());
  console.log(hex(first.receipt));

  let seen = 0;
  for await (const event of counter.events(first.seq)) {
    if (event.event !== "Hit") throw new Error(`an event that is not known: ${event.name}`);
    same([event.data.account, event.data.hits, event.seq >= first.seq], [account, BigInt(++seen), true]);
    if (seen === 2) break;
  }
}

/** Calls that their caller signs: the same call as `foil call --as SEED --key signed-1` makes. */
async function signs(): Promise<void> {
  const signer = await signerOf(env("SEED"));
  const counter = new CounterClient({ ...of("COUNTER"), signer });
  const made = await counter.hit({ key: "signed-1" });
  same([made.known, returned(made)], [true, 1n]);
  same(returned(await counter.hits({ account: { kind: 1, id: signer.key } })), 1n);
  // Arguments of more than one chunk of the hash, and of every kind of number.
  const memory = new MemoryClient({ ...of("MEMORY"), signer });
  returned(await memory.open({ name: "signed", dimension: 2 }));
  for (const length of [0, 900, 1024, 1025, 2048, 3073, 5000]) {
    const [id, text] = [2n ** 127n + BigInt(length), "é".repeat(length)];
    same(returned(await memory.remember({ id, scope: "signed", text, sources: [], vector: floats(1, 0) })), 0);
  }
  const connectome = new ConnectomeClient({ ...of("CONNECTOME"), signer });
  const asked = { mandate: 1n, pre: "a", post: "b", synapses: 3, kind: "Electrical" } as const;
  same(returned(await connectome.connect(asked)), "Granted");
}

/** An answer that is lost is asked for again with the same key. */
async function retries(): Promise<void> {
  const counter = new CounterClient({ ...of("COUNTER"), url: env("UNSTEADY") });
  const made = await counter.hit();
  same([made.known, returned(made)], [true, 3n]);
}

async function remembers(): Promise<void> {
  const memory = new MemoryClient(of("MEMORY"));
  returned(await memory.open({ name: "a \"scope\" \\ of 12 and -7.5e3", dimension: 2 }));
  const scope = "a \"scope\" \\ of 12 and -7.5e3";
  const [east, west] = [2n ** 127n + 1n, 2n ** 64n];
  same(returned(await memory.remember({ id: east, scope, text: "east\n", sources: [], vector: floats(1, 0) })), 0);
  same(returned(await memory.remember({ id: east + 1n, scope, text: "west", sources: [east], vector: floats(-2, 0) })), 1);
  const found = returned(await memory.recall({ scope, vector: floats(1, 0), limit: 5 }));
  same(found.map(({ id, cosine_e9 }) => [id, cosine_e9]), [[east, 1_000_000_000n], [east + 1n, -1_000_000_000n]]);
  const kept = returned(await memory.memory({ id: east + 1n }));
  same([kept?.sources, kept?.is_normalised, kept?.scope], [[east], true, scope]);
  same(returned(await memory.memory({ id: west })), null);
  same(returned(await memory.vector({ id: east })), floats(1, 0));
  same(returned(await memory.derived({ id: east, limit: 3 })), [east + 1n]);
  same(returned(await memory.derived({ id: east, from: east + 2n, limit: 3 })), []);
  const failed = await memory.open({ name: "x".repeat(65), dimension: 2 });
  if (failed.outcome !== "failed" || failed.error.code !== 5) throw new Error("a long name is taken");
  const { size, max }: { size: bigint; max: bigint } = failed.error.fields;
  same([failed.error.name, size, max], ["NameLength", 65n, 64n]);
  const unknown = await memory.forget({ id: west });
  same(unknown.outcome === "failed" && unknown.error, { code: 11, name: "MemoryUnknown", fields: { id: west } });
  for (const id of [-1n, 2n ** 128n]) {
    const wrong = await memory.memory({ id }).then(() => "taken", (error: unknown) => error instanceof TypeError);
    same(wrong, true);
  }
}

async function connects(): Promise<void> {
  const connectome = new ConnectomeClient(of("CONNECTOME"));
  const half_life_ms = 2n ** 64n - 59n;
  const asked = { mandate: 2n, pre: "c", post: "d", synapses: 1, kind: "Chemical" } as const;
  same(returned(await connectome.connect(asked)), "Granted");
  same(returned(await connectome.rules())?.half_life_ms, half_life_ms);
  const mandate = returned(await connectome.mandate({ mandate: 2n }));
  same([mandate?.kind, mandate?.phase, mandate?.pre], ["Chemical", "Granted", "c"]);
}

async function stores(): Promise<void> {
  const volume = new VolumeClient(of("VOLUME"));
  same(returned(await volume.create({ blocks: 8n })), null);
  const data = new Uint8Array(2 * 4096).map((_, at) => at % 251);
  same(returned(await volume.write({ extents: [{ block: 3n, data }] })), 2n);
  const snapshot = returned(await volume.snapshot());
  same(returned(await volume.snapshots()).map(([number]) => number), [snapshot]);
  same(returned(await volume.read({ block: 3n, count: 2n, snapshot })), data);
}

async function refused(status: number, code: string, made: Promise<unknown>): Promise<void> {
  const error = await made.then(() => null, (it: unknown) => it);
  if (!(error instanceof Refused)) throw new Error(`no refusal: ${String(error)}`);
  same([error.status, error.code], [status, code]);
}

await counts();
await signs();
await retries();
await remembers();
await connects();
await stores();
