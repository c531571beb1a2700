#!/usr/bin/env bash
# Makes foil_VERSION_ARCH.deb of a release build: the two binaries, the unit, the dashboard and alerts, manual pages and
# completions. It needs dpkg-deb, which every Debian has.
#
#   runtime/node/packaging/deb.sh [DIR]      DIR gets the package; the working directory, unless said
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$(realpath "${1:-.}")
# shellcheck source=tests/setup.sh
source "$root/tests/setup.sh"
cargo build --quiet --release --locked --manifest-path "$root/Cargo.toml" -p node -p verify --bins
built=$CARGO_TARGET_DIR/release
version=$("$built/foil" --version | cut -d ' ' -f 2)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
umask 022
install -D -m 755 --strip "$built/foil" "$tree/usr/bin/foil"
install -D -m 755 --strip "$built/foil-verify" "$tree/usr/bin/foil-verify"
install -D -m 644 "$here/foil.service" "$tree/usr/lib/systemd/system/foil.service"
install -D -m 644 -t "$tree/usr/share/doc/foil" "$here/grafana.json" "$here/alerts.yml" "$root/README.md"
install -D -m 644 "$root/LICENSE" "$tree/usr/share/doc/foil/copyright"
"$built/foil" man "$tree/usr/share/man/man1"
find "$tree/usr/share/man" -type f -exec gzip -9n {} +
mkdir -p "$tree/usr/share/bash-completion/completions" "$tree/usr/share/zsh/vendor-completions"
"$built/foil" completion bash >"$tree/usr/share/bash-completion/completions/foil"
"$built/foil" completion zsh >"$tree/usr/share/zsh/vendor-completions/_foil"
# The user that owns /var/lib/foil.
install -D -m 644 /dev/stdin "$tree/usr/lib/sysusers.d/foil.conf" <<<'u foil - "Counterfoil node" /var/lib/foil'
mkdir "$tree/DEBIAN"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: foil
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: Counterfoil <counterfoil@localhost>
Section: database
Priority: optional
Depends: libc6, libstdc++6
Recommends: systemd
Description: run programs whose every step a stranger can check
 A host for deterministic WebAssembly programs: state under a Merkle root,
 signed receipts, a journal that anybody can replay.
CONTROL
cat >"$tree/DEBIAN/postinst" <<'POSTINST'
#!/bin/sh
set -e
if command -v systemd-sysusers >/dev/null; then systemd-sysusers foil.conf; fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
POSTINST
chmod 755 "$tree/DEBIAN/postinst"
dpkg-deb --build --root-owner-group "$tree" "$out/foil_${version}_$(dpkg --print-architecture).deb"
