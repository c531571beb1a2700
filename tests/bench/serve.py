"""What a node that serves takes over HTTP, beside a handler that does nothing: `run.sh serve`.

Loads are made by wrk, in turns, on the machine's loopback: it shares the processors with what it measures. Calls are
the counter's `hit`, each with an idempotency key of its own; they are durable when they are answered, with receipts.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

CALL = {"method": "hit"}


def wrk(address, path, token, body, connections, seconds, folder):
    """Requests a second, the median and the 99th percentile in milliseconds."""
    script = folder / "post.lua"
    headers = f'wrk.headers["authorization"] = "Bearer {token}"\n' if token else ""
    script.write_text(f"wrk.method = 'POST'\nwrk.body = [=[{body}]=]\n{headers}")
    threads = min(2, connections)
    words = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    out = subprocess.run([*words, "-s", script, f"http://{address}{path}"], capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    if refused:
        sys.exit(f"{refused[1]} requests were refused:\n{out}")
    scale = {"us": 1e-3, "ms": 1, "s": 1e3}
    latency = {p: float(n) * scale[unit] for p, n, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", out)}
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), latency["50"], latency["99"]


class Foil:
    """A node in a folder of its own."""

    def __init__(self, foil, guest, folder):
        self.foil, self.data = foil, folder / "data"
        key = self.run("key", "generate", folder / "authority.key")["public_key"]
        self.shard = self.run("shard", "create", "--authority", key, "--window", "1h")["shard"]
        self.run("deploy", guest, "--sign", folder / "authority.key")
        self.token = self.run("token", "create", "load")["token"]
        words = [foil, "--data", self.data, "-o", "json", "serve", "--listen", "127.0.0.1:0"]
        log = (folder / "serve.log").open("w")
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True)
        said = ""
        while not said.endswith("\n}\n"):
            said += self.process.stdout.readline()
        self.address = json.loads(said)["listening"].removeprefix("http://")
        self.path = f"/v1/shards/{self.shard}/calls"

    def run(self, *words):
        out = subprocess.run([self.foil, "--data", self.data, "-o", "json", *words], capture_output=True, text=True)
        if out.returncode:
            sys.exit(out.stderr)
        return json.loads(out.stdout)

    def stop(self):
        self.process.terminate()
        if self.process.wait():
            sys.exit("the node did not stop well")


def main():
    parser = argparse.ArgumentParser()
    for name in ["--foil", "--bare", "--guest", "--shard", "--dir", "--json"]:
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    args = parser.parse_args()
    rows = []

    def row(name, ours, peer_name, peer, goal, unit="/s"):
        value = ours / peer if peer else ours
        met = None if goal is None else value >= goal
        rows.append({"name": name, "unit": unit, "ours": ours, "peer_name": peer_name, "peer": peer, "value": value,
                     "goal": goal, "met": met})
        beside = f"{peer_name}: {peer:.0f} {unit}" if peer else "–"
        verdict = "–" if met is None else "met" if met else "missed"
        shown = f"{value:.2f}" if peer else "–"
        goal = "–" if goal is None else f"≥ {goal}"
        print(f"| {name} | {ours:.{0 if ours > 100 else 2}f} {unit} | {beside} | {shown} | {goal} | {verdict} |", flush=True)

    print("| durable, over HTTP on loopback, with receipts | ours | peer | ratio | goal | |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        folder = pathlib.Path(folder)
        node = Foil(args.foil, args.guest, folder)
        bare = subprocess.Popen([args.bare], stdout=subprocess.PIPE, text=True)
        bare_address = bare.stdout.readline().strip()
        try:
            for connections in [1, 64, 256]:
                one = json.dumps(CALL)
                theirs, _, _ = wrk(bare_address, "/calls", None, one, connections, args.seconds, folder)
                ours, p50, p99 = wrk(node.address, node.path, node.token, one, connections, args.seconds, folder)
                row(f"single calls, {connections} connections", ours, "a handler that does nothing", theirs,
                    0.4 if connections > 1 else None)
                row("… median", p50, None, None, None, "ms")
                row("… 99th percentile", p99, None, None, None, "ms")
            within = args.dir / "calls.json"
            words = [args.shard, "--dir", args.dir, "--only", "calls", "--rounds", "1", "--seconds", "3", "--json", within]
            subprocess.run(words, capture_output=True, check=True)
            within = json.loads(within.read_text())["rows"][0]
            for size in [32, 1000]:
                many = json.dumps([CALL] * size)
                ours, p50, p99 = wrk(node.address, node.path, node.token, many, 16, args.seconds, folder)
                row(f"calls, {size} to a request, 16 connections", ours * size, "in process", within["ours"], 0.8)
                row("… 99th percentile", p99, None, None, None, "ms")
        finally:
            node.stop()
            bare.terminate()
    args.json.write_text(json.dumps({"rows": rows}, indent=1))


main()
