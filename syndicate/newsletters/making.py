"""Newsletters as operators make and steer them: by one list of fields; paused, resumed, ended.

    made ──> running <── resume ── paused
                │ └────── pause ────^
                └─ end (also of one that is paused) ──> ended: for good, its archive stays

A change takes effect from the next issue: what is composed already goes out as it is. Slots that
are past when times change, or when a pause ends, are left alone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from syndicate.errors import RefusedError
from syndicate.newsletters import kinds, schedule, timetable
from syndicate.newsletters.newsletter_fields import KIND
from syndicate.newsroom.making import acts, within
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import Difference, Values
from syndicate.newsroom.making.problems import Problem, Problems, missing, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import subscribers
from syndicate.vocabulary.newsletters import Afterwards, EmptyRule, NewsletterKind

_SCHEDULE = ("times", "days")
_WHEN = (*_SCHEDULE, "zone")
_OWN = ("zone", "languages", "days")  # where empty: as the publication has it, or every day


def _found(tx: Transaction, key: Key) -> Newsletter:
    found = newsletters.by_slug(tx, key.slug)
    if found is None or (
        key.publication is not None and within.slug_of(tx, found.publication_id) != key.publication
    ):
        raise acts.unknown(KIND, key)
    return found


def _plain(tx: Transaction, row: Newsletter) -> Values:
    sections = [each.slug for each in newsletters.sections_of(tx, row.id)]
    return values_of(row, within.slug_of(tx, row.publication_id), sections)


def values_of(row: Newsletter, publication: str, sections: Sequence[str]) -> Values:
    """A newsletter's fields as every face shows them.

    Args:
        row: the newsletter.
        publication: slug of its publication.
        sections: slugs of those that it draws from, in readers' order.
    """
    times, days = timetable.stored(row)
    return {
        "publication": publication,
        "slug": row.slug,
        "kind": row.kind.value,
        "name": row.name,
        "names": _words(row, "name"),
        "description": row.description or None,
        "descriptions": _words(row, "description"),
        "sections": tuple(dict.fromkeys(sections)),
        "tags": tuple(row.tags),
        "languages": tuple(row.languages),
        "times": times,
        "days": days,
        "zone": row.zone,
        "size": row.max_stories,
        "public": row.is_public,
        "when_empty": row.empty_rule.value,
    }


def _words(row: Newsletter, name: str) -> dict[str, str]:
    found = {tag: words.get(name) for tag, words in row.translations.items()}
    return {tag: str(text) for tag, text in sorted(found.items()) if text}


def _check(tx: Transaction, row: Newsletter | None, values: Values, *, actor: Actor) -> Problems:
    found: dict[str, Problem] = {}
    owner = within.owner(tx, values, found)
    slug, kind, sections = (values.get(name) for name in ("slug", "kind", "sections"))
    if row is None and isinstance(slug, str):
        twin = newsletters.by_slug(tx, slug)
        if twin is not None:
            was = "was" if twin.ended_at is not None else "is"
            found["slug"] = taken(f"There {was} a newsletter {slug} already; choose another slug.")
    if row is None and kind is not None and NewsletterKind(str(kind)) not in kinds.OFFERED:
        name = str(values.get("name") or "It")
        found["kind"] = Problem(kinds.not_yet(name, NewsletterKind(str(kind))))
    if isinstance(sections, Sequence):
        known = {each.slug for each in _sections(tx, row, owner, actor)}
        strange = [each for each in sections if each not in known]
        if strange:
            found["sections"] = _strange(tx, owner, strange[0], actor)
    return found


def _strange(tx: Transaction, owner: Publication | None, slug: object, actor: Actor) -> Problem:
    """What is said of a section that there is not, or that is called otherwise now."""
    once = publications.section_once(tx, owner.id, str(slug)) if owner is not None else None
    if once is not None and once.retired_at is None:
        return missing(within.called_otherwise(str(slug), once.slug))
    where = "No publication" if actor.may(Permission.READ) else "None of your publications"
    return missing(f"{where} has a section {slug}; make it first.")


def _sections(
    tx: Transaction, row: Newsletter | None, owner: Publication | None, actor: Actor
) -> list[Section]:
    """What an actor can have a newsletter draw from.

    That is: sections of its publication and of those that they may read, and whatever it draws
    from already.
    """
    found = list(newsletters.sections_of(tx, row.id)) if row is not None else []
    for each in publications.all_publications(tx):
        if each is owner or actor.may(Permission.READ, publication_id=each.id):
            found += publications.sections_of(tx, each.id)
    return list(dict.fromkeys(found))


def _section_ids(
    tx: Transaction, row: Newsletter | None, values: Values, actor: Actor
) -> list[int]:
    """The sections of these slugs in each of these publications: translations share a slug."""
    named = values["sections"]
    assert isinstance(named, Sequence)  # noqa: S101 - the field is a list
    known = _sections(tx, row, within.owner_of(tx, values), actor)
    return [each.id for each in known if each.slug in named]


def _make(tx: Transaction, values: Values, now: dt.datetime, *, actor: Actor) -> Newsletter:
    owner = within.owner_of(tx, values)
    row = Newsletter(
        publication_id=owner.id,
        slug=values["slug"],
        kind=NewsletterKind(str(values["kind"])),
        created_at=now,
        **_columns({}, values),
    )
    return newsletters.add(tx, row, section_ids=_section_ids(tx, None, values, actor))


def _write(
    tx: Transaction, row: Newsletter, values: Values, change: Changed, *, actor: Actor
) -> None:
    columns = _columns(row.translations, values)
    if any(change.of(name) for name in _WHEN):
        columns["opens_from"] = change.now
    newsletters.change(tx, row, **columns)
    if change.of("sections"):
        newsletters.draw_from(tx, row.id, _section_ids(tx, row, values, actor))


def _columns(translations: Mapping[str, Mapping[str, Any]], values: Values) -> dict[str, Any]:
    named = {"name": values["names"], "description": values["descriptions"]}
    words = {
        tag: {key: text for key, text in said.items() if key not in named}
        for tag, said in translations.items()
    }
    for key, texts in named.items():
        assert isinstance(texts, Mapping)  # noqa: S101 - the field is words by language
        for tag, text in texts.items():
            words.setdefault(tag, {})[key] = text
    return {
        "name": values["name"],
        "description": values["description"] or "",
        "translations": {tag: said for tag, said in words.items() if said},
        "tags": _list(values["tags"]),
        "languages": _list(values["languages"]),
        "schedule": {
            each.name: _list(values[each.name])
            for each in KIND.had_by(values)
            if each.name in _SCHEDULE
        },
        "zone": values["zone"],
        "max_stories": values["size"],
        "is_public": values["public"],
        "empty_rule": EmptyRule(str(values["when_empty"])),
    }


def _list(value: Any) -> list[Any]:
    return list(value)


def _every(tx: Transaction, publication: str | None) -> Sequence[Newsletter]:
    ids = {each.id for each in within.owners(tx, publication)}
    return [
        each
        for each in newsletters.every(tx)
        if each.publication_id in ids and each.ended_at is None
    ]


def _kept_by(actor: Actor) -> Keeping[Newsletter]:
    """How newsletters are kept by an actor, who draws from no section that they may not read."""
    return Keeping(
        KIND,
        _found,
        _plain,
        partial(_check, actor=actor),
        partial(_make, actor=actor),
        partial(_write, actor=actor),
        Permission.NEWSLETTERS,
        lambda row: row.publication_id,
        lambda row: row.id,
    )


# As those find and read them who change nothing.
_NEWSLETTERS = _kept_by(Actor("nobody", frozenset()))


@verb(Permission.NEWSLETTERS)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Newsletter:
    """Make a newsletter.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    slug = given.get("publication")
    owner = publications.by_slug(tx, slug.strip()) if isinstance(slug, str) else None
    complete = _completed(given, owner, _had(_OWN, given))
    return acts.add(tx, _kept_by(actor), complete, actor=actor, now=now)


@verb(Permission.NEWSLETTERS)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change a newsletter, from its next issue. Safe to run twice.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended.
        InvalidError, MissingError: with a sentence for each field that is at fault.
    """
    row = _held(tx, key, actor)
    owner = publications.find(tx, row.publication_id)
    asked = _had([name for name in _OWN if name in given], {"kind": row.kind.value})
    complete = _completed(given, owner, asked)
    return acts.change(tx, _kept_by(actor), key, complete, actor=actor, now=now)


@verb(Permission.NEWSLETTERS)
def pause(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> bool:
    """Compose no issue until it is resumed; what is composed goes out. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended.
    """
    row = _held(tx, key, actor)
    if row.paused_at is not None:
        return False
    newsletters.change(tx, row, paused_at=now)
    acts.record(tx, KIND, "pause", row, actor=actor, now=now)
    return True


@verb(Permission.NEWSLETTERS)
def resume(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> bool:
    """Compose issues again, from the next slot; those of the pause do not come. Safe to run twice.

    Returns:
        Whether anything changed.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended.
    """
    row = _held(tx, key, actor)
    if row.paused_at is None:
        return False
    newsletters.change(tx, row, paused_at=None, opens_from=now)
    acts.record(tx, KIND, "resume", row, actor=actor, now=now)
    return True


@verb(Permission.NEWSLETTERS)
def end(
    tx: Transaction,
    key: Key,
    *,
    readers: Afterwards = Afterwards.STAY,
    actor: Actor,
    now: dt.datetime,
) -> int:
    """End a newsletter for good: nobody signs up, nothing is sent, its archive stays.

    Args:
        tx: the open transaction.
        key: which.
        readers: what becomes of their subscriptions.
        actor: who asks.
        now: aware UTC.

    Returns:
        How many subscriptions ended with it.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended already.
    """
    row = _held(tx, key, actor)
    newsletters.change(tx, row, ended_at=now)
    gone = subscribers.end_all(tx, row.id, now=now) if readers is Afterwards.LEAVE else 0
    acts.record(tx, KIND, "end", row, actor=actor, now=now, readers=readers.value, left=gone)
    return gone


def _held(tx: Transaction, key: Key, actor: Actor) -> Newsletter:
    row = acts.held(tx, _NEWSLETTERS, key, actor=actor)
    if row.ended_at is not None:
        raise RefusedError(f"{row.name} has ended; make another newsletter instead.")
    return row


def _had(names: Sequence[str], values: Given) -> list[str]:
    """Those of these fields that a newsletter of these values has."""
    had = {each.name for each in KIND.had_by(values)}
    return [name for name in names if name in had]


def _completed(given: Given, owner: Publication | None, asked: Sequence[str]) -> Given:
    """What was given, with what stands in where zone, languages or days are empty."""
    instead: Given = {"days": list(schedule.EVERY_DAY)}
    if owner is not None:
        instead |= {"zone": owner.zone, "languages": [owner.language]}
    empty = [name for name in asked if name in instead and given.get(name) in (None, "", [], [""])]
    return {**given, **{name: instead[name] for name in empty}}


SHELF = Shelf(
    _NEWSLETTERS,
    _every,
    within.key_of,
    add,
    change,
    end,
    "The newsletter has ended: nobody signs up, nothing is sent, its archive stays; "
    f"{Afterwards.STAY.words}.",
    is_read_elsewhere=True,
)
