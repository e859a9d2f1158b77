"""The one door through which Syndicate asks other servers for anything.

    async with Fetcher() as fetcher:
        response = await fetcher.get(url, allow=source.allow_origins)

Whoever gives us an address may mean one of our own machines by it. So the address that is really
dialled is looked up in `syndicate.addresses` when its socket is made, for every redirect too: a
name that resolves to something else the second time gains nothing. Proxies from the environment
are ignored.

A status of 400 and more is an answer, not an exception; what raises is that there is no answer.
"""

import asyncio
import contextlib
import contextvars
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from yarl import URL

from syndicate import __version__, inflating, uris
from syndicate.addresses import PORTS, check_origin, is_allowed
from syndicate.cookies import Cookies
from syndicate.errors import (
    BlockedAddressError,
    FetchError,
    OversizeError,
    PermanentError,
    SyndicateError,
    UnknownHostError,
)

CONNECT_S = 5.0
TOTAL_S = 30.0
MAX_BYTES = 10_000_000  # of what comes, and of what it inflates to
MAX_REDIRECTS = 5
_CHUNK = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
SUCCESS = range(200, 300)  # statuses of what was done as asked (RFC 9110 15.3)
_URI = re.compile(r"(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})+")  # RFC 3986 2
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ALLOWED = contextvars.ContextVar[frozenset[str]]("allowed", default=frozenset())

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True)
class Hop:
    """One redirect on the way: its status, and where it led."""

    status: int
    url: str


@dataclass(frozen=True)
class Response:
    """What the other side answered.

    Attributes:
        status: HTTP status of the last answer.
        url: the address that gave it.
        headers: names in lower case, values byte for byte; of repeated ones the first.
        links: every Link header.
        body: inflated.
        hops: the redirects that led here.
        cookies: every Set-Cookie header.
    """

    status: int
    url: str
    headers: Mapping[str, bytes]
    links: tuple[str, ...]
    body: bytes
    hops: tuple[Hop, ...] = ()
    cookies: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """A header as text, empty when it is absent."""
        return self.headers.get(name, b"").decode("utf-8", "replace").strip()


class Fetcher:
    """Connections to other servers; open one per batch of work.

    Args:
        limit: connections at once.
        resolve: in the place of the system's resolver, for tests of a name that changes.
        trust: in the place of the system's authorities, for tests of a server with a certificate.
    """

    def __init__(
        self,
        *,
        limit: int = 50,
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._limit = limit
        self._resolve = resolve
        self._trust = trust

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._limit,
            # Idle connections to a thousand hosts cost 400 MB and save nothing (measured).
            force_close=True,
            use_dns_cache=False,
            ssl=self._trust or True,
            socket_factory=_checked_socket,
            resolver=_Resolver(self._resolve) if self._resolve else None,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def get(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str | bytes] | None = None,
        allow: Iterable[str] = (),
        max_bytes: int = MAX_BYTES,
    ) -> Response:
        """Ask for a document, following at most five redirects, with the cookies that they give.

        Args:
            url: absolute http(s) address.
            method: GET, or HEAD where its headers are enough.
            headers: sent along; credentials, also those of the address, stay behind when a
                redirect leaves the origin.
            allow: "IP:port" of in-house servers, or "10.1.0.0/16", that may be dialled too.
            max_bytes: cap of the body, as it comes and inflated.

        Raises:
            UnknownHostError: its name does not resolve.
            BlockedAddressError: scheme, port or dialled address is not allowed.
            OversizeError: the body is larger than the cap.
            FetchError: no answer, or not in time.
            PermanentError: the address is no address, or redirects go round in circles.
        """
        hops, cookies = list[Hop](), Cookies()
        sent = {**_headers(), **(headers or {})}
        while True:
            asked = {**sent, **cookies.headers(url)}
            answer = await self.once(method, url, headers=asked, allow=allow, max_bytes=max_bytes)
            location = answer.text("location")
            if answer.status not in _REDIRECTS or not location:
                return replace(answer, hops=tuple(hops))
            if len(hops) == MAX_REDIRECTS:
                raise PermanentError(
                    f"{shown(hops[0].url)} redirects more than {MAX_REDIRECTS} times; "
                    "name the address where it ends.",
                    url=url,
                )
            cookies.take(url, answer.cookies)
            url = uris.with_user_of(url, urljoin(url, location))
            if _origin(url) != _origin(answer.url):
                sent = {key: sent[key] for key in sent if key.lower() != "authorization"}
            hops.append(Hop(answer.status, url))

    async def once(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str | bytes] | None = None,
        body: bytes | None = None,
        allow: Iterable[str] = (),
        max_bytes: int = MAX_BYTES,
    ) -> Response:
        """Send one request and follow nothing; for `get`'s steps, hubs and webhooks.

        Raises:
            SyndicateError: as `get`.
        """
        allowed = frozenset(allow)
        _check_url(url, allowed)
        token = _ALLOWED.set(allowed)
        try:
            async with self._session.request(
                method,
                # What is spelt as a URI already is sent as it is spelt: %2F is not /.
                URL(url, encoded=_URI.fullmatch(url) is not None),
                headers=_sendable(headers or {}),
                data=body,
                allow_redirects=False,
            ) as answer:
                raw = await _read(answer, max_bytes)
        except SyndicateError:
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _clear(error, url) from error
        finally:
            _ALLOWED.reset(token)
        # The first of a name is written last, and stays.
        found = {name.decode("latin-1").lower(): v for name, v in reversed(answer.raw_headers)}
        links, cookies = (tuple(answer.headers.getall(name, ())) for name in ("Link", "Set-Cookie"))
        return Response(answer.status, url, found, links, raw, cookies=cookies)


def once(url: str, *, max_bytes: int = MAX_BYTES) -> Response:
    """`Fetcher.once` for code that is not asynchronous and wants no redirect."""

    async def run() -> Response:
        async with Fetcher(limit=1) as fetcher:
            return await fetcher.once("GET", url, headers=_headers(), max_bytes=max_bytes)

    return asyncio.run(run())


def user_agent(base_url: str, *, source_id: int | None = None) -> str:
    """How we name ourselves to publishers: who asks, where to complain, for which source."""
    which = f"; source {source_id}" if source_id is not None else ""
    return f"Syndicate/{__version__} (+{base_url}{which})"


def shown(url: str) -> str:
    """An address as messages show it: without credentials, and not endless."""
    return uris.without_user(url)[:200]


def _headers() -> dict[str, str | bytes]:
    return {
        "User-Agent": f"Syndicate/{__version__}",
        "Accept-Encoding": inflating.ACCEPTED,
        "Accept": "*/*",
    }


def _sendable(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    """Headers byte for byte; without those that aiohttp cannot send, because they are not UTF-8."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        with contextlib.suppress(UnicodeDecodeError):
            found[name] = value.decode() if isinstance(value, bytes) else value
    return found


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = _split(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise PermanentError(f"{url[:200]} is not an address: {error}.", url=url) from error
    return parts


def _check_url(url: str, allow: frozenset[str]) -> None:
    """Refuse what no socket should be made for; the socket checks the address itself."""
    parts = _split(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise BlockedAddressError(
            f"{shown(url)} is not an http or https address; name one that is.", url=url
        )
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    # A name may lead to an allowed server, which only its socket can tell.
    if port not in PORTS and not any("/" in e or e.endswith(f":{port}") for e in allow):
        *first, last = sorted(PORTS)
        raise BlockedAddressError(
            f"Port {port} of {parts.hostname} is not one of {', '.join(map(str, first))} and {last}"
            "; if it is a server of your own network, allow it "
            f"(--allow {in_house(url) or f'IP:{port}'}).",
            url=url,
        )


def in_house(url: str) -> str | None:
    """How the server of an address would be allowed; None where a name stands for its IP."""
    with contextlib.suppress(PermanentError, BlockedAddressError):
        parts = _split(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        return check_origin(f"{parts.hostname}:{port}")
    return None


def _checked_socket(
    info: tuple[
        int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
    ],
) -> socket.socket:
    family, kind, protocol, _, sockaddr = info
    address, port = str(sockaddr[0]), int(sockaddr[1])
    if not is_allowed(address, port, _ALLOWED.get()):
        # The address itself stays unsaid: it would tell a stranger about our network.
        raise BlockedAddressError(
            "This host resolves to an address that Syndicate may not connect to; allow an "
            "in-house server by its IP:port (--allow).",
            port=port,
        )
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    parts, size = list[bytes](), 0
    async for packed, part in _pieces(answer):
        size += len(part)
        if max(size, packed) > max_bytes:
            raise OversizeError(
                f"{shown(str(answer.url))} is larger than {max_bytes:,} bytes; "
                "ask its publisher for a shorter document.",
                url=str(answer.url),
            )
        parts.append(part)
    return b"".join(parts)


async def _pieces(answer: aiohttp.ClientResponse) -> AsyncIterator[tuple[int, bytes]]:
    """How many bytes have come, and what they inflate to, which may be nothing for ever."""
    packed, inflater = (
        0,
        inflating.inflater(answer.headers.get("Content-Encoding", "").strip().lower()),
    )
    async for chunk in answer.content.iter_chunked(_CHUNK):
        packed += len(chunk)
        yield packed, b""
        for part in inflater.pieces(chunk):
            yield packed, part
    for part in inflater.finish():
        yield packed, part


class _Resolver(aiohttp.abc.AbstractResolver):
    """A resolver that asks a function, which may name another port: "127.0.0.1:8443"."""

    def __init__(self, resolve: Resolve) -> None:
        self._ask = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        found = await self._ask(host, port)
        return [
            aiohttp.abc.ResolveResult(
                hostname=host,
                host=each.partition(":")[0] if each.count(":") == 1 else each,
                port=int(each.partition(":")[2]) if each.count(":") == 1 else port,
                family=family,
                proto=0,
                flags=0,
            )
            for each in found
        ]

    async def close(self) -> None:
        """Nothing to close."""


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "did not answer in time"),
    (aiohttp.ClientConnectorCertificateError, "has no valid certificate"),
    (ssl.SSLError, "has no valid certificate or speaks no TLS that we know"),
    (aiohttp.ClientSSLError, "speaks no TLS that we know"),
    (aiohttp.ClientConnectorError, "cannot be reached"),
    (aiohttp.ServerDisconnectedError, "closed the connection without an answer"),
    (aiohttp.ClientPayloadError, "sent an incomplete answer"),
    (aiohttp.ClientError, "sent an answer that is not HTTP"),
    (OSError, "cannot be reached"),
)


def _clear(error: Exception, url: str) -> SyndicateError:
    """The one clear sentence for whatever went wrong."""
    host = urlsplit(url).hostname or url
    if isinstance(error, aiohttp.InvalidURL):
        return PermanentError(f"{shown(url)} is not an address.", url=url)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return UnknownHostError(f"There is no host named {host}; check its spelling.", url=url)
    if isinstance(error, ValueError) and not isinstance(error, aiohttp.ClientError):
        return FetchError(f"{host} sent an answer that cannot be read: {error}.", url=url)
    reason = next(said for kind, said in _REASONS if isinstance(error, kind))
    return FetchError(f"{host} {reason}; it will be tried again later.", url=url)
