"""What no row can hold is refused at every entrance, in one sentence, and the paper stands."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from syndicate.newsroom.making.fields import plain
from syndicate.setup.kinds import BY_FIELDS
from tests import matrix
from tests.application import build
from tests.web import operators
from tests.web.newsroom import Newsroom
from tests.web.test_bad_rows import answers, troubles, whole, work
from tests.web.test_guards import filled, routes

assert whole  # a fixture
MEGABYTE = "x" * 2**20
# As they stand in JSON: some of them are nothing that Python could say.
TEXTS = {"NUL": '"a\\u0000b"', "surrogate": '"a\\ud800b"', "megabyte": f'"{MEGABYTE}"'}
NUMBERS = {"2**63": "9223372036854775808", "1e400": "1e400", "NaN": "NaN", "-1": "-1"}
MOMENTS = {
    "year 1": '"0001-01-01T00:00:00+00:00"',
    "year 0": '"0001-01-01T00:00:00+05:00"',
    "year 10000": '"9999-12-31T23:59:59-05:00"',
    "1969": '"1969-12-31T23:59:59Z"',
    "2101": '"2101-01-01T00:00:00Z"',
    "no zone": '"2026-11-24T08:00:00"',
    "seconds": "99999999999999999999",
    "infinite seconds": "1e400",
    "NaN": "NaN",
    "NUL": '"2026-11-24\\u0000"',
}
ADDRESSES = {
    "no host": '"http://["',
    "long": f'"https://a.example/{"x" * 2600}"',
    "long once it is quoted": f'"https://a.example/{"ع" * 700}"',
    **TEXTS,
}
PICTURE = {
    "url": "https://a.example/b.jpg",
    "caption": "c",
    "credit": "d",
    "alt": "e",
    "media_type": "image/jpeg",
    "width": 1,
    "height": 1,
    "size_bytes": 1,
    "channels": ["page"],
    "rights_until": "2030-01-01T00:00:00Z",
}
ARTICLE = {
    "id": "cms-9",
    "publication": "courier",
    "url": "https://a.example/9",
    "headline": "Nine",
    "standfirst": "s",
    "body_html": "<p>b</p>",
    "authors": ["World desk"],
    "section": "world",
    "tags": ["water"],
    "language": "en",
    "published_at": "2026-11-24T08:00:00Z",
    "updated_at": "2026-11-24T08:00:00Z",
    "kind": "story",
    "state": "live",
    "embargo_until": "2026-11-24T08:00:00Z",
    "access": "free",
    "pictures": [PICTURE],
    "change": "update",
    "note": "n",
    "alert": False,
}
OPERATOR = {"name": "n", "address": "a@example.com", "languages": ["en"], "zone": "UTC"}
GRANT = {"permissions": ["viewer"], "publication": "courier"}
BODIES: dict[str, Any] = {
    "/api/v1/articles": ARTICLE,
    "/api/v1/articles/{article_id}/correct": {
        "note": "n",
        "headline": "h",
        "standfirst": "s",
        "body_html": "b",
    },
    "/api/v1/articles/{article_id}/feature": {"teaser": "t", "until": "2031-11-24T08:00:00Z"},
    "/api/v1/articles/{article_id}/split": {"source_id": 1, "entry": 1},
    "/api/v1/articles/{article_id}/embargo": {"until": "2026-11-24T08:00:00Z"},
    "/api/v1/articles/{article_id}/kill": {"note": "n"},
    "/api/v1/articles/{article_id}/takedown": {"reason": "r"},
    "/api/v1/installation/stop": {"why": "w"},
    "/api/v1/keys/{name}/rotate": {"days": 3},
    "/api/v1/senders/{slug}/rotate": {"domain": "courier.example.org"},
    "/api/v1/newsletters/{slug}/test": {"to": "reader001@example.com"},
    "/api/v1/sources/find": {"address": "news", "publication": "p", "allow": ["a"]},
    "/api/v1/subscribers/find": {"address": "reader001@example.com"},
    "/api/v1/subscribers/{subscriber_id}/erase": {"address": "a"},
    "/api/v1/subscribers/{subscriber_id}/lift": {"why": "w", "newsletter": "n"},
    "/api/v1/subscribers/{subscriber_id}/suppress": {"why": "w", "newsletter": "n"},
    "/api/v1/incidents/{incident_id}/lift": {"why": "w"},
    "/api/v1/suppressions": {"address": "a@example.com", "of": "*", "why": "w"},
    "/api/v1/suppressions/find": {"address": "a@example.com"},
    "/api/v1/suppressions/lift": {"address": "a@example.com", "of": "*", "why": "w"},
    "/api/v1/operators": {**OPERATOR, "slug": "night"},
    "/api/v1/operators/{slug}": OPERATOR,
    "/api/v1/operators/{slug}/grant": {**GRANT, "newsletter": None},
    "/api/v1/operators/{slug}/revoke": {**GRANT, "newsletter": None},
    "/api/v1/tokens/{token_id}": {
        "name": "n",
        "permissions": ["viewer"],
        "publication": "courier",
        "expires": "2031-11-24",
    },
    "/api/v1/tokens": {"name": "n", "permissions": ["viewer"], "publication": "courier", "days": 9},
    "/api/v1/mailings/{mailing_id}/resend": {
        "what": ["failed"],
        "group": "google",
        "error": "4.7",
        "hours": 12,
    },
    "/api/v1/feeds/{slug}/move": {"to": "t"},
    "/api/v1/partners": {"name": "n"},
    "/api/v1/partners/revoke": {"name": "n"},
    "/api/v1/holds": {"scope": "issues", "which": "w", "why": "w"},
    "/api/v1/holds/lift": {"scope": "issues", "which": "w"},
    "/api/v1/limits/lift": {"name": "confirmation", "key": "k"},
    "/api/v1/newsletters/{slug}/end": {"readers": "stay"},
    "/api/v1/issues/{issue_id}/test": {"to": "t", "language": "en"},
}
# Each kind that a newsroom is made of, made new and changed: by the examples of its fields.
MADE = {
    f"/api/v1/{each.kind.plural}": {
        field.name: plain(field.example) for field in each.kind.fields if field.example is not None
    }
    for each in BY_FIELDS
    if each.add is not None
}
CHANGED = {
    f"/api/v1/{each.kind.plural}/{{slug}}": {
        field.name: plain(field.example)
        for field in each.kind.fields
        if field.example is not None and not field.is_fixed
    }
    for each in BY_FIELDS
}
BODIES |= MADE | CHANGED
# Whoever has to stop everything is not kept from it by what the reason holds: it is cut, and what
# no text can hold left out.
STOPPED = {f"/api/v1/installation/stop why: {name}" for name in TEXTS}
_LISTS = "/api/v1/newsletters/{slug}/subscribers"
FREE = {"/api/v1/accepts", _LISTS, f"{_LISTS}/dry-run"}  # bodies that are no JSON


def openapi() -> dict[str, Any]:
    return build().openapi()


def test_every_json_body_of_the_api_is_tried() -> None:
    with_body = {
        path
        for path, methods in openapi()["paths"].items()
        for said in methods.values()
        if "requestBody" in said
    }

    assert with_body == set(BODIES) | FREE


def test_every_field_of_an_article_is_tried() -> None:
    schemas = openapi()["components"]["schemas"]

    assert set(ARTICLE) == set(schemas["ArticleIn"]["properties"])
    assert set(PICTURE) == set(schemas["PictureIn"]["properties"])


def bad_values(name: str, value: Any) -> Mapping[str, str]:
    """Values for a field, by what is bad about them, as JSON."""
    if name.endswith(("_at", "until")):
        return MOMENTS
    if name == "url":
        return ADDRESSES
    if isinstance(value, bool):
        return {**TEXTS, "2**63": NUMBERS["2**63"]}
    return NUMBERS if isinstance(value, int) else {**TEXTS, "NaN": "NaN"}


def spoilt(body: Any, make: Any = lambda each: each) -> Iterator[tuple[str, str]]:
    """Each field of a body with each bad value: (what, JSON) pairs."""
    for name, value in body.items():
        inside = value[0] if isinstance(value, list) else value
        if isinstance(inside, dict):
            is_list = isinstance(value, list)
            for what, text in spoilt(
                inside,
                lambda each, name=name, is_list=is_list: make(
                    {**body, name: [each] if is_list else each}
                ),
            ):
                yield f"{name}.{what}", text
            continue
        for what, bad in bad_values(name, inside).items():
            mark = ["@@"] if isinstance(value, list) else "@@"
            yield f"{name}: {what}", json.dumps(make({**body, name: mark})).replace('"@@"', bad)


def refusals(browser: TestClient, path: str, body: str) -> tuple[int, str]:
    headers = {**operators.bearer(), "Content-Type": "application/json"}
    method = "PATCH" if path in CHANGED else "POST"
    answer = browser.request(
        method, path.replace("{slug}", "courier"), content=body.encode(), headers=headers
    )
    return answer.status_code, answer.json()["error"]["message"] if answer.is_error else ""


@pytest.mark.parametrize("step", matrix.steps(9))
def test_nothing_that_no_row_can_hold_comes_in_by_the_api(
    browser: TestClient, whole: Newsroom, step: int, capsys: pytest.CaptureFixture[str]
) -> None:
    operators.sign_in(browser)
    tried = [(path, *each) for path, body in BODIES.items() for each in spoilt(body)]
    tried += [
        ("/api/v1/articles", f"batch {what}", f'{{"articles": [{text}]}}')
        for what, text in spoilt(ARTICLE)
    ]

    report, issue = str(whole.articles["report"]), str(whole.issue)
    said = {
        f"{path} {what}": refusals(
            browser,
            path.replace("{article_id}", report)
            .replace("{issue_id}", issue)
            .replace("{subscriber_id}", "1"),
            text,
        )
        for path, what, text in tried[::step]
    }
    stopped = STOPPED & said.keys()

    assert len(said) > 200 / step
    assert {what for what, each in said.items() if not 400 <= each[0] < 500} == stopped
    # One sentence (the second may say what to do), for people.
    assert {what for what, (_, sentence) in said.items() if not sentence.endswith(".")} == stopped
    assert all("Value error" not in sentence for _, sentence in said.values())
    assert troubles(capsys.readouterr().out) == set()
    work(whole)
    after = answers(browser, whole)
    assert {path: code for path, code in after.items() if code not in {200, 303}} == {}
    assert refusals(browser, "/api/v1/articles", json.dumps(ARTICLE)) == (201, "")


@pytest.mark.usefixtures("newsroom")
def test_the_sentence_names_the_field_and_says_what_to_do(browser: TestClient) -> None:
    picture = {**PICTURE, "rights_until": "9999-12-31T23:59:59-05:00"}

    status, sentence = refusals(
        browser, "/api/v1/articles", json.dumps({**ARTICLE, "pictures": [picture]})
    )

    assert status == 422
    assert sentence == (
        "The field pictures.0.rights_until cannot be used: it must be a moment with its zone, "
        "from 1970 to 2100, such as 2026-11-24T08:00:00Z."
    )


QUERIES = ("?x=%00", "?before=%00&next=%00", "?language=a%00b", "?page=%00")
NUL_PATHS = [
    *("/newsletters/%00", "/p/%00/", "/p/%00/newsletters", "/feeds/%00.rss", "/sections/%00"),
    *("/api/v1/newsletters/%00", "/articles/1/%00", "/articles/%00", "/confirm/%00", "/%00"),
    *("/static/%00", "/mailbox/%00", "/hooks/websub/%00", "/feeds/mine/%00.rss", "/never/%00"),
]  # fmt: skip


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("path", matrix.rows(list(NUL_PATHS), every=4))
def test_a_nul_in_a_path_is_not_here(
    browser: TestClient, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = browser.get(path, headers=operators.bearer())

    assert answer.status_code == 404
    assert "no page at this address" in answer.text
    assert troubles(capsys.readouterr().out) == set()


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("step", matrix.steps(7))
def test_no_route_hears_of_a_nul(
    browser: TestClient, step: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """In each place of each path, in a query, in a form, in a cookie and in a body."""
    operators.sign_in(browser)
    bearer = operators.bearer()
    forms = (
        {"content": b"a=%00", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"address=a%0" + b"0b", "headers": {"Content-Type": _FORM}},
        {"files": {"address": (None, "a\0b")}, "headers": {}},
        {"files": {"why": (None, "x")}, "headers": {"Content-Type": f"{_MULTI}; charset=utf-7"}},
    )
    said: dict[str, int] = {}
    for number, route in enumerate(routes()):
        path = filled(route.path)
        if "{" in route.path:
            spoilt_path = path.rpartition("/")[0] + "/%00"
            said[f"GET {spoilt_path}"] = browser.get(spoilt_path, headers=bearer).status_code
        if "GET" in (route.methods or set()) and not path.endswith("/stream"):
            for query in QUERIES[number % step :: step]:
                code = browser.get(path + query, headers=bearer).status_code
                said[f"GET {path}{query}"] = code
        if "POST" in (route.methods or set()):
            for form in forms[number % step :: step]:
                headers = {**bearer, **form["headers"]}  # type: ignore[dict-item]
                sent = {key: value for key, value in form.items() if key != "headers"}
                code = browser.post(path, headers=headers, **sent).status_code  # type: ignore[arg-type]
                said[f"POST {path} {sent}"] = code

    # A route that reads no form acts as if there were none; nothing breaks.
    assert {what: code for what, code in said.items() if code >= 500} == {}
    assert {what for what, code in said.items() if "GET" in what and code < 400} == set()
    assert troubles(capsys.readouterr().out) == set()


_FORM = "application/x-www-form-urlencoded"
_MULTI = "multipart/form-data; boundary=x"
