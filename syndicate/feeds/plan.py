"""Which pages of a feed must be built, and in which order. Pure.

A page is built when its fingerprint differs from the stored one. It covers the rows behind the page
and everything else that its documents depend on: the feed's and the publication's names, the number
of pages where links name it, tombstones on page 0.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.feeds import build, model
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.syndication.feed_documents import Done, FeedDocument, NewPage, Taken
from syndicate.store.syndication.feed_entries import EntryPage
from syndicate.store.syndication.publishing import DueFeed
from syndicate.vocabulary.feeds import FeedFormat

# Pages that are read, built and written together: some 15 MB of text at most.
SLICE_PAGES = 20

Tombstones = Sequence[tuple[str, dt.datetime]]


@dataclass(frozen=True)
class Plan:
    """What must be built of one feed.

    Attributes:
        taken: the feed in hand.
        site: its public addresses.
        slices: the pages to build, page 0 by itself and first; one is empty when there are none.
        before: page 0 as JSON Feed, where another version of this code built it; else None.
        tombstones: for page 0.
        done: how the feed stands afterwards.
        logo: of its publication, where it has one.
    """

    taken: Taken
    site: model.Site
    slices: Sequence[Sequence[EntryPage]]
    before: bytes | None
    tombstones: Tombstones
    done: Done
    logo: PublicationLogo | None


def is_by_other_code(taken: Taken, built_for: str) -> bool:
    """Whether another version of this code built what is stored of a feed."""
    return not (taken.feed.built_for or built_for).startswith(f"{build.CODE} ")


def plan(taken: Taken, site: model.Site, due: DueFeed, *, built_for: str) -> Plan:
    """What must be built.

    Args:
        taken: the feed in hand.
        site: its public addresses.
        due: as it should stand and as it is stored.
        built_for: by which code and for which address it is built now.
    """
    around = (_frame(taken, due.logo), due.tombstones)
    pages = [_sealed(page, len(due.pages) - 1, around) for page in due.pages]
    is_outdated = taken.feed.built_for != built_for
    changed = [
        page for page in pages if is_outdated or due.stored.get(page.number) != page.fingerprint
    ]
    last_page = max(page.number for page in pages)
    done = Done(last_page, built_for, due.next_moment)
    slices = list(_slices(changed)) or [()]
    return Plan(taken, site, slices, due.before, due.tombstones, done, due.logo)


def news(plan: Plan, made: Sequence[NewPage]) -> list[FeedFormat]:
    """The formats of page 0 that the hub's subscribers are told of.

    None where the documents differ by how this version writes them, and not by what a newsroom did.
    After an upgrade an entry must have come, gone or materially changed: a silent fix that came at
    the same time is found by whoever fetches.
    """
    fresh = [each for page in made if page.number == 0 for each in page.documents]
    return [each.format for each in fresh] if _is_news(plan.before, fresh) else []


def _is_news(before: bytes | None, fresh: Sequence[FeedDocument]) -> bool:
    if before is None:
        return True
    now_json = [each.body for each in fresh if each.format is FeedFormat.JSON]
    return any(build.news_of(body) != build.news_of(before) for body in now_json)


def _frame(taken: Taken, logo: PublicationLogo | None) -> str:
    """Everything of the feed and its publication that stands in each of its documents."""
    feed, brand = taken.feed, taken.publication
    parts = (feed.slug, feed.title, feed.description, feed.language, feed.is_full_text)
    names = (brand.name, brand.host, brand.home_url, brand.language, brand.direction)
    return repr((*parts, *names) if logo is None else (*parts, *names, logo.digest))


def _sealed(page: EntryPage, last_page: int, around: tuple[str, Tombstones]) -> EntryPage:
    """The page with everything in its fingerprint that its documents depend on."""
    frame, tombstones = around
    # Page 0 and the newest one behind it name the number of pages in their links.
    links = last_page if page.number in {0, last_page} else "archive"
    graves = tombstones if page.number == 0 else ()
    whole = f"{page.fingerprint}|{links}|{graves}|{frame}"
    return EntryPage(page.number, page.places, hashlib.sha256(whole.encode()).hexdigest())


def _slices(changed: Sequence[EntryPage]) -> Iterator[Sequence[EntryPage]]:
    """Page 0 by itself and first, then the others from the newest down."""
    ordered = sorted(changed, key=lambda page: (page.number > 0, -page.number))
    if ordered and ordered[0].number == 0:
        yield ordered[:1]
        ordered = ordered[1:]
    for start in range(0, len(ordered), SLICE_PAGES):
        yield ordered[start : start + SLICE_PAGES]
