"""The API's reference, read from its OpenAPI: operations by the thing they are about, and types.

Pure: it gets the description, who may what, and the examples handed in, and gives plain data.

Source: OpenAPI.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

_REF = "#/components/schemas/"
_PREFIX = "/api/v1"
# The shape of what goes wrong: its own description lists the statuses of all operations.
_ERROR = "Error"
_METHODS = ("get", "post", "put", "patch", "delete")

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Type:
    """What a value is: its words, and the name of one of our types in it."""

    words: str
    named: str | None = None


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body or a type."""

    name: str
    type: Type
    about: str
    is_required: bool
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """A status, and what comes with it."""

    status: int
    words: str
    type: Type | None


@dataclass(frozen=True)
class Example:
    """What was asked and answered when it was tried."""

    asked: str
    status: int
    words: str
    answer: str


@dataclass(frozen=True)
class Operation:
    """A method at a path."""

    method: str
    path: str
    name: str
    about: str
    permission: str | None
    parameters: tuple[Field, ...]
    body: Type | None
    answers: tuple[Answer, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Group:
    """Everything about one thing."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Shape:
    """One of our types with its fields."""

    name: str
    about: str
    fields: tuple[Field, ...]
    values: tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """The whole of it."""

    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]


def read(
    openapi: Json,
    permissions: Mapping[str, str],
    examples: Mapping[str, Sequence[Json]],
) -> Reference:
    """The reference.

    Args:
        openapi: the description.
        permissions: that each operation needs, by key ("GET /api/v1/feeds").
        examples: what was tried, by the same key.
    """
    groups: dict[str, list[Operation]] = {}
    for path, method, said in operations(openapi):
        key = f"{method.upper()} {path}"
        told = tuple(_example(each, method, path) for each in examples.get(key, ()))
        groups.setdefault(_thing(said, path), []).append(
            _operation(path, method, said, permissions.get(key), told)
        )
    shapes = openapi.get("components", {}).get("schemas", {})
    return Reference(
        tuple(Group(name, tuple(found)) for name, found in sorted(groups.items())),
        tuple(_shape(name, said) for name, said in sorted(shapes.items())),
    )


def operations(openapi: Json) -> Iterator[tuple[str, str, Json]]:
    """(path, method, description) of all operations, in the order of the description."""
    for path, methods in openapi["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method, methods[method]


def _thing(said: Json, path: str) -> str:
    given = said.get("tags") or [path.removeprefix(f"{_PREFIX}/").partition("/")[0]]
    return str(given[0])


def _operation(
    path: str,
    method: str,
    said: Json,
    permission: str | None,
    examples: tuple[Example, ...],
) -> Operation:
    content = said.get("requestBody", {}).get("content", {})
    media, body = next(iter(content.items()), ("", None))
    kind = _type(body.get("schema", {})) if body is not None else None
    if kind is not None and media != "application/json":
        kind = Type(f"{kind.words} ({media})", kind.named)
    return Operation(
        method.upper(),
        path,
        f"{method}{path.replace('/', '-').replace('{', '').replace('}', '')}",
        _text(said.get("description", "")),
        permission,
        tuple(_parameter(each) for each in said.get("parameters", ())),
        kind,
        tuple(_answers(said.get("responses", {}))),
        examples,
    )


def _parameter(said: Json) -> Field:
    about = said.get("description") or said["schema"].get("description", "")
    return Field(
        said["name"],
        _type(said["schema"]),
        _text(about) + _default(said["schema"]),
        bool(said.get("required")),
        said["in"],
    )


def _default(schema: Json) -> str:
    value = schema.get("default")
    return "" if value in (None, "", []) else f" (default: {value})"


def _answers(said: Json) -> Iterator[Answer]:
    for status, each in said.items():
        content = list(each.get("content", {}).values())
        schema = content[0].get("schema") if content else None
        kind = _type(schema) if schema else None
        if kind is None or kind.named != _ERROR:
            yield Answer(int(status), _phrase(int(status)), kind)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _example(said: Json, method: str, path: str) -> Example:
    asked = f"{method.upper()} {said.get('path', path)}"
    if said.get("body"):
        asked = f"{asked}\n\n{said['body']}"
    return Example(asked, int(said["status"]), _phrase(int(said["status"])), str(said["answer"]))


def _shape(name: str, said: Json) -> Shape:
    needed = said.get("required", ())
    fields = tuple(
        Field(
            field,
            _type(each),
            _text(each.get("description", "")) + _default(each),
            field in needed,
        )
        for field, each in said.get("properties", {}).items()
    )
    return Shape(name, _text(said.get("description", "")), fields, _values(said))


def _values(said: Json) -> tuple[str, ...]:
    return tuple(str(each) for each in said.get("enum", ()))


def _type(said: Json) -> Type:
    """A type in words: "list of", "text or null", "SenderView"."""
    if "$ref" in said:
        name = said["$ref"].removeprefix(_REF)
        return Type(name, name)
    if several := said.get("anyOf") or said.get("oneOf") or said.get("allOf"):
        kinds = [_type(each) for each in several]
        named = next((each.named for each in kinds if each.named), None)
        return Type(" or ".join(dict.fromkeys(each.words for each in kinds)), named)
    kind = said.get("type", "any value")
    if kind == "array":
        of = _type(said.get("items", {}))
        return Type(f"list of {of.words}", of.named)
    if kind == "object" and isinstance(said.get("additionalProperties"), Mapping):
        of = _type(said["additionalProperties"])
        return Type(f"object of {of.words}", of.named)
    if "enum" in said:
        return Type(", ".join(_values(said)))
    words = {"string": "text", "boolean": "true or false"}
    formats = {"date-time": "time", "date": "date", "uri": "address", "binary": "bytes"}
    return Type(formats.get(said.get("format", ""), words.get(kind, str(kind))))


def _text(docstring: str) -> str:
    """What a docstring says to programs; what it raises is for colleagues."""
    first = docstring.partition("\n\nArgs:")[0].partition("\n\nRaises:")[0]
    return " ".join(first.partition("\n\nReturns:")[0].split())
