"""Lines become subscriptions all at once, and no line brings back who is not to come."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select, text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Newsletter, scope
from syndicate.store.readers import imports, recipients, subscribers
from syndicate.store.readers.imports import IMPORT, BroughtIn, Gone, Line
from syndicate.store.readers.recipients import EVERYWHERE, Recipient
from syndicate.store.readers.subscribers import Consent, Subscriber, Subscription
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason
from tests import rows
from tests.rows import DAY, NOW

AGREED = NOW - 900 * DAY
NOTHING = BroughtIn(0, 0, (), 0)


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return rows.newsletter(tx, rows.publication(tx).id)


def address_of(number: int) -> str:
    return f"reader{number:03}@example.com"


def line(reader: int, number: int | None = None, **fields: Any) -> Line:
    """A line of a reader; its own number is theirs where none is named."""
    address = fields.pop("address", address_of(reader))
    plain = {
        "number": reader if number is None else number,
        "address": address,
        "address_hash": recipients.hash_of(address),
        "receiver_group": recipients.receiver_group(address),
        "language": "en",
        "sections": (),
        "languages": (),
        "consented_at": AGREED,
    }
    return Line(**(plain | fields))


def bring(newsletter: Newsletter, *lines: Line, now: dt.datetime = NOW) -> BroughtIn:
    with transaction() as tx:
        proof = ("Yes, every day.", "list.csv")
        return imports.bring_in(tx, lines, newsletter, proof=proof, now=now)


def subscription_of(tx: Transaction, reader: int, newsletter: Newsletter) -> Subscription | None:
    found = subscribers.by_address(tx, address_of(reader))
    return None if found is None else subscribers.of(tx, found.id, newsletter.id)


def test_a_line_becomes_everything_that_a_reader_has(morning: Newsletter) -> None:
    chosen: dict[str, Any] = {"sections": ["world", "art"], "languages": ["ar"]}
    done = bring(morning, line(1, 7, language="ar", receiver_group="google", **chosen))

    assert done == BroughtIn(1, 0, (), 0)
    with transaction() as tx:
        who = tx.scalars(select(Subscriber)).one()
        mailed = tx.scalars(select(Recipient)).one()
        made = tx.scalars(select(Subscription)).one()
        proof = tx.scalars(select(Consent)).one()
        kinds = {kind: subscribers.choices(tx, made.id, kind) for kind in ChoiceKind}
    hashed = recipients.hash_of(address_of(1))
    assert (who.address, who.address_hash) == (address_of(1), hashed)
    assert (who.language, who.created_at) == ("ar", NOW)
    assert (mailed.address, mailed.address_hash) == (address_of(1), hashed)
    assert (mailed.receiver_group, mailed.subscriber_id) == ("google", who.id)
    assert (made.subscriber_id, made.newsletter_id) == (who.id, morning.id)
    assert (made.state, made.language) == (SubscriptionState.ACTIVE, "ar")
    assert (made.created_at, made.confirmed_at) == (NOW, AGREED)
    assert kinds == {ChoiceKind.SECTION: ("art", "world"), ChoiceKind.LANGUAGE: ("ar",)}
    assert (proof.subscription_id, proof.at, proof.method) == (made.id, AGREED, "import")
    assert (proof.wording, proof.origin) == ("Yes, every day.", "list.csv:7")


def test_each_line_keeps_its_own(morning: Newsletter) -> None:
    bring(morning, line(2, sections=["art"]), line(1, sections=["world"]), line(3))

    with transaction() as tx:
        made = {number: subscription_of(tx, number, morning) for number in (1, 2, 3)}
        chosen = {
            number: subscribers.choices(tx, found.id, ChoiceKind.SECTION)
            for number, found in made.items()
            if found is not None
        }
        origins = {each.subscription_id: each.origin for each in tx.scalars(select(Consent))}
    assert chosen == {1: ("world",), 2: ("art",), 3: ()}
    assert {number: origins[found.id] for number, found in made.items() if found} == {
        1: "list.csv:1",
        2: "list.csv:2",
        3: "list.csv:3",
    }


def test_no_lines_bring_nobody(morning: Newsletter) -> None:
    assert bring(morning) == NOTHING


def test_the_same_file_again_finds_all_of_them_known_and_changes_nothing(
    morning: Newsletter,
) -> None:
    bring(morning, line(1, sections=["world"]), line(2))
    changed: dict[str, Any] = {"language": "ar", "sections": ["art"], "languages": ["ar"]}

    done = bring(morning, line(1, **changed), line(2), now=NOW + DAY)

    assert done == BroughtIn(0, 2, (), 0)
    with transaction() as tx:
        found = subscription_of(tx, 1, morning)
        assert found is not None
        assert (found.language, found.created_at) == ("en", NOW)
        assert subscribers.choices(tx, found.id, ChoiceKind.SECTION) == ("world",)
        assert tx.scalar(select(func.count()).select_from(Consent)) == 2


def test_the_first_line_of_an_address_counts_whatever_order_they_come_in(
    morning: Newsletter,
) -> None:
    done = bring(
        morning,
        line(1, 9, sections=["art"]),
        line(1, 4, sections=["world"]),
        line(1, 5, sections=["sport"]),
    )

    twice = "occurs in an earlier line too"
    assert done == BroughtIn(1, 0, ((5, twice), (9, twice)), 0)
    with transaction() as tx:
        found = subscription_of(tx, 1, morning)
        assert found is not None
        assert subscribers.choices(tx, found.id, ChoiceKind.SECTION) == ("world",)


def test_who_has_another_newsletter_gets_this_one_too(morning: Newsletter) -> None:
    with transaction() as tx:
        evening = rows.newsletter(tx, morning.publication_id, "evening")
        left = {"state": SubscriptionState.ENDED, "ended_at": NOW}
        rows.subscription(tx, rows.subscriber(tx, 1).id, evening.id, **left)

    done = bring(morning, line(1, language="ar", sections=["art"], languages=["ar"]))

    assert done == BroughtIn(1, 0, (), 0)

    with transaction() as tx:
        assert tx.scalars(select(Subscriber.language)).all() == ["en"]
        old, new = tx.scalars(select(Subscription).order_by(Subscription.id))
        assert (old.state, old.newsletter_id) == (SubscriptionState.ENDED, evening.id)
        assert (new.state, new.newsletter_id) == (SubscriptionState.ACTIVE, morning.id)
        assert tx.scalars(select(Consent.subscription_id)).all() == [new.id]
        assert subscribers.choices(tx, new.id, ChoiceKind.SECTION) == ("art",)
        assert subscribers.choices(tx, old.id, ChoiceKind.SECTION) == ()


def test_a_friends_address_becomes_the_readers_and_stays(morning: Newsletter) -> None:
    with transaction() as tx:
        rows.recipient(tx, 1, address="", purge_at=NOW + DAY)

    bring(morning, line(1))

    with transaction() as tx:
        found = tx.scalars(select(Recipient)).one()
        who = tx.scalars(select(Subscriber.id)).one()
    assert (found.address, found.subscriber_id) == (address_of(1), who)
    assert found.purge_at is None


def test_nobody_is_touched_who_is_not_new(morning: Newsletter) -> None:
    """A line that is refused leaves the recipient as they were, also a friend's."""
    with transaction() as tx:
        rows.recipient(tx, 1, purge_at=NOW + DAY)
        _suppress(tx, 1, EVERYWHERE, SuppressionReason.COMPLAINT)

    bring(morning, line(1))

    with transaction() as tx:
        found = tx.scalars(select(Recipient)).one()
        assert (found.subscriber_id, found.purge_at) == (None, NOW + DAY)
        assert tx.scalars(select(Subscriber)).all() == []


@pytest.mark.parametrize(
    ("of", "reason", "why"),
    [
        ("*", SuppressionReason.COMPLAINT, "is suppressed: complaint"),
        ("*", SuppressionReason.BOUNCE, "is suppressed: bounce"),
        ("*", SuppressionReason.ERASED, "was erased on request"),
        ("morning", SuppressionReason.READER, "is suppressed: reader"),
        ("import", SuppressionReason.ERASED, "was erased on request"),
        ("evening", SuppressionReason.COMPLAINT, None),
        ("article", SuppressionReason.READER, None),
    ],
)
def test_who_is_barred_from_this_newsletter_is_not_brought_in(
    morning: Newsletter, of: str, reason: SuppressionReason, why: str | None
) -> None:
    scopes = {"morning": scope(morning.id), "evening": scope(morning.id + 1), "import": IMPORT}
    with transaction() as tx:
        _suppress(tx, 1, scopes.get(of, of), reason)

    done = bring(morning, line(1), line(2))

    if why is None:
        assert done == BroughtIn(2, 0, (), 0)
    else:
        assert done == BroughtIn(1, 0, ((1, why),), 1)


def test_who_is_barred_twice_is_told_of_the_wider_one(morning: Newsletter) -> None:
    with transaction() as tx:
        _suppress(tx, 1, scope(morning.id), SuppressionReason.READER)
        _suppress(tx, 1, EVERYWHERE, SuppressionReason.COMPLAINT)

    assert bring(morning, line(1)).refused == ((1, "is suppressed: complaint"),)


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"state": SubscriptionState.ENDED, "ended_at": NOW}, "has unsubscribed"),
        # Who left and asked again must confirm that themselves.
        ({"state": SubscriptionState.PENDING, "ended_at": NOW}, "has unsubscribed"),
        (
            {"state": SubscriptionState.PENDING, "confirmed_at": None},
            "has not confirmed yet",
        ),
    ],
)
def test_who_left_or_has_not_confirmed_is_not_brought_in(
    morning: Newsletter, columns: dict[str, Any], why: str
) -> None:
    with transaction() as tx:
        before = rows.subscription(tx, rows.subscriber(tx, 1).id, morning.id, **columns)

    done = bring(morning, line(1), line(2))

    assert done == BroughtIn(1, 0, ((1, why),), 1)
    with transaction() as tx:
        after = tx.session.get_one(Subscription, before.id)
        assert (after.state, after.confirmed_at) == (before.state, before.confirmed_at)


def test_reasons_are_given_by_their_weight(morning: Newsletter) -> None:
    """A line that stands twice is that; who is barred is that, though they had left as well."""
    with transaction() as tx:
        left = {"state": SubscriptionState.ENDED, "ended_at": NOW}
        for number in (1, 2):
            rows.subscription(tx, rows.subscriber(tx, number).id, morning.id, **left)
        _suppress(tx, 1, EVERYWHERE, SuppressionReason.BOUNCE)
        rows.reader(tx, 3, morning.id)
        _suppress(tx, 3, scope(morning.id), SuppressionReason.READER)

    done = bring(morning, line(1), line(2), line(3), line(1, 4))

    assert done.refused == (
        (1, "is suppressed: bounce"),
        (2, "has unsubscribed"),
        (3, "is suppressed: reader"),
        (4, "occurs in an earlier line too"),
    )
    # Nobody need correct a line of who is not to come; the one that stands twice is the file's.
    assert (done.added, done.known, done.left) == (0, 0, 3)


def test_the_lines_are_gone_with_their_transaction(morning: Newsletter) -> None:
    bring(morning, line(1))

    assert bring(morning, line(2)) == BroughtIn(1, 0, (), 0)


GONE: dict[str, Any] = {"state": SubscriptionState.ENDED, "ended_at": NOW, "consented_at": None}


def gone(reader: int, told: int = 0, **fields: Any) -> Gone:
    """A line of who has left elsewhere."""
    return Gone(**(vars(line(reader)) | {"told": told} | GONE | fields))


def test_few_lines_look_at_no_table_as_a_whole(morning: Newsletter) -> None:
    """Else each import of one reader would read thousands of rows, and keep others waiting."""
    taken = []
    for begin, size in ((0, 1), (10, 1000)):
        with transaction() as tx:
            lines = [line(begin + at, at) for at in range(size)]
            imports.bring_in(tx, lines, morning, proof=("Yes.", "x"), now=NOW)
            taken.append(set(tx.execute(_LOOKED_AT).scalars()))

    assert taken == [set(), {"subscriber", "subscription"}]


def test_the_rows_that_an_import_reads_grow_with_its_lines(morning: Newsletter) -> None:
    """Read are those of tables and of indexes: a join in a loop would read the square of them."""
    read = []
    for begin, size in ((0, 1000), (10_000, 2000), (20_000, 4000)):
        lines = [
            (gone(begin + at, at) if at % 4 == 0 else line(begin + at, at)) for at in range(size)
        ]
        with transaction() as tx:
            before = int(tx.execute(_ROWS_READ).scalar_one())
            imports.bring_in(tx, lines, morning, proof=("Yes.", "x"), now=NOW)
            read.append((int(tx.execute(_ROWS_READ).scalar_one()) - before) / size)

    assert max(read) < 1.5 * min(read)


# ANALYZE holds this to the end of its transaction.
_LOOKED_AT = text(
    "SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
    " WHERE pid = pg_backend_pid() AND mode = 'ShareUpdateExclusiveLock' AND relpersistence = 'p'"
)
# What this transaction has read so far, by PostgreSQL's own count.
_ROWS_READ = text(
    "SELECT sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))"
    " FROM pg_class WHERE relkind IN ('r', 'i')"
)


def _suppress(tx: Transaction, reader: int, of: str, reason: SuppressionReason) -> None:
    hashed = recipients.hash_of(address_of(reader))
    recipients.suppress(tx, hashed, scope=of, reason=reason, now=NOW)
