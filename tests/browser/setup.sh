# What the verifier for browsers is tried with. Sourced by steps of tests/strangers, in
# the folder WORK.

# need PROGRAM PACKAGE: installs what is missing, if this may.
need() {
    ! command -v "$1" >/dev/null || return 0
    local as_root=()
    [[ $(id -u) == 0 ]] || as_root=(sudo -n)
    local apt=(${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600)
    printf 'installing %s\n' "$2" >&2
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$2"; } >&2 ||
        { printf '%s is missing: apt-get install %s\n' "$1" "$2" >&2; return 1; }
}

# Proofs of a range, of a value, and of an absence.
make_proofs() {
    [[ ! -d proofs ]] || return 0
    mkdir proofs.new
    local range key
    range=$("$FOIL" state range accounts --proof proofs.new/range.proof)
    key=$(awk '$1 ~ /^01/ { print $1; exit }' <<<"$range")
    "$FOIL" state get "0x$key" --proof proofs.new/value.proof >/dev/null
    "$FOIL" state get "0x${key}00" --proof proofs.new/absence.proof >/dev/null
    mv proofs.new proofs
}
