/** The holder of an Ed25519 key, who signs calls. */
export interface Signer {
  /** The public key. */
  readonly key: Uint8Array;
  /** The canonical bytes of `[call, proof]`. */
  sign(
    shard: string,
    method: string,
    args: Uint8Array,
    key: string,
    expiresMs: bigint,
    fuelMax: bigint,
  ): Promise<Uint8Array>;
}

/** The holder of the key with this seed: 32 bytes, or the 64 hexadecimal digits in a file of `foil key generate`. */
export async function signerOf(seed: Uint8Array | string): Promise<Signer> {
  const bytes = octets(typeof seed === "string" ? unhex(seed.trim()) : seed, 32);
  // RFC 8410: all that stands before the seed.
  const encoded = concat([unhex("302e020100300506032b657004220420"), bytes]);
  const secret = await crypto.subtle.importKey("pkcs8", encoded, "Ed25519", true, ["sign"]);
  const { x = "" } = await crypto.subtle.exportKey("jwk", secret);
  const own = unbase64(x.replaceAll("-", "+").replaceAll("_", "/"));
  const signature = async (message: Uint8Array) =>
    new Uint8Array(await crypto.subtle.sign("Ed25519", secret, new Uint8Array(message)));
  // Salts come from a signature, which the key's holder alone can make again: a retry is the same call.
  const salts = (await signature(utf8("counterfoil salt secret"))).slice(0, 32);
  return {
    key: own,
    async sign(shard, method, args, key, expiresMs, fuelMax) {
      const named = idempotencyKey(key);
      const salt = blake3(salts, named);
      const begin = [uint(1n), bytestring(unhex(shard)), NULL, text(method)];
      const caller = concat([array(2), uint(1n), bytestring(own)]);
      const end = [caller, bytestring(named), uint(expiresMs), uint(fuelMax)];
      const argsDigest = blake3(unhex(KIND_ARGS), concat([salt, args]));
      const digest = blake3(unhex(KIND_CALL), concat([array(9), ...begin, bytestring(argsDigest), ...end]));
      const signed = await signature(concat([utf8("counterfoil\0\u0001\u0001"), unhex(shard), digest]));
      const call = concat([array(10), ...begin, bytestring(args), bytestring(salt), ...end]);
      return concat([array(2), call, array(2), uint(1n), bytestring(signed)]);
    },
  };
}

/** The most fuel that a call may use, where its caller says nothing. */
const FUEL_MAX = 1_000_000_000n;

// The keys that digests of a kind are made with.
const KIND_CALL = "38bc952727f88d8124fb7f97c4e99430fcdc99f2899a622650025bab2c60e667";
const KIND_ARGS = "dbc427214d619a65bf9acc29975b4a2d8757e234c233c589b5e721db3c7cbfce";
const KIND_LINE = "df6850b06fd5de5c9fe33f54288f791569ca94c55c0ead3390aef73832d4e63f";

/** The 32 bytes that an idempotency key's text stands for: the same as `foil call --key` makes of it. */
function idempotencyKey(text: string): Uint8Array {
  const bytes = utf8(text);
  const padded = new Uint8Array(Math.ceil((8 + bytes.length) / 64) * 64);
  new DataView(padded.buffer).setBigUint64(0, BigInt(bytes.length));
  padded.set(bytes, 8);
  return blake3(unhex(KIND_LINE), padded);
}

// Canonical CBOR: every length in as few bytes as hold it.
function head(major: number, number: bigint): Uint8Array {
  if (number < 24n) return Uint8Array.of((major << 5) | Number(number));
  const size = number < 1n << 8n ? 0 : number < 1n << 16n ? 1 : number < 1n << 32n ? 2 : 3;
  const bytes = new Uint8Array(1 + (1 << size));
  bytes[0] = (major << 5) | (24 + size);
  for (let at = bytes.length - 1; at > 0; at--, number >>= 8n) bytes[at] = Number(number & 255n);
  return bytes;
}
const NULL = Uint8Array.of(0xf6);
const uint = (number: bigint) => head(0, number);
const bytestring = (bytes: Uint8Array) => concat([head(2, BigInt(bytes.length)), bytes]);
const array = (length: number) => head(4, BigInt(length));
function text(value: string): Uint8Array {
  const bytes = utf8(value);
  return concat([head(3, BigInt(bytes.length)), bytes]);
}

/** A value in canonical CBOR. */
function toCbor(form: Form, value: unknown): Uint8Array {
  if (form === "unit") return array(0);
  if (form === "bool") return Uint8Array.of(value === true ? 0xf5 : 0xf4);
  if (form === "text") return text(value as string);
  if (form === "bytes") return bytestring(octets(value));
  if (form === "hash") return bytestring(octets(value, 32));
  if (form === "u128") return bytestring(unhex(integer(form, value).toString(16).padStart(32, "0")));
  if (typeof form === "string") {
    const number = integer(form, value);
    return number < 0n ? head(1, -1n - number) : head(0, number);
  }
  if ("fixed" in form) return bytestring(octets(value, form.fixed));
  if ("option" in form) return value === null ? NULL : toCbor(form.option, value);
  if ("list" in form) {
    const items = value as unknown[];
    return concat([array(items.length), ...items.map((item) => toCbor(form.list, item))]);
  }
  if ("tuple" in form) {
    return concat([array(form.tuple.length), ...form.tuple.map((it, at) => toCbor(it, (value as unknown[])[at]))]);
  }
  if ("names" in form) {
    const index = form.names.indexOf(value as string);
    if (index < 0) throw new TypeError(`${String(value)} is none of ${form.names.join(", ")}`);
    return uint(BigInt(index));
  }
  return concat([array(form.struct.length), ...form.struct.map(([name, it]) => toCbor(it, member(value, name)))]);
}

const IV = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const ORDER = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const MIXED = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
] as const;

/** BLAKE3's compression (its specification, section 2.2): the first half of the output, which is all that is used. */
function compress(from: Uint32Array, block: Uint32Array, counter: number, length: number, flags: number): Uint32Array {
  const v = Uint32Array.of(...from, ...IV.slice(0, 4), counter, Math.floor(counter / 2 ** 32), length, flags);
  let words = Array.from(block);
  for (let round = 0; round < 7; round++) {
    MIXED.forEach(([a, b, c, d], at) => {
      const turn = (at: number, other: number, by: number) => {
        const word = v[at]! ^ v[other]!;
        v[at] = (word >>> by) | (word << (32 - by));
      };
      for (const [word, first, second] of [[words[2 * at]!, 16, 12], [words[2 * at + 1]!, 8, 7]] as const) {
        v[a] = v[a]! + v[b]! + word;
        turn(d, a, first);
        v[c] = v[c]! + v[d]!;
        turn(b, c, second);
      }
    });
    words = ORDER.map((at) => words[at]!);
  }
  return v.slice(0, 8).map((word, at) => word ^ v[at + 8]!);
}

function littleEndian(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

/** BLAKE3 with a key. */
function blake3(key: Uint8Array, input: Uint8Array): Uint8Array {
  const [chunkBegins, chunkEnds, parent, root, keyed] = [1, 2, 4, 8, 16];
  const from = littleEndian(key);
  const node = (bytes: Uint8Array, counter: number, last: number): Uint32Array => {
    if (bytes.length > 1024) {
      let left = 1024;
      while (left * 2 < bytes.length) left *= 2;
      const pair = [node(bytes.subarray(0, left), counter, 0), node(bytes.subarray(left), counter + left / 1024, 0)];
      return compress(from, Uint32Array.of(...pair[0]!, ...pair[1]!), 0, 64, parent | keyed | last);
    }
    let chaining = from;
    for (let at = 0; at === 0 || at < bytes.length; at += 64) {
      const part = bytes.subarray(at, at + 64);
      const block = new Uint8Array(64);
      block.set(part);
      const flags = keyed | (at === 0 ? chunkBegins : 0) | (at + 64 >= bytes.length ? chunkEnds | last : 0);
      chaining = compress(chaining, littleEndian(block), counter, part.length, flags);
    }
    return chaining;
  };
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  node(input, 0, root).forEach((word, at) => view.setUint32(4 * at, word, true));
  return digest;
}
