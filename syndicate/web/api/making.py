"""/api/v1/<kind>: make and change things of a newsroom, whatever their kind: one list of fields.

Each kind of `syndicate.setup.kinds` has its routes: list, show, make, change, retire; one that has
its own elsewhere has none here. A body names fields; what it does not name stays as it is, and null
takes a value away. What cannot be used comes back with one sentence for each field, under `fields`.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query

from syndicate import clock
from syndicate.newsroom.making import acts
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Field, Kind, Shape, plain
from syndicate.newsroom.making.shelves import Shelf
from syndicate.newsroom.verbs import allow
from syndicate.setup.kinds import BY_FIELDS
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web.api.access import Needs
from syndicate.web.api.actors import CanRead

router = APIRouter(prefix="/api/v1")
Slug = Annotated[str, Path(max_length=80)]
Publication = Annotated[
    str | None,
    Query(max_length=80, description="slug of the publication; needed where there are several"),
]
Fields = Annotated[dict[str, Any], Body()]
_TYPES: Mapping[Shape, Mapping[str, Any]] = {
    Shape.FLAG: {"type": "boolean"},
    Shape.NUMBER: {"type": "integer"},
    Shape.OBJECT: {"type": "object"},
    Shape.DAYS: {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}},
    Shape.WORDS: {"type": "object", "additionalProperties": {"type": "string"}},
}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def _routes(shelf: Shelf) -> None:
    kind = shelf.kind
    path, one = f"/{kind.plural}", f"/{kind.plural}/{{slug}}"
    tags: list[Any] = [kind.plural]
    if not shelf.is_read_elsewhere:
        _route("GET", path, _list(shelf), tags=tags, summary=f"Every {kind.word}.")
        _route("GET", one, _show(shelf), tags=tags, summary=f"One {kind.word} with all its fields.")
    if shelf.add is not None:
        _route("POST", path, _add(shelf), tags=tags, status_code=201, openapi_extra=_body(kind),
               summary=f"Make {kind.one}.")  # fmt: skip
    said = f"Change {kind.one}; what is not named stays. Safe to run twice."
    body = _body(kind, is_new=False)
    _route("PATCH", one, _change(shelf), tags=tags, openapi_extra=body, summary=said)
    if shelf.end is not None:
        _route("DELETE", one, _end(shelf), tags=tags, summary=shelf.ended)


def _route(method: str, path: str, call: Callable[..., Any], **said: Any) -> None:
    name = f"{call.__name__}_{path.split('/')[1]}"
    router.add_api_route(path, call, methods=[method], name=name, operation_id=name, **said)


def _list(shelf: Shelf) -> Callable[..., Any]:
    def every(actor: CanRead, publication: Publication = None) -> list[dict[str, Any]]:
        with transaction() as tx:
            return [
                shelf.as_json(tx, each)
                for each in shelf.every(tx, publication)
                if actor.may(Permission.READ, **shelf.keeping.place(each))
            ]

    return every


def _show(shelf: Shelf) -> Callable[..., Any]:
    def show(actor: CanRead, slug: Slug, publication: Publication = None) -> dict[str, Any]:
        with transaction() as tx:
            row = acts.found(tx, shelf.keeping, Key(slug, publication), actor=actor)
            allow(actor, Permission.READ, **shelf.keeping.place(row))
            return shelf.as_json(tx, row)

    return show


def _add(shelf: Shelf) -> Callable[..., Any]:
    verb = shelf.add
    assert verb is not None  # noqa: S101 - `_routes` has looked
    may = _may(verb.permission)

    def add(actor: may, body: Fields) -> dict[str, Any]:  # type: ignore[valid-type]
        shelf.try_out(body, actor=actor, now=clock.now())
        with transaction() as tx:
            made = verb(tx, body, actor=actor, now=clock.now())
            return shelf.as_json(tx, made)

    return add


def _change(shelf: Shelf) -> Callable[..., Any]:
    may = _may(shelf.change.permission)

    def change(
        actor: may,  # type: ignore[valid-type]
        slug: Slug,
        body: Fields,
        publication: Publication = None,
    ) -> dict[str, Any]:
        with transaction() as tx:
            found = acts.found(tx, shelf.keeping, Key(slug, publication), actor=actor)
            changed = shelf.change(tx, Key(slug, publication), body, actor=actor, now=clock.now())
            return shelf.as_json(tx, found) | {"changed": [each.as_json() for each in changed]}

    return change


def _end(shelf: Shelf) -> Callable[..., Any]:
    verb = shelf.end
    assert verb is not None  # noqa: S101 - `_routes` has looked
    may = _may(verb.permission)

    def end(
        actor: may,  # type: ignore[valid-type]
        slug: Slug,
        publication: Publication = None,
    ) -> dict[str, Any]:
        with transaction() as tx:
            verb(tx, Key(slug, publication), actor=actor, now=clock.now())
        return {"retired": slug}

    return end


def _may(permission: Permission) -> Any:
    return Annotated[Actor, Depends(Needs(permission))]


def _body(kind: Kind, *, is_new: bool = True) -> dict[str, Any]:
    """What a body may name, for the API's own description."""
    fields = [each for each in kind.fields if is_new or not each.is_fixed]
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {each.name: _schema(each) for each in fields},
    }
    if is_new:
        schema["required"] = [
            each.name for each in fields if each.is_required and not each.of_kinds
        ]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _schema(asked: Field) -> dict[str, Any]:
    own = _TYPES.get(asked.shape, _TEXTS if asked.shape.is_list else {"type": "string"})
    said: dict[str, Any] = {**own, "description": asked.in_full}
    if asked.choices:
        said["enum"] = list(asked.choices)
    if asked.example is not None:
        said["examples"] = [plain(asked.example)]
    return said


for _shelf in BY_FIELDS:
    _routes(_shelf)
