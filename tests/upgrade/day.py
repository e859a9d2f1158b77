# mypy: ignore-errors
"""The newsrooms' day as `make` lets it pass: their servers, their CMS, a relay, and the clock.

It speaks to older code, as `make` does.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import time_machine
from psycopg import sql
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.sample import newsroom, pages
from syndicate.sample.state import Edit, State
from syndicate.store.content import articles
from syndicate.store.ground.session import transaction
from tests.application import build
from tests.mail.fault_relay import Event, FaultRelay, HangUp
from tests.upgrade import made, pushes, wire
from tests.upgrade.world import BASE, Document, World

_DAY = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
_START = _DAY + dt.timedelta(hours=4)
SITE = "http://127.0.0.1:8080"
_MOMENTS = """
    SELECT table_name, column_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
    AND data_type = 'timestamp with time zone'
"""


# PostgreSQL's clock is the machine's.
_REAL_TIME = (clock.now() - dt.timedelta(hours=1), clock.now() + dt.timedelta(hours=6))


class Newsroom(State):
    """The sample newsroom at the address where the world listens."""

    @property
    def origin(self) -> str:
        return BASE


class Relay:
    """Puts one reader off, refuses one, and hangs up on one after it took the mail."""

    def __init__(self) -> None:
        self.is_rude = True

    def __call__(self, event: Event) -> bytes | None:
        if not self.is_rude:
            return None
        if event.step == "RCPT" and "reader005@" in event.argument:
            return b"451 4.7.1 Try again later\r\n"
        if event.step == "RCPT" and "reader006@" in event.argument:
            return b"550 5.1.1 No such mailbox\r\n"
        if event.step == "body" and "reader007@" in event.argument:
            raise HangUp
        return None


class Day:
    """The newsrooms and what they did so far."""

    def __init__(self, url: str, world: World, relay: FaultRelay) -> None:
        self.url, self.world, self.relay = url, world, relay
        self.state = Newsroom(_START, 0, embargo_s=600)
        self.ids: dict[str, int] = {}
        self.serve()

    @contextmanager
    def at(self, clock_time: str | dt.datetime) -> Iterator[TestClient]:
        """A moment of the day, "05:10", and our web server at it."""
        moment = clock_time
        if isinstance(clock_time, str):
            moment = dt.datetime.combine(_DAY, dt.time.fromisoformat(clock_time), dt.UTC)
        with time_machine.travel(moment), TestClient(build(), base_url=SITE) as site:
            yield site
            self._forget_real_time(clock.now())

    def serve(self) -> None:
        """The newsroom's pages and feeds as they are now."""
        found = dict(wire.DOCUMENTS)
        for told in newsroom.publications():
            for section in told.sections:
                path = f"/{told.language}/feeds/{section.slug}.xml"
                text = pages.feed(self.state, told.language, section.slug)
                found[path] = Document(wire.RSS, text.encode())
        for key in newsroom.stories():
            path = urlsplit(pages.article(self.state, key).url).path
            found[path] = Document(wire.HTML, pages.article_page(self.state, key).encode())
        self.world.documents = found

    def edit(self, key: str, kind: str) -> None:
        self.state = self.state.with_edit(key, Edit(kind, clock.now().replace(microsecond=0)))
        self.serve()

    def push(self, site: TestClient, several: tuple[pushes.Push, ...]) -> None:
        for each in several:
            status, said = made.push(site, each, f"{each.id} at {clock.now()}")
            assert status in {200, 201}, (each.id, said)
            if said["article_id"] is not None:
                self.ids[each.id] = said["article_id"]

    def article(self, tail: str) -> int:
        """The id of an article by the end of its address."""
        with transaction() as tx:
            [found] = [
                each.id
                for each in articles.listed(tx, limit=1000)
                if (each.url or "").endswith(tail)
            ]
            return found

    def _forget_real_time(self, now: dt.datetime) -> None:
        """PostgreSQL's own clock is not the newsroom's: what it wrote as a default is `now`."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for table, column in connection.execute(_MOMENTS).fetchall():
                query = sql.SQL("UPDATE {} SET {} = %s WHERE {} BETWEEN %s AND %s")
                names = (sql.Identifier(each) for each in (table, column, column))
                connection.execute(query.format(*names), (now, *_REAL_TIME))
