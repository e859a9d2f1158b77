"""Streams: mail of a publication with a sender of its own; what it does not say follows."""

import pytest

from syndicate import settings
from syndicate.errors import InvalidError, NotFoundError, TakenError
from syndicate.mail.mime import senders
from syndicate.newsroom.making.streams import SHELF
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications, sender_checks, streams
from tests.newsroom.making.conftest import Maker
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("courier")
OWN = {
    "sender_name": "Courier alerts",
    "sender_names": {"ar": "تنبيهات الساعي"},
    "sender_address": "alerts@alerts.courier.example",
    "return_domain": "Returns.Courier.example",
}


def test_a_stream_has_what_it_says_and_the_rest_of_its_publication(make: Maker) -> None:
    make.add(SHELF, publication="courier", slug="alert", **OWN)

    with transaction() as tx:
        paper = publications.by_slug(tx, "courier")
        assert paper is not None
        paper.reply_to = "desk@courier.example"
        alert, digest = (senders.of(tx, paper, each) for each in ("alert", "digest"))

    assert (alert.address, alert.reply_to, alert.return_domain) == (
        "alerts@alerts.courier.example",
        "desk@courier.example",
        "returns.courier.example",
    )
    assert alert.name("ar", "otherwise") == "تنبيهات الساعي"
    assert alert.name("en", "otherwise") == "Courier alerts"
    assert (digest.address, digest.return_domain) == (paper.sender_address, "")
    assert digest.name("en", "otherwise") == "otherwise"


def test_a_change_has_senders_looked_at_anew_and_an_end_gives_the_publications_back(
    make: Maker,
) -> None:
    make.add(SHELF, publication="courier", slug="alert", **OWN)
    with transaction() as tx:
        paper = publications.by_slug(tx, "courier")
        assert paper is not None
        line = {"record": "spf", "state": "good", "wanted": "", "found": "", "do": ""}
        sender_checks.keep(tx, paper.id, paper.sender_address, [line], now=NOW)
        assert not sender_checks.is_due(tx, NOW)

    make.set(SHELF, "alert", sender_address="")

    with transaction() as tx:
        assert sender_checks.is_due(tx, NOW)
        paper = publications.by_slug(tx, "courier")
        assert paper is not None
        assert senders.of(tx, paper, "alert").address == paper.sender_address
    make.end(SHELF, "alert")
    with transaction() as tx:
        assert streams.of(tx, paper.id) == []
    with pytest.raises(NotFoundError, match="There is no stream alert; the list of streams"):
        make.end(SHELF, "alert")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("slug", "letter", "choose one of alert, digest, confirmation, article"),
        ("sender_address", "nobody", "must have an @-sign"),
        ("return_domain", "https://x.example/a", "is not a host name"),
        ("return_domain", "x.example:8025", "Mail cannot come back to x.example:8025; write a"),
        ("return_domain", "192.0.2.1", "Mail cannot come back to 192.0.2.1"),
        ("reply_to", "a b@c.example", "Mail cannot be sent to this address"),
        ("pool", "slow", "No relay is in the pool slow: write pool=slow behind one in"),
        ("pace", "fast", "fast is no pace; write one such as 20/s"),
        ("pace", "0/s", "0/s is no pace"),
        ("warm_up", "soon 50", "soon 50 is no warm-up"),
        ("warm_up", "2026-12-01 many", "2026-12-01 many is no warm-up"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    make: Maker, settings_env: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    settings_env.setenv("SYNDICATE_RELAY_URL", "smtp://a.example smtp://b.example?pool=bulk")
    settings.load.cache_clear()
    with pytest.raises(InvalidError, match=sentence):
        make.add(SHELF, publication="courier", **{"slug": "alert", **OWN, name: value})
    assert make.listed(SHELF) == []


def test_a_publication_has_each_stream_once(make: Maker) -> None:
    make.add(SHELF, publication="courier", slug="digest", sender_name="Digest")

    with pytest.raises(TakenError, match="The Courier has a stream digest already"):
        make.add(SHELF, publication="courier", slug="digest", sender_name="Other")


def test_a_pool_that_a_relay_is_in_is_taken(make: Maker, settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv(
        "SYNDICATE_RELAY_URL", "smtp://a.example smtp://b.example?weight=2&pool=bulk"
    )
    settings.load.cache_clear()

    make.add(SHELF, publication="courier", slug="digest", pool="bulk", pace="20/s 5")

    assert make.shown(SHELF, "digest")["pool"] == "bulk"
