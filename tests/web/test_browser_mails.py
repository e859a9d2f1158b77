"""Mails in a real browser as narrow as a phone, its pictures blocked, with styles and without."""

import re

import pytest
from playwright.sync_api import Browser, Page

from syndicate.render.email import inline
from syndicate.render.environment import environment
from syndicate.translations import LANGUAGES
from tests.house.test_mails import CONTEXTS, STORY
from tests.render.test_email import UNMARKED
from tests.render.test_layout import SECOND, issue

pytestmark = pytest.mark.debian("chromium")
_LONG = {**STORY, "headline": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte"}
_HEAD_STYLES = re.compile(r"<style.*?</style>", re.DOTALL)
_WIDTH = "document.documentElement.scrollWidth"


def pages() -> dict[str, str]:
    """Every mail in every language, with its styles and as programs show it that drop them."""
    given = [*CONTEXTS.items(), ("digest", issue("City", _LONG, SECOND))]
    found = {}
    for language in LANGUAGES:
        for number, (mail, values) in enumerate(given):
            template = environment(language).get_template(f"mail/{mail}/body.html")
            whole = inline(template.render({**values, **UNMARKED}))
            found[f"{mail}-{number}-{language}"] = whole
            found[f"{mail}-{number}-{language}-without-styles"] = _HEAD_STYLES.sub("", whole)
    return found


@pytest.fixture
def page(chromium: Browser) -> Page:
    """A page that gets nothing from anywhere."""
    opened = chromium.new_context().new_page()
    opened.route("**/*", lambda route: route.abort())
    return opened


@pytest.mark.parametrize("width", [320, 390])
def test_no_mail_is_wider_than_a_phone_while_its_pictures_are_blocked(
    page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    wide = {}

    for name, mail in pages().items():
        page.set_content(mail)
        shown = page.evaluate(_WIDTH)
        if shown != width:
            wide[name] = shown

    assert wide == {}
    page.context.close()


def test_a_mail_is_a_column_of_600_where_there_is_room(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    page.set_content(pages()["digest-1-en-without-styles"])

    assert page.locator("table.page").evaluate("each => each.offsetWidth") == 600
    page.context.close()
