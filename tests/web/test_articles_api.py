"""Articles that a CMS pushes: in feeds at once, under embargo nowhere, after a takedown nowhere."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.articles import push_keys
from syndicate.store.content import articles
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import publications
from syndicate.vocabulary.sources import SourceKind
from syndicate.web.api import signed
from tests import matrix, searching
from tests.collect import newsroom
from tests.feeds import building
from tests.web import operators
from tests.web.pushing import PATH, article, everywhere

ORDER = {"reason": "A court ordered it."}
MARKER = "zanzibarquokka"


def in_tables(url: str) -> list[str]:
    """Tables in which the marker stands."""
    return searching.tables_with(url, MARKER)


def test_a_pushed_article_is_in_feeds_and_seen_by_operators(
    site: TestClient, bearer: dict[str, str]
) -> None:
    answer = site.post(PATH, json=article(), headers=bearer)
    building.publish_due(dt.datetime.now(dt.UTC))  # noqa: TID251

    assert answer.status_code == 201
    assert answer.json()["outcome"] == "created"
    assert "Headline 1" in site.get("/feeds/everything.rss").text
    assert "Headline 1" in site.get("/feeds/world.json").text
    assert site.get(PATH, headers=bearer).json()[0]["headline"] == "Headline 1"
    assert "script" not in newsroom.only_article().body_html


@pytest.mark.parametrize(
    ("after", "outcome", "revisions"),
    matrix.rows(
        [
            ({}, "unchanged", 1),
            ({"headline": "Another"}, "changed", 2),
            ({"headline": "Another", "change": "correction", "note": "It was 7."}, "changed", 2),
            ({"access": "paid"}, "changed", 1),
            ({"state": "killed"}, "changed", 2),
            ({"state": "taken_down"}, "changed", 0),
        ],
        every=2,
    ),
)
def test_the_same_id_is_the_same_article(
    site: TestClient,
    bearer: dict[str, str],
    after: dict[str, Any],
    outcome: str,
    revisions: int,
) -> None:
    site.post(PATH, json=article(), headers=bearer)

    answer = site.post(PATH, json=article(**after), headers=bearer)

    assert (answer.status_code, answer.json()["outcome"]) == (200, outcome)
    assert len(newsroom.articles()) == 1
    assert len(newsroom.revisions()) == revisions


def test_a_batch_is_stored_whole_or_not_at_all(site: TestClient, bearer: dict[str, str]) -> None:
    several = [article(number) for number in range(3)]

    answer = site.post(PATH, json={"articles": several}, headers=bearer)
    twice = site.post(PATH, json={"articles": [article(8), article(8)]}, headers=bearer)

    assert [each["outcome"] for each in answer.json()["results"]] == ["created"] * 3
    assert twice.status_code == 400
    assert len(newsroom.articles()) == 3


@pytest.mark.parametrize(
    "wrong",
    matrix.rows(
        [
            {"headline": ""},
            {"url": "ftp://x/"},
            {"kind": "nonsense"},
            {"embargo_until": "tomorrow"},
            {"embargo_until": "2026-11-25T09:00:00"},
            {"embargo_until": "20261125"},
            {"embargo_until": 20261125},
            {"embargo_until": "2026-11-25"},
            {"embargo_until": "8:00 AM ET"},
            {"embargo_until": ""},
            {"embargo_until": True},
            {"embargo_until": "9999-12-31T23:59:59-05:00"},
            {"surprise": 1},
            {"pictures": [{"url": "https://x.example/p.jpg", "channels": ["radio"]}]},
        ],
        every=3,
    ),
)
def test_what_cannot_be_meant_is_refused(
    site: TestClient, bearer: dict[str, str], wrong: dict[str, Any]
) -> None:
    assert site.post(PATH, json=article(**wrong), headers=bearer).status_code == 422
    assert newsroom.articles() == []


def test_a_body_that_is_not_sent_as_json_names_the_header(
    site: TestClient, bearer: dict[str, str]
) -> None:
    answer = site.post(PATH, content=json.dumps(article()), headers=bearer)

    said = "The body must be JSON; send it with the header Content-Type: application/json."
    assert (answer.status_code, answer.json()["error"]["message"]) == (422, said)


def test_a_body_that_nobody_can_read_is_refused_in_one_sentence(
    site: TestClient, bearer: dict[str, str]
) -> None:
    headers = {**bearer, "Content-Type": "application/json"}

    answer = site.post(PATH, content=b'{"id": "\xff"}', headers=headers)

    said = "What you sent cannot be read. Check its form and its encoding, and send it again."
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, said)


def test_an_idempotency_key_gives_the_same_answer_again(
    site: TestClient, bearer: dict[str, str]
) -> None:
    headers = {**bearer, "Idempotency-Key": "k1"}

    first = site.post(PATH, json=article(), headers=headers)
    again = site.post(PATH, json=article(), headers=headers)
    other = site.post(PATH, json=article(2), headers=headers)

    assert (first.json(), first.status_code) == (again.json(), again.status_code)
    assert other.status_code == 409
    assert len(newsroom.articles()) == 1


def test_two_tokens_of_one_name_may_use_the_same_idempotency_key(site: TestClient) -> None:
    one, other = operators.bearer("editor"), operators.bearer("editor")
    key = {"Idempotency-Key": "k1"}

    assert site.post(PATH, json=article(), headers=one | key).status_code == 201
    assert site.post(PATH, json=article(2), headers=other | key).status_code == 201


def key_of_daily() -> bytes:
    with transaction() as tx:
        publication = publications.by_slug(tx, "daily")
        assert publication is not None
        return push_keys.secret_of(tx, publication, clock.now())


def signature(
    body: bytes, *, at: dt.datetime | None = None, method: str = "POST", target: str = PATH
) -> dict[str, str]:
    moment = at or dt.datetime.now(dt.UTC)  # noqa: TID251
    timestamp = str(int(moment.timestamp()))
    what = signed.signing_input(method, target, timestamp, body)
    return {
        "Content-Type": "application/json",
        "X-Syndicate-Key": "daily",
        "X-Syndicate-Timestamp": timestamp,
        "X-Syndicate-Signature": signed.signature_of(key_of_daily(), what),
    }


def test_a_signed_push_needs_no_token_and_works_once(site: TestClient) -> None:
    body = json.dumps(article()).encode()
    headers = signature(body)

    first = site.post(PATH, content=body, headers=headers)
    replayed = site.post(PATH, content=body, headers=headers)

    assert (first.status_code, replayed.status_code) == (201, 401)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_from_another_time_is_refused(site: TestClient, minutes: int) -> None:
    body = json.dumps(article()).encode()
    then = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)  # noqa: TID251

    assert site.post(PATH, content=body, headers=signature(body, at=then)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"X-Syndicate-Signature": "sha256=00"},
        {"X-Syndicate-Signature": "sha256=\xe9"},
        {"X-Syndicate-Timestamp": "9" * 400},
        {"X-Syndicate-Key": "other"},
        {"X-Syndicate-Timestamp": "x"},
    ],
)
def test_a_signature_that_does_not_fit_is_refused(site: TestClient, change: dict[str, str]) -> None:
    body = json.dumps(article()).encode()
    told = {**signature(body), **change}
    raw = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]

    answer = site.post(PATH, content=body, headers=raw)

    assert answer.status_code == 401
    assert newsroom.articles() == []


def test_a_signature_of_another_body_is_refused(site: TestClient) -> None:
    headers = signature(json.dumps(article()).encode())

    assert site.post(PATH, json=article(2), headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("method", "target"),
    [("PUT", PATH), ("POST", f"{PATH}/1/takedown"), ("POST", f"{PATH}?x=1"), ("POST", "/")],
)
def test_a_signature_for_another_address_or_method_is_refused(
    site: TestClient, method: str, target: str
) -> None:
    body = json.dumps(article()).encode()
    headers = signature(body, method=method, target=target)

    assert site.post(PATH, content=body, headers=headers).status_code == 401
    assert newsroom.articles() == []


def test_a_query_is_signed_as_it_is_sent(site: TestClient) -> None:
    body = json.dumps(article()).encode()
    target = f"{PATH}?from=desk%20one"

    answer = site.post(target, content=body, headers=signature(body, target=target))

    assert answer.status_code == 201


@pytest.mark.debian("openssl")
@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_examples_of_the_docs_sign_as_we_check(
    site: TestClient, tmp_path: Path, language: str
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    [example] = re.findall(rf"```{language}\n(# Signs [^`]+)```", text)
    (tmp_path / "article.json").write_text(json.dumps(article()))
    program = {"sh": ["bash", "-c"], "python": [sys.executable, "-c"]}[language]
    env = {"KEY": key_of_daily().hex(), "PATH": os.environ["PATH"]}

    said = subprocess.run(
        [*program, example], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    timestamp, made = said.split()
    headers = {
        "Content-Type": "application/json",
        "X-Syndicate-Key": "daily",
        "X-Syndicate-Timestamp": timestamp,
        "X-Syndicate-Signature": f"sha256={made}",
    }
    body = (tmp_path / "article.json").read_bytes()

    assert site.post(PATH, content=body, headers=headers).status_code == 201


def test_after_a_takedown_the_text_is_in_no_table_and_no_document(
    site: TestClient, bearer: dict[str, str], database: str
) -> None:
    removed = article(
        id=f"cms-{MARKER}",
        headline=f"About {MARKER}",
        standfirst=MARKER,
        body_html=f"<p>{MARKER}</p>",
        url=f"https://daily.example/{MARKER}",
        tags=[MARKER],
        authors=[f"Desk {MARKER}"],
        pictures=[{"url": f"https://daily.example/{MARKER}.jpg", "caption": MARKER}],
    )
    site.post(PATH, json=removed, headers={**bearer, "Idempotency-Key": "k1"})
    site.post(PATH, json={**removed, "headline": f"Changed {MARKER}"}, headers=bearer)
    before = everywhere()
    held = set(in_tables(database))
    assert {"article", "revision", "picture", "article_source", "api_answer"} <= held

    article_id = newsroom.only_article().id
    answer = site.post(f"{PATH}/{article_id}/takedown", json=ORDER, headers=bearer)
    after = everywhere()

    assert answer.json()["state"] == "taken_down"
    assert MARKER in before
    assert MARKER not in after
    assert in_tables(database) == []

    again = site.post(PATH, json=removed, headers=bearer)

    assert again.json()["outcome"] == "unchanged"
    assert len(newsroom.articles()) == 1
    assert in_tables(database) == []


def test_what_was_taken_down_does_not_come_back_by_another_feed(
    site: TestClient, bearer: dict[str, str], database: str
) -> None:
    site.post(PATH, json=article(url=f"https://daily.example/{MARKER}"), headers=bearer)
    site.post(f"{PATH}/{newsroom.only_article().id}/takedown", json=ORDER, headers=bearer)
    with newsroom.running() as other, transaction() as tx:
        entry = newsroom.item(9, link=f"https://daily.example/{MARKER}", title=f"Again {MARKER}")
        other.serve("/feed", newsroom.rss(entry))
        publication = publications.all_publications(tx)[0]
        added = sources.add(
            tx,
            publication.id,
            SourceKind.FEED,
            other.url("/feed"),
            "feed",
            allow_origins=[other.origin],
        ).id
        tx.session.commit()
        newsroom.collect(added)

    assert newsroom.only_article().state == "taken_down"
    assert in_tables(database) == []


def test_an_article_is_told_at_once_on_an_editors_word(
    site: TestClient, bearer: dict[str, str]
) -> None:
    made = site.post(PATH, json=article(), headers=bearer).json()["article_id"]
    path = f"{PATH}/{made}/alert"

    assert site.post(path).status_code == 401
    assert site.post(f"{PATH}/{made + 1}/alert", headers=bearer).status_code == 404
    assert site.post(path, headers=bearer).json()["id"] == made
    with transaction() as tx:
        assert [row.alert_at is None for row in articles.by_ids(tx, [made])] == [False]
