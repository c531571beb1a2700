// The program of probe.rs in AssemblyScript.
import {
  Bytes, Key, Scan, Writer, add, answer, args, blake3, caller, emit, has, log, put, putU64, random, remove, send, seq,
  sha256, shard, timeMs, verifyEd25519,
} from "./sdk/counterfoil";

function entry(number: i64, text: string, flag: bool, bytes: Bytes): Key {
  return new Key("entries").int(number, 16).text(text).bool(flag).bytes(bytes);
}

export function call_echo(): void {
  const input = args(1);
  const out = new Writer().array(10);
  input.arrayOf(10);
  out.int(input.int(64));
  if (input.absent()) out.absent();
  else out.uint(input.uint(8));
  out.text(input.text());
  const len = input.array();
  out.array(len);
  for (let i: u32 = 0; i < len; i++) out.uint(input.uint(32));
  out.bytes(input.bytes());
  const wide = input.fixed(16);
  out.bytes(wide);
  out.bool(input.bool());
  out.int(input.int(8));
  out.bytes(input.fixed(3));
  const side = input.variant(2);
  out.uint(side);
  input.endArgs();

  put(new Key("last"), new Writer().bytes(wide));
  answer(out);
}

export function call_keep(): void {
  const input = args(5);
  const number = input.int(16);
  const text = input.text();
  const flag = input.bool();
  const bytes = input.bytes();
  const value = input.uint(64);
  input.endArgs();

  const key = entry(number, text, flag, bytes);
  answer(new Writer().bool(has(key)));
  putU64(key, value);
}

export function call_sweep(): void {
  const input = args(1);
  const reverse = input.bool();
  input.endArgs();

  let sum: u64 = 0;
  const scan = Scan.all("entries", reverse);
  while (scan.next()) {
    const number = scan.key.int(16);
    const text = scan.key.text();
    const flag = scan.key.bool();
    const bytes = scan.key.bytes();
    scan.key.endStored();
    const value = scan.value.uint(64);
    scan.value.endStored();
    remove(entry(number, text, flag, bytes));
    emit("Entry", new Writer().array(5).int(number).text(text).bool(flag).bytes(bytes).uint(value));
    sum = add(sum, value);
  }
  scan.close();
  remove(new Key("last"));
  answer(new Writer().uint(sum));
}

export function call_tell(): void {
  const input = args(3);
  const key = input.fixed(32);
  const signature = input.fixed(64);
  const text = input.text();
  input.endArgs();

  log(text);
  send(key, "poke", new Writer().array(2).text(text).uint(7));
  const bytes = Bytes.of(text);
  const told = new Writer().array(8).account(caller()).bytes(shard()).uint(seq()).uint(timeMs()).bytes(random(8));
  answer(told.bytes(blake3(bytes)).bytes(sha256(bytes)).bool(verifyEd25519(key, signature, bytes)));
}
