"""Subscribers in bulk: a file's lines become subscriptions by a handful of statements.

Lines travel into a temporary table by COPY and are judged there, all at once; so 100,000 lines cost
seconds. An import never brings back who has left, was erased, or is suppressed.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from syndicate.store.ground.rowsets import among
from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter, scope
from syndicate.store.readers.subscribers import Subscriber, Subscription
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason

IMPORT = "import"  # suppression scope that bars imports alone: who was erased may return themselves


@dataclass(frozen=True)
class Line:
    """One usable line of a file.

    Attributes:
        number: of the line, from 1.
        address: normalised.
        address_hash: its keyed hash.
        receiver_group: who runs the mailbox.
        language: of the mails' frame.
        sections: slugs chosen; empty for all.
        languages: of stories; empty for all.
        consented_at: when the reader agreed, aware UTC.
    """

    number: int
    address: str
    address_hash: bytes
    receiver_group: str
    language: str
    sections: Sequence[str]
    languages: Sequence[str]
    consented_at: dt.datetime


@dataclass(frozen=True)
class BroughtIn:
    """What became of lines.

    Attributes:
        added: subscriptions that are new.
        known: lines whose reader has the newsletter already; nothing was changed.
        refused: (line number, reason) pairs.
        left: how many of these have left, were erased or are suppressed: nobody need correct them.
    """

    added: int
    known: int
    refused: tuple[tuple[int, str], ...]
    left: int

    @property
    def faults(self) -> tuple[tuple[int, str], ...]:
        """Those of the refused that somebody could correct."""
        return tuple(pair for pair in self.refused if pair[1] == _TWICE)

    @property
    def suppressed(self) -> int:
        """How many of those who left were erased, or are suppressed."""
        return sum(why == _ERASED or why.startswith(_SUPPRESSED) for _, why in self.refused)


_TWICE = "occurs in an earlier line too"
_ERASED, _SUPPRESSED = "was erased on request", "is suppressed: "
_TABLE = text(
    """
    CREATE TEMPORARY TABLE import_line (
        number bigint, address text, address_hash bytea, receiver_group text, language text,
        sections text[], languages text[], consented_at timestamptz, verdict text,
        subscriber_id bigint, subscription_id bigint
    ) ON COMMIT DROP
    """
)
_COPY = """
    COPY import_line (number, address, address_hash, receiver_group, language, sections, languages,
        consented_at) FROM STDIN
"""
# The first reason that fits, in the order of their weight.
_JUDGE = text(
    f"""
    WITH judged AS (
        SELECT line.number, CASE
            WHEN row_number() OVER (PARTITION BY line.address_hash ORDER BY line.number) > 1
                THEN :twice
            WHEN barred.reason = {sql(SuppressionReason.ERASED)}
                THEN :erased
            WHEN barred.reason IS NOT NULL THEN :suppressed || barred.reason
            WHEN s.ended_at IS NOT NULL THEN 'has unsubscribed'
            WHEN s.state = {sql(SubscriptionState.PENDING)}
                THEN 'asked by form and has not confirmed yet'
            WHEN s.id IS NOT NULL THEN 'known'
            ELSE 'new' END AS verdict
        FROM import_line line
        LEFT JOIN subscriber r ON r.address_hash = line.address_hash
        LEFT JOIN subscription s ON s.subscriber_id = r.id AND s.newsletter_id = :newsletter
        LEFT JOIN LATERAL (
            SELECT reason FROM suppression x WHERE x.address_hash = line.address_hash
                AND x.scope IN ('*', :scope, :import) ORDER BY x.scope LIMIT 1
        ) barred ON true
    )
    UPDATE import_line SET verdict = judged.verdict
    FROM judged WHERE judged.number = import_line.number
    """  # noqa: S608 - our own words
)
_SUBSCRIBERS = text(
    """
    INSERT INTO subscriber (address, address_hash, language, created_at)
    SELECT address, address_hash, language, :now FROM import_line WHERE verdict = 'new'
    ON CONFLICT (address_hash) DO NOTHING
    """
)
# From here on lines are found by their own columns: a join that looks lines up by hash has no
# statistics to go by, and was planned as a loop in a loop (measured: 50,000 lines, minutes).
_KNOW_SUBSCRIBERS = text(
    """
    UPDATE import_line SET subscriber_id = r.id
    FROM subscriber r WHERE r.address_hash = import_line.address_hash AND verdict = 'new'
    """
)
_RECIPIENTS = text(
    """
    INSERT INTO recipient (address, address_hash, receiver_group, subscriber_id)
    SELECT address, address_hash, receiver_group, subscriber_id
    FROM import_line WHERE verdict = 'new'
    ON CONFLICT (address_hash) DO UPDATE
        SET subscriber_id = excluded.subscriber_id, address = excluded.address, purge_at = NULL
    """
)
_SUBSCRIPTIONS = text(
    f"""
    INSERT INTO subscription (subscriber_id, newsletter_id, state, language, created_at,
        confirmed_at)
    SELECT subscriber_id, :newsletter, {sql(SubscriptionState.ACTIVE)}, language, :now, consented_at
    FROM import_line WHERE verdict = 'new'
    """  # noqa: S608 - our own words
)
_KNOW_SUBSCRIPTIONS = text(
    """
    UPDATE import_line SET subscription_id = s.id
    FROM subscription s WHERE s.subscriber_id = import_line.subscriber_id
        AND s.newsletter_id = :newsletter AND verdict = 'new'
    """
)
_CHOICES = text(
    f"""
    INSERT INTO subscription_choice (subscription_id, kind, value)
    SELECT subscription_id, {sql(ChoiceKind.SECTION)}, unnest(sections)
    FROM import_line WHERE verdict = 'new'
    UNION ALL
    SELECT subscription_id, {sql(ChoiceKind.LANGUAGE)}, unnest(languages)
    FROM import_line WHERE verdict = 'new'
    """  # noqa: S608 - our own words
)
_PROOFS = text(
    """
    INSERT INTO consent (subscription_id, at, method, wording, origin)
    SELECT subscription_id, consented_at, 'import', :wording, :origin || ':' || number
    FROM import_line WHERE verdict = 'new'
    """
)
_STEPS = (
    _SUBSCRIBERS,
    _KNOW_SUBSCRIBERS,
    _RECIPIENTS,
    _SUBSCRIPTIONS,
    _KNOW_SUBSCRIPTIONS,
    _CHOICES,
    _PROOFS,
)
_REFUSED = text(
    "SELECT number, verdict FROM import_line WHERE verdict NOT IN ('new', 'known') ORDER BY number"
)
_COUNTED = text("SELECT count(*) FROM import_line WHERE verdict = :verdict")


def bring_in(
    tx: Transaction,
    lines: Sequence[Line],
    newsletter: Newsletter,
    *,
    proof: tuple[str, str],
    now: dt.datetime,
) -> BroughtIn:
    """Make subscriptions of lines, active at once: their readers have agreed elsewhere.

    Args:
        tx: the open transaction; one call in each.
        lines: that could be read.
        newsletter: which.
        proof: (wording, origin) of the consent; the origin gets the line's number.
        now: aware UTC.

    Returns:
        What became of the lines. Safe to run twice: the second time all of them are known.
    """
    done = judged(tx, lines, newsletter)
    values = {"newsletter": newsletter.id, "now": now, "wording": proof[0], "origin": proof[1]}
    for step in _STEPS:
        tx.execute(step, values)
    return done


def judged(tx: Transaction, lines: Sequence[Line], newsletter: Newsletter) -> BroughtIn:
    """What `bring_in` does with lines, told by the same statement before it is done.

    Args:
        tx: the open transaction; one call in each.
        lines: that could be read.
        newsletter: which.
    """
    tx.execute(_TABLE)
    _copy(tx, lines)
    tx.execute(text("ANALYZE import_line"))
    names = {"newsletter": newsletter.id, "scope": scope(newsletter.id), "import": IMPORT}
    names |= {"twice": _TWICE, "erased": _ERASED, "suppressed": _SUPPRESSED}
    tx.execute(_JUDGE, names)
    added, known = (
        tx.execute(_COUNTED, {"verdict": verdict}).scalar_one() for verdict in ("new", "known")
    )
    refused = tuple((int(number), str(why)) for number, why in tx.execute(_REFUSED))
    left = sum(why != _TWICE for _, why in refused)
    return BroughtIn(added, known, refused, left)


def active_among(
    tx: Transaction, newsletter_id: int, address_hashes: Sequence[bytes]
) -> frozenset[bytes]:
    """Those of some addresses, by keyed hash, that get a newsletter."""
    query = (
        select(Subscriber.address_hash)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(
            Subscription.newsletter_id == newsletter_id,
            Subscription.state == SubscriptionState.ACTIVE,
            among(Subscriber.address_hash, address_hashes),
        )
    )
    return frozenset(tx.scalars(query))


def _copy(tx: Transaction, lines: Sequence[Line]) -> None:
    # COPY is the driver's own; SQLAlchemy has no name for it.
    connection = tx.session.connection().connection.driver_connection
    assert connection is not None  # noqa: S101 - a transaction is open
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for line in lines:
            copy.write_row(
                (
                    line.number,
                    line.address,
                    line.address_hash,
                    line.receiver_group,
                    line.language,
                    list(line.sections),
                    list(line.languages),
                    line.consented_at,
                )
            )
