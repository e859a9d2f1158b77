"""What readers wished, as an installation must remember it beyond its database, and doing it again.

A backup that is older brings back who has left, was erased or complained. So that is written down
elsewhere too (`syndicate.journal.readers`), by the address's keyed hash, and done once more.

A row that knows of something later than what is remembered stays as it is: so all of it may be done
in a database that lost nothing.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import TextClause, text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit
from syndicate.store.readers import subscribers
from syndicate.store.readers.recipients import ALL_MAIL, EVERYWHERE
from syndicate.store.recovery import copies
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.readers import ReaderChange, ReaderFact
from syndicate.vocabulary.sending import SuppressionReason


@dataclass(frozen=True)
class Person:
    """A subscription as its reader has it, to be made anew where nothing is known of it.

    Attributes:
        address: as it was given.
        language: of the frame.
        sections: slugs that were chosen, none for all.
        languages: of stories, likewise.
        paused_until: nothing is sent before; aware UTC.
    """

    address: str
    language: str
    sections: tuple[str, ...]
    languages: tuple[str, ...]
    paused_until: dt.datetime | None = None


@dataclass(frozen=True)
class Fact:
    """One thing that a reader did, or that was done about an address.

    Attributes:
        fact: which.
        reader: keyed hash of the address.
        about: slug of a newsletter, or the scope of a suppression.
        at: when, aware UTC.
        noted_at: when the database wrote it down, aware UTC; not before `at` where clocks agree.
        reason: of a suppression; else empty.
        person: who confirmed or chose, as it stands when it is written down.
        sealed: the same as it was written down, encrypted.
    """

    fact: ReaderFact
    reader: bytes
    about: str
    at: dt.datetime
    noted_at: dt.datetime
    reason: str = ""
    person: Person | None = field(default=None, compare=False)
    sealed: str = field(default="", compare=False)


_CHOSEN = "ARRAY(SELECT value FROM subscription_choice WHERE subscription_id = s.id AND kind = {})"
_PERSON = ", ".join(
    (
        "r.address, s.language",
        _CHOSEN.format(sql(ChoiceKind.SECTION)),
        _CHOSEN.format(sql(ChoiceKind.LANGUAGE)),
        "s.paused_until",
    )
)
_NOBODY = "NULL, NULL, NULL::text[], NULL::text[], NULL::timestamptz"
_ROWS = f"""
    SELECT {sql(ReaderFact.LEFT)} AS fact, r.address_hash AS reader, n.slug AS about, c.at,
        c.noted_at, '' AS reason, {_NOBODY}
    FROM subscription_change c JOIN subscription s ON s.id = c.subscription_id
        JOIN subscriber r ON r.id = s.subscriber_id JOIN newsletter n ON n.id = s.newsletter_id
    WHERE c.kind = {sql(ReaderChange.LEFT)} AND c.noted_at > :moment
    UNION ALL
    SELECT DISTINCT {sql(ReaderFact.CHOSE)}, r.address_hash, n.slug, c.at, c.noted_at, '', {_PERSON}
    FROM subscription_change c JOIN subscription s ON s.id = c.subscription_id
        JOIN subscriber r ON r.id = s.subscriber_id JOIN newsletter n ON n.id = s.newsletter_id
    WHERE c.kind IN ({sql(*ReaderChange.of_choices())}) AND c.noted_at > :moment
    UNION ALL
    SELECT {sql(ReaderFact.CONFIRMED)}, r.address_hash, n.slug, c.at, c.at, '', {_PERSON}
    FROM consent c JOIN subscription s ON s.id = c.subscription_id
        JOIN subscriber r ON r.id = s.subscriber_id JOIN newsletter n ON n.id = s.newsletter_id
    WHERE c.method = 'confirmation' AND c.at > :moment
    UNION ALL
    SELECT {sql(ReaderFact.SUPPRESSED)}, address_hash, scope, at, noted_at, reason, {_NOBODY}
    FROM suppression WHERE noted_at > :moment
    UNION ALL
    SELECT {sql(ReaderFact.LIFTED)}, r.address_hash,
        coalesce(a.detail ->> 'scope', 'newsletter:' || n.id, '{EVERYWHERE}'), a.at, a.at, '',
        {_NOBODY}
    FROM audit a CROSS JOIN LATERAL (
            -- A subscriber is named by id, and who is none by the hash itself. By its number alone
            -- the row is found without reading all of them.
            SELECT address_hash FROM subscriber WHERE id = CASE
                WHEN a.subject ~ '^subscriber:[0-9]{{1,18}}$'
                THEN CAST(substr(a.subject, 12) AS bigint) END
            UNION ALL
            SELECT decode(substr(a.subject, 9), 'hex') WHERE a.subject ~ '^address:[0-9a-f]{{64}}$'
        ) r
        LEFT JOIN newsletter n ON n.slug = a.detail ->> 'of' AND a.detail ->> 'scope' IS NULL
    WHERE a.action = ANY(:lifts) AND a.at > :moment
        -- Of a newsletter that is no longer there nothing is told: it is not all mail.
        AND (a.detail ->> 'scope' IS NOT NULL OR n.id IS NOT NULL OR a.detail ->> 'of' = :all_mail)
"""  # noqa: S608 - our own words
_SINCE = text(f"{_ROWS} ORDER BY 5, 4, 2, 3, 1")
_SUMS = text(
    f"""
    SELECT recent, concat(count(hash), ':', sum(hash)),
        concat(count(hash) FILTER (WHERE is_recent), ':', sum(hash) FILTER (WHERE is_recent))
    FROM (SELECT now() - CAST(:overlap AS interval) AS recent) ago LEFT JOIN LATERAL (
        SELECT hash_record_extended(ROW (fact, reader, about, at, noted_at, reason), 0) AS hash,
            noted_at > recent AS is_recent
        FROM ({_ROWS}) facts
    ) each ON true GROUP BY recent
    """  # noqa: S608 - our own words
)


@dataclass(frozen=True)
class Sums:
    """What was noted since a moment, in a word each: the same as long as it is the same facts.

    Attributes:
        every: all of it.
        recent: since when some of it is recent, aware UTC, by the database's own clock.
        of_recent: that of it.
    """

    every: str
    recent: dt.datetime
    of_recent: str


def sums(tx: Transaction, moment: dt.datetime, overlap: dt.timedelta) -> Sums:
    """What the database wrote down after a moment, without reading it.

    Args:
        tx: the open transaction.
        moment: aware UTC.
        overlap: how long ago is recent.
    """
    recent, every, of_recent = tx.execute(_SUMS, _asked(moment) | {"overlap": overlap}).one()
    return Sums(every, recent, of_recent)


def since(tx: Transaction, moment: dt.datetime) -> list[Fact]:
    """What the database wrote down after a moment, oldest first."""
    rows = tx.execute(_SINCE, _asked(moment))
    return [
        Fact(ReaderFact(fact), bytes(reader), about, at, noted_at, reason, _person(*person))
        for fact, reader, about, at, noted_at, reason, *person in rows
    ]


def _asked(moment: dt.datetime) -> dict[str, object]:
    return {"moment": moment, "lifts": audit.codes(Act.READER_LIFT), "all_mail": ALL_MAIL}


def _person(
    address: str | None,
    language: str,
    sections: Sequence[str] | None,
    languages: Sequence[str] | None,
    paused_until: dt.datetime | None,
) -> Person | None:
    if address is None:
        return None
    chosen = (tuple(sorted(sections or ())), tuple(sorted(languages or ())))
    return Person(address, language, *chosen, paused_until)


_NAMED = """
    named AS (
        SELECT * FROM unnest(CAST(:readers AS bytea[]), CAST(:abouts AS text[]),
            CAST(:ats AS timestamptz[]), CAST(:reasons AS text[]))
            AS named(address_hash, about, at, reason)
    )
"""
# Of who signed up afterwards nothing is remembered, though the address be the same.
IS_OLDER = """
    r.created_at <= named.at
        AND coalesce(greatest(s.ended_at, s.confirmed_at), '-infinity') < named.at
"""
_OLDER = f"""
    FROM named JOIN subscriber r ON r.address_hash = named.address_hash
        JOIN newsletter n ON n.slug = named.about
    WHERE s.subscriber_id = r.id AND s.newsletter_id = n.id AND {IS_OLDER}
"""
_END = f"""
    WITH {_NAMED}, ended AS (
        UPDATE subscription s SET state = {sql(SubscriptionState.ENDED)}, ended_at = named.at
        {_OLDER} RETURNING s.id, s.ended_at
    ), noted AS (
        INSERT INTO subscription_change (subscription_id, at, kind)
        SELECT id, ended_at, {sql(ReaderChange.LEFT)} FROM ended RETURNING 1
    )
    SELECT count(*) FROM noted
"""  # noqa: S608 - our own words
_RETURN = f"""
    WITH {_NAMED}, returned AS (
        UPDATE subscription s SET state = {sql(SubscriptionState.ACTIVE)}, confirmed_at = named.at,
            ended_at = NULL, paused_until = NULL
        {_OLDER} AND n.ended_at IS NULL RETURNING s.id, s.confirmed_at, n.name
    ), proved AS (
        INSERT INTO consent (subscription_id, at, method, wording, origin)
        SELECT id, confirmed_at, 'confirmation', name, 'journal' FROM returned RETURNING 1
    )
    SELECT count(*) FROM proved
"""  # noqa: S608 - our own words
_SUPPRESS = f"""
    WITH {_NAMED}, made AS (
        INSERT INTO suppression (address_hash, scope, reason, at)
        SELECT address_hash, about, reason, at FROM named
        -- As `recipients.suppress` does: what bounced may be given back, and no other reason.
        ON CONFLICT (address_hash, scope) DO UPDATE
            SET reason = excluded.reason, at = excluded.at, noted_at = now()
            WHERE suppression.reason = {sql(SuppressionReason.BOUNCE)}
                AND excluded.reason <> suppression.reason
        RETURNING 1
    )
    SELECT count(*) FROM made
"""  # noqa: S608 - our own words
_LIFT = f"""
    WITH {_NAMED}, lifted AS (
        DELETE FROM suppression x USING named
        -- What was told of afterwards stands, though it was done before.
        WHERE x.address_hash = named.address_hash AND x.scope = named.about AND x.at < named.at
            AND x.noted_at < named.at
        RETURNING 1
    )
    SELECT count(*) FROM lifted
"""  # noqa: S608 - our own words
_DOES: dict[ReaderFact, TextClause] = {
    ReaderFact.LEFT: text(_END),
    ReaderFact.CONFIRMED: text(_RETURN),
    ReaderFact.SUPPRESSED: text(_SUPPRESS),
    ReaderFact.LIFTED: text(_LIFT),
}
_ERASED = text(
    f"""
    WITH {_NAMED}
    SELECT r.id FROM named JOIN subscriber r ON r.address_hash = named.address_hash
    WHERE r.created_at <= named.at ORDER BY r.id
    """  # noqa: S608 - our own words
)


def repeat(tx: Transaction, fact: ReaderFact, facts: Sequence[Fact]) -> int:
    """Do again what this database does not know of some facts. Safe to run twice.

    Args:
        tx: the open transaction.
        fact: which all of them are.
        facts: the last word about each reader and what it is about; choices are left to
            `lost_readers`.

    Returns:
        How many were unknown.
    """
    statement = _DOES.get(fact)
    if statement is None:
        return 0
    return int(tx.execute(statement, _values(facts)).scalar_one())


def erase(tx: Transaction, facts: Sequence[Fact], *, now: dt.datetime) -> int:
    """Erase again who was erased and is here all the same. Safe to run twice.

    Args:
        tx: the open transaction.
        facts: the last erasure of each reader, whatever was said of them since.
        now: aware UTC; for the audit.

    Returns:
        How many readers.
    """
    found = list(tx.execute(_ERASED, _values(facts)).scalars())
    for subscriber_id in found:
        subscribers.erase(tx, subscriber_id)
        subject = f"subscriber:{subscriber_id}"
        audit.record(tx, at=now, actor=copies.ACTOR, action=Act.READER_ERASE, subject=subject)
    return len(found)


def _values(facts: Sequence[Fact]) -> dict[str, list[object]]:
    return {
        "readers": [each.reader for each in facts],
        "abouts": [each.about for each in facts],
        "ats": [each.at for each in facts],
        "reasons": [each.reason for each in facts],
    }
