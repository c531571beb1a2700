#!/usr/bin/env bash
# Ten years of security advisories: each is a finding, some are withdrawn, and people decide about a few.
program=frontier start=1462752000 jump=400d
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"

now=$start
# as NAME METHOD ARGUMENTS: a call by the holder of NAME.key at $now, of which only what came of it is written down.
as() {
    printf '$ foil call %s --as %s.key\n' "${*:2}" "$1" | normalised >>"$trace"
    "$FOIL" call "${@:2}" --as "$1.key" --at "$now" >printed 2>&1
    normalised <printed | grep -E '^(outcome|value|error|  Acted|foil)' >>"$trace"
    return 0
}
# key NAME: makes a key; the account of its holder.
key() {
    quietly key generate "$1.key"
    printf '{"kind":1,"id":"%s"}' "$("$FOIL" key show "$1.key" -o json | sed -n 's/.*"public_key": "\(.*\)".*/\1/p')"
}
# band NAME LEAST MOST: how many findings in force have a confidence in a range.
band() {
    "$FOIL" query by_severity "least=$2" "most=$3" greatest_first=false skip=0 limit=1000 -o json >printed
    printf '%-8s  %3d to %3d  %3d\n' "$1" "$2" "$3" "$(grep -c '"id"' printed)" >>"$trace"
}

say "The authority founds the frontier and appoints two reviewers. The clerk brings the advisories, each on its day."
ann=$(key ann) bob=$(key bob)
as authority found
as authority appoint "reviewer=$ann"
as authority appoint "reviewer=$bob"
now=1787270400 # the day after the last advisory
foil run "$rows/findings.jsonl" --map "$rows/advisories.map.json" --run advisories --time-from at --as clerk.key
say "Thirteen were withdrawn by those who had published them."
grep -v '"withdrawn":null' "$rows/findings.jsonl" >withdrawn.jsonl
foil run withdrawn.jsonl --map "$rows/withdrawals.map.json" --run withdrawals --time-from at --as clerk.key
foil query tally
foil query by_status status=Retracted skip=0 limit=3
foil query history id=RUSTSEC-2023-0002 from=0 limit=9
say "A confidence is the base score of the CVSS vector, in tenths: so many are there of each of CVSS's ratings."
band none 0 0
band low 1 39
band medium 40 69
band high 70 89
band critical 90 100
foil query by_severity least=90 most=100 greatest_first=true skip=0 limit=5
say "What is no vector is refused, with what is wrong."
as clerk record id=X subject=x claim=x vector=CVSS:3.1/AV:N/AC:X
as clerk record id=X subject=x claim=x vector=AV:N/AC:L/Au:N/C:C/I:C/A:C
as clerk record id=RUSTSEC-2026-0148 subject=x claim=x vector=null
say "A reviewer accepts a finding. Who is none may not, and once is enough."
as clerk review finding=RUSTSEC-2026-0148 verdict=Accepted reason="mine"
as ann review finding=RUSTSEC-2026-0148 verdict=Accepted reason="seen it happen"
as bob review finding=RUSTSEC-2026-0148 verdict=Accepted reason="me too"
say "Ann proposes that a later advisory stand for an earlier one of the same crate. Bob decides; she may not."
successor='{"verb":"Supersede","successor":"RUSTSEC-2019-0002"}'
as ann propose finding=RUSTSEC-2018-0008 "change=$successor" reason="the same crate, related, and later"
as ann decide proposal=1 ruling=Theirs reason="yes"
as bob decide proposal=1 ruling=Theirs reason="yes"
foil query lineage id=RUSTSEC-2018-0008
foil query lineage id=RUSTSEC-2019-0002
as ann propose finding=RUSTSEC-2019-0002 'change={"verb":"Supersede","successor":"RUSTSEC-2018-0008"}' reason="round"
say "A peer scores a finding higher. It is recorded as a proposal, and Ann writes what they can agree on."
theirs='{"verb":"Rescore","vector":"CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}'
ours='{"verb":"Rescore","vector":"CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H"}'
peer=$(printf '7%.0s' {1..64})
as clerk propose finding=RUSTSEC-2020-0071 "change=$theirs" "peer=$peer" reason="theirs, in a sync"
foil query waiting from=0 limit=9
as ann decide proposal=2 ruling=Merge "merge=$ours" reason="no code runs"
foil query history id=RUSTSEC-2020-0071 from=0 limit=9
say "A stranger runs everything again."
quietly bundle --out shard.foil
foil verify --shard "$shard" shard.foil
finish
