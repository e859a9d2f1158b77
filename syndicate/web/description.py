"""The API's description of itself (OpenAPI): every status that a route can answer with.

FastAPI reads a route's own answer from its signature. What goes wrong is answered by the same few
modules for all routes (`errors`, `guards`, `storable`, `api.access`), so it is described for all
at once, in the one shape that our errors have.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

Json = dict[str, Any]

# What each route can answer, and those that change something besides.
EVERYWHERE = {
    400: "Something in the address or the body cannot be read.",
    401: "There is no token, or none that is known.",
    403: "The token does not have the permission.",
    404: "Something that was named is not there, or not yours to see.",
    409: "It cannot be done as things are; the message says why.",
    421: "No site is served under this host name; the message says where ours is.",
    422: "A field cannot be used; the message names it.",
    429: "Too often: try again later.",
    500: "An error of ours; `id` finds its line in the logs.",
    503: "Busy, or the database is away: try again in a minute.",
}
WHERE_WRITTEN = {
    413: "The body is larger than this address takes.",
    415: "The body is a form in an encoding that we do not read.",
}
_WRITES = frozenset({"post", "put", "patch", "delete"})


def _listed(statuses: dict[int, str]) -> str:
    return ", ".join(f"{status}: {why[0].lower()}{why[1:-1]}" for status, why in statuses.items())


_NAME, _DETAILS = "Error", "ErrorDetails"
_SHAPE_AT = "#/components/schemas/"
_SHAPES: Json = {
    _NAME: {
        "type": "object",
        "description": "What went wrong. Every operation can answer so "
        f"({_listed(EVERYWHERE)}), and those that change something with two more statuses "
        f"({_listed(WHERE_WRITTEN)}).",
        "required": ["error"],
        "properties": {"error": {"$ref": f"{_SHAPE_AT}{_DETAILS}"}},
    },
    _DETAILS: {
        "type": "object",
        "required": ["status", "message"],
        "properties": {
            "status": {"type": "integer", "description": "the status of the answer"},
            "message": {"type": "string", "description": "what went wrong and what to do"},
            "fields": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "a sentence for each field that cannot be used",
            },
            "id": {"type": "string", "description": "of an error of ours: finds its log line"},
        },
    },
}
# FastAPI's own shape of a 422, which our errors do not have.
_FOREIGN = ("HTTPValidationError", "ValidationError")


class Described(FastAPI):
    """An application whose description has what goes wrong in it."""

    def openapi(self) -> Json:
        """The description, made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            for method, said in _operations(made):
                said["responses"] = _answers(method, said["responses"])
            shapes = made.setdefault("components", {}).setdefault("schemas", {})
            for name in _FOREIGN:
                shapes.pop(name, None)
            shapes |= _SHAPES
            self.openapi_schema = made
        return self.openapi_schema


def _operations(made: Json) -> Iterator[tuple[str, Json]]:
    for methods in made["paths"].values():
        yield from methods.items()


def _answers(method: str, own: Json) -> Json:
    common = EVERYWHERE | (WHERE_WRITTEN if method in _WRITES else {})
    shown = {"schema": {"$ref": f"{_SHAPE_AT}{_NAME}"}}
    errors = {
        str(status): {"description": why, "content": {"application/json": shown}}
        for status, why in common.items()
    }
    return {status: said for status, said in own.items() if status not in errors} | errors
