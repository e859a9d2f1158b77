"""The mail that asks to confirm: all that waits in one, three a day, as long as its links work."""

import datetime as dt
import quopri
from collections.abc import Collection

import pytest

from syndicate.errors import RefusedError
from syndicate.mail import steering
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import upkeep
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform import audit, caps, installation
from syndicate.store.readers import recipients, subscribers
from syndicate.store.sending import ledger
from syndicate.subscribers import preferences, subscribe
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.acting import TESTER
from tests.subscribers import desk
from tests.subscribers.desk import NOW

pytestmark = pytest.mark.usefixtures("database", "newsletters")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
READER = "reader001@example.com"


@pytest.fixture
def newsletters() -> None:
    with transaction() as tx:
        morning = desk.morning(tx)
        for slug in ("evening", "weekend"):
            rows.newsletter(tx, morning.publication_id, slug)


def ask(
    slug: str = "morning",
    address: str = READER,
    now: dt.datetime = NOW,
    sections: Collection[str] = (),
) -> None:
    subscribe.ask(
        address,
        slug,
        language="en",
        sections=sections,
        ip="192.0.2.7",
        user_agent="Reader/1.0",
        wording="Send it to me.",
        base_url="https://daily.example",
        now=now,
    )


def mails() -> list[list[str]]:
    """The confirmation links of each mail that was queued, in the mail's order; oldest first."""
    found = []
    with transaction() as tx:
        for mailing in sorted(ledger.newest(tx, limit=99, with_singles=True), key=lambda m: m.id):
            blocks = ledger.content(tx, mailing.id, 1, "en")
            slots = (blocks[0].headers or {})["slots"]
            text = b"".join(block.text for block in blocks).decode()
            shown = [part for part in text.split("\0") if part.startswith("text:")]
            found.append([slots[part.removeprefix("text:")] for part in shown])
            assert len(found[-1]) == len(slots)
    return found


def confirm(url: str, now: dt.datetime = NOW) -> str:
    return subscribe.confirm(
        url.rpartition("/")[2], ip=None, user_agent=None, now=now
    ).newsletter_slug


def states() -> dict[int, SubscriptionState]:
    """Of the reader, by newsletter."""
    with transaction() as tx:
        reader = subscribers.by_address(tx, READER)
        assert reader is not None
        found = (subscribers.of(tx, reader.id, each) for each in (1, 2, 3))
        return {row.newsletter_id: row.state for row in found if row is not None}


def test_a_second_newsletter_in_a_day_brings_a_mail_that_confirms_both() -> None:
    ask("morning")
    ask("evening", now=NOW + HOUR)

    first, second = mails()
    assert (len(first), len(second)) == (1, 2)
    assert [confirm(url, NOW + HOUR) for url in second] == ["evening", "morning"]
    assert states() == {1: SubscriptionState.ACTIVE, 2: SubscriptionState.ACTIVE}


def test_a_mail_lists_what_waits_for_this_reader_and_nothing_else() -> None:
    ask("morning")
    ask("weekend")
    ask("evening", "reader002@example.com")
    confirm(mails()[0][0])
    with transaction() as tx:
        ended = tx.session.get_one(Newsletter, 3)
        ended.ended_at = NOW

    ask("evening", now=NOW + HOUR)

    assert [confirm(url, NOW + HOUR) for url in mails()[-1]] == ["evening"]


def test_who_has_it_is_mailed_so_with_what_else_waits_and_keeps_what_they_chose() -> None:
    ask("morning")
    confirm(mails()[0][0])

    ask("morning", now=NOW + HOUR)
    assert [url.split("/")[3] for url in mails()[-1]] == ["preferences"]
    assert preferences.read(mails()[-1][0].rpartition("/")[2], now=NOW).newsletter_slug == "morning"

    ask("evening", now=NOW + 2 * HOUR)
    ask("morning", now=NOW + DAY)
    assert [url.split("/")[3] for url in mails()[-1]] == ["preferences", "confirm"]
    assert confirm(mails()[-1][1], NOW + DAY) == "evening"


def test_who_left_and_comes_back_the_same_day_is_mailed_a_link_that_works() -> None:
    ask()
    confirm(mails()[0][0])
    with transaction() as tx:
        row = subscribers.lock_subscription(tx, 1)
        assert row is not None
        subscribers.end(tx, row, now=NOW + HOUR)

    ask(now=NOW + 2 * HOUR)

    assert "Welcome back" not in said(0)
    assert "Welcome back" in said(1)
    assert confirm(mails()[-1][0], NOW + 2 * HOUR) == "morning"
    assert states() == {1: SubscriptionState.ACTIVE}


def suppress(scope: str = "*", reason: SuppressionReason = SuppressionReason.COMPLAINT) -> None:
    with transaction() as tx:
        recipients.suppress(tx, recipients.hash_of(READER), scope=scope, reason=reason, now=NOW)


def suppressed() -> list[str]:
    scopes = ("*", "newsletter:1", "newsletter:2", "article", "confirmation")
    with transaction() as tx:
        return sorted(recipients.reasons(tx, recipients.hash_of(READER), scopes))


def said(place: int) -> str:
    with transaction() as tx:
        mailing = sorted(ledger.newest(tx, limit=99, with_singles=True), key=lambda m: m.id)[place]
        text = b"".join(block.text for block in ledger.content(tx, mailing.id, 1, "en"))
    return quopri.decodestring(text).decode()


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (SuppressionReason.BOUNCE, "messages to it came back"),
        (SuppressionReason.COMPLAINT, "marked as spam"),
        (SuppressionReason.READER, "We have stopped"),
        (SuppressionReason.OPERATOR, "We have stopped"),
    ],
)
def test_who_is_no_longer_mailed_comes_back_by_the_link(
    reason: SuppressionReason, why: str
) -> None:
    suppress(reason=reason)
    suppress("newsletter:1", reason)
    suppress("newsletter:2", reason)
    suppress("article", reason)

    ask()

    ((link,),) = mails()
    assert why in said(0)
    assert "If you confirm, we will start again" in said(0)
    assert subscribe.read(link.rpartition("/")[2], now=NOW).is_stopped
    confirm(link)
    assert suppressed() == ["article", "newsletter:2"]
    assert states() == {1: SubscriptionState.ACTIVE}
    with transaction() as tx:
        lines = audit.of(tx, subject="subscriber:1", action=Act.READER_LIFT)
        assert [(row.actor, row.detail["of"], row.detail["was"]) for row in lines] == [
            ("reader", "all mail", reason),
            ("reader", "morning", reason),
        ]


def test_a_suppressed_reader_who_has_it_is_not_told_that_they_receive_it() -> None:
    ask()
    confirm(mails()[0][0])
    suppress()

    ask(now=NOW + HOUR)
    link = mails()[-1][0]
    assert link.split("/")[3] == "confirm"
    confirm(link, NOW + HOUR)
    assert suppressed() == []

    suppress()
    with pytest.raises(RefusedError, match="already been used"):
        confirm(link, NOW + 2 * HOUR)
    assert suppressed() == ["*"]


def test_an_address_that_is_no_longer_mailed_gets_three_a_month() -> None:
    suppress()
    for day in range(5):
        ask(now=NOW + day * DAY)
    assert len(mails()) == 3

    ask(now=NOW + 30 * DAY)
    assert len(mails()) == 4


def test_who_wants_no_more_of_these_mails_gets_none() -> None:
    suppress("confirmation", SuppressionReason.READER)

    ask()

    assert mails() == []


def test_the_same_again_within_a_minute_is_the_mail_that_is_on_its_way() -> None:
    second = dt.timedelta(seconds=1)
    ask()
    ask(now=NOW + 59 * second)
    ask("evening", now=NOW + 59 * second)
    assert [len(links) for links in mails()] == [1, 2]

    ask(now=NOW + 60 * second)
    assert [len(links) for links in mails()] == [1, 2, 2]


def test_who_goes_back_and_chooses_otherwise_is_mailed_what_they_chose_last() -> None:
    second = dt.timedelta(seconds=1)
    ask()
    ask(sections=["sport"], now=NOW + second)
    ask(sections=["world"], now=NOW + 2 * second)

    confirm(mails()[-1][0])

    with transaction() as tx:
        assert subscribers.choices(tx, 1, ChoiceKind.SECTION) == ("world",)


def test_who_leaves_and_asks_again_within_a_minute_is_mailed_again() -> None:
    ask()
    confirm(mails()[0][0])
    with transaction() as tx:
        row = subscribers.lock_subscription(tx, 1)
        assert row is not None
        subscribers.end(tx, row, now=NOW)

    ask(now=NOW + dt.timedelta(seconds=30))

    assert len(mails()) == 2


def test_an_address_gets_three_mails_in_24_hours_however_written() -> None:
    for number, address in enumerate((READER, "Reader001@Example.com", READER, READER, READER)):
        ask(("morning", "evening", "weekend")[number % 3], address, NOW + number * HOUR)
    assert [len(links) for links in mails()] == [1, 2, 3]
    with transaction() as tx:
        kept = recipients.by_hash(tx, recipients.hash_of(READER))
        assert kept is not None
        assert kept.address == READER

    ask("morning", "reader002@example.com", NOW + 5 * HOUR)
    assert [len(links) for links in mails()] == [1, 2, 3, 1]

    ask("evening", now=NOW + DAY - dt.timedelta(seconds=1))
    assert len(mails()) == 4
    ask("evening", now=NOW + DAY)  # the first of the three is a day old
    assert [len(links) for links in mails()] == [1, 2, 3, 1, 3]


def test_a_stranger_changes_no_letter_of_a_delivery_address() -> None:
    """Some mail servers tell Reader001 from reader001: what was confirmed stays as it was."""
    ask("morning")
    confirm(mails()[0][0])
    for number, written in enumerate(("READER001@example.com", "Reader001@EXAMPLE.com"), 1):
        ask("evening", written, NOW + number * HOUR)

    with transaction() as tx:
        reader = subscribers.by_address(tx, READER)
        kept = recipients.by_hash(tx, recipients.hash_of(READER))
    assert reader is not None
    assert kept is not None
    assert (reader.address, kept.address) == (READER, READER)


def test_a_mail_waits_while_all_mail_is_stopped_as_long_as_its_links_work() -> None:
    ask()

    with transaction() as tx:
        assert ledger.expire(tx, NOW + 6 * DAY) == 0
    assert confirm(mails()[0][0], NOW + 6 * DAY) == "morning"
    with transaction() as tx:
        assert ledger.expire(tx, NOW + 7 * DAY) == 1


def test_a_stop_of_weeks_costs_no_sign_up_its_mail_and_its_link_works() -> None:
    with transaction() as tx:
        installation.stamp(tx, "test")
    steering.stop_everything(why="wrong list", actor=TESTER, now=NOW - HOUR)
    ask()
    (link,) = mails()[0]

    with transaction() as tx:
        assert ledger.expire(tx, NOW + 20 * DAY) == 0
        upkeep.keep_house(tx, NOW + 20 * DAY)
    steering.release(actor=TESTER, now=NOW + 20 * DAY)
    with transaction() as tx:
        assert ledger.expire(tx, NOW + 27 * DAY - HOUR) == 0
    assert mails() == [[link]]

    with pytest.raises(RefusedError, match="older than seven days"):
        confirm(link, NOW + 27 * DAY + HOUR)
    assert confirm(link, NOW + 27 * DAY) == "morning"
    with transaction() as tx:
        assert ledger.expire(tx, NOW + 28 * DAY) == 1


def test_a_link_of_before_a_stop_grows_no_older_by_it() -> None:
    ask()
    (link,) = mails()[0]
    for act, day in ((steering.stop_everything, 2), (steering.release, 4)):
        more = {"why": "w"} if day == 2 else {}
        act(actor=TESTER, now=NOW + day * DAY, **more)

    with pytest.raises(RefusedError, match="older than seven days"):
        confirm(link, NOW + 8 * DAY)


def test_tags_and_dots_make_no_more_mails_for_one_mailbox() -> None:
    for number in range(9):
        ask("morning", f"rea.der+{number}@{('gmail', 'googlemail')[number % 2]}.com")
    ask("morning", "reader@gmail.com")
    assert len(mails()) == 6

    ask("morning", "reader+1@example.com")
    ask("morning", "reader+1@gmail.com", NOW + DAY)
    assert len(mails()) == 8


def test_what_a_publication_answers_is_counted_by_the_hour() -> None:
    for number, minutes in enumerate((0, 59, 60)):
        ask("morning", f"reader00{number}@example.com", NOW + minutes * HOUR / 60)
    suppress("confirmation", SuppressionReason.READER)
    ask()

    with transaction() as tx:
        found = caps.beyond(tx, "confirmation:publication", 0, since=NOW - DAY)
        assert [(each.key, each.window_from, each.used) for each in found] == [
            ("1", NOW, 2),
            ("1", NOW + HOUR, 1),
        ]
