"""`syndicate sources find ADDRESS`: look where a pasted address leads, and show its stories.

Nothing is stored. Where to look, and what of it to offer, is decided in `discovery`; the stories
that are shown are read, with their pages, as a source's own would be.
"""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndicate import settings
from syndicate.addresses import check_origin
from syndicate.articles.decide import Facts
from syndicate.articles.identity import Identified, identify
from syndicate.articles.story import is_thin, may_fetch_page
from syndicate.collect import discovery, previewing
from syndicate.collect.discovery import Choice, Material
from syndicate.collect.documents import shortcomings
from syndicate.collect.pages import PAGE_GAP_S, PageSource
from syndicate.collect.previewing import FoundStory
from syndicate.collect.robots import robots
from syndicate.collect.searching import Search
from syndicate.errors import FetchError
from syndicate.fetch import Fetcher, shown
from syndicate.newsroom import publications
from syndicate.newsroom.making import said_sections
from syndicate.newsroom.verbs import allow as let
from syndicate.reading import pool
from syndicate.reading.records import Entry
from syndicate.store.ground.session import transaction
from syndicate.store.intake import source_leases
from syndicate.store.newsroom import publications as publication_rows
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.sources import Lead, Pages, SourceKind

STORIES = 10  # that are shown
LOOK_FOR_S = 30.0
READ_FOR_S = 15.0  # pages of the stories that are shown


@dataclass(frozen=True)
class Found:
    """What an address led to, and the newest stories of the first choice as they would be stored.

    Attributes:
        sentence: what was found, for people.
        choices: sources that could be added, the best first.
        notes: what else somebody should know, a sentence each.
        sections: what the source calls sections that the publication does not have.
        has_no_sections: whether the publication has none at all yet.
    """

    url: str
    lead: Lead
    sentence: str
    choices: Sequence[Choice]
    stories: Sequence[FoundStory]
    notes: Sequence[str]
    sections: Sequence[str] = ()
    has_no_sections: bool = False

    def section_made_for(self, story: FoundStory) -> str | None:
        """The name, of `sections`, that a story stands in once they are made; None: in none.

        None too for a story that has a section already.
        """
        if story.section is not None:
            return None
        return said_sections.made_for(story.said_section or "", self.sections)

    def as_json(self) -> dict[str, Any]:
        """All of it as one object."""
        return {
            "url": self.url,
            "lead": self.lead.value,
            "sentence": self.sentence,
            "choices": [each.as_json() for each in self.choices],
            "stories": [each.as_json() for each in self.stories],
            "notes": list(self.notes),
            "sections": list(self.sections),
        }


def find(
    address: str,
    *,
    allow: Sequence[str],
    publication: str | None,
    actor: Actor,
    now: dt.datetime,
) -> Found:
    """Look where an address leads, and read the newest stories there.

    Args:
        address: as somebody pasted it: of a home page, feed, sitemap, section page or article.
        allow: in-house servers that Syndicate may connect to.
        publication: slug of whose stories they would be; None means the first one, or none yet.
        actor: who asks.
        now: aware UTC.

    Raises:
        NotAllowedError: the actor has nothing to do with sources of that publication.
        UsageError: it can be no address.
        NotFoundError: there is no such publication.
        UnknownHostError, BlockedAddressError, FetchError, OversizeError: it cannot be fetched.
        NotAFeedError: it leads to no stories.
    """
    origins = [check_origin(each) for each in allow]
    addresses = discovery.spelt(address)
    facts, names = _facts(publication, actor)
    return asyncio.run(_find(addresses, origins, facts, names, now=now))


async def _find(
    addresses: Sequence[str],
    allow: Sequence[str],
    facts: Facts,
    names: Mapping[int, str],
    *,
    now: dt.datetime,
) -> Found:
    async with Fetcher(limit=2) as fetcher:
        own = settings.load().base_url()
        search = Search(fetcher, pool.readers(), tuple(allow), own, now)
        try:
            async with asyncio.timeout(LOOK_FOR_S):
                looked = await search.look(addresses)
        except TimeoutError as error:
            raise FetchError(
                f"{shown(addresses[0])} took longer than {LOOK_FOR_S:.0f} seconds to look "
                "through; paste the address of its feed.",
                url=addresses[0],
            ) from error
        first = looked.found[0]
        entries, notes = await _whole(search, first)
    return Found(
        url=looked.url,
        lead=looked.lead,
        sentence=discovery.sentence(looked),
        choices=[each.choice for each in looked.found],
        stories=previewing.stories(entries, facts, names, now),
        notes=[*looked.notes, *notes],
        sections=previewing.sections(
            [*(each.whole_entry for each in entries), *first.entries], facts
        ),
        has_no_sections=not facts.sections,
    )


def _facts(publication: str | None, actor: Actor) -> tuple[Facts, dict[int, str]]:
    """What a publication knows of a source that is new to it, and its sections' names by id."""
    with transaction() as tx:
        every = publication_rows.all_publications(tx)
        if publication is None and not every:
            let(actor, Permission.SOURCES)
            return Facts(0, "en", None, {}, is_first_connect=True), {}
        if publication is not None:
            publications.let_into(tx, publication, Permission.SOURCES, actor)
        owner = publications.named_or_first(tx, publication)
        let(actor, Permission.SOURCES, publication_id=owner.id)
        words = source_leases.sections_by_word(tx, [owner.id]).get(owner.id, {})
        names = {each.id: each.name for each in publication_rows.sections_of(tx, owner.id)}
        spoken = source_leases.languages_of(tx, owner.id)
        facts = Facts(0, owner.language, None, words, is_first_connect=True, spoken=spoken)
        return facts, names


async def _whole(search: Search, found: Material) -> tuple[list[Identified], list[str]]:
    """The first entries of a choice with their pages, and what to say of them."""
    entries = identify(found.entries)[:STORIES]
    # Of a sitemap and of a list of links every entry lacks them; that is no news.
    notes = shortcomings(found.entries) if found.choice.kind is SourceKind.FEED else []
    if found.choice.kind is SourceKind.PAGE and found.choice.profile is None:
        return entries, notes
    source = PageSource(
        source_id=None,
        pages=Pages.THIN,
        allow=search.allow,
        profile=dict(found.choice.profile) if found.choice.profile else None,
        gap_s=0.0 if search.allow else PAGE_GAP_S,
        robots=None if search.allow else robots(),
    )
    read: list[Identified] = []
    try:
        async with asyncio.timeout(READ_FOR_S):
            for each in entries:
                read += [await _with_page(search, each, source, notes)]
    except TimeoutError:
        notes.append(
            "Not every page answered in time; those stories are shown without their pages."
        )
    known = [*read, *entries[len(read) :]]
    return [each for each in known if _has_words(each.whole_entry)], notes


async def _with_page(
    search: Search, each: Identified, source: PageSource, notes: list[str]
) -> Identified:
    if not (is_thin(each.entry) and may_fetch_page(each.entry)):
        return each
    asked = await source.ask(
        [each], {each.stem}, fetcher=search.fetcher, readers=search.readers, now=search.now
    )
    notes += [said for _, said in asked.notices if said not in notes]
    if asked.reads and source.gap_s:
        await asyncio.sleep(source.gap_s)
    return asked.found[0]


def _has_words(entry: Entry) -> bool:
    """Whether there is anything to show of an entry: what only its page can name has an address."""
    return bool(entry.title or entry.summary or entry.content)
