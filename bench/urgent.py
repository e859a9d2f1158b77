"""How long an alert takes to its first RCPT while a digest is being sent on the same machine.

    python -m bench.urgent [--json] [--readers 200000] [--alerts 20]

The digest's workers run as in production; an alert is pushed every other second, its hint goes
through Valkey to a Celery worker of the queue `urgent`, and the sink's log says when it came.
"""

import argparse
import json
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from syndicate import clock, jobs
from syndicate.mail import single
from syndicate.store import recipients
from syndicate.store.session import transaction
from tests.faults.rig import Rig
from tests.mail.campaign import Plan, start

PUBLICATION = {"name": "The Daily", "postal_address": "1 Press Square, Exampletown"}
PATIENCE_S = 60.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="An alert's way past a running digest.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--readers", type=int, default=200_000)
    parser.add_argument("--alerts", type=int, default=20)
    asked = parser.parse_args()
    folder = tempfile.TemporaryDirectory(prefix="syndicate-bench-")
    with folder, Rig(Path(folder.name)) as rig:
        report = measure(rig, asked.readers, asked.alerts)
    sys.stderr.write(f"{report}\n")
    if asked.json:
        sys.stdout.write(json.dumps(report) + "\n")


def measure(rig: Rig, readers: int, alerts: int) -> dict[str, Any]:
    """Every figure, as `--json` prints it: seconds from the push's commit to the relay's log."""
    rig.start_worker("urgent", "urgent")
    digest = start(Plan(audience=readers, stories_per_section=4, paragraphs=14), now=clock.now())
    with transaction() as tx:
        tx.hint(jobs.SEND_BULK)
    rig.wait_for(digest, 100, PATIENCE_S)
    pushed: dict[str, datetime] = {}
    for number in range(alerts):
        address = f"alert{number:03}@example.com"
        push(address)
        pushed[address] = clock.now()
        time.sleep(2)
    waits = sorted(arrivals(rig, pushed))
    counts = rig.counts(digest)
    return {
        "alerts": alerts,
        "arrived": len(waits),
        "median_s": round(waits[len(waits) // 2], 3) if waits else None,
        "worst_s": round(waits[-1], 3) if waits else None,
        "digest_accepted_meanwhile": counts.accepted if counts else None,
        "digest_was_running": bool(counts and counts.remaining),
    }


def push(address: str) -> None:
    """One urgent message, as a confirmation or an alert writes it."""
    now = clock.now()
    prepared = single.prepare(
        "confirmation",
        language="en",
        context={"publication": PUBLICATION, "newsletter": {"name": "Alerts"}},
        from_name="The Daily",
        from_address="alerts@daily.example",
        now=now,
        slots={"confirm_url": "https://daily.example/confirm/x"},
    )
    with transaction() as tx:
        single.queue(
            tx,
            prepared,
            recipients.upsert(tx, address),
            dedupe_key=f"alert:{address}",
            publication_id=None,
            scope="alert",
            now=now,
            expires_in=timedelta(hours=1),
        )


def arrivals(rig: Rig, pushed: dict[str, datetime]) -> list[float]:
    """Seconds that each took; waits for the last one."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assert rig.sink.folder is not None  # noqa: S101 - it is ours
        lines = (rig.sink.folder / "accept.log").read_text().splitlines()
        found = {
            record["rcpt"][0]: datetime.fromisoformat(record["at"])
            for record in (json.loads(line) for line in lines if '"alert' in line)
        }
        if len(found) == len(pushed) or time.monotonic() > deadline:
            return [(found[each] - pushed[each]).total_seconds() for each in found]
        time.sleep(0.2)


if __name__ == "__main__":
    main()
