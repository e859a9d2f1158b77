"""Addresses: their one spelling, who runs them, until when they are kept, and who gets no mail."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.errors import BadAddressError
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import EVERYWHERE, Recipient, Suppression
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.rows import DAY, NOW

in_database = pytest.mark.usefixtures("database")

READER = "reader001@example.com"
FRIEND = "friend001@example.com"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (READER, READER),
        ("  reader001@example.com\n", READER),
        ("reader001@EXAMPLE.com", READER),
        ("Reader001@example.com", "Reader001@example.com"),
        ("reader001+news@example.com", "reader001+news@example.com"),
        ("reader001@bücher.example", "reader001@bücher.example"),
        ("reader001@xn--bcher-kva.example", "reader001@bücher.example"),
        ("reader001@site.test", "reader001@site.test"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert recipients.normalise(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reader001",
        "@example.com",
        "reader001@",
        "reader 001@example.com",
        "reader001@example.com, reader002@example.com",
        "reader001@example..com",
        "reader001@example.com\r\nBcc: reader002@example.com",
        "x" * 65 + "@example.com",
    ],
)
def test_what_cannot_be_mailed_is_refused_in_a_sentence_that_does_not_repeat_it(
    text: str,
) -> None:
    with pytest.raises(BadAddressError) as caught:
        recipients.normalise(text)

    assert str(caught.value).startswith("Mail cannot be sent to this address: ")
    assert not text or text not in str(caught.value)


def test_one_that_is_too_long_for_mail_is_found_all_the_same() -> None:
    long = "x" * 65 + "@example.com"

    assert recipients.normalise(long, is_known=True) == long


def test_the_hash_of_an_address_is_keyed_and_does_not_know_its_case() -> None:
    plain = recipients.hash_of(READER)

    assert recipients.hash_of("READER001@Example.com") == plain
    assert recipients.hash_of("reader002@example.com") != plain
    assert len(plain) == 32
    assert READER.encode() not in plain


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("reader001@gmail.com", "google"),
        ("reader001@GoogleMail.com", "google"),
        ("reader001@outlook.com", "microsoft"),
        ("reader001@hotmail.com", "microsoft"),
        ("reader001@live.com", "microsoft"),
        ("reader001@msn.com", "microsoft"),
        ("reader001@yahoo.com", "yahoo"),
        ("reader001@ymail.com", "yahoo"),
        ("reader001@aol.com", "yahoo"),
        ("reader001@icloud.com", "apple"),
        ("reader001@me.com", "apple"),
        ("reader001@mac.com", "apple"),
        ("reader001@example.com", "other"),
        ("reader001@mail.gmail.com", "other"),
        ("reader001@notgmail.com", "other"),
        ('"gmail.com@x"@example.com', "other"),
        ("", "other"),
    ],
)
def test_a_mailbox_belongs_to_whoever_its_domain_tells(address: str, group: str) -> None:
    assert recipients.receiver_group(address) == group


@in_database
def test_a_recipient_is_made_once_with_its_hash_and_group() -> None:
    with transaction() as tx:
        made = recipients.upsert(tx, "reader001@gmail.com")
        again = recipients.upsert(tx, "Reader001@gmail.com")

        assert made.id == again.id
        assert (again.address, again.receiver_group) == ("Reader001@gmail.com", "google")
        assert (again.subscriber_id, again.purge_at) == (None, None)
        assert recipients.find(tx, made.id) is again
        assert recipients.find(tx, made.id + 1) is None
        found = recipients.by_hash(tx, recipients.hash_of("reader001@gmail.com"))
        assert found is again
        assert recipients.by_hash(tx, recipients.hash_of(FRIEND)) is None


SOON, LATER = NOW + 30 * DAY, NOW + 50 * DAY


def _friend(tx: Transaction, *, purge_at: dt.datetime | None) -> None:
    hashed = recipients.hash_of(FRIEND)
    rows.recipient(tx, address=FRIEND, address_hash=hashed, purge_at=purge_at)


@in_database
@pytest.mark.parametrize(
    ("before", "asked", "after"),
    [
        (SOON, LATER, LATER),
        (LATER, SOON, LATER),
        (None, SOON, None),  # lasting, such as a desk's: it stays
        (SOON, None, None),  # and becomes lasting
    ],
)
def test_a_friends_address_goes_by_the_later_date_and_a_lasting_one_stays(
    before: dt.datetime | None, asked: dt.datetime | None, after: dt.datetime | None
) -> None:
    with transaction() as tx:
        _friend(tx, purge_at=before)

        assert recipients.upsert(tx, FRIEND, purge_at=asked).purge_at == after


@in_database
@pytest.mark.parametrize("before", [None, SOON, LATER])
def test_a_blanked_friend_who_is_written_to_again_goes_by_the_new_date(
    before: dt.datetime | None,
) -> None:
    with transaction() as tx:
        rows.recipient(tx, address="", address_hash=recipients.hash_of(FRIEND), purge_at=before)

        found = recipients.upsert(tx, FRIEND, purge_at=SOON)

        assert (found.address, found.purge_at) == (FRIEND, SOON)


@in_database
def test_a_friend_who_subscribes_is_never_purged_whatever_a_friend_sends_them() -> None:
    with transaction() as tx:
        _friend(tx, purge_at=SOON)
        who = rows.subscriber(tx, address=FRIEND, address_hash=recipients.hash_of(FRIEND))

        found = recipients.upsert(tx, FRIEND, subscriber_id=who.id)
        assert (found.subscriber_id, found.purge_at) == (who.id, None)

        found = recipients.upsert(tx, FRIEND, purge_at=LATER)
        assert (found.subscriber_id, found.purge_at) == (who.id, None)


@in_database
def test_an_old_date_of_a_subscriber_does_not_come_back() -> None:
    """Rows of older code hold both: a subscriber and a date."""
    with transaction() as tx:
        who = rows.subscriber(tx)
        rows.recipient(tx, subscriber_id=who.id, purge_at=SOON)

        assert recipients.upsert(tx, READER, purge_at=LATER).purge_at is None


@in_database
def test_a_recipient_outlives_its_subscriber() -> None:
    with transaction() as tx:
        who = rows.subscriber(tx)
        recipients.upsert(tx, READER, subscriber_id=who.id)
        tx.session.delete(who)
    with transaction() as tx:
        assert tx.scalars(select(Recipient.subscriber_id)).all() == [None]


@in_database
@pytest.mark.parametrize(
    ("suppressed", "asked", "is_barred"),
    [
        (EVERYWHERE, "article", True),
        (EVERYWHERE, "newsletter:7", True),
        ("newsletter:7", "newsletter:7", True),
        ("newsletter:7", "newsletter:70", False),
        ("newsletter:7", EVERYWHERE, False),
        ("article", "newsletter:7", False),
    ],
)
def test_an_address_gets_no_mail_of_a_scope_or_none_at_all(
    suppressed: str, asked: str, *, is_barred: bool
) -> None:
    hashed = recipients.hash_of(READER)
    with transaction() as tx:
        recipients.suppress(tx, hashed, scope=suppressed, reason=SuppressionReason.BOUNCE, now=NOW)

        assert recipients.is_suppressed(tx, hashed, asked) is is_barred
        assert not recipients.is_suppressed(tx, recipients.hash_of(FRIEND), asked)


@in_database
def test_the_first_reason_of_a_suppression_stays_but_that_mail_came_back() -> None:
    """A burst gives back what bounced: who has complained since must not be mailed for that."""
    hashed = recipients.hash_of(READER)
    bounce, complaint = SuppressionReason.BOUNCE, SuppressionReason.COMPLAINT
    operator = SuppressionReason.OPERATOR
    with transaction() as tx:
        changed = [
            recipients.suppress(tx, hashed, scope=scope, reason=reason, now=NOW + days * DAY)
            for days, (scope, reason) in enumerate(
                (
                    (EVERYWHERE, bounce),
                    (EVERYWHERE, bounce),
                    (EVERYWHERE, complaint),
                    (EVERYWHERE, operator),
                    (EVERYWHERE, bounce),
                    ("article", operator),
                )
            )
        ]

    with transaction() as tx:
        kept = tx.scalars(select(Suppression).order_by(Suppression.scope)).all()
    assert changed == [True, False, True, False, False, True]
    assert [(each.scope, each.reason, each.at) for each in kept] == [
        (EVERYWHERE, "complaint", NOW + 2 * DAY),
        ("article", "operator", NOW + 5 * DAY),
    ]


@in_database
def test_a_subscribers_address_is_written_as_they_wrote_it_whatever_a_friend_types() -> None:
    with transaction() as tx:
        who = rows.subscriber(tx, 1)
        recipients.upsert(tx, READER, subscriber_id=who.id)
        kept = recipients.upsert(tx, READER.upper(), purge_at=NOW + DAY)
        assert (kept.address, kept.purge_at) == (READER, None)
        recipients.upsert(tx, FRIEND, purge_at=NOW)
        assert recipients.upsert(tx, FRIEND.upper(), purge_at=NOW).address == FRIEND.upper()


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Reader001@Example.com", "reader001@example.com"),
        ("reader001+news+x@example.com", "reader001@example.com"),
        ("rea.der@example.com", "rea.der@example.com"),
        ("Rea.d.er+x@googlemail.com", "reader@gmail.com"),
        ("+news@example.com", "+news@example.com"),
    ],
)
def test_tags_and_googles_dots_lead_to_one_mailbox(address: str, mailbox: str) -> None:
    assert recipients.mailbox_of(address) == mailbox
