"""Plants what run.sh must find in what `cargo metadata` says of a workspace.

    planted.py WHAT <METADATA >METADATA
"""

import json
import sys


def renamed(metadata, package, name, version, source):
    """The same with the package under another id, by which all name it."""
    text = json.dumps(metadata).replace(json.dumps(package["id"]), json.dumps(f"{source}#{name}@{version}"))
    metadata = json.loads(text.replace(json.dumps(package["name"]), json.dumps(name)))
    (found,) = [it for it in metadata["packages"] if it["name"] == name]
    found |= {"version": version, "source": source}
    for dependency in (dependency for it in metadata["packages"] for dependency in it["dependencies"]):
        if dependency["name"] == name:
            dependency["req"] = ">=0"
    return metadata


what, metadata = sys.argv[1], json.load(sys.stdin)
(package,) = [it for it in metadata["packages"] if it["name"] == "ed25519-dalek"]
name, version, source = (package[key] for key in ("name", "version", "source"))
match what:
    case "nothing":
        pass
    case "old":
        metadata = renamed(metadata, package, name, "1.0.1", source)
    case "unmaintained":
        metadata = renamed(metadata, package, "paste", "1.0.15", source)
    case "banned":
        metadata = renamed(metadata, package, "openssl-sys", version, source)
    case "git":
        metadata = renamed(metadata, package, name, version, "git+https://example.org/dalek?rev=1234567#1234567")
    case "licence":
        package["license"] = "AGPL-3.0-only"
    case "wildcard":
        (abi,) = [it for it in metadata["packages"] if it["name"] == "abi"]
        (named,) = [it for it in abi["dependencies"] if it["name"] == name]
        named["req"] = "*"
json.dump(metadata, sys.stdout)
