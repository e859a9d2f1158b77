"""What to do with each entry of a feed: make an article, change one, or nothing. Pure.

    entries ─> identify ─> match ─┬─ new ──> Create, or Attach to an article known by its address
                                  └─ known ─> Alter (text, state, access), Touch, or nothing

One source speaks for an article, the one that brought it first: two feeds with two wordings would
take turns for ever. How an article changes is judged in `changes`, what holds it back in
`embargoes`.

Source: docs/facts/syndication.md#telling-entries-apart.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syndicate.articles import embargoes, letters, pushed_changes
from syndicate.articles.changes import Alter, KnownArticle, alter, kind_of
from syndicate.articles.embargoes import Hold
from syndicate.articles.identity import Identified, KnownEntry, entry_key
from syndicate.articles.pushed_changes import Said
from syndicate.articles.story import ArticleText, entry_hash, story_of, story_read
from syndicate.reading import embargo_dates
from syndicate.reading.names import name_list
from syndicate.reading.records import Entry
from syndicate.slugs import tags_of
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState

BACKLOG_AGE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    """What is known of the source whose document is judged.

    Attributes:
        source_id: its id.
        language: of its publication, for entries that name none.
        section_id: where everything of it goes; None lets sections and tags decide.
        sections: the publication's sections by slug and by name, both in lower case.
        is_first_connect: nothing was fetched from it before.
        is_pushed: somebody sends what it brings, rather than a feed or page that lies there.
        spoken: the languages that its publication's newsletters come in.
    """

    source_id: int
    language: str
    section_id: int | None
    sections: Mapping[str, int]
    is_first_connect: bool
    is_pushed: bool = False
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Create:
    """Make an article."""

    found: Identified
    story: ArticleText
    kind: ArticleKind
    access: Access
    hold: Hold
    language: str
    section_id: int | None
    published_at: dt.datetime
    updated_at: dt.datetime
    is_dated: bool
    is_backlog: bool
    key: str


@dataclass(frozen=True)
class Attach:
    """Note that an article which is known by its address is carried by this source as well.

    Attributes:
        is_gone: it was taken down, and not even its title is kept.
    """

    found: Identified
    article_id: int
    key: str
    is_gone: bool = False


@dataclass(frozen=True)
class Touch:
    """Remember that an entry was seen in this form, and change nothing that readers see.

    Attributes:
        article_id, embargo_said: what its source says of an embargo now; None when it is no news.
    """

    found: Identified
    row_id: int
    article_id: int
    embargo_said: str | None = None


@dataclass(frozen=True)
class ByLink:
    """An article that carries an address.

    Attributes:
        guid, title: as this same source carries it, None when only others do.
        is_own: whether this source carries it.
    """

    article_id: int
    is_own: bool
    guid: str | None = None
    title: str | None = None
    is_gone: bool = False


def new_entries(
    found: Iterable[Identified],
    *,
    by_link: Mapping[str, ByLink],
    used_keys: Iterable[str],
    facts: Facts,
    now: dt.datetime,
) -> list[Create | Attach]:
    """What to do with entries that this source never brought before.

    Args:
        found: those entries.
        by_link: articles of the publication by normalised address.
        used_keys: names that this source's entries have already.
        facts: of the source.
        now: aware UTC.
    """
    used = set(used_keys)
    intents: list[Create | Attach] = []
    for each in found:
        if embargoes.is_withdrawn(each.whole_entry):
            continue  # it was withdrawn before it ever came
        key = entry_key(each, used)
        used.add(key)
        one = _known_by_link(each, by_link)
        if one is not None:
            intents.append(Attach(each, one.article_id, key, one.is_gone))
        else:
            intents.append(_create(each, key, facts, now))
    return intents


def known_entry(
    each: Identified,
    known: KnownEntry,
    article: KnownArticle,
    *,
    facts: Facts,
    now: dt.datetime,
    is_partial: bool = False,
) -> Alter | Touch:
    """What to do with an entry that says something else than it did.

    Args:
        each: the entry.
        known: as its source brought it before.
        article: as it stands.
        facts: of the source.
        now: aware UTC.
        is_partial: its page, which may say more, did not answer.
    """
    if article.state in ArticleState.gone() or article.first_source_id != facts.source_id:
        return Touch(each, known.row_id, article.id)
    asked = each.whole_entry
    if asked.said is not None:
        asked = embargoes.as_said_before(asked, article.hold, dated=known.raw_published)
    hold = embargoes.of_known(
        asked, article.hold, now, is_pushed=facts.is_pushed, is_partial=is_partial
    )
    altered = _altered(each.whole_entry, known, article, hold, facts=facts, now=now)
    if altered is None:
        is_news = hold.said != article.embargo_said
        return Touch(each, known.row_id, article.id, hold.said if is_news else None)
    return dataclasses.replace(altered, found=each, row_id=known.row_id)


def _altered(
    entry: Entry,
    known: KnownEntry,
    article: KnownArticle,
    hold: Hold,
    *,
    facts: Facts,
    now: dt.datetime,
) -> Alter | None:
    if entry.said is None:
        return alter(article, entry, now=now, hold=hold)
    entry = _signed_as_before(entry, article)
    said = Said(
        section_id=_moved_to(entry, article, facts),
        language=entry.language or article.language,
        tags=frozenset(tags_of(entry.tags)),
        published=_republished(entry, known, article, now),
        is_repeated=known.said_hash is None and known.entry_hash == entry_hash(entry),
        is_first=known.said_hash is None,
    )
    return pushed_changes.alter(article, entry, said, hold, now=now)


def _signed_as_before(entry: Entry, article: KnownArticle) -> Entry:
    """A pushed entry with the stored names, where these are its own as older code took them apart.

    It read "Desk and Court" as two authors: that newer code keeps a name whole is no news.
    """
    if name_list(entry.authors) != article.words.authors:
        return entry
    return dataclasses.replace(entry, authors=article.words.authors)


def _moved_to(entry: Entry, article: KnownArticle, facts: Facts) -> int | None:
    """The section of a pushed article; a word that names none moves nothing."""
    word = (entry.section or "").strip().lower()
    is_unknown = bool(word) and word not in facts.sections and facts.section_id is None
    return article.section_id if is_unknown else section_of(entry, facts)


def _republished(
    entry: Entry, known: KnownEntry, article: KnownArticle, now: dt.datetime
) -> dt.datetime | None:
    """The date of publication that is said now and was not before, None when that is no news."""
    if entry.published is None or known.raw_published == written_date(entry):
        return None
    if known.raw_published is None and article.is_dated and _may_be_old(entry, article):
        return None
    return min(max(entry.published, entry.embargo_until or entry.published), now)


def _may_be_old(entry: Entry, article: KnownArticle) -> bool:
    """Whether older code, which kept no date as pushed, may have made an article's out of this one.

    It took the end of an embargo for the date, and of a clock that is ahead its own.
    """
    assert entry.published is not None  # noqa: S101 - asked of dates alone
    is_near = abs(entry.published - article.published_at) <= embargo_dates.SKEW
    return is_near or article.embargo_until is not None


def written_date(entry: Entry) -> str | None:
    """The date of publication as its source wrote it; of a push as it means it."""
    if entry.raw_published is not None or entry.said is None or entry.published is None:
        return entry.raw_published
    return entry.published.isoformat()


def section_of(entry: Entry, facts: Facts) -> int | None:
    """The section of an entry: its source's, else the first of its own words that names one."""
    if facts.section_id is not None:
        return facts.section_id
    said = [entry.section, *entry.tags]
    for name in said:
        found = facts.sections.get(name.strip().lower()) if name else None
        if found is not None:
            return found
    return None


def _known_by_link(each: Identified, by_link: Mapping[str, ByLink]) -> ByLink | None:
    for link in each.links:
        one = by_link.get(link)
        if one is None:
            continue
        # Within one source two guids are two articles, but for a guid that was changed.
        is_other = one.is_own and one.guid and each.entry.guid and one.title != each.entry.title
        if not is_other:
            return one
    return None


def _create(each: Identified, key: str, facts: Facts, now: dt.datetime) -> Create:
    entry, hold = each.whole_entry, embargoes.of_new(each.whole_entry, now)
    said = entry.published or entry.updated
    published = min(said, now) if said else now
    is_old = said is not None and said < now - BACKLOG_AGE
    updated = entry.updated if entry.updated and published < entry.updated <= now else published
    story = story_read(entry) if entry.said is None else story_of(entry)
    return Create(
        found=each,
        story=story,
        kind=kind_of(entry) or ArticleKind.STORY,
        access=entry.access or Access.FREE,
        hold=hold,
        language=_language_of(entry, story, facts),
        section_id=section_of(entry, facts),
        published_at=hold.until or published,
        updated_at=hold.until or updated,
        is_dated=said is not None,
        is_backlog=facts.is_first_connect and is_old,
        key=key,
    )


def _language_of(entry: Entry, story: ArticleText, facts: Facts) -> str:
    """What is said of the entry itself; else what its document or publication speaks, if it may."""
    if entry.language and entry.has_own_language:
        return entry.language
    ours = (facts.language, *facts.spoken)
    return letters.language_of(entry.language or facts.language, story.words, ours)


def lookups(found: Sequence[Identified]) -> list[str]:
    """Every address under which entries may be known already."""
    return list(dict.fromkeys(link for each in found for link in each.links))
