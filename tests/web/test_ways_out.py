"""Each word of an article on each way out: shown, or left out for a reason that stands here.

A word that is added to an article is expected everywhere at once; of an article for subscribers,
nowhere. Whoever wants it otherwise says so in these tables.
"""

import dataclasses
import datetime as dt
import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from starlette.testclient import TestClient

from syndicate import clock
from syndicate.actions import email_article, forms
from syndicate.actions.email_article import Wish
from syndicate.actions.forms import Guarded
from syndicate.articles import editing
from syndicate.errors import NotFoundError
from syndicate.newsletters import rehearse
from syndicate.reading.records import Words
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from syndicate.vocabulary.feeds import FeedFormat
from tests import matrix, rows, searching
from tests.acting import TESTER
from tests.application import build
from tests.collect import newsroom
from tests.feeds import building
from tests.web.conftest import BASE_URL
from tests.web.pushing import PATH, article

FIELDS = [each.name for each in dataclasses.fields(Words)]
PAGES = ("page", "print")
MAILS = ("digest", "emailed")
FEEDS = tuple(FeedFormat)
WAYS = (*PAGES, *MAILS, *FEEDS)
_TEXT = "a mail leads to the text"
LEFT_OUT: dict[tuple[str, str], str] = {
    ("body_html", "digest"): _TEXT,
    ("body_html", "emailed"): _TEXT,
}
# What everybody may read of an article for subscribers; no public feed has one.
OF_TEASERS = {"headline", "standfirst", "authors"}


def marked(name: str) -> Any:
    """The value of a word that holds its mark and nothing else that stands anywhere."""
    kind = {each.name: str(each.type) for each in dataclasses.fields(Words)}[name]
    mark = mark_of(name)
    text = f"https://daily.example/{mark}.bin" if name.endswith("_url") else mark
    if name.endswith("_html"):
        text = f"<p>{mark}</p>"
    return [text] if "tuple" in kind else text


def mark_of(name: str) -> str:
    return f"mark{name.replace('_', '')}"


@pytest.fixture
def pushed(site: TestClient, bearer: dict[str, str]) -> Article:
    """An article that a CMS pushed with all that an article can say."""
    push(site, bearer)
    with transaction() as tx:
        rows.newsletter(tx, 1, section_ids=[1], created_at=clock.now() - dt.timedelta(days=9))
    return newsroom.only_article()


def push(site: TestClient, bearer: dict[str, str], **values: Any) -> None:
    said = {name: marked(name) for name in FIELDS} | {"published_at": clock.now().isoformat()}
    answer = site.post(PATH, json=article(**said, **values), headers=bearer)
    assert answer.status_code in {200, 201}, answer.text


def seen(article_id: int, way: str) -> str:
    """What comes out on a way; empty where it does not come out."""
    if way in PAGES:
        return _page(article_id, way)
    if way in FEEDS:
        building.publish_due(clock.now())
        with TestClient(build(), base_url=BASE_URL) as fresh:
            return fresh.get(f"/feeds/everything.{way}").text
    return _digest() if way == "digest" else _emailed(article_id)


def _page(article_id: int, way: str) -> str:
    tail = "/print" if way == "print" else ""
    with TestClient(build(), base_url=BASE_URL) as fresh:
        row = newsroom.only_article()
        return fresh.get(f"/articles/{article_id}/{row.slug}{tail}").text


def _digest() -> str:
    try:
        mail = rehearse.preview(1, clock.now(), is_next=True)
    except NotFoundError:
        return ""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    html, text = (message.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert text is not None
    return f"{html.get_content()}\n{text.get_content()}"


def _emailed(article_id: int) -> str:
    now = clock.now()
    stamp = forms.stamp(email_article.form_of(article_id), now - dt.timedelta(seconds=5))
    guarded = Guarded(stamp=stamp, trap="", ip="203.0.113.7")
    wish = Wish("reader001@example.com", "Reader One")
    try:
        mailing_id = email_article.send(article_id, wish, guarded, now=now)
    except NotFoundError:
        return ""
    assert mailing_id is not None
    with transaction() as tx:
        blocks = ledger.content(tx, mailing_id, 1, "en")
    return "\n".join(f"{block.html.decode()}\n{block.text.decode()}" for block in blocks)


def marks(said: str) -> set[str]:
    said = said.replace("=\r\n", "")
    return {name for name in FIELDS if mark_of(name) in said}


def test_what_is_left_out_is_a_word_and_a_way_that_there_are() -> None:
    assert {name for name, _ in LEFT_OUT} | OF_TEASERS <= {*FIELDS}
    assert {way for _, way in LEFT_OUT} <= {*WAYS}


@pytest.mark.parametrize("way", matrix.rows(list(WAYS), every=3))
def test_every_word_comes_out_or_is_left_out_for_a_reason(pushed: Article, way: str) -> None:
    assert marks(seen(pushed.id, way)) == {name for name in FIELDS if (name, way) not in LEFT_OUT}


@pytest.mark.parametrize("way", matrix.rows(list(WAYS), every=3))
def test_of_an_article_for_subscribers_a_teaser_comes_out(
    site: TestClient, bearer: dict[str, str], pushed: Article, way: str
) -> None:
    push(site, bearer, access="paid")

    assert marks(seen(pushed.id, way)) == (set() if way in FEEDS else OF_TEASERS)


def test_after_a_takedown_no_word_comes_out_anywhere(pushed: Article, database: str) -> None:
    before = {way for way in WAYS if marks(seen(pushed.id, way))}
    assert before == {*WAYS}

    with transaction() as tx:
        editing.take_down(tx, pushed.id, reason="Court", actor=TESTER, now=clock.now())

    assert {way: marks(seen(pushed.id, way)) for way in WAYS} == {way: set() for way in WAYS}
    held = {name: searching.tables_with(database, mark_of(name)) for name in FIELDS}
    assert held == {name: [] for name in FIELDS}
