"""An upgrade makes no news: older code's database is migrated, and everything comes in once more.

What changes on purpose stands in `INTENDED`, with its reason; anything else that readers, apps,
hubs or inboxes would notice is a fault of the change that brought it.
"""

import datetime as dt
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
import time_machine
from starlette.testclient import TestClient

from syndicate import clock, jobs, settings
from syndicate.collect import run
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.valkey import Valkey
from syndicate.mail import steering
from syndicate.mail.pacing import pace
from syndicate.store.ground import session
from syndicate.store.maintenance import migrate
from tests.acting import TESTER
from tests.application import build
from tests.mail.fault_relay import FaultRelay
from tests.upgrade import made, rounds, seen
from tests.upgrade.made import MADE_AT, NEXT_MORNING, RETRIED_AT
from tests.upgrade.world import ORIGIN, Manner, World, running

pytestmark = pytest.mark.stack

# (pattern of facts, why they may differ): every exception stands here, and nowhere else.
_PAID = (
    "a paid article promised its beginning and showed none, and named its own paper as if it led "
    "elsewhere"
)
_TWICE = "the headline stood once more at the head of the body; what is stored and in feeds stays"
INTENDED: tuple[tuple[str, str], ...] = (
    (
        "document/*/bytes",
        "feeds show a thumbnail and how often something comes; no name is markup; no entry moves",
    ),
    ("document/*/modified_at", "moves with the bytes, by a second (RFC 9110 8.8.2)"),
    ("page/9/text", _PAID),
    ("page/23/text", _PAID),
    ("page/39/text", _PAID),
    ("page/46/text", _PAID),
    ("page/58/text", _TWICE),
    ("page/59/text", _TWICE),
    ("page/62/text", _PAID),
    ("page/63/text", _PAID),
    (
        "article/38/embargo_until",
        "08:00 -05:00 was read as 08:00 UTC; nobody has seen it, nor does now five hours early",
    ),
)
# Tables that keep books of what was done: they may grow by themselves.
BOOKS = {
    "api_answer": "an answer for each idempotency key",
    "alarm_ring": "what rang, and who heard it",
    "heartbeat": "when each process was last heard",
    "due_job": "slots of the tick",
    "fetch_host": "hosts that were asked",
    "master_key": "ids of the keys that the workers hold",
    "sender_check": "what DNS says of senders",
    "source_notice": "what operators are told: a touched document has its old validators here",
}
# The first of them lies before any slot, embargo or retry of the day.
ROUNDS = (
    (dt.timedelta(minutes=20), Manner.WITH_VALIDATORS),
    (dt.timedelta(minutes=25), Manner.WHOLE),
    (dt.timedelta(minutes=30), Manner.TOUCHED),
)
# Every entry looks as when its page was found changed, or when newer code takes another fingerprint
# of it: feed, page and push are judged anew. But for what an editor corrected here: there the
# newsroom's word and ours differ on purpose.
_LOOK_CHANGED = """
    UPDATE article_source SET entry_hash = '\\x00', said_hash = said_hash || '\\x00'
    WHERE article_id NOT IN (SELECT article_id FROM revision WHERE note = 'We were wrong.')
"""
_READ_ANEW = """
    UPDATE fetch_state SET body_hash = NULL, etag = NULL, last_modified = NULL;
    UPDATE article_page SET next_at = since, etag = NULL, last_modified = NULL
"""
# As after an upgrade that writes feeds in another way.
_BUILD_ANEW = "UPDATE feed SET built_for = 'older code' WHERE gone_at IS NULL"
_BUILT = """
    SELECT count(*) FROM feed_page JOIN feed ON feed.id = feed_id WHERE built_for <> 'older code'
"""
_PAUSED = "SELECT id FROM mailing WHERE state = 'paused'"


@dataclass
class Upgrade:
    """What was there before, and what came of it all.

    Attributes:
        before, after: facts of the database and of pages; see `seen`.
        rows: tables' rows as loaded, as migrated, and at the end of the rounds.
        answers: outcome of each push, by round.
        polled: what polling did, by round.
        read: paths of which the whole document was served.
        built: pages of feeds that were built anew.
        told: requests that callbacks of ours got.
        mails: recipients of what left during the rounds.
        retried: mails by recipient, of the hour in which retries were due.
        next_issue: see `seen.issue`.
    """

    made: made.Made
    before: seen.Facts = field(default_factory=dict)
    after: seen.Facts = field(default_factory=dict)
    rows: list[dict[str, int]] = field(default_factory=list)
    answers: list[list[str]] = field(default_factory=list)
    polled: list[tuple[int, int]] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    built: int = 0
    told: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    retried: dict[str, bytes] = field(default_factory=dict)
    next_issue: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def upgrade(
    postgres: Postgres, valkey: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgrade]:
    with (
        pytest.MonkeyPatch.context() as env,
        psycopg.connect(postgres.url("postgres"), autocommit=True) as admin,
        FaultRelay() as relay,
        running(World({})) as world,
    ):
        admin.execute("CREATE DATABASE upgraded")
        url = postgres.url("upgraded")
        folder = tmp_path_factory.mktemp("upgrade")
        _settings(env, url, valkey.url(), relay.url, folder)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        try:
            yield _Passing(url, relay, world).all()
        finally:
            structlog.reset_defaults()
            _forget()
            admin.execute("DROP DATABASE upgraded WITH (FORCE)")
    _forget()


def _settings(env: pytest.MonkeyPatch, url: str, broker: str, relay: str, folder: Path) -> None:
    own = {
        "SYNDICATE_DATABASE_URL": url,
        "SYNDICATE_REDIS_URL": broker,
        "SYNDICATE_RELAY_URL": relay,
        "SYNDICATE_HUB_ALLOW_ORIGINS": json.dumps([ORIGIN]),
        "SYNDICATE_TAKEDOWN_LOG": str(folder / "takedowns.jsonl"),
    }
    for name, value in {**made.ENVIRONMENT, **own}.items():
        env.setenv(name, value)
    _forget()


def _forget() -> None:
    settings.load.cache_clear()
    session.dispose()
    jobs._producer.cache_clear()
    pace.BREAKERS.clear()


class _Passing:
    """The hours after the upgrade."""

    def __init__(self, url: str, relay: FaultRelay, world: World) -> None:
        self.url, self.relay, self.world = url, relay, world
        self.seen = Upgrade(made.read())
        self.world.documents = self.seen.made.documents

    def all(self) -> Upgrade:
        found = self.seen
        made.load(self.url)
        found.rows.append(seen.counts(self.url))
        found.before = {**seen.rows(self.url), **_flat(found.made.pages)}
        migrate.upgrade()
        found.rows.append(seen.counts(self.url))
        for after, manner in ROUNDS:
            self.world.manner = manner
            with time_machine.travel(MADE_AT + after):
                self._round(manner)
        with time_machine.travel(MADE_AT + ROUNDS[-1][0] + dt.timedelta(minutes=5)):
            rounds.turn()
        found.rows.append(seen.counts(self.url))
        found.after = {**seen.rows(self.url), **_flat(self._pages())}
        found.read = {each.path for each in self.world.asked if each.status == 200}
        [found.built] = self._do(_BUILT)
        found.told = [each.path for each in self.world.callbacks()]
        found.mails = self.relay.recipients()
        with time_machine.travel(RETRIED_AT):
            self._retry()
        with time_machine.travel(NEXT_MORNING):
            rounds.turn()
        found.next_issue = seen.issue(self.url, MADE_AT)
        return found

    def _round(self, manner: Manner) -> None:
        """Poll all and push all; then everything that workers do."""
        if manner is not Manner.WITH_VALIDATORS:
            self._do(_READ_ANEW)
            self._do(_BUILD_ANEW)
        if manner is Manner.TOUCHED:
            self._do(_LOOK_CHANGED)
        done = run.collect_now(None, clock.now())
        self.seen.polled.append((done.fetched, done.failed))
        self.seen.answers.append(self._push())
        rounds.turn()

    def _push(self) -> list[str]:
        outcomes = []
        with TestClient(build(), base_url="http://127.0.0.1:8080") as site:
            for each in self.seen.made.pushes:
                _, said = made.push(site, each, f"{each.id} at {clock.now()}")
                outcomes.append(f"{each.id} {said.get('outcome', said)}")
        return outcomes

    def _pages(self) -> dict[str, Any]:
        numbers = [int(key) for key in self.seen.made.pages if key.isdecimal()]
        with (
            time_machine.travel(MADE_AT + ROUNDS[-1][0]),
            TestClient(build(), base_url="http://127.0.0.1:8080") as site,
        ):
            return seen.pages(site, numbers)

    def _retry(self) -> None:
        taken = len(self.relay.accepted)
        for mailing_id in self._do(_PAUSED):
            steering.resume(mailing_id, actor=TESTER, now=clock.now())
        rounds.turn()
        rounds.turn()
        self.seen.retried = {
            f"{each.rcpt} {each.mail_from}": each.content for each in self.relay.accepted[taken:]
        }

    def _do(self, query: str) -> list[int]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(query.encode())
            return [int(number) for (number,) in done] if done.description else []


def _flat(pages: Mapping[str, Any]) -> seen.Facts:
    """Pages as facts."""
    found: seen.Facts = {}
    for page, said in pages.items():
        fields = said if isinstance(said, dict) else {"links": said}
        found |= {f"page/{page}/{name}": value for name, value in fields.items()}
    return found


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, str]:
    """Facts that differ and that nobody meant to change."""
    return {
        key: f"{before.get(key)!r} -> {after.get(key)!r}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
        and not any(fnmatchcase(key, pattern) for pattern, _ in INTENDED)
    }


def test_everything_was_asked_for_and_nothing_was_new(upgrade: Upgrade) -> None:
    assert upgrade.polled == [(14, 0)] * len(ROUNDS)
    assert upgrade.read == upgrade.made.documents.keys()
    assert upgrade.built == upgrade.rows[0]["feed_page"]
    assert [each for said in upgrade.answers for each in said if "unchanged" not in each] == []


def test_no_reader_app_or_search_engine_sees_a_change(upgrade: Upgrade) -> None:
    assert _differences(upgrade.before, upgrade.after) == {}


def test_the_time_of_a_feed_moves_with_its_bytes_alone(upgrade: Upgrade) -> None:
    moved = {}
    for key in upgrade.before:
        if fnmatchcase(key, "document/*/modified_at"):
            was, is_now = (
                dt.datetime.fromisoformat(str(facts[key]))
                for facts in (upgrade.before, upgrade.after)
            )
            of = key.replace("modified_at", "bytes")
            moved[key] = (is_now - was, upgrade.before[of] == upgrade.after[of])

    second = dt.timedelta(seconds=1)
    assert {
        key: said
        for key, said in moved.items()
        if said not in ((second, False), (0 * second, True))
    } == {}


def test_no_hub_and_no_inbox_is_told(upgrade: Upgrade) -> None:
    assert (upgrade.told, upgrade.mails) == ([], [])


def test_no_row_is_lost(upgrade: Upgrade) -> None:
    loaded, migrated, at_end = upgrade.rows

    assert {name: migrated.get(name) for name in loaded} == loaded
    grown = {name: number for name, number in at_end.items() if number != migrated[name]}
    assert {name for name in grown if grown[name] < migrated[name]} == set()
    assert grown.keys() - BOOKS.keys() == set()


def test_what_was_put_off_and_paused_leaves_as_it_would_have(upgrade: Upgrade) -> None:
    assert upgrade.retried.keys() == upgrade.made.retried.keys()
    assert upgrade.retried == upgrade.made.retried


def test_the_next_issue_is_the_one_that_older_code_would_have_made(upgrade: Upgrade) -> None:
    assert _differences(upgrade.made.next_issue, upgrade.next_issue) == {}
