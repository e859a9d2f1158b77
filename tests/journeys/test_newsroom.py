"""A newsroom beside its editor, its CMS and its wire: embargo, changes, takedown, next envelope.

One file, because all of it looks at one stack.
"""

import datetime as dt
import functools
import re
import time
from typing import Any

import pytest

from syndicate import clock
from syndicate.journal import lines
from syndicate.sample import visitor
from tests import searching
from tests.embedded.processes import wait_for
from tests.feeds.peer import Peer
from tests.journeys.cms import FORMS, Cms, seconds_until
from tests.journeys.conftest import READERS, Recorded
from tests.journeys.recorder import Talk
from tests.journeys.running import Running

pytestmark = [pytest.mark.stack, pytest.mark.long]

# What the bound of 2 s is waited for on a machine that has much else to do; the time is printed.
PATIENCE_S = 10.0
EMBARGO = dt.timedelta(seconds=9)
LAST = 2.0  # of it, in seconds, only the feeds are looked at: looking everywhere takes too long
REMOVED = "quokkaremoved"
# Tables that hold what leaves the house.
OUTGOING = {"feed_document", "mailing_content", "feed_callback", "mailing", "issue"}
_EVERYWHERE = {"page", "front", "everything", "politics"}
# End of a message's text, then the next MAIL, RCPT and DATA (RFC 5321 4.1.1.4, RFC 2920 3.1).
_END_AND_NEXT = re.compile(
    rb"\r\n\.\r\nMAIL FROM:<[^>]*>[^\r\n]*\r\nRCPT TO:<[^>]*>[^\r\n]*\r\nDATA\r\n$"
)


@pytest.fixture(scope="module")
def cms(newsroom: Running) -> Cms:
    return Cms(newsroom)


@pytest.fixture(scope="module")
def sent(recorded: Recorded, cms: Cms) -> tuple[Recorded, int]:
    """The digest has left, with an article that will be taken down; its id."""
    # The digest is of the slot before the stack was started.
    earlier = f"{clock.now() - dt.timedelta(hours=2):%FT%TZ}"
    article_id = cms.push(REMOVED, published_at=earlier)
    cms.push(REMOVED, published_at=earlier, headline=f"Once more {REMOVED}")
    seconds_until(lambda: cms.is_in("atom", REMOVED), at_most=PATIENCE_S)
    recorded.program.json_of("newsletters", "send", "morning-harbour")
    assert wait_for(lambda: _kept(recorded) == READERS, seconds=60)
    return recorded, article_id


def test_an_embargoed_article_is_nowhere_until_its_second(newsroom: Running) -> None:
    [(article_id, until, seconds_left)] = newsroom.rows(
        "SELECT id, embargo_until, extract(epoch FROM embargo_until - now())::float "
        "FROM article WHERE embargo_until IS NOT NULL AND url LIKE '%%/en/%%'"
    )
    assert seconds_left > 0, "collecting took longer than the embargo"
    assert _settled(newsroom)

    seen = _places(newsroom, article_id)
    while _left(newsroom, article_id) > 0:  # only now it is sure that `seen` was before the end
        assert not seen
        time.sleep(0.5)
        seen = _places(newsroom, article_id)

    assert _page(newsroom, article_id) == 200
    assert wait_for(lambda: _places(newsroom, article_id) >= _EVERYWHERE, seconds=20)
    assert newsroom.rows("SELECT state, published_at FROM article WHERE id = %s", article_id) == [
        ("live", until)
    ]


def test_collecting_again_makes_nothing_and_leaves_every_etag(newsroom: Running) -> None:
    before = _etags(newsroom)

    done = newsroom.json_of("collect", "run")

    assert (done["articles"], done["revisions"], done["failed"]) == (0, 0, 0)
    assert done["sources"] == 10
    assert _settled(newsroom)
    assert _etags(newsroom) == before


@pytest.mark.parametrize("kind", ["update", "correction"])
def test_an_edit_makes_one_revision_and_moves_updated_in_its_feeds(
    newsroom: Running, kind: str
) -> None:
    article_id = _id(newsroom, "en/articles/seagrass")
    before = _state(newsroom, article_id)

    said = newsroom.json_of("sample", "edit", str(article_id), f"--{kind}")

    assert _state(newsroom, article_id)["revisions"] == before["revisions"] + 1
    assert (said["revisions"], said["revision"]) == (1, before["revisions"] + 1)
    slugs = {feed["slug"] for feed in said["feeds"]}
    assert {"everything", "science"} <= slugs
    assert "barid-al-marfa-everything" not in slugs
    for feed in said["feeds"]:
        if feed["slug"] in {"everything", "science"}:
            assert feed["old"]["updated"] < feed["new"]["updated"]
            assert feed["old"]["etag"] != feed["new"]["etag"]


def test_a_silent_fix_makes_a_revision_and_moves_nothing(newsroom: Running) -> None:
    article_id = _id(newsroom, "ar/articles/library-boat")
    before = _state(newsroom, article_id)

    said = newsroom.json_of("sample", "edit", str(article_id), "--fix")

    after = _state(newsroom, article_id)
    assert after["revisions"] == before["revisions"] + 1
    assert after["updated_at"] == before["updated_at"]
    for feed in said["feeds"]:
        assert feed["old"]["updated"] == feed["new"]["updated"]


def test_the_list_names_the_articles_to_edit(newsroom: Running) -> None:
    listed = newsroom.json_of("sample", "list")["articles"]

    keys = {row["article"] for row in listed}
    assert len(listed) == 28
    assert {"en/river-treaty", "ar/river-treaty"} <= keys


def test_an_article_that_is_not_there_is_said_in_a_sentence(newsroom: Running) -> None:
    done = newsroom.command("sample", "edit", "999999")

    assert done.returncode == 3
    assert "There is no article 999999" in done.stderr


def test_a_paid_article_is_in_no_public_feed_and_a_teaser_on_its_page(newsroom: Running) -> None:
    article_id = _id(newsroom, "en/articles/fish-auction")
    [(slug, headline)] = newsroom.rows(
        "SELECT slug, headline FROM article WHERE id = %s", article_id
    )

    page = visitor.get(f"{newsroom.web_url}/articles/{article_id}/{slug}")
    documents = [visitor.get(url).body for url in _documents(newsroom)]

    assert page.status == 200
    assert headline in page.html().text_content()
    assert "A hall full of memories" not in page.html().text_content()
    assert not [body for body in documents if b"fish-auction" in body]


def test_the_next_envelope_leaves_in_one_piece_with_the_end_of_a_message(
    sent: tuple[Recorded, int],
) -> None:
    recorded, _ = sent

    talks = [talk for talk in recorded.recorder.talks if b"MAIL FROM" in talk.sent()]
    assert sum(_messages(talk) for talk in talks) == READERS
    # Each connection can send ahead before every message but its first.
    ahead = sum(
        len([1 for piece, _ in talk.pieces if _END_AND_NEXT.search(piece)]) for talk in talks
    )
    assert ahead == READERS - len(talks)


def test_a_pushed_article_is_in_feeds_and_seen_by_operators_at_once(cms: Cms) -> None:
    assert _settled(cms.program)
    word = "quokkaprompt"

    began = time.monotonic()
    article_id = cms.push(word)
    seconds = {"answered": time.monotonic() - began}
    seconds_until(lambda: cms.is_listed(article_id), at_most=PATIENCE_S)
    seconds["operators"] = time.monotonic() - began
    for form in FORMS:
        seconds_until(functools.partial(cms.is_in, form, word), at_most=PATIENCE_S)
        seconds[form] = time.monotonic() - began

    _print(pushed=seconds)


def test_a_pushed_embargo_is_nowhere_until_its_second_and_then_at_once(
    recorded: Recorded, cms: Cms
) -> None:
    program, subscriber, word = recorded.program, recorded.subscriber, "quokkaembargo"
    for form in FORMS:
        cms.subscribe(subscriber.url(f"/{form}"), form)
    assert wait_for(lambda: len(subscriber.of("GET")) == len(FORMS), seconds=20)
    assert _settled(program)
    article_id = cms.push(word, embargo_until=f"{clock.now() + EMBARGO:%FT%T.%fZ}")
    cms.push("quokkaplain")

    looked = 0
    while _left(program, article_id) > LAST:
        seen = _found(recorded, cms, word)
        assert seen == [] or _left(program, article_id) <= 0
        looked += 1
    seen = []
    while (left := _left(program, article_id)) > 0:
        assert seen == []
        seen = [form for form in FORMS if cms.is_in(form, word)]
    began = time.monotonic() + left
    seconds = {}
    for form in FORMS:
        seconds_until(functools.partial(cms.is_in, form, word), at_most=PATIENCE_S)
        seconds[form] = time.monotonic() - began
    for form in FORMS:
        told = functools.partial(_was_told, subscriber, form, word)
        seconds_until(told, at_most=PATIENCE_S)
        seconds[f"hub {form}"] = time.monotonic() - began

    assert looked > 0
    assert all(_was_told(subscriber, form, "quokkaplain") for form in FORMS)
    _print(released=seconds)


def test_after_a_takedown_nothing_that_is_held_has_the_word(
    sent: tuple[Recorded, int], cms: Cms
) -> None:
    (recorded, article_id), program = sent, cms.program
    held = set(_tables(program, REMOVED))
    assert {"article", "revision", "picture", "feed_document", "mailing_content"} <= held
    assert any(REMOVED.encode() in talk.sent() for talk in recorded.recorder.talks)

    state = cms.take_down(article_id)
    gone = seconds_until(lambda: REMOVED not in cms.everywhere(), at_most=PATIENCE_S)

    assert state == "taken_down"
    assert _settled(program)
    assert _tables(program, REMOVED) == []
    assert _files(program, REMOVED) == []
    assert wait_for((lines.home(program.data_dir) / "takedowns.jsonl").exists, seconds=20)
    cms.push(REMOVED)
    assert _tables(program, REMOVED) == []
    _print(taken_down={"gone everywhere": gone})


def _print(**figures: dict[str, float]) -> None:
    """Say the figures in the test's output, as `pytest -rP` or a failed run shows it."""
    for name, seconds in figures.items():
        said = ", ".join(f"{key} {value:.2f} s" for key, value in seconds.items())
        print(f"{name}: {said}")  # noqa: T201


def _found(recorded: Recorded, cms: Cms, word: str) -> list[str]:
    """Where a word stands that must stand nowhere but in rows: outlets, hub, logs, documents."""
    found = [name for name in _tables(recorded.program, word) if name in OUTGOING]
    if word in cms.everywhere():
        found.append("outlet")
    if any(word.encode() in each.body for each in list(recorded.subscriber.requests)):
        found.append("hub")
    return found + _files(recorded.program, word)


def _files(program: Running, word: str) -> list[str]:
    """Files of the stack that hold a word, every process's log among them; not PostgreSQL's own."""
    found = searching.files_with(program.data_dir, word, but=frozenset({"postgres"}))
    said = program.errors.read_text().lower()
    return found + (["stderr"] if word in said else [])


def _tables(program: Running, word: str) -> list[str]:
    return searching.tables_with(program.run_file()["settings"]["SYNDICATE_DATABASE_URL"], word)


def _was_told(subscriber: Peer, form: str, word: str) -> bool:
    """Whether the hub delivered a word to the callback of one format."""
    told = [each for each in subscriber.of("POST") if each.path == f"/{form}"]
    return any(word.encode() in each.body for each in told)


def _places(program: Running, article_id: int) -> set[str]:
    """Where an article can be seen: its page, the front, feeds by slug, search engines' list."""
    [(headline,)] = program.rows("SELECT headline FROM article WHERE id = %s", article_id)
    found = {"page"} if _page(program, article_id) == 200 else set()
    front = visitor.get(f"{program.web_url}/").html().text_content()
    found |= {"front"} if headline in front else set()
    for url in _documents(program):
        if b"archive-law" in visitor.get(url).body:
            found.add(url.rpartition("/")[2].partition(".")[0])
    sitemap = visitor.get(f"{program.web_url}/sitemap-news.xml")
    return found | ({"sitemap"} if b"archive-law" in sitemap.body else set())


def _page(program: Running, article_id: int) -> int:
    [(slug,)] = program.rows("SELECT slug FROM article WHERE id = %s", article_id)
    return visitor.get(f"{program.web_url}/articles/{article_id}/{slug}").status


def _left(program: Running, article_id: int) -> float:
    [(seconds,)] = program.rows(
        "SELECT extract(epoch FROM embargo_until - now())::float FROM article WHERE id = %s",
        article_id,
    )
    return float(seconds)


def _documents(program: Running) -> list[str]:
    slugs = [slug for (slug,) in program.rows("SELECT slug FROM feed WHERE gone_at IS NULL")]
    return [f"{program.web_url}/feeds/{slug}.{form}" for slug in slugs for form in FORMS]


def _etags(program: Running) -> dict[str, str]:
    assert _settled(program)
    return {url: visitor.get(url).headers["etag"] for url in _documents(program)}


def _settled(program: Running) -> bool:
    """Whether every feed is built, waiting for it."""
    query = (
        "SELECT count(*) FROM feed WHERE built_for IS NULL OR (due_at <= now() + interval '120 s' "
        "AND NOT EXISTS (SELECT 1 FROM article WHERE embargo_until = due_at AND due_at > now()))"
    )
    return wait_for(lambda: program.rows(query) == [(0,)], seconds=60)


def _id(program: Running, path: str) -> int:
    [(article_id,)] = program.rows("SELECT id FROM article WHERE url LIKE %s", f"%/{path}")
    return int(article_id)


def _state(program: Running, article_id: int) -> dict[str, Any]:
    [(revisions, updated_at)] = program.rows(
        "SELECT (SELECT count(*) FROM revision WHERE article_id = a.id), updated_at "
        "FROM article a WHERE id = %s",
        article_id,
    )
    return {"revisions": revisions, "updated_at": updated_at}


def _messages(talk: Talk) -> int:
    return len(re.findall(rb"(?:^|\r\n)MAIL FROM:<", talk.sent()))


def _kept(recorded: Recorded) -> int:
    return len(list((recorded.mailbox / "messages").glob("*.eml")))
