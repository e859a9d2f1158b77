"""Paste any address, in the console and by the API: what is told, shown again, and used."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from syndicate.characters import resolved
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import publications
from syndicate.vocabulary.sources import SourceKind
from tests.collect.newsroom import item, rss
from tests.collect.site import Site, running
from tests.web import operators
from tests.web.newsroom import Newsroom

PAGE = "/console/sources/find"
LIST = "".join(f"<h2><a href='/story/{n}'>What happened in story {n}</a></h2>" for n in range(4))
STORY = "<html lang='en'><h1>Story</h1><article><p>{}</p></article>".format("It went on. " * 90)


@pytest.fixture
def wire() -> Iterator[Site]:
    """A site whose home page names a feed, and whose section page lists stories."""
    with running() as found:
        found.serve("/", "<link rel='alternate' type='application/rss+xml' href='/feed'>")
        picture = "<media:content url='https://pictures.example.org/p.jpg' medium='image'/>"
        told = item(1, title="Rain &amp;amp; &amp;lt;b&amp;gt;", category="World").replace(
            "</item>", f"{picture}</item>"
        )
        found.serve("/feed", rss(told, item(2)))
        found.serve("/world", LIST)
        for number in range(4):
            found.serve(f"/story/{number}", STORY, content_type="text/html")
        yield found


def ask(browser: TestClient, address: str, allow: str) -> str:
    answer = browser.post(PAGE, data={"address": address, "allow": allow})
    assert answer.status_code == 200, answer.text
    return answer.text


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the first choice, as a browser would send them."""
    form = page.partition('action="/console/sources/use"')[2].partition("</form>")[0]
    found = re.findall(r"""<input type="hidden" name="(\w+)" value=(["'])(.*?)\2>""", form)
    return {name: resolved(value) for name, _, value in found}


def test_stories_are_shown_with_pictures_and_the_choice_becomes_a_source(
    browser: TestClient, newsroom: Newsroom, wire: Site
) -> None:
    operators.sign_in(browser)

    answer = browser.post(PAGE, data={"address": wire.origin, "allow": wire.origin})
    used = browser.post("/console/sources/use", data=fields(answer.text))

    assert "This page leads to a feed with 2 stories." in answer.text
    assert ">Rain &amp; &lt;b&gt;</a>" in answer.text
    assert 'src="https://pictures.example.org/p.jpg"' in answer.text
    assert "https://pictures.example.org" in answer.headers["content-security-policy"]
    assert (used.status_code, used.headers["location"]) == (303, "/console/sources?done=added")
    with transaction() as tx:
        added = sources.by_url(tx, newsroom.english, wire.url("/feed"))
        assert added is not None
        assert (added.kind, added.name) == (SourceKind.FEED, "Daily")


def test_sections_that_are_ticked_are_made_with_the_source(
    browser: TestClient, newsroom: Newsroom, wire: Site
) -> None:
    operators.sign_in(browser)
    wire.serve("/feed", rss(item(1, category="Harbour &amp; Coast"), item(2, category="Yachts")))

    page = ask(browser, wire.origin, wire.origin)
    form = fields(page) | {"section": "Harbour & Coast"}
    boxes = re.findall(r'<input type="checkbox" name="section" value="([^"]+)"( checked)?>', page)
    refused = browser.post("/console/sources/use", data=form | {"url": "a"})
    with transaction() as tx:
        known = [each.name for each in publications.sections_of(tx, newsroom.english)]
    answer = browser.post("/console/sources/use", data=form)

    assert boxes == [("Harbour &amp; Coast", ""), ("Yachts", "")]
    assert "None is ticked yet, because there are sections already" in page
    assert "Section <bdi>Yachts</bdi>, if it is ticked above" in page
    assert (refused.status_code, answer.status_code) == (422, 303)
    with transaction() as tx:
        made = publications.section_of(tx, newsroom.english, "harbour-coast")
        every = [each.name for each in publications.sections_of(tx, newsroom.english)]
    assert made is not None
    assert sorted(every) == sorted([*known, "Harbour & Coast"])
    assert "Harbour & Coast" not in known


@pytest.mark.parametrize(
    ("address", "says", "filled"),
    [
        (
            "http://127.0.0.1:8455/feed",
            "allow it. It is filled in below: if it is yours, look there again.",
            "127.0.0.1:8455",
        ),
        (
            "http://cms.example:8455/",
            "allow it. If it is yours, name it below, under In-house server.",
            "",
        ),
    ],
)
@pytest.mark.parametrize("page", [PAGE, "/console/start/stories"])
@pytest.mark.usefixtures("newsroom")
def test_a_server_that_may_be_our_own_is_named_in_the_open_field_for_it(
    browser: TestClient, page: str, address: str, says: str, filled: str
) -> None:
    operators.sign_in(browser)

    answer = browser.post(page, data={"address": address, "allow": ""})

    assert answer.status_code >= 400
    assert says in answer.text
    assert "--" not in answer.text.partition("address-problem")[2].partition("</p>")[0]
    assert "<details open>" in answer.text
    assert f'name="allow" value="{filled}"' in answer.text


def test_the_profile_of_a_page_that_lists_stories_travels_with_the_choice(
    browser: TestClient, newsroom: Newsroom, wire: Site
) -> None:
    operators.sign_in(browser)
    for path in ("/", "/feed"):
        wire.routes.pop(path)

    page = ask(browser, wire.url("/world"), wire.origin)
    assert browser.post("/console/sources/use", data=fields(page)).status_code == 303

    with transaction() as tx:
        added = sources.by_url(tx, newsroom.english, wire.url("/world"))
        assert added is not None
        assert (added.kind, added.profile) == (SourceKind.PAGE, {"links": "h2 a"})


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("", 400, "Paste an address: a home page"),
        ("our site", 400, "our site is not an address; paste one"),
        ("http://127.0.0.1:9", 409, "allow it. It is filled in below"),
        ("{site}/closed", 409, "it is not a feed and names none"),
    ],
)
def test_what_cannot_be_used_is_said_at_the_field_and_stays_typed(
    browser: TestClient, wire: Site, address: str, status: int, sentence: str
) -> None:
    operators.sign_in(browser)
    wire.routes.clear()
    wire.serve("/closed", "<p>Closed</p>")
    typed = address.format(site=wire.url(""))

    allow = wire.origin if "closed" in address else ""
    answer = browser.post(PAGE, data={"address": typed, "allow": allow})

    assert answer.status_code == status
    assert sentence in resolved(answer.text)
    assert f'name="address" value="{typed}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_choice_that_nobody_was_given_is_refused_and_adds_nothing(
    browser: TestClient, newsroom: Newsroom
) -> None:
    operators.sign_in(browser)
    wrong = [
        ({"url": "https://a.example/", "kind": "push"}, 400),
        ({"url": "https://a.example/", "profile": "[1]"}, 422),
        ({"url": "https://a.example/", "profile": "{"}, 422),
        ({"url": "a", "kind": "feed"}, 422),
    ]

    for form, status in wrong:
        assert browser.post("/console/sources/use", data=form).status_code == status, form

    with transaction() as tx:
        assert [source.url for source, _ in sources.listed(tx) if "a.example" in source.url] == []
    assert newsroom.english


@pytest.mark.usefixtures("newsroom")
def test_who_may_not_steer_sources_may_not_look(browser: TestClient) -> None:
    operators.sign_in(browser, "viewer")

    page, posted = browser.get(PAGE), browser.post(PAGE, data={"address": "a.example"})
    api = browser.post(
        "/api/v1/sources/find", json={"address": "a.example"}, headers=operators.bearer("viewer")
    )

    assert "you need the permission to steer sources" in page.text
    assert (posted.status_code, api.status_code) == (403, 403)


@pytest.mark.usefixtures("newsroom")
def test_the_api_tells_choices_and_stories(browser: TestClient, wire: Site) -> None:
    asked = {"address": f"{wire.origin}/feed", "allow": [wire.origin], "publication": "courier"}
    found = browser.post("/api/v1/sources/find", json=asked, headers=operators.bearer())

    assert found.status_code == 200, found.text
    said = found.json()
    assert (said["lead"], said["choices"][0]["url"]) == ("feed", wire.url("/feed"))
    assert said["stories"][0]["picture"]["url"] == "https://pictures.example.org/p.jpg"
    assert [each["language"] for each in said["stories"]] == ["en", "en"]
