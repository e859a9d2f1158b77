"""What came of the demo, counted where it can be seen: rows, documents over HTTP, mailbox files.

Nothing here knows what the demo meant to do.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import quote

from lxml import etree

from syndicate.embedded.mailbox_files import MailboxFolder
from syndicate.sample import visitor
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import publications
from syndicate.store.sending import ledger
from syndicate.store.syndication import feed_documents, feeds
from syndicate.store.views import waits
from syndicate.vocabulary.sending import Stream

KINDS = (Stream.DIGEST, Stream.CONFIRMATION, Stream.ARTICLE)
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class ServedDocument:
    """One feed document as HTTP gave it."""

    url: str
    status: int
    entries: int


@dataclass(frozen=True)
class FeedSeen:
    """One feed: how many entries its rows hold, and its three documents."""

    slug: str
    entries: int
    rss: ServedDocument
    atom: ServedDocument
    json: ServedDocument


@dataclass(frozen=True)
class MailboxSeen:
    """The mailbox's folder: files, what they are, and how many came twice.

    Attributes:
        path: of the folder.
        messages: files.
        by_kind: digest, confirmation, article, as each message says itself.
        duplicates: files less distinct (To, Message-ID) pairs.
    """

    path: str
    messages: int
    by_kind: Mapping[str, int]
    duplicates: int


def feeds_over_http(
    base_url: str, on_each: Callable[[int, int], None] = lambda _done, _total: None
) -> list[FeedSeen]:
    """Fetch every document of every feed and count what is in it.

    Args:
        base_url: of the web server.
        on_each: told (done, total) feeds.
    """
    with transaction() as tx:
        offered = [
            (feed.id, feed.slug)
            for publication in publications.all_publications(tx)
            for feed in feeds.offered(tx, publication.id)
        ]
        held = feed_documents.entry_counts(tx, [feed_id for feed_id, _ in offered])
    found = []
    for number, (feed_id, slug) in enumerate(offered):
        on_each(number, len(offered))
        stem = f"{base_url}/feeds/{quote(slug)}"
        found.append(
            FeedSeen(
                slug,
                held.get(feed_id, 0),
                rss=_document(f"{stem}.rss", _rss_entries),
                atom=_document(f"{stem}.atom", _atom_entries),
                json=_document(f"{stem}.json", _json_entries),
            )
        )
    return found


def collected() -> tuple[int, int]:
    """(sources, articles) that are stored."""
    with transaction() as tx:
        return len(sources.listed(tx)), waits.articles_stored(tx)


def issue(mailing_id: int, issue_id: int) -> dict[str, int]:
    """What became of an issue's deliveries, by the ledger."""
    with transaction() as tx:
        return {"id": issue_id, **ledger.counts(tx, mailing_id).as_dict()}


def mailbox(folder: Path) -> MailboxSeen:
    """Count the files of a mailbox."""
    heads = [_head(path) for path in MailboxFolder(folder).paths()]
    kinds = Counter(kind for kind, _, _ in heads)
    return MailboxSeen(
        path=str(folder),
        messages=len(heads),
        by_kind={**dict.fromkeys(KINDS, 0), **kinds},
        duplicates=len(heads) - len({(to, message_id) for _, to, message_id in heads}),
    )


class Post:
    """Looks through a mailbox as mails come in; each file is opened once.

    Args:
        folder: of the mailbox.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = MailboxFolder(folder)
        self._opened: set[str] = set()
        self._newest: dict[tuple[str, str], Path] = {}

    def find(self, kind: str, to: str) -> Path | None:
        """The newest message of a kind to an address, or None while there is none."""
        for path in self._folder.paths():
            if path.name not in self._opened:
                its_kind, its_to, _ = _head(path)
                self._newest[its_kind, its_to] = path
                self._opened.add(path.name)
        return self._newest.get((kind, to))


def articles_accepted() -> int:
    """How many emailed articles the relay has accepted, by the ledger."""
    with transaction() as tx:
        return waits.singles_accepted(tx, "article")


def _head(path: Path) -> tuple[str, str, str]:
    """Kind, To and Message-ID of a message; every mail of ours names its kind in Feedback-ID."""
    with path.open("rb") as file:
        head = BytesHeaderParser().parse(file)
    parts = str(head["Feedback-ID"] or "").split(":")
    kind = next((part for part in parts if part in KINDS), "other")
    return kind, str(head["To"] or ""), str(head["Message-ID"] or "")


def _document(url: str, count: Callable[[bytes], int]) -> ServedDocument:
    reply = visitor.get(url)
    entries = count(reply.body) if reply.status == 200 else 0  # noqa: PLR2004 - HTTP OK
    return ServedDocument(url, reply.status, entries)


def _rss_entries(body: bytes) -> int:
    return len(etree.fromstring(body).findall("channel/item"))


def _atom_entries(body: bytes) -> int:
    return len(etree.fromstring(body).findall(f"{ATOM}entry"))


def _json_entries(body: bytes) -> int:
    return len(json.loads(body)["items"])
