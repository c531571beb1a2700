// Runs verifier.wasm over a corpus of files whose verdicts are known, and prints every difference.
//
//     node corpus.mjs FOLDER
//
// FOLDER/index.tsv has a line for each file: its name, the anchor, and the exit, code, height, seq and offset of the
// verdict. An anchor is a shard's id, `key:` and a writer's key, or `-` for none; code 0 is none, and an absent
// number is empty. Further columns are for others.
//
// An index says how a file is judged as what its name ends in. This verifier looks at the content, so that a change
// of the first bytes makes it another kind of file: of such, the exit alone is compared. The last line printed is
// `N files, N of another kind, N differences`. Exit: 0 none differ, 1 some do.
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

const KINDS = { foil: "bundle", receipt: "receipt", proof: "proof" };

let differences = 0;
let others = 0;
for (const row of rows) {
  const [file, anchor, ...verdict] = row.split("\t");
  const expected = verdict.slice(0, 5).join(" ");
  const report = verifier.verify(readFileSync(join(folder, file)), anchorOf(anchor));
  const isOther = report.kind !== KINDS[file.split(".").pop()];
  if (isOther) others++;
  if (isOther ? String(report.exit) === verdict[0] : shown(report) === expected) continue;
  differences++;
  console.log(`${file}: exit, code, height, seq, offset are ${shown(report)}, not ${expected}: ${report.reason}`);
}
console.log(`${rows.length} files, ${others} of another kind, ${differences} differences`);
process.exitCode = differences || !rows.length ? 1 : 0;
