// Programs for Counterfoil, in AssemblyScript.
//
//     import { Writer, answer, args } from "./sdk/counterfoil";
//
//     export function call_greet(): void {
//       const input = args(1);
//       const name = input.text();
//       input.endArgs();
//
//       answer(new Writer().text(name));
//     }
//
// An exported function `call_NAME` is a method that may write, `query_NAME` one that may not: whatever it writes, emits
// or sends is a trap. Names are 1 to 64 of a–z, 0–9 and _.
//
// What a program can see is its arguments, its state, the caller, the call's place and logical time, and a random stream
// that follows from them: the same call has the same effects everywhere. A call that fails or traps changes nothing.
// `interface.json` says what the methods, the state, the events and the errors look like.
//
// Memory is handed out in order and never collected: every call begins with fresh memory. Global variables likewise
// begin every call with what they are initialised to; what is to stay goes into state.

// ---------------------------------------------------------------------------------------------------------------------
// Host calls, as they are. Pointers and lengths must lie within memory, or the call traps. What yields bytes takes a
// buffer and its capacity, copies what fits, and answers with the full length. Below are functions that are easier to use.

export namespace host {
  /** Reads the value of a key into `out`; its full length, or −1 where the key is absent. */
  @external("foil", "state_get")
  export declare function state_get(key: usize, key_len: u32, out: usize, out_cap: u32): i64;
  /** Writes a key: at most 512 bytes, and a value of at most 256 KiB. */
  @external("foil", "state_put")
  export declare function state_put(key: usize, key_len: u32, value: usize, value_len: u32): void;
  /** Deletes a key; absent keys too. */
  @external("foil", "state_delete")
  export declare function state_delete(key: usize, key_len: u32): void;
  /**
   * Opens a cursor over the keys [from, to), an empty `to` meaning the end of the program's keys; `reverse` 1 starts at
   * the greatest. It sees the call's own writes ahead of it, and stays at its end once it is there. 256 can be open.
   */
  @external("foil", "scan_open")
  export declare function scan_open(from: usize, from_len: u32, to: usize, to_len: u32, reverse: u32): u32;
  /**
   * The cursor's next entry as `key length (4 bytes, little-endian) ‖ key ‖ value`; its full length, or −1 at the end.
   * The cursor stays where it is if the entry did not fit.
   */
  @external("foil", "scan_next")
  export declare function scan_next(cursor: u32, out: usize, out_cap: u32): i64;
  /** Closes a cursor. Its number names no cursor again. */
  @external("foil", "scan_close")
  export declare function scan_close(cursor: u32): void;
  /** The call's arguments; their full length. */
  @external("foil", "input")
  export declare function input(out: usize, out_cap: u32): u32;
  /** Sets the answer; the last one set counts. */
  @external("foil", "answer")
  export declare function answer(data: usize, data_len: u32): void;
  /** Ends the call as failed, with the reason. */
  @external("foil", "fail")
  export declare function fail(data: usize, data_len: u32): void;
  /** Emits an event: a name in UTF-8, and canonical CBOR. */
  @external("foil", "emit")
  export declare function emit(name: usize, name_len: u32, data: usize, data_len: u32): void;
  /** Asks the shard `to` (32 bytes) to run a call of `method`; `args` are canonical CBOR, an array. */
  @external("foil", "send")
  export declare function send(to: usize, method: usize, method_len: u32, args: usize, args_len: u32): void;
  /** The 32 bytes of the shard's id. */
  @external("foil", "shard")
  export declare function shard(out: usize): void;
  /** The caller, as canonical CBOR `[kind, bytes]`; its full length. */
  @external("foil", "caller")
  export declare function caller(out: usize, out_cap: u32): u32;
  /** The call's place in the shard's history. */
  @external("foil", "seq")
  export declare function seq(): u64;
  /** The call's logical time, in milliseconds of Unix time. */
  @external("foil", "time")
  export declare function time(): u64;
  /** The next bytes of the call's random stream, at most 4 KiB at once. Whoever places the call can foresee them. */
  @external("foil", "random")
  export declare function random(out: usize, out_len: u32): void;
  /** The 32 bytes of the plain BLAKE3 hash of `data`. */
  @external("foil", "hash_blake3")
  export declare function hash_blake3(data: usize, data_len: u32, out: usize): void;
  /** The 32 bytes of the SHA-256 hash of `data`. */
  @external("foil", "hash_sha256")
  export declare function hash_sha256(data: usize, data_len: u32, out: usize): void;
  /** Whether `signature` (64 bytes) is that of the Ed25519 key `key` (32 bytes) over `message`: 1 or 0. */
  @external("foil", "verify_ed25519")
  export declare function verify_ed25519(key: usize, signature: usize, message: usize, message_len: u32): u32;
  /** A line of debug log; never part of history. */
  @external("foil", "log")
  export declare function log(text: usize, text_len: u32): void;
}

// ---------------------------------------------------------------------------------------------------------------------
// Bytes.

/** Bytes that stand somewhere in memory. */
export class Bytes {
  constructor(
    /** Their address. */
    readonly at: usize,
    /** How many they are. */
    readonly len: u32,
  ) {}

  /** A text as UTF-8. */
  static of(text: string): Bytes {
    const len = <u32>String.UTF8.byteLength(text);
    const at = heap.alloc(len);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
    return new Bytes(at, len);
  }

  /** The bytes as a text; they must be UTF-8. */
  toString(): string {
    return String.UTF8.decodeUnsafe(this.at, this.len);
  }

  /** Byte `index`. */
  @operator("[]")
  get(index: u32): u8 {
    if (index >= this.len) panic("an index is beyond the bytes");
    return load<u8>(this.at + index);
  }

  /** Whether these are the same bytes. */
  @operator("==")
  equals(other: Bytes): bool {
    return this.len == other.len && memory.compare(this.at, other.at, this.len) == 0;
  }

  /** Whether they are UTF-8: no longer form than needed, no surrogate, nothing above U+10FFFF. */
  isUtf8(): bool {
    let at = this.at;
    const end = at + this.len;
    while (at < end) {
      const first = <u32>load<u8>(at++);
      if (first < 0x80) continue;
      if (first < 0xc2 || first > 0xf4) return false;
      let more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      let least: u32 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
      let most: u32 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
      if (end - at < <usize>more) return false;
      for (; more > 0; more--) {
        const next = <u32>load<u8>(at++);
        if (next < least || next > most) return false;
        least = 0x80;
        most = 0xbf;
      }
    }
    return true;
  }
}

/** Writes a line of debug log. */
export function log(line: string): void {
  const bytes = Bytes.of(line);
  host.log(bytes.at, bytes.len);
}

/** Ends the call with a trap, and says why in the debug log: for what cannot be. */
export function panic(why: string): void {
  log(why);
  unreachable();
}

/** What the compiler calls where a program throws or asserts in vain; see the option `--use`. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  panic((file ? file : "?") + ":" + line.toString() + ":" + column.toString() + ": " + (message ? message : "aborted"));
}

/** `a + b`; a sum that overflows traps. */
export function add(a: u64, b: u64): u64 {
  const sum = a + b;
  if (sum < a) panic("a sum overflows");
  return sum;
}

/** `a − b`; a difference below zero traps. */
export function subtract(a: u64, b: u64): u64 {
  if (b > a) panic("a difference is below zero");
  return a - b;
}

// ---------------------------------------------------------------------------------------------------------------------
// Canonical CBOR (RFC 8949, 4.2.1): shortest heads, definite lengths, no floats, no tags. Structs and tuples are arrays;
// `()` is the empty array; an absent value is null; an enumeration is the index of its name.

/** The major types of CBOR. */
enum Major { Unsigned = 0, Negative = 1, Bytes = 2, Text = 3, Array = 4, Map = 5, Simple = 7 }

/** Bytes that grow. */
export class Out {
  at: usize = 0;
  len: u32 = 0;
  cap: u32 = 0;

  /** Makes room for `more` bytes. */
  reserve(more: u32): void {
    if (more <= this.cap - this.len) return;
    const cap = max(max(this.len + more, 2 * this.cap), 64);
    this.at = this.cap ? heap.realloc(this.at, cap) : heap.alloc(cap);
    this.cap = cap;
  }

  /** Appends bytes as they are. */
  append(at: usize, len: u32): void {
    this.reserve(len);
    memory.copy(this.at + this.len, at, len);
    this.len += len;
  }

  /** Appends one byte. */
  byte(byte: u8): void {
    this.reserve(1);
    store<u8>(this.at + this.len++, byte);
  }

  /** Appends the lowest `width` bytes of a number, the highest of them first. */
  number(number: u64, width: i32): void {
    for (let shift = 8 * (width - 1); shift >= 0; shift -= 8) this.byte(<u8>(number >> shift));
  }

  /** What was written. */
  bytes(): Bytes {
    return new Bytes(this.at, this.len);
  }
}

/** Writes canonical CBOR, one value after the other. */
export class Writer {
  private out: Out = new Out();

  private head(major: Major, value: u64): this {
    const initial = <u8>(major << 5);
    if (value < 24) {
      this.out.byte(initial | <u8>value);
    } else {
      const log = value < 0x100 ? 0 : value < 0x10000 ? 1 : value < 0x100000000 ? 2 : 3;
      this.out.byte(initial | <u8>(24 + log));
      this.out.number(value, 1 << log);
    }
    return this;
  }

  /** An unsigned integer, of whatever width. */
  uint(value: u64): this {
    return this.head(Major.Unsigned, value);
  }

  /** A signed integer, of whatever width. */
  int(value: i64): this {
    return value >= 0 ? this.head(Major.Unsigned, <u64>value) : this.head(Major.Negative, ~(<u64>value));
  }

  /** An unsigned integer of 128 bits, given as its two halves; `fixed(16)` reads it, the highest byte first. */
  u128(high: u64, low: u64): this {
    this.head(Major.Bytes, 16);
    this.out.number(high, 8);
    this.out.number(low, 8);
    return this;
  }

  /** A byte string. */
  bytes(value: Bytes): this {
    this.head(Major.Bytes, value.len);
    return this.raw(value);
  }

  /** A text. */
  text(value: string): this {
    const bytes = Bytes.of(value);
    this.head(Major.Text, bytes.len);
    return this.raw(bytes);
  }

  /** The head of an array of `len` items, which come next. */
  array(len: u32): this {
    return this.head(Major.Array, len);
  }

  /** The head of a map of `len` pairs, which come next, keys ascending. */
  map(len: u32): this {
    return this.head(Major.Map, len);
  }

  /** A boolean. */
  bool(value: bool): this {
    return this.head(Major.Simple, value ? 21 : 20);
  }

  /** The absent value. */
  absent(): this {
    return this.head(Major.Simple, 22);
  }

  /** An account. */
  account(value: Account): this {
    return this.array(2).uint(value.kind).bytes(value.id);
  }

  /** Canonical CBOR that was made before. */
  raw(canonical: Bytes): this {
    this.out.append(canonical.at, canonical.len);
    return this;
  }

  /** What was written. */
  written(): Bytes {
    return this.out.bytes();
  }
}

/** Bytes that are read from the start on. What is read wrong makes it bad, and then all that is read is zero. */
class In {
  /** Whether something was read wrong. */
  bad: bool = false;
  protected at: usize;
  protected end: usize;

  constructor(bytes: Bytes) {
    this.at = bytes.at;
    this.end = bytes.at + bytes.len;
  }

  protected left(): u32 {
    return <u32>(this.end - this.at);
  }

  protected spoil(): u64 {
    this.bad = true;
    this.at = this.end;
    return 0;
  }

  /** The next `len` bytes as they are. */
  protected take(len: u64): Bytes {
    if (len > this.left()) {
      this.spoil();
      len = 0;
    }
    const at = this.at;
    this.at += <u32>len;
    return new Bytes(at, <u32>len);
  }

  /** A number of `width` bytes, the highest first. */
  protected takeNumber(width: i32): u64 {
    if (<u32>width > this.left()) return this.spoil();
    let number: u64 = 0;
    for (; width > 0; width--) number = (number << 8) | load<u8>(this.at++);
    return number;
  }

  /** Whether everything was read, and read well. */
  isEnd(): bool {
    return !this.bad && this.at == this.end;
  }

  /**
   * To be called once a key or value of state has been read: only a program whose field had another type can have
   * written what is not read well.
   */
  endStored(): void {
    if (!this.isEnd()) panic("an entry in state is not of its field's type");
  }
}

/** Reads canonical CBOR, and nothing else: read all values, and ask once, at the end, whether they were read well. */
export class Reader extends In {
  private head(major: Major): u64 {
    const initial = <u32>this.takeNumber(1);
    const info = initial & 31;
    if (this.bad || initial >> 5 != <u32>major || info > 27 || (major == Major.Simple && info > 23)) return this.spoil();
    if (info < 24) return info;
    const width = 1 << (info - 24);
    const value = this.takeNumber(width);
    const least: u64 = width == 1 ? 24 : <u64>1 << (4 * width);
    return value < least ? this.spoil() : value;
  }

  /** An unsigned integer of at most so many bits: 8, 16, 32 or 64. */
  uint(bits: i32): u64 {
    const value = this.head(Major.Unsigned);
    return bits < 64 && value >> bits ? this.spoil() : value;
  }

  /** A signed integer of at most so many bits: 8, 16, 32 or 64. */
  int(bits: i32): i64 {
    const negative = this.at < this.end && load<u8>(this.at) >> 5 == Major.Negative;
    const value = this.head(negative ? Major.Negative : Major.Unsigned);
    if (value >> (bits - 1)) return <i64>this.spoil();
    return negative && !this.bad ? ~(<i64>value) : <i64>value;
  }

  /** A byte string. */
  bytes(): Bytes {
    return this.take(this.head(Major.Bytes));
  }

  /** A byte string of exactly `len` bytes: what is read has that length, or none. */
  fixed(len: u32): Bytes {
    const value = this.bytes();
    if (value.len == len) return value;
    this.spoil();
    return new Bytes(0, 0);
  }

  /** A text, as the UTF-8 that it is. */
  utf8(): Bytes {
    const text = this.take(this.head(Major.Text));
    if (text.isUtf8()) return text;
    this.spoil();
    return new Bytes(0, 0);
  }

  /** A text. */
  text(): string {
    return this.utf8().toString();
  }

  /** The head of an array: how many items come next. */
  array(): u32 {
    const len = this.head(Major.Array);
    return <u32>(len > this.left() ? this.spoil() : len);
  }

  /** The head of an array of exactly `len` items. */
  arrayOf(len: u32): void {
    if (this.array() != len) this.spoil();
  }

  /** The head of a map: how many pairs come next. */
  map(): u32 {
    const len = this.head(Major.Map);
    return <u32>(len > this.left() / 2 ? this.spoil() : len);
  }

  /** A boolean. */
  bool(): bool {
    const value = this.head(Major.Simple);
    if (value != 20 && value != 21) this.spoil();
    return value == 21;
  }

  /** An enumeration of `count` names: the index of one. */
  variant(count: u64): u64 {
    const index = this.uint(8);
    return index < count ? index : this.spoil();
  }

  /** Whether the next value is the absent one, which is then read. */
  absent(): bool {
    const absent = this.at < this.end && load<u8>(this.at) == 0xf6;
    if (absent) this.at++;
    return absent;
  }

  /** An account. */
  account(): Account {
    this.arrayOf(2);
    const kind = <u8>this.uint(8);
    return new Account(kind, this.bytes());
  }

  /** To be called once all arguments are read: what is not all of them, and no more, fails as BadArguments. */
  endArgs(): void {
    if (!this.isEnd()) fail(0, "BadArguments");
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Arguments in, answer out.

/** The first guess of what a value needs; a longer one is asked for twice. */
const GUESS: u32 = 256;

/** The arguments, of which there must be `count`. */
export function args(count: u32): Reader {
  let at = heap.alloc(GUESS);
  const len = host.input(at, GUESS);
  if (len > GUESS) {
    at = heap.realloc(at, len);
    host.input(at, len);
  }
  const input = new Reader(new Bytes(at, len));
  input.arrayOf(count);
  return input;
}

/** Answers; the last answer counts. */
export function answer(value: Writer): void {
  const bytes = value.written();
  host.answer(bytes.at, bytes.len);
}

/** Ends the call as failed with the error `[code, name]` of the interface. Codes of a program are from 1. */
export function fail(code: u64, name: string): void {
  failWith(new Writer().array(2).uint(code).text(name));
}

/** The same with an error that carries fields: `[code, name, field…]`. */
export function failWith(reason: Writer): void {
  const bytes = reason.written();
  host.fail(bytes.at, bytes.len);
  unreachable();
}

// ---------------------------------------------------------------------------------------------------------------------
// What a call is told about itself, and what it says.

/** Who calls: a kind and the bytes that name the caller within it. */
export class Account {
  constructor(
    /** 0 nobody, 1 the holder of a key, 2 a name that the node vouches for, 3 a shard, 4 a timer. */
    readonly kind: u8,
    /** The public key, the name in UTF-8, the shard's id, the timer's number in 8 bytes; nothing for nobody. */
    readonly id: Bytes,
  ) {}

  /** Whether the call has no caller in particular. */
  isNobody(): bool {
    return this.kind == 0;
  }
}

/** Who calls. */
export function caller(): Account {
  const at = heap.alloc(GUESS);
  return new Reader(new Bytes(at, host.caller(at, GUESS))).account();
}

/** The shard that runs the call: 32 bytes. */
export function shard(): Bytes {
  const at = heap.alloc(32);
  host.shard(at);
  return new Bytes(at, 32);
}

/** The call's place in the shard's history; for a query, the next place. */
export function seq(): u64 {
  return host.seq();
}

/** The call's logical time, in milliseconds of Unix time. It never falls from one call to the next. */
export function timeMs(): u64 {
  return host.time();
}

/** The next `len` bytes of the call's random stream, at most 4 KiB. */
export function random(len: u32): Bytes {
  const at = heap.alloc(len);
  host.random(at, len);
  return new Bytes(at, len);
}

/** Says that something happened; dropped if the call does not return. */
export function emit(name: string, data: Writer): void {
  const text = Bytes.of(name);
  const bytes = data.written();
  host.emit(text.at, text.len, bytes.at, bytes.len);
}

/** Asks the shard `to` (32 bytes) to run a call of `method`; `args` is an array. Dropped if the call does not return. */
export function send(to: Bytes, method: string, args: Writer): void {
  if (to.len != 32) panic("a shard's id has 32 bytes");
  const text = Bytes.of(method);
  const bytes = args.written();
  host.send(to.at, text.at, text.len, bytes.at, bytes.len);
}

/** The plain BLAKE3 hash: 32 bytes. */
export function blake3(data: Bytes): Bytes {
  const at = heap.alloc(32);
  host.hash_blake3(data.at, data.len, at);
  return new Bytes(at, 32);
}

/** The SHA-256 hash: 32 bytes. */
export function sha256(data: Bytes): Bytes {
  const at = heap.alloc(32);
  host.hash_sha256(data.at, data.len, at);
  return new Bytes(at, 32);
}

/**
 * Whether a signature (64 bytes) is that of an Ed25519 key (32 bytes) over a message. Weak keys, what is no key, and
 * second forms of a signature verify nothing.
 */
export function verifyEd25519(key: Bytes, signature: Bytes, message: Bytes): bool {
  return key.len == 32 && signature.len == 64 && host.verify_ed25519(key.at, signature.at, message.at, message.len) == 1;
}

// ---------------------------------------------------------------------------------------------------------------------
// State. A field has a name; a cell is kept under `name ‖ 0x00`, an entry of a map under `name ‖ 0x00 ‖ key`. Keys have
// an encoding of their own, whose order is the order of the values:
//
//     u8 … u64      big-endian, as wide as the type
//     i8 … i64      the same, with the sign bit flipped
//     bool          0 or 1
//     fixed         as it is
//     text, bytes   each 0x00 as 0x00 0xff, then 0x00 0x00
//     tuple         its members, one after the other

/** A key of state: `new Key("total")` is that of a cell, `new Key("hits").account(a)` that of an entry of a map. */
export class Key {
  private out: Out = new Out();

  constructor(field: string) {
    const name = Bytes.of(field);
    this.out.append(name.at, name.len);
    this.out.byte(0);
  }

  /** An unsigned integer of so many bits. */
  uint(value: u64, bits: i32): this {
    this.out.number(value, bits / 8);
    return this;
  }

  /** A signed integer of so many bits. */
  int(value: i64, bits: i32): this {
    this.out.number(<u64>value ^ (<u64>1 << (bits - 1)), bits / 8);
    return this;
  }

  /** A boolean. */
  bool(value: bool): this {
    this.out.byte(value ? 1 : 0);
    return this;
  }

  /** Bytes of one length, such as a hash. */
  fixed(value: Bytes): this {
    this.out.append(value.at, value.len);
    return this;
  }

  /** A byte string. */
  bytes(value: Bytes): this {
    for (let i: u32 = 0; i < value.len; i++) {
      const byte = load<u8>(value.at + i);
      this.out.byte(byte);
      if (byte == 0) this.out.byte(0xff);
    }
    this.out.number(0, 2);
    return this;
  }

  /** A text. */
  text(value: string): this {
    return this.bytes(Bytes.of(value));
  }

  /** An account. */
  account(value: Account): this {
    this.out.byte(value.kind);
    return this.bytes(value.id);
  }

  /** The key's bytes. */
  written(): Bytes {
    return this.out.bytes();
  }
}

/** Reads keys back, as a scan finds them. */
export class KeyReader extends In {
  /** An unsigned integer of so many bits. */
  uint(bits: i32): u64 {
    return this.takeNumber(bits / 8);
  }

  /** A signed integer of so many bits. */
  int(bits: i32): i64 {
    const value = this.takeNumber(bits / 8) ^ (<u64>1 << (bits - 1));
    return <i64>(value << (64 - bits)) >> (64 - bits);
  }

  /** A boolean. */
  bool(): bool {
    const value = this.takeNumber(1);
    if (value > 1) this.spoil();
    return value == 1;
  }

  /** Bytes of one length. */
  fixed(len: u32): Bytes {
    return this.take(len);
  }

  /** A byte string. */
  bytes(): Bytes {
    const out = new Out();
    while (true) {
      const byte = <u8>this.takeNumber(1);
      const next = byte ? 0xff : <u8>this.takeNumber(1);
      if (next == 0) return out.bytes();
      if (next != 0xff) this.spoil();
      out.byte(byte);
    }
  }

  /** A text. */
  text(): string {
    const text = this.bytes();
    if (!text.isUtf8()) this.spoil();
    return this.bad ? "" : text.toString();
  }

  /** An account. */
  account(): Account {
    const kind = <u8>this.uint(8);
    return new Account(kind, this.bytes());
  }
}

/** The value of a key, or nothing. */
export function get(key: Key): Reader | null {
  const bytes = key.written();
  let at = heap.alloc(GUESS);
  const len = host.state_get(bytes.at, bytes.len, at, GUESS);
  if (len < 0) {
    heap.free(at);
    return null;
  }
  at = heap.realloc(at, <u32>len);
  if (<u64>len > GUESS) host.state_get(bytes.at, bytes.len, at, <u32>len);
  return new Reader(new Bytes(at, <u32>len));
}

/** Whether a key has a value. */
export function has(key: Key): bool {
  const bytes = key.written();
  return host.state_get(bytes.at, bytes.len, 0, 0) >= 0;
}

/** Sets the value of a key. */
export function put(key: Key, value: Writer): void {
  const bytes = key.written();
  const written = value.written();
  host.state_put(bytes.at, bytes.len, written.at, written.len);
}

/** Removes a key and its value; there may be none. */
export function remove(key: Key): void {
  const bytes = key.written();
  host.state_delete(bytes.at, bytes.len);
}

/** The number under a key, or `otherwise` where there is none. */
export function getU64(key: Key, otherwise: u64): u64 {
  const value = get(key);
  if (!value) return otherwise;
  const number = value.uint(64);
  value.endStored();
  return number;
}

/** Sets a number. */
export function putU64(key: Key, value: u64): void {
  put(key, new Writer().uint(value));
}

/** A range of a map's entries, in order. It sees what the call writes ahead of it; 256 can be open at once. */
export class Scan {
  /** The key of the entry at hand, behind the field's name. */
  key: KeyReader = new KeyReader(new Bytes(0, 0));
  /** Its value. Both are there until the next entry. */
  value: Reader = new Reader(new Bytes(0, 0));
  private entry: Out = new Out();

  private constructor(private cursor: u32, private prefix: u32) {}

  /** The entries of the keys [from, to), both of the map `field`. */
  static range(field: string, from: Key, to: Key, reverse: bool = false): Scan {
    const first = from.written();
    const end = to.written();
    const cursor = host.scan_open(first.at, first.len, end.at, end.len, reverse ? 1 : 0);
    return new Scan(cursor, <u32>String.UTF8.byteLength(field) + 1);
  }

  /** All entries of a map. */
  static all(field: string, reverse: bool = false): Scan {
    const end = new Key(field);
    const bytes = end.written();
    // The field's name ends in a zero byte; what follows all its keys ends in a one.
    store<u8>(bytes.at + bytes.len - 1, 1);
    return Scan.range(field, new Key(field), end, reverse);
  }

  /** Goes on to the next entry; false at the end. */
  next(): bool {
    const entry = this.entry;
    entry.reserve(GUESS);
    const len = host.scan_next(this.cursor, entry.at, entry.cap);
    if (len < 0) return false;
    if (<u64>len > entry.cap) {
      entry.reserve(<u32>len);
      host.scan_next(this.cursor, entry.at, entry.cap);
    }
    const keyLen = load<u32>(entry.at);
    const skip = this.prefix;
    this.key = new KeyReader(new Bytes(entry.at + 4 + skip, keyLen - skip));
    this.value = new Reader(new Bytes(entry.at + 4 + keyLen, <u32>len - 4 - keyLen));
    return true;
  }

  /** Closes the range, so that another may be open in its place. */
  close(): void {
    host.scan_close(this.cursor);
  }
}
