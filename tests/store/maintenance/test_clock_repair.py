"""A clock that was set back: what it wrote while it was ahead keeps nothing waiting.

Every column is tried with a row of its own, whatever the row would mean, for it is the column's
moment that decides.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    Enum,
    LargeBinary,
    String,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from syndicate.store.composition import issues
from syndicate.store.ground.schema import Object, SmallEnum, Table
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.maintenance import clock_repair
from syndicate.store.maintenance.clock_repair import RULES, Rule
from syndicate.store.maintenance.tables import METADATA
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.platform import caps, due
from syndicate.store.sending import batch_leases, reaping
from syndicate.store.sending.mailings import Batch, Delivery
from syndicate.vocabulary.sending import BatchState, Lane
from tests.mail.campaign import NOW, Plan, start

pytestmark = pytest.mark.usefixtures("database")

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
MINUTE = dt.timedelta(minutes=1)
# Moments that nothing waits for, or that somebody means.
LEFT = {
    "meant by an editor, a publisher or a reader": {
        *("article.embargo_until", "article.published_at", "article.updated_at"),
        *("picture.rights_until", "featured.ends_at", "feed_page.until", "feed.gone_at"),
        *("subscription.paused_until", "api_token.expires_at", "api_token.former_until"),
        *("push_key.ends_at", "master_key.ends_at"),
    },
    "the length of a promise; too long harms nobody": {
        *("mailing.expires_at", "console_session.expires_at", "feed_callback.lease_until"),
        *("hub_subscription.lease_until",),
    },
    "put right apart": {
        *("delivery.not_before", "delivery.done_at", "batch.lease_until", "due_job.slot"),
        *("cap_counter.window_from", "issue.window_to"),
        *("installation.life_since", "installation.opens_from"),
        *("installation.rest_held_at", "alarm_way.busy_until", "alarm_way.next_at"),
    },
    "a record, which nothing waits for": {
        *("api_answer.at", "api_token.created_at", "api_token.used_at", "audit.at"),
        *("changed_article.at", "console_session.created_at", "delivery_event.at"),
        *("delivery_incident.opened_at", "delivery_incident.last_at"),
        *("delivery_incident.closed_at", "delivery_incident.taken_at"),
        *("feed_partner.created_at", "feed_partner.revoked_at", "installation.stopped_at"),
        *("installation.held_at", "installation.compared_for", "newsletter_told.told_at"),
        *("publication.created_at", "receiver_pace.changed_at", "relay_seen.at"),
        *("sender_check.checked_at", "dkim_key.made_at", "dkim_key.seen_at"),
        *("dkim_key.left_at", "dkim_key.done_at"),
        *("fetch_state.distrusted_at", "fetch_state.held_at", "picture.measured_at"),
        *("subscriber.created_at", "suppression.at", "used_token.used_at"),
        *("suppression.noted_at", "subscription_change.noted_at"),
        *("subscription.created_at", "subscription.confirmed_at", "subscription.ended_at"),
        *("article.alert_at", "article.collected_at", "consent.at", "source.created_at"),
        *("subscription_feed.created_at", "tombstone.at", "article_source.seen_at"),
        *("feed_callback.last_at", "feed_callback.created_at"),
        *("feed_consumer.first_at", "feed_consumer.noticed_at"),
        *("feed_document.modified_at", "feed_document.built_at", "fetch_state.connected_at"),
        *("hub_subscription.created_at", "issue.window_from", "missing_link.noticed_at"),
        *("revision.created_at", "article_page.since", "mailing.cohort", "mailing.created_at"),
        *("mailing.started_at", "mailing.done_at", "mailing.renew_since"),
        *("source_push.at", "mailing_revision.made_at"),
        *("operator.created_at", "operator.retired_at", "operator_passkey.created_at"),
        *("holder.since", "holder.died_at"),
        *("operator_passkey.used_at", "operator_code.created_at", "section.retired_at"),
        "source.retired_at",
        *("api_token.secret_at", "push_key.made_at", "push_key.used_at", "master_key.made_at"),
        *("master_key.held_at", "master_key.signs_at", "master_key.used_at"),
        *("master_key.left_at", "master_key.ended_at", "master_key.journal_at"),
        *("subscription_change.at", "mailing_hold.placed_at", "publication_logo.at"),
        *("newsletter.paused_at", "newsletter.ended_at"),
        *("operator_notice.at", "operator_notice.done_at"),
        *("alarm_way.failing_since", "alarm_way.told_at", "alarm_telling.told_at"),
        *("alarm_ring.began_at", "alarm_ring.ended_at", "alarm_ring.last_rung_at"),
        "alarm_ring.acknowledged_at",
    },
}  # fmt: skip


def test_every_moment_in_every_table_was_thought_of() -> None:
    moments = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, DateTime)
    }
    left = [name for names in LEFT.values() for name in names]

    assert sorted([*left, *(rule.name for rule in RULES)]) == sorted(moments)


def anything(column: Column[Any]) -> Any:  # noqa: PLR0911 - one line a type
    """A value that a column without default can hold."""
    kind = column.type
    if isinstance(kind, Enum):
        return kind.enums[0]
    if isinstance(kind, SmallEnum):
        return 0
    if isinstance(kind, ARRAY):
        return []
    if isinstance(kind, JSONB | Object):
        return {}
    if isinstance(kind, LargeBinary):
        return b""
    if isinstance(kind, String):
        return ""
    return {dt.datetime: NOW, dt.date: NOW.date(), int: 1, bool: True}[kind.python_type]


@contextmanager
def row(rule: Rule, moment: dt.datetime) -> Iterator[Transaction]:
    """A row for which the rule holds, with that moment, while the block lasts.

    What it refers to need not be there.
    """
    table: Any = rule.column.class_.__table__
    values = {
        column.name: anything(column)
        for column in table.columns
        if not column.nullable and not column.identity and _is_needed(column)
    }
    with transaction() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(insert(table).values({**values, rule.column.key: moment}))
        yield tx
        tx.execute(delete(table))


def _is_needed(column: Column[Any]) -> bool:
    return column.server_default is None or isinstance(column.type, DateTime)


def still_waiting(tx: Transaction, rule: Rule) -> dt.timedelta:
    """How far ahead the moment of the only row is."""
    found: dt.datetime = tx.scalars(select(rule.column)).one()
    return found - NOW


def test_an_hour_ahead_and_back_leaves_nothing_waiting() -> None:
    left = {}
    for rule in RULES:
        with row(rule, NOW + rule.becomes + HOUR) as tx:
            found = clock_repair.put_right(tx, NOW, is_set_back=True)
            again = clock_repair.put_right(tx, NOW, is_set_back=True)
            left[rule.name] = (found, again, still_waiting(tx, rule))

    assert left == {rule.name: ({rule.name: 1}, {}, rule.becomes) for rule in RULES}


def test_what_lies_further_ahead_than_ever_is_found_without_being_told() -> None:
    left = {}
    for rule in RULES:
        longest = 4000 * DAY if rule.longest is None else rule.longest
        with row(rule, NOW + longest + due.SKEW) as tx:
            allowed = clock_repair.put_right(tx, NOW)
            further = update(rule.column.class_).values({rule.column.key: NOW + 4000 * DAY})
            tx.execute(further)
            found = clock_repair.put_right(tx, NOW)
            left[rule.name] = (allowed, found, still_waiting(tx, rule))

    assert left == {
        rule.name: ({}, {rule.name: 1}, rule.becomes)
        if rule.longest is not None
        # A feed is due at the end of an embargo, whenever that is.
        else ({}, {}, 4000 * DAY)
        for rule in RULES
    }


def deferred(until: dt.datetime) -> None:
    """A mailing whose only batch waits until then, for one deferred and one ambiguous reader."""
    start(Plan(audience=2))
    with transaction() as tx:
        for kind in (Issue, Newsletter):
            tx.execute(update(kind).values(created_at=NOW))
        tx.execute(update(Batch).values(deferred=1, ambiguous=1, not_before=until))
        tx.execute(text("UPDATE delivery SET state = 2 + 4 * ordinal"))
        tx.execute(update(Delivery).values(not_before=until, done_at=until))


def test_mail_that_was_put_off_leaves_at_once() -> None:
    deferred(NOW + HOUR + MINUTE)

    with transaction() as tx:
        before = batch_leases.ready_lanes(tx, NOW)
        found = clock_repair.put_right(tx, NOW, is_set_back=True)
        waits = tx.execute(select(Delivery.not_before, Delivery.done_at)).all()

        assert (before, batch_leases.ready_lanes(tx, NOW)) == (set(), {Lane.BULK})
    assert found == {"batch.not_before": 1, "delivery": 2}
    assert {row.not_before for row in waits} == {NOW}
    assert sorted(row.done_at for row in waits) == [NOW, NOW + HOUR + MINUTE]  # not of the deferred


def test_mail_that_was_put_off_by_a_sound_clock_waits() -> None:
    deferred(NOW + HOUR)

    with transaction() as tx:
        assert clock_repair.put_right(tx, NOW) == {}
        assert batch_leases.ready_lanes(tx, NOW) == set()


def test_a_window_of_the_future_is_not_half_used_when_it_comes() -> None:
    with transaction() as tx:
        caps.take(tx, "sign-up", "key", window_from=NOW + HOUR, limit=1)
        caps.take(tx, "sign-up", "key", window_from=NOW, limit=1)

        found = clock_repair.put_right(tx, NOW, is_set_back=True)

        assert found == {"cap_counter": 1}
        assert not caps.take(tx, "sign-up", "key", window_from=NOW, limit=1)
        assert caps.take(tx, "sign-up", "key", window_from=NOW + HOUR, limit=1)


@pytest.fixture
def leased() -> Iterator[Transaction]:
    """A batch in the hands of a worker, taken by a database whose clock was an hour ahead."""
    start(Plan(audience=2))
    with transaction() as tx:
        ahead = text("clock_timestamp() + interval '1 hour 2 minutes'")
        tx.execute(update(Batch).values(state=BatchState.LEASED, lease_until=ahead))
    with transaction() as tx:
        yield tx


def test_a_lease_of_the_databases_clock_is_cut_to_a_whole_one(leased: Transaction) -> None:
    reaped = reaping.reap(leased, now=NOW)

    left = text("SELECT extract(epoch FROM lease_until - clock_timestamp()) FROM batch")
    assert reaped == []  # its worker may be alive, and renews it
    assert (
        batch_leases.LEASE_S - 60 < float(leased.execute(left).scalar_one()) <= batch_leases.LEASE_S
    )


def test_an_issue_of_tomorrow_does_not_keep_today_from_its_slots() -> None:
    start(Plan(audience=1))
    with transaction() as tx:
        newsletter_id = tx.execute(text("SELECT id FROM newsletter")).scalar_one()
        window = (NOW, NOW + DAY)
        issues.open_slot(tx, newsletter_id, ((NOW + DAY).date(), "08:00"), window, now=NOW)

        last = issues.last_window(tx, newsletter_id, NOW + HOUR)

    assert last == NOW


def test_the_rules_name_tables_of_ours() -> None:
    assert {rule.column.class_.__table__ for rule in RULES} <= set(Table.metadata.sorted_tables)
