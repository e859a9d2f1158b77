"""Email article: one article to one friend, and no way to make more of it."""

import datetime as dt

import pytest
from sqlalchemy import text

from syndicate import settings, signing
from syndicate.actions import email_article, forms
from syndicate.actions.email_article import Wish
from syndicate.actions.forms import Guarded
from syndicate.articles import editing
from syndicate.breakers import doors, known
from syndicate.breakers.rules import Limit
from syndicate.errors import BadAddressError, CapReachedError, NotFoundError, UsageError
from syndicate.mail.mime import message
from syndicate.mail.mime.message import Writer
from syndicate.newsroom.verbs import Verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform.caps import CapCounter
from syndicate.store.readers import recipients
from syndicate.store.sending import batch_leases, ledger
from syndicate.vocabulary.sending import Lane, MailingKind, SuppressionReason
from tests import rows as rows_of
from tests.acting import TESTER
from tests.rows import DAY
from tests.store import racing
from tests.web import newsroom as rows
from tests.web.newsroom import Newsroom

FRIEND = "reader001@example.com"


pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def newsroom() -> Newsroom:
    return rows.make()


def send(  # noqa: PLR0913 - one post, told by what is special in it
    room: Newsroom,
    *,
    article: str = "report",
    to: str = FRIEND,
    name: str = "Reader One",
    ip: str = "203.0.113.7",
    trap: str = "",
    now: dt.datetime | None = None,
) -> int | None:
    at = now or room.now
    article_id = room.articles[article]
    stamp = forms.stamp(email_article.form_of(article_id), at - dt.timedelta(seconds=5))
    guarded = Guarded(stamp=stamp, trap=trap, ip=ip)
    return email_article.send(article_id, Wish(to, name), guarded, now=at)


def test_article_goes_to_one_friend_as_our_mail(newsroom: Newsroom) -> None:
    mailing_id = send(newsroom)

    assert mailing_id is not None
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        counts = ledger.counts(tx, mailing_id)
    assert mailing is not None
    assert (mailing.kind, mailing.lane, mailing.scope) == (
        MailingKind.SINGLE,
        Lane.URGENT,
        "article",
    )
    assert counts.audience == counts.remaining == 1


def test_mail_carries_of_the_visitor_a_name_and_nothing_else(newsroom: Newsroom) -> None:
    mailing_id = send(newsroom, name="Ana d'Arc-Núñez")

    assert mailing_id is not None
    with transaction() as tx:
        blocks = ledger.content(tx, mailing_id, 1, "en")
    headers = blocks[0].headers or {}
    text = b"".join(block.text for block in blocks).decode()
    assert headers["from_address"] == "news@courier.example.org"
    assert headers["subject"] == "Council agrees on the river report"
    assert "reply" not in str(headers).lower()
    assert "https://news.example.org/story-report" in text.replace("=\r\n", "")
    assert "203.0.113.7" not in text


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 41,
        "Buy at shop.example",
        "Call 0800",
        "a@b",
        "https:evil",
        "<b>Bold</b>",
        "Line\nbreak!",
        "emoji 🎉",
        "under_score",
        "evil\ua4f8com",  # a letter that looks like a dot
    ],
)
def test_name_that_is_not_one_is_refused(newsroom: Newsroom, name: str) -> None:
    with pytest.raises(UsageError, match=r"Please (enter your name|use only letters)"):
        send(newsroom, name=name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ana   Maria ", "Ana Maria"),
        ("قارئ أول", "قارئ أول"),
        ("李雷", "李雷"),
        ("O'Neil-Smith", "O'Neil-Smith"),
        ("e\u0301 Ada", "é Ada"),
        ("Two\nlines", "Two lines"),
        ("O\u02bbahu", "O\u02bbahu"),
    ],
)
def test_name_of_any_script_is_kept(given: str, kept: str) -> None:
    assert email_article.checked_name(given) == kept


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@b@c.example.com",
        "one@example.com, two@example.com",
        "one@example.com;two@example.com",
        "one@example.com\nBcc: two@example.com",
        "<one@example.com>",
        "a@localhost",
    ],
)
def test_anything_but_one_address_is_refused(newsroom: Newsroom, to: str) -> None:
    with pytest.raises(BadAddressError):
        send(newsroom, to=to)


@pytest.mark.parametrize("name", ["killed", "embargoed"])
def test_article_that_may_not_be_shown_is_not_emailed(newsroom: Newsroom, name: str) -> None:
    with pytest.raises(NotFoundError):
        send(newsroom, article=name)


@pytest.mark.parametrize("withdraw", [editing.kill, editing.take_down])
def test_article_that_is_being_withdrawn_is_not_emailed(
    newsroom: Newsroom, withdraw: Verb[..., bool]
) -> None:
    said = {"note": ""} if withdraw is editing.kill else {"reason": "An order."}

    def hold(tx: Transaction) -> bool:
        id_ = newsroom.articles["report"]
        return withdraw(tx, id_, **said, actor=TESTER, now=newsroom.now)

    with pytest.raises(NotFoundError, match="no such article"):
        racing.second(hold, lambda _tx: send(newsroom))

    with transaction() as tx:
        assert ledger.newest(tx, limit=9, with_singles=True) == []


def test_paid_article_is_emailed_as_a_teaser(newsroom: Newsroom) -> None:
    mailing_id = send(newsroom, article="paid")

    assert mailing_id is not None
    with transaction() as tx:
        blocks = ledger.content(tx, mailing_id, 1, "en")
    assert b"The committee met" not in b"".join(block.html + block.text for block in blocks)


def test_filled_trap_is_refused_aloud_and_costs_the_visitor_nothing(newsroom: Newsroom) -> None:
    for _ in range(4):  # more than a visitor may send in an hour
        with pytest.raises(UsageError, match="field that you cannot see"):
            send(newsroom, trap="https://shop.example")

    assert send(newsroom) is not None


def test_form_posted_at_once_is_refused(newsroom: Newsroom) -> None:
    article_id = newsroom.articles["report"]
    stamp = forms.stamp(email_article.form_of(article_id), newsroom.now)
    guarded = Guarded(stamp=stamp, trap="", ip="203.0.113.7")

    with pytest.raises(UsageError, match="too fast"):
        email_article.send(article_id, Wish(FRIEND, "Reader"), guarded, now=newsroom.now)


def test_switched_off_means_not_there(newsroom: Newsroom, settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_EMAIL_ARTICLE", "false")
    settings.load.cache_clear()

    with pytest.raises(NotFoundError):
        send(newsroom)


def test_visitor_sends_three_an_hour(newsroom: Newsroom) -> None:
    for number in range(3):
        assert send(newsroom, to=f"reader{number:03}@example.com") is not None

    with pytest.raises(CapReachedError):
        send(newsroom, to="reader100@example.com")
    assert send(newsroom, to="reader101@example.com", ip="203.0.113.8") is not None


def spend(limit: Limit, key: object, used: int, now: dt.datetime) -> None:
    with transaction() as tx:
        window = limit.window(now)
        rows_of.added(tx, CapCounter(cap=limit.name, key=str(key), window_from=window, used=used))


def turn(room: Newsroom, ip: str, number: int, article: str = "report") -> dt.timedelta | None:
    """How long a mail waits for its turn; None where it leaves at once."""
    mailing_id = send(room, article=article, ip=ip, to=f"r{number}@example.com")
    with transaction() as tx:
        query = "SELECT not_before FROM batch WHERE mailing_id = :id"
        at: dt.datetime | None = tx.scalar(text(query), {"id": mailing_id})
    return None if at is None else at - room.now


def test_fifty_strangers_do_not_switch_email_article_off_for_others(newsroom: Newsroom) -> None:
    spend(known.EMAILED_ARTICLE, newsroom.articles["report"], 50, newsroom.now)
    minute = dt.timedelta(minutes=1)

    of_one_network = [turn(newsroom, f"198.51.100.{number}", number) for number in range(4)]
    of_another = turn(newsroom, "203.0.113.7", 9)
    of_another_article = turn(newsroom, "198.51.100.9", 10, "museum")

    # Who asked little is let through; the rest of a network that asks much waits.
    assert of_one_network == [None, None, minute, 2 * minute]
    assert (of_another, of_another_article) == (None, None)


def test_very_many_strangers_make_others_wait_and_refuse_only_those_who_asked_much(
    newsroom: Newsroom,
) -> None:
    spend(known.EMAILED, 1, 10 * known.EMAILED.most, newsroom.now)

    assert turn(newsroom, "203.0.113.7", 1) == doors.EMAIL_ARTICLE.every
    with transaction() as tx:
        late = newsroom.now + doors.EMAIL_ARTICLE.longest + doors.EMAIL_ARTICLE.every
        tx.execute(text("UPDATE batch SET not_before = :late"), {"late": late})
    assert turn(newsroom, "203.0.113.8", 2) is not None
    with pytest.raises(CapReachedError, match="Very many people are asking for this"):
        turn(newsroom, "203.0.113.9", 3)


def test_what_waits_for_its_turn_expires_so_much_later(newsroom: Newsroom) -> None:
    spend(known.EMAILED, 1, 10 * known.EMAILED.most, newsroom.now)

    mailing_id = send(newsroom)

    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id or 0)
    assert mailing is not None
    assert mailing.expires_at == newsroom.now + DAY + doors.EMAIL_ARTICLE.every


def test_tags_of_one_mailbox_bring_a_friend_no_more_articles(newsroom: Newsroom) -> None:
    tagged = [f"reader001+{number}@example.com" for number in range(3)]
    sent = [send(newsroom, to=to, ip=f"203.0.{n}.7") for n, to in enumerate(tagged)]

    assert [each is not None for each in sent] == [True, True, False]


def test_a_network_of_many_addresses_sends_what_an_office_sends(newsroom: Newsroom) -> None:
    sent = []
    for number in range(known.EMAIL_ARTICLE[2].most + 1):
        try:
            send(newsroom, to=f"r{number}@example.com", ip=f"203.0.113.{number}")
        except CapReachedError:
            sent.append(number)

    assert sent == [known.EMAIL_ARTICLE[2].most]


def test_what_only_the_friend_should_know_looks_like_success(newsroom: Newsroom) -> None:
    with transaction() as tx:
        for scope, address in (("article", "no@example.com"), ("*", "none@example.com")):
            recipients.suppress(
                tx,
                recipients.hash_of(address),
                scope=scope,
                reason=SuppressionReason.READER,
                now=newsroom.now,
            )

    assert send(newsroom, to="no@example.com", ip="203.0.113.1") is None
    assert send(newsroom, to="none@example.com", ip="203.0.113.2") is None
    assert send(newsroom, ip="203.0.113.3") is not None
    assert send(newsroom, ip="203.0.113.4") is None  # the same article, to the same friend
    assert send(newsroom, article="museum", ip="203.0.113.5") is None  # the third of a day


def test_friend_gets_two_a_day(newsroom: Newsroom) -> None:
    sent = [
        send(newsroom, article=name, ip=f"203.0.113.{number}")
        for number, name in enumerate(["report", "museum", "paid"])
    ]

    assert [each is not None for each in sent] == [True, True, False]


def test_friend_is_forgotten_by_date_and_a_subscriber_is_not(newsroom: Newsroom) -> None:
    send(newsroom)

    with transaction() as tx:
        friend = recipients.by_hash(tx, recipients.hash_of(FRIEND))
        assert friend is not None
        purge_at = friend.purge_at
        subscriber = recipients.upsert(tx, FRIEND)
    assert purge_at == newsroom.now + dt.timedelta(days=30)
    assert subscriber.purge_at is None


def test_mail_offers_never_again(newsroom: Newsroom) -> None:
    mailing_id = send(newsroom)

    assert mailing_id is not None
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        recipient = recipients.upsert(tx, FRIEND)
    assert mailing is not None
    writer = Writer(mailing, settings.load().key(), "https://post.example.org")
    due = batch_leases.DueDelivery(
        ordinal=0,
        recipient_id=recipient.id,
        address=FRIEND,
        choice=0,
        language="en",
        attempts=0,
        subscription_id=None,
        content_version=None,
    )
    url = writer.slots(due)["never_url"]
    token = url.removeprefix("https://post.example.org/never/")
    assert signing.verify(settings.load().key(), message.NEVER, token) == str(recipient.id)
