"""Every path of the API is tried, and what was asked and answered is what its reference shows.

What writes is asked as the table of verbs asks it; what reads, with what the same newsroom has. A
new path needs no word here, unless it has a place that `FILLED` does not know. `make examples`
writes docs/api-examples.json again; times, secrets and ports are made alike in it.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from syndicate import settings
from syndicate.render.manual import reference, shelf
from syndicate.store.platform.tokens import Permission
from tests.application import build
from tests.verbs.asked import Asked, Done, Json, No
from tests.verbs.conftest import Faces, Place, faces, place, site
from tests.verbs.of_subscribers import CSV
from tests.verbs.table import DONE, NOES
from tests.web import operators

assert faces  # fixtures
assert place
assert site
FILE = Path(__file__).resolve().parents[2] / "docs" / "api-examples.json"
EVERYTHING = frozenset(Permission)
LONGEST = 400  # characters of one text in an example
# What stands in a path's places where it is read: by the word before it too, where that decides.
FILLED = {
    "operators/slug": "desk",
    "publications/slug": "courier",
    "sections/slug": "world?publication=courier",
    "feeds/slug": "floods-old",
    "desks/slug": "world?publication=courier",
    "streams/slug": "alert?publication=courier",
    "article_id": "{report}",
    "mailing_id": "{sending}",
    "issue_id": "{issue}",
    "sources/slug": "own",
    "newsletter_id": "{newsletter}",
    "subscriber_id": "{subscriber}",
    "token_id": "{token}",
    "ring_id": "{ring}",
    "slug": "morning",
}
TAKEN = b"Nov 24 08:00:00 mx1 postfix/smtpd[4711]: connect from localhost[127.0.0.1]\n"
# What no verb's row asks: a relay speaks there and no person, or nothing is written.
BESIDE: dict[str, Asked] = {
    "POST /api/v1/accepts": Asked(api=("/accepts?relay=mx1.example:25", TAKEN)),
    "POST /api/v1/newsletters/{slug}/subscribers/dry-run": Asked(
        api=("/newsletters/morning/subscribers/dry-run", CSV)
    ),
    "POST /api/v1/sources/find": Asked(
        api=("/sources/find", {"address": "{origin}/feed", "allow": ["{origin}"]})
    ),
}
_PLACE = re.compile(r"(\w+)/\{(\w+)\}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_SECRET = re.compile(r"syn_[\w-]{20,}|[\w-]{30,}\.[\w-]{20,}|(?<=\"secret\": \")[0-9a-f]{64}")
_KEY = re.compile(r"p=[A-Za-z0-9+/=]{40,}")
_PORT = re.compile(r"127\.0\.0\.1:\d+")


@cache
def keys() -> tuple[str, ...]:
    found = reference.operations(build().openapi())
    return tuple(f"{method.upper()} {path}" for path, method, _ in found)


def row_of(key: str, rows: tuple[Done | No, ...]) -> Done | No | None:
    """The first row of the table of verbs that asks an operation."""
    method, _, path = key.partition(" ")
    pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
    for row in rows:
        if row.asked.api is None:
            continue
        by, _, where = row.asked.api[0].rpartition(" ")
        is_it = pattern.fullmatch(f"/api/v1{where.partition('?')[0]}")
        reads = row.asked.api[1] is None
        if is_it and (by or ("GET" if reads else "POST")) == method:
            return row
    return None


def asks(key: str) -> Iterator[tuple[Asked | None, Asked]]:
    """What is asked, each with what is asked before: once as it is done, once as it is refused."""
    done = row_of(key, DONE)
    if isinstance(done, Done):
        yield done.before, done.asked
        if (refused := row_of(key, NOES)) is not None:
            yield None, refused.asked
    elif key in BESIDE:
        yield None, BESIDE[key]
    elif key.startswith("GET "):
        path = key.removeprefix("GET /api/v1")
        yield None, Asked(api=(_PLACE.sub(_put, path), {}))


def _put(found: re.Match[str]) -> str:
    word, name = found[1], found[2]
    return f"{word}/{FILLED.get(f'{word}/{name}') or FILLED[name]}"


def tried(key: str, faces: Faces) -> list[dict[str, Any]]:
    """What was asked and answered, as the file holds it."""
    found = []
    for before, asked in asks(key):
        if before is not None:
            faces.ask("api", before, EVERYTHING)
        assert asked.api is not None
        path, body = asked.api
        path = f"/api/v1{path.rpartition(' ')[2].format_map(faces.place)}"
        bearer = {"Authorization": f"Bearer {operators.token(permissions=EVERYTHING)}"}
        shown, sent = sent_as(body, faces.place)
        method = key.partition(" ")[0]
        content = None if method == "GET" else sent[1]
        answer = faces.browser.request(method, path, headers=bearer | sent[0], content=content)
        text = alike(shown_as(answer))
        found.append(
            {
                "path": alike(path),
                "body": alike(shown),
                "status": answer.status_code,
                "answer": text,
            }
        )
    return found


def shown_as(answer: Response) -> str:
    """An answer as the page shows it."""
    if answer.headers["content-type"] != "application/json":
        return answer.text[:LONGEST]
    return json.dumps(shortened(answer.json()), ensure_ascii=False, indent=2)


def sent_as(body: Json | bytes | None, place: Place) -> tuple[str, tuple[dict[str, str], bytes]]:
    """A body as it is shown, and as it is sent."""
    if isinstance(body, bytes):
        kind = "text/plain" if body is TAKEN else "text/csv"
        return body.decode(), ({"Content-Type": kind}, body)
    said = {name: filled(value, place) for name, value in (body or {}).items()}
    text = json.dumps(said, ensure_ascii=False)
    return text if said else "", ({"Content-Type": "application/json"}, text.encode())


def filled(value: Any, place: Place) -> Any:
    if isinstance(value, list):
        return [filled(each, place) for each in value]
    return value.format_map(place) if isinstance(value, str) else value


def shortened(value: Any) -> Any:
    """An answer without what would only make it long."""
    if isinstance(value, list):
        return [shortened(each) for each in value[:2]]
    if isinstance(value, Mapping):
        return {name: shortened(each) for name, each in value.items()}
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}…"
    return value


def alike(text: str) -> str:
    """A text without what differs each time."""
    text = _MOMENT.sub("2026-11-24T08:00:00Z", _SECRET.sub("SECRET", text))
    return _KEY.sub("p=KEY", _PORT.sub("127.0.0.1:8080", text))


def shape(value: Any) -> Any:
    """What an answer consists of, whatever stands in it: names, and of a list what it holds."""
    if isinstance(value, Mapping):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value[:1]] if isinstance(value, list) else None


def outline(example: Mapping[str, Any]) -> tuple[int, Any]:
    """What is compared of an example: values differ from run to run."""
    text = example["answer"]
    return example["status"], shape(json.loads(text)) if text[:1] in "{[" else text[:20]


@pytest.mark.parametrize("key", keys())
def test_a_path_is_tried_and_its_example_is_of_today(
    key: str, faces: Faces, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.setenv("SYNDICATE_RELAY_ACCEPT_LOG", "pushed")
    settings_env.setenv("SYNDICATE_RELAY_URL", "smtp://mx1.example:25")
    settings.load.cache_clear()
    found = tried(key, faces)
    if "RENEW_EXAMPLES" in os.environ:
        held = json.loads(FILE.read_text()) if FILE.exists() else {}
        kept = {name: each for name, each in held.items() if name in keys()} | {key: found}
        FILE.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n")

    written = shelf.examples().get(key, [])

    assert found, f"{key} has no example: add a row to the table of verbs, or a place to FILLED"
    assert found[0]["status"] < 300, found[0]["answer"]
    assert [outline(each) for each in written] == [outline(each) for each in found], (
        "run `make examples`, and read what changed"
    )


def test_no_example_is_left_of_a_path_that_is_gone() -> None:
    assert sorted(shelf.examples()) == sorted(keys())
