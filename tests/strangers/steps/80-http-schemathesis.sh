#!/usr/bin/env bash
# The HTTP interface, asked by schemathesis (PyPI) all that its own description allows, and much that it forbids: it
# answers as it says, and never that it has failed. What it follows without an end, or takes as wasm, is left out.
set -euo pipefail
version=4.32.5
venv=$CARGO_TARGET_DIR/schemathesis-venv
if [[ $("$venv/bin/schemathesis" --version 2>/dev/null) != *"$version" ]]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "schemathesis==$version" >&2
fi
mkdir http && cd http
value() { awk -v name="$1" '$1 == name { print $2 }'; }
authority=$("$FOIL" key generate authority.key | value public_key)
shard=$("$FOIL" shard create --authority "$authority" | value shard)
"$FOIL" deploy "$(dirname "${BASH_SOURCE[0]}")/../../../guests/wasm/counter.wasm" --sign authority.key >/dev/null
token=$("$FOIL" token create schemathesis --role operator | value token)
"$FOIL" serve --listen 127.0.0.1:0 >served 2>served.log &
node=$!
trap 'kill $node' EXIT
until grep -q '^listening' served; do
    kill -0 $node || { cat served.log; exit 1; }
    sleep 0.1
done
address=$(value listening <served)
printf '[parameters]\nshard = "%s"\n' "$shard" >schemathesis.toml
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
checks+=,response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method
code=0
"$venv/bin/schemathesis" --config-file schemathesis.toml run "$address/openapi.json" --url "$address" \
    --header "authorization: Bearer $token" --checks "$checks" --exclude-path-regex 'events|logs|programs' \
    --max-examples "${FOIL_EXAMPLES:-50}" --request-timeout 20 --seed 1 --no-color >said 2>&1 || code=$?
made=$(sed -n 's/^ *\([0-9]* generated.*\)/\1/p' said | head -n 1)
((code == 0)) && verdict=yes || { verdict=no; cat said; }
printf 'verdict\tschemathesis: the HTTP interface answers as it says\t%s\t%s\n' "$verdict" "$made"
exit "$code"
