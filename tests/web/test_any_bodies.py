"""Any body at any address of the API: a sentence or what was meant, and nothing swallowed."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.web import operators
from tests.web.test_bad_rows import troubles, whole
from tests.web.test_bad_values import ARTICLE, BODIES, CHANGED

assert whole  # a fixture
LIMITS = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Whoever is asked about an address asks its server, which may be anybody's.
ASKED = {path for path in BODIES if path.startswith("/api/v1/sources")}
PATHS = sorted(set(BODIES) - ASKED)
ODD = st.sampled_from(
    ["", " ", "\0", "\ud800", "\u202e", "-1", "x" * 5000, "0001-01-01", "http://["]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | ODD
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | ODD, inner, max_size=3)
    ),
    max_leaves=6,
)
CHANGES = st.lists(st.tuples(st.integers(0, 30), JSON | st.just(...)), min_size=1, max_size=4)


def bent(body: dict[str, Any], changes: list[tuple[int, Any]]) -> dict[str, Any]:
    """A right body with other values in some of its fields, without some and with one too many."""
    names = [*body, "one_too_many"]
    made = dict(body)
    for number, value in changes:
        name = names[number % len(names)]
        made.pop(name, None)
        if value is not ...:
            made[name] = value
    return made


def sent(browser: TestClient, path: str, content: bytes) -> tuple[int, Any]:
    """Status and what was answered; an error is one sentence for people."""
    answer = browser.request(
        "PATCH" if path in CHANGED else "POST",
        path.replace("{slug}", "courier").replace("{article_id}", "1").replace("{issue_id}", "1"),
        content=content,
        headers={**operators.bearer(), "Content-Type": "application/json"},
    )
    assert answer.status_code < 500, (path, content, answer.text)
    said: Any = answer.json() if answer.content else {}
    if answer.is_error:
        assert said["error"]["message"].endswith("."), (path, content, said)
    return answer.status_code, said


@pytest.mark.usefixtures("whole")
@LIMITS
@given(path=st.sampled_from(PATHS), changes=CHANGES)
def test_any_values_in_any_body_are_a_sentence_or_what_was_meant(
    browser: TestClient,
    capsys: pytest.CaptureFixture[str],
    path: str,
    changes: list[tuple[int, Any]],
) -> None:
    sent(browser, path, json.dumps(bent(BODIES[path], changes)).encode())

    assert troubles(capsys.readouterr().out) == set()


@pytest.mark.usefixtures("whole")
@LIMITS
@given(
    path=st.sampled_from(PATHS),
    content=st.binary(max_size=60)
    | JSON.map(lambda each: json.dumps(each).encode())
    | st.integers(1, 60_000).map(lambda depth: b"[" * depth),
)
def test_any_bytes_for_a_body_are_a_sentence(
    browser: TestClient, capsys: pytest.CaptureFixture[str], path: str, content: bytes
) -> None:
    sent(browser, path, content)

    assert troubles(capsys.readouterr().out) == set()


@pytest.mark.usefixtures("whole")
@LIMITS
@given(changes=st.lists(CHANGES | st.just([]), min_size=1, max_size=4))
def test_of_a_batch_each_article_is_answered_or_none_is_stored(
    browser: TestClient, changes: list[list[tuple[int, Any]]]
) -> None:
    several = [bent({**ARTICLE, "id": f"cms-{n}"}, each) for n, each in enumerate(changes)]

    status, said = sent(browser, "/api/v1/articles", json.dumps({"articles": several}).encode())

    if status < 400:
        assert [each["id"] for each in said["results"]] == [each["id"] for each in several]
