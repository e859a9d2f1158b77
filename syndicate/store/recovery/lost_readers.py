"""Readers of whom a restored database knows nothing, made again as they had signed up and chosen.

Readers who left since are made as such, or barred where their address is not known any more, so
that no old list wakes them. Who was erased since stays out, whatever is remembered of them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import TextClause, text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import changes, recipients, subscribers
from syndicate.store.readers.subscribers import Proof, Subscription
from syndicate.store.recovery import reader_record
from syndicate.store.recovery.reader_record import IS_OLDER, Fact, Person
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.readers import ReaderChange, ReaderFact
from syndicate.vocabulary.sending import SuppressionReason

ORIGIN = "journal"

_NAMED = """
    SELECT named.place FROM unnest(CAST(:readers AS bytea[]), CAST(:abouts AS text[]),
        CAST(:ats AS timestamptz[]), CAST(:noted_ats AS timestamptz[]))
        WITH ORDINALITY AS named(address_hash, about, at, noted_at, place)
    JOIN newsletter n ON n.slug = named.about AND n.ended_at IS NULL
    LEFT JOIN subscriber r ON r.address_hash = named.address_hash
    LEFT JOIN subscription s ON s.subscriber_id = r.id AND s.newsletter_id = n.id
"""
_NOT_ERASED = f"""NOT EXISTS (SELECT FROM suppression x WHERE x.address_hash = named.address_hash
            AND x.reason = {sql(SuppressionReason.ERASED)} AND x.at >= named.at)"""
# One that nobody has confirmed is as good as none.
_UNKNOWN = text(
    f"""
    {_NAMED} WHERE (s.id IS NULL OR s.state = {sql(SubscriptionState.PENDING)}) AND {_NOT_ERASED}
    ORDER BY named.place
    """
)
# Of a newsletter of the same name that was made afterwards nobody has left.
_GONE = text(
    f"""
    {_NAMED} WHERE s.id IS NULL AND n.created_at <= named.noted_at AND {_NOT_ERASED}
    ORDER BY named.place
    """
)
# What was chosen before somebody left and came back is over: they chose anew when they came.
_UNCHOSEN = text(
    f"""
    {_NAMED} WHERE s.created_at <= named.at
        AND coalesce(s.confirmed_at, '-infinity') <= named.at AND NOT EXISTS (
        SELECT FROM subscription_change c WHERE c.subscription_id = s.id AND c.at >= named.at
            AND c.kind IN ({sql(*ReaderChange.of_choices())}))
    ORDER BY named.place
    """
)
_RETURNED = text(
    f"""
    {_NAMED} WHERE s.state <> {sql(SubscriptionState.PENDING)} AND {IS_OLDER}
    ORDER BY named.place
    """
)


def unknown(tx: Transaction, facts: Sequence[Fact]) -> list[Fact]:
    """Those confirmations whose subscriptions are not there, and whose readers were not erased."""
    return _found(tx, _UNKNOWN, facts)


def returned(tx: Transaction, facts: Sequence[Fact]) -> list[Fact]:
    """Those confirmations of subscriptions here of which this database knows nothing later."""
    return _found(tx, _RETURNED, facts)


def unchosen(tx: Transaction, facts: Sequence[Fact]) -> list[Fact]:
    """Those choices after which this database knows of none of that subscription."""
    return _found(tx, _UNCHOSEN, facts)


def gone(tx: Transaction, facts: Sequence[Fact]) -> list[Fact]:
    """Those leavings whose subscriptions are not there, and whose readers were not erased."""
    return _found(tx, _GONE, facts)


def sign_up(tx: Transaction, fact: Fact, person: Person) -> None:
    """Make a subscription that was confirmed, as it was asked for. Safe to run twice.

    Args:
        tx: the open transaction.
        fact: of `unknown`.
        person: whose.
    """
    newsletter = newsletters.by_slug(tx, fact.about)
    if newsletter is not None:
        _make(tx, fact, person, newsletter)


def sign_out(tx: Transaction, fact: Fact, person: Person) -> None:
    """Make a subscription that has ended, as an import does of who left elsewhere.

    Args:
        tx: the open transaction.
        fact: of `gone`.
        person: whose.
    """
    newsletter = newsletters.by_slug(tx, fact.about)
    if newsletter is not None:
        language, at = person.language, fact.at
        reader = subscribers.upsert(tx, person.address, language=language, now=at)
        made = subscribers.subscribe(tx, reader.id, newsletter.id, language=language, now=at)
        subscribers.end(tx, made, now=at)
        tx.flush()


def bar(
    tx: Transaction, facts: Sequence[Fact], *, lifted: Mapping[tuple[bytes, str], dt.datetime]
) -> int:
    """Keep readers out of what they left, by the hash alone. Safe to run twice.

    Args:
        tx: the open transaction.
        facts: of `gone`.
        lifted: when a (reader, scope) was let in again since.

    Returns:
        How many were not kept out.
    """
    scopes = {each.slug: newsletters.scope(each.id) for each in newsletters.every(tx)}
    reader, suppressed = SuppressionReason.READER.value, ReaderFact.SUPPRESSED
    barred = [
        replace(each, fact=suppressed, about=scopes[each.about], reason=reader) for each in facts
    ]
    still = [each for each in barred if lifted.get((each.reader, each.about), each.at) <= each.at]
    return reader_record.repeat(tx, suppressed, still)


def choose(tx: Transaction, fact: Fact, person: Person) -> None:
    """Let a reader have what they chose last, and note a choice of its own. Safe to run twice.

    Args:
        tx: the open transaction.
        fact: of `unchosen`, or of `returned`: who came back chose by that.
        person: whose.
    """
    found = _subscription(tx, fact, person)
    if found is None:
        return
    _choose(tx, found, person)
    if fact.fact is ReaderFact.CHOSE:
        chosen = {"sections": person.sections, "languages": person.languages}
        changes.note(tx, found.id, ReaderChange.CHOSE, at=fact.at, **chosen)
        tx.flush()


def _subscription(tx: Transaction, fact: Fact, person: Person) -> Subscription | None:
    newsletter = newsletters.by_slug(tx, fact.about)
    reader = subscribers.by_address(tx, person.address)
    if newsletter is None or reader is None:
        return None
    return subscribers.of(tx, reader.id, newsletter.id)


def _found(tx: Transaction, query: TextClause, facts: Sequence[Fact]) -> list[Fact]:
    values = {
        "readers": [each.reader for each in facts],
        "abouts": [each.about for each in facts],
        "ats": [each.at for each in facts],
        "noted_ats": [each.noted_at for each in facts],
    }
    return [facts[place - 1] for place in tx.execute(query, values).scalars()]


def _make(tx: Transaction, fact: Fact, person: Person, newsletter: Newsletter) -> None:
    at, language = fact.at, person.language
    reader = subscribers.upsert(tx, person.address, language=language, now=at)
    recipients.upsert(tx, person.address, subscriber_id=reader.id)
    made = subscribers.subscribe(tx, reader.id, newsletter.id, language=language, now=at)
    subscribers.activate(made, now=at)
    _choose(tx, made, person)
    said = newsletters.in_language(newsletter, language)
    proof = Proof("confirmation", said["name"], origin=ORIGIN)
    subscribers.add_consent(tx, made.id, proof, at=at)
    tx.flush()


def _choose(tx: Transaction, found: Subscription, person: Person) -> None:
    kinds = ((ChoiceKind.SECTION, person.sections), (ChoiceKind.LANGUAGE, person.languages))
    for kind, values in kinds:
        subscribers.choose(tx, found.id, kind, values)
    subscribers.prefer(tx, found, language=person.language, paused_until=person.paused_until)
