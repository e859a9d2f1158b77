"""Whether the time of a sign-up's answer tells who is a reader: over HTTP, kinds in turn.

    python -m bench.sign_ups [--json] [--rounds 200]

One web process as in production, with PostgreSQL and no broker. In each round one address of each
kind asks: known and confirmed, pending, unknown, suppressed, erased; the order changes from round
to round. The mails of the day of the kind `capped` are used up. A kind is told from `unknown` by
the medians and by a rank test (Mann and Whitney, as a normal deviate): beyond 3 either way, an
attacker with as many tries would see it.
"""

import argparse
import datetime as dt
import http.client
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import text

from bench.feeds_servers import Web
from bench.ground import Ground
from syndicate import clock
from syndicate.actions import forms
from syndicate.breakers.known import CONFIRMED
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform import caps, installation
from syndicate.store.readers import recipients, subscribers
from syndicate.subscribers import erase, subscribe
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.subscribers import desk

SLUG = "morning"
WARM = 20
UNKNOWN = "unknown"


def pending(address: str) -> None:
    """Asked for it an hour ago."""
    subscribe.ask(
        address,
        SLUG,
        language="en",
        ip="192.0.2.7",
        user_agent="Reader/1.0",
        wording="Send it to me.",
        base_url="https://daily.example",
        now=clock.now() - dt.timedelta(hours=1),
    )


def confirmed(address: str) -> None:
    """Has it."""
    pending(address)
    with transaction() as tx:
        reader = subscribers.by_address(tx, address)
        newsletter = newsletters.by_slug(tx, SLUG)
        assert reader is not None  # noqa: S101 - just made
        assert newsletter is not None  # noqa: S101 - made above
        subscription = subscribers.of(tx, reader.id, newsletter.id)
        assert subscription is not None  # noqa: S101 - just made
        subscribers.activate(subscription, now=clock.now())


def suppressed(address: str) -> None:
    """Had it, and complained."""
    confirmed(address)
    address_hash = recipients.hash_of(address)
    reason = SuppressionReason.COMPLAINT
    with transaction() as tx:
        recipients.suppress(tx, address_hash, scope="*", reason=reason, now=clock.now())


def erased(address: str) -> None:
    """Had it, and is forgotten."""
    confirmed(address)
    erase.erase(address, actor=TESTER, now=clock.now())


def capped(address: str) -> None:
    """Has had the mails of the day."""
    pending(address)
    with transaction() as tx:
        key = recipients.hash_of(address).hex()
        for minutes in (1, 2, 3):
            then = clock.now() - dt.timedelta(minutes=minutes)
            caps.take(tx, CONFIRMED.name, key, window_from=then, limit=CONFIRMED.most)


def unknown(_address: str) -> None:
    """Was never here."""


KINDS: Mapping[str, Callable[[str], None]] = {
    each.__name__: each for each in (confirmed, pending, unknown, suppressed, erased, capped)
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the time of a sign-up tells.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    folder = tempfile.TemporaryDirectory(prefix="syndicate-bench-")
    with folder, Ground(Path(folder.name)) as ground:
        report = measure(ground, Path(folder.name), asked.rounds)
    for kind, figures in report.items():
        sys.stderr.write(f"{kind:12} {figures}\n")
    if asked.json:
        sys.stdout.write(json.dumps(report) + "\n")


def measure(ground: Ground, folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Every figure, as `--json` prints it: milliseconds, and how far ranks lie from `unknown`."""
    with transaction() as tx:
        installation.stamp(tx, "test")
        desk.morning(tx)
    for number in range(rounds + WARM):
        for kind, make in KINDS.items():
            make(f"{kind}{number:04}@example.com")
    with transaction() as tx:
        tx.execute(text("ANALYZE"))
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    order = list(KINDS)
    chance = random.Random(20261130)  # noqa: S311 - an order, no secret
    with Web(ground.env, folder, processes=1) as web, asking(web.port) as ask:
        for number in range(rounds + WARM):
            chance.shuffle(order)
            with transaction() as tx:
                tx.execute(text("DELETE FROM cap_counter WHERE cap LIKE 'sign-up:%'"))
            for kind in order:
                seconds = ask(f"{kind}{number:04}@example.com")
                if number >= WARM:
                    took[kind].append(1000 * seconds)
    return {
        kind: {
            "median_ms": round(statistics.median(each), 2),
            "p90_ms": round(statistics.quantiles(each, n=10)[8], 2),
            "deviate": round(deviate(each, took[UNKNOWN]), 2),
        }
        for kind, each in took.items()
    }


@contextmanager
def asking(port: int) -> Iterator[Callable[[str], float]]:
    """Posts a sign-up over one connection; seconds to the end of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(address: str) -> float:
        stamp = forms.stamp(f"sign-up:{SLUG}", clock.now() - 2 * forms.LEAST_AGE)
        body = urlencode({"address": address, "language": "en", "stamp": stamp})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        connection.request("POST", f"/newsletters/{SLUG}", body, headers)
        answer = connection.getresponse()
        page = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != http.HTTPStatus.OK or b"Check your email" not in page:
            raise RuntimeError(f"a sign-up was answered {answer.status}")
        return seconds

    yield ask
    connection.close()


def deviate(these: Sequence[float], those: Sequence[float]) -> float:
    """How far the ranks of two samples lie apart, in standard deviations; 0 is not at all."""
    ranked = sorted([(each, True) for each in these] + [(each, False) for each in those])
    ranks = sum(place for place, (_, is_these) in enumerate(ranked, 1) if is_these)
    n, m = len(these), len(those)
    u = ranks - n * (n + 1) / 2
    return (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


if __name__ == "__main__":
    main()
