"""What commands share: options that several of them have, words they take, and JSON on stdout."""

import enum
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

import typer

from syndicate.newsroom.making.problems import no_choice

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Word = TypeVar("Word", bound=enum.StrEnum)
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one JSON object, or one list, on a line of its own, in UTF-8.

    Half a character, as in a file's name that is no text, stands there as JSON can say it.
    """
    shown = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    sys.stdout.write(f"{shown}\n")


def one_of(kind: type[Word], value: str, what: str) -> Word:
    """What was typed as one of a word's values.

    Raises:
        UsageError: it is none; the sentence lists them.
    """
    if value not in set(kind):
        raise no_choice(what, value, kind)
    return kind(value)
