"""Finding a reader: what an operator is told of what became of each issue, and why."""

import datetime as dt
from typing import Any

import pytest

from syndicate import settings, signing
from syndicate.errors import BadAddressError, NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.store.readers import recipients
from syndicate.store.sending import events
from syndicate.store.sending.events import Happening
from syndicate.store.views import operations
from syndicate.subscribers import erase, preferences, readers, subscribe, unsubscribe
from syndicate.vocabulary.newsletters import IssueState
from syndicate.vocabulary.readers import ReaderCode
from syndicate.vocabulary.sending import (
    DeliveryReason,
    DeliveryState,
    MailingState,
    SuppressionReason,
)
from tests import rows
from tests.acting import TESTER
from tests.rows import DAY, NOW
from tests.subscribers import one
from tests.subscribers.one import ADDRESS, JOINED, MINUTE

SEVEN = NOW.replace(hour=4)  # in Qatar


@pytest.fixture(autouse=True)
def who(database: str) -> int:  # noqa: ARG001 - the rows go there
    made = one.reader()
    with transaction() as tx:
        installation.stamp(tx, settings.load().environment)
    return made


def told(who: int, **page: Any) -> list[tuple[int | None, str, str]]:
    with transaction() as tx:
        found = readers.look(tx, who, **page, actor=TESTER, now=NOW)
    return [(each.issue, each.code.value, each.words) for each in found.timeline]


def happened(issue_id: int, kind: str, **columns: Any) -> None:
    with transaction() as tx:
        recipient = recipients.by_hash(tx, recipients.hash_of(ADDRESS))
        assert recipient is not None
        events.record(
            tx,
            Happening(
                key=f"{issue_id}{kind}".encode(),
                at=SEVEN + 5 * MINUTE,
                kind=kind,
                mailing_id=one.mailing_of(issue_id),
                recipient_id=recipient.id,
                **({"reason": kind} | columns),
            ),
        )


def test_what_an_accepted_copy_came_to_is_told_apart_from_what_the_receiver_did(who: int) -> None:
    made = [
        one.issue(number, SEVEN - (5 - number) * DAY, copy=ACCEPTED) for number in (1, 2, 3, 4, 5)
    ]
    happened(made[1], "delivered")
    happened(made[2], "bounced", code="550 5.1.1", detail="no such user")
    happened(made[3], "complained")

    found = [(issue, code, words) for issue, code, words in told(who) if issue]

    handed, at = "handed to our mail server", "24 Nov 2026 07:05 Qatar Time"
    assert found == [
        (made[4], "accepted", f"Morning 5: {handed} 07:02 Qatar Time; receiver: not known"),
        (
            made[3],
            "complained",
            f"Morning 4: {handed} 07:02 Qatar Time; receiver: delivered, and marked as spam {at}",
        ),
        (
            made[2],
            "refused",
            f"Morning 3: {handed} 07:02 Qatar Time; receiver: refused {at}: 550 5.1.1 no such user",
        ),
        (
            made[1],
            "delivered",
            f"Morning 2: {handed} 07:02 Qatar Time; receiver: delivered {at}",
        ),
        (made[0], "accepted", f"Morning 1: {handed} 07:02 Qatar Time; receiver: not known"),
    ]


ACCEPTED = {"state": DeliveryState.ACCEPTED, "content_version": 1, "choice": 0b101}
SKIPPED = {"state": DeliveryState.SKIPPED, "choice": 0}
FAILED = {"state": DeliveryState.FAILED}
DEFERRED = {"state": DeliveryState.DEFERRED, "not_before": SEVEN + dt.timedelta(hours=1)}


@pytest.mark.parametrize(
    ("mailing", "delivery", "code", "said"),
    [
        (
            MailingState.DONE,
            SKIPPED | {"reason": DeliveryReason.NOTHING_CHOSEN},
            ReaderCode.NOTHING_CHOSEN,
            "none of its 0 stories is in what the reader chose (all sections; all languages)",
        ),
        (
            MailingState.DONE,
            SKIPPED | {"reason": DeliveryReason.HAD_IT_ALL},
            ReaderCode.HAD_IT_ALL,
            "the reader had every story of it that they chose",
        ),
        (
            MailingState.DONE,
            SKIPPED | {"reason": DeliveryReason.PAUSED},
            ReaderCode.PAUSED,
            "the reader paused before it was sent",
        ),
        (
            MailingState.DONE,
            SKIPPED | {"reason": DeliveryReason.ENDED},
            ReaderCode.ENDED,
            "the reader left before it was sent",
        ),
        (
            MailingState.DONE,
            FAILED | {"code": 550, "enhanced": "5.1.1", "reason": "550 5.1.1 no such user"},
            ReaderCode.REFUSED,
            "our mail server refused it: 550 5.1.1 no such user",
        ),
        (
            MailingState.DONE,
            FAILED | {"reason": DeliveryReason.EXPIRED},
            ReaderCode.EXPIRED,
            "it was not sent in time",
        ),
        (
            MailingState.DONE,
            {"state": DeliveryState.AMBIGUOUS, "reason": DeliveryReason.WORKER_LOST},
            ReaderCode.IN_DOUBT,
            "possibly sent: the worker stopped while sending",
        ),
        (
            MailingState.SENDING,
            DEFERRED | {"code": 450, "reason": "later"},
            ReaderCode.DEFERRED,
            "our mail server put it off: 450 later; it is tried again 08:00 Qatar Time",
        ),
        (
            MailingState.PAUSED,
            {"state": DeliveryState.PENDING},
            ReaderCode.WAITING,
            "it waits: the mailing is paused",
        ),
        (
            MailingState.CANCELLED,
            {"state": DeliveryState.PENDING},
            ReaderCode.CANCELLED,
            "the mailing was cancelled before this copy left",
        ),
        (
            MailingState.DONE,
            {"state": DeliveryState.SUPPRESSED, "reason": DeliveryReason.SUPPRESSED},
            ReaderCode.SUPPRESSED,
            "the address was suppressed then; that was lifted since",
        ),
        (
            MailingState.DONE,
            None,
            ReaderCode.UNKNOWN,
            "was not among its readers; the reason was not recorded",
        ),
    ],
)
def test_a_copy_says_what_became_of_it(
    who: int, mailing: MailingState, delivery: dict[str, Any] | None, code: ReaderCode, said: str
) -> None:
    made = one.issue(1, SEVEN, mailing=mailing, copy=delivery)

    assert [each for each in told(who) if each[0]] == [(made, code.value, f"Morning 1: {said}")]
    with transaction() as tx:
        issue, fate = readers.why(tx, ADDRESS, made, actor=TESTER, now=NOW)
    assert (issue.number, fate.code, fate.words) == (1, code, said)


def test_an_issue_that_nobody_got_says_so(who: int) -> None:
    empty = one.issue(1, SEVEN - DAY, state=IssueState.EMPTY, mailing=None)
    held = one.issue(2, SEVEN, state=IssueState.HELD, mailing=None)

    assert [each for each in told(who) if each[0]] == [
        (held, "held", "Morning 2: it is held for an editor, so nobody has got it yet"),
        (empty, "nothing new", "Morning 1: there was nothing new, so nobody got it"),
    ]


def test_what_an_environment_does_not_mail_waits_there(
    who: int, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_ENVIRONMENT", "production")
    settings.load.cache_clear()
    one.issue(1, SEVEN, mailing=MailingState.SENDING, state=IssueState.SENDING, copy={})

    assert told(who)[0][1:] == (
        "not allowed here",
        "Morning 1: it waits: this environment does not mail this address",
    )


def test_what_a_reader_did_stands_between_the_issues(who: int) -> None:
    token = signing.sign(settings.load().key(), "preferences", "1")
    same: dict[str, Any] = {"languages": ["en", "ar"], "language": "en"}
    paused = NOW + 10 * DAY

    preferences.change(token, sections=["sport"], **same, now=NOW - 3 * DAY)
    preferences.change(token, sections=["sport"], **same, paused_until=paused, now=NOW - 2 * DAY)
    preferences.change(token, sections=["sport"], **same, paused_until=paused, now=NOW - 2 * DAY)
    changed = {**same, "language": "ar"}
    preferences.change(token, sections=["sport"], **changed, now=NOW - DAY)
    unsubscribe.leave(signing.sign(settings.load().key(), "unsubscribe", "1"), NOW)

    assert told(who) == [
        (None, "unsubscribed", "Morning: the reader left"),
        (None, "language", "Morning: the reader chose the mail in العربية"),
        (None, "resumed", "Morning: the reader ended the pause"),
        (None, "paused", "Morning: the reader paused it until 4 Dec 2026 11:00 Qatar Time"),
        (None, "chose", "Morning: the reader chose sport; all languages"),
        (None, "confirmed", "Morning: confirmed by the link in the mail"),
        (
            None,
            "asked",
            "Morning: asked for it with a form; no confirmation mail was sent for it",
        ),
    ]


def test_the_confirmation_mail_is_told_with_the_sign_up() -> None:
    form: dict[str, Any] = {"ip": None, "user_agent": None, "wording": "Yes."}
    subscribe.ask(
        "reader002@example.com",
        "morning",
        language="en",
        **form,
        base_url="https://daily.example",
        now=NOW,
    )

    with transaction() as tx:
        found = readers.look(tx, "Reader002@EXAMPLE.com", actor=TESTER, now=NOW)

    assert [each.words for each in found.timeline] == [
        "Morning: asked for it with a form; the confirmation mail: it waits to be sent"
    ]


def test_a_suppression_says_since_when_and_why(who: int) -> None:
    with transaction() as tx:
        hashed = recipients.hash_of(ADDRESS)
        bounced = SuppressionReason.BOUNCE
        recipients.suppress(tx, hashed, scope="*", reason=bounced, now=NOW - 3 * DAY)
    made = one.issue(1, SEVEN, copy={"state": DeliveryState.SUPPRESSED})

    found = told(who)

    since = "suppressed since 21 Nov 2026"
    came_back = "mail to this address came back"
    assert found[0] == (made, "suppressed", f"Morning 1: {since} 11:00 Qatar Time: {came_back}")
    assert found[1] == (None, "suppressed", f"{since} 08:00 UTC: {came_back}")


def test_why_knows_who_joined_later_and_who_does_not_subscribe(who: int) -> None:
    before = one.issue(1, JOINED - DAY)
    unconfirmed = one.issue(2, JOINED + MINUTE / 2)
    with transaction() as tx:
        recipients.upsert(tx, "reader009@example.com")
        other = rows.subscriber(tx, 9).id
        codes = [
            readers.why(tx, reader, issue, actor=TESTER, now=NOW)[1].code
            for reader, issue in ((who, before), (who, unconfirmed), (other, before))
        ]

    assert codes == [
        ReaderCode.JOINED_LATER,
        ReaderCode.NOT_CONFIRMED,
        ReaderCode.NOT_SUBSCRIBED,
    ]
    assert [each for each in told(who) if each[0] == before] == []


def test_pages_of_a_timeline_hold_everything_once(who: int) -> None:
    for number in range(1, 8):
        one.issue(number, SEVEN - number * DAY, copy=ACCEPTED)

    whole, pages, before = told(who), [], None
    while True:
        with transaction() as tx:
            found = readers.look(tx, who, before=before, limit=2, actor=TESTER, now=NOW)
        pages += [(each.issue, each.code.value, each.words) for each in found.timeline]
        before = found.next_before
        if before is None:
            break

    assert len(whole) == 9
    assert pages == whole


def test_a_look_is_in_the_audit_by_number_and_no_address_is(who: int) -> None:
    made = one.issue(1, SEVEN, copy=ACCEPTED)
    with transaction() as tx:
        readers.look(tx, ADDRESS, actor=TESTER, now=NOW)
        readers.why(tx, who, made, actor=TESTER, now=NOW)

    with transaction() as tx:
        found = operations.audit_rows(tx, limit=9)
    assert [(row.action, row.subject, row.detail) for row in found] == [
        ("reader-why", f"subscriber:{who}", {"issue": made}),
        ("reader-look", f"subscriber:{who}", {}),
    ]


def test_who_is_not_there_is_not_found_and_leaves_no_line(who: int) -> None:
    erase.erase(ADDRESS, actor=TESTER, now=NOW)
    for asked, error in (
        (ADDRESS, NotFoundError),
        (who, NotFoundError),
        ("reader", BadAddressError),
    ):
        with transaction() as tx, pytest.raises(error):
            readers.look(tx, asked, actor=TESTER, now=NOW)

    with transaction() as tx:
        assert [row.action for row in operations.audit_rows(tx, limit=9)] == ["reader-erase"]
