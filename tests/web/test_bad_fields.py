"""Every field of every form and query, and every header: refused or ignored, never a crash."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from syndicate.setup.kinds import BY_FIELDS
from tests import matrix
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_bad_rows import answers, troubles, whole, work
from tests.web.test_guards import filled, methods, routes

assert whole  # a fixture
# As they stand in a form or a query: percent-encoded where they are no text at all.
VALUES = {
    "NUL": "a%00b",
    "half a character": "%ED%A0%80",
    "no UTF-8": "%FF%FE",
    "a number that has no end": "9" * 400,
    "2**63": "9223372036854775808",
    "a number below none": "-1",
    "NaN": "NaN",
    "infinity": "1e400",
    "the year 1": "0001-01-01T00:00:00%2B14:00",
    "the year 10000": "9999-12-31T23:59:59-05:00",
    "1969": "1969-12-31T23:59:59Z",
    "digits of another script": "%D9%A1%D9%A2",
    "an address without a host": "http://%5B",
    "control characters": "%01%0D%0AX-A:%20b",
    "sixty kilobytes": "x" * 60_000,
}
FORM = "application/x-www-form-urlencoded"
HEADERS = ("Accept-Language", "Idempotency-Key", "If-Modified-Since", "If-None-Match", "Cookie",
           "Origin", "Referer", "User-Agent", "X-Forwarded-For", "X-Syndicate-Timestamp",
           "X-Syndicate-Signature", "Authorization", "Last-Event-ID", "Range", "A-IM",
           "Accept", "Content-Type", "Content-Encoding")  # fmt: skip
PATHS = ["/", "/feeds/everything.rss", "/console", "/api/v1/articles", "/metrics", "/hub"]
WIRE = (b"a\xff\xfeb", b"9" * 99, b"-1", b"NaN", b"http://[", b'"\xed\xa0\x80', b"x" * 6_000,
        b"Mon, 31 Dec 9999 23:59:59 GMT", b"Thu, 01 Jan 0001 00:00:00 GMT", b"\x01")  # fmt: skip


def asked(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from asked(each)


def fields(route: APIRoute, place: str) -> list[str]:
    """The names that a route reads from a form ("body_params") or a query ("query_params")."""
    return [field.alias for each in asked(route.dependant) for field in getattr(each, place)]


def forms() -> Iterator[tuple[str, str]]:
    for route in routes():
        names = fields(route, "body_params")
        is_json = route.path.startswith("/api/")
        if "POST" in methods(route) and not is_json:
            yield from ((filled(route.path), name) for name in names)
    # Forms of a newsroom's kinds are read by the list of each kind's fields.
    for kind in (each.kind for each in BY_FIELDS if each.add is not None):
        yield from ((f"/console/newsroom/new/{kind.plural}", name) for name in kind.names)


def queries() -> Iterator[tuple[str, list[str]]]:
    for route in routes():
        path = filled(route.path)
        if "GET" in methods(route) and not path.endswith("/events"):
            yield path, fields(route, "query_params") or ["page"]


def test_the_sweep_sees_the_fields() -> None:
    assert {"address", "hub.lease_seconds", "reply_to", "until", "why"} <= {n for _, n in forms()}
    assert {"before_id", "limit", "state"} <= {name for _, names in queries() for name in names}


@pytest.mark.parametrize("step", matrix.steps(27))
def test_no_field_of_a_form_breaks_anything(
    browser: TestClient, whole: Newsroom, step: int, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.sign_in(browser)
    headers = {"Content-Type": FORM}

    said = {}
    for number, (path, name) in enumerate(forms()):
        operators.sign_in(browser)  # one of the forms ends it
        # Not each field the same values, where not all are tried.
        for what, value in list(VALUES.items())[number % step :: step]:
            body = f"{urlencode({name: ''})}{value}".encode()
            said[f"{path} {name}: {what}"] = browser.post(path, content=body, headers=headers)

    assert {what: each.status_code for what, each in said.items() if each.status_code >= 500} == {}
    nul = {what for what, each in said.items() if "NUL" in what and each.status_code != 400}
    assert {what for what in nul if said[what].status_code < 400} == set()
    assert troubles(capsys.readouterr().out) == set()
    work(whole)
    operators.sign_in(browser)
    after = answers(browser, whole).items()
    # The first article is gone: odd as its reason was, a takedown was asked for.
    assert {
        path: code for path, code in after if code >= (411 if "/articles/1/" in path else 400)
    } == {}


@pytest.mark.usefixtures("whole")
@pytest.mark.long
@pytest.mark.timeout(900)  # every value in every query
def test_no_field_of_a_query_breaks_anything(
    browser: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.sign_in(browser)
    bearer = operators.bearer()

    said = {
        f"{path} {what}": browser.get(
            f"{path}?{'&'.join(f'{name}={value[: 1_900 // len(names)]}' for name in names)}",
            headers=bearer,
            follow_redirects=False,
        )
        for path, names in queries()
        for what, value in VALUES.items()
    }

    assert {what: each.status_code for what, each in said.items() if each.status_code >= 500} == {}
    assert troubles(capsys.readouterr().out) == set()


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("path", matrix.whole(PATHS, short=PATHS[2:3]))
@pytest.mark.parametrize("step", matrix.steps(3))
def test_no_header_breaks_anything(
    browser: TestClient, path: str, step: int, capsys: pytest.CaptureFixture[str]
) -> None:
    bearer = operators.bearer()["Authorization"].encode()

    said = {}
    for number, name in enumerate(HEADERS):
        for value in WIRE[number % step :: step]:
            headers = [(b"authorization", bearer), (name.lower().encode(), value)]
            for method in ("GET", "POST"):
                answer = browser.request(method, path, headers=headers)
                said[f"{method} {name}: {value[:20]!r}"] = answer.status_code

    assert {what: code for what, code in said.items() if code >= 500} == {}
    assert troubles(capsys.readouterr().out) == set()
