"""Who gets no more mail, as a list: also of who is no subscriber, or has been forgotten."""

import datetime as dt

import pytest

from syndicate.errors import (
    BadAddressError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    SyndicateError,
    UsageError,
)
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Permission
from syndicate.store.readers import recipients
from syndicate.subscribers import erase, readers, suppressions
from syndicate.subscribers.suppressions import Listed, OneReader, Page
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW
from tests.subscribers import one
from tests.subscribers.one import ADDRESS, MINUTE
from tests.subscribers.test_care import part

WHY = "They wrote to the desk."
FRIEND, STRANGER = "reader044@example.com", "reader055@example.com"


@pytest.fixture(autouse=True)
def who(database: str) -> int:  # noqa: ARG001 - the rows go there
    return one.reader()


def add(address: str, of: str = "*", now: dt.datetime = NOW, why: str = WHY) -> bool:
    with transaction() as tx:
        return suppressions.add(tx, address, of=of, why=why, actor=TESTER, now=now)


def lift(address: str, of: str = "*") -> None:
    with transaction() as tx:
        suppressions.lift(tx, address, of=of, why=WHY, actor=TESTER, now=NOW + MINUTE)


def listed(
    address: str = "",
    of: str | None = None,
    reason: SuppressionReason | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page:
    with transaction() as tx:
        return suppressions.listed(
            tx,
            address=address,
            of=of,
            reason=reason,
            after=after,
            limit=limit,
            actor=TESTER,
            now=NOW,
        )


def said(each: Listed) -> tuple[str | None, str, str, str | None, str | None]:
    return each.row.address, each.of, each.row.reason, each.row.by, each.row.why


def test_whoever_is_suppressed_is_listed_with_who_said_so_and_why(who: int) -> None:
    with transaction() as tx:
        recipients.upsert(tx, FRIEND, purge_at=NOW + MINUTE)
        bounced = SuppressionReason.BOUNCE
        recipients.suppress(
            tx, recipients.hash_of(ADDRESS), scope="*", reason=bounced, now=NOW - MINUTE
        )
    add(ADDRESS, "newsletter:morning")
    add(f" {FRIEND.upper()} ", "article", NOW + MINUTE)
    add(STRANGER, now=NOW + 2 * MINUTE)

    found = {(each.row.address, each.of): each for each in listed().found}

    assert sorted(map(said, found.values()), key=str) == [
        (ADDRESS, "*", "bounce", None, None),
        (ADDRESS, "newsletter:morning", "operator", "cli:tester", WHY),
        (FRIEND, "article", "operator", "cli:tester", WHY),
        (None, "*", "operator", "cli:tester", WHY),
    ]
    assert found[ADDRESS, "*"].row.subscriber_id == who
    assert [each.row.address for each in listed(of="article").found] == [FRIEND]
    assert [each.of for each in listed(reason=bounced).found] == ["*"]
    assert [each.of for each in listed(STRANGER).found] == ["*"]
    with transaction() as tx:
        looks = audit.of(tx, subject="suppressions", action=Act.READER_LOOK)
    assert len(looks) == 4


def test_who_is_no_subscriber_is_in_the_audit_by_hash_and_mailed_again(who: int) -> None:
    assert add(STRANGER, "article")
    assert not add(STRANGER, "article")
    (row,) = listed(STRANGER).found

    lift(row.key, "article")

    with transaction() as tx:
        assert not recipients.is_suppressed(tx, recipients.hash_of(STRANGER), "article")
        subject = f"address:{row.key}"
        (done,) = audit.of(tx, subject=subject, action=Act.READER_SUPPRESS)
        (undone,) = audit.of(tx, subject=subject, action=Act.READER_LIFT)
        told = readers.look(tx, who, actor=TESTER, now=NOW).timeline
    assert done.detail == {"of": "articles that visitors email", "scope": "article", "why": WHY}
    assert undone.detail["was"] == "operator"
    assert STRANGER not in str((done.detail, undone.detail))
    assert "suppressed" not in [each.code for each in told]


def test_of_a_subscriber_both_ways_are_one_and_stand_in_the_timeline(who: int) -> None:
    add(ADDRESS)
    with transaction() as tx:
        suppressions.lift(tx, OneReader(who), why=WHY, actor=TESTER, now=NOW + MINUTE)
        told = readers.look(tx, who, actor=TESTER, now=NOW).timeline[:2]

    assert [each.words for each in told] == [
        f"all mail: the suppression was lifted by cli:tester: {WHY}",
        f"all mail: suppressed by cli:tester: {WHY}",
    ]


def test_who_was_erased_is_listed_by_key_and_can_be_imported_again() -> None:
    erase.erase(ADDRESS, actor=TESTER, now=NOW)

    (row,) = listed().found
    assert said(row) == (None, "import", "erased", None, None)
    lift(row.key, "import")

    assert listed().found == []


def test_pages_hold_each_once_also_of_one_moment() -> None:
    with transaction() as tx:
        for number in range(7):
            whose = recipients.hash_of(f"reader{number:03}@example.com")
            for scope in ("*", "article"):
                reason = SuppressionReason.READER
                recipients.suppress(tx, whose, scope=scope, reason=reason, now=NOW)
    seen, after = [], None
    while True:
        page = listed(after=after, limit=4)
        seen += [(each.key, each.of) for each in page.found]
        after = page.after
        if after is None:
            break

    assert len(seen) == len(set(seen)) == 14


@pytest.mark.parametrize(
    ("address", "of", "why", "error"),
    [
        ("nobody", "*", WHY, BadAddressError),
        ("z" * 64, "*", WHY, BadAddressError),
        (STRANGER, "nothing", WHY, UsageError),
        (STRANGER, "", WHY, UsageError),
        (STRANGER, "newsletter:", WHY, NotFoundError),
        (STRANGER, "newsletter:nothing", WHY, NotFoundError),
        (STRANGER, "*", " ", UsageError),
        (STRANGER, "*", "x" * 401, UsageError),
    ],
)
def test_what_cannot_be_suppressed_is_said_and_nothing_is_kept(
    address: str, of: str, why: str, error: type[SyndicateError]
) -> None:
    with pytest.raises(error):
        add(address, of, why=why)

    assert listed().found == []


@pytest.mark.parametrize("after", ["", "x", "~~", "2026-11-24T08:00:00~00~*", f"{NOW}~zz~*", "\0"])
def test_a_page_that_is_none_is_said(after: str) -> None:
    with pytest.raises(UsageError, match="begin with the first"):
        listed(after=after)


@pytest.mark.parametrize("key", [STRANGER, "0" * 64, "z" * 64])
def test_what_is_not_suppressed_is_not_lifted(key: str) -> None:
    with pytest.raises((RefusedError, NotFoundError)):
        lift(key)


def test_an_operator_of_a_part_has_their_newsletters_alone() -> None:
    with transaction() as tx:
        other = rows.publication(tx, "weekly").id
        rows.newsletter(tx, other, "review")
        mine = part(Permission.CARE, publication_id=other)
        assert suppressions.add(tx, STRANGER, of="newsletter:review", why=WHY, actor=mine, now=NOW)
        for of in ("*", "article", "newsletter:morning"):
            with pytest.raises(NotAllowedError):
                suppressions.add(tx, STRANGER, of=of, why=WHY, actor=mine, now=NOW)
        with pytest.raises(NotAllowedError):
            suppressions.listed(tx, actor=part(Permission.READERS, publication_id=other), now=NOW)
