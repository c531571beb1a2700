// Verifies in a worker, so that the page stays alive. Receives { module, file, anchor }, and answers with
// { report } or { stopped }.
import { Verifier } from "./verifier.mjs";

addEventListener("message", async ({ data: { module, file, anchor } }) => {
  try {
    postMessage({ report: new Verifier(module).verify(await file.arrayBuffer(), anchor) });
  } catch (error) {
    postMessage({ stopped: error.message });
  }
});
