"""What the audit's subjects are called: one query for a page of them, whatever kinds they are.

    "section:3"  ─>  Town & Council, of the Courier

A subject stands in a line by kind and id. What was deleted since is called as the line that tells
of its end called it; what nobody knows any more keeps its number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, Text, cast, func, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from syndicate.store.content.articles import Article
from syndicate.store.ground.schema import ID_DIGITS
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom.incidents import DeliveryIncident
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Desk, Publication, Section
from syndicate.store.newsroom.streams import MailStream
from syndicate.store.platform import audit
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.operators import Operator
from syndicate.store.platform.tokens import ApiToken
from syndicate.store.sending.mailings import Mailing
from syndicate.store.syndication.consumers import FeedPartner
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.acts import Act

# After these there is no row to ask; their lines hold the name.
_LAST = (Act.DESK_RETIRE, Act.STREAM_RETIRE, Act.SOURCE_REMOVE, Act.TOKEN_REVOKE)


@dataclass(frozen=True)
class Named:
    """What a subject is called.

    Attributes:
        name: as people know it; "" where it has none any more.
        slug: its own, or "".
        publication: the slug of the one that it belongs to, or "".
        is_there: whether it is in use, so that a page shows it.
    """

    name: str
    slug: str
    publication: str
    is_there: bool


def named(tx: Transaction, subjects: Iterable[str]) -> dict[str, Named]:
    """What some subjects are called ("section:3"); what nobody knows any more is left out."""
    wanted = set(subjects)
    ids: dict[str, list[int]] = defaultdict(list)
    for each in wanted:
        thing, _, number = each.partition(":")
        if number.isascii() and number.isdecimal() and len(number) <= ID_DIGITS:
            ids[thing].append(int(number))
    found: dict[str, Named] = {}
    for subject, name, slug, publication, is_there in tx.execute(union_all(*_parts(ids, wanted))):
        if subject not in found or is_there:
            found[subject] = Named(name or "", slug or "", publication or "", is_there)
    return found


def _parts(ids: dict[str, list[int]], wanted: Collection[str]) -> list[Select[Any]]:
    own = Publication.slug
    title = func.concat(Newsletter.name, ", ", Issue.local_date)
    where = func.concat(DeliveryIncident.receiver, ", ", DeliveryIncident.domain)
    return [
        _part(ids, "publication", Publication.id, Publication.name, slug=own),
        _within(ids, "section", Section, Section.retired_at),
        _within(ids, "desk", Desk, null()),
        _part(
            ids, "stream", MailStream.id, MailStream.slug, slug=MailStream.slug, publication=own
        ).join(Publication, Publication.id == MailStream.publication_id),
        _within(ids, "source", Source, Source.retired_at),
        _part(ids, "feed", Feed.id, Feed.title, slug=Feed.slug, end=Feed.gone_at),
        _part(ids, "partner", FeedPartner.id, FeedPartner.name, end=FeedPartner.revoked_at),
        _part(ids, "newsletter", Newsletter.id, Newsletter.name, slug=Newsletter.slug),
        _part(ids, "issue", Issue.id, title).join(Newsletter, Newsletter.id == Issue.newsletter_id),
        _part(ids, "mailing", Mailing.id, title)
        .join(Issue, Issue.id == Mailing.issue_id)
        .join(Newsletter, Newsletter.id == Issue.newsletter_id),
        _part(ids, "article", Article.id, Article.headline),
        _part(ids, "incident", DeliveryIncident.id, where),
        _part(ids, "operator", Operator.id, Operator.name, slug=Operator.slug),
        _part(ids, "token", ApiToken.id, ApiToken.name),
        _gone(wanted),
    ]


def _part(  # noqa: PLR0913 - what a row of it is called, and where that stands
    ids: dict[str, list[int]],
    thing: str,
    number: InstrumentedAttribute[int],
    name: Any,
    *,
    slug: Any = None,
    publication: Any = None,
    end: Any = None,
) -> Select[Any]:
    return select(
        func.concat(f"{thing}:", number),
        cast(name, Text),
        cast(null() if slug is None else slug, Text),
        cast(null() if publication is None else publication, Text),
        (null() if end is None else end).is_(None),
    ).where(number.in_(ids[thing]))


def _within(ids: dict[str, list[int]], thing: str, table: Any, end: Any) -> Select[Any]:
    """Of a kind whose slugs are a publication's own."""
    found = _part(
        ids, thing, table.id, table.name, slug=table.slug, publication=Publication.slug, end=end
    )
    return found.join(Publication, Publication.id == table.publication_id)


def _gone(wanted: Collection[str]) -> Select[Any]:
    called = Audit.detail["name"].astext
    return select(
        cast(Audit.subject, Text), called, literal("", String), literal("", String), literal(False)
    ).where(Audit.subject.in_(wanted), Audit.action.in_(audit.codes(*_LAST)), called.is_not(None))
