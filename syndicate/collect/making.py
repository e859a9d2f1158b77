"""Sources as operators make and change them: by one list of fields, each known by slug or id.

    added ──> in use <── added again ── retired
                └───────── end ──────────^

A change takes effect from the next fetch. What a source brought stays, whatever becomes of it.
Whoever adds one by hand has its address fetched before; a file does not, its first fetch tells.
"""

import datetime as dt
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndicate import bounds, settings
from syndicate.addresses import check_origin
from syndicate.collect import checking, shown_sources
from syndicate.collect.source_fields import KIND, ROBOTS_SAID
from syndicate.errors import SyndicateError
from syndicate.newsroom import publications as brands
from syndicate.newsroom import sources as named
from syndicate.newsroom.making import acts, reading, said_sections, within
from syndicate.newsroom.making.acts import Changed, Given, Keeping, Key
from syndicate.newsroom.making.fields import Difference, Values
from syndicate.newsroom.making.problems import Problem, Problems, refuse, taken
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import let_in, verb
from syndicate.reading.pages import profile as profiles
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import source_changes, sources, websub
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.sources import Pages, SourceKind

_OBEYS = {said: obeys for obeys, said in ROBOTS_SAID.items()}


def _found(tx: Transaction, key: Key) -> Source:
    return named.in_use(tx, key.slug, key.publication)


def _check(tx: Transaction, row: Source | None, values: Values) -> Problems:
    found: dict[str, Problem] = {}
    owner = within.owner(tx, values, found)
    _check_address(row, values, found)
    if owner is not None:
        _check_twins(tx, owner, row, values, found)
        section = values.get("section")
        if isinstance(section, str):
            known = publications.section_of(tx, owner.id, section)
            if known is None or known.retired_at is not None:
                found["section"] = within.no_section(tx, owner, section)
    for name, look in (("allow_origins", _origins), ("profile", _profile)):
        try:
            look(values)
        except SyndicateError as error:
            found[name] = Problem(str(error))
    return found


def _check_address(row: Source | None, values: Values, found: MutableMapping[str, Problem]) -> None:
    """What is wrong with an address, and with a kind that it cannot have."""
    url, said = values.get("url"), values.get("kind")
    if not isinstance(url, str) or not isinstance(said, str):
        return
    kind = SourceKind(said)
    if row is not None and kind.is_fetched != row.kind.is_fetched:
        what = "is asked at its address" if row.kind.is_fetched else "is sent by a CMS"
        found["kind"] = Problem(f"This source {what}, which stays so; add another one instead.")
    elif row is not None and not kind.is_fetched and url != row.url:
        found["url"] = Problem(
            "A source that is sent by a CMS has no address to change; change its name instead."
        )
    try:
        bounds.indexed(url, "The address")
        if kind.is_fetched:
            bounds.web_address(url)
    except SyndicateError as error:
        found["url"] = Problem(str(error))


def _check_twins(
    tx: Transaction,
    owner: Publication,
    row: Source | None,
    values: Values,
    found: MutableMapping[str, Problem],
) -> None:
    """Addresses and slugs that another source has; a new one may take those of one retired."""
    url, slug = values.get("url"), values.get("slug")
    twin = sources.by_url(tx, owner.id, url) if isinstance(url, str) else None
    if twin is not None and twin is not row and (row is not None or twin.retired_at is None):
        found["url"] = taken(f"{twin.name} has this address already; change that source instead.")
    if not isinstance(slug, str):
        return
    if slug.isdigit():
        found["slug"] = Problem("A slug of digits alone reads as an id; add a letter to it.")
    other = sources.by_slug(tx, owner.id, slug)
    may_return = row is None and other is not None and other.retired_at is not None
    if other is not None and other is not row and not (may_return and twin in {None, other}):
        found["slug"] = taken(f"{owner.name} has a source {slug} already; choose another slug.")


def _origins(values: Values) -> list[str]:
    found = values.get("allow_origins")
    return [check_origin(str(each)) for each in found] if isinstance(found, Sequence) else []


def _profile(values: Values) -> dict[str, Any] | None:
    found = values.get("profile")
    if not isinstance(found, Mapping) or not found:
        return None
    profiles.check(dict(found))
    return dict(found)


def _make(tx: Transaction, values: Values, now: dt.datetime) -> Source:
    owner = within.owner_of(tx, values)
    url, slug = str(values["url"]), values["slug"]
    kind = SourceKind(str(values["kind"]))
    row = sources.by_url(tx, owner.id, url)
    if row is None and isinstance(slug, str):
        row = sources.by_slug(tx, owner.id, slug)
    if row is None:
        name = str(values["name"] or url)
        row = sources.add(tx, owner.id, kind, url, name, slug=str(slug) if slug else None)
    else:  # one that was retired comes back, with what it brought
        source_changes.bring_back(tx, row, message=f"{row.name} is in use again.", now=now)
        if url != row.url and url not in row.aliases:
            source_changes.move(tx, row, url, now=now)
    source_changes.change(tx, row, **_columns(tx, row, values))
    return row


def _write(tx: Transaction, row: Source, values: Values, change: Changed) -> None:
    if change.of("url"):
        source_changes.move(tx, row, str(values["url"]), now=change.now)
    source_changes.change(tx, row, **_columns(tx, row, values))


def _columns(tx: Transaction, row: Source, values: Values) -> dict[str, Any]:
    slug, robots = values["section"], values["robots"]
    section = None
    if isinstance(slug, str):
        section = publications.section_of(tx, row.publication_id, slug)
    return {
        "slug": values["slug"] or row.slug,
        "name": values["name"] or row.url,
        "kind": SourceKind(str(values["kind"])),
        "pages": Pages(str(values["pages"])),
        "allow_origins": _origins(values),
        "section_id": section.id if section is not None else None,
        "compare_url": values["compare_url"],
        "obeys_robots": _OBEYS[str(robots) if robots else None],
        "profile": _profile(values),
    }


def _every(tx: Transaction, publication: str | None) -> Sequence[Source]:
    return within.every(tx, publication, sources.of_publication)


_SOURCES = Keeping(
    KIND,
    _found,
    shown_sources.plain,
    _check,
    _make,
    _write,
    Permission.SOURCES,
    lambda row: row.publication_id,
)


@verb(Permission.SOURCES)
def add(tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Source:
    """Add a source, due at once; one that was retired comes back under its address or slug.

    Raises:
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    return acts.add(tx, _SOURCES, given, actor=actor, now=now)


@verb(Permission.SOURCES)
def change(
    tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
) -> Sequence[Difference]:
    """Change a source, from its next fetch; what is not given stays. Safe to run twice.

    Raises:
        NotFoundError: there is no such source.
        InvalidError, MissingError, TakenError: with a sentence for each field that is at fault.
    """
    row = acts.held(tx, _SOURCES, key, actor=actor)
    return acts.change(tx, _SOURCES, key, _of_known(row, given), actor=actor, now=now)


@verb(Permission.SOURCES)
def end(tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> None:
    """Retire a source: it is no longer collected from, and what it brought stays.

    Its hubs are told when they push next.

    Raises:
        NotFoundError: there is no such source.
    """
    row = acts.held(tx, _SOURCES, key, actor=actor)
    for each in websub.current(tx, row.id):
        websub.end(tx, each, "its source was retired")
    source_changes.retire(tx, row, message=f"{row.name} was retired.", now=now)
    acts.record(tx, KIND, "retire", row, actor=actor, now=now)


def try_out(given: Given, *, actor: Actor, now: dt.datetime) -> None:
    """Fetch once what is to be added; who may not add it has nothing fetched.

    Raises:
        NotAllowedError: the actor may not add it.
        InvalidError, MissingError, TakenError: as `add`, before anything is fetched.
        FetchError, NotAFeedError, BlockedAddressError: it cannot be read; at its address.
    """
    let_in(actor, Permission.SOURCES)
    with transaction() as tx:
        wanted = _wanted(tx, None, given, actor)
    _fetch(wanted, now)


@dataclass(frozen=True)
class Used:
    """A source that has the address that was given: a new one, or one that was there."""

    source: Source
    is_new: bool
    differences: Sequence[Difference] = ()


def use(
    given: Given,
    *,
    is_checked: bool,
    sections: Sequence[str] = (),
    actor: Actor,
    now: dt.datetime,
) -> Used:
    """Add a source, or change the one that has its address. Safe to run twice.

    Args:
        given: raw values by field; without a publication it is the first one's.
        is_checked: fetch it once before, and refuse it when that fails.
        sections: names of sections that are made with it, where there are none of them yet.
        actor: who asks.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such publication.
        SyndicateError: as `try_out`.
    """
    let_in(actor, Permission.SOURCES)
    with transaction() as tx:
        slug = str(given.get("publication") or "").strip() or None
        if slug is not None:
            brands.let_into(tx, slug, Permission.SOURCES, actor)
        owner = brands.named_or_first(tx, slug)
        given = {**given, "publication": owner.slug}
        wanted = _wanted(tx, _at(tx, owner, given), given, actor)
    if is_checked:
        _fetch(wanted, now)
    with transaction() as tx:
        if sections:
            said_sections.add(tx, owner, sections, actor=actor, now=now)
        known = _at(tx, owner, given)
        if known is None:
            return Used(add(tx, given, actor=actor, now=now), is_new=True)
        changed = change(tx, within.key_of(tx, known), given, actor=actor, now=now)
        return Used(known, is_new=False, differences=changed)


def _at(tx: Transaction, owner: Publication, given: Given) -> Source | None:
    """The source in use that has the address that was given."""
    url = given.get("url")
    if not isinstance(url, str) or not bounds.is_storable(url):
        return None
    found = sources.by_url(tx, owner.id, url.strip())
    return found if found is not None and found.retired_at is None else None


def _wanted(tx: Transaction, row: Source | None, given: Given, actor: Actor) -> Values:
    """The values that a source would have, for somebody who may give it them."""
    read = reading.read(KIND, given if row is None else _of_known(row, given), is_new=row is None)
    acts.let_into(tx, _SOURCES, read.values, actor)
    values = {**(shown_sources.plain(tx, row) if row is not None else {}), **read.values}
    refuse({**_check(tx, row, values), **read.problems})
    return values


def _of_known(row: Source, given: Given) -> Given:
    """What was given of a source that is there, without what says nothing new of it.

    An address that it had before its server moved it is its own still; a slug it keeps.
    """
    url, slug = given.get("url"), given.get("slug")
    is_same = isinstance(url, str) and url.strip() in row.aliases
    left_out = {"url"} if is_same else set()
    if row.name == row.url == given.get("name"):  # as answers name one that nobody named
        left_out.add("name")
    if slug is None or (isinstance(slug, str) and not slug.strip()):
        left_out.add("slug")
    return {name: value for name, value in given.items() if name not in left_out}


def _fetch(wanted: Values, now: dt.datetime) -> None:
    kind = SourceKind(str(wanted["kind"]))
    if not kind.is_fetched:
        return
    try:
        checking.check(
            str(wanted["url"]),
            kind=kind,
            allow=_origins(wanted),
            profile=_profile(wanted),
            base_url=settings.load().base_url(),
            now=now,
        )
    except SyndicateError as error:
        error.ids.setdefault("fields", {"url": str(error)})
        raise


SHELF = Shelf(
    _SOURCES,
    _every,
    within.key_of,
    add,
    change,
    end,
    "The source is no longer collected from; what it brought stays.",
    is_read_elsewhere=True,
    is_optional=True,
    told=shown_sources.told,
    tried=try_out,
)
