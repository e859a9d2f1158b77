"""A journal of readers is believed while it is as it was last written, and no copy of it is."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from syndicate import clock, settings
from syndicate.journal import lines, reader_mark, readers
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.recovery import copies, reader_record
from syndicate.subscribers import erase
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.journal.one_reader import (
    ADDRESS,
    HOUR,
    choose,
    come_back,
    confirm,
    forget,
    leave,
    suppress,
)

pytestmark = pytest.mark.usefixtures("database", "newsroom")


@pytest.fixture
def path(path: Path, settings_env: pytest.MonkeyPatch) -> Path:
    """The same, where the settings name it."""
    settings_env.setenv("SYNDICATE_JOURNAL", str(path.with_name("journal.jsonl")))
    settings.load.cache_clear()
    return path


def is_believed() -> bool:
    return readers.is_living(settings.load())


def facts(path: Path) -> list[str]:
    return [json.loads(each)["fact"] for each in path.read_text().splitlines()]


def hold() -> None:
    with transaction() as tx:
        copies.hold(tx, now=clock.now(), why="it is a copy", is_all_restored=False)


def release() -> None:
    with transaction() as tx:
        copies.begin_life(tx, now=clock.now(), also_past=(), mark=0)


def grow_old(path: Path, *names: str) -> None:
    """What a copy of two hours ago says that somebody brought back just now."""
    found = []
    for said in map(json.loads, path.read_text().splitlines()):
        old = {each: (dt.datetime.fromisoformat(said[each]) - 2 * HOUR) for each in names}
        found.append(json.dumps(said | {name: at.isoformat() for name, at in old.items()}) + "\n")
    path.write_text("".join(found))


def test_it_is_believed_after_whatever_we_do_with_it(path: Path) -> None:
    believed = [is_believed()]
    acts = (leave, come_back, lambda: confirm("world"), lambda: choose("sport"), leave)
    for act in acts:
        act()
        readers.keep(path)
        believed.append(is_believed())
    assert readers.tidy(path, clock.now() + 91 * 24 * HOUR) > 0
    believed.append(is_believed())
    come_back()
    readers.keep(path)
    erase.erase(ADDRESS, actor=TESTER, now=clock.now())
    readers.keep(path)
    believed.append(is_believed())
    # A process of the version before writes lines, and no mark.
    lines.append(path, [{"fact": "left"}], setting="SYNDICATE_JOURNAL")
    believed.append(is_believed())

    assert believed == [False] + [True] * 8


@pytest.mark.parametrize("copied", ["the file", "a longer one", "the mark too"])
def test_an_older_copy_beside_a_living_journal_is_not_believed(path: Path, copied: str) -> None:
    confirm("world")
    readers.keep(path)
    aside = path.with_name("aside")
    shutil.copytree(path.parent, aside)
    if copied == "a longer one":
        # Who is erased is taken out of the lines: the file shrinks.
        choose("sport")
        readers.keep(path)
        shutil.copy(path, aside / path.name)
        erase.erase(ADDRESS, actor=TESTER, now=clock.now())
    else:
        leave()
    readers.keep(path)
    assert is_believed()

    shutil.copy(aside / path.name, path)
    if copied == "the mark too":
        mark = path.with_name("readers.jsonl.mark")
        shutil.copy(aside / mark.name, mark)
        grow_old(mark, "at")

    assert not is_believed()


def lay_an_older_copy(path: Path) -> None:
    """The journal knows of a confirmation alone, and the rows of a leaving after it."""
    confirm("world")
    readers.keep(path)
    old = path.read_text()
    leave()
    readers.keep(path)
    path.write_text(old)


def test_an_older_copy_is_made_whole_from_the_rows(path: Path) -> None:
    lay_an_older_copy(path)

    assert [readers.keep(path) for _ in range(2)] == [1, 0]
    assert (facts(path), is_believed()) == (["confirmed", "left"], True)


def test_while_mail_is_held_an_older_copy_is_gone_on_with_and_not_believed(path: Path) -> None:
    """The rows of a backup lack what the copy lacks."""
    lay_an_older_copy(path)
    forget()
    hold()

    come_back()
    assert [readers.keep(path) for _ in range(2)] == [1, 0]
    assert (facts(path), is_believed()) == (["confirmed", "confirmed"], False)
    release()
    assert readers.keep(path) == 0
    assert is_believed()


def test_lines_that_were_missing_stand_where_they_belong(path: Path) -> None:
    leave()
    come_back()
    leave()
    readers.keep(path)
    first, *_, last = path.read_text().splitlines()
    path.write_text(f"{last}\n{first}\n")

    readers.keep(path)

    noted = [json.loads(each)["noted_at"] for each in path.read_text().splitlines()]
    assert (len(noted), noted) == (3, sorted(noted))


def test_a_house_that_upgrades_is_believed_and_gets_its_mark(path: Path) -> None:
    leave()
    readers.keep(path)
    mark = path.with_name("readers.jsonl.mark")
    mark.unlink()
    inode = path.stat().st_ino

    assert is_believed()
    assert readers.keep(path) == 0
    assert (mark.exists(), path.stat().st_ino, is_believed()) == (True, inode, True)

    mark.unlink()
    grow_old(path, "noted_at")
    assert not is_believed()


def test_two_hosts_with_a_file_each_are_both_believed(
    path: Path, settings_env: pytest.MonkeyPatch
) -> None:
    other = path.parent.with_name("other") / path.name
    readers.keep(path)
    readers.keep(other)
    leave()
    assert [readers.keep(each) for each in (path, other)] == [1, 1]

    assert is_believed()
    settings_env.setenv("SYNDICATE_JOURNAL", str(other.with_name("journal.jsonl")))
    settings.load.cache_clear()
    assert is_believed()


@contextmanager
def rows_read() -> Iterator[list[int]]:
    """How many rows statements find while this is open."""
    found: list[int] = []

    def note(_connection: object, cursor: object, *_more: object) -> None:
        found.append(max(0, int(getattr(cursor, "rowcount", 0))))

    event.listen(session.engine(), "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(session.engine(), "after_cursor_execute", note)


_MANY = text(
    """
    INSERT INTO suppression (address_hash, scope, reason, at)
    SELECT sha256(number::text::bytea), 'newsletter:1', :reason, now()
    FROM generate_series(1, 5000) number
    """
)


def test_a_tick_after_many_suppressions_reads_none_of_them_again(path: Path) -> None:
    readers.keep(path)
    with transaction() as tx:
        tx.execute(_MANY, {"reason": SuppressionReason.COMPLAINT})
    with rows_read() as first:
        assert readers.keep(path) == 5000

    with rows_read() as second:
        assert readers.keep(path) == 0

    assert sum(first) > 5000
    assert sum(second) < 10
    leave()
    assert [readers.keep(path) for _ in range(2)] == [1, 0]


def test_a_tick_of_a_house_in_which_nothing_happens_writes_nothing(path: Path) -> None:
    readers.keep(path)
    before = reader_mark.read(path)

    assert readers.keep(path) == 0

    assert before is not None
    assert (before.sum, reader_mark.read(path)) == ("0:", before)


def test_what_is_old_is_not_summed_up_for_ever(path: Path) -> None:
    suppress(SuppressionReason.COMPLAINT)
    with transaction() as tx:
        tx.execute(text("UPDATE suppression SET noted_at = now() - interval '2 hours'"))
    readers.keep(path)
    long_ago = clock.now() - 5 * HOUR
    with transaction() as tx:
        sums = reader_record.sums(tx, long_ago, HOUR)
    reader_mark.write(path, long_ago, sums.every)

    assert readers.keep(path) == 0

    found = reader_mark.read(path)
    assert found is not None
    assert (found.since > clock.now() - 2 * HOUR, found.sum) == (True, "0:")
    leave()
    assert readers.keep(path) == 1
    assert facts(path) == [ReaderFact.SUPPRESSED, ReaderFact.LEFT]


def test_a_suppression_and_its_lift_between_two_ticks_are_not_taken_for_nothing(
    path: Path,
) -> None:
    """As many rows as before, and others."""
    suppress(SuppressionReason.COMPLAINT)
    readers.keep(path)
    with transaction() as tx:
        tx.execute(text("UPDATE suppression SET scope = 'article', noted_at = now()"))

    assert readers.keep(path) == 1


def test_a_clock_that_was_ahead_hides_nothing(path: Path) -> None:
    readers.keep(path)
    found = reader_mark.read(path)
    assert found is not None
    reader_mark.write(path, found.since + 100 * HOUR, "0:")
    leave()

    assert [readers.keep(path) for _ in range(2)] == [1, 0]
