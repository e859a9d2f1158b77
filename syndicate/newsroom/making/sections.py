"""Sections: what readers see as parts of a publication, each with its page, feed and choice."""

import datetime as dt
from collections.abc import Sequence

from syndicate import jobs
from syndicate.errors import RefusedError
from syndicate.newsroom.making import acts, within
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import (
    Difference,
    Field,
    Kind,
    Shape,
    TakesEffect,
    Touched,
    Value,
    Values,
)
from syndicate.newsroom.making.problems import Problem, Problems, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import verb
from syndicate.store.composition import section_choices
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.syndication import feeds, renaming, rule_feeds

_SEEN = (Touched.READERS, Touched.FEEDS)
MOST_ORDER = 9_999

KIND = Kind(
    "section",
    "sections",
    (
        within.PUBLICATION,
        Field(
            "slug",
            "Its part of addresses; translations of a section share it. If you change it, old "
            "links still work.",
            shape=Shape.SLUG,
            is_required=True,
            touches=_SEEN,
            is_early=True,
            most=75,
            example="middle-east",
        ),
        Field(
            "name",
            "What readers see. A source that still says the old one is understood.",
            is_required=True,
            touches=_SEEN,
            is_early=True,
            example="Middle East",
        ),
        Field(
            "names",
            "Its name in other languages, for what readers of them see.",
            shape=Shape.WORDS,
            touches=_SEEN,
            example={"ar": "الشرق الأوسط"},
        ),
        Field(
            "parent",
            "The section that it is a part of, by its slug; that one's feed has its stories too.",
            shape=Shape.ROW,
            of="section",
            takes_effect=TakesEffect.NEXT_BUILD,
            touches=(Touched.FEEDS,),
            example="world",
        ),
        Field(
            "order",
            "Its place among the others; the smallest comes first.",
            shape=Shape.NUMBER,
            default=0,
            touches=_SEEN,
            most=MOST_ORDER,
            example=3,
        ),
        Field(
            "desk",
            "The desk that readers' words about its stories go to, by its slug.",
            shape=Shape.ROW,
            of="desk",
            example="world",
        ),
    ),
)


def _found(tx: Transaction, key: Key) -> Section:
    owner = within.publication_of(tx, key)
    found = publications.section_of(tx, owner.id, key.slug)
    if found is None:
        found = publications.section_once(tx, owner.id, key.slug)
    if found is None or found.retired_at is not None:
        raise acts.unknown(KIND, Key(key.slug, owner.slug))
    return found


def _plain(tx: Transaction, row: Section) -> Values:
    parent = publications.section(tx, row.parent_id)
    desk = publications.desk(tx, row.desk_id)
    return {
        "publication": within.slug_of(tx, row.publication_id),
        "slug": row.slug,
        "name": row.name,
        "names": dict(row.names),
        "parent": parent.slug if parent is not None else None,
        "order": row.position,
        "desk": desk.slug if desk is not None else None,
    }


def _check(tx: Transaction, row: Section | None, values: Values) -> Problems:
    found: dict[str, Problem] = {}
    owner = within.owner(tx, values, found)
    if owner is None:
        return found
    slug, parent, desk = (values.get(name) for name in ("slug", "parent", "desk"))
    if isinstance(slug, str):
        twin = publications.section_of(tx, owner.id, slug)
        if twin is not None and twin is not row and (twin.retired_at is None or row is not None):
            found["slug"] = taken(
                f"{owner.name} has a section {slug} already; choose another slug."
            )
    if isinstance(parent, str):
        problem = _of_parent(tx, owner, row, slug, parent)
        if problem is not None:
            found["parent"] = problem
    if isinstance(desk, str) and publications.desk_of(tx, owner.id, desk) is None:
        found["desk"] = within.lacking(owner, "desk", desk)
    return found


def _of_parent(
    tx: Transaction, owner: Publication, row: Section | None, slug: Value, parent: str
) -> Problem | None:
    above = publications.section_of(tx, owner.id, parent)
    is_own = parent == slug or (above is not None and above is row)
    if not is_own and (above is None or above.retired_at is not None):
        return within.no_section(tx, owner, parent)
    seen: set[int] = set()
    while not is_own and row is not None and above is not None and above.id not in seen:
        seen.add(above.id)
        is_own = above.id == row.id
        above = publications.section(tx, above.parent_id)
    if is_own:
        return Problem(
            f"{slug} cannot stand below {parent}, which would then stand below itself; "
            "choose another parent."
        )
    return None


def _make(tx: Transaction, values: Values, now: dt.datetime) -> Section:
    owner = within.owner_of(tx, values)
    row = publications.section_of(tx, owner.id, str(values["slug"]))
    if row is None:
        row = Section(publication_id=owner.id, slug=values["slug"], **_columns(tx, owner, values))
        publications.add(tx, row)
        feeds.ensure(tx, owner.id)
    else:  # one that was retired comes back, with its articles
        if row.name != values["name"]:
            publications.remember_name(tx, row)
        publications.change(tx, row, retired_at=None, **_columns(tx, owner, values))
        renaming.section_back(tx, row.id, now=now)
        renaming.section_retitled(tx, owner, row)
    tx.hint(jobs.PUBLISH_FEEDS)
    return row


def _write(tx: Transaction, row: Section, values: Values, change: Changed) -> None:
    owner = within.owner_of(tx, values)
    name = row.name_in(owner.language)
    if change.of("name"):
        publications.remember_name(tx, row)
    publications.change(tx, row, **_columns(tx, owner, values))
    if change.of("slug"):
        before = row.slug
        publications.rename(tx, row, str(values["slug"]))
        section_choices.follow(tx, row, before)
        renaming.section_moved(tx, owner, row, before, now=change.now)
    elif row.name_in(owner.language) != name:
        renaming.section_retitled(tx, owner, row)
    if any(Touched.FEEDS in each.field.touches for each in change.differences):
        renaming.mark_due(tx, owner.id, now=change.now)
        tx.hint(jobs.PUBLISH_FEEDS)


def _columns(tx: Transaction, owner: Publication, values: Values) -> dict[str, object]:
    above, desk = values["parent"], values["desk"]
    parent = publications.section_of(tx, owner.id, above) if isinstance(above, str) else None
    team = publications.desk_of(tx, owner.id, desk) if isinstance(desk, str) else None
    return {
        "name": values["name"],
        "names": values["names"],
        "position": values["order"],
        "parent_id": parent.id if parent is not None else None,
        "desk_id": team.id if team is not None else None,
    }


def _every(tx: Transaction, publication: str | None) -> Sequence[Section]:
    return within.every(tx, publication, publications.sections_of)


_SECTIONS = Keeping(
    KIND, _found, _plain, _check, _make, _write, Permission.NEWSROOM, lambda row: row.publication_id
)


@verb(Permission.NEWSROOM)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Section:
    """Make a section with its feed; one that was retired under this slug comes back.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.add(tx, _SECTIONS, given, actor=actor, now=now)


@verb(Permission.NEWSROOM)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change a section; its page, feed and readers' choices follow a new slug. Safe to run twice.

    Raises:
        NotFoundError: there is no such section.
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.change(tx, _SECTIONS, key, given, actor=actor, now=now)


@verb(Permission.NEWSROOM)
def end(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> None:
    """Retire a section: nothing new comes into it, and no newsletter draws from it.

    Its articles stay; its page leads to the section above it, or to the front page.

    Raises:
        NotFoundError: there is no such section.
        RefusedError: sections stand below it, or a newsletter or feed draws from it alone.
    """
    row = acts.held(tx, _SECTIONS, key, actor=actor)
    if publications.has_children(tx, row.id):
        raise RefusedError(f"Sections stand below {row.slug}; give them another parent first.")
    alone = newsletters.drawing_from_alone(tx, row.id)
    if alone:
        raise RefusedError(
            f"{alone[0].name} draws from the section {row.slug} alone; name another one for it "
            "first."
        )
    feed = rule_feeds.of_section_alone(tx, row.publication_id, row.slug)
    if feed is not None:
        raise RefusedError(
            f"The feed {feed.slug} has stories of the section {row.slug} alone; name another one "
            "for it first, or retire it."
        )
    newsletters.leave_section(tx, row.id)
    rule_feeds.leave_section(tx, row.publication_id, row.slug, now=now)
    publications.change(tx, row, retired_at=now)
    renaming.section_ended(tx, row.id, now=now)
    acts.record(tx, KIND, "retire", row, actor=actor, now=now)
    tx.hint(jobs.PUBLISH_FEEDS)


SHELF = Shelf(
    _SECTIONS,
    _every,
    within.key_of,
    add,
    change,
    end,
    "Nothing new comes into the section and no newsletter draws from it; its articles stay.",
)
