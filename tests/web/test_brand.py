"""A publication's colours, logo and words: on its pages and in its mail."""

import base64
import io

from PIL import Image
from starlette.testclient import TestClient

from tests.web import operators
from tests.web.newsroom import Newsroom


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


def test_a_colour_that_is_none_has_no_sheet(browser: TestClient) -> None:
    assert browser.get("/colours/1a4f8b-red.css").status_code in {404, 422}
