"""A publication's colours, logo and words: on its pages and in its mail."""

import base64
import io
import re
from urllib.parse import urlsplit

from PIL import Image
from starlette.testclient import TestClient

from syndicate import settings
from tests.web import operators
from tests.web.newsroom import Newsroom

POLICY = "cross-origin-resource-policy"


def png() -> str:
    made = io.BytesIO()
    Image.new("RGB", (96, 96), "navy").save(made, "PNG")
    return f"data:image/png;base64,{base64.b64encode(made.getvalue()).decode()}"


def test_pages_and_mails_wear_what_a_publication_says_of_itself(
    browser: TestClient, newsroom: Newsroom
) -> None:
    said = {
        "colour": "#1a4f8b",
        "colour_on_dark": "#9cc3f5",
        "reply_to": "desk@example.com",
        "reason": "You asked for this on our website.",
        "logo": png(),
    }
    headers = operators.bearer()
    changed = browser.patch("/api/v1/publications/courier", json=said, headers=headers)
    assert changed.status_code == 200, changed.text

    front = browser.get("/").text
    sheet = browser.get("/colours/1a4f8b-9cc3f5.css")
    preview = browser.get(f"/api/v1/issues/{newsroom.issue}/preview", headers=headers).json()

    assert '<link rel="stylesheet" href="/colours/1a4f8b-9cc3f5.css">' in front
    assert 'alt="The Courier"' in front
    assert sheet.headers["content-type"].startswith("text/css")
    assert "--accent:#1a4f8b" in sheet.text
    assert "--accent:#9cc3f5" in sheet.text
    assert "color:#1a4f8b" in preview["html"]
    assert 'height="48"' in preview["html"]
    assert "You asked for this on our website." in preview["text"]


def test_any_site_may_show_what_mails_show_of_us_and_nothing_else(
    browser: TestClient, newsroom: Newsroom
) -> None:
    """Webmail refused the logo: it may show what says so, and our answers said "same-site"."""
    headers = operators.bearer()
    said = {"logo": png(), "colour": "#1a4f8b"}
    browser.patch("/api/v1/publications/courier", json=said, headers=headers)
    shown = browser.get(f"/api/v1/issues/{newsroom.issue}/preview", headers=headers).json()["html"]
    ours = [
        urlsplit(each).path
        for each in re.findall(r'(?:src|href)="(http[^"]+)"', shown)
        if "/logos/" in each or each.endswith((".css", ".png", ".jpg", ".svg", ".gif"))
        if each.startswith(settings.load().base_url())
    ]

    policies = {path: browser.get(path).headers[POLICY] for path in ours}
    others = {browser.get(path).headers[POLICY] for path in ("/", "/colours/1a4f8b-none.css")}

    assert [path.partition("/")[2].partition("/")[0] for path in policies] == ["logos"]
    assert set(policies.values()) == {"cross-origin"}
    assert others == {"same-site"}


def test_pages_and_mails_say_a_publications_name_once_and_in_their_language(
    browser: TestClient, newsroom: Newsroom
) -> None:
    headers = operators.bearer()
    mina = {"names": {"en": "The River"}, "postal_addresses": {"en": "The River\n3 Quay"}}
    weekly = {"postal_address": "The Courier\n3 Quay Street\nPiraeus"}
    for slug, said in (("courier", weekly), ("al-nahar", mina)):
        done = browser.patch(f"/api/v1/publications/{slug}", json=said, headers=headers)
        assert done.status_code == 200, done.text

    front = browser.get("/").text
    theirs = browser.get("/p/al-nahar/").text
    mail = browser.get(f"/api/v1/issues/{newsroom.issue}/preview", headers=headers).json()

    assert "<bdi>3 Quay Street, Piraeus</bdi>" in front
    assert '<a href="/p/al-nahar/" lang="en" dir="ltr" hreflang="ar">The River</a>' in front
    assert '<p class="foot-name">صحيفة النهر</p>' in theirs
    assert '<a href="/" lang="en" dir="ltr" hreflang="en">The Courier</a>' in theirs
    assert mail["text"].rstrip().endswith("\nThe Courier, 3 Quay Street, Piraeus")
    assert '><span dir="auto">The Courier, 3 Quay Street, Piraeus</span></p>' in mail["html"]


def test_a_colour_that_is_none_has_no_sheet(browser: TestClient) -> None:
    assert browser.get("/colours/1a4f8b-red.css").status_code in {404, 422}
