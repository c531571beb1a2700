// Whether the page, in a real browser, says yes to a receipt, a proof and a bundle, and no after one flipped bit.
//
//     node page.mjs CHROMIUM FOLDER     a folder as of agree.mjs
//
// The page is used as by a person without a mouse: the file is chosen, everything else is typed. Beside the
// verdicts: nothing leaves the loopback address, nothing but the page's own files is asked for, and the content
// policy is never broken. Prints verdict lines. Exit: 0 all as they must be, 1 not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { Chromium } from "./chromium.mjs";
import { home } from "./verifier.mjs";

const [program, folder] = process.argv.slice(2);
const shard = readFileSync(join(folder, "shard"), "utf8").trim();

const TYPES = { ".html": "text/html", ".css": "text/css", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const FILES = ["index.html", "page.css", "page.mjs", "verifier.mjs", "verifier.wasm", "worker.mjs"];

/** The page's files on the loopback address, as any server of static files has them. */
function serve() {
  const server = createServer((request, response) => {
    const name = request.url === "/" ? "index.html" : request.url.slice(1);
    const known = FILES.includes(name);
    response.writeHead(known ? 200 : 404, { "content-type": TYPES[extname(name)] ?? "text/plain" });
    response.end(known ? readFileSync(new URL(name, home)) : "");
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

let failed = false;

function say(name, verdict, detail) {
  console.log(["verdict", `page in Chromium: ${name}`, verdict, detail].join("\t"));
}

/** Verifies a file in the page, by keys alone, and returns what the page then shows. */
async function shown(browser, path, id) {
  await browser.choose("#file", path);
  await browser.value("document.getElementById('id').value = '', document.getElementById('file').focus()");
  // From the file over the radio buttons, which are one stop, to the text.
  await browser.press("Tab");
  await browser.press("Tab");
  await browser.ask("Input.insertText", { text: id });
  await browser.press("Enter", "\r");
  await browser.until("Number(document.getElementById('result').dataset.exit) >= 0 && !document.getElementById('result').hidden");
  return browser.value(`({
    exit: Number(document.getElementById("result").dataset.exit),
    verdict: document.getElementById("verdict").textContent,
    reason: document.getElementById("reason").textContent,
    checked: document.getElementById("checked").innerText.split("\\n"),
    facts: document.getElementById("facts").innerText,
    focus: document.activeElement.id,
  })`);
}

async function judge(browser, path, scratch) {
  const name = basename(path);
  const yes = await shown(browser, resolve(path), shard);
  const whole = yes.checked.includes("anchor") && yes.facts.includes(shard) && yes.focus === "result";
  if (yes.exit !== 0 || yes.verdict !== "Verified" || !whole) throw new Error(`${name}: ${JSON.stringify(yes)}`);
  say(name, "yes", yes.checked.join(", "));
  const bytes = readFileSync(path);
  const at = Math.floor(bytes.length * 0.6);
  bytes[at] ^= 1;
  const flipped = join(scratch, name);
  writeFileSync(flipped, bytes);
  const no = await shown(browser, flipped, shard);
  if (no.exit !== 10 || no.verdict !== "Invalid") throw new Error(`${name}, flipped: ${JSON.stringify(no)}`);
  say(`${name}, a bit of byte ${at} flipped`, "no", no.reason);
}

/** A wrong id is refused where it was typed, and nothing is verified. */
async function refuses(browser) {
  await browser.value("document.getElementById('id').value = 'abc', document.getElementById('id').focus()");
  await browser.press("Enter", "\r");
  await browser.until("document.getElementById('wrong').textContent !== ''");
  const place = await browser.value("[document.activeElement.id, document.getElementById('result').hidden].join()");
  if (place !== "id,true") throw new Error(`a wrong id leads to ${place}`);
}

/** The page's policy lets nothing out and no text become a script. */
async function isolates(browser) {
  const before = complaints.length;
  const out = await browser.value("fetch('http://127.0.0.1:9/').then(() => 'went out', (error) => error.name)");
  const text = await browser.value("(() => { try { return eval('1') } catch (error) { return error.name } })()");
  const refused = complaints.slice(before).filter((said) => said.includes("Content Security Policy")).length;
  if (out !== "TypeError" || text !== "EvalError" || !refused) throw new Error(`not isolated: ${[out, text, refused]}`);
  say("a request to elsewhere, and eval", "no", "by its content policy");
}

const server = await serve();
const origin = `http://127.0.0.1:${server.address().port}/`;
const scratch = mkdtempSync(join(tmpdir(), "page-"));
const browser = new Chromium(program);
const asked = [];
const complaints = [];
try {
  browser.on((method, params) => {
    if (method === "Network.requestWillBeSent") asked.push(params.request.url);
    if (method === "Log.entryAdded" && params.entry.level === "error") complaints.push(params.entry.text);
    if (method === "Runtime.exceptionThrown") complaints.push(params.exceptionDetails.text);
  });
  await browser.open(origin + "index.html");
  await browser.until("document.readyState === 'complete'");
  for (const file of ["receipts/returned-1.receipt", "proofs/range.proof", "shard.foil"]) await judge(browser, join(folder, file), scratch);
  await refuses(browser);
  if (complaints.length) throw new Error(`the page complains: ${complaints.join(" ")}`);
  const strange = asked.filter((url) => !FILES.includes(url.slice(origin.length)));
  if (strange.length) throw new Error(`the page asked for ${strange.join(" ")}`);
  say("its own files and nothing else were asked for", "yes", `${asked.length} requests`);
  await isolates(browser);
} catch (error) {
  failed = true;
  say("failed", "gap", String(error.message).replace(/\s+/g, " "));
} finally {
  await browser.close();
  server.close();
  rmSync(scratch, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
