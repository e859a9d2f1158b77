"""A request that ended in an error of ours: one line in the log, and an id that finds it.

    7f3a9c-04b1d2    cause-occurrence

The first half is made from the fault and its place, so it is the same for the same fault: where a
flood of one cause left lines out, the first half still finds those that were written, with their
traceback. The answer says the id, so that a reader can pass it on.
"""

import hashlib
import secrets

from syndicate import logs
from syndicate.logs import floods

log = logs.get(__name__)

_HALF_BYTES = 3


def tell(error: BaseException, **about: object) -> str:
    """Write the line of a request that crashed; whoever runs us writes none of their own.

    Args:
        error: what left the handler.
        about: method, route and the like: nothing that a stranger wrote.

    Returns:
        Its id.
    """
    error_id = id_of(error)
    log.error("request_crashed", error_id=error_id, exc_info=error, **about)
    floods.told(error)
    return error_id


def id_of(error: BaseException) -> str:
    """A new id for an error."""
    place = floods.innermost(error.__traceback__)
    cause = hashlib.sha256(f"{type(error).__qualname__} {place}".encode()).hexdigest()
    return f"{cause[: 2 * _HALF_BYTES]}-{secrets.token_hex(_HALF_BYTES)}"
