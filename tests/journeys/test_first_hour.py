"""The first hour: from an empty installation to the first digest of one's own stories.

The feed is our own, on this machine; there is no SQL, no Python and no sample in it.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from syndicate import clock
from tests.collect.newsroom import item, rss
from tests.collect.site import Site
from tests.collect.site import running as serving
from tests.embedded.processes import wait_for
from tests.journeys import handbook
from tests.journeys.running import SYNDICATE, Running, clean_env, fresh_folder, running, text_of
from tests.web.browsing import CHROMIUM, FLAGS

pytestmark = pytest.mark.stack
READER = "reader001@example.com"
HEADLINES = ("Rain closes the bridge at Mill Lane", "School board votes for a longer summer")
_PATIENCE_S = 60
_A_PERSON_MS = 2_500  # whoever fills in a form faster is taken for a program


@dataclass(frozen=True)
class Beginning:
    """A stack with nothing in it, and the site that its newsroom has.

    Attributes:
        sent_at: "HH:MM" of a moment ago, at which the first issue is due.
    """

    program: Running
    site: Site
    sent_at: str

    def mails(self) -> dict[str, str]:
        """The text of each mail in the mailbox, by subject."""
        return {str(each["Subject"]): text_of(each) for each in self.program.mails()}

    def mail(self, start: str) -> str:
        """The text of the mail whose subject begins so, once it has come."""
        assert wait_for(lambda: self._has(start), seconds=_PATIENCE_S), self.mails()
        return next(text for subject, text in self.mails().items() if subject.startswith(start))

    def _has(self, start: str) -> bool:
        return any(subject.startswith(start) for subject in self.mails())

    def sign_up(self, page: Page) -> None:
        """A reader's own way: the sign-up page, and the link in the confirmation."""
        page.get_by_label("Your email address").fill(READER)
        page.wait_for_timeout(_A_PERSON_MS)
        page.get_by_role("button", name="Subscribe").click()
        [link] = re.findall(r"https?://\S+/confirm/\S+", self.mail("Please confirm"))[:1]
        page.goto(link)
        page.get_by_role("button", name="Confirm").click()

    def says(self, text: str) -> str:
        """What a shell says to lines of the document."""
        text = handbook.of_site(text, self.site)
        text = text.replace("http://127.0.0.1:8080", self.program.web_url)
        env = clean_env(SYNDICATE_DATA_DIR=str(self.program.data_dir))
        return handbook.run(text, self.program.data_dir.parent, env)

    def has_all(self, text: str) -> bool:
        return all(headline in text for headline in HEADLINES)


@pytest.fixture
def beginning() -> Iterator[Beginning]:
    now = clock.now()
    with serving() as site, fresh_folder() as data_dir:
        site.serve("/", "<link rel='alternate' type='application/rss+xml' href='/feed'>")
        stories = [
            item(
                number,
                title=title,
                link=site.url(f"/story/{number}"),
                when=now - dt.timedelta(minutes=30 + number),
            )
            for number, title in enumerate(HEADLINES, 1)
        ]
        site.serve("/feed", rss(*stories))
        argv = [*SYNDICATE, "up", "--empty", "--json", "--port", "0", "--data-dir", str(data_dir)]
        with running(argv, data_dir) as program:
            yield Beginning(program, site, f"{now:%H:%M}")


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["plain", "script"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A phone's browser, with and without JavaScript."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            viewport={"width": 390, "height": 800},
            java_script_enabled=request.param,
            locale="en-GB",
        )
        yield context.new_page()
        browser.close()


@pytest.mark.debian("chromium")
def test_by_console(beginning: Beginning, page: Page) -> None:
    page.goto(beginning.program.said["console_link"])
    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_role("heading", name="Welcome to Syndicate")).to_be_visible()
    page.get_by_role("link", name="Set up your publication").click()
    page.get_by_label("Name", exact=True).fill("The Meadow Post")
    page.get_by_label("Sender address").fill("news@meadow.example")
    page.get_by_label("Postal address").fill("1 Mill Lane, Meadow")
    page.get_by_role("button", name="Set up the publication").click()
    _find_stories(page, beginning.site)
    page.get_by_label("Name", exact=True).fill("Morning Meadow")
    page.get_by_label("Times").fill(beginning.sent_at)
    page.get_by_role("button", name="Make the newsletter").click()
    expect(page.get_by_role("heading", name="Today's issue")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="A test mail to yourself").last.click()
    page.get_by_label("Your email address").fill(READER)
    page.get_by_role("button", name="Send the test mail").click()
    assert beginning.has_all(beginning.mail("[Test] Morning Meadow"))
    page.goto(f"{_console(beginning)}/start/test")
    page.get_by_role("link", name="the newsletter's own page").click()
    beginning.sign_up(page)
    page.goto(f"{_console(beginning)}/newsletters/1")
    page.get_by_role("link", name="Send now").click()
    page.get_by_role("button", name="Send 2 stories to 1 reader").first.click()

    assert beginning.has_all(beginning.mail("Morning Meadow"))


def _console(beginning: Beginning) -> str:
    """Where the link let somebody in: a cookie belongs to that name."""
    before, _, _ = str(beginning.program.said["console_link"]).partition("/sign-in/")
    return before


def _find_stories(page: Page, site: Site) -> None:
    page.get_by_label("Address", exact=True).fill(site.origin)
    page.get_by_text("It is a server of our own network").click()
    page.get_by_label("In-house server").fill(site.origin)
    page.get_by_role("button", name="Look there").click()
    for headline in HEADLINES:
        expect(page.get_by_role("heading", name=headline)).to_be_visible()
    page.get_by_role("button", name="Use it").click()


@pytest.mark.long
def test_by_the_commands_of_the_document(beginning: Beginning) -> None:
    ran = [beginning.says(line) for line in handbook.lines("With commands")]

    assert all(headline in ran[1] for headline in HEADLINES)
    assert beginning.has_all(beginning.mail("[Test] Morning Courier"))
    assert beginning.has_all(beginning.mail("Morning Courier"))


@pytest.mark.debian("curl")
@pytest.mark.long
def test_by_the_requests_of_the_document(beginning: Beginning) -> None:
    said = beginning.says(handbook.block("By program"))

    assert all(headline in said for headline in HEADLINES)
    assert beginning.has_all(beginning.mail("[Test] Morning Courier"))
    assert beginning.has_all(beginning.mail("Morning Courier"))


def test_by_the_file_of_the_document(beginning: Beginning) -> None:
    text = handbook.of_file(handbook.block("With one file", "toml"), beginning.site)
    (beginning.program.data_dir.parent / "newsroom.toml").write_text(text)

    ran = [beginning.says(line) for line in handbook.lines("With one file")]

    assert "make source courier" in ran[0]
    assert beginning.has_all(beginning.mail("[Test] Morning Courier"))
    assert beginning.has_all(beginning.mail("Morning Courier"))
    assert "allow_origins" in ran[-1]
