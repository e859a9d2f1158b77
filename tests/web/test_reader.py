"""Reader pages show what may be shown, in its own language, and say so when there is none."""

import pytest
from starlette.testclient import TestClient

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.publications import Publication
from syndicate.store.views import reader_pages
from syndicate.vocabulary.articles import Access
from syndicate.vocabulary.feeds import FeedFormat
from tests import matrix, rows
from tests.web.newsroom import Newsroom


def test_front_shows_what_may_be_shown(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get("/")

    assert page.status_code == 200
    assert "Council agrees on the river report" in page.text
    assert "Tomorrow&#39;s secret" not in page.text
    assert "Never so" not in page.text
    assert "المجلس" not in page.text
    assert "Pick of report" in page.text
    assert "Pick of killed" not in page.text
    assert 'href="/feeds/everything.rss"' in page.text
    assert newsroom.path("report") in page.text


def test_front_without_a_publication_says_so(browser: TestClient) -> None:
    page = browser.get("/")

    assert page.status_code == 404
    assert "Nothing is published here yet." in page.text
    assert "open /console" in page.text


def test_front_without_articles_says_so(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get(f"/sections/culture?before={newsroom.articles['museum']}")

    assert "There are no articles yet" in page.text


@pytest.mark.parametrize(
    ("path", "seen"), [("/?before={report}", True), ("/?before={paid}", False)]
)
def test_front_goes_on_where_the_last_page_ended(
    browser: TestClient, newsroom: Newsroom, path: str, seen: bool
) -> None:
    page = browser.get(path.format(**newsroom.articles))

    assert ("A museum opens its attic" in page.text) is seen
    assert "Council agrees" not in page.text


def test_section_shows_its_own_articles(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get("/sections/culture")

    assert "A museum opens its attic" in page.text
    assert "Council agrees" not in page.text
    assert newsroom.path("museum") in page.text
    assert browser.get("/sections/nowhere").status_code == 404


def test_article_is_whole_with_its_four_actions(browser: TestClient, newsroom: Newsroom) -> None:
    path = newsroom.path("report")

    page = browser.get(path)

    assert page.status_code == 200
    assert "<h2>What follows</h2>" in page.text
    assert "An earlier version misnamed the river." in page.text
    assert "Picture: Photo desk" in page.text
    assert 'alt="A wide river under clouds"' in page.text
    for action in ("email", "print", "share", "feedback"):
        assert f'href="{path}/{action}"' in page.text


@pytest.mark.parametrize("former", ["What was said of the museum", None])
def test_a_headline_of_now_or_of_before_stands_once(
    browser: TestClient, newsroom: Newsroom, former: str | None
) -> None:
    article_id = newsroom.articles["museum"]
    with transaction() as tx:
        row = tx.get(Article, article_id)
        assert row is not None
        said = former or row.headline
        row.body_html = f"<h2>{said}</h2>{row.body_html}"
        if former:
            rows.revision(tx, article_id, number=row.revision + 7, headline=former)

    for page in (newsroom.path("museum"), newsroom.path("museum") + "/print"):
        shown = browser.get(page).text
        assert f"<h2>{said}</h2>" not in shown
        assert '<div class="prose"><' in shown


def test_article_of_the_newsrooms_own_page_is_not_indexed_here(
    browser: TestClient, newsroom: Newsroom
) -> None:
    page = browser.get(newsroom.path("report"))

    assert '<link rel="canonical" href="https://news.example.org/story-report">' in page.text
    assert '<meta name="robots" content="noindex">' in page.text


def test_article_without_another_page_is_indexed_here(
    browser: TestClient, newsroom: Newsroom
) -> None:
    page = browser.get(newsroom.path("museum"))

    own = f"http://127.0.0.1:8080{newsroom.path('museum')}"
    assert f'<link rel="canonical" href="{own}">' in page.text
    assert "noindex" not in page.text


def test_paid_article_shows_its_teaser_alone(browser: TestClient, newsroom: Newsroom) -> None:
    for path in ("", "/print"):
        page = browser.get(newsroom.path("paid") + path)

        assert "What is known about paid" in page.text
        assert "This article is for subscribers." in page.text
        assert "The committee met" not in page.text
        assert "beginning" not in page.text
    assert ">Read the whole article</a>" in browser.get(newsroom.path("paid")).text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.news.example.org/river", "news.example.org"),
        ("http://127.0.0.1:8099/river", "127.0.0.1:8099"),
        ("http://127.0.0.1:8080/river", None),
        ("https://harbour.example/river", None),
        (None, None),
    ],
)
def test_an_article_leads_to_its_other_page_only_elsewhere(
    browser: TestClient, newsroom: Newsroom, url: str | None, host: str | None
) -> None:
    with transaction() as tx:
        article = tx.get(Article, newsroom.articles["report"])
        assert article is not None
        article.url = url
        paper = tx.get(Publication, article.publication_id)
        assert paper is not None
        paper.host = "harbour.example"

    page = browser.get(newsroom.path("report")).text

    led = f'<p class="origin"><a href="{url}">Read it at <bdi dir="ltr">{host}</bdi></a></p>'
    assert (led in page) is (host is not None)
    assert ("Read it" in page) is (host is not None)


def test_picture_without_the_right_for_pages_is_left_out(
    browser: TestClient, newsroom: Newsroom
) -> None:
    for path in (newsroom.path("museum"), newsroom.path("museum") + "/print", "/sections/culture"):
        assert "attic.jpg" not in browser.get(path).text


@pytest.mark.parametrize("action", ["", "/print"])
def test_picture_in_the_text_is_left_out_with_its_caption_where_it_has_no_right(
    browser: TestClient, newsroom: Newsroom, action: str
) -> None:
    with transaction() as tx:
        article = tx.get(Article, newsroom.articles["museum"])
        assert article is not None
        article.body_html = (
            '<p>The attic.</p><figure><img src="https://pictures.example.org/attic.jpg">'
            "<figcaption>Only for mail</figcaption></figure>"
            '<img src="https://pictures.example.org/open.jpg"><p>It opens.</p>'
        )

    page = browser.get(newsroom.path("museum") + action).text

    assert "attic.jpg" not in page
    assert "Only for mail" not in page
    assert "https://pictures.example.org/open.jpg" in page
    assert "It opens." in page


def test_only_the_origins_of_its_pictures_may_load(browser: TestClient, newsroom: Newsroom) -> None:
    policy = browser.get(newsroom.path("report")).headers["content-security-policy"]

    assert "img-src 'self' data: https://pictures.example.org;" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("action", ["", "/print"])
@pytest.mark.parametrize(
    ("text", "origins"),
    matrix.rows(
        [
            (
                '<audio controls src="https://sound.example/a.mp3"></audio>',
                ["https://sound.example"],
            ),
            (
                '<video poster="https://stills.example/a.jpg" src="https://film.example/a.mp4"></video>',
                ["https://film.example", "https://stills.example"],
            ),
            (
                (
                    '<video controls><source src="https://film.example/a.webm" type="video/webm">'
                    "</video>"
                ),
                ["https://film.example"],
            ),
            ('<img alt="a > b" src="https://stills.example/a.jpg">', ["https://stills.example"]),
            ('<img alt="x src=" src="https://stills.example/a.jpg">', ["https://stills.example"]),
            ('<p>src="https://none.example/a.mp3"</p>', []),
            ('<a href="https://none.example/a.mp3">Listen</a>', []),
            ('<audio controls src="https://none.example;script-src *"></audio>', []),
        ],
        every=4,
    ),
)
def test_what_a_text_shows_and_plays_may_load_and_nothing_else(
    browser: TestClient, newsroom: Newsroom, text: str, origins: list[str], action: str
) -> None:
    with transaction() as tx:
        article = tx.get(Article, newsroom.articles["paid"])
        assert article is not None
        article.access, article.body_html = Access.FREE, text

    policy = browser.get(newsroom.path("paid") + action).headers["content-security-policy"]

    said = dict(each.split(" ", 1) for each in policy.split("; "))
    assert said["img-src"].split() == ["'self'", "data:", *origins]
    assert said.get("media-src", "").split() == origins
    assert said["default-src"] == "'none'"


def test_a_picture_of_the_text_whose_address_asks_for_a_size_is_shown_once(
    browser: TestClient, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        article = tx.get(Article, newsroom.articles["report"])
        assert article is not None
        rows.picture(tx, article.id, url="https://pictures.example.org/q.jpg?w=1&h=2", position=5)
        address = "https://pictures.example.org/q.jpg?w=1&amp;h=2"
        article.body_html = f'<p>Text</p><img src="{address}">'

    assert browser.get(newsroom.path("report")).text.count("/q.jpg") == 1


@pytest.mark.parametrize(("name", "status"), [("killed", 410), ("embargoed", 404)])
@pytest.mark.parametrize(
    "action", matrix.rows(["", "/email", "/print", "/share", "/feedback"], every=3)
)
def test_what_may_not_be_shown_has_no_page(
    browser: TestClient, newsroom: Newsroom, name: str, status: int, action: str
) -> None:
    page = browser.get(newsroom.path(name) + action)

    assert page.status_code == status
    assert "secret" not in page.text
    assert "The committee met" not in page.text


def test_embargo_ends_at_its_second(browser: TestClient, newsroom: Newsroom) -> None:
    with transaction() as tx:
        row = tx.get(Article, newsroom.articles["embargoed"])
        assert row is not None
        row.embargo_until = newsroom.now

    assert browser.get(newsroom.path("embargoed")).status_code == 200


def test_old_slug_leads_to_the_present_one(browser: TestClient, newsroom: Newsroom) -> None:
    for path in ("", "/once-called-this"):
        answer = browser.get(f"/articles/{newsroom.articles['report']}{path}")

        assert answer.status_code == 301
        assert answer.headers["location"] == newsroom.path("report")


def test_arabic_publication_is_found_on_the_same_host(
    browser: TestClient, newsroom: Newsroom
) -> None:
    front = browser.get("/p/al-nahar/")

    assert '<html lang="ar" dir="rtl">' in front.text
    assert "النشرات البريدية" in front.text
    assert newsroom.path("arabic") in front.text
    assert browser.get(newsroom.path("arabic")).status_code == 200
    assert browser.get("/p/nobody/").status_code == 404


def test_publication_answers_under_its_own_host(browser: TestClient, newsroom: Newsroom) -> None:
    with transaction() as tx:
        row = tx.get(Publication, newsroom.arabic)
        assert row is not None
        row.host = "nahar.example.org"

    page = browser.get("/", headers={"host": "nahar.example.org"})

    assert '<html lang="ar" dir="rtl">' in page.text
    assert f'href="/articles/{newsroom.articles["arabic"]}/arabic"' in page.text


def test_article_keeps_its_own_language_on_any_page(
    browser: TestClient, newsroom: Newsroom
) -> None:
    page = browser.get(f"/issues/{newsroom.issue}")

    assert '<html lang="en" dir="ltr">' in page.text
    assert 'lang="ar" dir="rtl"' in page.text
    assert "Never so" not in page.text
    assert newsroom.path("arabic") in page.text


@pytest.mark.usefixtures("newsroom")
def test_feeds_page_lists_each_format(browser: TestClient) -> None:
    page = browser.get("/feeds")

    for form in FeedFormat:
        assert f'href="/feeds/everything.{form}">{form.label}<' in page.text


def test_newsletter_page_offers_sections_and_languages(
    browser: TestClient, newsroom: Newsroom
) -> None:
    assert newsroom.newsletter
    page = browser.get("/newsletters/morning")

    assert page.text.count('name="sections"') == 2
    assert page.text.count('name="languages"') == 2
    assert "العربية" in page.text
    assert f'href="/issues/{newsroom.issue}"' in page.text
    assert "Morning Courier" in browser.get("/newsletters").text
    assert browser.get("/newsletters/evening").status_code == 404


@pytest.mark.usefixtures("newsroom")
def test_a_sister_publication_offers_a_newsletter_that_draws_from_it(browser: TestClient) -> None:
    front = browser.get("/p/al-nahar/")
    page = browser.get("/p/al-nahar/newsletters/morning")

    assert 'href="/p/al-nahar/newsletters/morning"' in front.text
    assert "نشرة الصباح" in front.text
    assert 'dir="rtl"' in page.text
    assert "نشرة الصباح" in page.text
    assert 'action="/p/al-nahar/newsletters/morning"' in page.text


def test_share_page_has_plain_links(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get(newsroom.path("report") + "/share")

    assert 'value="https://news.example.org/story-report"' in page.text
    assert "https://t.me/share/url?" in page.text


def test_print_page_numbers_its_links(browser: TestClient, newsroom: Newsroom) -> None:
    page = browser.get(newsroom.path("report") + "/print")

    assert "<sup>[1]</sup>" in page.text
    assert "<li>https://example.org/report</li>" in page.text


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("path", ["/articles/0", "/articles/x/y", "/articles/99999999999999999999"])
def test_impossible_id_is_not_found(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_address_in_arabic_is_written_in_ascii(browser: TestClient, newsroom: Newsroom) -> None:
    article_id = newsroom.articles["arabic"]
    with transaction() as tx:
        row = tx.get(Article, article_id)
        assert row is not None
        row.slug, row.url = "تقرير-النهر", None
    path = f"/p/al-nahar/articles/{article_id}/%D8%AA%D9%82%D8%B1%D9%8A%D8%B1-%D8%A7%D9%84"

    front, moved = browser.get("/p/al-nahar/"), browser.get(f"/p/al-nahar/articles/{article_id}")
    page = browser.get(moved.headers["location"])

    assert f'href="{path}' in front.text
    assert moved.headers["location"].startswith(path)
    assert page.status_code == 200
    assert f'<link rel="canonical" href="http://127.0.0.1:8080{path}' in page.text


def test_place_of_an_article_that_is_not_out_is_told_to_nobody(newsroom: Newsroom) -> None:
    with transaction() as tx:
        newest = reader_pages.newest(tx, newsroom.english, now=newsroom.now, limit=9)
        asked = reader_pages.newest(
            tx,
            newsroom.english,
            now=newsroom.now,
            limit=9,
            before=newsroom.articles["embargoed"],
        )

    assert len(newest) > 1
    assert asked == newest
