"""A newsroom on a real database that is dumped and restored, with a sink that counts its mail.

Dumps are pg_dump's and restores pg_restore's, as an operator makes them. Times are real, because
the files beside the database say when they were written.
"""

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from alembic import command
from psycopg import sql
from sqlalchemy import select, update

from syndicate import clock, settings
from syndicate.embedded import places
from syndicate.embedded.postgres import Postgres
from syndicate.journal import lives, readers
from syndicate.mail import steering
from syndicate.mail.mime.message import Writer
from syndicate.mail.recovery import copy_check, restored
from syndicate.mail.sending import deliver
from syndicate.newsletters import run
from syndicate.store.content.articles import LINK, Article, ArticleKey
from syndicate.store.ground import session
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.maintenance import migrate
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Section
from syndicate.store.platform import installation
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery import copies
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import Lane
from tests import rows
from tests.acting import TESTER
from tests.faults.counting_sink import Sink
from tests.newsletters.paper import reader
from tests.subscribers import desk

ROOT = Path(__file__).resolve().parents[2]
READERS = 30
CHUNK = 5
HOUR = dt.timedelta(hours=1)


@dataclass
class House:
    """One installation: where its database is, and what stands beside it.

    Attributes:
        server: of its database.
        env: where its settings are set.
        folder: of dumps and the journal.
        sink: where its mail goes.
        made: databases to be dropped at the end, by server.
    """

    server: Postgres
    env: pytest.MonkeyPatch
    folder: Path
    sink: Sink
    database: str = "house"
    made: set[tuple[str, str]] = field(default_factory=set)

    @property
    def journal(self) -> Path:
        return self.folder / "beside" / "journal.jsonl"

    def begin(self, *, has_log: bool = True) -> None:
        """An empty migrated database, and everything set."""
        self.env.setenv("SYNDICATE_RELAY_URL", f"smtp://127.0.0.1:{self.sink.port}")
        self.env.setenv("SYNDICATE_JOURNAL", str(self.journal))
        self.env.setenv("SYNDICATE_MAIL_CONNECTIONS", "1")
        self.env.setenv("SYNDICATE_MAIL_CHUNK_SIZE", str(CHUNK))
        self.env.setenv("SYNDICATE_RELAY_ACCEPT_LAG_S", "1")
        if has_log:
            self.env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", str(self.sink.log))
            self.sink.log.touch()
        self._create(self.database)
        self.use(self.server, self.database)
        migrate.upgrade()
        self.start()

    def use(self, server: Postgres, database: str) -> None:
        """Go on with another database."""
        session.dispose()
        self.server, self.database = server, database
        self.env.setenv("SYNDICATE_DATABASE_URL", server.url(database))
        settings.load.cache_clear()

    def start(self, *, is_all_restored: bool = False) -> str | None:
        """What `syndicate migrate` and `up` ask at their start; why mail is held."""
        held = copy_check.wake(clock.now(), is_start=True, is_all_restored=is_all_restored)
        lives.keep(self.journal)
        readers.keep(self.journal.with_name(readers.NAME))
        return held

    def dump(self, name: str) -> Path:
        """A backup of the database as it is, and of all that stands beside it."""
        path = self.folder / f"{name}.dump"
        self._program("pg_dump", "--format=custom", f"--file={path}", self.database)
        shutil.rmtree(path.with_suffix(".beside"), ignore_errors=True)
        shutil.copytree(self.journal.parent, path.with_suffix(".beside"))
        if self.sink.log.exists():
            shutil.copy(self.sink.log, path.with_suffix(".beside") / "accept.log")
        return path

    def lose_what_stands_beside(self) -> None:
        """The machine is lost: journal and accept log are gone, and a new one has neither."""
        shutil.rmtree(self.journal.parent)
        self.env.delenv("SYNDICATE_RELAY_ACCEPT_LOG", raising=False)
        settings.load.cache_clear()

    def restore_what_stood_beside(self, path: Path) -> None:
        """The machine is lost, and journal and accept log come from last night's backup too."""
        shutil.rmtree(self.journal.parent)
        shutil.copytree(path.with_suffix(".beside"), self.journal.parent)
        for each in self.journal.parent.iterdir():
            grow_old(each)
        self.env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", str(self.journal.with_name("accept.log")))
        settings.load.cache_clear()

    def restore_over(self, path: Path) -> None:
        """Bring a backup back into the database that is there."""
        session.dispose()
        wanted = ("--clean", "--if-exists", "--no-owner", f"--dbname={self.database}")
        # It complains of constraints that go with their parent's, and ends with 1.
        self._program("pg_restore", *wanted, str(path), statuses=(0, 1))

    def restore_rows(self, path: Path) -> None:
        """Bring a backup's rows into tables that are there; the one row that is there stays."""
        session.dispose()
        wanted = ("--data-only", "--disable-triggers", "--no-owner", f"--dbname={self.database}")
        self._program("pg_restore", *wanted, str(path), statuses=(0, 1))
        self.use(self.server, self.database)

    def lose_the_log(self) -> None:
        """The accept log is gone, and what it knew with it."""
        self.env.delenv("SYNDICATE_RELAY_ACCEPT_LOG", raising=False)
        settings.load.cache_clear()

    def restore_into(self, path: Path, database: str, server: Postgres | None = None) -> None:
        """Bring a backup back into a new database, perhaps of another server, and go on there."""
        session.dispose()
        self.server = server or self.server
        self._create(database)
        self._program("pg_restore", "--no-owner", f"--dbname={database}", str(path))
        self.use(self.server, database)

    def release(self) -> None:
        """What `syndicate mailings release --yes` does."""
        steering.release(actor=TESTER, now=clock.now())

    def drop_all(self) -> None:
        session.dispose()
        for url, name in self.made:
            with psycopg.connect(url, autocommit=True) as connection:
                dropped = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(dropped.format(sql.Identifier(name)))

    def _create(self, database: str) -> None:
        url, name = self.server.url("postgres"), sql.Identifier(database)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        self.made.add((url, database))

    def _program(self, name: str, *arguments: str, statuses: tuple[int, ...] = (0,)) -> None:
        program = places.settle(self.server.data_dir).programs / name
        host = parse_qs(urlsplit(self.server.url()).query)["host"][0]
        done = subprocess.run(
            [str(program), f"--host={host}", "--username=syndicate", *arguments],
            env=dict(places.program_env()),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in statuses, done.stderr


def open_newsroom(readers: int = READERS) -> None:
    """A newsletter whose slot is this minute, two stories of this hour, and readers."""
    now = clock.now()
    with transaction() as tx:
        morning = desk.morning(tx)
        sections = newsletters.sections_of(tx, morning.id)
        values = {
            "zone": "UTC",
            "schedule": {"times": [f"{now:%H:%M}"]},
            "created_at": now - dt.timedelta(days=2),
        }
        tx.execute(update(Newsletter).values(**values))
        for section in sections:
            add_story(tx, section, f"story-{section.slug}")
        for number in range(1, readers + 1):
            reader(tx, number, morning.id)


def open_alerts(readers: int) -> None:
    """Alerts of the same sections as the newsletter, and readers of them."""
    with transaction() as tx:
        morning = newsletters.by_slug(tx, "morning")
        assert morning is not None
        section_ids = tuple(each.id for each in newsletters.sections_of(tx, morning.id))
        owner, kind = morning.publication_id, NewsletterKind.ALERT
        made = rows.newsletter(tx, owner, "now", section_ids=section_ids, kind=kind)
        for number in range(1, readers + 1):
            reader(tx, number, made.id)


def add_story(tx: Transaction, section: Section, name: str, **more: object) -> Article:
    """A story of this hour, and the address by which it is known again."""
    at = clock.now() - HOUR
    values: dict[str, Any] = {"section_id": section.id, "collected_at": clock.now(), **more}
    made = rows.article(tx, section.publication_id, name, at, **values)
    tx.add(ArticleKey(kind=LINK, key=f"https://daily.example/{name}", article_id=made.id))
    tx.flush()
    return made


def tick() -> None:
    """One tick of the clock, every step of it."""
    from workers import tick as ticking  # noqa: PLC0415 - needs the settings of a test

    ticking.take_steps(clock.now())


def compose_what_is_due() -> None:
    """What the building worker does with what the tick hinted at."""
    for issue_id in _unsent():
        run.compose_issue(issue_id, clock.now())


def freeze() -> None:
    """The building worker dies between freezing an issue and letting it go."""
    for issue_id in _unsent():
        assert run._claim(issue_id)
        run._freeze(issue_id, clock.now())


def send(until: Callable[[], bool] = lambda: False) -> None:
    """What the sending workers do: all that may leave, or until a moment."""
    for lane in Lane:
        deliver.send_lane(lane, should_stop=until)


def work() -> None:
    """Everything that workers do for a while: open, compose, send."""
    for _ in range(2):
        tick()
        compose_what_is_due()
        send()


def settle() -> None:
    """All of a release but its last step."""
    restored.settle(clock.now())


def mailings() -> list[Mailing]:
    with transaction() as tx:
        return list(tx.scalars(select(Mailing).order_by(Mailing.id)))


def issues() -> list[Issue]:
    with transaction() as tx:
        return list(tx.scalars(select(Issue).order_by(Issue.id)))


def row() -> Installation:
    with transaction() as tx:
        found = installation.read(tx)
        assert found is not None
        return found


def counts(mailing_id: int) -> dict[str, int]:
    with transaction() as tx:
        by_batch = ledger.counts(tx, mailing_id)
        assert by_batch == ledger.counts_by_row(tx, mailing_id)
    return {name: number for name, number in by_batch.as_dict().items() if number}


def grow_old(path: Path, by: dt.timedelta = 2 * HOUR) -> None:
    """Let a file be the copy of an earlier day that somebody brought back just now."""
    older = []
    for line in path.read_text().splitlines():
        said = json.loads(line)
        moment = dt.datetime.fromisoformat(said["at"]) - by
        older.append(json.dumps(said | {"at": moment.isoformat()}))
    path.write_text("\n".join(older) + "\n")


def grow_old_life() -> None:
    """Let the database be of yesterday: what was accepted before its life is no sign of a copy."""
    with transaction() as tx:
        yesterday = clock.now() - dt.timedelta(days=1)
        tx.execute(update(Installation).values(life_since=yesterday))


def message_id(mailing_id: int, recipient_id: int) -> str:
    """The name of a message of a mailing that need not be in this database."""
    writer = Writer(Mailing(id=mailing_id), settings.load().key(), "http://x")
    return writer.message_id(recipient_id, "daily.example")


def accept(log: Path, mailing_id: int, recipients: Sequence[int]) -> None:
    """Let a relay say that it took these, though nobody heard it."""
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
    assert mailing is not None
    writer = Writer(mailing, settings.load().key(), "http://x")
    with log.open("a") as file:
        for each in recipients:
            said = {"at": clock.now().isoformat(), "rcpt": ["nobody@example.com"]}
            said["message_id"] = writer.message_id(each, "daily.example")
            file.write(json.dumps(said) + "\n")


def copy_files(folder: Path) -> None:
    """Put a copy of a folder in its place, with its times and owners (`cp -a`)."""
    aside = folder.with_name("aside")
    subprocess.run(["cp", "-a", str(folder), str(aside)], check=True)
    shutil.rmtree(folder)
    aside.rename(folder)


def downgrade(revision: str) -> None:
    """The schema of a version before; its rows are what that version had."""
    with session.engine().connect() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def stay_at_home() -> None:
    """Let a database that was restored be where it was, as in a snapshot of its volume."""
    with transaction() as tx:
        tx.execute(update(Installation).values(home=copies.here(tx).home))


def _unsent() -> list[int]:
    waiting = ("due", "composing", "frozen")
    with transaction() as tx:
        return list(tx.scalars(select(Issue.id).where(Issue.state.in_(waiting))))
