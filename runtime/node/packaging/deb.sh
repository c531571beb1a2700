#!/usr/bin/env bash
# Makes foil_VERSION_ARCH.deb of a release build: the two binaries, the unit, the dashboard and alerts, manual pages and
# completions. It needs dpkg-deb, which every Debian has.
#
#   runtime/node/packaging/deb.sh [DIR]      DIR gets the package; the working directory, unless said
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=runtime/node/packaging/tree.sh
source "$here/tree.sh"
out=$(realpath "${1:-.}")
if [[ -z $built ]]; then
    cargo build --quiet --release --locked --manifest-path "$root/Cargo.toml" -p node -p verify --bins
    built=$CARGO_TARGET_DIR/release
fi
version=$("$built/foil" --version | cut -d ' ' -f 2)
tree=$scratch/foil
foil_tree "$tree/usr"
install -D -m 644 "$root/LICENSE" "$tree/usr/share/doc/foil/copyright"
install -m 644 -t "$tree/usr/share/doc/foil" "$root/README.md"
mv "$tree/usr/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
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
