"""The documents as pages: every page, every link and picture of them, served and as files."""

import posixpath
import re
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from syndicate.errors import UsageError
from syndicate.render.manual import pages, shelf
from syndicate.web import manual
from tests.application import build
from tests.web.browsing import LOOKS, Look, Watched

HREFS = re.compile(r'(?:href|src|srcset)="([^"]+)"')
NAMES = re.compile(r'\bid="([^"]+)"')


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    assert manual.write_files(build(), folder) == len(pages.addresses())
    return folder


def test_every_document_is_a_page_in_the_list_or_on_one(browser: TestClient) -> None:
    first = browser.get("/docs")
    listed = {each.address for entries in pages.listed().values() for each in entries}

    assert first.status_code == 200
    assert first.headers["x-robots-tag"] == "noindex"
    assert "script-src 'self'" in first.headers["content-security-policy"]
    assert "<script" not in first.text
    assert listed >= {each for each in shelf.documents() if "/" not in each}
    for address in ("operations", "decisions", "decisions/0001-hints-not-truth", "contributing"):
        answer = browser.get(f"/docs/{address}")
        assert answer.status_code == 200
        assert f"<title>{shelf.title(address)} · Syndicate</title>" in answer.text


@pytest.mark.parametrize(
    "path", ["nothing", "operations.md", "../README.md", "docs/operations", "pictures/x.webp"]
)
def test_what_is_no_document_is_not_found(browser: TestClient, path: str) -> None:
    assert browser.get(f"/docs/{path}").status_code == 404


def test_a_picture_is_served(browser: TestClient) -> None:
    name = next(iter(shelf.pictures()))

    answer = browser.get(f"/docs/pictures/{name}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")


def test_every_link_of_every_file_leads_to_a_file_and_a_name_that_are_there(files: Path) -> None:
    html = {str(path.relative_to(files)): path.read_text() for path in files.rglob("*.html")}
    names = {name: set(NAMES.findall(text)) for name, text in html.items()}
    there = {str(path.relative_to(files)) for path in files.rglob("*.*")}

    lost = []
    for name, text in html.items():
        for href in HREFS.findall(text):
            target, fragment = urldefrag(href)
            if ":" in target:
                continue
            whole = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
            whole = whole if target else name
            if whole not in there or (fragment and fragment not in names[whole]):
                lost.append((name, href))

    assert len(html) == len(pages.addresses())
    assert lost == []


def test_the_reference_names_every_path_with_its_permission_and_what_was_tried(
    browser: TestClient,
) -> None:
    page = browser.get("/docs/reference").text

    for key in shelf.examples():
        method, _, path = key.partition(" ")
        assert f"{method}</span> <code>{path}</code>" in page
    assert page.count("Needs <code>") == page.count('<span class="method')
    assert page.count("Tried: ") == sum(map(len, shelf.examples().values()))
    assert "http://" not in re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)


@pytest.mark.debian("chromium")
@pytest.mark.parametrize("look", LOOKS)
def test_every_kind_of_page_is_accessible_and_fits_a_phone(
    chromium: Browser, address: str, look: Look
) -> None:
    watched = Watched(chromium, address, **look.options)
    paths = ["/docs", "/docs/reference", "/docs/decisions/0001-hints-not-truth", "/docs/api"]

    found = [fault for path in look.of(paths) for fault in watched.faults_of_page(path)]

    assert found == []
    assert watched.faults == []
    watched.context.close()


def test_the_files_want_a_folder() -> None:
    with pytest.raises(UsageError, match="Name the folder"):
        manual.main([])
