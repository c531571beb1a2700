"""A month of flights as reservations of minutes in the air, for the program `ledger`.

    flights.py FLIGHTS.csv    rows of calls: accounts.jsonl, deposits.jsonl, hours.jsonl; and lines of `carriers`

Each flight is a pending transfer from its carrier to where it starts, of a minute for each mile, for a day. It is made
in the hour when the flight should start; in the hour when it lands, the minutes in the air are posted and the rest is
released; an hour after one that never left, it is voided. Of one that went elsewhere nobody hears again.
"""

import csv
import json
import sys
from collections import defaultdict

START, HOUR, DAY = 1356998400, 3600, 86400
BANK, AIRPORTS = 9, {"EWR": 1, "JFK": 2, "LGA": 3}
LINKED, PENDING, POST, VOID = 1, 2, 4, 8
LIMITED, HISTORY = 2, 8


def write(name, rows):
    with open(name, "w") as file:
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")


def transfer(id, flags, debit=0, credit=0, amount=0, pending_id=None, timeout=0):
    ledger = 1 if debit else 0
    return {
        "id": id, "debit": debit, "credit": credit, "amount": str(amount), "ledger": ledger, "code": ledger,
        "flags": flags, "pending_id": pending_id, "timeout": timeout, "user_data": None,
    }


def account(id, name, flags):
    return {"id": id, "ledger": 1, "code": 1, "flags": flags, "name": name}


def main(path):
    flights = list(csv.DictReader(open(path)))
    carriers = {name: 101 + at for at, name in enumerate(sorted({flight["carrier"] for flight in flights}))}
    with open("carriers", "w") as file:
        file.writelines(f"{name} {id}\n" for name, id in carriers.items())
    accounts = [account(BANK, "bank", LINKED)]
    accounts += [account(id, name, HISTORY | LINKED) for name, id in AIRPORTS.items()]
    accounts += [account(id, name, LIMITED | HISTORY | LINKED) for name, id in carriers.items()]
    accounts[-1]["flags"] -= LINKED
    write("accounts.jsonl", [{"at": START, "batch": accounts}])
    paid = lambda name: 1_500 if name == "YV" else 1_100_000
    deposits = [transfer(id, 0, BANK, id, paid(name)) for name, id in carriers.items()]
    write("deposits.jsonl", [{"at": START, "batch": deposits}])

    hours = defaultdict(list)
    def then(time, item):
        hours[-(-time // HOUR) * HOUR].append((time, item))
    for line, flight in enumerate(flights, 2):
        time, id = int(flight["sched_time"]), 1000 + 2 * line
        debit, credit = carriers[flight["carrier"]], AIRPORTS[flight["origin"]]
        then(time, transfer(id, PENDING, debit, credit, flight["distance_mi"], timeout=DAY))
        if flight["air_time_min"]:
            minutes = int(flight["air_time_min"])
            landed = time + 60 * (int(flight["dep_delay_min"]) + minutes)
            then(landed, transfer(id + 1, POST, amount=minutes, pending_id=id))
        elif not flight["dep_delay_min"]:
            then(time + HOUR, transfer(id + 1, VOID, pending_id=id))
    key = lambda event: event[0]
    batch = lambda events: [item for _, item in sorted(events, key=key)]
    write("hours.jsonl", [{"at": hour, "batch": batch(hours[hour])} for hour in sorted(hours)])


main(sys.argv[1])
