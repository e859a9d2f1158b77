"""A request is for a host of this installation, or it is told where that is.

A name that nobody configured leads here by somebody else's DNS: a page of theirs would speak to us
as its own site (DNS rebinding), and search engines would show our pages under it. Names of the
inside (an address, `localhost`, a name without a dot) belong to nobody else and are answered: those
who watch, containers, and proxies that pass no host on use them. So is every name where no public
address is set.

Source: RFC 9110 7.4 (421), RFC 9112 3.2 (one Host header).
"""

import asyncio
import time
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicate import hosts, settings
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.store.newsroom import publications
from syndicate.web import errors

# What asks by an address of its own: whoever watches this process.
_OF_WATCHERS = frozenset({"/healthz", "/readyz", "/metrics"})
# A flood of names costs one query a second.
_ASK_EVERY_S = 1.0
_INSIDE = (".localhost", ".local", ".internal")


class KnownHost:
    """Refuse a request for a host that is not ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._of_publications: frozenset[str] = frozenset()
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400 or 421, or pass the request on."""
        if scope["type"] != "http" or scope["path"] in _OF_WATCHERS:
            await self.app(scope, receive, send)
            return
        said = Headers(scope=scope).getlist("host")
        if len(said) > 1 or (not said and scope["http_version"] == "1.1"):
            sentence = "A request names one host; send one Host header."
            await errors.answer(Request(scope), 400, sentence)(scope, receive, send)
        elif not said or await self._is_ours(said[0]):
            await self.app(scope, receive, send)
        else:
            sentence = f"No site is served under this host name; ours is at {_own()}."
            await errors.answer(Request(scope), 421, sentence)(scope, receive, send)

    async def _is_ours(self, said: str) -> bool:
        own = settings.load()
        name = name_of(said)
        if own.public_url is None or is_inside(name):
            return True
        if name in {name_of(each) for each in (urlsplit(_own()).netloc, *own.further_hosts)}:
            return True
        if name in self._of_publications:
            return True
        async with self._asking:
            try:
                await self._ask()
            except DatabaseDownError:
                return True  # nobody can tell; the page says what is the matter
        return name in self._of_publications

    async def _ask(self) -> None:
        if time.monotonic() - self._asked_at > _ASK_EVERY_S:
            self._asked_at = time.monotonic()
            self._of_publications = await run_in_threadpool(_of_publications)


def name_of(said: str) -> str:
    """A host as a Host header says it, without its port and in one form.

    Args:
        said: `Daily.Example.:80`, `[::1]:8080`.
    """
    name, colon, port = said.strip().lower().rpartition(":")
    if not colon or not (port == "" or port.isdigit()):
        name = said.strip().lower()
    return name.strip("[]").removesuffix(".")


def is_inside(name: str) -> bool:
    """Whether a name leads here by nobody else's DNS."""
    return "." not in name or name.endswith(_INSIDE) or hosts.is_address(name)


def _of_publications() -> frozenset[str]:
    with transaction() as tx:
        return frozenset(name_of(each) for each in publications.hosts(tx))


def _own() -> str:
    return settings.load().base_url()
