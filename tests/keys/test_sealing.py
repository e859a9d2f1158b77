"""Everything that is encrypted goes round a rotation, however often it is broken off."""

from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate import settings
from syndicate.articles import push_keys as pushed
from syndicate.errors import RefusedError
from syndicate.journal import lines, reader_lines, readers
from syndicate.keys import sealing
from syndicate.keys.sealing import Held
from syndicate.mail.mime import sealed
from syndicate.master_key import MasterKey
from syndicate.signing import BadTokenError
from syndicate.store.ground.session import transaction
from syndicate.store.intake.push_keys import PushKey
from syndicate.store.maintenance.tables import METADATA
from syndicate.store.platform import master_keys
from syndicate.store.sending import dkim_keys
from syndicate.store.sending.dkim_keys import DkimKey
from tests import rows
from tests.journal.one_reader import ADDRESS, confirm
from tests.keys.rotation import end, held, put, rotated
from tests.rows import DAY, NOW

pytestmark = pytest.mark.usefixtures("database")


def things(number: int = 3) -> None:
    """DKIM keys and a CMS's own."""
    with transaction() as tx:
        daily = rows.publication(tx)
        pushed.rotate(tx, daily, ends_at=NOW + DAY, now=NOW)
        for each in range(number):
            name = f"s{each}._domainkey.daily.example"
            made = dkim_keys.add(
                tx, "daily.example", f"s{each}", sealed.seal(held(), name, b"pem"), now=NOW
            )
            made.seen_at = NOW
            tx.flush()


def opened(key: MasterKey) -> list[bytes]:
    """All that rows hide, with one key alone."""
    with transaction() as tx:
        found = [
            sealed.unseal(key, f"{row.selector}._domainkey.{row.domain}", row.sealed or b"")
            for row in tx.scalars(select(DkimKey).order_by(DkimKey.id))
        ]
        return found + [pushed.opened(row) for row in tx.scalars(select(PushKey).order_by("id"))]


def test_every_sealed_column_goes_round(settings_env: pytest.MonkeyPatch) -> None:
    things()
    before = opened(held())
    rotated(settings_env)
    with transaction() as tx:
        assert sealing.held(tx, held()) == Held(rows=5)

    assert [sealing.renew_rows(held()) for _ in range(2)] == [5, 0]

    put(settings_env, end(is_early=True))
    assert opened(held()) == before
    with transaction() as tx:
        assert sealing.held(tx, held()) == Held()


def test_the_sweep_knows_every_column_that_is_encrypted() -> None:
    """A new one belongs into `sealing._rows`, or its key ends and nobody can read it."""
    columns = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed")
    }

    assert columns == {"dkim_key.sealed", "push_key.sealed"}


def test_broken_off_between_two_rows_everything_is_readable_and_the_next_run_goes_on(
    settings_env: pytest.MonkeyPatch,
) -> None:
    things()
    before = opened(held())
    rotated(settings_env)
    settings_env.setattr(sealing, "AT_ONCE", 2)

    done = []
    for _ in range(4):
        done.append(sealing.renew_rows(held()))
        assert opened(held()) == before

    assert done == [2, 2, 1, 0]


def test_what_no_key_opens_is_counted_and_keeps_no_key_alive(
    settings_env: pytest.MonkeyPatch,
) -> None:
    with transaction() as tx:
        dkim_keys.add(
            tx, "a.example", "s1", sealed.seal(MasterKey(b"x" * 32), "name", b"pem"), now=NOW
        )
    rotated(settings_env)

    assert sealing.renew_rows(held()) == 0
    with transaction() as tx:
        assert sealing.held(tx, held()) == Held(lost=1)
    assert len(end(is_early=True).ids) == 1


@pytest.mark.usefixtures("newsroom")
def test_people_in_the_journal_are_read_after_the_old_key_has_ended(
    settings_env: pytest.MonkeyPatch, path: Path
) -> None:
    settings_env.setenv("SYNDICATE_JOURNAL", str(path.with_name("journal.jsonl")))
    confirm("world")
    readers.keep(path)
    rotated(settings_env, with_journal=False)
    own = settings.load()
    sealing.renew_rows(held())
    with pytest.raises(RefusedError, match="1 line of the journal cannot be read without"):
        end(is_early=True)
    assert (sealing.in_journal(own), readers.under_older(path)) == (1, 1)

    assert [sealing.renew_journal(own, NOW) for _ in range(2)] == [1, 0]

    with transaction() as tx:
        row = master_keys.find(tx, held().ids[0])
        assert row is not None
        assert row.journal_at == NOW
    put(settings_env, end(is_early=True))
    [fact] = [each for each in reader_lines.facts(_said(path)) if each.sealed]
    person = reader_lines.opened(fact)
    assert person is not None
    assert person.address == ADDRESS
    assert readers.is_living(own)


def test_a_line_of_the_journal_that_no_key_opens_stays_as_it_is(path: Path) -> None:
    with pytest.raises(BadTokenError):
        reader_lines.renewed({"reader": "ab", "sealed": "bm9ib2R5IG9wZW5zIHRoaXMgb25l"})
    assert reader_lines.renewed({"reader": "no hex", "sealed": "="}) is None
    assert readers.renew(path) == (0, 0)


def _said(path: Path) -> list[dict[str, object]]:
    return list(lines.read(path, setting="x"))
