"""Opening the sample newsroom: on what installation, with which server, rows and readers."""

import os
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicate import settings
from syndicate.cli import newsroom
from syndicate.cli.newsroom import Opening
from syndicate.embedded.supervisor import Stack
from syndicate.sample import setup, state
from syndicate.sample.state import State
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.readers.subscribers import Consent, Subscription
from syndicate.vocabulary.newsletters import SubscriptionState
from tests import rows

NOW = rows.NOW
NEWSROOM = State(NOW, 18080)


def stack(folder: Path) -> Stack:
    """A stack that is not started."""
    return Stack(folder)


def remember(folder: Path) -> None:
    state.write(state.folder_of(folder), NEWSROOM)


@pytest.mark.usefixtures("database")
def test_it_is_wanted_where_there_is_nothing_yet(tmp_path: Path) -> None:
    empty = newsroom.is_wanted(stack(tmp_path))
    with transaction() as tx:
        rows.publication(tx)

    assert (empty, newsroom.is_wanted(stack(tmp_path))) == (True, False)


@pytest.mark.usefixtures("database")
def test_whoever_took_it_away_does_not_want_it_back(tmp_path: Path) -> None:
    remember(tmp_path)
    state.forget(state.folder_of(tmp_path))

    assert not newsroom.is_wanted(stack(tmp_path))


def test_it_is_never_wanted_in_production(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_ENVIRONMENT", "production")
    settings.load.cache_clear()

    assert not newsroom.is_wanted(stack(tmp_path))  # and no database is asked


def test_its_server_is_started_again_where_it_was_set_up(tmp_path: Path) -> None:
    before = (newsroom.servers(tmp_path), newsroom.is_open(stack(tmp_path)))
    remember(tmp_path)

    (server,) = newsroom.servers(tmp_path)

    assert before == ([], False)
    assert newsroom.is_open(stack(tmp_path))
    assert server.name == "newsroom"
    assert server.argv == [
        *(sys.executable, "-m", "syndicate.sample.server"),
        *("--dir", str(tmp_path / "sample")),
    ]


def test_a_server_of_an_earlier_run_does_not_make_the_new_one_ready(tmp_path: Path) -> None:
    folder = state.folder_of(tmp_path)
    remember(tmp_path)
    state.say_serving(folder)
    an_hour_ago = time.time() - 3600
    os.utime(folder / "serving", (an_hour_ago, an_hour_ago))
    server = newsroom.server(tmp_path)

    before = server.is_ready()
    state.say_serving(folder)
    os.utime(folder / "serving", (time.time() + 1, time.time() + 1))

    assert (before, server.is_ready()) == (False, True)


@pytest.mark.usefixtures("database")
def test_its_rows_are_written_with_the_slot_that_was_asked_for() -> None:
    installed = newsroom.set_up(NEWSROOM, Opening(started_at=NOW, slot="06:30"))

    with transaction() as tx:
        digest = newsletters.find(tx, installed.newsletter_id)
        assert digest is not None
        assert len(setup.sources_of(tx, NEWSROOM)) == 10
    assert (digest.slug, digest.schedule["times"]) == (setup.NEWSLETTER, ["06:30"])


@pytest.mark.usefixtures("database")
def test_its_readers_come_once_with_the_consent_that_they_gave() -> None:
    newsroom.set_up(NEWSROOM, Opening(started_at=NOW))

    first, again = newsroom.import_readers(5, NOW), newsroom.import_readers(7, NOW)

    assert (first.added, first.known, first.refused) == (5, 0, ())
    assert (again.added, again.known, again.refused) == (2, 5, ())
    with transaction() as tx:
        states = tx.scalars(select(Subscription.state)).all()
        consents = tx.scalars(select(Consent.method)).all()
    assert states == [SubscriptionState.ACTIVE] * 7
    assert consents == ["import"] * 7
