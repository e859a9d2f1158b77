"""Signing up as readers do it: forms over HTTP, mails over SMTP, and what happens in between."""

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from syndicate import clock
from syndicate.mail import steering
from syndicate.mail.pacing import pace
from syndicate.mail.sending import deliver
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation
from syndicate.subscribers import erase
from syndicate.vocabulary.sending import Lane
from tests import rows
from tests.acting import TESTER
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import use
from tests.web.conftest import BASE_URL
from tests.web.newsroom import Newsroom
from tests.web.test_links import READER, stamp


@dataclass
class Mailed:
    """A mail as it arrived."""

    to: str
    subject: str
    words: str
    links: list[str] = field(default_factory=list)


@dataclass
class Reader:
    """Somebody with a browser and a mailbox."""

    site: str
    relay: FaultRelay

    def open(self, url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        body = None if form is None else urlencode(form).encode()
        url = url.replace(BASE_URL, self.site)
        try:
            with urllib.request.urlopen(url, body) as answer:  # noqa: S310 - on loopback
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    def ask(self, slug: str = "morning", address: str = READER) -> tuple[int, str]:
        with transaction() as tx:  # from another network each time, and not within a minute
            tx.execute(text("UPDATE mailing SET dedupe_key = dedupe_key || ':' || id"))
            spent = "cap LIKE 'sign-up:%' OR cap = 'confirmation:once'"
            tx.execute(text(f"DELETE FROM cap_counter WHERE {spent}"))  # noqa: S608 - our own
        form = {"address": address, "stamp": stamp(f"sign-up:{slug}")}
        return self.open(f"{BASE_URL}/newsletters/{slug}", form)

    def mails(self) -> list[Mailed]:
        """What comes when the urgent worker runs."""
        before = len(self.relay.accepted)
        deliver.send_lane(Lane.URGENT, should_stop=lambda: False)
        found = []
        for taken in self.relay.accepted[before:]:
            mail = message_from_bytes(taken.content, policy=policy.default)
            part = mail.get_body(("plain",))
            assert part is not None
            words = str(part.get_content())
            links = re.findall(rf"{BASE_URL}/\S+", words)
            found.append(Mailed(taken.rcpt, str(mail["Subject"]), words, links))
        return found


@pytest.fixture
def reader(address: str, newsroom: Newsroom, settings_env: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A newsletter "morning" of one publication, "sabah" of another."""
    pace.BREAKERS.clear()
    with FaultRelay() as relay:
        use(relay, settings_env)
        with transaction() as tx:
            installation.stamp(tx, "test")
            rows.newsletter(tx, newsroom.arabic, "sabah", name="الصباح", languages=["ar"])
        yield Reader(address, relay)
    pace.BREAKERS.clear()


def test_one_address_is_one_reader_however_it_is_pasted(reader: Reader) -> None:
    spellings = {
        READER: [
            "Reader001@EXAMPLE.com",
            " reader001@example.com\u00a0",
            "\u202areader001@example.com\u202c",  # from right-to-left text
            "reader001\u200b@example.com",
            "\uff52eader001\uff20example\uff0ecom",  # an input method of Japanese
            "reader001@example.com.",
        ],
        "reader002@xn--bcher-kva.example": [
            "reader002@BÜCHER.example",
            "reader002@xn--bcher-kva.example",
            "reader002@bücher.example",
            "reader002@bücher。example",
        ],
    }
    for shown, typed in spellings.items():
        answers = {reader.ask(address=each) for each in typed}

        assert [status for status, _ in answers] == [200]
        assert [mail.to.lower() for mail in reader.mails()] == [shown] * 3


def test_an_address_that_cannot_be_mailed_is_refused_as_it_was_typed(reader: Reader) -> None:
    for typed in ("reader001@localhost", "reader001 @example.com", "a@example.com,b@example.com"):
        status, page = reader.ask(address=typed)

        assert (status, reader.mails()) == (422, [])
        assert f'value="{typed}"' in page


def test_two_publications_wait_in_one_mail_and_each_link_confirms(reader: Reader) -> None:
    reader.ask("morning")
    reader.ask("sabah")
    first, second = reader.mails()

    assert (len(first.links), len(second.links)) == (1, 2)
    for link in second.links:
        assert reader.open(link, {})[0] == 200
    reader.ask("morning")
    (third,) = reader.mails()
    assert third.subject == "You already receive Morning Courier"
    assert reader.open(third.links[0])[0] == 200
    known, unknown = reader.ask("morning"), reader.ask("morning", "reader002@example.com")
    assert known == unknown  # the fourth of this day, and somebody's first
    assert [mail.to for mail in reader.mails()] == ["reader002@example.com"]


def test_a_newsletter_that_is_paused_or_ended_meanwhile_says_so(reader: Reader) -> None:
    with transaction() as tx:
        tx.execute(text("UPDATE newsletter SET paused_at = now() WHERE slug = 'morning'"))
    assert "This newsletter is paused" in reader.open(f"{BASE_URL}/newsletters/morning")[1]
    reader.ask()
    (mail,) = reader.mails()
    with transaction() as tx:
        tx.execute(text("UPDATE newsletter SET ended_at = now() WHERE slug = 'morning'"))

    forms: tuple[dict[str, str] | None, ...] = (None, {})
    for form in forms:
        status, page = reader.open(mail.links[0], form)
        assert status == 409
        assert "This newsletter has ended; no more issues are sent." in page
    assert reader.ask()[0] == 409
    reader.ask("sabah")
    assert [len(each.links) for each in reader.mails()] == [1]


def test_an_address_that_is_erased_meanwhile_is_mailed_nothing_and_may_come_back(
    reader: Reader,
) -> None:
    reader.ask()
    erase.erase(READER, actor=TESTER, now=clock.now())
    assert reader.mails() == []

    reader.ask()
    (mail,) = reader.mails()
    erase.erase(READER, actor=TESTER, now=clock.now())

    assert "This subscription no longer exists" in reader.open(mail.links[0])[1]
    assert "This subscription no longer exists" in reader.open(mail.links[0], {})[1]


def test_what_is_asked_while_everything_is_stopped_comes_afterwards(reader: Reader) -> None:
    steering.stop_everything(why="wrong list", actor=TESTER, now=clock.now())

    pages = {reader.ask() for _ in range(4)}

    ((status, page),) = pages
    assert (status, reader.mails()) == (200, [])
    assert "As soon as it does again, we will send a link" in page
    steering.release(actor=TESTER, now=clock.now())
    mails = reader.mails()
    assert [mail.to for mail in mails] == [READER] * 3
    assert reader.open(mails[0].links[0], {})[0] == 200
