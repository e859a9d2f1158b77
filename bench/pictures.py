"""`make pictures`: the README's pictures of the digest, front page and console of the demo.

The demo runs in a fresh folder; Chromium (/usr/bin/chromium, or as CHROMIUM names it) opens each
page in light and in dark and writes docs/pictures/NAME-SCHEME.webp.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from bench import needs
from syndicate.embedded import keys, mailbox_link

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
QUALITY = 82
MAX_BYTES = 120_000
_SYNDICATE = [sys.executable, "-m", "syndicate.cli"]


@dataclass(frozen=True)
class Shown:
    """A page of the demo as the README shows it.

    Attributes:
        name: the picture's.
        path: of the page, from the web server's root.
        width, height: of the window, in CSS pixels.
    """

    name: str
    path: str
    width: int
    height: int


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The demo once its job is done, as the address of its web server; ended on the way out."""
    command = [*_SYNDICATE, "demo", "--json", "--port", "0", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:  # noqa: S603 - our own program
        try:
            assert running.stdout is not None  # noqa: S101 - by PIPE
            running.stdout.readline()
            yield json.loads((folder / "run.json").read_text())["web_url"]
        finally:
            running.terminate()


def pages(page: Page, address: str, folder: Path) -> Iterator[Shown]:
    """What is shown; the page is signed in to the console afterwards."""
    yield Shown("front", "/", 1180, 900)
    os.environ["SYNDICATE_MASTER_KEY"] = keys.master_key(folder)
    page.goto(mailbox_link.link(address))
    digest = page.get_by_role("link", name="The Morning Harbour ·").last
    yield Shown("digest", f"{digest.get_attribute('href')}/html", 680, 980)
    yield Shown("console", "/console", 1180, 620)
    page.goto(f"{address}/console/mailings")
    sent = page.locator("tbody a").first.get_attribute("href")
    yield Shown("mailing", f"{sent}", 1180, 820)


def sign_in(page: Page, folder: Path) -> None:
    """Enter the console by a link of the command line."""
    command = [*_SYNDICATE, "console-link", "--name", "operator", "--json"]
    said = subprocess.run(  # noqa: S603 - our own program
        command,
        env=os.environ | {"SYNDICATE_DATA_DIR": str(folder)},
        capture_output=True,
        check=True,
    )
    page.goto(json.loads(said.stdout)["url"])
    page.get_by_role("button").last.click()


def take(page: Page, path: Path) -> int:
    """Write what a page shows as WebP, and say how many bytes that is."""
    page.evaluate("document.fonts.ready")
    asked = {"format": "webp", "quality": QUALITY}
    answer = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    return path.write_bytes(base64.b64decode(answer["data"]))


def take_all(browser: Browser, address: str, folder: Path) -> None:
    """Every picture in both schemes.

    Raises:
        SystemExit: a picture is too large for a README.
    """
    page = browser.new_page(locale="en-GB")
    sign_in(page, folder)
    for shown in pages(page, address, folder):
        page.set_viewport_size({"width": shown.width, "height": shown.height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.goto(address + shown.path, wait_until="networkidle")
            size = take(page, FOLDER / f"{shown.name}-{scheme}.webp")
            print(f"{shown.name}-{scheme}.webp: {size} bytes")
            if size > MAX_BYTES:
                sys.exit(f"{shown.name} is larger than {MAX_BYTES} bytes; show less of it.")


def main() -> None:
    """Take the pictures."""
    needs.refuse_without(CHROMIUM)
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        demo(Path(made) / "demo") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        take_all(browser, address, Path(made) / "demo")
        browser.close()


if __name__ == "__main__":
    main()
