"""Whether the demo's job is whole, said in words; and its numbers as a table and an object."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from syndicate.cli.demo import result
from syndicate.cli.demo.counting import FeedSeen, MailboxSeen, ServedDocument
from syndicate.cli.demo.result import Result
from syndicate.errors import PartialError

BASE = "http://127.0.0.1:8080/feeds"
COUNTS = ("deferred", "failed", "suppressed", "skipped", "ambiguous", "remaining")


def document(slug: str, form: str, *, status: int = 200, entries: int = 12) -> ServedDocument:
    return ServedDocument(f"{BASE}/{slug}.{form}", status, entries)


def feed(slug: str, entries: int = 12, **documents: ServedDocument) -> FeedSeen:
    plain = {form: document(slug, form, entries=entries) for form in ("rss", "atom", "json")}
    return FeedSeen(slug, entries, **(plain | documents))


WHOLE = Result(
    sources=10,
    articles=28,
    feeds=[feed("everything"), feed("world", 3)],
    issue={"id": 1, "audience": 200, "accepted": 200, **dict.fromkeys(COUNTS, 0)},
    mailbox=MailboxSeen(
        path="/tmp/mailbox",  # noqa: S108 - nothing is written there
        messages=202,
        by_kind={"digest": 200, "confirmation": 1, "article": 1},
        duplicates=0,
    ),
    email_article_accepted=1,
    seconds={"start": 2.004, "collect": 1.5, "feeds": 0.25, "send": 3.126, "total": 9.999},
)


def with_mails(**values: Any) -> Result:
    return dataclasses.replace(WHOLE, mailbox=dataclasses.replace(WHOLE.mailbox, **values))


def with_kinds(**kinds: int) -> Result:
    return with_mails(by_kind={**WHOLE.mailbox.by_kind, **kinds})


def with_issue(**counts: int) -> Result:
    return dataclasses.replace(WHOLE, issue={**WHOLE.issue, **counts})


def test_a_job_that_is_whole_lacks_nothing() -> None:
    assert WHOLE.missing() == []
    WHOLE.refuse_unless_whole()


@pytest.mark.parametrize(
    ("done", "missing"),
    [
        (dataclasses.replace(WHOLE, articles=0), ["no article was collected"]),
        (with_issue(accepted=199, failed=1), ["199 of 200 digests were accepted"]),
        (with_kinds(digest=201), ["the mailbox holds 201 digests"]),
        (with_kinds(digest=199), ["the mailbox holds 199 digests"]),
        (with_kinds(confirmation=0), ["the mailbox holds 0 confirmations"]),
        (with_kinds(confirmation=2), ["the mailbox holds 2 confirmations"]),
        (with_kinds(article=0), ["the mailbox holds 0 emailed articles"]),
        (
            dataclasses.replace(WHOLE, email_article_accepted=0),
            ["the emailed article was not accepted"],
        ),
        (with_mails(duplicates=3), ["3 messages arrived twice"]),
    ],
)
def test_what_is_missing_is_said_by_itself(done: Result, missing: list[str]) -> None:
    assert done.missing() == missing


def test_a_mailing_to_nobody_is_no_whole_job() -> None:
    nobody = dataclasses.replace(
        with_issue(audience=0, accepted=0), mailbox=with_kinds(digest=0).mailbox
    )

    assert nobody.missing() == ["0 of 0 digests were accepted"]


def test_each_document_that_did_not_answer_is_named() -> None:
    broken = feed(
        "world",
        rss=document("world", "rss", status=500),
        json=document("world", "json", status=404),
    )

    done = dataclasses.replace(WHOLE, feeds=[feed("everything"), broken])

    assert done.missing() == [
        f"{BASE}/world.rss, {BASE}/world.json did not answer with 200",
    ]


def test_all_that_is_missing_stands_in_one_sentence_and_ends_as_a_part() -> None:
    done = dataclasses.replace(with_kinds(article=0), articles=0)

    with pytest.raises(PartialError) as refused:
        done.refuse_unless_whole()

    assert refused.value.exit_code == 5
    assert str(refused.value) == (
        "The demo ran, but the job is incomplete: no article was collected; the mailbox holds 0 "
        "emailed articles."
    )


def test_the_object_holds_every_number_with_seconds_to_the_hundredth() -> None:
    said = json.loads(json.dumps(WHOLE.as_dict()))

    assert (said["sources"], said["articles"]) == (10, 28)
    assert said["feeds"][1] == {
        "slug": "world",
        "entries": 3,
        **{
            form: {"url": f"{BASE}/world.{form}", "status": 200, "entries": 3}
            for form in ("rss", "atom", "json")
        },
    }
    assert said["issue"] == dict(WHOLE.issue)
    assert said["mailbox"] == {
        "path": "/tmp/mailbox",  # noqa: S108 - nothing is written there
        "messages": 202,
        "by_kind": {"digest": 200, "confirmation": 1, "article": 1},
        "duplicates": 0,
    }
    assert said["email_article"] == {"accepted": 1}
    assert said["seconds"] == {
        "start": 2.0,
        "collect": 1.5,
        "feeds": 0.25,
        "send": 3.13,
        "total": 10.0,
    }


def shown(done: Result) -> Mapping[str, list[str]]:
    """The table's rows by their names: a number, and what it means."""
    made = result.table(done)
    cells = [list(column.cells) for column in made.columns]
    console = Console(width=200)
    with console.capture():
        console.print(made)
    return {str(name): [str(number), str(text)] for name, number, text in zip(*cells, strict=True)}


def test_the_table_says_each_number_once_and_what_it_is() -> None:
    assert shown(WHOLE) == {
        "Sources collected": ["10", "RSS feeds and article pages"],
        "Articles stored": ["28", "in English and Arabic"],
        "Feeds published": ["2", "the fullest is everything: 12"],
        "Readers": ["200", "each with sections and languages of their own"],
        "Digests accepted": ["200", "none failed, none in doubt"],
        "Mails in the mailbox": [
            "202",
            "200 digests, 1 confirmation, 1 emailed article; 0 twice",
        ],
        "Seconds": ["10.0", "start 2.0, collect 1.5, feeds 0.2, send 3.1"],
    }


def test_the_table_names_what_else_became_of_digests() -> None:
    done = with_issue(accepted=195, failed=2, ambiguous=1, remaining=2)

    assert shown(done)["Digests accepted"] == ["195", "2 failed, 1 ambiguous, 2 remaining"]
