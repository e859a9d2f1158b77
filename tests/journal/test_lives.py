"""The journal of what was begun: written once, by every host, with nobody's address in it."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import update

from syndicate import clock, settings
from syndicate.errors import PermanentError
from syndicate.journal import lives
from syndicate.journal.lives import Head
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.platform.installation import Installation
from syndicate.store.recovery import copies
from syndicate.store.sending import batch_leases
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import Lane
from tests.mail.campaign import Plan, start
from tests.store.hands import WORKER

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "apart" / "journal.jsonl"


def row() -> Installation:
    with transaction() as tx:
        found = installation.read(tx)
        assert found is not None
        return found


def begin(audience: int = 3) -> int:
    mailing_id = start(Plan(audience=audience), now=clock.now())
    with transaction() as tx:
        tx.execute(update(Mailing).values(started_at=clock.now()))
    return mailing_id


@pytest.mark.usefixtures("database")
def test_an_issue_that_began_is_one_line_without_an_address(path: Path) -> None:
    first = lives.keep(path)
    mailing_id = begin()

    counts = [first, lives.keep(path), lives.keep(path)]

    assert counts == [0, 1, 0]
    [born, line] = [json.loads(each) for each in path.read_text().splitlines()]
    assert set(born) == {"life", "mark", "at"}
    assert (line["mailing"], line["newsletter"], line["slot"]) == (mailing_id, "morning-1", "08:00")
    assert len(line["stories"]) == 10
    assert "@" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert lives.head(path) == Head(row().life, row().mark, lives.read(path).head.at)  # type: ignore[union-attr]


@pytest.mark.usefixtures("database")
def test_an_issue_is_written_down_before_it_begins(path: Path) -> None:
    mailing_id = start(Plan(audience=3), now=clock.now())
    with transaction() as tx:
        tx.execute(update(Mailing).values(started_at=None))

    lives.begin(path, mailing_id, clock.now())

    assert [each.mailing_id for each in lives.read(path).mailings()] == [mailing_id]


@pytest.mark.usefixtures("database")
def test_the_mark_rises_while_anything_is_sent_and_then_rests(path: Path) -> None:
    begin()
    lives.keep(path)
    resting = [lives.keep(path) or lives.read(path).head for _ in range(2)]
    with transaction() as tx:
        assert batch_leases.take(tx, Lane.BULK, worker=WORKER, now=clock.now()) is not None

    sending = [lives.keep(path) or lives.read(path).head for _ in range(2)]

    marks = [each.mark for each in (*resting, *sending) if isinstance(each, Head)]
    assert marks == [1, 1, 2, 3]
    assert len(path.read_text().splitlines()) == 2


@pytest.mark.usefixtures("database")
def test_a_long_journal_gets_no_line_twice(path: Path) -> None:
    begin()
    lives.keep(path)
    line = path.read_text().splitlines()[-1]
    for number in range(1000, 1400):
        other = json.loads(line) | {"mailing": number}
        with path.open("a") as file:
            file.write(json.dumps(other) + "\n")

    assert lives.keep(path) == 0
    assert path.stat().st_size > 4 * 65_536
    assert len(lives.read(path).begun) == 401


@pytest.mark.usefixtures("database")
def test_a_line_that_broke_off_costs_no_other(path: Path) -> None:
    lives.keep(path)
    with path.open("a") as file:
        file.write('{"life": "half a li')
    begin()

    assert lives.keep(path) == 1
    assert len(lives.read(path).mailings()) == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("left", [None, 0, 1])
def test_a_journal_that_lost_lines_is_written_anew_and_then_rests(
    path: Path, left: int | None
) -> None:
    lives.keep(path)
    begin()
    lives.keep(path)
    whole = path.read_text().splitlines(keepends=True)
    if left is None:
        path.unlink()
    else:
        path.write_text("".join(whole[:left]))
    is_live_before = lives.read(path).is_live

    written = [lives.keep(path), lives.keep(path)]
    mark = row().mark
    lives.keep(path)

    found = lives.read(path)
    assert written == [1, 0]
    assert row().mark == mark
    assert [each.slot for each in found.mailings()] == ["08:00"]
    assert (is_live_before, found.is_live) == (False, True)


@pytest.mark.usefixtures("database")
def test_a_held_database_writes_nothing(path: Path) -> None:
    lives.keep(path)
    before = (path.read_text(), lives.head(path))
    begin()
    with transaction() as tx:
        copies.hold(tx, now=clock.now(), why="a copy", is_all_restored=False)

    assert lives.keep(path) == 0
    assert (path.read_text(), lives.head(path)) == before


@pytest.mark.usefixtures("database")
def test_a_copy_that_nobody_noticed_yet_does_not_write_over_the_journal(path: Path) -> None:
    lives.keep(path)
    with transaction() as tx:
        for _ in range(5):
            installation.raise_mark(tx)
    lives.keep(path)
    ahead = lives.head(path)
    with transaction() as tx:
        tx.execute(update(Installation).values(mark=1))
    begin()

    assert lives.keep(path) == 0
    assert lives.head(path) == ahead


@pytest.mark.usefixtures("database")
def test_a_journal_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(PermanentError, match="SYNDICATE_JOURNAL"):
        lives.keep(tmp_path / "file" / "journal.jsonl")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (None, None),
        (Head("this", 7, NOW), None),
        (Head("this", 6, NOW), None),
        (Head("this", 8, NOW), "its journal knows of later work"),
        (Head("earlier", 900, NOW), None),
        (Head("strange", 1, NOW), "its journal tells of another life"),
    ],
)
def test_what_a_journal_says_of_a_database(head: Head | None, says: str | None) -> None:
    database = Installation(life="this", past_lives=["earlier"], mark=7)

    assert lives.conflict(head, database) == says


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.usefixtures("database")
def test_a_journal_that_root_writes_stays_its_folders(path: Path) -> None:
    """`sudo syndicate migrate` beside workers of another account."""
    path.parent.mkdir()
    os.chown(path.parent, 65534, 65534)

    lives.keep(path)

    every = (path, path.with_name("journal.jsonl.mark"))
    assert [(each.stat().st_uid, each.stat().st_gid) for each in every] == [(65534, 65534)] * 2


def test_where_the_journal_is(settings_env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = []
    for name, value in (
        ("DATA_DIR", tmp_path / "data"),
        ("TAKEDOWN_LOG", tmp_path / "apart" / "takedowns.jsonl"),
        ("JOURNAL", tmp_path / "mine.jsonl"),
        ("JOURNAL", tmp_path),
    ):
        settings_env.setenv(f"SYNDICATE_{name}", str(value))
        settings.load.cache_clear()
        found.append(lives.path_of(settings.load()))

    assert found == [
        tmp_path / "data" / "journal.jsonl",
        tmp_path / "apart" / "journal.jsonl",
        tmp_path / "mine.jsonl",
        tmp_path / "journal.jsonl",
    ]


def test_without_a_place_there_is_none() -> None:
    assert lives.path_of(settings.load()) is None


def test_a_file_that_was_brought_back_is_not_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "accept.log"
    path.write_text("a line\n")

    assert lives.is_as_written(path, clock.now())
    for off in (dt.timedelta(hours=-1), dt.timedelta(hours=3)):  # a copy, and another zone
        assert not lives.is_as_written(path, clock.now() + off)
    assert not lives.is_as_written(tmp_path / "gone", clock.now())
