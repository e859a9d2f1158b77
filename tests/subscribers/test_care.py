"""Looking after one reader: suppressions with a reason, and their data as a file."""

import csv
import datetime as dt
import io

import pytest

from syndicate.errors import NotAllowedError, NotFoundError, RefusedError, UsageError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.readers import recipients
from syndicate.store.views import operations
from syndicate.subscribers import erase, own_data, readers, suppressions
from syndicate.subscribers.suppressions import OneReader, of_newsletter
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW
from tests.subscribers import one
from tests.subscribers.one import ADDRESS, MINUTE
from tests.subscribers.test_readers import ACCEPTED, SEVEN

WHY = "The reader phoned the desk."


@pytest.fixture(autouse=True)
def who(database: str) -> int:  # noqa: ARG001 - the rows go there
    return one.reader()


def part(permission: Permission, **grant: int) -> Actor:
    """Somebody who has a permission for a part of the installation."""
    held = frozenset({permission})
    return Actor("operator:desk", held, grants=frozenset({Grant(permission, **grant)}))


def suppress(
    tx: Transaction,
    who: int,
    slug: str | None = None,
    *,
    why: str = WHY,
    actor: Actor = TESTER,
    now: dt.datetime = NOW,
) -> bool:
    of = of_newsletter(slug)
    return suppressions.add(tx, OneReader(who), of=of, why=why, actor=actor, now=now)


def test_a_suppression_and_its_end_are_told_with_who_and_why(who: int) -> None:
    with transaction() as tx:
        assert suppress(tx, who)
        assert not suppress(tx, who, now=NOW + MINUTE)
    with transaction() as tx:
        assert recipients.is_suppressed(tx, recipients.hash_of(ADDRESS), "article")
        suppressions.lift(
            tx, OneReader(ADDRESS), why=f"Ask {ADDRESS}.", actor=TESTER, now=NOW + MINUTE
        )
        assert not recipients.is_suppressed(tx, recipients.hash_of(ADDRESS), "article")

    with transaction() as tx:
        told = readers.look(tx, who, actor=TESTER, now=NOW).timeline[:2]
        audit = operations.audit_rows(tx, limit=9, about=[f"subscriber:{who}"])
    assert [(each.code.value, each.words) for each in told] == [
        (
            "suppression lifted",
            "all mail: the suppression was lifted by cli:tester: Ask (address).",
        ),
        ("suppressed", f"all mail: suppressed by cli:tester: {WHY}"),
    ]
    assert [row.action for row in audit] == ["reader-look", "reader-lift", "reader-suppress"]
    assert audit[1].detail["was"] == "operator"


def test_one_newsletter_is_suppressed_and_no_other(who: int) -> None:
    with transaction() as tx:
        suppress(tx, who, "morning", actor=TESTER)
        hashed = recipients.hash_of(ADDRESS)
        barred = [recipients.is_suppressed(tx, hashed, f"newsletter:{n}") for n in (1, 2)]

    assert barred == [True, False]


@pytest.mark.parametrize("why", ["", "  ", "x" * 401])
def test_a_suppression_needs_a_reason(who: int, why: str) -> None:
    with transaction() as tx, pytest.raises(UsageError):
        suppress(tx, who, why=why)


def test_what_is_not_suppressed_cannot_be_lifted(who: int) -> None:
    with transaction() as tx, pytest.raises(RefusedError, match="no suppression of all mail"):
        suppressions.lift(tx, OneReader(who), why=WHY, actor=TESTER, now=NOW)


def test_an_operator_sees_and_steers_their_own_publication_alone(who: int) -> None:
    with transaction() as tx:
        weekly = rows.publication(tx, "weekly").id
        other = rows.newsletter(tx, weekly, "week").id
        rows.subscription(tx, who, other)

    with transaction() as tx:
        for actor in (
            part(Permission.READERS, publication_id=weekly),
            part(Permission.READERS, newsletter_id=other),
        ):
            found = readers.look(tx, ADDRESS, actor=actor, now=NOW)
            assert [each.newsletter for each in found.orders] == ["week"]
        theirs = part(Permission.CARE, publication_id=weekly)
        assert suppress(tx, who, "week", actor=theirs)
        for slug in ("morning", None):
            with pytest.raises(NotAllowedError):
                suppress(tx, who, slug, actor=theirs)
        third = rows.publication(tx, "third").id
        unseen = part(Permission.CARE, publication_id=third)
        with pytest.raises(NotFoundError, match=f"There is no reader {who} of yours"):
            suppress(tx, who, actor=unseen)
        stranger = part(Permission.READERS, publication_id=third)
        with pytest.raises(NotFoundError):
            readers.look(tx, who, actor=stranger, now=NOW)
        made = rows.issue(tx, other, created_at=NOW).id
        daily = part(Permission.READERS, publication_id=1)
        with pytest.raises(NotFoundError, match=f"There is no issue {made}"):
            readers.why(tx, who, made, actor=daily, now=NOW)


def test_a_reader_is_given_everything_with_whole_proofs(who: int) -> None:
    one.issue(1, SEVEN, copy=ACCEPTED)

    with transaction() as tx:
        given = own_data.give_out(tx, who, actor=TESTER, now=NOW)

    (subscription,) = given["subscriptions"]
    assert [proof["ip"] for proof in subscription["consents"]] == ["192.0.2.1"] * 2
    assert [entry["code"] for entry in given["timeline"]] == ["accepted", "confirmed", "asked"]
    table = list(csv.reader(io.StringIO(own_data.as_csv(given))))
    assert table[0] == ["what", "at", "about", "words"]
    assert [row[0] for row in table[1:]] == [
        *("address", "subscription", "consent", "consent"),
        *("accepted", "confirmed", "asked"),
    ]
    assert table[1][3] == ADDRESS
    assert "192.0.2.1" in table[3][3]


def test_an_erasure_of_a_page_needs_the_address_typed(who: int) -> None:
    with transaction() as tx:
        rows.subscriber(tx, 2)
    for typed in ("", "reader", "reader002@example.com"):
        with pytest.raises(UsageError, match=r"Nothing was erased\. To erase this reader"):
            erase.erase(typed, subscriber_id=who, actor=TESTER, now=NOW)

    assert erase.erase(ADDRESS.upper(), subscriber_id=who, actor=TESTER, now=NOW).subscriptions == 1
