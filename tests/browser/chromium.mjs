// A headless Chromium, driven through two pipes in the DevTools protocol: needs nothing but Node.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-pipe",
];

export class Chromium {
  #process;
  #profile = mkdtempSync(join(tmpdir(), "chromium-"));
  #waiting = new Map();
  #listeners = [];
  #session;
  #gone;
  #next = 1;

  constructor(program) {
    const flags = [...FLAGS, `--user-data-dir=${this.#profile}`, "about:blank"];
    this.#process = spawn(program, flags, {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      // In a group, so that all of its processes can be ended.
      detached: true,
    });
    let read = "";
    this.#process.stdio[4].setEncoding("utf8").on("data", (text) => {
      const messages = (read + text).split("\0");
      read = messages.pop();
      for (const message of messages) this.#receive(JSON.parse(message));
    });
    // A browser that dies, or is missing, answers nothing that is still asked.
    const gone = (why) => {
      this.#gone = new Error(`${program} is gone: ${why}`);
      this.#waiting.forEach(({ reject }) => reject(this.#gone));
    };
    this.#process.on("error", gone).on("exit", gone);
    this.#process.stdio[3].on("error", () => {});
  }

  #receive({ id, result, error, method, params }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) error ? waiting.reject(new Error(error.message)) : waiting.resolve(result);
    else this.#listeners.forEach((listener) => listener(method, params));
  }

  /** Hears of every event. */
  on(listener) {
    this.#listeners.push(listener);
  }

  /** Asks, and resolves with the answer. */
  async ask(method, params = {}) {
    if (this.#gone) throw this.#gone;
    const id = this.#next++;
    this.#process.stdio[3].write(JSON.stringify({ id, method, params, sessionId: this.#session }) + "\0");
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Opens a page, and asks it from now on. */
  async open(url) {
    const { targetId } = await this.ask("Target.createTarget", { url: "about:blank" });
    this.#session = (await this.ask("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    for (const domain of ["Page", "Runtime", "DOM", "Log", "Network"]) await this.ask(`${domain}.enable`);
    await this.ask("Page.navigate", { url });
  }

  /** The value of an expression in the page, whose content policy is in force; a promise is waited for. */
  async value(expression) {
    const asked = { expression, awaitPromise: true, returnByValue: true, allowUnsafeEvalBlockedByCSP: false };
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", asked);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true. */
  async until(expression, seconds = 30) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      if (await this.value(expression)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not within ${seconds} s: ${expression}`);
  }

  /** Presses a key. */
  async press(key, text) {
    const codes = { Tab: 9, Enter: 13 };
    const event = { key, code: key, windowsVirtualKeyCode: codes[key], text };
    await this.ask("Input.dispatchKeyEvent", { type: "keyDown", ...event });
    await this.ask("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  /** Chooses a file in the input that a selector names. */
  async choose(selector, path) {
    const { root } = await this.ask("DOM.getDocument");
    const { nodeId } = await this.ask("DOM.querySelector", { nodeId: root.nodeId, selector });
    await this.ask("DOM.setFileInputFiles", { nodeId, files: [path] });
  }

  async close() {
    this.#waiting.clear();
    if (this.#process.pid && this.#process.exitCode === null) {
      const gone = new Promise((resolve) => this.#process.once("exit", resolve));
      process.kill(-this.#process.pid, "SIGKILL");
      await gone;
    }
    // The last of its processes may still write when the first is gone.
    for (let tries = 20; ; tries--) {
      try {
        return rmSync(this.#profile, { recursive: true, force: true });
      } catch (error) {
        if (!tries) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}
