"""What stands between the issues: the end of a newsletter, and articles that visitors sent."""

import datetime as dt
from typing import Any

import pytest

from syndicate import settings, signing
from syndicate.newsletters import making
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.readers import visible_to
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.readers import recipients
from syndicate.store.sending.mailings import emailed_key
from syndicate.store.views.readers import Person, person_of
from syndicate.subscribers import readers, unsubscribe
from syndicate.vocabulary.newsletters import Afterwards
from syndicate.vocabulary.sending import DeliveryReason, DeliveryState, MailingState
from tests import rows
from tests.acting import TESTER
from tests.rows import DAY, NOW
from tests.subscribers import one
from tests.subscribers.one import ADDRESS, MINUTE

SKIPPED: dict[str, Any] = {"state": DeliveryState.SKIPPED, "choice": 0}


@pytest.fixture(autouse=True)
def who(database: str) -> int:  # noqa: ARG001 - the rows go there
    return one.reader()


def told(who: int) -> list[tuple[int | None, str, str]]:
    with transaction() as tx:
        found = readers.look(tx, who, actor=TESTER, now=NOW)
    return [(each.issue, each.code.value, each.words) for each in found.timeline]


def emailed(address: str, *, article_id: int, at: dt.datetime) -> None:
    """A visitor sent an article to an address, and it was handed over at once."""
    with transaction() as tx:
        recipient = recipients.upsert(tx, address)
        sent = rows.single(
            tx,
            message="article",
            dedupe_key=emailed_key(article_id, recipient.address_hash),
            publication_id=1,
            state=MailingState.DONE,
            created_at=at,
        )
        batch = rows.batch(tx, sent, accepted=1)
        state = DeliveryState.ACCEPTED
        rows.delivery(tx, batch, 0, recipient.id, state=state, done_at=at)


def found_person(tx: Transaction) -> Person:
    found = person_of(tx, ADDRESS)
    assert found is not None
    return found


@pytest.mark.parametrize("afterwards", list(Afterwards))
def test_the_end_of_a_newsletter_is_not_the_readers_leaving(
    who: int, afterwards: Afterwards
) -> None:
    with transaction() as tx:
        making.end(tx, Key("morning"), readers=afterwards, actor=TESTER, now=NOW)
    skipped = SKIPPED | {"reason": DeliveryReason.ENDED}
    made = one.issue(1, NOW - MINUTE, copy=skipped)

    found = told(who)

    is_over = afterwards is Afterwards.LEAVE
    assert (None, "newsletter ended", "Morning: the newsletter ended") in found
    assert [code for _, code, _ in found].count("unsubscribed") == 0
    assert [(code, said) for issue, code, said in found if issue == made] == [
        ("newsletter ended", "Morning 1: the newsletter ended before it was sent")
        if is_over
        else ("ended", "Morning 1: the reader left before it was sent")
    ]


def test_who_had_left_before_is_told_nothing_of_the_end(who: int) -> None:
    unsubscribe.leave(signing.sign(settings.load().key(), "unsubscribe", "1"), NOW - DAY)
    with transaction() as tx:
        making.end(tx, Key("morning"), readers=Afterwards.LEAVE, actor=TESTER, now=NOW)

    codes = [code for _, code, _ in told(who)]

    assert codes[0] == "unsubscribed"
    assert "newsletter ended" not in codes


def test_an_article_that_a_visitor_sent_is_told_and_nothing_of_the_visitor(who: int) -> None:
    emailed("reader001@example.com", article_id=7, at=NOW - DAY)
    emailed("reader002@example.com", article_id=8, at=NOW)
    elsewhere = Actor(
        "operator:other", frozenset(Permission), grants=frozenset({Grant(Permission.READERS, 2)})
    )

    (first, *rest) = told(who)
    with transaction() as tx:
        rows.newsletter(tx, rows.publication(tx, "other").id, "other")
        hidden = readers.read(
            tx,
            found_person(tx),
            visible_to(elsewhere),
            before=None,
            limit=9,
        )

    handed = "handed to our mail server 23 Nov 2026 11:00 Qatar Time; receiver: not known"
    said = f"Emailed article 7: a visitor sent it to this address; {handed}"
    assert first == (None, "emailed article", said)
    assert "emailed article" not in [code for _, code, _ in rest]
    assert hidden.timeline == []
