# The compilers of tests/authors, in the PATH: clang and wasm-ld of the system, asc and zig in
# CARGO_TARGET_DIR, in the versions of tools/. Sourced by tests/run.sh.

authors_tools=$CARGO_TARGET_DIR/authors-tools
authors_here=$(dirname "${BASH_SOURCE[0]}")/tools

# The list is copied last, so that an installation that was cut short is made again.
if ! cmp -s "$authors_here/package-lock.json" "$authors_tools/package-lock.json"; then
    printf 'installing what tests/authors/tools/package-lock.json lists\n' >&2
    mkdir -p "$authors_tools/npm"
    cp "$authors_here"/package*.json "$authors_tools/npm"
    (cd "$authors_tools/npm" && npm ci --silent --no-audit --no-fund) || return 1
    cp "$authors_here/package-lock.json" "$authors_tools"
fi
if ! cmp -s "$authors_here/requirements.txt" "$authors_tools/requirements.txt" ||
    ! "$authors_tools/venv/bin/python" -c 'import ziglang' 2>/dev/null; then
    printf 'installing what tests/authors/tools/requirements.txt lists\n' >&2
    mkdir -p "$authors_tools/bin"
    python3 -m venv --clear "$authors_tools/venv" || return 1
    "$authors_tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$authors_here/requirements.txt" || return 1
    printf '#!/bin/sh\nexec %q -m ziglang "$@"\n' "$authors_tools/venv/bin/python" >"$authors_tools/bin/zig"
    chmod +x "$authors_tools/bin/zig"
    cp "$authors_here/requirements.txt" "$authors_tools"
fi
export PATH=$authors_tools/bin:$authors_tools/npm/node_modules/.bin:$PATH
