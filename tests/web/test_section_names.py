"""A section has its name in the language of the page, and above an article in the article's."""

from starlette.testclient import TestClient

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from tests.web.newsroom import Newsroom


def test_a_section_is_called_as_the_language_of_the_page_or_the_article_says(
    browser: TestClient, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        culture = publications.section_of(tx, newsroom.english, "culture")
        assert culture is not None
        publications.change(tx, culture, names={"ar": "ثقافة"})
        museum = tx.session.get_one(Article, newsroom.articles["museum"])
        museum.language, museum.direction = "ar", "rtl"
    place = 'href="/sections/culture"'

    front = browser.get("/").text
    page = browser.get(newsroom.path("museum")).text
    offer = browser.get("/p/al-nahar/newsletters/morning").text

    for shown, mark in ((front, ""), (page, ' aria-current="page"')):
        assert f"<li><a {place}{mark}>Culture</a>" in shown
        assert f'<p class="kicker"><a {place}>ثقافة</a>' in shown
    assert "<bdi>ثقافة</bdi>" in offer
    with transaction() as tx:
        tx.session.get_one(Publication, newsroom.english).language = "ar"
    section = browser.get("/sections/culture").text
    assert "<title>ثقافة · The Courier</title>" in section
    assert '<h1 class="page-title">ثقافة</h1>' in section
    assert f'<li><a {place} aria-current="page">ثقافة</a>' in section
