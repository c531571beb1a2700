"""Makes of a table of advisories the database that cargo-deny reads, a file for each.

    database.py TABLE FOLDER
"""

import json
import sys
from pathlib import Path

# Versions that had not the fault yet, where we depend on some: the table lists only those that have it no more.
UNAFFECTED = {
    "RUSTSEC-2024-0402": ["<0.15.0"],  # hashbrown
    "RUSTSEC-2025-0010": [">=0.17.0"],  # ring
}

rows = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
for row in rows:
    fields = [key for key in ("id", "package", "date", "informational", "withdrawn") if key in row]
    lines = ["```toml", "[advisory]", *(f"{key} = {json.dumps(row[key])}" for key in fields), "[versions]"]
    lines += [f"patched = {json.dumps(row.get('patched', []))}"]
    lines += [f"unaffected = {json.dumps(UNAFFECTED.get(row['id'], []))}", "```", f"# {row['package']}", ""]
    file = Path(sys.argv[2], "crates", row["package"], f"{row['id']}.md")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines))
print(len(rows), "advisories, the newest of", max(row["date"] for row in rows))
