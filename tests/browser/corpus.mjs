// Runs verifier.wasm over a corpus of files whose verdicts are known, and prints every difference.
//
//     node corpus.mjs FOLDER
//
// FOLDER/index.tsv has a line for each file: its name, the anchor, and the exit, code, height, seq and offset of the
// verdict. An anchor is a shard's id, `key:` and a writer's key, or `-` for none; code 0 is none, and an absent
// number is empty. Further columns are for others. The last line printed is `N files, N differences`. Exit: 0
// none differ, 1 some do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { verifier } from "./verifier.mjs";

const [folder] = process.argv.slice(2);
const rows = readFileSync(join(folder, "index.tsv"), "utf8").replace(/\n$/, "").split("\n");

function anchorOf(text) {
  if (text === "-") return {};
  return text.startsWith("key:") ? { key: text.slice(4) } : { shard: text };
}

/** What is compared, as the index writes it. */
function shown({ exit, code, height, seq, offset }) {
  return [exit, (code ?? "E0").slice(1), height ?? "", seq ?? "", offset ?? ""].join(" ");
}

let differences = 0;
for (const row of rows) {
  const [file, anchor, ...verdict] = row.split("\t");
  const expected = verdict.slice(0, 5).join(" ");
  const report = verifier.verify(readFileSync(join(folder, file)), anchorOf(anchor));
  if (shown(report) === expected) continue;
  differences++;
  console.log(`${file}: exit, code, height, seq, offset are ${shown(report)}, not ${expected}: ${report.reason}`);
}
console.log(`${rows.length} files, ${differences} differences`);
process.exitCode = differences || !rows.length ? 1 : 0;
