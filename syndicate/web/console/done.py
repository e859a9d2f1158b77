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

    ADDED = "Added."
    SAVED = "Saved."
    RETIRED = "Retired."
    SENT = "The issue is on its way. One that has already been sent is not sent again."
    MERGED = "The stories of this issue will go into the next one."
    DROPPED = "The issue has been dropped: it will not be sent."
    TESTED = "The test mail is on its way."
    PAUSED = "Paused."
    RESUMED = "Resumed."
    ACCEPTED = "Accepted: it is taken with the next poll, which is due now."
    LEFT = "Dropped: the stories stay as they are."
    ENDED = "Ended."
    CANCELLED = "What was left has been cancelled."
    TICKED = "Ticked off."
    RESENT = "It is being sent again."
    HELD = "The hold is in place."
    LIFTED = "The hold has been lifted."
    LIMIT_LIFTED = "The limit has been lifted: those who were at it begin anew."
    NO_LIMIT = "Nobody was at this limit, and nothing waited behind it."
    STOPPED = "Everything is stopped: no mail is sent until it is released."
    RELEASED = "Mail has been released."
    CORRECTED = "The correction has been published."
    FEATURED = "The article is featured."
    UNFEATURED = "The article is no longer featured."
    ALERTED = "The alert is on its way to its readers."
    SPLIT = "The article has been split off; this is its own page."
    KILLED = "The article has been withdrawn."
    TAKEN_DOWN = "The article has been taken down."
    DECIDED = "The article's time has been set."
    SUPPRESSED = "This address will get no more mail from here."
    MAILED_AGAIN = "The suppressions have been lifted: these addresses get mail again."
    MAILED = "This address can get mail again."
    ERASED = "The reader has been erased."
    REVOKED = "Revoked: it no longer works."
    KEY_ENDED = "Ended: what came before this key no longer works."
    BUILDING = "All feeds are being rebuilt."
    MOVED = "The feed has been moved."
    TAKEN = "The incident is yours."
    CLOSED = "The incident has been closed."
    HEARD = "Acknowledged: it is told to nobody until it is over."
    RUNG = "A test has been rung; what came back is below."
    CHECKED = "The sender has been checked; the results are below."
    ROTATED = "A new key waits for DNS: publish the record below, and it signs once it is seen."
    SIGNED_OUT = "The session has ended."
    GRANTED = "Granted."
    RESET = "Passkeys and recovery codes have been forgotten, and all sessions have ended."
    PASSKEY = "The passkey has been added."
    REMOVED = "The passkey has been removed."


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
