// Runs verifier.wasm over a corpus of files whose verdicts are known, and prints every difference.
//
//     node corpus.mjs FOLDER
//
// FOLDER/index.tsv has a line of names and then one for each file: file, anchor, id, exit, code, height, seq. An
// anchor is `shard`, `key` or `none`; what a verdict does not have is empty or `-`. The last line printed is
// `N files, N differences`. Exit: 0 none differ, 1 some do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { verifier } from "./verifier.mjs";

const [folder] = process.argv.slice(2);
const [names, ...rows] = readFileSync(join(folder, "index.tsv"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => line.split("\t"));

const plain = (value) => (value === null || value === undefined || value === "-" ? "" : String(value));

let differences = 0;
for (const row of rows) {
  const expected = Object.fromEntries(names.map((name, at) => [name, plain(row[at])]));
  const anchor = expected.anchor === "none" ? {} : { [expected.anchor]: expected.id };
  const report = verifier.verify(readFileSync(join(folder, expected.file)), anchor);
  for (const name of ["exit", "code", "height", "seq"]) {
    if (plain(report[name]) === expected[name]) continue;
    differences++;
    console.log(`${expected.file}: ${name} is ${plain(report[name]) || "-"}, not ${expected[name] || "-"}: ${report.reason}`);
  }
}
console.log(`${rows.length} files, ${differences} differences`);
process.exitCode = differences || !rows.length ? 1 : 0;
