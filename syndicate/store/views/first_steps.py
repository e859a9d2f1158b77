"""How far a new installation is: what the first steps of the console are told by."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.sql import Select

from syndicate.store.content.articles import Article
from syndicate.store.ground.session import Transaction
from syndicate.store.intake.sources import Source
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.newsroom.sender_checks import SenderCheck
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import RecordState

# How the mailing of a test is called, so that none is sent twice.
TEST = "test:"
FEW_COUNTED = 1_000  # beyond it nobody is a beginner


@dataclass(frozen=True)
class FirstSteps:
    """What there is of a first publication, its stories and its newsletter.

    Attributes:
        publication: the first one.
        sources: how many it has; articles: likewise, `FEW_COUNTED` at most.
        newsletter: its first one.
        tested_at: when a test mail was asked for last, as far as is remembered.
        records: what DNS said of its sender, record by record; none where it was not asked.
        has_issue: whether an issue of any newsletter is on its way, or went.
    """

    publication: Publication | None = None
    sources: int = 0
    articles: int = 0
    newsletter: Newsletter | None = None
    tested_at: dt.datetime | None = None
    records: tuple[RecordState, ...] = ()
    has_issue: bool = False

    @property
    def is_sender_right(self) -> bool:
        """Whether DNS has what the sender needs, as far as it says anything."""
        return RecordState.GOOD in self.records and RecordState.WRONG not in self.records

    @property
    def is_all_done(self) -> bool:
        """Whether each of the steps is."""
        has_newsletter = self.publication and self.sources and self.newsletter
        return bool(has_newsletter and self.tested_at and self.is_sender_right)

    @property
    def is_over(self) -> bool:
        """Whether nobody needs these steps: all are done, or issues go out already."""
        return self.has_issue or self.is_all_done


def read(tx: Transaction) -> FirstSteps:
    """Read how far the installation is; a handful of small queries."""
    publication = tx.scalar(select(Publication).order_by(Publication.id).limit(1))
    if publication is None:
        return FirstSteps()
    own = publication.id
    newsletters = select(Newsletter).where(Newsletter.publication_id == own)
    tests = select(func.max(Mailing.created_at)).where(Mailing.dedupe_key.startswith(TEST))
    checks = select(SenderCheck.state).where(
        SenderCheck.publication_id == own, SenderCheck.sender == publication.sender_address
    )
    return FirstSteps(
        publication=publication,
        sources=_count(
            tx, select(Source.id).where(Source.publication_id == own, Source.retired_at.is_(None))
        ),
        articles=_count(tx, select(Article.id).where(Article.publication_id == own)),
        newsletter=tx.scalar(newsletters.order_by(Newsletter.id).limit(1)),
        tested_at=tx.scalar(tests),
        records=tuple(tx.scalars(checks)),
        has_issue=has_issue(tx),
    )


def has_issue(tx: Transaction) -> bool:
    """Whether an issue of any newsletter is on its way, or went: then nobody has to be led."""
    return bool(tx.scalar(select(exists().where(Mailing.issue_id.is_not(None)))))


def _count(tx: Transaction, query: Select[int]) -> int:
    """How many rows a query finds, `FEW_COUNTED` at most."""
    few = query.limit(FEW_COUNTED).subquery()
    return tx.scalar(select(func.count()).select_from(few)) or 0
