"""What goes on in a newsroom while things die: readers, editors, sign-ups, returned mail."""

import base64
import email
import email.policy
import http
import itertools
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import lxml.html

from tests.collect.site import Site
from tests.faults.soak import newsroom
from tests.faults.soak.answers import Answer, Asker, Tally
from tests.faults.soak.house import House

_VISITORS = 10
_PATHS = (
    *("/", "/", "/newsletters", "/sections/world", "/sections/sport", "/feeds"),
    *("/feeds/everything.rss", "/feeds/everything.atom", "/feeds/everything.json"),
    *("/feeds/world.rss", "/sitemap-news.xml", "/articles/1", "/articles/2"),
)
_STORY_EVERY_S, _ALERT_EVERY_S, _AGENCY_EVERY_S = 10.0, 60.0, 60.0
_SIGN_UP_EVERY_S, _BOUNCE_EVERY_S = 6.0, 3.0
_AGAIN_S = 2.0
_TAIL_BYTES = 20_000
_TAKEN = (http.HTTPStatus.OK, http.HTTPStatus.CREATED)
_ITEM = (
    "<item><guid>agency-{0}</guid><title>Agency report {0}</title>"
    "<link>https://agency.example/{0}</link><pubDate>{1}</pubDate>"
    "<description>Report {0}: the council met for nine hours.</description></item>"
)


class Load:
    """Everything that asks something of an installation, in threads that end with the block.

    Args:
        house: the installation.
        token: of the newsroom's CMS.
        site: where the agency's feed is.
        pages_a_second: how many pages readers ask for.
    """

    def __init__(self, house: House, token: str, site: Site, *, pages_a_second: float) -> None:
        self.house = house
        self.token = token
        self.site = site
        self.pages_a_second = pages_a_second
        self.tally = Tally(time.monotonic())
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []
        self.errors: list[str] = []
        self.pushed: dict[str, int] = {}
        self.alerts: list[int] = []
        self.agency = 0
        self.asked: list[str] = []
        self.confirmed: list[str] = []
        self.bounced: list[str] = []
        self._opened: set[Path] = set()

    def start(self) -> None:
        """Begin all of it."""
        works: list[Callable[[], None]] = [self._visit] * _VISITORS
        works += [self._edit, self._report, self._sign_up, self._confirm, self._return_mail]
        for work in works:
            thread = threading.Thread(target=self._watched, args=(work,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End all of it, and open what came by mail meanwhile."""
        self.over.set()
        for thread in self.threads:
            thread.join(60)
            if thread.is_alive():
                self.errors.append(f"{thread.name} does not end")

    def _watched(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - it is told at the end, and fails the soak
            self.errors.append(f"{work.__name__}: {error!r}")

    def _visit(self) -> None:
        chance = random.Random(len(self.threads))  # noqa: S311 - chance, not secrecy
        asker = Asker(self.house.url)
        etags: dict[str, str] = {}
        pause_s = _VISITORS / self.pages_a_second
        due = time.monotonic() + chance.random() * pause_s
        while not self.over.wait(max(0.0, due - time.monotonic())):
            due = max(due + pause_s, time.monotonic() - pause_s)
            path = chance.choice(_PATHS)
            known = {"If-None-Match": etags[path]} if path in etags else {}
            began = time.monotonic()
            answer = asker.ask(path, headers=known)
            self.tally.note(answer, path, time.monotonic() - began)
            if answer.status == http.HTTPStatus.OK and "etag" in answer.headers:
                etags[path] = answer.headers["etag"]
        asker.close()

    def _until_taken(self, ask: Callable[[], Answer]) -> Answer | None:
        """Ask again until it is taken, as every program at a newsroom does."""
        while True:
            answer = ask()
            if answer.status in _TAKEN:
                return answer
            if not answer.is_trouble and answer.status != http.HTTPStatus.TOO_MANY_REQUESTS:
                raise AssertionError(f"answered {answer.status}: {answer.body[:500]!r}")
            if self.over.wait(_AGAIN_S):
                return None

    def _edit(self) -> None:
        asker = Asker(self.house.url)
        alert_due = time.monotonic() + _ALERT_EVERY_S / 2
        for number in itertools.count(1):
            is_alert = time.monotonic() >= alert_due
            alert_due += _ALERT_EVERY_S if is_alert else 0.0
            if not self.push(asker, number, is_alert=is_alert) or self.over.wait(_STORY_EVERY_S):
                return

    def push(self, asker: Asker, number: int, *, is_alert: bool = False) -> bool:
        """Push a story; whether it was taken before the end."""
        body = newsroom.story(number, is_alert=is_alert)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"soak-{number}-{is_alert}",
        }

        def ask() -> Answer:
            return asker.ask("/api/v1/articles", body=body, headers=headers)

        taken = self._until_taken(ask)
        if taken is None:
            return False
        article_id = int(json.loads(taken.body)["article_id"])
        self.pushed[str(number)] = article_id
        if is_alert:
            self.alerts.append(article_id)
        return True

    def _report(self) -> None:
        items: list[str] = []
        while True:
            self.agency += 1
            moment = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
            items.insert(0, _ITEM.format(self.agency, moment))
            self.site.serve(
                "/feed",
                '<rss version="2.0"><channel><title>The agency</title>'
                f"{''.join(items)}</channel></rss>",
                content_type="application/rss+xml",
            )
            if self.over.wait(_AGENCY_EVERY_S):
                return

    def _sign_up(self) -> None:
        for number in itertools.count(1):
            asker = Asker(self.house.url, network=f"203.{number // 250}.{number % 250}")
            address = f"reader{number:06}@{newsroom.SIGN_UP_DOMAIN}"
            if self._asks(asker, f"/newsletters/{newsroom.SIGN_UPS}", {"address": address}):
                self.asked.append(address)
            asker.close()
            if self.over.wait(_SIGN_UP_EVERY_S):
                return

    def _confirm(self) -> None:
        while not self.over.wait(1.0):
            self.open_mails()

    def open_mails(self) -> None:
        """Open each mail that was not opened yet, and follow its link."""
        asker = Asker(self.house.url, network="203.0.113")
        for path in sorted((self.house.sink_dir / "kept").glob("*.eml")):
            if path not in self._opened and self._opens(asker, path):
                self._opened.add(path)
        asker.close()

    def _opens(self, asker: Asker, path: Path) -> bool:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        part = message.get_body(("plain",))
        assert part is not None
        link = re.search(r"https?://\S+/confirm/\S+", part.get_content())
        if link is None:
            return True
        if not self._asks(asker, urlsplit(link.group()).path, {}):
            return False
        self.confirmed.append(str(message["To"]))
        return True

    def _asks(self, asker: Asker, path: str, fields: dict[str, str]) -> bool:
        """Open a page, fill in its form and send it, again until it is taken."""
        page = self._until_taken(lambda: asker.ask(path))
        if page is None:
            return False
        form = next(form for form in lxml.html.fromstring(page.body).forms if form.method == "POST")
        filled = dict(form.form_values()) | fields
        time.sleep(2.5)  # nobody fills in a form faster
        body = urlencode(filled).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        target = urlsplit(form.action or path).path

        def ask() -> Answer:
            return asker.ask(target, body=body, headers=kind)

        return self._until_taken(ask) is not None

    def _return_mail(self) -> None:
        asker = Asker(self.house.url, network="192.0.2")
        password = base64.b64encode(b"x:a-password-of-the-soak").decode()
        headers = {"Authorization": f"Basic {password}", "Content-Type": "application/json"}
        told: set[str] = set()
        while not self.over.wait(_BOUNCE_EVERY_S):
            accepted = self._accepted(told)
            if accepted is None:
                continue
            address, message_id = accepted
            told.add(address)
            body = json.dumps(
                {
                    "RecordType": "Bounce",
                    "ID": len(told),
                    "Type": "HardBounce",
                    "Email": address,
                    "Metadata": {"message-id": message_id},
                    "BouncedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                    "Details": "smtp;550 5.1.1 The email account does not exist.",
                }
            ).encode()

            def ask(body: bytes = body) -> Answer:
                return asker.ask("/hooks/mail/postmark", body=body, headers=headers)

            if self._until_taken(ask) is None:
                return
            self.bounced.append(address)

    def _accepted(self, told: set[str]) -> tuple[str, str] | None:
        """A digest that the relay took a moment ago, and nobody told of yet."""
        with (self.house.sink_dir / "accept.log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL_BYTES))
            lines = log.read().splitlines()[1:-1]
        for line in lines:
            taken = json.loads(line)
            address = str(taken["rcpt"][0])
            if address.startswith("digest-") and address not in told:
                return address, str(taken["message_id"])
        return None
