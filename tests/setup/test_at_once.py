"""Two who set a newsroom up at once: one waits for the other, and finds what that one made."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicate import clock
from syndicate.errors import InvalidError, SyndicateError
from syndicate.newsroom import verbs
from syndicate.newsroom.making import publications as making
from syndicate.setup.applying import Applied
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from tests.setup.test_setup import COURIER, SECTIONS, apply

pytestmark = pytest.mark.usefixtures("database", "valkey_url")
PAPER: dict[str, object] = {
    "slug": "courier",
    "name": "The Courier",
    "language": "en",
    "zone": "Europe/London",
    "host": "courier.example",
    "sender_address": "news@courier.example",
}


def while_one_is_made(file: Path, said: str) -> Applied | SyndicateError:
    """Apply a file while somebody else makes the Courier; what it did, or its refusal."""
    file.write_text(said)
    found: list[Applied | SyndicateError] = []

    def second() -> None:
        try:
            found.append(apply(file))
        except SyndicateError as error:
            found.append(error)

    waits = threading.Thread(target=second)
    with transaction() as tx:
        publications.hold(tx)
        waits.start()
        while not tx.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")):
            time.sleep(0.02)
        making.add(tx, PAPER, actor=verbs.in_shell("desk"), now=clock.now())
    waits.join()
    return found[0]


def test_the_same_newsroom_made_twice_at_once_is_made_once(tmp_path: Path) -> None:
    done = while_one_is_made(tmp_path / "newsroom.toml", COURIER + SECTIONS)

    assert isinstance(done, Applied), done
    assert (done.create, done.unchanged) == ([("section", "world"), ("section", "asia")], 1)


def test_a_file_that_clashes_with_what_is_made_at_once_is_refused_whole(tmp_path: Path) -> None:
    gazette = COURIER.replace('"courier"', '"gazette"') + 'host = "courier.example"\n'

    refused = while_one_is_made(tmp_path / "newsroom.toml", gazette + SECTIONS)

    assert isinstance(refused, InvalidError)
    assert str(refused) == (
        "newsroom.toml, line 7: The host courier.example is that of courier; each publication has "
        "its own."
    )
    with transaction() as tx:
        assert [each.slug for each in publications.all_publications(tx)] == ["courier"]
