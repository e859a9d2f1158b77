"""What a template is given: plain data, with text that any part of a mail can hold.

* Text loses what no mail and no HTML may hold: control characters, lone surrogates (at one of which
  an HTML parser drops the rest of a page without a word) and noncharacters.
* No text turns about what stands beside it (`characters.defused`): an override of direction goes.
* An address (`url`, `…_url`) has the letters of a URI, and no name and password (`uris.uri`).
* A text is one line: a line break of any kind becomes a blank, and none stands at the end. So no
  value begins a line of its own in the text part, where `-- ` hides all that follows.

Everything else stays as it was written. Source: XML 1.0 2.2; HTML, "Preprocessing the input
stream"; Unicode 16, chapter 23.7 (noncharacters); RFC 3676 4.3 (signatures).
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from syndicate import uris
from syndicate.characters import defused

_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_PLANE_ENDS = "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_BARRED = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]"
)
_AS_IT_IS = (bool, int, float, dt.date, dt.time, type(None))


def cleaned(value: Any) -> Any:
    """A template's context, or a part of it, as plain data.

    Args:
        value: text, numbers, times and None, in mappings and sequences of any depth.

    Returns:
        The same in dicts and lists, every text cleaned; the same value gives the same.

    Raises:
        TypeError: something else is in it, whose text nobody has cleaned.
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {str(key): _of_key(str(key), each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(each) for each in value]
    if isinstance(value, _AS_IT_IS):
        return value
    raise TypeError(f"a template is given plain data, not {type(value).__name__}")


def _of_key(key: str, value: Any) -> Any:
    is_address = isinstance(value, str) and (key == "url" or key.endswith("_url"))
    return (uris.uri(value) if is_address else None) or cleaned(value)


def text(value: str) -> str:
    """A text on one line, without characters that a mail cannot hold."""
    # A subclass may say that it is safe mark-up, or be written in another way.
    plain = str.__str__(value)
    return defused(_BARRED.sub("", _BREAK.sub(" ", plain))).rstrip()
