"""What the demo has done: run, counted, shown as a table, and judged."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from http import HTTPStatus

from rich import box
from rich.table import Table

from syndicate.cli.demo import counting
from syndicate.cli.demo.counting import FeedSeen, MailboxSeen
from syndicate.cli.demo.journey import Journey
from syndicate.embedded import mailbox_link
from syndicate.errors import NotFoundError, PartialError
from syndicate.newsroom.sign_in_links import sign_in_url
from syndicate.phrases import counted
from syndicate.sample import newsroom, setup
from syndicate.store.sending.ledger import Counts

# Of a delivery, besides being accepted.
_ENDS = (*[each.name for each in fields(Counts)][2:], "remaining")
_PARTS = ("start", "collect", "feeds", "send")


@dataclass(frozen=True)
class Result:
    """The numbers of one run, as the JSON object has them."""

    sources: int
    articles: int
    feeds: Sequence[FeedSeen]
    issue: Mapping[str, int]
    mailbox: MailboxSeen
    email_article_accepted: int
    seconds: Mapping[str, float]

    def as_dict(self) -> dict[str, object]:
        """The object of `--json`."""
        return {
            "sources": self.sources,
            "articles": self.articles,
            "feeds": [asdict(feed) for feed in self.feeds],
            "issue": dict(self.issue),
            "mailbox": asdict(self.mailbox),
            "email_article": {"accepted": self.email_article_accepted},
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }

    def refuse_unless_whole(self) -> None:
        """Make sure that the job was really done.

        Raises:
            PartialError: it was not; the sentence says what is missing.
        """
        missing = self.missing()
        if missing:
            raise PartialError(f"The demo ran, but the job is incomplete: {'; '.join(missing)}.")

    def missing(self) -> list[str]:
        """What the job still lacks, in words; nothing when it is whole."""
        return [text for text, is_so in self._must_be().items() if not is_so]

    def _must_be(self) -> dict[str, bool]:
        kinds, audience = self.mailbox.by_kind, self.issue["audience"]
        documents = [each for feed in self.feeds for each in (feed.rss, feed.atom, feed.json)]
        bad = [each.url for each in documents if each.status != HTTPStatus.OK]
        return {
            "no article was collected": self.articles > 0,
            f"{', '.join(bad)} did not answer with 200": not bad,
            f"{self.issue['accepted']} of {audience} digests were accepted": (
                self.issue["accepted"] == audience > 0
            ),
            f"the mailbox holds {counted(kinds['digest'], 'digest')}": kinds["digest"] == audience,
            f"the mailbox holds {counted(kinds['confirmation'], 'confirmation')}": kinds[
                "confirmation"
            ]
            == 1,
            f"the mailbox holds {counted(kinds['article'], 'emailed article')}": kinds["article"]
            == 1,
            "the emailed article was not accepted": self.email_article_accepted == 1,
            f"{counted(self.mailbox.duplicates, 'message')} arrived twice": self.mailbox.duplicates
            == 0,
        }


def run(journey: Journey, began: float) -> Result:
    """Take every step of the journey, and count what came of it.

    Args:
        journey: on a running stack.
        began: when the demo began, on the monotonic clock.
    """
    seconds = {"start": time.monotonic() - began}
    journey.open_newsroom()
    journey.import_readers()
    journey.open_sign_up_form()
    with _timed(seconds, "collect"):
        journey.collect()
    journey.open_article_form()
    with _timed(seconds, "feeds"):
        feeds = journey.publish()
    journey.sign_up()
    with _timed(seconds, "send"):
        journey.send_issue()
    journey.email_article()
    seconds["total"] = time.monotonic() - began
    return _counted(journey, feeds, seconds)


def table(done: Result) -> Table:
    """What happened, one line each."""
    made = Table(show_header=False, box=box.SIMPLE, padding=(0, 2, 0, 0))
    made.add_column(style="bold")
    made.add_column(justify="right")
    made.add_column()
    full = max(done.feeds, key=lambda feed: feed.entries)
    kinds, issue = done.mailbox.by_kind, done.issue
    made.add_row("Sources collected", str(done.sources), "RSS feeds and article pages")
    made.add_row("Articles stored", str(done.articles), "in English and Arabic")
    made.add_row(
        "Feeds published", str(len(done.feeds)), f"the fullest is {full.slug}: {full.entries}"
    )
    made.add_row("Readers", str(issue["audience"]), "each with sections and languages of their own")
    ended = ", ".join(f"{issue[name]} {name}" for name in _ENDS if issue[name])
    made.add_row("Digests accepted", str(issue["accepted"]), ended or "none failed, none in doubt")
    made.add_row(
        "Mails in the mailbox",
        str(done.mailbox.messages),
        f"{kinds['digest']} digests, {kinds['confirmation']} confirmation, "
        f"{kinds['article']} emailed article; {done.mailbox.duplicates} twice",
    )
    took = ", ".join(f"{name} {done.seconds[name]:.1f}" for name in _PARTS)
    made.add_row("Seconds", f"{done.seconds['total']:.1f}", took)
    return made


def addresses(journey: Journey) -> list[tuple[str, str]]:
    """What to open in a browser while the demo stays up: (what, address) pairs."""
    base = journey.stack.web_url
    arabic = newsroom.publications()[1]
    return [
        ("The publication", f"{base}/"),
        ("The Arabic one", f"{base}/p/{arabic.slug}/"),
        ("An article", f"{base}{journey.article_path()}"),
        ("Its feeds", f"{base}/feeds"),
        ("Sign up", f"{base}/newsletters/{setup.NEWSLETTER}"),
        ("The mailbox", mailbox_link.link(base)),
        ("The console (once)", sign_in_url("demo", "admin")),
        ("The newsroom's own site", f"{journey.newsroom_url}/en/"),
    ]


def _counted(journey: Journey, feeds: Sequence[FeedSeen], seconds: Mapping[str, float]) -> Result:
    folder = journey.stack.mailbox_dir
    if folder is None:
        raise NotFoundError("This stack has no mailbox to count.")
    sources, articles = counting.collected()
    return Result(
        sources=sources,
        articles=articles,
        feeds=feeds,
        issue=counting.issue(journey.mailing_id, journey.issue_id),
        mailbox=counting.mailbox(folder),
        email_article_accepted=counting.articles_accepted(),
        seconds=seconds,
    )


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    seconds[name] = time.monotonic() - began
