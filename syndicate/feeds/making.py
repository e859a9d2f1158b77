"""Feeds by a rule, as operators make and change them; all others follow from what a newsroom is.

    made ──> offered ── moved ──> its address answers 301
                └─ ended ──> 410, for good: the slug is not given out again

The slug stays as it was made: readers' apps and partners hold it as an address. Who wants another
one makes another feed and lets this one lead there (`steering.move`), which says what becomes of
those who follow; a slug that could be typed over would hide that.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from syndicate import jobs
from syndicate.errors import RefusedError, TakenError
from syndicate.feeds import steering
from syndicate.newsroom.making import acts, within
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import (
    Difference,
    Field,
    Kind,
    Shape,
    TakesEffect,
    Touched,
    Values,
)
from syndicate.newsroom.making.problems import Problem, Problems, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import feed_rules, feeds, rule_feeds
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import ArticleKind
from syndicate.vocabulary.feeds import FeedKind

_MAX_SLUG, _MAX_DESCRIPTION = 75, 1_000
_MAX_VALUES = 100  # in one part of a rule; more is an import gone wrong
_KINDS = tuple(each.value for each in ArticleKind)


def _part(
    name: str, means: str, shape: Shape, example: str, *, of: str = "", is_early: bool = False
) -> Field:
    return Field(
        name,
        means,
        shape=shape,
        takes_effect=TakesEffect.NEXT_BUILD,
        touches=(Touched.FEEDS,),
        is_early=is_early,
        most=_MAX_VALUES,
        of=of,
        option=name.removesuffix("s"),
        example=(example,),
    )


KIND = Kind(
    "feed",
    "feeds",
    (
        within.PUBLICATION,
        Field(
            "slug",
            "Its part of addresses, which readers' apps keep: it stays for good; a feed can move "
            "to another one, which its address leads to then.",
            shape=Shape.SLUG,
            is_required=True,
            is_early=True,
            is_fixed=True,
            then_do="make another one, and move this one there: `syndicate feeds move SLUG TO`, "
            "*Move* on /console/feeds or POST /feeds/SLUG/move",
            most=_MAX_SLUG,
            example="floods",
        ),
        Field(
            "title",
            "What readers see.",
            is_required=True,
            takes_effect=TakesEffect.NEXT_BUILD,
            touches=(Touched.FEEDS,),
            is_early=True,
            example="The Courier: floods",
        ),
        Field(
            "description",
            "One sentence about it, for those who choose.",
            instead="its title",
            takes_effect=TakesEffect.NEXT_BUILD,
            touches=(Touched.FEEDS,),
            most=_MAX_DESCRIPTION,
            example="Rivers, rain and what they do.",
        ),
        Field(
            "full_text",
            "Whether entries hold the whole story, or its first words alone.",
            shape=Shape.FLAG,
            default=True,
            takes_effect=TakesEffect.NEXT_BUILD,
            touches=(Touched.FEEDS,),
        ),
        _part(
            "sections",
            "Of articles in any of these sections.",
            Shape.ROWS,
            "world",
            of="section",
            is_early=True,
        ),
        _part("tags", "Of articles with any of these tags, by their slugs.", Shape.TEXTS, "water"),
        _part("authors", "Of articles by any of these authors.", Shape.PHRASES, "World desk"),
        _part("languages", "Of articles in any of these languages.", Shape.LANGUAGES, "en"),
        _part(
            "kinds",
            f"Of articles of any of these kinds: {', '.join(_KINDS)}.",
            Shape.TEXTS,
            ArticleKind.STORY.value,
        ),
        _part(
            "words",
            "Of articles that have any of these words or phrases in headline or standfirst.",
            Shape.PHRASES,
            "flood",
            is_early=True,
        ),
    ),
)


def _named(tx: Transaction, key: Key) -> Feed:
    """The feed of a key, whatever it follows."""
    found = feeds.by_slug(tx, key.slug)
    if found is None or (
        key.publication is not None and within.slug_of(tx, found.publication_id) != key.publication
    ):
        raise steering.unknown(key.slug)
    return found


def _found(tx: Transaction, key: Key) -> Feed:
    found = _named(tx, key)
    if found.kind is not FeedKind.RULE:
        raise RefusedError(
            f"The feed {found.slug} follows from the newsroom itself ({found.kind}) and has no "
            "rule to change; make one by a rule beside it.",
            slug=found.slug,
        )
    if found.gone_at is not None:
        raise RefusedError(
            f"The feed {found.slug} is gone for good; make another one.", slug=found.slug
        )
    return found


def _plain(tx: Transaction, row: Feed) -> Values:
    rule = row.rule or {}
    return {
        "publication": within.slug_of(tx, row.publication_id),
        "slug": row.slug,
        "title": row.title,
        "description": row.description or None,
        "full_text": row.is_full_text,
        **{part: tuple(rule.get(part, ())) for part in feed_rules.PARTS},
    }


def _check(tx: Transaction, row: Feed | None, values: Values) -> Problems:
    found: dict[str, Problem] = {}
    owner = within.owner(tx, values, found)
    slug = values.get("slug")
    twin = feeds.by_slug(tx, slug) if row is None and isinstance(slug, str) else None
    if twin is not None and not rule_feeds.is_unseen(tx, twin):
        found["slug"] = _taken(twin.slug, is_gone=twin.gone_at is not None)
    if owner is not None:
        found |= _of_title(tx, owner, row, values)
        found |= _of_sections(tx, owner, row, values)
    strange = [each for each in _list(values.get("kinds")) if each not in _KINDS]
    if strange:
        found["kinds"] = Problem(
            f"There is no kind of article called {strange[0]}; there are {', '.join(_KINDS)}."
        )
    if all(part in values for part in feed_rules.PARTS) and not _rule(values):
        parts = list(feed_rules.PARTS)
        found["sections"] = Problem(
            f"The rule of a feed names at least one of {', '.join(parts[:-1])} and {parts[-1]}."
        )
    return found


def _taken(slug: str, *, is_gone: bool = False) -> Problem:
    said = (
        f"There was a feed {slug}, whose address answers 410 for good"
        if is_gone
        else f"There is a feed {slug} already"
    )
    return taken(f"{said}; choose another slug.")


def _of_title(tx: Transaction, owner: Publication, row: Feed | None, values: Values) -> Problems:
    """Two feeds of one title would be told apart by nobody."""
    title = values.get("title")
    if not isinstance(title, str) or (row is not None and row.title == title):
        return {}
    twin = rule_feeds.titled(tx, owner.id, title)
    if twin is None or rule_feeds.is_unseen(tx, twin):
        return {}
    return {
        "title": taken(
            f"The feed {twin.slug} of {owner.name} has this title already; choose another one."
        )
    }


def _of_sections(tx: Transaction, owner: Publication, row: Feed | None, values: Values) -> Problems:
    """A section that the rule named before may be retired since, and stays as it is."""
    known = {each.slug for each in publications.sections_of(tx, owner.id)}
    known |= set((row.rule or {}).get("sections", ())) if row is not None else set()
    strange = [each for each in _list(values.get("sections")) if each not in known]
    if not strange:
        return {}
    return {"sections": within.no_section(tx, owner, str(strange[0]))}


def _make(tx: Transaction, values: Values, now: dt.datetime) -> Feed:
    owner = within.owner_of(tx, values)
    slug = str(values["slug"])
    made = rule_feeds.make(tx, owner.id, slug, now=now, **_columns(values))
    if made is None:  # articles that came meanwhile gave a tag or an author a feed of this slug
        problem = _taken(slug)
        raise TakenError(problem.sentence, fields={"slug": problem.sentence})
    tx.hint(jobs.PUBLISH_FEEDS)
    return made


def _write(tx: Transaction, row: Feed, values: Values, change: Changed) -> None:
    rule_feeds.change(tx, row, now=change.now, **_columns(values))
    tx.hint(jobs.PUBLISH_FEEDS)


def _columns(values: Values) -> dict[str, Any]:
    columns = {
        "title": values["title"],
        "description": values["description"] or "",
        "is_full_text": values["full_text"],
        "rule": _rule(values),
    }
    # A feed in one language says so; one in several speaks its publication's.
    languages = _list(values["languages"])
    columns["language"] = languages[0] if len(languages) == 1 else None
    return columns


def _rule(values: Values) -> dict[str, list[Any]]:
    """The rule as it is stored: the parts that say something."""
    parts = {part: _list(values[part]) for part in feed_rules.PARTS}
    return {part: named for part, named in parts.items() if named}


def _list(value: Any) -> list[Any]:
    return list(value or ())


def _every(tx: Transaction, publication: str | None) -> Sequence[Feed]:
    return within.every(tx, publication, rule_feeds.by_rule)


_FEEDS = Keeping(
    KIND, _found, _plain, _check, _make, _write, Permission.FEEDS, lambda row: row.publication_id
)


@verb(Permission.FEEDS)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Feed:
    """Make a feed by a rule: articles that fit every part named, by any of its values.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.add(tx, _FEEDS, given, actor=actor, now=now)


@verb(Permission.FEEDS)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change a feed by a rule; it is built again within a minute. Safe to run twice.

    Raises:
        NotFoundError: there is no such feed.
        RefusedError: it follows no rule, or is gone.
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.change(tx, _FEEDS, key, given, actor=actor, now=now)


@verb(Permission.FEEDS)
def end(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> bool:
    """Take a feed away for good, of whatever kind: its address answers 410. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no feed of that slug.
    """
    feed = _named(tx, key)
    allow(actor, Permission.FEEDS, publication_id=feed.publication_id)
    if feed.gone_at is not None:
        return False
    feeds.retire(tx, feed.slug, now=now)
    acts.record(tx, KIND, "retire", feed, actor=actor, now=now)
    return True


SHELF = Shelf(
    _FEEDS,
    _every,
    within.key_of,
    add,
    change,
    end,
    "The feed is gone for good: its address answers 410, so that apps stop asking.",
    is_read_elsewhere=True,
)
