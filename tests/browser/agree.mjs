// Whether verifier.wasm in Node says what foil-verify says: the whole report, about every file of a shard, and about
// each with a bit flipped here and there, cut, or under another anchor.
//
//     node agree.mjs FOIL_VERIFY FOLDER     a folder as of tests/strangers/shard.sh, with proofs in proofs/
//
// Prints a verdict line for each file. Exit: 0 all as they must be, 1 not.
import { deepStrictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseReport } from "../../runtime/verify/browser/verifier.mjs";
import { verifier } from "./verifier.mjs";

const [foilVerify, folder] = process.argv.slice(2);
const shard = readFileSync(join(folder, "shard"), "utf8").trim();
/** Of each file, so many places at which it is changed. */
const PLACES = 24;

const scratch = mkdtempSync(join(tmpdir(), "agree-"));
const input = join(scratch, "input");

/** What foil-verify reports, without running anything. */
function native(bytes, { shard, key }) {
  const anchor = shard ? ["--shard", shard] : key ? ["--key", key] : [];
  writeFileSync(input, bytes);
  const ran = spawnSync(foilVerify, ["--no-execute", "-o", "json", ...anchor, input], { maxBuffer: 1 << 28 });
  if (ran.error) throw ran.error;
  return parseReport(String(ran.stdout));
}

/** Both reports, if they are one. */
function both(bytes, anchor) {
  const ours = verifier.verify(bytes, anchor);
  deepStrictEqual(ours, native(bytes, anchor));
  return ours;
}

/** The file with one bit changed at each of some places, and cut there. */
function* changed(bytes) {
  for (let n = 0; n < PLACES; n++) {
    const at = Math.floor((bytes.length * (n + 0.5)) / PLACES);
    const flipped = Uint8Array.from(bytes);
    flipped[at] ^= 1 << n % 8;
    yield flipped;
    yield bytes.subarray(0, at);
  }
}

let failed = false;

function say(name, check) {
  try {
    console.log(["verdict", `verifier.wasm: ${name}`, ...check()].join("\t"));
  } catch (error) {
    failed = true;
    console.log(["verdict", `verifier.wasm: ${name}`, "gap", error.message.replace(/\s+/g, " ")].join("\t"));
  }
}

function expect(exit, report) {
  if (report.exit !== exit) throw new Error(`exit ${report.exit}, not ${exit}: ${report.reason}`);
  return report;
}

function judge(path) {
  const bytes = new Uint8Array(readFileSync(path));
  const name = basename(path);
  say(name, () => {
    const { facts } = expect(0, both(bytes, { shard }));
    expect(0, both(bytes, { key: facts.writer }));
    expect(11, both(bytes, {}));
    return ["yes", "by shard and by key; the report of foil-verify"];
  });
  say(`${name}, of another shard or writer`, () => {
    expect(10, both(bytes, { shard: "0".repeat(64) }));
    expect(10, both(bytes, { key: "1".repeat(64) }));
    return ["no", "E6001"];
  });
  say(`${name}, changed`, () => {
    const codes = [...changed(bytes)].map((other) => expect(10, both(other, { shard })).code);
    return ["no", `${codes.length} of ${codes.length}: ${[...new Set(codes)].sort().join(" ")}`];
  });
}

const within = (name, end) => readdirSync(join(folder, name)).filter((file) => file.endsWith(end)).sort();
for (const name of ["shard", "later", "erased"]) judge(join(folder, `${name}.foil`));
for (const file of within("receipts", ".receipt")) judge(join(folder, "receipts", file));
for (const file of within("proofs", ".proof")) judge(join(folder, "proofs", file));
rmSync(scratch, { recursive: true });
process.exitCode = failed ? 1 : 0;
