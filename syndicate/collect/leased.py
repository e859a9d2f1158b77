"""A source in a worker's hands, as polling looks at it."""

import hashlib
from typing import Any

from syndicate.collect import parse
from syndicate.collect.polling import Answer, Polled
from syndicate.errors import SyndicateError
from syndicate.fetch import Response
from syndicate.store.fetching import Leased


class LeaseLostError(SyndicateError):
    """Another worker took the source over; what this one found was not stored."""

    def __init__(self, source_id: int) -> None:
        super().__init__(
            f"Source {source_id} took so long that another worker has it now.", source_id=source_id
        )


def polled_of(leased: Leased) -> Polled:
    """What polling needs to know of a leased source."""
    names = [
        "basis",
        "etag",
        "last_modified",
        "body_hash",
        "full_at",
        "rhythm_s",
        "failures",
        "failing_since",
        "gone_since",
        "moved_to",
        "moved_since",
        "moved_seen",
        "connected_at",
    ]
    said: dict[str, Any] = {name: getattr(leased.fetched, name) for name in names}
    return Polled(
        url=leased.source.url,
        state=leased.source.state.value,
        is_pinned=bool(leased.source.allow_origins),
        **said,
    )


def basis_of(leased: Leased) -> str:
    """What stored validators depend on: another address, parser or profile makes them void."""
    what = f"{leased.source.profile}{leased.source.pages.value}{leased.source.section_id}"
    return f"{parse.VERSION}|{hashlib.sha256(what.encode()).hexdigest()[:16]}|{leased.source.url}"


def answer_of(response: Response) -> Answer:
    """A response as polling looks at it."""
    hops = tuple((hop.status, hop.url) for hop in response.hops)
    return Answer(response.status, response.url, response.headers, hops)
