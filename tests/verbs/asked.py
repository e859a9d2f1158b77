"""Every verb, and how each face that offers it is asked: one row for each way of asking.

Words in braces are names of `tests.verbs.conftest.place`. A row says what stands in the audit then;
a refusal is asked for in the same words at each face, and answered in the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from syndicate.errors import SyndicateError
from syndicate.newsroom.verbs import Verb

Json = Mapping[str, Any]
FACES = ("cli", "api", "console")
NOBODY = 999_999  # no row has this id


@dataclass(frozen=True)
class Asked:
    """How the faces are asked for one thing; None where one does not offer it.

    Attributes:
        cli: a command line without `syndicate`.
        api: path behind /api/v1, and a body: JSON, or a file's bytes; None where it is a GET.
            Another method may stand before the path.
        console: path behind /console, and a form; None where it is a GET.
    """

    cli: str | None = None
    api: tuple[str, Json | bytes | None] | None = None
    console: tuple[str, Json | None] | None = None

    def faces(self) -> list[str]:
        return [face for face in FACES if getattr(self, face) is not None]


@dataclass(frozen=True)
class Done:
    """A verb that is done, and what the audit says of it.

    Attributes:
        verb: "articles.editing.kill", a module of `syndicate` and its name there.
        asked: how.
        audit: action and subject.
        is_quiet_again: asked again nothing changes; else it is another act each time.
        before: what the API was asked for before.
        also: action and subject of each other line, before that one: of those whom it concerns.
    """

    verb: str
    asked: Asked
    audit: tuple[str, str]
    is_quiet_again: bool = True
    before: Asked | None = None
    also: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class No:
    """A verb that is refused: the sentence, and what kind of error it is."""

    verb: str
    asked: Asked
    error: type[SyndicateError]
    sentence: str


def called(name: str) -> Verb[..., object]:
    """The verb of a name."""
    module, _, function = name.rpartition(".")
    found = getattr(import_module(f"syndicate.{module}"), function)
    assert isinstance(found, Verb), name
    return found
