"""The main job, step by step, as readers and operators would see it done.

    collect ─> feeds ─> readers ─> sign-up ─> issue ─> mailbox
                                                └─> Email article

What workers do is waited for by looking at rows; pages and forms are used over HTTP.
"""

import datetime as dt
import email.policy
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from pathlib import Path

from lxml.html import FormElement

from syndicate import clock
from syndicate.cli import newsroom
from syndicate.cli.actors import actor
from syndicate.cli.demo import counting
from syndicate.cli.demo.own_sources import OwnSource
from syndicate.cli.demo.telling import ProgressBar, Teller
from syndicate.cli.newsroom import Opening
from syndicate.cli.waiting import NothingMovedError, Seen, Waiter
from syndicate.embedded.supervisor import Stack
from syndicate.errors import NotFoundError, RefusedError
from syndicate.newsletters import steering
from syndicate.phrases import counted
from syndicate.sample import readers, setup, visitor
from syndicate.sample.setup import Installed
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.sending import ledger
from syndicate.store.views import reader_pages, waits
from syndicate.vocabulary.newsletters import IssueState

FRIEND = "friend@example.net"
_NAME = "Sample Reader"
_LINK = re.compile(r"https?://[^\s/]{1,255}(?:/p/[^\s/]{1,80})?/confirm/\S+")
# A form that comes back at once was sent by a program: the pages ask for two seconds.
_FILLING_IN_S = 2.1


@dataclass(frozen=True)
class Opened:
    """A form on a page, and when it was opened."""

    form: FormElement
    at: float = field(default_factory=time.monotonic)


@dataclass
class Journey:
    """One run of the main job on a running stack.

    Attributes:
        stack: where it runs.
        teller: told each step.
        opening: how the newsroom is opened; one reader more signs up by the form.
        own: real feeds that were asked for besides.
    """

    stack: Stack
    teller: Teller
    opening: Opening
    own: Sequence[OwnSource] = ()
    installed: Installed | None = None
    issue_id: int = 0
    mailing_id: int = 0
    newsroom_url: str = ""
    sign_up_form: "Opened | None" = None
    article_form: "Opened | None" = None

    @property
    def _waiter(self) -> Waiter:
        return Waiter(self.stack.tend, self.stack.data_dir / "logs")

    def open_newsroom(self) -> None:
        """Serve the newsroom and write its rows."""
        remembered = newsroom.serve(self.stack, self.opening)
        self.installed = newsroom.set_up(remembered, self.opening)
        self.newsroom_url = remembered.origin
        for number, source in enumerate(self.own, start=1):
            source.add(self.stack.data_dir, remembered, self.installed.publication_ids[0], number)

    def collect(self) -> None:
        """Wait until every source was asked and its articles are stored."""
        with self.teller.step("collecting articles") as bar:
            self._waiter.wait("the sources to be collected", _sources_seen, show=bar.show)
            with transaction() as tx:
                articles, asked = waits.articles_stored(tx), sources.listed(tx)
                for source, state in asked:
                    if state.reason:
                        raise RefusedError(f"{source.name} could not be collected: {state.reason}")
            bar.note = f"{counted(articles, 'article')} from {counted(len(asked), 'source')}"

    def publish(self) -> list[counting.FeedSeen]:
        """Wait until every feed is built, then read all of them over HTTP."""
        with self.teller.step("publishing feeds") as bar:
            self._waiter.wait("the feeds to be built", self._feeds_seen, show=bar.show)
            found = counting.feeds_over_http(self.stack.web_url, bar.show)
            documents = [each for feed in found for each in (feed.rss, feed.atom, feed.json)]
            seen = f"{counted(len(found), 'feed')}, {counted(len(documents), 'document')}"
            bar.note = f"{seen} read over HTTP"
        return found

    def import_readers(self) -> None:
        """Import the sample's subscribers with their consent."""
        with self.teller.step("importing subscribers") as bar:
            done = newsroom.import_readers(self.opening.readers, clock.now())
            if done.refused:
                number, reason = done.refused[0]
                raise RefusedError(f"Line {number} of the sample's readers was refused: {reason}")
            bar.note = f"{counted(done.added, 'subscriber')}, with consent"

    def open_sign_up_form(self) -> None:
        """Open the page with the form; it is filled in a little later, as a person would."""
        url = f"{self.stack.web_url}/newsletters/{setup.NEWSLETTER}"
        self.sign_up_form = Opened(visitor.get(url).form())

    def open_article_form(self) -> None:
        """Open the form under the newest article."""
        url = f"{self.stack.web_url}{self.article_path()}/email"
        self.article_form = Opened(visitor.get(url).form())

    def sign_up(self) -> None:
        """Sign one more reader up by the form, and confirm by the link in the mail."""
        address = readers.address(self.opening.readers + 1)
        with self.teller.step("signing up by the form") as bar:
            _send(self.sign_up_form, {"address": address}, "the sign-up form")
            mail = self._mail("confirmation", address, "the confirmation mail")
            reply = visitor.send(visitor.get(_link(mail)).form(), {})
            _must_be_ok(reply, "the confirmation")
            bar.note = f"{address}, confirmed by the link in the mail"

    def send_issue(self) -> None:
        """Open the issue whose slot is now, and wait until every delivery has its end."""
        if self.installed is None:
            raise NotFoundError("The newsroom is not open.")
        with self.teller.step("sending the digest") as bar:
            self.issue_id = steering.send_now(
                self.installed.newsletter_id, actor=actor(), now=clock.now()
            )
            self._waiter.wait("the issue to be composed", self._composing_seen, show=bar.show)
            self._wait_until_sent(bar)
            counts = counting.issue(self.mailing_id, self.issue_id)
            bar.note = f"{counts['accepted']} of {counts['audience']} accepted by the mailbox"

    def _wait_until_sent(self, bar: ProgressBar) -> None:
        """Wait until nothing is on its way; what stays in doubt is counted, not waited for."""
        try:
            self._waiter.wait("the issue to be sent", self._sending_seen, show=bar.show)
        except NothingMovedError:
            counts = counting.issue(self.mailing_id, self.issue_id)
            if counts["remaining"] + counts["deferred"]:
                raise

    def email_article(self) -> None:
        """Send one article to a friend by the form under it."""
        with self.teller.step("emailing an article") as bar:
            _send(self.article_form, {"to": FRIEND, "name": _NAME}, "the form under the article")
            self._mail("article", FRIEND, "the emailed article")
            bar.note = f"to {FRIEND}, by the form under it"

    def article_path(self) -> str:
        """Where the newest article of the first publication stands on our own pages."""
        if self.installed is None:
            raise NotFoundError("The newsroom is not open.")
        with transaction() as tx:
            newest = reader_pages.newest(
                tx,
                self.installed.publication_ids[0],
                now=clock.now(),
                limit=1,
            )
        if not newest:
            raise NotFoundError("No article was collected that may be shown.")
        return reader_pages.path_of(newest[0].id, newest[0].slug)

    def _mail(self, kind: str, to: str, what: str) -> Path:
        """Wait for a mail, and give its file."""
        if self.stack.mailbox_dir is None:
            raise NotFoundError("This stack has no mailbox.")
        post = counting.Post(self.stack.mailbox_dir)
        self._waiter.wait(what, lambda: Seen(int(post.find(kind, to) is not None), 1))
        found = post.find(kind, to)
        if found is None:
            raise NotFoundError(f"{what} is no longer in the mailbox.")
        return found

    def _feeds_seen(self) -> Seen:
        now = clock.now()
        with transaction() as tx:
            return Seen(*waits.feeds_built(tx, now))

    def _composing_seen(self) -> Seen:
        with transaction() as tx:
            issue = issues.find(tx, self.issue_id)
            mailing = ledger.of_issue(tx, self.issue_id)
        if issue is not None and issue.state in IssueState.stopped():
            raise RefusedError(f"The issue was not sent: {issue.note or issue.state.value}.")
        if issue is None or mailing is None or issue.state not in IssueState.out():
            return Seen(0, 1)
        self.mailing_id = mailing.id
        return Seen(1, 1)

    def _sending_seen(self) -> Seen:
        with transaction() as tx:
            counts = ledger.counts(tx, self.mailing_id)
        # What is deferred will be tried again, and what is in doubt may still be settled.
        open_ones = counts.remaining + counts.deferred + counts.ambiguous
        return Seen(counts.audience - open_ones, counts.audience)


def _sources_seen() -> Seen:
    with transaction() as tx:
        return Seen(*waits.sources_asked(tx))


def _send(opened: Opened | None, filled: dict[str, str], what: str) -> None:
    if opened is None:
        raise NotFoundError(f"{what} was not opened.")
    time.sleep(max(0.0, opened.at + _FILLING_IN_S - time.monotonic()))
    _must_be_ok(visitor.send(opened.form, filled), what)


def _must_be_ok(reply: visitor.Reply, what: str) -> None:
    if reply.status >= 400:  # noqa: PLR2004 - HTTP's first error status
        raise RefusedError(f"{what} answered {reply.status}: {reply.text()}")


def _link(mail: Path) -> str:
    message = BytesParser(policy=email.policy.default).parsebytes(mail.read_bytes())
    part = message.get_body(("plain",))
    found = _LINK.search(part.get_content() if part else "")
    if found is None:
        raise NotFoundError(f"The confirmation mail {mail} has no link to confirm by.")
    return found[0]


def started_at(now: dt.datetime) -> dt.datetime:
    """The full minute that the newsroom's times are relative to, and that the digest's slot is."""
    return now.replace(second=0, microsecond=0)
