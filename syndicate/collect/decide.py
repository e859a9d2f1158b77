"""What to do with each entry of a feed: make an article, change one, or nothing. Pure.

    entries ─> identify ─> match ─┬─ new ──> Create, or Attach to an article known by its address
                                  └─ known ─> Alter (text, state, access), Touch, or nothing

Rules that newcomers ask about:
    * what readers see decides (`visible_hash`), never dates, query strings or the featured box;
    * a change is material when the headline or more than 3 % of the text changed, or the publisher
      moved its `updated`; only such a change moves ours;
    * at most 24 changes that are not material, then no more: some pages never hold still;
    * a live blog's changes are gathered into one revision per ten minutes;
    * one source speaks for an article, the one that brought it first: two feeds with two wordings
      would take turns for ever.

Source: notes/syndication A3.7, A3.8.
"""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from syndicate.collect import moved
from syndicate.collect.identity import Identified, KnownEntry, entry_key
from syndicate.collect.records import Access, Change, Entry, Kind
from syndicate.collect.story import Story, story_of
from syndicate.collect.text import plain, words

BACKLOG_AGE = dt.timedelta(days=1)
MATERIAL_SHARE = 0.03
MAX_IMMATERIAL = 24
GATHER = dt.timedelta(minutes=10)
_LIVE_TAGS = frozenset({"live", "liveblog", "live blog", "live-blog", "live updates"})
_DONE = frozenset({"killed", "taken_down"})

ArticleState = Literal["draft", "embargoed", "live", "killed", "taken_down"]


@dataclass(frozen=True)
class Facts:
    """What is known of the source whose document is judged.

    Attributes:
        source_id: its id.
        language: of its publication, for entries that name none.
        section_id: where everything of it goes; None lets sections and tags decide.
        sections: the publication's sections by slug and by name, both in lower case.
        is_first_connect: nothing was fetched from it before.
    """

    source_id: int
    language: str
    section_id: int | None
    sections: Mapping[str, int]
    is_first_connect: bool


@dataclass(frozen=True)
class KnownArticle:
    """An article as it stands, with what judging a change of it needs.

    Attributes:
        text: plain text of its body.
        first_source_id: the source that brought it first, and speaks for it.
        immaterial: how many of its revisions were not material.
        revised_at: when its newest revision was made.
        url: the newsroom's page of it.
        pictures: addresses of its pictures, the lead picture first.
    """

    id: int
    state: ArticleState
    kind: Kind
    access: Access
    embargo_until: dt.datetime | None
    headline: str
    text: str
    visible_hash: bytes
    updated_at: dt.datetime
    first_source_id: int | None
    immaterial: int
    revised_at: dt.datetime
    url: str | None
    pictures: tuple[str, ...]


@dataclass(frozen=True)
class Create:
    """Make an article."""

    found: Identified
    story: Story
    kind: Kind
    access: Access
    state: ArticleState
    embargo_until: dt.datetime | None
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
class Alter:
    """Change an article.

    Attributes:
        story: its new text, None when only its state or access changes.
        change: what a new revision is called; None makes none.
        is_gathered: the newest revision takes the text, instead of a new one.
        updated_at: moved by a material change only.
        url: where the newsroom has it from now on.
        readdressed: (old, new) addresses of pictures that moved to another host.
    """

    found: Identified | None
    row_id: int | None
    article: KnownArticle
    story: Story | None
    change: Change | None
    is_material: bool
    is_gathered: bool
    note: str | None
    state: ArticleState
    kind: Kind
    access: Access
    embargo_until: dt.datetime | None
    published_at: dt.datetime | None
    updated_at: dt.datetime
    url: str | None
    readdressed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Touch:
    """Remember that an entry was seen in this form, and change nothing that readers see."""

    found: Identified
    row_id: int


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


Intent = Create | Attach | Alter | Touch


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
        if each.said.state in _DONE:
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
    each: Identified, known: KnownEntry, article: KnownArticle, *, facts: Facts, now: dt.datetime
) -> Alter | Touch:
    """What to do with an entry that says something else than it did."""
    if article.state in _DONE or article.first_source_id != facts.source_id:
        return Touch(each, known.row_id)
    altered = alter(article, each.said, now=now)
    if altered is None:
        return Touch(each, known.row_id)
    return dataclasses.replace(altered, found=each, row_id=known.row_id)


def alter(article: KnownArticle, entry: Entry, *, now: dt.datetime) -> Alter | None:
    """How an article changes to be what an entry says now; None when it does not.

    Args:
        article: as it stands, neither killed nor taken down.
        entry: what its source says.
        now: aware UTC.
    """
    story = story_of(entry)
    state, embargo = state_of(entry, now)
    access = entry.access or article.access
    kind = kind_of(entry) or article.kind
    has_text = story.hash != article.visible_hash and state not in _DONE
    is_material = has_text and _is_material(article, story, entry)
    is_gathered = has_text and kind == "live" and now - article.revised_at < GATHER
    if has_text and not (is_material or entry.change) and article.immaterial >= MAX_IMMATERIAL:
        has_text = False
    url = moved.page_of(article.url, entry.link)
    readdressed = moved.pictures_of(article.pictures, (each.url for each in story.pictures))
    is_same = (state, embargo, access, kind, url, readdressed) == (
        article.state,
        article.embargo_until if article.state == "embargoed" else None,
        article.access,
        article.kind,
        article.url,
        (),
    )
    if not has_text and is_same:
        return None
    change: Change | None = None
    if has_text and not is_gathered:
        change = entry.change or ("update" if is_material else "fix")
        is_material = change in {"update", "correction"} or (is_material and change != "fix")
    goes_live = state == "live" and article.state in {"embargoed", "draft"}
    moves = goes_live or (is_material and not is_gathered)
    return Alter(
        found=None,
        row_id=None,
        article=article,
        story=story if has_text else None,
        change="kill" if state == "killed" else change,
        is_material=is_material,
        is_gathered=is_gathered,
        note=entry.note,
        state=state,
        kind=kind,
        access=access,
        embargo_until=embargo,
        published_at=now if goes_live else None,
        updated_at=_moved(article, entry, now) if moves else article.updated_at,
        url=url,
        readdressed=readdressed,
    )


def state_of(entry: Entry, now: dt.datetime) -> tuple[ArticleState, dt.datetime | None]:
    """(state, end of the embargo) that an entry asks for."""
    if entry.state in _DONE or entry.state == "draft":
        return entry.state, None
    if entry.embargo_until is not None and entry.embargo_until > now:
        return "embargoed", entry.embargo_until
    return "live", None


def kind_of(entry: Entry) -> Kind | None:
    """What sort of piece an entry says it is; None when it does not."""
    if entry.kind:
        return entry.kind
    if any(tag.lower() in _LIVE_TAGS for tag in entry.tags):
        return "live"
    return None


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


def text_change(before: str, after: str) -> float:
    """How much of a text changed: 0 is nothing, 1 everything. Pairs of neighbouring words count."""
    old, new = _pairs(before), _pairs(after)
    total = old.total() + new.total()
    if not total:
        return 0.0
    return ((old - new).total() + (new - old).total()) / total


def _pairs(text: str) -> Counter[tuple[str, str]]:
    found = words(text)
    return Counter(zip(["", *found], [*found, ""], strict=True))


def _is_material(article: KnownArticle, story: Story, entry: Entry) -> bool:
    if words(story.headline) != words(article.headline):
        return True
    if entry.updated is not None and entry.updated > article.updated_at:
        return True
    return text_change(article.text, plain(story.body)) > MATERIAL_SHARE


def _moved(article: KnownArticle, entry: Entry, now: dt.datetime) -> dt.datetime:
    said = entry.updated
    if said is not None and article.updated_at < said <= now:
        return said
    return now


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
    entry = each.said
    state, embargo = state_of(entry, now)
    said = entry.published or entry.updated
    published = min(said, now) if said else now
    is_old = said is not None and said < now - BACKLOG_AGE
    updated = entry.updated if entry.updated and published < entry.updated <= now else published
    return Create(
        found=each,
        story=story_of(entry),
        kind=kind_of(entry) or "story",
        access=entry.access or "free",
        state=state,
        embargo_until=embargo,
        language=entry.language or facts.language,
        section_id=section_of(entry, facts),
        published_at=embargo or published,
        updated_at=embargo or updated,
        is_dated=said is not None,
        is_backlog=facts.is_first_connect and is_old,
        key=key,
    )


def lookups(found: Sequence[Identified]) -> list[str]:
    """Every address under which entries may be known already."""
    return list(dict.fromkeys(link for each in found for link in each.links))
