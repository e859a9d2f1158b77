"""Who did what: written by ids, without an address, and found again."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit
from syndicate.store.platform.audit import Audit
from syndicate.vocabulary.acts import Act
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + dt.timedelta(hours=1)


def record(
    tx: Transaction,
    actor: str = "console:desk",
    action: Act = Act.MAILING_PAUSE,
    subject: str = "mailing:7",
    **detail: object,
) -> None:
    audit.record(tx, at=NOW, actor=actor, action=action, subject=subject, **detail)


def lines(tx: Transaction) -> list[Audit]:
    query = select(Audit).order_by(Audit.id)
    return list(tx.scalars(query.execution_options(populate_existing=True)))


def test_an_act_is_one_line() -> None:
    with transaction() as tx:
        record(tx, why="late", number=3)

        (line,) = lines(tx)
        assert (line.at, line.actor) == (NOW, "console:desk")
        assert (line.action, line.subject) == ("mailing-pause", "mailing:7")
        assert line.detail == {"why": "late", "number": 3}


def test_no_address_stands_in_what_somebody_wrote() -> None:
    with transaction() as tx:
        record(tx, why="reader001@example.com asked", said=["reader002@example.com"])

        (line,) = lines(tx)
        assert "reader00" not in str(line.detail)
        assert line.detail["why"].endswith(" asked")


@pytest.mark.parametrize(
    ("actor", "subject", "has"),
    [
        ("console:desk", "mailing:7", True),
        ("console:other", "mailing:7", False),
        ("console:desk", "mailing:77", False),
    ],
)
def test_whether_somebody_ever_did_something_to_a_subject(
    actor: str, subject: str, *, has: bool
) -> None:
    with transaction() as tx:
        record(tx)

        assert audit.has(tx, actor=actor, subject=subject) is has


def test_acts_of_one_kind_to_one_subject_are_found_oldest_first() -> None:
    with transaction() as tx:
        for number in (2, 1):
            record(tx, number=number)
        record(tx, action=Act.MAILING_RESUME)
        record(tx, subject="mailing:8")

        found = audit.of(tx, subject="mailing:7", action=Act.MAILING_PAUSE)

        assert [line.detail["number"] for line in found] == [2, 1]


def test_what_an_older_version_called_an_act_is_found_as_it() -> None:
    with transaction() as tx:
        tx.add(Audit(at=NOW, actor="desk", action="paused", subject="mailing:7"))
        tx.add(Audit(at=NOW, actor="desk", action="sending", subject="mailing:7"))
        tx.add(Audit(at=NOW, actor="desk", action="paused", subject="source:7"))
        record(tx)

        found = audit.of(tx, subject="mailing:7", action=Act.MAILING_PAUSE)

        assert [line.action for line in found] == ["paused", "mailing-pause"]
        assert {line.act for line in found} == {Act.MAILING_PAUSE}
        assert [line.words for line in lines(tx)] == ["paused", "resumed", "paused", "paused"]


def test_an_act_of_a_version_to_come_is_told_as_it_stands() -> None:
    with transaction() as tx:
        tx.add(Audit(at=NOW, actor="desk", action="mailing-fold", subject="mailing:7"))

        (line,) = lines(tx)
        assert (line.act, line.words) == (None, "mailing-fold")


def test_an_act_that_goes_on_says_at_each_step_what_has_come_of_it() -> None:
    with transaction() as tx:
        record(tx, number=1)
        act, subject = Act.NEWSLETTER_IMPORT, "newsletter:1"
        begun = audit.begin(tx, at=LATER, actor="desk", action=act, subject=subject)
        before = lines(tx)[-1].detail

        audit.amend(tx, begun, read=10)
        audit.amend(tx, begun, read=20, refused=1)

        other, line = lines(tx)
        assert (before, line.detail) == ({}, {"read": 20, "refused": 1})
        assert (line.id, line.at, line.action) == (begun, LATER, "newsletter-import")
        assert other.detail == {"number": 1}


def test_a_detail_that_is_no_object_is_read_as_nothing() -> None:
    with transaction() as tx:
        record(tx)
        tx.flush()
        tx.execute(text("UPDATE audit SET detail = '[1]'"))

        assert [line.detail for line in lines(tx)] == [{}]
