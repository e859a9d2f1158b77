"""A master key that is rotated, as the steps of `syndicate keys` and the workers do it."""

import datetime as dt

import pytest

from syndicate import settings
from syndicate.keys import master
from syndicate.master_key import MasterKey
from syndicate.store.ground.session import transaction
from syndicate.store.platform import master_keys
from tests.acting import TESTER
from tests.rows import NOW

YEAR = dt.timedelta(days=365)


def held() -> MasterKey:
    """What this process has."""
    return settings.load().key()


def put(env: pytest.MonkeyPatch, key: MasterKey) -> None:
    """Put a line in place, and restart."""
    env.setenv("SYNDICATE_MASTER_KEY", key.line())
    settings.load.cache_clear()


def tick(
    now: dt.datetime = NOW, key: MasterKey | None = None, *, with_journal: bool = True
) -> None:
    """A worker writes down what it has, and that the journal was looked at."""
    own = key or held()
    with transaction() as tx:
        master_keys.note(tx, own.ids, own.addresses_id, now)
        if with_journal:
            master_keys.journal_is_under(tx, own.ids[0], now)


def go_on(now: dt.datetime = NOW, *, is_alone: bool = False, days: int | None = None) -> MasterKey:
    """The line of the next step."""
    return master.rotate(held(), is_alone=is_alone, days=days, actor=TESTER, now=now).key


def end(now: dt.datetime = NOW, *, is_early: bool = False) -> MasterKey:
    own = settings.load()
    return master.end(held(), own, is_early=is_early, actor=TESTER, now=now).key


def rotated(env: pytest.MonkeyPatch, now: dt.datetime = NOW, *, with_journal: bool = True) -> None:
    """All of it: added everywhere, switched everywhere."""
    tick(now)
    for _ in range(2):
        put(env, go_on(now))
        tick(now, with_journal=with_journal)
