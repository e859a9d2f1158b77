"""JSON objects as people give them: as text, a file or JSON itself; each in its one form. Pure."""

import json
from collections.abc import Mapping

from syndicate import bounds
from syndicate.errors import UsageError


def one(raw: object, what: str, *, most: int) -> dict[str, object]:
    """Read an object.

    Args:
        raw: it, or its text.
        what: what it is to whoever reads a refusal: "The profile".
        most: characters of its text.

    Raises:
        UsageError: it is no object of plain values.
        OutOfBoundsError: it is too long, or holds what no row can.
    """
    said = raw
    if isinstance(raw, str | bytes):
        try:
            said = json.loads(raw)
        except (ValueError, RecursionError):
            said = None
    if not isinstance(said, Mapping):
        raise UsageError(f"{what} is not one JSON object; write it as {{…}}.")
    try:
        text = json.dumps(said, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise UsageError(
            f"{what} holds what is no text, number, list or object; leave it out."
        ) from None
    bounds.text(text.replace("\\u0000", "\0"), what, most=most)
    return {str(name): value for name, value in json.loads(text).items()}
