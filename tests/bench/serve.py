"""What a node that serves takes over HTTP, beside a handler that does nothing: `run.sh serve`.

Loads are made in turns, on the machine's loopback: they share the processors with what they measure. Those that ask for
no more than they get are wrk's; what comes whether or not it is answered is `load`'s. Calls are the counter's `hit`, each
with an idempotency key of its own; they are durable when they are answered, with receipts.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

CALL = {"method": "hit"}
# Calls of a request, and connections, where more is asked for than there is room for.
OVERLOAD_CALLS, OVERLOAD_CONNECTIONS = 100, 900
# The requests a second before and after that, of one call.
CALM = 50
TICKS = os.sysconf("SC_CLK_TCK")
PERCENTILES = [50, 90, 99, 99.9]


class Wrk:
    """A load of wrk's: requests a second, and the milliseconds of its percentiles."""

    def __init__(self, address, path, token, body, connections, seconds, folder, answer="json"):
        script = folder / "post.lua"
        headers = {"accept": f"application/{answer}"} | ({"authorization": f"Bearer {token}"} if token else {})
        lines = ["wrk.method = 'POST'", f"wrk.body = [=[{body}]=]"]
        lines += [f"wrk.headers['{name}'] = '{value}'" for name, value in headers.items()]
        wanted = ", ".join(f"latency:percentile({percentile})" for percentile in PERCENTILES)
        lines += [f"done = function(_, latency) io.write('within ', table.concat({{{wanted}}}, ' '), '\\n') end"]
        script.write_text("\n".join(lines))
        threads = min(2, connections)
        words = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script]
        out = subprocess.run([*words, f"http://{address}{path}"], capture_output=True, text=True, check=True).stdout
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        if refused:
            sys.exit(f"{refused[1]} requests were refused:\n{out}")
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
        self.requests = int(re.search(r"(\d+) requests in", out)[1])
        self.ms = [float(micros) / 1e3 for micros in re.search(r"within (.*)", out)[1].split()]


class Foil:
    """A node in a folder of its own."""

    def __init__(self, foil, guest, folder, window):
        self.foil, self.data = foil, folder / "data"
        key = self.run("key", "generate", folder / "authority.key")["public_key"]
        self.shard = self.run("shard", "create", "--authority", key, "--window", window)["shard"]
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

    def wrk(self, *args, **kwargs):
        """A load, and the microseconds of processor that a request of it took."""
        before = self.processor()
        load = Wrk(self.address, self.path, self.token, *args, **kwargs)
        return load, (self.processor() - before) / load.requests * 1e6

    def load(self, binary, folder, calls, connections, *phases):
        """What became of requests at rates of their own, in each phase and in each second."""
        # Loads of two sizes may start at once.
        body = folder / f"{calls}.json"
        body.write_text(json.dumps(CALL if calls == 1 else [CALL] * calls))
        phases = [f"{rate:.3f}:{seconds}" for rate, seconds in phases]
        words = [binary, self.address, self.path, self.token, body, str(connections), *phases]
        return json.loads(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout)

    def processor(self):
        """The seconds of processor that it has taken."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        """Its resident memory, in MB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024 / 1e6

    def stop(self):
        self.process.terminate()
        if self.process.wait():
            sys.exit("the node did not stop well")


class Rows:
    """A table that is printed while it is made."""

    def __init__(self):
        self.rows = []
        print("| durable, over HTTP on loopback, with receipts | ours | peer | ratio | goal | | p50 / p90 / p99 / p99.9, ms |")
        print("|---|---|---|---|---|---|---|")

    def add(self, name, ours, unit, peer_name=None, peer=None, least=None, most=None, ms=None):
        value = ours / peer if peer else ours
        goal = least if most is None else most
        met = None if goal is None else value >= least if most is None else value <= most
        self.rows.append({"name": name, "unit": unit, "ours": ours, "peer_name": peer_name, "peer": peer, "value": value,
                          "goal": goal, "met": met, "percentiles_ms": ms})
        beside = f"{peer_name}: {peer:.0f} {unit}" if peer else "–"
        verdict = "–" if met is None else "met" if met else "missed"
        shown = f"{value:.2f}" if peer else "–"
        goal = "–" if goal is None else f"≥ {goal}" if most is None else f"≤ {goal}"
        within = " / ".join(f"{it:.2f}" for it in ms) if ms else "–"
        digits = 0 if ours > 100 else 2
        print(f"| {name} | {ours:.{digits}f} {unit} | {beside} | {shown} | {goal} | {verdict} | {within} |", flush=True)


def peak(args, folder, node, rows):
    """What closed loops get."""
    bare = subprocess.Popen([args.bare], stdout=subprocess.PIPE, text=True)
    one = json.dumps(CALL)
    try:
        address = bare.stdout.readline().strip()
        for connections in [1, 64, 256]:
            theirs = Wrk(address, "/calls", None, one, connections, args.seconds, folder)
            ours, micros = node.wrk(one, connections, args.seconds, folder)
            least = 0.4 if connections > 1 else None
            name = f"single calls, {connections} connections"
            rows.add(name, ours.rate, "/s", "a handler that does nothing", theirs.rate, least, ms=ours.ms)
            rows.add("… processor of the node for a call", micros, "µs")
    finally:
        bare.terminate()
    # With few connections, batches of 32 are fewer calls under way than fill blocks.
    for size, connections in [(32, 16), (32, 64), (1000, 16)]:
        within = in_process(args)
        for answer in ["json", "cbor"]:
            ours, micros = node.wrk(json.dumps([CALL] * size), connections, args.seconds, folder, answer=answer)
            name = f"calls, {size} to a request, answered in {answer.upper()}, {connections} connections"
            rows.add(name, ours.rate * size, "/s", "in process", within, 0.8, ms=ours.ms)
            rows.add("… processor of the node for a call", micros / size, "µs")


def in_process(args):
    """The calls a second of a shard by itself, each with a receipt."""
    path = args.dir / "calls.json"
    words = [args.shard, "--dir", args.dir, "--only", "calls", "--keys", "1000", "--rounds", "1", "--seconds", "3"]
    subprocess.run([*words, "--json", path], capture_output=True, check=True)
    return next(row for row in json.loads(path.read_text())["rows"] if "a receipt each" in row["name"])["ours"]


def overload(args, folder, node, rows):
    """What a node does that is offered more than it takes, and when it is as it was."""
    most, _ = node.wrk(json.dumps([CALL] * OVERLOAD_CALLS), 256, args.seconds, folder)
    calls, offered, calm = most.rate * OVERLOAD_CALLS, 3 * most.rate, 10
    before = node.load(args.load, folder, 1, 8, (CALM, calm))["phases"][0]
    during = threading.Thread(target=lambda: many.update(
        node.load(args.load, folder, OVERLOAD_CALLS, OVERLOAD_CONNECTIONS, (offered, args.overload))))
    many = {}
    during.start()
    beside = node.load(args.load, folder, 1, 8, (CALM, args.overload + 3 * calm))["seconds"]
    during.join()
    it, = many["phases"]
    asked = sum(it[what] for what in ["answered", "shed", "lost", "unsent"])
    if it["lost"]:
        sys.exit(f"{it['lost']} requests were neither answered nor shed")
    rate = it["answered"] * OVERLOAD_CALLS / args.overload
    name = f"calls, {OVERLOAD_CALLS} to a request, offered 3 times the peak for {args.overload} s: answered"
    rows.add(name, rate, "/s", "the peak", calls, ms=it["ms"])
    rows.add("… shed", 100 * it["shed"] / asked, "% of requests")
    rows.add("… not sent in time by who offers them", 100 * it["unsent"] / asked, "% of requests")
    # From then on every second is as those before: nine of ten within twice the time of 99 of a hundred then.
    normal = 2 * before["ms"][2]
    late = [second for second, it in enumerate(beside) if it["answered"] < CALM or it["ms"][1] > normal]
    after = max(0, max(late, default=-1) + 1 - args.overload)
    rows.add("… until single calls take as long as before", after, "s after its end", most=10)


def long(args, folder, node, rows, calls):
    """Part of the peak for long, with the memory of the node in each second."""
    seconds, memory, over = round(args.long * 60), [], threading.Event()

    def watch():
        while not over.wait(1):
            memory.append(node.memory())

    watching = threading.Thread(target=watch)
    watching.start()
    became = node.load(args.load, folder, 1, 256, (0.7 * calls, seconds))
    over.set()
    watching.join()
    it, = became["phases"]
    rows.add(f"single calls, {seconds} s at 70 % of the peak", it["answered"] / seconds, "/s", "asked for", 0.7 * calls,
             ms=it["ms"])
    middle = len(memory) // 2
    quarter = max(1, (len(memory) - middle) // 4)
    first, last = (sorted(part)[len(part) // 2] for part in [memory[middle:middle + quarter], memory[-quarter:]])
    rows.add("… rise of resident memory in the second half", 100 * (last / first - 1), "%", most=1)
    return {"seconds": [dict(second, memory_mb=mb) for second, mb in zip(became["seconds"], memory)]}


def main():
    parser = argparse.ArgumentParser()
    for name in ["--foil", "--bare", "--load", "--guest", "--shard", "--dir", "--json"]:
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--overload", type=int, default=20, metavar="SECONDS")
    parser.add_argument("--long", type=float, metavar="MINUTES")
    args = parser.parse_args()
    rows, more = Rows(), {}
    with tempfile.TemporaryDirectory(dir=args.dir) as folder:
        folder = pathlib.Path(folder)
        # Keys that live for long are memory that is needed: in a long run some die while others come.
        node = Foil(args.foil, args.guest, folder, "1m" if args.long else "1h")
        try:
            if args.long:
                ours, _ = node.wrk(json.dumps(CALL), 64, 3 * args.seconds, folder)
                more = long(args, folder, node, rows, ours.rate)
            else:
                peak(args, folder, node, rows)
                overload(args, folder, node, rows)
        finally:
            node.stop()
    args.json.write_text(json.dumps({"rows": rows.rows} | more, indent=1))


main()
