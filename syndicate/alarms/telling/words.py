"""How a telling is said, alike by every way: a headline, and lines that are read at 3 am."""

import textwrap
from collections.abc import Sequence

from syndicate import phrases
from syndicate.alarms.telling.ring import Telling, What

_SUBJECT_CHARS = 90


def headline(telling: Telling) -> str:
    """One line: "Ringing: held issues (courier)"."""
    ring = telling.ring
    again = f" again ({ring.rung})" if ring.rung > 1 else ""
    said = {
        What.RINGING: f"Ringing{again}",
        What.ACKNOWLEDGED: "Looked after",
        What.OVER: "Over",
    }[telling.what]
    where = f" ({ring.publication})" if ring.publication else ""
    return f"{said}: {ring.bell.replace('_', ' ')}{where}"


def subject(telling: Telling) -> str:
    """The same with what is the matter, as far as a locked phone shows it."""
    text = textwrap.shorten(telling.ring.text, _SUBJECT_CHARS, placeholder=" …")
    return f"{headline(telling)}: {text}"


def facts(telling: Telling) -> Sequence[tuple[str, str]]:
    """What else is to be known, as (name, words) pairs, the first ones first."""
    ring = telling.ring
    found = [("Since", phrases.moment(ring.began_at))]
    if ring.acknowledged_by is not None:
        found.append(("Looked after by", ring.acknowledged_by))
    if ring.owner:
        found.append(("For", ring.owner))
    return found


def links(telling: Telling) -> Sequence[tuple[str, str]]:
    """Where to look, as (words, address) pairs."""
    ring = telling.ring
    found = (("Look into it", ring.link), ("What to do", ring.runbook))
    return [(words, address) for words, address in found if address]
