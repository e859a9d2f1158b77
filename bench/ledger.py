"""What a recipient costs in the ledger, decile by decile, while it grows.

    python -m bench.ledger [--json] [--recipients 1000000]

No mail is sent: materialise, then lease, intend and settle as a worker does, in one process. The
cost must stay flat; the last decile may cost 1.3 times the first at most.
"""

import argparse
import json
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.ground import Ground, commit_pending, wal_bytes
from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.sending import batch_leases, ledger, results
from syndicate.store.sending.results import DeliveryOutcome
from syndicate.vocabulary.sending import DeliveryState, Lane
from tests.mail.campaign import Plan, start

CHUNK = 50
DECILES = 10
# A few of each hundred are refused or deferred, as in life.
STATES = {7: DeliveryState.FAILED, 53: DeliveryState.FAILED}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The ledger's cost per recipient.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--recipients", type=int, default=1_000_000)
    asked = parser.parse_args()
    folder = tempfile.TemporaryDirectory(prefix="syndicate-bench-")
    with folder, Ground(Path(folder.name)):
        report = measure(asked.recipients)
    for name, value in report.items():
        sys.stderr.write(f"{name}: {value}\n")
    if asked.json:
        sys.stdout.write(json.dumps(report) + "\n")


def measure(recipients: int) -> dict[str, Any]:
    """Every figure, as `--json` prints it."""
    started = time.monotonic()
    mailing_id = start(Plan(audience=recipients), now=clock.now())
    made_s = time.monotonic() - started
    commit_pending()
    before = wal_bytes()
    deciles = list(work_through(recipients // DECILES))
    with transaction() as tx:
        agree = ledger.counts(tx, mailing_id) == ledger.counts_by_row(tx, mailing_id)
        hot = tx.execute(
            text(
                "SELECT sum(n_tup_hot_upd) * 100.0 / nullif(sum(n_tup_upd), 0) "
                "FROM pg_stat_user_tables WHERE relname LIKE 'delivery_p%'"
            )
        ).scalar()
    return {
        "recipients": recipients,
        "made_s": round(made_s, 1),
        "us_per_recipient": [round(each, 2) for each in deciles],
        "last_to_first": round(deciles[-1] / deciles[0], 3),
        "wal_bytes_per_recipient": round((wal_bytes() - before) / recipients),
        "hot_percent": round(float(hot or 0), 1),
        "counts_agree": agree,
    }


def work_through(decile: int) -> Iterator[float]:
    """Lease and settle everything; microseconds per recipient of each decile."""
    done, since = 0, time.monotonic()
    while True:
        with transaction() as tx:
            leased = batch_leases.take(tx, Lane.BULK, worker=uuid.UUID(int=1), now=clock.now())
        if leased is None:
            break
        with transaction() as tx:
            dues = batch_leases.due_deliveries(tx, leased, clock.now())
        for first in range(0, len(dues), CHUNK):
            part = [due.ordinal for due in dues[first : first + CHUNK]]
            with transaction() as tx:
                batch_leases.intend(tx, leased, part, version=1, now=clock.now())
            outcomes = [
                DeliveryOutcome(
                    ordinal, STATES.get(ordinal % 100, DeliveryState.ACCEPTED), code=250
                )
                for ordinal in part
            ]
            with transaction() as tx:
                results.settle(tx, leased, outcomes, now=clock.now())
        with transaction() as tx:
            results.give_back(tx, leased, now=clock.now())
        done += len(dues)
        if done >= decile:
            yield (time.monotonic() - since) / done * 1e6
            done, since = 0, time.monotonic()


if __name__ == "__main__":
    main()
