"""What is held back by an operator's word, until another lifts the hold: who said so, when and why.

    mailing · newsletter · publication · issues (every digest and letter) · everything

The first four are rows of this table; *everything* is the installation's (`stop_everything`). Only
that stops alerts and confirmations. Rows are few and asked for once a statement, never once a row:
sending asks before each lease and each chunk (`batch_leases`), composing before it opens, composes
or sends an issue, and what is held back does not expire meanwhile.

Source: docs/decisions/0034-holds-by-scope.md.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table, sql, text_enum
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.platform.installation import MAILING_IS_OF_THE_REST
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import HoldScope, MailingKind, MailingState

_ONE = "uq_mailing_hold_what"


class Hold(Table):
    """One hold; of its three ids that of its scope is there."""

    __tablename__ = "mailing_hold"
    __table_args__ = (
        UniqueConstraint(
            "scope",
            "mailing_id",
            "newsletter_id",
            "publication_id",
            name=_ONE,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[Id]
    scope: Mapped[HoldScope] = mapped_column(text_enum(HoldScope))
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
    newsletter_id: Mapped[int | None] = mapped_column(
        ForeignKey("newsletter.id", ondelete="CASCADE")
    )
    publication_id: Mapped[int | None] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE")
    )
    why: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Target:
    """What a hold is about: a scope, and which thing of its kind; none for every issue."""

    scope: HoldScope
    subject_id: int | None = None

    def ids(self) -> dict[str, int | None]:
        """The three ids of a row."""
        named = {
            HoldScope.MAILING: "mailing_id",
            HoldScope.NEWSLETTER: "newsletter_id",
            HoldScope.PUBLICATION: "publication_id",
        }
        found: dict[str, int | None] = dict.fromkeys(named.values())
        if self.scope in named:
            found[named[self.scope]] = self.subject_id
        return found


def _ids(column: str) -> str:
    """The ids of one kind that are held: asked for once in a statement that names it."""
    return f"ARRAY(SELECT {column} FROM mailing_hold WHERE {column} IS NOT NULL)"  # noqa: S608 - our own words


def is_held(
    *, called: str, newsletter: str, publication: str, mailing: str = "NULL::bigint"
) -> str:
    """SQL of whether something is held back, by columns of the statement around it.

    Args:
        called: the column that says its kind.
        newsletter: that of the newsletter's id.
        publication: likewise.
        mailing: likewise, where it is a mailing.
    """
    named = (
        (mailing, "mailing_id"),
        (newsletter, "newsletter_id"),
        (publication, "publication_id"),
    )
    by_id = " OR ".join(f"coalesce({said} = ANY({_ids(column)}), false)" for said, column in named)
    every = f"EXISTS (SELECT FROM mailing_hold WHERE scope = {sql(HoldScope.ISSUES)})"
    return f"({called} IN ({sql(*MailingKind.holdable())}) AND ({by_id} OR {every}))"


# Of a row of `mailing`, in whatever statement names that table.
MAILING_IS_ON_HOLD = is_held(
    called="mailing.kind",
    mailing="mailing.id",
    newsletter="mailing.newsletter_id",
    publication="mailing.publication_id",
)
MAILING_IS_HELD = f"({MAILING_IS_ON_HOLD} OR {MAILING_IS_OF_THE_REST})"
NEWSLETTER_IS_HELD = is_held(
    called="newsletter.kind", newsletter="newsletter.id", publication="newsletter.publication_id"
)


def every(tx: Transaction) -> list[Hold]:
    """All that stand, the newest first; of a mailing that is over there is nothing left to hold."""
    is_over = and_(Hold.mailing_id.is_not(None), Mailing.state.in_(MailingState.over()))
    query = select(Hold).outerjoin(Mailing, Mailing.id == Hold.mailing_id)
    return list(tx.scalars(query.where(~func.coalesce(is_over, False)).order_by(Hold.id.desc())))


def newsletters_held(tx: Transaction) -> set[int]:
    """Ids of the newsletters whose issues wait."""
    return set(tx.scalars(select(Newsletter.id).where(text(NEWSLETTER_IS_HELD))))


def on_newsletter(tx: Transaction, newsletter: Newsletter) -> list[Hold]:
    """Those that keep a newsletter's issues from being composed and sent, the newest first."""
    if newsletter.kind not in NewsletterKind.holdable():
        return []
    return _biting(tx, newsletter.id, newsletter.publication_id)


def on_mailing(tx: Transaction, mailing: Mailing) -> list[Hold]:
    """Those that keep a mailing from going on, the newest first."""
    if mailing.kind not in MailingKind.holdable():
        return []
    return _biting(tx, mailing.newsletter_id, mailing.publication_id, mailing.id)


@dataclass(frozen=True)
class Standing:
    """A hold as screens and commands name it.

    Attributes:
        name: what is held, as a sentence begins.
        which: the mailing's number or the slug, as commands take it; "" for all issues.
    """

    hold: Hold
    name: str
    which: str


def named(tx: Transaction, holds: Sequence[Hold]) -> list[Standing]:
    """The same holds with the names of what they are about."""
    if not holds:
        return []
    query = (
        select(
            Hold.id,
            func.coalesce(Newsletter.name, Publication.name),
            func.coalesce(Newsletter.slug, Publication.slug),
        )
        .outerjoin(Newsletter, Newsletter.id == Hold.newsletter_id)
        .outerjoin(Publication, Publication.id == Hold.publication_id)
        .where(Hold.id.in_([each.id for each in holds]))
    )
    known = {row[0]: (row[1], row[2]) for row in tx.execute(query)}
    return [_standing(each, *known.get(each.id, (None, None))) for each in holds]


def _standing(hold: Hold, name: str | None, slug: str | None) -> Standing:
    if hold.mailing_id is not None:
        return Standing(hold, f"Mailing {hold.mailing_id}", str(hold.mailing_id))
    return Standing(hold, name or hold.scope.words, slug or "")


def place(
    tx: Transaction,
    target: Target,
    *,
    why: str | None,
    otherwise: str = "",
    by: str,
    now: dt.datetime,
) -> bool:
    """Hold something back. Safe to run twice, or at once.

    Args:
        tx: the open transaction.
        target: what.
        why: takes the place of the reason of before; None lets that one stand.
        otherwise: the reason where none was ever given.
        by: who says so.
        now: aware UTC; since when, where it was not held before.

    Returns:
        Whether anything changed.
    """
    values = {"why": why or otherwise, "placed_by": by}
    fresh = insert(Hold).values(scope=target.scope, **target.ids(), placed_at=now, **values)
    placed = (
        fresh.on_conflict_do_nothing(constraint=_ONE)
        if why is None
        else fresh.on_conflict_do_update(constraint=_ONE, set_=values, where=Hold.why != why)
    )
    return tx.scalar(placed.returning(Hold.id)) is not None


def lift(tx: Transaction, target: Target, *, now: dt.datetime) -> bool:
    """Lift a hold: what expires gets the time back for which it was held. Safe to run twice.

    Returns:
        Whether it was held.
    """
    since = tx.scalar(delete(Hold).where(_is(target)).returning(Hold.placed_at))
    if since is None:
        return False
    lasted = now - func.greatest(since, Mailing.created_at)
    tx.execute(
        update(Mailing)
        .where(
            Mailing.kind.in_(MailingKind.holdable()),
            Mailing.state.in_(MailingState.open()),
            Mailing.created_at < now,
            *_covers(target),
        )
        .values(expires_at=Mailing.expires_at + lasted)
        .execution_options(synchronize_session=False)
    )
    return True


def _covers(target: Target) -> list[ColumnElement[bool]]:
    columns = {
        HoldScope.MAILING: Mailing.id,
        HoldScope.NEWSLETTER: Mailing.newsletter_id,
        HoldScope.PUBLICATION: Mailing.publication_id,
    }
    return [columns[target.scope] == target.subject_id] if target.scope in columns else []


def _is(target: Target) -> ColumnElement[bool]:
    same = [getattr(Hold, name).is_not_distinct_from(value) for name, value in target.ids().items()]
    return and_(Hold.scope == target.scope, *same)


def _biting(
    tx: Transaction, newsletter_id: int | None, publication_id: int | None, mailing_id: int = 0
) -> list[Hold]:
    bites = or_(
        Hold.scope == HoldScope.ISSUES,
        Hold.newsletter_id == newsletter_id,
        Hold.publication_id == publication_id,
        Hold.mailing_id == mailing_id,
    )
    return list(tx.scalars(select(Hold).where(bites).order_by(Hold.id.desc())))
