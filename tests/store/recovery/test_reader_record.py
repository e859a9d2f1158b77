"""What readers wished, as another database is told of it."""

import datetime as dt

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform import audit
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import ALL_MAIL
from syndicate.store.recovery import reader_record
from syndicate.store.recovery.reader_record import Fact
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATE = NOW - dt.timedelta(days=2)
LONG_AGO = NOW - dt.timedelta(days=400)


def test_a_complaint_that_is_told_of_late_is_found_by_when_it_was_noted() -> None:
    with transaction() as tx:
        reason = SuppressionReason.COMPLAINT
        recipients.suppress(tx, b"\x01" * 32, scope="*", reason=reason, now=LATE)

    with transaction() as tx:
        [found] = reader_record.since(tx, NOW)

    assert (found.fact, found.about, found.reason) == (ReaderFact.SUPPRESSED, "*", "complaint")
    assert (found.at, found.noted_at > NOW) == (LATE, True)


@pytest.mark.parametrize(
    ("of", "abouts"), [(ALL_MAIL, ["*"]), ("morning", ["newsletter:1"]), ("evening", [])]
)
def test_a_lift_is_of_the_mail_that_it_names_and_never_of_more(of: str, abouts: list[str]) -> None:
    """There is no newsletter called evening here any more."""
    with transaction() as tx:
        rows.newsletter(tx, rows.publication(tx).id)
        who = subscribers.upsert(tx, "reader001@example.com", language="en", now=LATE)
        for subject in (
            f"subscriber:{who.id}",
            f"address:{who.address_hash.hex()}",
            "subscriber:x",
        ):
            audit.record(
                tx, at=NOW, actor="cli:tester", action=Act.READER_LIFT, subject=subject, of=of
            )

    with transaction() as tx:
        found = reader_record.since(tx, LATE)

    assert [(each.reader, each.about) for each in found] == [
        (who.address_hash, each) for each in abouts for _ in range(2)
    ]


def test_a_complaint_stands_where_the_backup_has_a_bounce() -> None:
    complaint, key = SuppressionReason.COMPLAINT, b"\x03" * 32
    said = Fact(ReaderFact.SUPPRESSED, key, "*", NOW, NOW, complaint)
    with transaction() as tx:
        recipients.suppress(tx, key, scope="*", reason=SuppressionReason.BOUNCE, now=LATE)

        done = [reader_record.repeat(tx, ReaderFact.SUPPRESSED, [said]) for _ in range(2)]

        assert (done, recipients.reasons(tx, key, ["*"])) == ([1, 0], {"*": complaint})


@pytest.mark.parametrize("fact", list(ReaderFact))
def test_what_concerns_nobody_here_changes_nothing(fact: ReaderFact) -> None:
    said = Fact(fact, b"\x02" * 32, "morning", NOW, NOW)

    with transaction() as tx:
        done = [reader_record.repeat(tx, fact, each) for each in ([], [said])]

    # An address that is unknown may come by an old list: it is suppressed all the same.
    assert done == [0, int(fact is ReaderFact.SUPPRESSED)]


@pytest.mark.parametrize("has_ended", [False, True])
def test_nobody_returns_to_a_newsletter_that_has_ended(has_ended: bool) -> None:
    with transaction() as tx:
        morning = rows.newsletter(tx, rows.publication(tx).id)
        reader = subscribers.upsert(tx, "reader001@example.com", language="en", now=LONG_AGO)
        left = subscribers.subscribe(tx, reader.id, morning.id, language="en", now=LONG_AGO)
        subscribers.end(tx, left, now=LATE)
        if has_ended:
            newsletters.change(tx, morning, ended_at=NOW)
        said = Fact(ReaderFact.CONFIRMED, reader.address_hash, "morning", NOW, NOW)

        done = reader_record.repeat(tx, ReaderFact.CONFIRMED, [said])

    assert done == int(not has_ended)
