"""Entries as the articles that they would become: decided as ever, and not stored."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndicate.articles import decide
from syndicate.articles.decide import Create, Facts
from syndicate.articles.identity import Identified
from syndicate.articles.to_rows import new_article
from syndicate.newsroom.making import said_sections
from syndicate.reading.dates import iso
from syndicate.reading.records import Entry
from syndicate.vocabulary.articles import ArticleState

_NOWHERE = "preview.invalid"  # RFC 2606: whose articles these would be is not known yet


@dataclass(frozen=True)
class FoundStory:
    """An article as it would be stored.

    Attributes:
        section: the name of the publication's section that it would stand in; None for none.
        said_section: what its source calls its section.
        published_at: aware UTC; the time of reading where its source says none.
        is_held: nobody would see it, until `embargo_until` or until a person has decided.
        is_backlog: older than what a newsletter sends after a first connection.
    """

    headline: str
    standfirst: str
    url: str | None
    authors: Sequence[str]
    section: str | None
    said_section: str | None
    tags: Sequence[str]
    language: str
    direction: str
    published_at: dt.datetime
    is_dated: bool
    access: str
    is_held: bool
    embargo_until: dt.datetime | None
    is_backlog: bool
    picture: Mapping[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """The story as one object."""
        said = {name: value for name, value in vars(self).items() if name != "picture"}
        picture = self.picture and {
            name: self.picture[name] for name in ("url", "caption", "credit", "alt")
        }
        return said | {
            "authors": list(self.authors),
            "tags": list(self.tags),
            "published_at": iso(self.published_at),
            "embargo_until": iso(self.embargo_until) if self.embargo_until else None,
            "picture": picture,
        }


def stories(
    found: Sequence[Identified], facts: Facts, names: Mapping[int, str], now: dt.datetime
) -> list[FoundStory]:
    """The articles that entries would become, in their order.

    Args:
        found: the entries, pages read.
        facts: of the source that it would be.
        names: of the publication's sections, by id.
        now: aware UTC.
    """
    made = decide.new_entries(found, by_link={}, used_keys=(), facts=facts, now=now)
    return [_story(each, names) for each in made if isinstance(each, Create)]


def sections(entries: Sequence[Entry], facts: Facts) -> list[str]:
    """What entries call their sections, where the publication has none of them."""
    said = [_said(each) for each in entries if decide.section_of(each, facts) is None]
    return said_sections.lacking((each for each in said if each), facts.sections)


def _said(entry: Entry) -> str | None:
    """What an entry calls its section."""
    return entry.section or next(iter(entry.tags), None)


def _story(create: Create, names: Mapping[int, str]) -> FoundStory:
    row = new_article(0, _NOWHERE, create, {})
    columns, said = row.columns, create.found.whole_entry
    return FoundStory(
        headline=columns["headline"],
        standfirst=columns["standfirst"],
        url=columns["url"],
        authors=columns["authors"],
        section=names.get(columns["section_id"]),
        said_section=_said(said),
        tags=[name for _, name in row.tags],
        language=columns["language"],
        direction=columns["direction"],
        published_at=columns["published_at"],
        is_dated=columns["is_dated"],
        access=columns["access"].value,
        is_held=create.hold.state is not ArticleState.LIVE,
        embargo_until=columns["embargo_until"],
        is_backlog=columns["is_backlog"],
        picture=row.pictures[0] if row.pictures else None,
    )
