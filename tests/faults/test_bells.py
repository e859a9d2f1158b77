"""Six bells with real processes: each cause is told within a minute, and nothing else is.

One installation, its processes frozen as a broken machine freezes them, and a webhook that writes
down when it heard of what.
"""

import datetime as dt
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from syndicate import clock, settings
from syndicate.embedded.supervisor import Options, Stack
from syndicate.mail import steering
from syndicate.store.composition import alerts
from syndicate.store.ground.session import transaction
from syndicate.vocabulary.newsletters import NewsletterKind
from tests import leftovers, rows
from tests.acting import TESTER

pytestmark = [pytest.mark.stack, pytest.mark.long]

WITHIN_S = 60.0
PATIENCE_S = 90.0  # a bell that comes late is told as late, and not as missing
QUIET_S = 75.0  # of a start
# An alert that waited is sent late, and what was stopped in between is late on purpose.
CAUSED = {"gone", "issue_not_begun", "alert_late", "relays", "stopped", "journal"}
KEY = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="
Told = tuple[str, str, str]  # bell, key, state


class Night:
    """A webhook that writes down what it hears, and when."""

    def __init__(self) -> None:
        self.heard: dict[Told, float] = {}
        night = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said = body["data"]
                told = (said["bell"], said["key"], said["state"])
                night.heard.setdefault(told, time.monotonic())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"127.0.0.1:{self.server.server_address[1]}"

    def waited(self, bell: str, key: str, since: float, state: str = "ringing") -> float:
        """Seconds from a moment until it heard of something that began after it."""
        ends_at = since + PATIENCE_S
        while (at := self.heard.get((bell, key, state), 0.0)) < since:
            assert time.monotonic() < ends_at, (bell, key, state, sorted(self.heard))
            time.sleep(0.2)
        return at - since


@pytest.fixture
def night(settings_env: pytest.MonkeyPatch) -> Iterator[Night]:
    """It is told what rings from the start of the installation on."""
    made = Night()
    settings_env.delenv("SYNDICATE_REDIS_URL")  # the installation brings its own
    settings_env.setenv("SYNDICATE_BELL_WEBHOOKS", f"http://{made.origin}/hook")
    settings_env.setenv("SYNDICATE_BELL_WEBHOOK_KEY", KEY)
    settings_env.setenv("SYNDICATE_BELL_ALLOW_ORIGINS", json.dumps([made.origin]))
    settings.load.cache_clear()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def stack(night: Night) -> Iterator[Stack]:
    assert night.origin
    with leftovers.folder() as folder, Stack(folder, Options(port=0)) as running:
        ended = threading.Event()
        tending = threading.Thread(target=running.watch, args=(ended.is_set,), daemon=True)
        tending.start()
        yield running
        ended.set()
        tending.join()


@contextmanager
def frozen(stack: Stack, *names: str) -> Iterator[float]:
    """Processes that are there and do nothing; the moment from which on."""
    pids = [stack.run()["processes"][name] for name in names]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield time.monotonic()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def unwritable(paths: Iterable[Path]) -> Iterator[float]:
    """Files in whose place is a folder: not even root can write there."""
    found = {each: each.with_name(f"{each.name}.away") for each in paths}
    for path, away in found.items():
        path.rename(away)
        path.mkdir()
    try:
        yield time.monotonic()
    finally:
        for path, away in found.items():
            path.rmdir()
            away.rename(path)


@dataclass(frozen=True)
class Newsroom:
    """What is due while everything is frozen.

    Attributes:
        slot: the key by which its issue rings; due_at: when that is due.
        alert: the key by which its alert rings; story: what it is about.
    """

    slot: str
    due_at: dt.datetime
    alert: str
    story: int


def newsroom() -> Newsroom:
    """A digest that is due in the minute after the next, and a newsletter of alerts."""
    due_at = clock.now().replace(second=0, microsecond=0) + dt.timedelta(minutes=2)
    with transaction() as tx:
        daily = rows.publication(tx)
        world = rows.section(tx, daily.id)
        at = {"times": [due_at.strftime("%H:%M")]}
        made: dict[str, Any] = {"section_ids": [world.id], "created_at": clock.now()}
        morning = rows.newsletter(tx, daily.id, schedule=at, **made)
        told: dict[str, Any] = {"kind": NewsletterKind.ALERT, "schedule": {}}
        news = rows.newsletter(tx, daily.id, "news", **told, **made)
        story = rows.article(tx, daily.id, at=clock.now(), section_id=world.id)
        slot = f"slot:{morning.id}:{due_at.date()}:{due_at:%H:%M}"
        return Newsroom(slot, due_at, f"alert:{news.id}:{story.id}", story.id)


def freeze(stack: Stack, night: Night) -> dict[str, float]:
    """Freeze what sends, composes and ticks; how long each bell took."""
    room = newsroom()
    time.sleep(max(0.0, (room.due_at - clock.now()).total_seconds() - 5))
    workers = ("worker-urgent", "worker-bulk", "worker-build", "worker-collect")
    with frozen(stack, *workers, "beat") as since:
        with transaction() as tx:
            alerts.ask(tx, [room.story], now=clock.now())
        due = time.monotonic() + (room.due_at - clock.now()).total_seconds()
        gone = ("worker:urgent", "worker:bulk", "worker:collect", "worker:build,tick", "beat")
        causes = [
            *(("gone", key, since) for key in gone),
            ("issue_not_begun", room.slot, due),
            ("alert_late", room.alert, since),
        ]
        waited = {key: night.waited(bell, key, begun) for bell, key, begun in causes}
    night.waited("gone", "worker:urgent", time.monotonic(), "over")
    return waited


def test_each_bell_is_told_within_a_minute_of_its_cause_and_no_other(
    stack: Stack, night: Night
) -> None:
    time.sleep(QUIET_S)
    at_the_start = dict(night.heard)

    waited = freeze(stack, night)
    relay = stack.run()["settings"]["SYNDICATE_RELAY_URL"].partition("://")[2].rstrip("/")
    with frozen(stack, "mailbox") as since:
        waited["relay"] = night.waited("relays", f"relay:{relay}", since)
    with frozen(stack, "web") as since:
        waited["web"] = night.waited("gone", "web", since)
    since = time.monotonic()
    steering.stop_everything("The wrong list", actor=TESTER, now=clock.now())
    waited["stopped"] = night.waited("stopped", "stopped", since)
    steering.release(actor=TESTER, now=clock.now())
    waited["stopped, over"] = night.waited("stopped", "stopped", time.monotonic(), "over")
    with unwritable(set(stack.data_dir.glob("*.jsonl"))) as since:
        waited["journal"] = night.waited("journal", "journal", since)

    sys.stdout.write(f"{json.dumps({key: round(late, 1) for key, late in waited.items()})}\n")
    rung = {(bell, key) for bell, key, _ in night.heard}
    assert at_the_start == {}
    assert {key: late for key, late in waited.items() if late > WITHIN_S} == {}
    assert {key for bell, key in rung if bell == "gone"} <= {*waited} | {"tick"}
    assert {bell for bell, _ in rung} <= CAUSED
