"""From decisions to rows: what one document changes, in one short transaction."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syndicate.articles import date_notices, decide, filing, heirs, similar
from syndicate.articles.changes import Alter, KnownArticle
from syndicate.articles.decide import Attach, Create, Facts, Touch
from syndicate.articles.identity import Identified, KnownEntry, entry_key, match
from syndicate.articles.story import entry_hash
from syndicate.articles.to_rows import (
    Tags,
    altered_article,
    by_link,
    known_article,
    known_entry,
    new_article,
)
from syndicate.reading.records import MAX_SAID
from syndicate.reading.text import fingerprint
from syndicate.store.content import articles
from syndicate.store.editing import (
    article_rows,
    bulk_articles,
    changes,
    embargoes,
    outbox,
    stored_articles,
)
from syndicate.store.editing.bulk_articles import NewArticle
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.vocabulary.articles import ArticleState

# What is kept of an entry whose article was taken down, beside the hashes it is recognised by.
_NOTHING: dict[str, Any] = dict.fromkeys(("guid", "link", "title", "raw_published"))


@dataclass(frozen=True)
class Place:
    """Where the entries of one document go.

    Attributes:
        authority: who mints tag: URIs for the publication (RFC 4151).
        stems: of all entries of the document; None of a part of one, which lacks nothing by that.
    """

    publication_id: int
    authority: str
    facts: Facts
    stems: frozenset[bytes] | None = None


@dataclass(frozen=True)
class Stored:
    """How many articles were made and how many revisions of known ones.

    Attributes:
        tags: of each article that changed, by its id: (slug, name) pairs.
        has_news: feeds have to be told of something.
        retagged: articles that have these tags and no others from now on.
    """

    articles: int = 0
    revisions: int = 0
    tags: Mapping[int, Tags] = field(default_factory=dict)
    has_news: bool = False
    retagged: frozenset[int] = frozenset()

    @property
    def article_ids(self) -> tuple[int, ...]:
        """All that changed."""
        return tuple(self.tags)


def known(
    tx: Transaction, source_id: int, found: Sequence[Identified]
) -> list[tuple[Identified, KnownEntry | None]]:
    """Each entry with what this source brought before, None when it is new."""
    return match(found, _brought(tx, source_id, found))


def _brought(tx: Transaction, source_id: int, found: Sequence[Identified]) -> list[KnownEntry]:
    """What this source brought before under the identities of these entries."""
    stems = {each.stem for each in found}
    rows = stored_articles.known_entries(tx, source_id, stems) if stems else []
    return [known_entry(row) for row in rows]


def is_changed(each: Identified, before: KnownEntry | None) -> bool:
    """Whether an entry is new or says something else than it did."""
    if before is None:
        return True
    if each.entry.said is not None:  # what was pushed, whatever newer code reads of it
        return before.said_hash != bytes.fromhex(each.entry.said)
    return before.entry_hash != entry_hash(each.entry)


def store(
    tx: Transaction,
    place: Place,
    found: Sequence[Identified],
    *,
    now: dt.datetime,
    missing: Collection[bytes] = (),
    featured: Sequence[tuple[str, str]] = (),
) -> Stored:
    """Store what a document changes. Safe to run twice: the second time nothing changes.

    Feeds are told by `outbox.pass_on`, after this transaction. Whatever stores takes its locks in
    one order: addresses, articles, tags, featured list, what feeds have to be told of.

    Args:
        tx: the open transaction.
        place: where it goes.
        found: its entries, pages read.
        now: aware UTC.
        missing: stems of entries whose page did not answer and is worth asking again.
        featured: (teaser, url) pairs of the publication's list; none means that no list was seen.
    """
    brought = _brought(tx, place.facts.source_id, found)
    pairs = match(found, brought)
    fresh = [each for each, before in pairs if before is None]
    changed = [(e, b) for e, b in pairs if b is not None and (is_changed(e, b) or e.full)]
    moved = [each for each, before in changed if each.entry.link != before.link]
    _tell_of_reuse(tx, place.facts.source_id, pairs, brought, now)
    if fresh or moved:
        bulk_articles.lock_links(tx, place.publication_id, decide.lookups([*fresh, *moved]))
    inherited = _inherited(tx, place, fresh, now=now, missing=missing)
    if inherited:
        taken = {each.stem for each, _ in inherited}
        fresh = [each for each in fresh if each.stem not in taken]
        changed = [*changed, *inherited]
    made = _store_new(tx, place, fresh, brought, now=now, missing=missing) if fresh else Stored()
    altered = _store_changed(tx, place, changed, now=now, missing=missing) if changed else Stored()
    tags = {**made.tags, **altered.tags}
    article_rows.tag(tx, place.publication_id, tags)
    article_rows.retag(tx, place.publication_id, {id_: tags[id_] for id_ in altered.retagged})
    picked: list[int] = []
    if fresh or changed or featured:
        picked = filing.keep(tx, place.publication_id, featured, now=now)
    noted = [*tags, *picked]
    outbox.note(tx, noted, now=now)
    return Stored(made.articles, altered.revisions, tags, has_news=bool(noted))


def _inherited(
    tx: Transaction,
    place: Place,
    fresh: Sequence[Identified],
    *,
    now: dt.datetime,
    missing: Collection[bytes],
) -> list[tuple[Identified, KnownEntry]]:
    """Entries that go on as stories of before under another identity, which they have from now."""
    facts = place.facts
    if not fresh or facts.is_first_connect or place.stems is None:
        return []
    found = heirs.found(tx, place.publication_id, facts.source_id, fresh, stems=place.stems)
    if not found:
        return []
    renamed = [each for each, _ in found]
    used = {each.entry_key for each in _brought(tx, facts.source_id, renamed)}
    going_on = []
    for each, before in found:
        key = entry_key(each, used)
        used.add(key)
        going_on.append((each, before, _carried(place, each, key, missing)))
    turned = heirs.carry(
        tx, place.publication_id, facts.source_id, going_on, stems=place.stems, now=now
    )
    pairs = match(renamed, _brought(tx, facts.source_id, renamed))
    rows = {each.stem: row for each, row in pairs if row is not None}
    told = [(each, was, rows[each.stem].row_id) for each, was in found if each.stem in rows]
    heirs.tell(tx, facts.source_id, told, turned=turned, now=now)
    return [(each, row) for each, row in pairs if row is not None]


def _tell_of_reuse(
    tx: Transaction,
    source_id: int,
    pairs: Sequence[tuple[Identified, KnownEntry | None]],
    brought: Sequence[KnownEntry],
    now: dt.datetime,
) -> None:
    """Notices of identities that stand for another story than they did: both stories stay."""
    lost = {each.stem: each for each in brought}
    for _, before in pairs:
        if before is not None:
            lost.pop(before.stem, None)
    for each, before in pairs:
        was = lost.get(each.stem) if before is None and each.is_alone else None
        if was is not None and was.title and each.entry.guid:
            stands_for = (each.entry.title or each.entry.link or "")[:MAX_SAID]
            message = (
                f"The identity {each.entry.guid[:MAX_SAID]} stood for “{was.title[:MAX_SAID]}” "
                f"before, and stands for “{stands_for}” now. Both stories are kept; tell the "
                "publisher, since many apps show one of them alone."
            )
            sources.notice_once(tx, source_id, kind="reused", message=message, now=now)


def _store_new(
    tx: Transaction,
    place: Place,
    fresh: Sequence[Identified],
    brought: Sequence[KnownEntry],
    *,
    now: dt.datetime,
    missing: Collection[bytes],
) -> Stored:
    source_id = place.facts.source_id
    links = decide.lookups(fresh)
    rows = stored_articles.by_links(tx, place.publication_id, source_id, links)
    intents = decide.new_entries(
        fresh,
        by_link={row.link: by_link(row) for row in rows},
        # Those of entries that are recognised in none of these, too: an identity that is used again
        # for another story leaves the first one its name.
        used_keys=[each.entry_key for each in brought],
        facts=place.facts,
        now=now,
    )
    intents = similar.merged(tx, place.publication_id, source_id, intents, now=now)
    creates = [each for each in intents if isinstance(each, Create)]
    attaches = [each for each in intents if isinstance(each, Attach)]
    articles_to_make = [_article(place, each, missing) for each in creates]
    ids = bulk_articles.make(tx, articles_to_make, now)
    article_rows.attach(
        tx,
        [
            _carried(place, each.found, each.key, missing)
            | {"article_id": each.article_id}
            | (_NOTHING if each.is_gone else {})
            for each in attaches
        ],
        now,
    )
    bulk_articles.add_links(
        tx,
        [
            (each.article_id, place.publication_id, each.found.links)
            for each in attaches
            if not each.is_gone
        ],
    )
    changes.keep_down(tx, {each.article_id for each in attaches if not each.is_gone}, now)
    dated = [date_notices.of_new(*each) for each in zip(ids, creates, strict=True)]
    date_notices.tell(tx, place.facts, dated, now)
    tags = {id_: each.tags for id_, each in zip(ids, articles_to_make, strict=True)}
    return Stored(articles=len(ids), tags=tags)


def _store_changed(
    tx: Transaction,
    place: Place,
    changed: Sequence[tuple[Identified, KnownEntry]],
    *,
    now: dt.datetime,
    missing: Collection[bytes],
) -> Stored:
    rows = stored_articles.for_change(tx, {before.article_id for _, before in changed})
    current = {row.id: known_article(row) for row in rows}
    intents = _judged(place.facts, changed, current, now=now, missing=missing)
    alters = [each for each in intents if isinstance(each, Alter)]
    kept = [each for each in alters if each.hold.state not in ArticleState.gone()]
    altered = [altered_article(each) for each in kept]
    bulk_articles.alter(tx, altered, now)
    for each in alters:
        withdraw(tx, each, now=now)
    gone = {id_ for id_, each in current.items() if each.state is ArticleState.TAKEN_DOWN}
    gone |= {each.article.id for each in alters if each.hold.state is ArticleState.TAKEN_DOWN}
    article_rows.touch(
        tx,
        [
            _seen(each, missing) | (_NOTHING if before.article_id in gone else {})
            for each, (_, before) in zip(intents, changed, strict=True)
        ],
        now,
    )
    embargoes.note(tx, _said_of_embargoes(intents))
    bulk_articles.add_links(
        tx,
        [
            (before.article_id, place.publication_id, each.links)
            for each, before in changed
            if each.entry.link != before.link and before.article_id not in gone
        ],
    )
    dated = [each for each in map(date_notices.of_changed, kept) if each is not None]
    date_notices.tell(tx, place.facts, dated, now)
    revisions = sum(each.change is not None for each in alters)
    tags: dict[int, Tags] = {each.article.id: () for each in alters}
    tags |= {each.article_id: each.tags for each in altered}
    retagged = frozenset(each.article.id for each in kept if each.tags is not None)
    return Stored(revisions=revisions, tags=tags, retagged=retagged)


def _judged(
    facts: Facts,
    changed: Sequence[tuple[Identified, KnownEntry]],
    current: Mapping[int, KnownArticle],
    *,
    now: dt.datetime,
    missing: Collection[bytes],
) -> list[Alter | Touch]:
    return [
        decide.known_entry(
            each,
            before,
            current[before.article_id],
            facts=facts,
            now=now,
            is_partial=each.stem in missing,
        )
        for each, before in changed
    ]


def _said_of_embargoes(intents: Sequence[Alter | Touch]) -> dict[int, str]:
    """What sources say anew of embargoes, by article, where it changes nothing else."""
    touched = (each for each in intents if isinstance(each, Touch))
    return {each.article_id: each.embargo_said for each in touched if each.embargo_said is not None}


def withdraw(tx: Transaction, each: Alter, *, now: dt.datetime) -> None:
    """Kill an article, or take it down, when that is its new state."""
    if each.hold.state not in ArticleState.gone():
        return
    row = articles.find(tx, each.article.id)
    assert row is not None  # noqa: S101 - it is locked since it was read
    if each.hold.state is ArticleState.KILLED:
        changes.kill(tx, row, note=each.note, now=now)
    else:
        changes.take_down(tx, row, now=now)


def _article(place: Place, create: Create, missing: Collection[bytes]) -> NewArticle:
    carried = _carried(place, create.found, create.key, missing)
    return new_article(place.publication_id, place.authority, create, carried)


def _carried(
    place: Place, each: Identified, key: str, missing: Collection[bytes]
) -> dict[str, Any]:
    return {
        "source_id": place.facts.source_id,
        "entry_key": key,
        "stem": each.stem,
        **_said(each, missing),
    }


def _said(each: Identified, missing: Collection[bytes]) -> Mapping[str, Any]:
    entry = each.entry
    # An entry whose page is missing must look changed the next time.
    seen = fingerprint("page missing") if each.stem in missing else entry_hash(entry)
    return {
        "guid": entry.guid,
        "link": entry.link,
        "title": entry.title,
        "raw_published": decide.written_date(entry),
        "entry_hash": seen,
        "said_hash": bytes.fromhex(entry.said) if entry.said is not None else None,
    }


def _seen(intent: Alter | Touch, missing: Collection[bytes]) -> dict[str, Any]:
    assert intent.found is not None  # noqa: S101 - both come from an entry here
    return {"id": intent.row_id, **_said(intent.found, missing)}
