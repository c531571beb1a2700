// The verifier of the checkout, in Node.
import { readFileSync } from "node:fs";
import { Verifier } from "../../runtime/verify/browser/verifier.mjs";

/** Where the page and the module are. */
export const home = new URL("../../runtime/verify/browser/", import.meta.url);

export const verifier = await Verifier.load(readFileSync(new URL("verifier.wasm", home)));
