"""Passkeys in a real browser, with an authenticator of the browser's own making."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from syndicate import clock, settings, signing
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators, tokens
from syndicate.store.platform.tokens import AS_OPERATOR, LINK_PURPOSE, Grant, Permission
from tests import rows
from tests.web.browsing import Watched

pytestmark = pytest.mark.debian("chromium")


def with_authenticator(page: Page) -> None:
    """A device that holds passkeys and is unlocked by its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_and_signs_in(chromium: Browser, address: str) -> None:
    with transaction() as tx:
        desk = rows.operator(tx, "desk")
        operators.grant(tx, desk.id, [Grant(Permission.READ)])
    payload = tokens.link_payload("desk", AS_OPERATOR, now=clock.now())
    link = signing.sign(settings.load().key(), LINK_PURPOSE, payload)
    watched = Watched(chromium, f"http://localhost:{urlsplit(address).port}")

    page = watched.open(f"/console/sign-in/{link}")
    with_authenticator(page)
    page.get_by_role("button", name="Open the console").click()
    page.locator(".bar-own summary").click()
    page.get_by_role("link", name="Your sign-in").click()
    faults = watched.faults_of_page("/console/me")
    page = watched.page
    page.get_by_label("Name of the device").fill("laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text(re.compile("laptop at localhost"))).to_be_visible()
    page.locator(".bar-own summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    assert faults == []
    assert watched.faults == []
