"""From decisions to rows: what one document changes, in one short transaction."""

import dataclasses
import datetime as dt
import re
import unicodedata
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syndicate.collect import alike, decide, picks, telling
from syndicate.collect.altering import Alter, KnownArticle
from syndicate.collect.decide import Attach, ByLink, Create, Facts, Touch
from syndicate.collect.extract import direction_of
from syndicate.collect.identity import Identified, KnownEntry, match
from syndicate.collect.records import PictureIn
from syndicate.collect.story import entry_hash
from syndicate.collect.text import fingerprint, plain
from syndicate.store import articles, changes, collecting, embargoes, outbox, writing
from syndicate.store.collecting import AlteredArticle, NewArticle
from syndicate.store.session import Transaction

_SLUG_LENGTH = 80
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
_ARABIC_VOWELS = re.compile("[\u064b-\u065f\u0670]")
_DONE = frozenset({"killed", "taken_down"})
# What is kept of an entry whose article was taken down, beside the hashes it is recognised by.
_NOTHING: dict[str, Any] = dict.fromkeys(("guid", "link", "title", "raw_published"))


@dataclass(frozen=True)
class Place:
    """Where the entries of one document go.

    Attributes:
        authority: who mints tag: URIs for the publication (RFC 4151).
    """

    publication_id: int
    authority: str
    facts: Facts


Tags = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Stored:
    """How many articles were made and how many revisions of known ones.

    Attributes:
        tags: of each article that changed, by its id: (slug, name) pairs.
        has_news: feeds have to be told of something.
    """

    articles: int = 0
    revisions: int = 0
    tags: Mapping[int, Tags] = field(default_factory=dict)
    has_news: bool = False

    @property
    def article_ids(self) -> tuple[int, ...]:
        """All that changed."""
        return tuple(self.tags)


def known(
    tx: Transaction, source_id: int, found: Sequence[Identified]
) -> list[tuple[Identified, KnownEntry | None]]:
    """Each entry with what this source brought before, None when it is new."""
    stems = {each.stem for each in found}
    rows = collecting.known_entries(tx, source_id, stems) if stems else []
    return match(found, [KnownEntry(*row) for row in rows])


def is_changed(each: Identified, before: KnownEntry | None) -> bool:
    """Whether an entry is new or says something else than it did."""
    return before is None or before.entry_hash != entry_hash(each.entry)


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
    pairs = known(tx, place.facts.source_id, found)
    fresh = [each for each, before in pairs if before is None]
    changed = [(e, b) for e, b in pairs if b is not None and (is_changed(e, b) or e.full)]
    moved = [each for each, before in changed if each.entry.link != before.link]
    if fresh or moved:
        collecting.lock_links(tx, place.publication_id, decide.lookups([*fresh, *moved]))
    made = _store_new(tx, place, fresh, pairs, now=now, missing=missing) if fresh else Stored()
    altered = _store_changed(tx, place, changed, now=now, missing=missing) if changed else Stored()
    tags = {**made.tags, **altered.tags}
    writing.tag(tx, place.publication_id, tags)
    picked: list[int] = []
    if fresh or changed or featured:
        picked = picks.keep(tx, place.publication_id, featured, now=now)
    noted = [*tags, *picked]
    outbox.note(tx, noted, now=now)
    return Stored(made.articles, altered.revisions, tags, has_news=bool(noted))


def _store_new(
    tx: Transaction,
    place: Place,
    fresh: Sequence[Identified],
    pairs: Sequence[tuple[Identified, KnownEntry | None]],
    *,
    now: dt.datetime,
    missing: Collection[bytes],
) -> Stored:
    source_id = place.facts.source_id
    links = decide.lookups(fresh)
    rows = collecting.by_links(tx, place.publication_id, source_id, links)
    intents = decide.new_entries(
        fresh,
        by_link={link: ByLink(*rest) for link, *rest in rows},
        used_keys=[before.entry_key for _, before in pairs if before is not None],
        facts=place.facts,
        now=now,
    )
    intents = alike.merged(tx, place.publication_id, source_id, intents, now=now)
    creates = [each for each in intents if isinstance(each, Create)]
    attaches = [each for each in intents if isinstance(each, Attach)]
    articles_to_make = [new_article(place, each, missing) for each in creates]
    ids = collecting.make(tx, articles_to_make, now)
    writing.attach(
        tx,
        [
            _carried(place, each.found, each.key, missing)
            | {"article_id": each.article_id}
            | (_NOTHING if each.is_gone else {})
            for each in attaches
        ],
        now,
    )
    collecting.add_links(
        tx,
        [
            (each.article_id, place.publication_id, each.found.links)
            for each in attaches
            if not each.is_gone
        ],
    )
    dated = [telling.of_new(*each) for each in zip(ids, creates, strict=True)]
    telling.tell(tx, place.facts, dated, now)
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
    rows = collecting.for_change(tx, {before.article_id for _, before in changed})
    current = {row["id"]: known_article(row) for row in rows}
    intents = _judged(place.facts, changed, current, now=now, missing=missing)
    alters = [each for each in intents if isinstance(each, Alter)]
    kept = [each for each in alters if each.hold.state not in _DONE]
    altered = [altered_article(each) for each in kept]
    collecting.alter(tx, altered, now)
    for each in alters:
        withdraw(tx, each, now=now)
    gone = {id_ for id_, each in current.items() if each.state == "taken_down"}
    gone |= {each.article.id for each in alters if each.hold.state == "taken_down"}
    writing.touch(
        tx,
        [
            _seen(each, missing) | (_NOTHING if before.article_id in gone else {})
            for each, (_, before) in zip(intents, changed, strict=True)
        ],
        now,
    )
    embargoes.note(tx, _said_of_embargoes(intents))
    collecting.add_links(
        tx,
        [
            (before.article_id, place.publication_id, each.links)
            for each, before in changed
            if each.entry.link != before.link and before.article_id not in gone
        ],
    )
    dated = [each for each in map(telling.of_changed, kept) if each is not None]
    telling.tell(tx, place.facts, dated, now)
    revisions = sum(each.change is not None for each in alters)
    tags: dict[int, Tags] = {each.article.id: () for each in alters}
    tags |= {each.article_id: each.tags for each in altered}
    return Stored(revisions=revisions, tags=tags)


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
    if each.hold.state not in _DONE:
        return
    row = articles.find(tx, each.article.id)
    assert row is not None  # noqa: S101 - it is locked since it was read
    if each.hold.state == "killed":
        changes.kill(tx, row, note=each.note, now=now)
    else:
        changes.take_down(tx, row, now=now)


def known_article(row: Mapping[str, Any]) -> KnownArticle:
    """An article of `collecting.for_change` as deciding sees it."""
    said = {**row, "text": plain(row["body_html"]), "pictures": tuple(row["pictures"])}
    del said["body_html"]
    return KnownArticle(**said)


def new_article(place: Place, create: Create, missing: Collection[bytes] = ()) -> NewArticle:
    """The rows of an article to make."""
    story, said = create.story, create.found.said
    columns: dict[str, Any] = {
        "publication_id": place.publication_id,
        "section_id": create.section_id,
        "atom_id": f"tag:{place.authority},{create.published_at:%Y-%m-%d}:{uuid.uuid4()}",
        "kind": articles.ArticleKind(create.kind),
        "state": articles.ArticleState(create.hold.state),
        "embargo_until": create.hold.until,
        "embargo_said": create.hold.said,
        "access": articles.Access(create.access),
        "language": create.language,
        "direction": direction_of(create.language),
        "url": said.link,
        "slug": slug_of(story.headline),
        "headline": story.headline,
        "standfirst": story.standfirst,
        "body_html": story.body,
        "authors": list(story.authors),
        "published_at": create.published_at,
        "updated_at": create.updated_at,
        "is_dated": create.is_dated,
        "is_backlog": create.is_backlog,
        "visible_hash": story.hash,
    }
    return NewArticle(
        columns=columns,
        carried=_carried(place, create.found, create.key, missing),
        links=create.found.links,
        tags=tags_of(said.tags),
        pictures=[picture_row(each) for each in story.pictures],
    )


def altered_article(each: Alter) -> AlteredArticle:
    """The rows of an article to change."""
    columns: dict[str, Any] = {
        "state": articles.ArticleState(each.hold.state),
        "kind": articles.ArticleKind(each.kind),
        "access": articles.Access(each.access),
        "updated_at": each.updated_at,
        "embargo_until": _until(each),
        "embargo_said": each.hold.said,
        "url": each.url,
    }
    if each.published_at is not None:
        columns["published_at"] = each.published_at
    if each.story is not None:
        columns |= {
            "headline": each.story.headline,
            "standfirst": each.story.standfirst,
            "body_html": each.story.body,
            "authors": list(each.story.authors),
            "visible_hash": each.story.hash,
        }
    return AlteredArticle(
        article_id=each.article.id,
        columns=columns,
        change=each.change,
        is_material=each.is_material,
        is_gathered=each.is_gathered,
        note=each.note,
        pictures=[picture_row(one) for one in each.story.pictures] if each.story else None,
        readdressed=each.readdressed,
        tags=tags_of(each.found.said.tags) if each.found and each.story else (),
    )


def _until(each: Alter) -> dt.datetime | None:
    """The end of its embargo; of one that is over as long as it stays so."""
    was_and_is_live = each.article.state == each.hold.state == "live"
    return each.article.embargo_until if was_and_is_live else each.hold.until


def picture_row(picture: PictureIn) -> dict[str, Any]:
    """A picture as a row of the store."""
    row = dataclasses.asdict(picture)
    row["channels"] = list(picture.channels) if picture.channels is not None else None
    return row


def tags_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """(slug, name) of each tag that has one."""
    return [(slug, name) for name in names if (slug := slug_of(name, ""))]


def slug_of(text: str, otherwise: str = "article") -> str:
    """A text as the last part of an address: letters of any script, hyphens, 80 at most."""
    lowered = text.lower()
    if lowered.isascii():
        slug = _NOT_IN_SLUG.sub(" ", lowered)
    else:
        # A vowel sign belongs to the letter it stands on; Arabic leaves it out of addresses.
        letters = _ARABIC_VOWELS.sub("", unicodedata.normalize("NFC", lowered))
        slug = "".join(
            sign if sign.isalnum() or unicodedata.category(sign).startswith("M") else " "
            for sign in letters
        )
    return "-".join(slug.split())[:_SLUG_LENGTH].strip("-") or otherwise


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
        "raw_published": entry.raw_published,
        "entry_hash": seen,
    }


def _seen(intent: Alter | Touch, missing: Collection[bytes]) -> dict[str, Any]:
    assert intent.found is not None  # noqa: S101 - both come from an entry here
    return {"id": intent.row_id, **_said(intent.found, missing)}
