"""Whatever a newsroom or a stranger writes stays text, and an address opens nothing but itself."""

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from syndicate.store.content.articles import Article, Tag
from syndicate.store.content.featured import Featured
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication, Section
from syndicate.web.pages import origins
from tests.web import operators
from tests.web.newsroom import Newsroom

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}"


@pytest.fixture
def poisoned(newsroom: Newsroom) -> Newsroom:
    """Every text that a newsroom writes, in every table that pages show, is an attack."""
    fields = {
        Article: ("headline", "standfirst"),
        Picture: ("caption", "credit", "alt"),
        Publication: ("name", "postal_address"),
        Section: ("name",),
        Tag: ("name",),
        Featured: ("teaser",),
        Newsletter: ("name", "description"),
    }
    with transaction() as tx:
        for kind, names in fields.items():
            tx.execute(update(kind).values(dict.fromkeys(names, EVIL)))
        tx.execute(update(Article).values(authors=[EVIL]))
    return newsroom


def test_text_stays_text_on_every_page(browser: TestClient, poisoned: Newsroom) -> None:
    operators.mailing(poisoned)
    operators.sign_in(browser)
    article = poisoned.path("report")
    paths = ["/", "/sections/world", article, "/feeds", "/newsletters", "/newsletters/morning"]
    paths += [f"{article}/{action}" for action in ("email", "print", "share", "feedback")]
    paths += [f"/issues/{poisoned.issue}", "/console", "/console/mailings", "/console/newsletters"]
    newsletter = f"/console/newsletters/{poisoned.newsletter}"
    paths += [newsletter, f"{newsletter}/rehearsal?next=1", "/console/sources"]

    for path in paths:
        page = browser.get(path)

        assert page.status_code == 200, path
        assert "<script>alert" not in page.text, path
        assert "onerror=alert(2)>" not in page.text.replace("&gt;", "~"), path
        assert "&lt;script&gt;" in page.text or path in {"/feeds", "/console/sources"}, path


def test_text_of_a_stranger_stays_text(browser: TestClient, newsroom: Newsroom) -> None:
    for path, name in (
        (newsroom.path("report") + "/email", "to"),
        (newsroom.path("report") + "/feedback", "text"),
        ("/newsletters/morning", "address"),
        ("/console/sign-in", "next"),
    ):
        page = browser.post(path, data={name: EVIL})

        assert page.status_code == 422
        assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://pictures.example.org/a.jpg", {"https://pictures.example.org"}),
        ("http://127.0.0.1:8898/a.jpg", {"http://127.0.0.1:8898"}),
        ("http://[::1]:80/a.jpg", {"http://[::1]:80"}),
        ("https://a.example;script-src *", set()),
        ("https://a.example 'unsafe-inline'/x", set()),
        ("https://user@a.example/x", set()),
        ("https://*/x", set()),
        ("javascript:alert(1)", set()),
        ("data:image/png;base64,AA", set()),
        ("/relative.jpg", set()),
        ("", set()),
    ],
)
def test_picture_opens_the_policy_to_its_own_origin_and_no_more(
    address: str, found: set[str]
) -> None:
    assert origins([address]) == found
