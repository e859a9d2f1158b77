"""Any address at any route, and any file of readers: 4xx or what was meant, and no error logged."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from tests import matrix
from tests.web import operators
from tests.web.test_bad_rows import troubles, whole
from tests.web.test_guards import filled, methods, routes

assert whole  # a fixture
# As they stand in a path: percent-encoded where they are no text at all.
PARTS = {
    "NUL": "%00",
    "half a character": "%ED%A0%80",
    "no UTF-8": "%FF%FE",
    "2**63": "9223372036854775808",
    "a number that has no end": "9" * 5_000,
    "a number below none": "-1",
    "digits of another script": "%D9%A1%D9%A2",
    "an address without a host": "http:%2F%2F%5B",
    "the folder above": "..%2F..%2Fetc%2Fpasswd",
    "lines and commands": "%0D%0AX-A:%20b%1B%5B2J",
    "a right-to-left mark": "%E2%80%AEgpj",
    "thirty kilobytes": "x" * 30_000,
    "nothing": "",
}
# Whoever posts them says which file of readers it is.
LISTS = "/api/v1/newsletters/morning/subscribers"
SAID = {"wording": "w", "origin": "o"}
FILES = {
    "a long column": b"address," + b"x" * 200_000 + b"\na@example.com,y\n",
    "a long address": b"address\n" + b"a" * 200_000 + b"@example.com\n",
    "a long cell": b"address,name\na@example.com," + b"x" * 200_000 + b"\n",
    "a quotation that never ends": b'address,name\n"' + b"x" * 300_000,
    "a NUL in a cell": b"address,name\na@example.com,a\0b\n",
    "a NUL in an address": b"address\na\0@example.com\n",
    "half a character": b"address,name\na@example.com,\xed\xa0\x80\n",
    "ten thousand columns": b"address" + b",x" * 10_000 + b"\n",
    "nothing": b"",
}
# (field, value): broken addresses that a hub is told.
HUB = [
    *(("hub.topic", each) for each in ("http://[", "http://[::1", "http://a:99999/", "x" * 9_000)),
    *(("hub.callback", each) for each in ("http://[", "http://[::1", "http://a:99999/", "//", "")),
    ("hub.secret", "\0"),
    ("hub.mode", "subscribe\r\nX: y"),
]


def odd_paths(route: APIRoute) -> Iterator[tuple[str, str]]:
    """A route's path with each odd value in each of its places: (what, path) pairs."""
    parts = route.path.split("/")
    for at, part in enumerate(parts):
        if "{" in part:
            for what, value in PARTS.items():
                spoilt = "/".join([*parts[:at], value, *parts[at + 1 :]])
                yield what, filled(spoilt)


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("step", matrix.steps(11))
def test_no_address_makes_a_route_crash(
    browser: TestClient, step: int, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.sign_in(browser)
    bearer = operators.bearer()
    asked = [
        (method, what, path)
        for route in routes()
        for what, path in odd_paths(route)
        for method in methods(route)
    ]

    said = {
        f"{method} {path[:200]} ({what})": browser.request(
            method, path, headers=bearer, follow_redirects=False
        ).status_code
        for method, what, path in asked[::step]
    }

    assert len(said) > 2_000 / step
    assert {what: code for what, code in said.items() if code >= 500} == {}
    assert troubles(capsys.readouterr().out) == set()


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("path", [LISTS, f"{LISTS}/dry-run"])
def test_no_file_of_readers_makes_the_import_crash(
    browser: TestClient, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bearer = {**operators.bearer(), "Content-Type": "text/csv"}

    said = {
        what: browser.post(path, params=SAID, content=content, headers=bearer)
        for what, content in FILES.items()
    }

    assert {what: each.status_code for what, each in said.items() if each.status_code >= 500} == {}
    assert max(len(each.text) for each in said.values()) < 10_000
    assert troubles(capsys.readouterr().out) == set()


@pytest.mark.usefixtures("whole")
def test_no_broken_address_makes_the_hub_crash(
    browser: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    right = {
        "hub.mode": "subscribe",
        "hub.topic": "http://127.0.0.1:8080/feeds/everything.rss",
        "hub.callback": "https://a.example/x",
    }

    said = {
        f"{name}={value[:40]!r}": browser.post("/hub", data={**right, name: value}).status_code
        for name, value in HUB
    }

    assert {what: code for what, code in said.items() if code != 400} == {}
    assert troubles(capsys.readouterr().out) == set()
