"""/console/newsroom: what a newsroom is made of, in forms that every kind has by its fields.

    GET  /console/newsroom                      every kind with its rows
    GET  /console/newsroom/new/<kind>           POST: make one
    GET  /console/newsroom/<kind>/<slug>        POST: change it
    POST /console/newsroom/<kind>/<slug>/retire

What belongs to a publication is made in one that was chosen before its form is shown: what else
there is to choose from, its sections, follows from it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from starlette.datastructures import FormData

from syndicate import clock
from syndicate.errors import RefusedError, SyndicateError
from syndicate.newsroom.making import within
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Difference, Field, Kind, Shape
from syndicate.newsroom.making.fields import shown as in_words
from syndicate.newsroom.making.pictures import MOST_BYTES
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import allow
from syndicate.setup.kinds import BY_FIELDS
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web.console import fields, pages
from syndicate.web.console.access import Needs
from syndicate.web.console.actors import CanRead
from syndicate.web.console.done import Done
from syndicate.web.console.fields import Options, Sent, Shown

router = APIRouter(include_in_schema=False)
Which = Annotated[str, Path(max_length=80)]
Chosen = Annotated[str | None, Query(alias="publication", max_length=80)]
_HOME = "/console/newsroom"
# Kinds that have pages of their own, where they are steered and ended.
_PAGES = {"newsletters": "/console/newsletters/{id}"}
# Where more is seen and done of a thing than its fields say.
_BESIDE = {"feeds": "/console/feeds/{slug}"}
# What a form shows of a thing that is not there yet.
_OF_A_NEW_ONE: Mapping[str, Any] = {
    "facts": (),
    "changed": (),
    "places": (),
    "own": None,
    "own_page": "",
    "beside": "",
    "can_change": True,
    "can_end": False,
}


@dataclass(frozen=True)
class Row:
    """A thing in the list of its kind."""

    name: str
    slug: str
    publication: str
    address: str


@dataclass(frozen=True)
class Listed:
    """A kind with what there is of it; whether whoever looks can make another."""

    kind: Kind
    rows: Sequence[Row]
    is_addable: bool


@router.get(_HOME)
def index(actor: CanRead, publication: Chosen = None) -> Response:
    """Every kind with what there is of it, in one publication or in all."""
    with transaction() as tx:
        brands = _publications(tx, actor, Permission.READ)
        listed = [
            Listed(each.kind, _rows(tx, actor, each, publication), _can_add(tx, actor, each))
            for each in BY_FIELDS
        ]
    return pages.render(
        actor, "making.html", tab="newsroom", listed=listed, brands=brands, chosen=publication
    )


def _routes(shelf: Shelf) -> None:
    plural = shelf.kind.plural
    new, one = f"{_HOME}/new/{plural}", f"{_HOME}/{plural}/{{which}}"
    if shelf.add is not None:
        _route("GET", new, _new(shelf))
        _route("POST", new, _add(shelf))
    _route("GET", one, _show(shelf))
    _route("POST", one, _change(shelf))
    if shelf.end is not None and plural not in _PAGES:
        _route("POST", f"{one}/retire", _retire(shelf))


def _route(method: str, path: str, call: Callable[..., Response]) -> None:
    router.add_api_route(path, call, methods=[method])


def _new(shelf: Shelf) -> Callable[..., Response]:
    def new(actor: CanRead, publication: Chosen = None) -> Response:
        return _new_form(actor, shelf, publication)

    return new


def _add(shelf: Shelf) -> Callable[..., Response]:
    verb = shelf.add
    assert verb is not None  # noqa: S101 - `_routes` has looked
    may = _may(verb.permission)

    def add(actor: may, sent: Sent) -> Response:  # type: ignore[valid-type]
        given = fields.named(fields.given(shelf.kind.fields, sent), shelf.kind)
        try:
            shelf.try_out(given, actor=actor, now=clock.now())
            with transaction() as tx:
                made = verb(tx, given, actor=actor, now=clock.now())
                key = shelf.key(tx, made)
        except SyndicateError as error:
            chosen = fields.text(sent, within.PUBLICATION.name)
            return _new_form(actor, shelf, chosen, sent=sent, error=error)
        return pages.see_other(_address(shelf, key), Done.ADDED)

    return add


def _show(shelf: Shelf) -> Callable[..., Response]:
    def show(actor: CanRead, which: Which, publication: Chosen = None) -> Response:
        return _form(actor, shelf, Key(which, publication))

    return show


def _change(shelf: Shelf) -> Callable[..., Response]:
    may = _may(shelf.change.permission)
    asked = [each for each in shelf.kind.fields if not each.is_fixed]

    def change(
        actor: may,  # type: ignore[valid-type]
        which: Which,
        sent: Sent,
        publication: Chosen = None,
    ) -> Response:
        key = Key(which, publication)
        given = fields.given(asked, sent)
        try:
            with transaction() as tx:
                row = shelf.keeping.found(tx, key)
                changed = shelf.change(tx, key, given, actor=actor, now=clock.now())
                key = shelf.key(tx, row)
        except SyndicateError as error:
            return _form(actor, shelf, key, sent=sent, error=error)
        return _form(actor, shelf, key, changed=changed)

    return change


def _retire(shelf: Shelf) -> Callable[..., Response]:
    verb = shelf.end
    assert verb is not None  # noqa: S101 - `_routes` has looked
    may = _may(verb.permission)

    def retire(
        actor: may,  # type: ignore[valid-type]
        which: Which,
        publication: Chosen = None,
    ) -> Response:
        key = Key(which, publication)
        try:
            with transaction() as tx:
                verb(tx, key, actor=actor, now=clock.now())
        except SyndicateError as error:
            return _form(actor, shelf, key, error=error)
        return pages.see_other(f"{_HOME}#{shelf.kind.plural}", Done.RETIRED)

    return retire


def _form(
    actor: Actor,
    shelf: Shelf,
    key: Key,
    *,
    sent: FormData | None = None,
    error: SyndicateError | None = None,
    changed: Sequence[Difference] = (),
) -> Response:
    """A thing as it is, or as it was filled in when that was refused."""
    with transaction() as tx:
        row = shelf.keeping.found(tx, key)
        whose = shelf.keeping.place(row)
        allow(actor, Permission.READ, **whose)
        key, values = shelf.key(tx, row), shelf.plain(tx, row)
        had = shelf.kind.had_by(values)
        asked = [each for each in had if not each.is_fixed]
        itself = {shelf.kind.word: key.slug}
        options = {
            each.name: _options(tx, actor, each, key.publication, but=itself.get(each.of))
            for each in asked
        }
        form = fields.filled(asked, sent, error, stored=values, options=options)
    return _page(
        actor,
        shelf,
        **form,
        title=_called(row, key.slug),
        facts=[(each, in_words(values.get(each.name))) for each in had],
        changed=[(each.field, in_words(each.before), in_words(each.after)) for each in changed],
        can_change=actor.may(shelf.change.permission, **whose),
        can_end=shelf.end is not None and actor.may(shelf.end.permission, **whose),
        action=_address(shelf, key),
        retire=_address(shelf, key, "/retire"),
        own_page=_PAGES.get(shelf.kind.plural, "").format(id=row.id),
        beside=_BESIDE.get(shelf.kind.plural, "").format(slug=key.slug),
    )


def _new_form(
    actor: Actor,
    shelf: Shelf,
    chosen: str | None,
    *,
    sent: FormData | None = None,
    error: SyndicateError | None = None,
) -> Response:
    """The form of a new thing: empty, or as it was filled in when that was refused."""
    with transaction() as tx:
        places = _places(tx, actor, shelf)
        slugs = [each.slug for each in places]
        chosen = slugs[0] if len(slugs) == 1 and not chosen else chosen
        own = chosen if chosen in slugs else None
        asked = [
            each
            for each in fields.asked_of_new(shelf.kind)
            if own is None or each.name != within.PUBLICATION.name
        ]
        options = {each.name: _options(tx, actor, each, own) for each in asked}
        form = fields.filled(asked, sent, error, options=options)
    return _page(
        actor,
        shelf,
        **form,
        title=f"New {shelf.kind.word}",
        own=next((each for each in places if each.slug == own), None),
        places=places if own is None and sent is None else (),
        action=f"{_HOME}/new/{shelf.kind.plural}",
    )


def _page(
    actor: Actor,
    shelf: Shelf,
    *,
    filled: Sequence[Shown],
    **context: Any,
) -> Response:
    """A form's page; that of a new thing asks first for the little that it needs."""
    is_new = "facts" not in context
    later = [
        each for each in filled if is_new and not (each.asked.is_early or each.asked.is_required)
    ]
    held = Counter(each.asked.takes_effect for each in filled if not is_new)
    return pages.render(
        actor,
        "making_form.html",
        shared=held.most_common(1)[0][0] if held else None,
        is_mixed=len(held) > 1,
        tab="newsroom",
        shelf=shelf,
        kind=shelf.kind,
        picture_kib=MOST_BYTES // 1024,
        early=[each for each in filled if each not in later],
        later=later,
        has_late_fault=any(each.problem for each in later),
        has_file=any(each.asked.shape is Shape.PICTURE for each in filled),
        **{**_OF_A_NEW_ONE, **context},
    )


def _options(
    tx: Transaction, actor: Actor, asked: Field, publication: str | None, *, but: str | None = None
) -> Options:
    """Slug and name of each row that a field can name; translations of one share a slug."""
    shelf = next((each for each in BY_FIELDS if each.kind.word == asked.of), None)
    if shelf is None or (shelf.kind.is_within and not publication and not asked.is_anywhere):
        return []
    named: dict[str, list[str]] = {}
    rows = shelf.every(tx, None if asked.is_anywhere or not shelf.kind.is_within else publication)
    for row in rows:
        if actor.may(Permission.READ, **shelf.keeping.place(row)):
            slug = shelf.key(tx, row).slug
            named.setdefault(slug, []).append(_called(row, slug))
    return [
        (slug, " / ".join(dict.fromkeys(names))) for slug, names in named.items() if slug != but
    ]


def _places(tx: Transaction, actor: Actor, shelf: Shelf) -> Sequence[Publication]:
    """The publications in which an actor can make a thing; none of a kind that belongs to none.

    Raises:
        NotAllowedError: they can make none anywhere.
        RefusedError: there is no publication yet that it could belong to.
    """
    if shelf.add is None or not shelf.kind.is_within:
        if shelf.add is not None:
            allow(actor, shelf.add.permission)
        return ()
    found = _publications(tx, actor, shelf.add.permission)
    if not found and not publications.all_publications(tx):
        raise RefusedError(
            f"{shelf.kind.one.capitalize()} belongs to a publication; make that first."
        )
    if not found:
        allow(actor, shelf.add.permission)
    return found


def _publications(tx: Transaction, actor: Actor, permission: Permission) -> list[Publication]:
    every = publications.all_publications(tx)
    return [each for each in every if actor.may(permission, publication_id=each.id)]


def _rows(tx: Transaction, actor: Actor, shelf: Shelf, publication: str | None) -> list[Row]:
    found = []
    for row in shelf.every(tx, publication if shelf.kind.is_within else None):
        if actor.may(Permission.READ, **shelf.keeping.place(row)):
            key = shelf.key(tx, row)
            name, owner = _called(row, key.slug), key.publication or ""
            found.append(Row(name, key.slug, owner, _address(shelf, key)))
    return found


def _can_add(tx: Transaction, actor: Actor, shelf: Shelf) -> bool:
    if shelf.add is None:
        return False
    if not shelf.kind.is_within:
        return actor.may(shelf.add.permission)
    return bool(_publications(tx, actor, shelf.add.permission))


def _may(permission: Permission) -> Any:
    return Annotated[Actor, Depends(Needs(permission))]


def _called(row: Any, slug: str) -> str:
    """What people call a thing: its name or title, or else its slug."""
    return str(getattr(row, "name", None) or getattr(row, "title", None) or slug)


def _address(shelf: Shelf, key: Key, act: str = "") -> str:
    query = f"?publication={key.publication}" if key.publication else ""
    return f"{_HOME}/{shelf.kind.plural}/{key.slug}{act}{query}"


for _shelf in BY_FIELDS:
    _routes(_shelf)
