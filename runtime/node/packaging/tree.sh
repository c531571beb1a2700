# What the packages have in common, for the scripts that make them: `built`, the folder of the binaries, which is FOIL_BUILT
# or empty if they are to be built; `root`, the checkout; `scratch`, a folder that is removed in the end.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
built=${FOIL_BUILT:-}
# shellcheck source=tests/setup.sh
[[ -n $built ]] || source "$root/tests/setup.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
umask 022

# foil_tree PREFIX: the binaries, and what they say of themselves, under a prefix like /usr.
foil_tree() {
    local prefix=$1 packaging=$root/runtime/node/packaging
    install -D -m 755 --strip -t "$prefix/bin" "$built/foil" "$built/foil-verify"
    install -D -m 644 -t "$prefix/lib/systemd/system" "$packaging/foil.service"
    install -D -m 644 -t "$prefix/share/doc/foil" "$packaging/grafana.json" "$packaging/alerts.yml"
    "$built/foil" man "$prefix/share/man/man1"
    find "$prefix/share/man" -type f -exec gzip -9n {} +
    mkdir -p "$prefix/share/bash-completion/completions" "$prefix/share/zsh/site-functions"
    "$built/foil" completion bash >"$prefix/share/bash-completion/completions/foil"
    "$built/foil" completion zsh >"$prefix/share/zsh/site-functions/_foil"
}
