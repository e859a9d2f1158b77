"""The console in a real browser: accessible in light and dark, live with script, whole without."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import incidents
from syndicate.store.platform import installation
from syndicate.vocabulary.sending import MailingState
from syndicate.vocabulary.sources import SourceKind, SourceState
from tests.web import operators
from tests.web.browsing import LOOKS, Look, Watched
from tests.web.newsroom import Newsroom

pytestmark = pytest.mark.debian("chromium")


def sign_in(watched: Watched, role: str = "admin") -> Page:
    page = watched.open("/console/sign-in")
    page.get_by_label("Operator token").fill(operators.token(role))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    return page


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    """A newsroom with a source in trouble, and receivers that turn its mail away."""
    with transaction() as tx:
        source = sources.add(tx, newsroom.english, SourceKind.FEED, "https://a.example/f", "Wire")
        sources.set_state(
            tx, source.id, SourceState.FAILING, message="Wire fails.", now=clock.now()
        )
        words = "550 5.7.1 [192.0.2.1] Our system has detected that this message is likely " * 4
        operators.incident(tx, detail=words)
        operators.incident(tx, receiver="a-rather-long-name.of-a-receiver.example", reason="burst")
        for each in incidents.open_ones(tx)[:1]:
            incidents.take(tx, each.id, by="console:desk", now=clock.now())
        operators.incident(tx, receiver="mx.example")
        incidents.close(tx, incidents.open_ones(tx)[0].id, now=clock.now())
    return newsroom


@pytest.mark.timeout(900)  # in the long form every page, each in a browser
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible(
    chromium: Browser, address: str, room: Newsroom, look: Look
) -> None:
    mailing_id = operators.mailing(room, state=MailingState.PAUSED)
    watched = Watched(chromium, address, **look.options)
    sign_in(watched)

    places = ["", "/mailings", f"/mailings/{mailing_id}", "/newsletters", "/stop", "/sign-in"]
    newsletter = f"/newsletters/{room.newsletter}"
    places += [newsletter, f"{newsletter}/rehearsal?next=1", "/sources", "/sources/find"]
    places += ["/incidents", "/senders", "/audit", "/alarms"]
    places += ["/newsroom", "/newsroom/new/newsletters?publication=courier"]
    places += ["/newsroom/newsletters/morning", "/newsroom/publications/courier"]
    found = [
        fault for each in look.of(places) for fault in watched.faults_of_page(f"/console{each}")
    ]

    assert found == []
    assert watched.faults == []
    watched.context.close()


def test_room_shows_counts_as_they_change(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    mailing_id = operators.mailing(newsroom)
    watched = Watched(chromium, address)
    sign_in(watched, "viewer")
    page = watched.open(f"/console/mailings/{mailing_id}")
    remaining = page.locator('[data-count="remaining"]')
    expect(remaining).to_have_text("2")

    operators.accept(mailing_id, 2)

    expect(remaining).to_have_text("1")
    expect(page.locator('[data-count="accepted"]')).to_have_text("2")
    expect(page.locator('[data-part="accepted"]')).to_have_attribute("width", "500")
    expect(page.locator('[data-of="remaining"]')).to_have_text("1")
    assert watched.faults == []
    watched.context.close()


def test_room_is_steered_without_script(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    mailing_id = operators.mailing(newsroom)
    watched = Watched(chromium, address, java_script_enabled=False)
    page = sign_in(watched, "sender")
    page.get_by_role("link", name="Morning Courier, ").first.click()

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    page.get_by_role("button", name="Resume: send the remaining 2").click()
    expect(page.get_by_text("Sending", exact=True)).to_be_visible()
    page.get_by_text("Cancel what is left …").click()
    page.get_by_label("To cancel the remaining 2 for good").fill(str(mailing_id))
    page.get_by_role("button", name="Cancel what is left").click()
    expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()

    assert operators.state_of(mailing_id) is MailingState.CANCELLED
    assert watched.faults == []
    watched.context.close()


def test_everything_is_stopped_in_two_taps_and_nothing_is_sent_by_one(
    chromium: Browser, address: str, newsroom: Newsroom
) -> None:
    with transaction() as tx:
        installation.stamp(tx, "test")
    watched = Watched(chromium, address, viewport={"width": 360, "height": 640})
    sign_in(watched)
    page = watched.open(f"/console/mailings/{operators.mailing(newsroom)}")

    stop = page.get_by_role("link", name="Stop everything …")
    expect(stop).to_be_in_viewport()
    stop.click()
    page.get_by_role("button", name="Stop everything").click()
    expect(page.get_by_text("Everything is stopped", exact=True)).to_be_visible()
    release = page.get_by_role("button", name="Yes, release mail")
    expect(release).to_be_hidden()
    page.get_by_text("Release mail …").click()
    release.click()
    expect(stop).to_be_visible()
    watched.open(f"/console/newsletters/{newsroom.newsletter}")
    send = page.get_by_role("button", name=re.compile(r"^Send \d+ stor"))
    expect(send).to_be_hidden()
    page.get_by_role("link", name="Send now …").click()
    expect(page).to_have_url(re.compile("/send$"))  # which offers nothing where nothing is new

    assert watched.faults == []
    watched.context.close()


def test_paused_elsewhere_shows_here(chromium: Browser, address: str, newsroom: Newsroom) -> None:
    mailing_id = operators.mailing(newsroom)
    one, other = Watched(chromium, address), Watched(chromium, address)
    for watched in (one, other):
        sign_in(watched, "sender")
        watched.open(f"/console/mailings/{mailing_id}")

    one.page.get_by_role("button", name="Pause").click()

    expect(other.page.get_by_role("button", name="Resume: send the remaining 2")).to_be_visible()
    assert one.faults == other.faults == []
    one.context.close()
    other.context.close()


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(("width", "most"), [(1280, 60), (390, 140)])
def test_the_header_is_low_and_stays_where_it_is(
    chromium: Browser, address: str, width: int, most: int
) -> None:
    watched = Watched(chromium, address, viewport={"width": width, "height": 800})
    sign_in(watched)

    places = []
    for path in ("/console", "/console/newsletters", "/console/holds"):
        page = watched.open(path)
        parts = [page.locator(".bar").bounding_box()]
        parts += [each.bounding_box() for each in page.locator(".bar-stop").all()]
        parts += [page.locator(".bar-tabs a").last.evaluate("each => each.offsetLeft")]
        if width > 1000:
            nav = page.locator(".bar-tabs")
            assert nav.evaluate("each => each.scrollWidth <= each.clientWidth")
        places.append(parts)

    height = watched.page.locator(".bar").evaluate("each => each.offsetHeight")
    assert height <= most
    assert places[0] == places[1] == places[2]
    watched.page.locator(".bar-own summary").click()
    expect(watched.page.get_by_role("button", name="Sign out")).to_be_in_viewport()
    watched.context.close()
