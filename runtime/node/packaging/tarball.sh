#!/usr/bin/env bash
# Makes foil-VERSION-ARCH.tar.gz, which runs on any Linux of its architecture: the binaries are linked with nothing that has
# to be there. That, and a call, are tried of what was packed, in an empty environment. One build gives the same bytes again.
#
#   runtime/node/packaging/tarball.sh [DIR]      DIR gets the tarball; the working directory, unless said
#
# glibc is linked in too. What it would still load are modules, of whatever glibc the machine has: for character sets and
# names of users, which nothing here asks for, and for names of hosts, which this foil refuses to look up.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=runtime/node/packaging/tree.sh
source "$here/tree.sh"
out=$(realpath "${1:-.}")
if [[ -z $built ]]; then
    # In a folder of its own, as RocksDB and wasmtime are compiled for this too: a quarter of an hour, the first time. Because
    # of --target, what the compiler itself loads is linked as usual. Our own crates are compiled anew: a target directory
    # may have another checkout's.
    target=$(rustc -vV | sed -n 's/^host: //p')
    options=(--quiet --release --locked --manifest-path "$root/Cargo.toml" --target "$target")
    options+=(--target-dir "$CARGO_TARGET_DIR/static")
    cargo clean "${options[@]}" --workspace
    # RocksDB's crate asks for a dynamic C++ library; where there is a static one alone, that is taken.
    mkdir "$scratch/lib"
    ln -s "$(c++ -print-file-name=libstdc++.a)" "$scratch/lib"
    LIBRARY_PATH=$scratch/lib RUSTFLAGS='-C target-feature=+crt-static' \
        cargo build "${options[@]}" -p node -p verify --bins
    built=$CARGO_TARGET_DIR/static/$target/release
fi
name=foil-$("$built/foil" --version | cut -d ' ' -f 2)-$(uname -m)
tree=$scratch/$name
foil_tree "$tree"
sed -i 's|=/usr/bin/|=/usr/local/bin/|' "$tree/lib/systemd/system/foil.service"
install -m 644 -t "$tree" "$root/LICENSE"
# What of the README is for whoever runs it. Its links lead into the sources.
{
    sed '/^## /,$d' "$root/README.md"
    printf 'To install: `cp -r bin lib share /usr/local`; for the service, `useradd --system foil` before.\n\n'
    sed -n '/^## Operate it/,/^## Words/ { /^## Words/!p }' "$root/README.md"
} | sed 's/\[\([^]]*\)\]([^)]*)/\1/g' >"$tree/README.md"
packed=$scratch/$name.tar.gz
tar -c --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -C "$scratch" "$name" | gzip -9n >"$packed"

# What was packed, as a stranger has it.
mkdir "$scratch/unpacked"
tar -xzf "$packed" -C "$scratch/unpacked"
bin=$scratch/unpacked/$name/bin
for binary in "$bin"/*; do
    linked=$(ldd "$binary" 2>&1) || true
    [[ $linked == *'statically linked'* ]] ||
        { printf '%s is not linked statically:\n%s\n' "${binary##*/}" "$linked" >&2 && exit 1; }
done
foil() { (cd "$scratch/unpacked" && env -i "$bin/foil" "$@"); }
# The value in one line of a table.
value() { awk -v name="$1" '$1 == name { print $2 }'; }
foil --version
authority=$(foil key generate authority.key | value public_key)
foil key generate clerk.key >/dev/null
shard=$(foil shard create --authority "$authority" | value shard)
foil deploy "$root/guests/wasm/counter.wasm" --sign authority.key >/dev/null
foil call hit --as clerk.key --receipt first.receipt >/dev/null
[[ $(foil query total | value value) == 1 ]]
foil bundle --out shard.foil >/dev/null
for file in first.receipt shard.foil; do
    printf '%s: ' "$file"
    (cd "$scratch/unpacked" && env -i "$bin/foil-verify" --shard "$shard" "$file") | tail -n 1
done
[[ $(foil --node http://localhost:7450 status 2>&1) == *'looks up no names'* ]]
mv "$packed" "$out"
printf '%s\n' "$out/$name.tar.gz"
