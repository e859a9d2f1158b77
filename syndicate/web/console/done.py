"""What a post has done, as the page after it says: a code in the redirect, a sentence in the frame.

The query names a code and never holds words: no link can make the console say what it likes.
"""

import enum
from contextvars import ContextVar
from urllib.parse import urlencode

from fastapi import Request

_ASKED = "done"
_SAID = ContextVar[str]("said", default="")


class Done(enum.Enum):
    """Each code with its sentence, which is true as well where all was so before."""

    ADDED = "It is added."
    SAVED = "It is saved."
    RETIRED = "It is retired."
    SENT = "The issue is being sent, unless it was sent before."
    MERGED = "The stories of this issue go into the next one."
    DROPPED = "The issue is dropped: it will not be sent."
    TESTED = "The test mail is on its way."
    PAUSED = "It is paused."
    RESUMED = "It goes on."
    ENDED = "It has ended."
    CANCELLED = "What was left is cancelled."
    TICKED = "It is ticked off."
    RESENT = "It is being sent again."
    HELD = "The hold is placed."
    LIFTED = "The hold is lifted."
    STOPPED = "Everything is stopped: no mail is sent until it is released."
    RELEASED = "Mail is released."
    CORRECTED = "The correction is published."
    FEATURED = "The article is featured."
    UNFEATURED = "The article is no longer featured."
    ALERTED = "The alert is on its way to its readers."
    SPLIT = "The article is split off; this is its own page."
    KILLED = "The article is withdrawn."
    TAKEN_DOWN = "The article is taken down."
    DECIDED = "The article's time is set."
    SUPPRESSED = "The address no longer gets mail from here."
    MAILED = "The address can get mail again."
    ERASED = "The reader is erased."
    REVOKED = "It is revoked: it no longer works."
    BUILDING = "All feeds are being built anew."
    MOVED = "The feed is moved."
    TAKEN = "The incident is yours."
    CLOSED = "The incident is closed."
    CHECKED = "The sender is checked; what was found stands below."
    SIGNED_OUT = "The session has ended."
    GRANTED = "It is granted."
    RESET = "Passkeys and recovery codes are forgotten, and all sessions have ended."
    PASSKEY = "The passkey is added."
    REMOVED = "The passkey is removed."


def with_code(path: str, done: Done) -> str:
    """A path of the console that says what was done, once it is shown."""
    before, mark, anchor = path.partition("#")
    joined = "&" if "?" in before else "?"
    return f"{before}{joined}{urlencode({_ASKED: done.name.lower()})}{mark}{anchor}"


async def hear(request: Request) -> None:
    """The dependency of every page: what its address says was done; an unknown code says nothing.

    It is a coroutine, for what a thread of its own sets is not seen by the route.
    """
    code = request.query_params.get(_ASKED, "")
    found = Done.__members__.get(code.upper())
    _SAID.set(found.value if found is not None and request.method == "GET" else "")


def said() -> str:
    """The sentence for this request; empty where there is none."""
    return _SAID.get()
