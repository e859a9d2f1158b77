"""Which stories an issue carries and in which order; pure: the same candidates, the same issue.

A story's position is its bit in every reader's choice, so order is decided here once and for all:
language by language and section by section in the newsletter's own order; within a section featured
stories first, then the newest. Where there are more than an issue holds, each keeps a fair share.

The news of a window is what came out in it, and what came out the day before but reached us in it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syndicate.vocabulary.newsletters import LATE, MAX_STORIES


@dataclass(frozen=True)
class Candidate:
    """An article that an issue may carry.

    Attributes:
        article_id: its id.
        revision: number of the revision that would be frozen.
        section_slug: the section readers choose by; "" when it stands in none.
        language: BCP 47 tag.
        published_at: when it became public, aware UTC.
        collected_at: when it reached us, aware UTC.
        is_dated: False when nobody said when it was published: held.
        is_backlog: True when it is older than a day at first connect: never announced.
        featured: place in the publication's list of picks, None when not in it.
    """

    article_id: int
    revision: int
    section_slug: str
    language: str
    published_at: dt.datetime
    collected_at: dt.datetime
    is_dated: bool
    is_backlog: bool
    featured: int | None = None


@dataclass(frozen=True)
class Placement:
    """One story of an issue at its position."""

    position: int
    candidate: Candidate


@dataclass(frozen=True)
class Order:
    """A newsletter's own order; a language or section that is not named comes last.

    Attributes:
        languages: BCP 47 tags.
        sections: slugs.
    """

    languages: tuple[str, ...]
    sections: tuple[str, ...]


def select(
    candidates: Iterable[Candidate],
    *,
    window_from: dt.datetime,
    window_to: dt.datetime,
    order: Order,
    limit: int = MAX_STORIES,
) -> tuple[Placement, ...]:
    """Choose and order the stories of one issue.

    Args:
        candidates: articles that may be shown in mail.
        window_from: exclusive start of the news covered, aware UTC.
        window_to: inclusive end.
        order: the newsletter's own order of languages and sections.
        limit: stories at most; never more than `MAX_STORIES`.

    Returns:
        Picks with positions 0, 1, 2, …; empty when there is nothing new.
    """
    fitting = {
        candidate.article_id: candidate
        for candidate in candidates
        if _is_fitting(candidate, window_from, window_to)
    }
    by_section = _by_section(fitting.values(), order)
    kept = _fair_share(by_section, min(limit, MAX_STORIES))
    ordered = [story for stories in by_section for story in stories if story.article_id in kept]
    return tuple(Placement(position, story) for position, story in enumerate(ordered))


def _is_fitting(candidate: Candidate, start: dt.datetime, end: dt.datetime) -> bool:
    is_new = start < candidate.published_at <= end
    is_late = start - LATE < candidate.published_at <= start < candidate.collected_at <= end
    return (is_new or is_late) and candidate.is_dated and not candidate.is_backlog


def _by_section(candidates: Iterable[Candidate], order: Order) -> list[list[Candidate]]:
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.language, candidate.section_slug].append(candidate)
    places = (_places(order.languages), _places(order.sections))

    def place(key: tuple[str, str]) -> tuple[int, int, tuple[str, str]]:
        language, section = (
            known.get(name, len(known)) for known, name in zip(places, key, strict=True)
        )
        return language, section, key

    return [sorted(groups[key], key=_rank) for key in sorted(groups, key=place)]


def _places(names: Sequence[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _rank(candidate: Candidate) -> tuple[bool, int, float, int]:
    is_plain = candidate.featured is None
    return (
        is_plain,
        0 if candidate.featured is None else candidate.featured,
        -candidate.published_at.timestamp(),
        candidate.article_id,
    )


def _fair_share(sections: Sequence[Sequence[Candidate]], limit: int) -> set[int]:
    """Ids of the stories kept: the best of each section, then the second best, and so on."""
    rounds = max((len(stories) for stories in sections), default=0)
    in_turn = (
        stories[turn].article_id
        for turn in range(rounds)
        for stories in sections
        if turn < len(stories)
    )
    return {article_id for _, article_id in zip(range(limit), in_turn, strict=False)}
