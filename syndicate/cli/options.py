"""What commands share: options that several of them have, and JSON on stdout."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own, in UTF-8.

    Half a character, as in a file's name that is no text, stands there as JSON can say it.
    """
    shown = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    sys.stdout.write(f"{shown}\n")
