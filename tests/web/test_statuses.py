"""Every status that the API answers with is in its description, in the shape that it says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from syndicate.web import description
from tests import matrix
from tests.application import build
from tests.web import operators
from tests.web.test_bad_rows import whole
from tests.web.test_bad_values import BODIES

assert whole  # a fixture
PLACES = ("1", "999999", "courier", "morning", "no-such-thing", "%00")
# What is asked of each operation: (who, query, body); None for no body.
ASKED: list[tuple[str | None, str, str | None]] = [
    (None, "", None),
    ("viewer", "", "{}"),
    ("admin", "?before=%00", None),
    ("admin", "?limit=x&publication=none&newsletter=none&language=xx", None),
    ("admin", "", "{"),
    ("admin", "", "[]"),
    ("admin", "", "right"),
]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in build().openapi()["paths"].items():
        for method, said in methods.items():
            yield path, method.upper(), said


def filled(path: str, place: str) -> str:
    return "/".join(place if "{" in part else part for part in path.split("/"))


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize("step", matrix.steps(9))
def test_no_answer_of_the_api_is_undocumented(browser: TestClient, step: int) -> None:
    tried = [
        (path, method, said, place, *ask)
        for path, method, said in operations()
        for place in (PLACES if "{" in path else PLACES[:1])
        for ask in ASKED
    ]
    unknown: dict[str, int] = {}

    for path, method, said, place, who, query, body in tried[::step]:
        headers = operators.bearer(who) if who else {}
        content = json.dumps(BODIES.get(path, {})) if body == "right" else body
        answer = browser.request(
            method,
            filled(path, place) + query,
            headers={**headers, "Content-Type": "application/json"},
            content=content,
            follow_redirects=False,
        )
        if str(answer.status_code) not in said["responses"]:
            unknown[f"{method} {filled(path, place)}{query} {body}"] = answer.status_code
        elif answer.is_error:
            told = answer.json()["error"]
            assert (told["status"], told["message"][-1]) == (answer.status_code, "."), path

    assert len(tried) > 2_000
    assert unknown == {}


def test_each_operation_tells_of_every_error_in_one_shape() -> None:
    shape = {"$ref": "#/components/schemas/Error"}
    shapes = build().openapi()["components"]["schemas"]

    for path, method, said in operations():
        wanted = description.EVERYWHERE | ({} if method == "GET" else description.WHERE_WRITTEN)
        told = {
            int(status): each["content"]["application/json"]["schema"]
            for status, each in said["responses"].items()
            if int(status) >= 400
        }
        assert told == dict.fromkeys(wanted, shape), path
    assert shapes["ErrorDetails"]["required"] == ["status", "message"]
    assert "HTTPValidationError" not in json.dumps(shapes)
