"""How long an alert takes to its first RCPT while a digest is being sent on the same machine.

    python -m bench.urgent [--json] [--readers 200000] [--alerts 20]

The digest's workers run as in production. Every other second an article is pushed with the mark of
an alert, and a confirmation is asked for: each goes as a hint through Valkey to a Celery worker of
the queue `urgent`, and the sink's log says when it came. Seconds are counted from the commit of the
push, so composing and materialising the alert are in them.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from syndicate import clock, jobs
from syndicate.articles import receive_push as pushing
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import NewsletterKind
from tests.faults.rig import Rig
from tests.mail import confirmation
from tests.mail.campaign import Plan, start

PATIENCE_S = 60.0
READERS_OF_ALERTS = 3
NO_CAP = {"SYNDICATE_ALERTS_PER_HOUR": "1000", "SYNDICATE_ALERTS_PER_DAY": "1000"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="An alert's way past a running digest.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--readers", type=int, default=200_000)
    parser.add_argument("--alerts", type=int, default=20)
    asked = parser.parse_args()
    folder = tempfile.TemporaryDirectory(prefix="syndicate-bench-")
    with folder, Rig(Path(folder.name), more_env=NO_CAP) as rig:
        report = measure(rig, asked.readers, asked.alerts)
    sys.stderr.write(f"{report}\n")
    if asked.json:
        sys.stdout.write(json.dumps(report) + "\n")


def measure(rig: Rig, readers: int, alerts: int) -> dict[str, Any]:
    """Every figure, as `--json` prints it: seconds from the push's commit to the relay's log."""
    rig.start_worker("urgent", "urgent")
    began = time.monotonic()
    digest = start(Plan(audience=readers, stories_per_section=4, paragraphs=14), now=clock.now())
    open_newsletter()
    made_s = time.monotonic() - began
    with transaction() as tx:
        tx.hint(jobs.SEND_BULK)
    rig.wait_for(digest, 100, PATIENCE_S)
    alerted: dict[str, datetime] = {}
    confirmed: dict[str, datetime] = {}
    for number in range(alerts):
        article_id = push_article(number)
        alerted[f"article {article_id}"] = clock.now()
        time.sleep(1)
        address = f"confirm{number:03}@example.com"
        confirmation.queue(f"confirmation:{address}", now=clock.now(), address=address)
        confirmed[address] = clock.now()
        time.sleep(1)
    first = arrivals(rig, {*alerted, *confirmed})
    counts = rig.counts(digest)
    return {
        "alerts": alerts,
        **told(alerted, first),
        "confirmations": told(confirmed, first),
        "digest_readers": readers,
        "digest_made_s": round(made_s, 1),
        "digest_accepted_meanwhile": counts.accepted if counts else None,
        "digest_was_running": bool(counts and counts.remaining),
    }


def told(pushed: Mapping[str, datetime], first: Mapping[str, datetime]) -> dict[str, Any]:
    """How many arrived, and how long the middle one and the last took."""
    waits = sorted(
        (first[each] - at).total_seconds() for each, at in pushed.items() if each in first
    )
    return {
        "arrived": len(waits),
        "median_s": round(waits[len(waits) // 2], 3) if waits else None,
        "worst_s": round(waits[-1], 3) if waits else None,
    }


def open_newsletter() -> None:
    """An alert newsletter of the digest's publication, with a few readers."""
    now = clock.now()
    with transaction() as tx:
        owner = tx.scalars(select(Publication)).one()
        row = Newsletter(
            publication_id=owner.id,
            slug="now",
            kind=NewsletterKind.ALERT,
            name="Now",
            languages=["en"],
            zone="UTC",
            schedule={"times": ["08:00"]},
        )
        made = newsletters.add(tx, row, section_ids=[])
        for number in range(READERS_OF_ALERTS):
            address = f"alert{number:03}@example.com"
            subscriber = subscribers.upsert(tx, address, language="en", now=now)
            recipients.upsert(tx, address, subscriber_id=subscriber.id)
            subscription = subscribers.subscribe(tx, subscriber.id, made.id, language="en", now=now)
            subscribers.activate(subscription, now=now)


def push_article(number: int) -> int:
    """One article as a CMS pushes it, to be sent as an alert; returns its id."""
    said = {
        "id": f"cms-{number}",
        "headline": f"Bridge {number} closed",
        "standfirst": "Nobody was hurt.",
        "section": "World",
        "language": "en",
        "url": f"https://daily.example/bridge-{number}",
        "alert": True,
    }
    with transaction() as tx:
        owner = tx.scalars(select(Publication)).one()
        (done,) = pushing.receive(tx, owner, [pushing.entry_of(said)], clock.now())
    assert done.article_id is not None  # noqa: S101 - it was pushed
    return done.article_id


def arrivals(rig: Rig, wanted: Iterable[str]) -> dict[str, datetime]:
    """When the first mail of each came to the sink; waits for the last one.

    Args:
        rig: whose sink.
        wanted: addresses, and articles by "article ID".
    """
    deadline = time.monotonic() + PATIENCE_S
    missing = set(wanted)
    found: dict[str, datetime] = {}
    while missing and time.monotonic() < deadline:
        time.sleep(0.5)
        of_mailing = articles()
        for record in urgent_lines(rig):
            number = re.match(r"<m(\d+)\.", str(record["message_id"]))
            name = of_mailing.get(int(number[1])) if number else None
            found.setdefault(name or record["rcpt"][0], datetime.fromisoformat(record["at"]))
        missing -= found.keys()
    return found


def articles() -> dict[int, str]:
    """Which mailing tells which article."""
    query = select(Mailing.id, Issue.article_id).join(Issue, Issue.id == Mailing.issue_id)
    with transaction() as tx:
        rows = tx.execute(query.where(Issue.article_id.is_not(None)))
        return {row[0]: f"article {row[1]}" for row in rows}


def urgent_lines(rig: Rig) -> list[dict[str, Any]]:
    """The sink's lines that are not of the digest, in order."""
    assert rig.sink.folder is not None  # noqa: S101 - it is ours
    lines = (rig.sink.folder / "accept.log").read_text().splitlines()
    return [json.loads(line) for line in lines if '"alert' in line or '"confirm' in line]


if __name__ == "__main__":
    main()
