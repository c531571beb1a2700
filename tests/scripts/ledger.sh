#!/usr/bin/env bash
# A month of flights as payments: each reserves minutes in the air, of which those flown are posted. Some are voided, some
# expire, and whoever asks for an account's history gets all of it.
program=ledger jump=3d
source "$(dirname "${BASH_SOURCE[0]}")/lib/scenario.sh"
lib=$tests/scripts/lib
flights=$rows/flights-2013-01.csv
python3 "$lib/flights.py" "$flights"
for method in open_all transfers; do
    printf '{"method":"%s","args":{"batch":{"column":"batch"}}}' $method >$method.json
done
bank=9 newark=1 mesa=116 hawaiian=109

# runs NAME METHOD: the calls of NAME.jsonl.
runs() { only "rows|returned" run "$1.jsonl" --map "$2.json" --run "$1" --time-from at --as clerk.key; }
# the_books: the sums of the only ledger.
the_books() { only "ledger|1" query trial_balance; }
# of NAME [UNTIL]: minutes in the air of a carrier's flights, or those from an airport, that landed by a moment.
of() {
    awk -F, -v name="$1" -v until="${2:-2000000000}" '
        $9 && ($3 == name || $6 == name) && $2 * 60 + $9 * 60 < 86400 && $1 + $2 * 60 + $9 * 60 <= until { sum += $9 }
        END { print sum }' "$flights"
}
# asks ARGUMENTS: a call at $now, and what came of it.
asks() { only "outcome|value|error" call "$@" --as clerk.key --at "$now"; }
# moves ID FLAGS DEBIT CREDIT AMOUNT: a transfer in a batch.
moves() {
    printf '{"id":%s,"flags":%s,"debit":%s,"credit":%s,"amount":"%s","ledger":1,"code":1' "$@"
    printf ',"pending_id":null,"timeout":0,"user_data":null}'
}
all=340282366920938463463374607431768211455

say "Accounts of a bank, three airports and sixteen carriers, in one chain: all are opened or none. The bank pays in."
runs accounts open_all
runs deposits transfers
say "A call for each hour: flights that should start reserve a minute for each mile, for a day; those that land post the
minutes flown, those that never left are voided. Of those that went elsewhere nobody hears again."
runs hours transfers
the_books
say "Calls have released what had expired by then. A day later the time of the rest is out."
now=1359849600
only "expires_ms|[0-9<]+.*" query expiring limit=9
asks expire limit=9999
the_books
say "The minutes that were posted are those in the table, counted by another program."
for carrier in UA B6 HA; do
    account=$(awk -v name=$carrier '$1 == name { print $2 }' carriers)
    printf '%s  %s in the table\n' $carrier "$(of $carrier)" >>"$trace"
    only value query balance id="$account"
done
say "A flight that never left, and one that left a day late: what came of their reservations, and that they are ended once."
late=$(awk -F, '$3 == "HA" && $2 > 1000 { print 1000 + 2 * NR }' "$flights")
only value query lookup id="$late"
asks post_pending id=7 pending_id="$late" amount=$all
cancelled=$(awk -F, 'NR > 1 && $2 == "" { print 1000 + 2 * NR; exit }' "$flights")
only value query lookup id="$cancelled"
asks void_pending id=7 pending_id="$cancelled"
asks post_pending id=7 pending_id=999 amount=$all
say "Mesa had paid in too little: it reserves no more than that."
only value query balance id=$mesa
asks pend id=7 debit=$mesa credit=$newark amount=1000 timeout=60 ledger=1 code=1
asks pend id=7 debit=$mesa credit=$newark amount=0 timeout=60 ledger=1 code=1

say "Newark's balance as it was at noon of the 15th, and as the table has it: of flights that had landed by then."
only value query balance_at id=$newark time_ms=1358251200000
printf '%s in the table\n' "$(of EWR 1358251200)" >>"$trace"

say "All of Hawaiian's history is one range of keys, and so is that of a day. A stranger is shown that none is left out,
and sees where one is."
key=history/$(printf %032x $hawaiian)
only "shown" state range "$key" --limit 1000 --proof all.proof
only "entries|checked|ok:" verify --shard "$shard" all.proof
from=$key$(printf %016x 1357689600000) to=$key$(printf %016x 1357776000000)
only "shown" state range "$from" "$to" --proof day.proof
only "entries|checked|ok:" verify --shard "$shard" day.proof
cp "$lib/proof.py" .
does python3 proof.py without 30 all.proof less.proof
only "reason|[EI].*" verify --shard "$shard" less.proof

say "Hawaiian leaves: the rest of what it paid in goes back and its account is closed, in one chain. A chain that asks for
more than there is does nothing; nor does one that has no end."
rest=$(moves 7 17 $hawaiian $bank $all) close=$(moves 8 66 $hawaiian $bank 0) over=$(moves 9 0 $mesa $bank 1500)
asks transfers batch="[$rest,${close/:66/:67},$over]"
asks transfers batch="[$rest,${close/:66/:67}]"
asks transfers batch="[$rest,$close]"
only value query account id=$hawaiian
asks transfer id=10 debit=$bank credit=$hawaiian amount=1 ledger=1 code=1
the_books

say "A stranger runs everything again, on another engine."
only "engine|verdict" replay --engine wasmi
quietly bundle --out shard.foil
only "records|checked|ok:" verify --shard "$shard" shard.foil
finish
