// Counterfoil's verifier for browsers and Node, over verifier.wasm beside this file.
//
//     const verifier = await Verifier.load();                          // in a page
//     const verifier = await Verifier.load(await readFile("verifier.wasm"));  // in Node
//     const report = verifier.verify(bytes, { shard: "9d01…e798" });   // or { key }, or nothing
//     report.exit === 0                                                // verified
//
// A report is what `foil-verify --no-execute -o json` prints: kind, exit, verdict, code, reason, height, seq,
// offset, facts, checked, unchecked. Numbers above 2^53 come as BigInt where the engine tells their source
// text (Chromium 114, Node 21), and rounded elsewhere. Nothing is executed, and the module reaches nothing: it
// imports no function.

const ANCHOR_BYTES = 32;

export class Verifier {
  #module;

  /** @param {WebAssembly.Module} module verifier.wasm, compiled */
  constructor(module) {
    this.#module = module;
  }

  /** Loads verifier.wasm from a URL, or takes its bytes. */
  static async load(source = new URL("verifier.wasm", import.meta.url)) {
    return new Verifier(await Verifier.compile(source));
  }

  /** Compiles verifier.wasm; a page may send the module to its worker. */
  static async compile(source = new URL("verifier.wasm", import.meta.url)) {
    if (typeof source !== "string" && !(source instanceof URL)) return WebAssembly.compile(source);
    const response = await fetch(source);
    if (!response.ok) throw new Error(`cannot load ${source}: ${response.status}`);
    return WebAssembly.compile(await response.arrayBuffer());
  }

  /**
   * Verifies a bundle, a receipt, a proof, a checkpoint or a fork.
   *
   * @param {ArrayBuffer | Uint8Array} file
   * @param {{shard?: string, key?: string}} anchor what is trusted: the shard's id, or its writer's key, as 64
   *   hexadecimal digits
   * @returns {object} the report
   * @throws {TypeError} if the anchor is none
   * @throws {Error} if the verifier had to stop, which is no verdict: the file is too large for its memory
   */
  verify(file, { shard, key } = {}) {
    if (shard && key) throw new TypeError("name a shard or a key, not both");
    const bytes = file instanceof Uint8Array ? file : new Uint8Array(file);
    const anchor = anchorBytes(shard || key);
    // A new instance, for memory never shrinks, and one that trapped is of no use.
    const { memory, input, verify } = new WebAssembly.Instance(this.#module).exports;
    const at = input(ANCHOR_BYTES + bytes.length) >>> 0;
    if (at === 0) throw new Error(`there is no memory for a file of ${bytes.length} bytes`);
    const room = new Uint8Array(memory.buffer, at, ANCHOR_BYTES + bytes.length);
    room.set(anchor);
    room.set(bytes, ANCHOR_BYTES);
    let report;
    try {
      report = verify(shard ? 1 : key ? 2 : 0) >>> 0;
    } catch (error) {
      throw new Error(`the verifier stopped and gave no verdict: ${error.message}`, { cause: error });
    }
    const length = new DataView(memory.buffer).getUint32(report, true);
    const json = new TextDecoder().decode(new Uint8Array(memory.buffer, report + 4, length));
    return JSON.parse(json, exact);
  }
}

/** The bytes of an id or a key, or zeros where there is none. */
function anchorBytes(text) {
  if (!text) return new Uint8Array(ANCHOR_BYTES);
  if (!/^[0-9a-f]{64}$/.test(text)) throw new TypeError("an id or a key is 64 hexadecimal digits, in lower case");
  return Uint8Array.from(text.match(/../g), (digits) => parseInt(digits, 16));
}

/** Numbers as they were written. */
function exact(_, value, context) {
  const rounded = typeof value === "number" && !Number.isSafeInteger(value);
  return rounded && context?.source ? BigInt(context.source) : value;
}
