"""A reader's pages in a real browser: accessible in every look, and whole without script."""

import pytest
from playwright.sync_api import Browser, expect

from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.sending import ledger
from syndicate.vocabulary.sending import DeliveryReason, SuppressionReason
from tests import rows
from tests.mail import campaign
from tests.rows import DAY, NOW
from tests.subscribers import one
from tests.subscribers.one import ADDRESS
from tests.subscribers.test_readers import ACCEPTED, FAILED, SEVEN, SKIPPED
from tests.web.browsing import LOOKS, Look, Watched
from tests.web.newsroom import Newsroom
from tests.web.test_browser_console import sign_in

pytestmark = pytest.mark.debian("chromium")


@pytest.fixture
def issue(newsroom: Newsroom) -> int:
    """An issue of which a reader with a past has got a copy."""
    with transaction() as tx:
        one.subscribed(tx, newsroom.newsletter)
        hashed, why = recipients.hash_of(ADDRESS), SuppressionReason.BOUNCE
        recipients.suppress(tx, hashed, scope="*", reason=why, now=NOW - DAY)
    refused = FAILED | {"code": 550, "enhanced": "5.1.1", "reason": "550 5.1.1 no such user"}
    one.issue(11, SEVEN - DAY, copy=refused)
    one.issue(12, SEVEN - 2 * DAY, copy=SKIPPED | {"reason": DeliveryReason.NOTHING_CHOSEN})
    made = one.issue(13, SEVEN, copy=ACCEPTED)
    with transaction() as tx:
        rows.story(tx, made, 0, newsroom.articles["report"])
        ledger.add_content(tx, one.mailing_of(made), 1, campaign.content(SEVEN))
    return made


@pytest.mark.parametrize("look", LOOKS)
def test_a_readers_pages_are_accessible(
    chromium: Browser, address: str, issue: int, look: Look
) -> None:
    watched = Watched(chromium, address, **look.options)
    sign_in(watched)

    found = [
        fault
        for path in ("/readers", "/readers/1", f"/readers/1/issues/{issue}")
        for fault in watched.faults_of_page(f"/console{path}")
    ]

    assert found == []
    assert watched.faults == []
    watched.context.close()


def test_a_reader_is_found_and_looked_after_without_script(
    chromium: Browser, address: str, issue: int
) -> None:
    watched = Watched(chromium, address, java_script_enabled=False)
    page = sign_in(watched)

    page.get_by_role("link", name="Readers").click()
    page.get_by_label("Email address").fill(ADDRESS)
    page.get_by_role("button", name="Find the reader").click()
    expect(page.get_by_role("heading", name=ADDRESS)).to_be_visible()
    page.get_by_text("Erase this reader").click()
    page.get_by_label("Type the reader").fill("reader")
    page.get_by_role("button", name="Erase the reader for good").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was erased.")
    expect(page.get_by_label("Type the reader")).to_have_value("reader")
    page.get_by_text("Lift a suppression").click()
    lift = page.locator("form[action$='/lift']")
    lift.get_by_label("Why").fill("The mailbox works again.")
    lift.get_by_role("button", name="Lift it").click()
    expect(page.get_by_text("The mailbox works again.")).to_be_visible()
    page.get_by_role("link", name="Morning Courier 13").first.click()
    page.get_by_text("Show the copy").click()
    copy = page.frame_locator("iframe")
    expect(copy.get_by_text("Story 0 of the day")).to_be_visible()
    assert f"/issues/{issue}" in page.url
    watched.context.close()
