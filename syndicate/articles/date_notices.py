"""Notices to operators about a source's dates: embargoes and dates that cannot be read, and zones.

Each held article gets a notice, because somebody has to decide about it; a habit of the source gets
one a month.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate import phrases
from syndicate.articles.changes import Alter
from syndicate.articles.decide import Create, Facts
from syndicate.articles.embargoes import Hold
from syndicate.reading.records import Entry
from syndicate.store.editing import embargoes
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources

_NAMED = 5  # articles in one sentence
_MANY = 1_000


@dataclass(frozen=True)
class Dated:
    """What was decided about the dates of one article.

    Attributes:
        entry: what its source says.
        was: how it was held back before, None for a new one.
    """

    article_id: int
    entry: Entry
    hold: Hold
    was: Hold | None = None


def of_new(article_id: int, create: Create) -> Dated:
    """The dates of an article that was made."""
    return Dated(article_id, create.found.whole_entry, create.hold)


def of_changed(each: Alter) -> Dated | None:
    """The dates of an article that was changed, None when they were not spoken of."""
    if each.found is None or each.hold == each.article.hold:
        return None
    return Dated(each.article.id, each.found.whole_entry, each.hold, each.article.hold)


def tell(tx: Transaction, facts: Facts, dated: Sequence[Dated], now: dt.datetime) -> None:
    """Leave notices of a source's dates, where there is anything to say of them.

    Args:
        tx: the open transaction; the one that stores the articles.
        facts: of the source.
        dated: articles that are new or whose embargo changed.
        now: aware UTC.
    """
    source_id = facts.source_id
    held = [each for each in dated if each.hold.is_unread]
    if held:
        sources.notice(tx, source_id, kind="embargo", message=_held(held), now=now)
    for kind, found in (
        ("zone", _without_zone(source_id, dated)),
        ("dates", _unread(source_id, dated)),
        # A CMS that pushes what is due later means it.
        ("ahead", "" if facts.is_pushed else _ahead(source_id, dated)),
    ):
        if found:
            sources.notice_of_kind(tx, source_id, kind=kind, message=found, now=now)


def held_now(tx: Transaction) -> str:
    """Which articles wait for somebody to decide about their embargo; empty when none does."""
    found = embargoes.held(tx, limit=_MANY)
    if not found:
        return ""
    names = ", ".join(str(each.id) for each in found[:_NAMED])
    more = ", …" if len(found) > _NAMED else ""
    held = phrases.counted(
        len(found),
        "article is held because its embargo",
        "articles are held because their embargoes",
    )
    return f"{held} cannot be read: {names}{more}."


def _held(held: Sequence[Dated]) -> str:
    first = held[0]
    said = f"“{first.entry.embargo_raw}”"
    if len(held) == 1:
        return (
            f"The embargo of article {first.article_id} cannot be read: {said}. It is held back "
            "until someone decides: `syndicate articles embargo "
            f"{first.article_id} --until TIME`, or `--lift`."
        )
    names = ", ".join(str(each.article_id) for each in held[:_NAMED])
    more = f" and {len(held) - _NAMED} more" if len(held) > _NAMED else ""
    return (
        f"The embargoes of {len(held)} articles cannot be read, the first being {said}: articles "
        f"{names}{more}. They are held back until someone decides: `syndicate articles list "
        "--held` names them, `syndicate articles embargo ID --lift` publishes one."
    )


def _without_zone(source_id: int, dated: Sequence[Dated]) -> str:
    found = [each for each in dated if each.entry.embargo_raw and each.hold.until]
    if not found:
        return ""
    return (
        f"An embargo of source {source_id} names no zone: “{found[0].entry.embargo_raw}”, of "
        f"article {found[0].article_id}. Such articles are held back until that time has come in "
        'every zone; set "zone" in the source\'s profile to the one that is meant.'
    )


def _unread(source_id: int, dated: Sequence[Dated]) -> str:
    found = [
        each
        for each in dated
        if each.was is None
        and each.entry.raw_published
        and not (each.entry.published or each.entry.updated or each.entry.embargo_raw)
    ]
    if not found:
        return ""
    return (
        f"A date of source {source_id} cannot be read: “{found[0].entry.raw_published}”, of "
        f"article {found[0].article_id}. Such articles get the time they were first seen and are "
        "held from digests; a profile can say how the source writes dates."
    )


def _ahead(source_id: int, dated: Sequence[Dated]) -> str:
    found = [
        each
        for each in dated
        if each.was is None
        and each.hold.until
        and not (each.entry.embargo_until or each.entry.embargo_raw)
    ]
    if not found:
        return ""
    return (
        f"Source {source_id} dates articles in the future, as article {found[0].article_id}. They "
        "are held back until then; if the source's clock or zone is wrong, tell its publisher, and "
        "publish one with `syndicate articles embargo ID --lift`."
    )
