// What every client has, whatever its program.

/** What a call or a query came to. */
export type Outcome<T, E = ProgramError> =
  | { outcome: "returned"; value: T }
  /** The program refused it: nothing changed. */
  | { outcome: "failed"; error: E }
  /** The program broke off: nothing changed. */
  | { outcome: "trapped"; trap: Trap };

/** A call that is history. */
export type Made<T> = Outcome<T> & {
  /** Its place in history. */
  seq: bigint;
  /** Whether it had that already: an earlier call had the same key. */
  known: boolean;
  /** The receipt, as a file: `foil-verify` takes it. */
  receipt: Uint8Array;
};

/** The answer to a query. */
export type Asked<T> = Outcome<T> & {
  /** The block after which it was asked. */
  height: bigint;
  /** The root of the state that it was asked of. */
  root: Uint8Array;
  /** What proves the answer, as a file, if that was wanted. */
  proof: Uint8Array | null;
};

/** Why a program broke off. `foil explain T3` says more of code 3. */
export interface Trap {
  code: number;
  name: string;
  /** How far over which limit, and in which functions. */
  detail: string[];
  /** What the program logged before. */
  logs: string[];
}

/** How a call is made. */
export interface CallOptions {
  /** The idempotency key: the same call with the same key is made once. Drawn, if not given. */
  key?: string;
  /** The most fuel it may use. */
  fuelMax?: bigint;
  /** When the key dies, in milliseconds of Unix time. */
  expiresMs?: bigint;
}

/** How a query is asked. */
export interface QueryOptions {
  /** The block after which it is asked; the last one, if not given. */
  height?: bigint;
  /** Whether to prove the answer. */
  proof?: boolean;
  /** The most fuel it may use. */
  fuelMax?: bigint;
}

/** Where the shard is, and how it is asked. */
export interface Settings {
  /** The node, as `https://HOST:PORT`. */
  url: string;
  /** The shard's id. */
  shard: string;
  /** The token for the node, if it asks for one. */
  token?: string;
  /** Who signs calls; without one, calls are in the name that the token has. */
  signer?: Signer;
  /** How often at most something is asked that can be asked again: 6, if not given. */
  attempts?: number;
  /** For how long a signed call's key lives, in milliseconds, which the shard limits; an hour, if not given. */
  lifeMs?: number;
}

/** A node refuses a request: nothing of it was done, unless the code is E7515. `foil explain CODE` says more. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly request: string;
  constructor(status: number, code: string, message: string, request: string) {
    super(`${code}: ${message}`);
    this.name = "Refused";
    this.status = status;
    this.code = code;
    this.request = request;
  }
}

/** An answer that is not of this interface: the node's program may be another by now. */
export class Unexpected extends Error {
  readonly answer: unknown;
  constructor(because: string, answer: unknown) {
    super(because);
    this.name = "Unexpected";
    this.answer = answer;
  }
}

/** What `returned` throws. */
export class Broken extends Error {
  readonly outcome: Outcome<unknown, unknown>;
  constructor(because: string, outcome: Outcome<unknown, unknown>) {
    super(because);
    this.name = "Broken";
    this.outcome = outcome;
  }
}

/** The value that something returned. Throws, if it failed or trapped. */
export function returned<T>(outcome: Outcome<T, { name: string }>): T {
  if (outcome.outcome === "returned") return outcome.value;
  const [word, { name }] = outcome.outcome === "failed" ? ["failed", outcome.error] : ["trapped", outcome.trap];
  throw new Broken(`${word}: ${name}`, outcome);
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Fields = readonly (readonly [name: string, form: Form])[];
type Form =
  | "unit" | "bool" | "text" | "bytes" | "hash" | "u128"
  | "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64"
  | { readonly fixed: number }
  | { readonly option: Form }
  | { readonly list: Form }
  | { readonly tuple: readonly Form[] }
  | { readonly struct: Fields }
  | { readonly names: readonly string[] };
type Forms = {
  readonly events: ReadonlyMap<string, Form>;
  readonly errors: ReadonlyMap<string, readonly [name: string, fields: Fields]>;
};

const integers: { readonly [form: string]: readonly [bits: bigint, least: bigint] } = {
  u8: [8n, 0n], u16: [16n, 0n], u32: [32n, 0n], u64: [64n, 0n], u128: [128n, 0n],
  i8: [7n, -1n], i16: [15n, -1n], i32: [31n, -1n], i64: [63n, -1n],
};

function integer(form: string, value: unknown): bigint {
  const [bits, least] = integers[form]!;
  const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  const number = isWhole ? BigInt(value) : 1n << bits;
  if (number < least << bits || number >= 1n << bits) throw new TypeError(`${String(value)} is no ${form}`);
  return number;
}

function octets(value: unknown, length?: number): Uint8Array {
  if (value instanceof Uint8Array && (length ?? value.length) === value.length) return value;
  throw new TypeError(`expected ${length ?? "an array of"} bytes`);
}

function member(value: unknown, name: string): unknown {
  return (value as { [name: string]: unknown })[name] ?? null;
}

/** A value in JSON; numbers as texts, which have any size. */
function toJson(form: Form, value: unknown): Json {
  if (form === "unit") return null;
  if (form === "bool") return value as boolean;
  if (form === "text") return value as string;
  if (form === "bytes") return hex(octets(value));
  if (form === "hash") return hex(octets(value, 32));
  if (typeof form === "string") return integer(form, value).toString();
  if ("fixed" in form) return hex(octets(value, form.fixed));
  if ("option" in form) return value === null ? null : toJson(form.option, value);
  if ("list" in form) return (value as unknown[]).map((item) => toJson(form.list, item));
  if ("tuple" in form) return form.tuple.map((it, index) => toJson(it, (value as unknown[])[index]));
  if ("names" in form) return value as string;
  return Object.fromEntries(form.struct.map(([name, it]) => [name, toJson(it, member(value, name))]));
}

/** A value that a node answered, where numbers have become texts. */
function fromJson(form: Form, json: Json | undefined): unknown {
  const wrong = () => new Unexpected("an answer is not of the interface", json);
  if (form === "unit") return null;
  if (typeof form !== "string" && "option" in form) return json === null ? null : fromJson(form.option, json);
  if (form === "bool" && typeof json === "boolean") return json;
  if (typeof form !== "string" && Array.isArray(json)) {
    if ("list" in form) return json.map((it) => fromJson(form.list, it));
    if ("tuple" in form) return form.tuple.map((it, at) => fromJson(it, json[at]));
  }
  if (typeof form !== "string" && "struct" in form) return structFrom(form.struct, json);
  if (typeof json !== "string") throw wrong();
  if (form === "text") return json;
  if (form === "u64" || form === "i64" || form === "u128") return BigInt(json);
  if (typeof form === "string" && form in integers) return Number(json);
  if (typeof form !== "string" && "names" in form) {
    if (!form.names.includes(json)) throw wrong();
    return json;
  }
  return unhex(json);
}

function structFrom(fields: Fields, json: Json | undefined): { [name: string]: unknown } {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Unexpected("an answer is not of the interface", json);
  }
  return Object.fromEntries(fields.map(([name, form]) => [name, fromJson(form, json[name])]));
}

/** JSON, with its numbers as texts: as JavaScript's they would not be exact. */
function parse(text: string): { [name: string]: Json } {
  let exact = "";
  for (let at = 0; at < text.length; ) {
    const begin = text.indexOf('"', at);
    exact += (begin < 0 ? text.slice(at) : text.slice(at, begin)).replace(/-?\d[\d.eE+-]*/g, '"$&"');
    if (begin < 0) break;
    let end = begin + 1;
    while (text[end] !== '"' && end < text.length) end += text[end] === "\\" ? 2 : 1;
    exact += text.slice(begin, end + 1);
    at = end + 1;
  }
  const json: unknown = JSON.parse(exact);
  if (typeof json !== "object" || json === null) throw new Unexpected("an answer is no object", json);
  return json as { [name: string]: Json };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function unhex(text: string) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Unexpected("an answer has bytes that are no hexadecimal digits", text);
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

function unbase64(text: Json | undefined) {
  return Uint8Array.from(atob(typeof text === "string" ? text : ""), (letter) => letter.charCodeAt(0));
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

const utf8 = (value: string) => new TextEncoder().encode(value);

function concat(parts: Uint8Array[]) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A shard at a node. */
class Shard {
  private readonly settings: Settings;
  private readonly forms: Forms;

  constructor(settings: Settings, forms: Forms) {
    this.settings = settings;
    this.forms = forms;
  }

  async call<T>(method: string, fields: Fields, returns: Form, args: object, options: CallOptions): Promise<Made<T>> {
    const { signer, shard, lifeMs = 3_600_000 } = this.settings;
    // The key is drawn here, once: however often it is sent, the call is made once.
    const { key = hex(crypto.getRandomValues(new Uint8Array(16))), fuelMax, expiresMs } = options;
    let body: Json;
    if (signer) {
      const expires = expiresMs ?? BigInt(Date.now() + lifeMs);
      const bytes = toCbor({ struct: fields }, args);
      body = { signed: base64(await signer.sign(shard, method, bytes, key, expires, fuelMax ?? FUEL_MAX)) };
    } else {
      const limits = numbers({ fuel_max: fuelMax, expires_ms: expiresMs });
      body = { method, args: toJson({ struct: fields }, args), key, ...limits };
    }
    const answer = parse(await (await this.send("calls", body)).text());
    const outcome = this.outcome<T>(returns, answer);
    const [seq, known] = [BigInt(answer["seq"] as string), answer["known"] === true];
    return { ...outcome, seq, known, receipt: unbase64(answer["receipt"]) };
  }

  async query<T>(method: string, fields: Fields, returns: Form, args: object, options: QueryOptions): Promise<Asked<T>> {
    const { height, fuelMax, proof = false } = options;
    const body = { method, args: toJson({ struct: fields }, args), proof, ...numbers({ height, fuel_max: fuelMax }) };
    const answer = parse(await (await this.send("query", body)).text());
    const outcome = this.outcome<T>(returns, answer);
    const [at, root] = [BigInt(answer["height"] as string), unhex(answer["root"] as string)];
    return { ...outcome, height: at, root, proof: proof ? unbase64(answer["proof"]) : null };
  }

  async program(): Promise<string> {
    return parse(await (await this.send("program")).text())["program"] as string;
  }

  async receipt(seq: bigint): Promise<Uint8Array> {
    return new Uint8Array(await (await this.send(`receipts/${seq}`)).arrayBuffer());
  }

  /** Events of records from one on, and of those that come; goes on where it was cut off. */
  async *events(from: bigint | null, signal: AbortSignal | null): AsyncGenerator<Event> {
    let next = from === null ? "" : `?from=${from}`;
    for (;;) {
      let begun = false;
      try {
        const response = await this.send(`events${next}`, null, "text/event-stream", signal);
        begun = true;
        for await (const [name, text] of messages(response)) {
          const record = parse(text);
          if (name === "error") throw refusal(response.status, record);
          const seq = BigInt(record["seq"] as string);
          next = `?from=${seq + 1n}`;
          for (const event of record["events"] as Json[] | null ?? []) yield this.event(seq, event);
        }
      } catch (error) {
        if (signal?.aborted) return;
        // A stream that breaks off is a TypeError of `fetch`; one that does not begin has been tried often enough.
        if (!(error instanceof TypeError) || !begun) throw error;
      }
      await pause(1000);
    }
  }

  private event(seq: bigint, json: Json): Event {
    const { event, data } = json as { event: string; data: Json };
    const form = this.forms.events.get(event);
    try {
      if (form !== undefined) return { seq, event, data: fromJson(form, data) } as unknown as Event;
    } catch (error) {
      if (!(error instanceof Unexpected)) throw error;
    }
    return { seq, event: null, name: event, data };
  }

  private outcome<T>(returns: Form, answer: { [name: string]: Json }): Outcome<T> {
    const lines = (name: string) => (answer[name] ?? []) as string[];
    switch (answer["outcome"]) {
      case "returned":
        return { outcome: "returned", value: fromJson(returns, answer["value"]) as T };
      case "failed":
        return { outcome: "failed", error: this.error(answer["error"] as { [name: string]: Json }) };
      case "trapped": {
        const [code, name] = [Number(answer["trap_code"]), String(answer["trap"])];
        return { outcome: "trapped", trap: { code, name, detail: lines("detail"), logs: lines("logs") } };
      }
      default:
        throw new Unexpected("an answer has no outcome", answer);
    }
  }

  private error(json: { [name: string]: Json }): ProgramError {
    const code = String(json["code"]);
    const form = this.forms.errors.get(code);
    if (form === undefined) return { code: null, name: String(json["name"]), said: json };
    const [name, fields] = form;
    const told = { code: Number(code), name, ...(fields.length > 0 ? { fields: structFrom(fields, json) } : {}) };
    return told as ProgramError;
  }

  /** Asks, and asks again as long as the node says that it may answer later. */
  private async send(path: string, body: Json = null, accept = "application/json", signal: AbortSignal | null = null) {
    const { url, shard, token, attempts = 6 } = this.settings;
    const headers: { [name: string]: string } = { accept };
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    if (body !== null) headers["content-type"] = "application/json";
    const request: RequestInit = { headers, redirect: "error", signal };
    if (body !== null) Object.assign(request, { method: "POST", body: JSON.stringify(body) });
    const where = `${url.replace(/\/+$/, "")}/v1/shards/${shard}/${path}`;
    for (let attempt = 1; ; attempt++) {
      let waitMs = 1000;
      try {
        const response = await fetch(where, request);
        if (response.ok) return response;
        const said = refusal(response.status, await response.text().then(parse).catch(() => ({})));
        if ((response.status !== 429 && response.status !== 503) || attempt >= attempts) throw said;
        waitMs = 1000 * Math.min(Number(response.headers.get("retry-after")) || 1, 30);
      } catch (error) {
        if (!(error instanceof TypeError) || attempt >= attempts) throw error;
      }
      // Not all at once.
      await pause(waitMs * (1 + Math.random()));
    }
  }
}

function refusal(status: number, json: { [name: string]: Json }): Refused {
  const error = (json["error"] ?? {}) as { [name: string]: Json };
  const text = (name: string, otherwise: string) => (typeof error[name] === "string" ? error[name] : otherwise);
  const message = text("message", "it does not answer as a node does");
  return new Refused(status, text("code", `HTTP ${status}`), message, text("request", ""));
}

/** Numbers that are given, as JSON has them. */
function numbers(given: { [name: string]: bigint | undefined }): { [name: string]: number } {
  const found: { [name: string]: number } = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (value < 0n || value > Number.MAX_SAFE_INTEGER) throw new TypeError(`${name} is out of range`);
    found[name] = Number(value);
  }
  return found;
}

/** Server-sent events: name and data. */
async function* messages(response: Response): AsyncGenerator<[name: string, data: string]> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const of = (field: string) => {
          const found = lines.filter((line) => line.startsWith(field));
          return found.map((line) => line.slice(field.length).trim()).join("\n");
        };
        if (of("data:") !== "") yield [of("event:"), of("data:")];
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
