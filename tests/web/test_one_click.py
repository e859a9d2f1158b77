"""One click to leave answers 200 whatever becomes of the journal; it is written once it is back."""

import contextlib
import datetime as dt
import importlib
import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from syndicate import clock, settings, signing
from syndicate.alarms import ringing
from syndicate.journal import readers
from syndicate.mail.mime.message import UNSUBSCRIBE
from syndicate.store.ground.session import transaction
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import Proof, Subscription
from syndicate.vocabulary.newsletters import SubscriptionState
from tests.web.newsroom import Newsroom

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def journal(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "disk" / "journal.jsonl"
    settings_env.setenv("SYNDICATE_JOURNAL", str(path))
    settings.load.cache_clear()
    return path


def subscribe(newsroom: Newsroom) -> int:
    with transaction() as tx:
        reader = subscribers.upsert(tx, "reader001@example.com", language="en", now=clock.now())
        made = subscribers.subscribe(
            tx, reader.id, newsroom.newsletter, language="en", now=clock.now()
        )
        subscribers.activate(made, now=clock.now())
        subscribers.add_consent(tx, made.id, Proof("confirmation", "Morning"), at=clock.now())
        return made.id


@contextlib.contextmanager
def away(path: Path) -> Iterator[None]:
    """A file stands where the disk was mounted."""
    path.parent.rename(path.parent.with_name("unmounted"))
    path.parent.touch()
    try:
        yield
    finally:
        path.parent.unlink()
        path.parent.with_name("unmounted").rename(path.parent)


@contextlib.contextmanager
def full(path: Path) -> Iterator[None]:
    """No file of this process may grow beyond this one, which is far larger than the log."""
    with path.with_name(readers.NAME).open("a") as file:
        file.write("\n" * 1_000_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (path.with_name(readers.NAME)).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def tick() -> int:
    """One tick; how often the alarm rings."""
    importlib.import_module("workers.tick").take_steps(clock.now())
    with transaction() as tx:
        return len(ringing.by_name(tx, clock.now())["journal"])


@pytest.mark.parametrize("trouble", [away, full])
@pytest.mark.usefixtures("valkey_url")
def test_one_click_answers_while_the_journal_is_away_or_full_and_an_alarm_rings(
    browser: TestClient, newsroom: Newsroom, journal: Path, trouble: object
) -> None:
    subscription_id = subscribe(newsroom)
    assert tick() == 0
    written = journal.with_name(readers.NAME)
    link = signing.sign(settings.load().key(), UNSUBSCRIBE, str(subscription_id))

    with trouble(journal):  # type: ignore[operator]
        answer = browser.post(f"/unsubscribe/{link}", data=ONE_CLICK)
        rings = tick()

    assert (answer.status_code, rings) == (200, 1)
    with transaction() as tx:
        found = tx.get(Subscription, subscription_id)
        assert found is not None
        assert found.state is SubscriptionState.ENDED
    tick()
    facts = [json.loads(line)["fact"] for line in written.read_text().splitlines() if line]
    assert facts[-1] == "left"
    with transaction() as tx:
        later = clock.now() + dt.timedelta(minutes=4)
        assert ringing.by_name(tx, later)["journal"] == []
