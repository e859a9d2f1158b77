"""In a real browser: pages in light, dark and Arabic, wide and narrow; journeys without script.

Nothing may be fetched from elsewhere but the newsroom's own pictures, nothing may be written to the
console, nothing may run over the edge at 320 px, and axe must find no fault (WCAG 2.2 AA).
"""

import re

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from syndicate.render.email import render
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from tests.render.test_email import chosen, context, decoded
from tests.web.browsing import LOOKS, Look, Watched
from tests.web.newsroom import Newsroom
from tests.web.test_links import READER, confirm_token, sign_up, subscription, token

pytestmark = pytest.mark.debian("chromium")


def pages(room: Newsroom) -> list[str]:
    article = room.path("report")
    return [
        "/",
        "/sections/culture",
        article,
        room.path("paid"),
        *(f"{article}/{action}" for action in ("email", "print", "share", "feedback")),
        "/feeds",
        "/newsletters",
        "/newsletters/morning",
        f"/issues/{room.issue}",
        "/p/al-nahar/",
        room.path("arabic"),
        room.path("arabic") + "/email",
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_keeps_to_itself(
    chromium: Browser, address: str, newsroom: Newsroom, look: Look
) -> None:
    watched = Watched(chromium, address, **look.options)
    found = [fault for path in look.of(pages(newsroom)) for fault in watched.faults_of_page(path)]

    assert found == []
    assert watched.faults == []
    watched.context.close()


@pytest.mark.usefixtures("newsroom")
def test_sign_up_to_leaving_without_script(chromium: Browser, address: str) -> None:
    watched = Watched(chromium, address, java_script_enabled=False)

    page = watched.open("/")
    page.get_by_role("link", name=re.compile("Get it by email")).click()
    page.get_by_label("Your email address").fill(READER)
    page.get_by_label("Culture").uncheck()
    page.wait_for_timeout(2100)  # as long as the form's guard wants a reader to take
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    watched.open(f"/confirm/{confirm_token()}")
    page.get_by_role("button", name="Confirm this subscription").click()
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    page.get_by_role("link", name="Change your subscription").click()
    expect(page.get_by_label("Culture")).not_to_be_checked()
    page.get_by_label("العربية").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Your choices apply from the next issue.")).to_be_visible()
    watched.open(f"/unsubscribe/{token('unsubscribe')}")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="You have unsubscribed")).to_be_visible()

    assert subscription().state == "ended"
    assert watched.faults == []
    watched.context.close()


@pytest.mark.usefixtures("newsroom")
def test_the_pages_behind_a_mails_links_are_accessible(
    chromium: Browser, address: str, browser: TestClient
) -> None:
    sign_up(browser)
    assert browser.post(f"/confirm/{confirm_token()}").status_code == 200
    watched = Watched(
        chromium, address, viewport={"width": 320, "height": 800}, color_scheme="dark"
    )
    purposes = ("preferences", "unsubscribe", "never")
    paths = [f"/confirm/{confirm_token()}", *(f"/{each}/{token(each)}" for each in purposes)]

    assert [fault for path in paths for fault in watched.faults_of_page(path)] == []
    assert watched.faults == []
    watched.context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_mail_whose_pictures_are_blocked_fits_a_phone(chromium: Browser, language: str) -> None:
    """As most mail programs show it first."""
    mail = chosen(render("digest", language, context(language=language)), 63)
    shown = chromium.new_context(viewport={"width": 320, "height": 800})
    page = shown.new_page()
    page.route("**/*", lambda route: route.abort())

    page.set_content(decoded(mail, "html"))

    assert page.locator("img").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    shown.close()


def test_a_recording_in_the_text_is_played(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        article = tx.get(Article, newsroom.articles["report"])
        assert article is not None
        article.body_html = (
            '<p>Listen.</p><audio controls src="https://pictures.example.org/a.wav"></audio>'
        )
    watched = Watched(chromium, address)

    with watched.page.expect_response("**/a.wav") as answer:
        watched.open(newsroom.path("report"))

    assert answer.value.ok
    assert watched.faults == []
    watched.context.close()


def test_copy_says_that_it_was_done(chromium: Browser, address: str, newsroom: Newsroom) -> None:
    watched = Watched(chromium, address, permissions=["clipboard-read", "clipboard-write"])

    page = watched.open(f"{newsroom.path('report')}/share")
    expect(page.get_by_role("status")).to_have_text("")
    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Its address").input_value()
    assert watched.faults == []
    watched.context.close()


def test_email_article_without_script(chromium: Browser, address: str, newsroom: Newsroom) -> None:
    watched = Watched(chromium, address, java_script_enabled=False)

    page = watched.open(newsroom.path("report"))
    page.get_by_role("link", name="Email article").click()
    page.get_by_label("Your friend's email address").fill(READER)
    page.get_by_label("Your name").fill("Reader One")
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Send the article").click()
    expect(page.get_by_role("heading", name="The article is on its way")).to_be_visible()

    with transaction() as tx:
        assert [row.message for row in ledger.newest(tx, limit=9, with_singles=True)] == ["article"]
    assert watched.faults == []
    watched.context.close()


@pytest.mark.usefixtures("newsroom")
def test_keyboard_alone_reaches_the_text(chromium: Browser, address: str) -> None:
    watched = Watched(chromium, address)

    page = watched.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    watched.context.close()


def test_script_adds_buttons_that_work_only_with_it(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    with_script, without = (
        Watched(chromium, address),
        Watched(chromium, address, java_script_enabled=False),
    )
    path = newsroom.path("report") + "/print"

    expect(with_script.open(path).get_by_role("button", name="Print")).to_be_visible()
    expect(without.open(path).locator("[data-print]")).to_be_hidden()

    with_script.context.close()
    without.context.close()
