// The page: a file and an anchor go to the worker, and its report is shown. Everything of the report is shown as
// text, for it may come from a stranger.
import { Verifier } from "./verifier.mjs";

const VERDICTS = {
  0: "Verified",
  10: "Invalid",
  11: "Consistent, but not anchored",
  12: "Cannot be judged",
};

const at = (id) => document.getElementById(id);
const compiled = Verifier.compile();
let worker;

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  verify();
});
for (const radio of at("form").elements.anchor) {
  radio.addEventListener("change", () => {
    at("id").disabled = at("form").elements.anchor.value === "none";
  });
}
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("drop");
});
addEventListener("dragleave", () => document.body.classList.remove("drop"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("drop");
  if (event.dataTransfer.files.length !== 1) return refuse("Drop one file.", at("file"));
  at("file").files = event.dataTransfer.files;
  verify();
});

/** Asks a new worker; one that is still at work on the file before is ended. */
async function verify() {
  refuse("");
  at("result").hidden = true;
  worker?.terminate();
  const [file] = at("file").files;
  if (!file) return refuse("Choose a file.", at("file"));
  const kind = at("form").elements.anchor.value;
  const id = at("id").value.trim().toLowerCase();
  if (kind !== "none" && !/^[0-9a-f]{64}$/.test(id)) {
    return refuse("Give 64 hexadecimal digits: what you trust must not come from the file.", at("id"));
  }
  const mine = (worker = new Worker(new URL("worker.mjs", import.meta.url), { type: "module" }));
  const stop = (reason) => mine === worker && show({ exit: 1, reason, facts: {}, checked: [], unchecked: [] });
  mine.onmessage = ({ data }) => (data.report ? mine === worker && show(data.report) : stop(data.stopped));
  mine.onerror = () => stop("the verifier could not be started");
  show({ exit: -1, reason: `${file.name}, ${file.size} bytes`, facts: {}, checked: [], unchecked: [] });
  try {
    mine.postMessage({ module: await compiled, file, anchor: kind === "none" ? {} : { [kind]: id } });
  } catch (error) {
    stop(error.message);
  }
}

function refuse(why, field) {
  at("wrong").textContent = why;
  at("id").toggleAttribute("aria-invalid", field === at("id"));
  field?.focus();
}

function show(report) {
  const places = ["height", "seq", "offset"].filter((name) => (report[name] ?? null) !== null);
  const where = places.map((name) => ` (${name} ${report[name]})`).join("");
  at("result").hidden = false;
  at("result").dataset.exit = report.exit;
  at("verdict").textContent = report.exit < 0 ? "Verifying …" : (VERDICTS[report.exit] ?? "No verdict");
  at("reason").textContent = [report.code, report.reason].filter(Boolean).join(": ") + where;
  list(at("checked"), report.checked);
  list(at("unchecked"), report.unchecked);
  at("facts").replaceChildren(
    ...Object.entries(report.facts).flatMap(([name, value]) => [
      element("dt", name),
      element("dd", typeof value === "object" ? JSON.stringify(value, null, 1) : String(value)),
    ]),
  );
  if (report.exit >= 0) at("result").focus();
}

function list(parent, words) {
  parent.replaceChildren(...(words.length ? words : ["nothing"]).map((word) => element("li", word)));
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
