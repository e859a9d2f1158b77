"""The one door: what is dialled, what is refused, and the sentences for whatever goes wrong."""

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import brotli
import pytest

from syndicate import fetch
from syndicate.errors import (
    BlockedAddressError,
    FetchError,
    OversizeError,
    PermanentError,
    SyndicateError,
    UnknownHostError,
)
from syndicate.fetch import Fetcher, Response
from tests.collect.site import Asked, Reply, Site, running

LOOPBACK = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/",
    "http://127.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://2130706433/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://localhost.localdomain/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://user:secret@127.0.0.1/",
]
INSIDE = [
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fec0::1]/",
]


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as found:
        yield found


def get(url: str, **options: Any) -> Response:
    resolve = options.pop("resolve", None)

    async def run() -> Response:
        async with Fetcher(limit=4, resolve=resolve) as fetcher:
            return await fetcher.get(url, **options)

    return asyncio.run(run())


@pytest.mark.parametrize("url", LOOPBACK + INSIDE)
def test_an_address_of_ours_is_never_dialled(url: str) -> None:
    with pytest.raises(SyndicateError) as refused:
        get(url)

    assert isinstance(refused.value, BlockedAddressError | PermanentError | UnknownHostError)
    for number in ("127.0.0.1", "169.254", "10.0.0.1"):
        if number not in url:
            assert number not in str(refused.value)


def test_the_message_does_not_tell_where_a_name_leads() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["10.9.8.7"]

    with pytest.raises(BlockedAddressError) as refused:
        get("http://cms.example/", resolve=resolve)

    assert "10.9.8.7" not in str(refused.value)


def test_an_allowed_origin_is_dialled_at_its_port_only(site: Site) -> None:
    site.serve("/", "inside")

    assert get(site.url("/"), allow=[site.origin]).body == b"inside"
    with pytest.raises(BlockedAddressError):
        get(site.url("/"))
    with pytest.raises(BlockedAddressError):
        get(site.url("/"), allow=[f"127.0.0.1:{site.port + 1}"])


def test_a_name_that_changes_its_address_is_caught_when_dialled(site: Site) -> None:
    site.serve("/", "inside")
    answers = [["127.0.0.1"], ["127.0.0.2"]]

    async def resolve(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    url = f"http://cms.example:{site.port}/"
    first = get(url, allow=[site.origin], resolve=resolve)

    assert first.body == b"inside"
    with pytest.raises(BlockedAddressError):
        get(url, allow=[site.origin], resolve=resolve)
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_our_network_is_refused(site: Site, status: int) -> None:
    with running("127.0.0.3") as other:
        other.serve("/", "secret")
        site.routes["/"] = lambda _: Reply(
            status, b"", {"Location": f"http://127.0.0.3:{other.port}/"}
        )

        with pytest.raises(BlockedAddressError):
            get(site.url("/"), allow=[site.origin])

        assert other.asked == []


@pytest.mark.parametrize("where", ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://x/"])
def test_a_redirect_to_another_scheme_is_refused(site: Site, where: str) -> None:
    site.routes["/"] = lambda _: Reply(302, b"", {"Location": where})

    with pytest.raises(BlockedAddressError):
        get(site.url("/"), allow=[site.origin])


def test_credentials_stay_behind_when_a_redirect_leaves(site: Site) -> None:
    with running() as other:
        other.serve("/", "there")
        site.routes["/"] = lambda _: Reply(302, b"", {"Location": other.url("/")})

        get(
            site.url("/"),
            headers={"Authorization": "Bearer secret"},
            allow=[site.origin, other.origin],
        )

        assert site.asked[0].headers["Authorization"] == "Bearer secret"
        assert "Authorization" not in other.asked[0].headers


def test_a_name_and_password_of_an_address_go_on_with_it_and_no_further(site: Site) -> None:
    with running() as other:
        other.serve("/", "there")
        site.routes["/"] = lambda _: Reply(301, b"", {"Location": site.url("/moved")})
        site.routes["/moved"] = lambda _: Reply(302, b"", {"Location": other.url("/")})

        get(site.url("/").replace("//", "//desk:pass@"), allow=[site.origin, other.origin])

        assert [each.headers.get("Authorization") for each in site.asked] == [
            "Basic ZGVzazpwYXNz"
        ] * 2
        assert "Authorization" not in other.asked[0].headers


def test_a_cookie_comes_back_within_one_chain_and_no_further(site: Site) -> None:
    def answer(asked: Asked) -> Reply:
        if "seen=1" in asked.headers.get("Cookie", ""):
            return Reply(200, b"the feed")
        return Reply(302, b"", {"Location": asked.path, "Set-Cookie": "seen=1; Path=/"})

    site.routes["/"] = answer

    assert get(site.url("/"), allow=[site.origin]).body == b"the feed"
    assert get(site.url("/"), allow=[site.origin]).body == b"the feed"
    assert [each.headers.get("Cookie") for each in site.asked] == [None, "seen=1"] * 2


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("a=1", "a=1"),
        ("a=1; Path=/elsewhere", None),
        ("a=1; Domain=other.example", None),
        ("a=1; Secure", None),
        ("a=1; Max-Age=0", None),
        ('a="1 2"', 'a="1 2"'),
        ("; no cookie", None),
        ("a=" + "1" * 5_000, None),
    ],
)
def test_a_cookie_goes_where_it_is_for(site: Site, said: str, sent: str | None) -> None:
    site.routes["/"] = lambda _: Reply(302, b"", {"Location": "/b", "Set-Cookie": said})
    site.serve("/b", "there")

    get(site.url("/"), allow=[site.origin])

    assert site.asked[1].headers.get("Cookie") == sent


def test_a_cookie_of_one_host_is_not_told_to_another(site: Site) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return [site.origin]

    def answer(asked: Asked) -> Reply:
        to = "http://b.example/" if asked.headers["Host"] == "a.example" else "http://a.example/b"
        return Reply(302, b"", {"Location": to, "Set-Cookie": f"from={asked.headers['Host']}"})

    site.routes["/"] = answer
    site.serve("/b", "there")

    get("http://a.example/", allow=[site.origin], resolve=resolve)

    told = [(each.headers["Host"], each.headers.get("Cookie")) for each in site.asked]
    assert told == [("a.example", None), ("b.example", None), ("a.example", "from=a.example")]


def test_redirects_are_followed_five_times(site: Site) -> None:
    for number in range(7):
        site.routes[f"/{number}"] = lambda asked: Reply(
            301, b"", {"Location": f"/{int(asked.path[1:]) + 1}"}
        )
    site.serve("/5", "the end")

    found = get(site.url("/0"), allow=[site.origin])

    assert (found.body, len(found.hops), found.url) == (b"the end", 5, site.url("/5"))
    site.routes["/5"] = lambda _: Reply(301, b"", {"Location": "/6"})
    with pytest.raises(PermanentError, match="redirects more than 5 times"):
        get(site.url("/0"), allow=[site.origin])


# What inflates to nothing, for ever: the end of a stream with rubbish behind it, blocks that are
# empty, and blocks of metadata.
NOTHING: dict[str, tuple[str, bytes, bytes]] = {
    "gzip": ("gzip", gzip.compress(b""), b"0123456789"),
    "deflate": ("deflate", b"", b"\x00\x00\x00\xff\xff"),
    "br": ("br", b"\x0c", b"\x06"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_body_that_inflates_to_nothing_is_capped_as_it_comes(site: Site, name: str) -> None:
    encoding, head, more = NOTHING[name]
    site.serve("/", head + more * 300_000, content_encoding=encoding)

    with pytest.raises(OversizeError, match="larger than 100,000 bytes"):
        get(site.url("/"), allow=[site.origin], max_bytes=100_000)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "raw", "file"])
def test_a_body_is_capped_while_it_inflates(site: Site, encoding: str) -> None:
    size = 50_000_000
    packed = {
        "gzip": lambda: gzip.compress(b"0" * size),
        "deflate": lambda: zlib.compress(b"0" * size),
        "br": lambda: bytes(brotli.compress(b"0" * size)),
        "raw": lambda: b"0" * size,
        "file": lambda: gzip.compress(b"0" * size),
    }[encoding]()
    headers = {} if encoding in {"raw", "file"} else {"Content-Encoding": encoding}
    site.routes["/"] = lambda _: Reply(200, packed, headers)

    with pytest.raises(OversizeError, match="larger than 1,000,000 bytes"):
        get(site.url("/"), allow=[site.origin], max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hello")),
        ("x-gzip", gzip.compress(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello", wbits=-15)),
        ("br", brotli.compress(b"hello")),
        ("identity", b"hello"),
        ("utf-8", b"hello"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello"))),
    ],
    # gzip writes the time into its bytes, so that they cannot be a test's name.
    ids=["gzip", "x-gzip", "zlib", "raw deflate", "br", "identity", "no coding", "twice"],
)
def test_every_encoding_that_we_ask_for_is_read(site: Site, encoding: str, packed: bytes) -> None:
    site.routes["/"] = lambda _: Reply(200, packed, {"Content-Encoding": encoding})

    assert get(site.url("/"), allow=[site.origin]).body == b"hello"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "br"}, b"hello"),
        ({"Content-Encoding": "gzip"}, b"not gzip"),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"hello")[:-9]),
        ({}, gzip.compress(b"hello")[:-9]),
        ({"Content-Encoding": "zstd"}, b"hello"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_clear_sentence(
    site: Site, headers: dict[str, str], body: bytes
) -> None:
    site.routes["/"] = lambda _: Reply(200, body, headers)

    with pytest.raises(FetchError, match=r"127\.0\.0\.1 sent an answer that cannot be read"):
        get(site.url("/"), allow=[site.origin])


def test_validators_travel_byte_for_byte(site: Site) -> None:
    site.serve("/", "", ETag='W/"a, b"')

    first = get(site.url("/"), allow=[site.origin])
    get(site.url("/"), allow=[site.origin], headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["etag"] == b'W/"a, b"'
    assert site.asked[1].headers["If-None-Match"] == 'W/"a, b"'
    assert get(site.url("/"), allow=[site.origin], headers={"If-None-Match": b"\xe9"}).status == 200
    assert "If-None-Match" not in site.asked[2].headers  # no client can send it back


def test_proxies_of_the_environment_are_ignored(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.serve("/", "direct")
    monkeypatch.setenv("http_proxy", "http://127.0.0.9:9/")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.9:9/")

    assert get(site.url("/"), allow=[site.origin]).body == b"direct"


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("http://nobody.invalid/", UnknownHostError, "There is no host named nobody.invalid"),
        ("http://news.example:25/", BlockedAddressError, r"of news.example is .*--allow IP:25\)"),
        (
            "http://10.1.2.3:8455/",
            BlockedAddressError,
            r"is not one of 80, 443, 8080 and 8443; .*--allow 10\.1\.2\.3:8455\)",
        ),
        ("http://[fd00::1]:25/", BlockedAddressError, r"--allow \[fd00::1\]:25\)"),
        ("ftp://news.example/", BlockedAddressError, "is not an http or https address"),
        ("news.example", BlockedAddressError, "is not an http or https address"),
        ("http://news.example:x/", PermanentError, "is not an address"),
    ],
)
def test_what_cannot_be_fetched_is_one_sentence(
    url: str, error: type[SyndicateError], says: str
) -> None:
    with pytest.raises(error, match=says):
        get(url)


def test_a_closed_port_is_one_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(FetchError, match=r"127\.0\.0\.1 cannot be reached"):
        get(f"http://127.0.0.1:{port}/", allow=[f"127.0.0.1:{port}"])


def test_a_server_that_hangs_up_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def hang_up() -> None:
            for _ in range(2):  # aiohttp asks once more
                connection, _ = server.accept()
                connection.recv(1000)
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(FetchError, match="closed the connection"):
            get(f"http://127.0.0.1:{port}/", allow=[f"127.0.0.1:{port}"])
        thread.join()


def test_a_message_names_no_credentials() -> None:
    assert fetch.shown("https://user:secret@news.example:8443/a?b") == (
        "https://news.example:8443/a?b"
    )
