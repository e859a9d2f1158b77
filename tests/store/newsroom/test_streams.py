"""Streams as rows: where a publication's mail comes from."""

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import streams
from syndicate.store.newsroom.streams import MailStream, Origin
from syndicate.vocabulary.sending import Stream
from tests import rows

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("news@daily.example", "daily.example"),
        ('"news@home"@daily.example', "daily.example"),
        ("", ""),
    ],
)
def test_mail_comes_from_the_domain_of_the_senders_address(address: str, domain: str) -> None:
    with transaction() as tx:
        rows.publication(tx, sender_address="other@other.example")
        made = rows.publication(tx, "yawmi", sender_address=address)

        assert streams.sender_domain(tx, made.id, "digest") == domain
        assert streams.sender_domain(tx, made.id + 1, "digest") == ""
        assert streams.sender_domain(tx, None, "digest") == ""


def test_a_stream_comes_from_its_own_address_and_only_what_differs_is_told_twice() -> None:
    with transaction() as tx:
        paper = rows.publication(tx, sender_address="news@daily.example")
        for slug, own in (
            (Stream.DIGEST, {"sender_name": "Digest"}),
            (Stream.ALERT, {"sender_address": "alert@flash.example"}),
            (Stream.ARTICLE, {"return_domain": "back.example"}),
        ):
            streams.add(tx, MailStream(publication_id=paper.id, slug=slug, **own))

        assert streams.sender_domain(tx, paper.id, "alert") == "flash.example"
        assert streams.sender_domain(tx, paper.id, "digest") == "daily.example"
        assert streams.sender_domain(tx, paper.id, "feedback") == "daily.example"
        assert streams.origins(tx, paper) == [
            Origin("news@daily.example"),
            Origin("alert@flash.example"),
            Origin("news@daily.example", "back.example"),
        ]
