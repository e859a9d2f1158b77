"""Operators' sessions in the console: who signed in, until when, with what they may do now.

A session is an operator's, a token's, or one of a link that the shell made for a role. Only its
hash is kept: whoever reads the database cannot act with what stands in it.
"""

import datetime as dt
import enum

from sqlalchemy import BigInteger, ForeignKey, Identity, LargeBinary, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Table
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import operators, tokens
from syndicate.store.platform.tokens import Actor, ApiToken, digest


class SignedInBy(enum.StrEnum):
    """What let somebody in."""

    PASSKEY = "passkey"
    CODE = "code"  # a recovery code
    LINK = "link"  # that a shell or another operator made
    TOKEN = "token"  # noqa: S105 - a word

    @classmethod
    def unusual(cls) -> frozenset["SignedInBy"]:
        """Those that everybody is told of: they need no device, and so may be in wrong hands."""
        return frozenset({cls.CODE, cls.LINK})


class ConsoleSession(Table):
    """Somebody who signed in; ends by itself, by signing out, or with its operator or token."""

    __tablename__ = "console_session"

    session_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    actor: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # of a role; else those of now count
    api_token_id: Mapped[int | None] = mapped_column(
        ForeignKey("api_token.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[dt.datetime]
    operator_id: Mapped[int | None] = mapped_column(
        ForeignKey("operator.id", ondelete="CASCADE"), index=True
    )
    # What lists and pages call it by; the hash is nobody's to see.
    id: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    opened_by: Mapped[str] = mapped_column(server_default=SignedInBy.LINK)


def start(
    tx: Transaction,
    actor: Actor,
    *,
    secret: str,
    by: SignedInBy,
    expires_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Let somebody in until a moment, under a new secret each time."""
    tx.execute(delete(ConsoleSession).where(ConsoleSession.expires_at <= now))
    tx.add(
        ConsoleSession(
            session_hash=digest(secret),
            actor=actor.name,
            scopes=sorted(actor.permissions),
            api_token_id=actor.token_id,
            operator_id=actor.operator_id,
            opened_by=by,
            created_at=now,
            expires_at=expires_at,
        )
    )


def actor_of(tx: Transaction, secret: str, *, now: dt.datetime) -> Actor | None:
    """Who signed in, with what they may do now.

    Returns:
        None when nobody did, the session has ended, or the operator has been retired.
    """
    session = tx.scalar(
        select(ConsoleSession).where(
            ConsoleSession.session_hash == digest(secret), ConsoleSession.expires_at > now
        )
    )
    if session is None:
        return None
    if session.operator_id is not None:
        row = operators.find(tx, session.operator_id)
        return operators.actor_of(tx, row) if row else None
    if session.api_token_id is not None:
        token = tx.get(ApiToken, session.api_token_id)
        return tokens.holder(token) if token else None
    return Actor(session.actor, tokens.known(session.scopes))


def every(tx: Transaction, *, now: dt.datetime) -> list[ConsoleSession]:
    """Every session that has not ended, the newest first."""
    query = select(ConsoleSession).where(ConsoleSession.expires_at > now)
    return list(tx.scalars(query.order_by(ConsoleSession.created_at.desc(), ConsoleSession.id)))


def of(tx: Transaction, operator_id: int, *, now: dt.datetime) -> list[ConsoleSession]:
    """An operator's sessions, the newest first."""
    return [each for each in every(tx, now=now) if each.operator_id == operator_id]


def end_numbered(tx: Transaction, session_id: int) -> str | None:
    """End a session by its id: who it was, as the audit names them; None when there is none."""
    gone = delete(ConsoleSession).where(ConsoleSession.id == session_id)
    return tx.scalar(gone.returning(ConsoleSession.actor))


def end(tx: Transaction, secret: str) -> None:
    """Sign out. Safe to run twice."""
    tx.execute(delete(ConsoleSession).where(ConsoleSession.session_hash == digest(secret)))


def end_all_of(tx: Transaction, operator_id: int) -> int:
    """End every session of an operator. Safe to run twice.

    Returns:
        How many there were.
    """
    gone = delete(ConsoleSession).where(ConsoleSession.operator_id == operator_id)
    return len(list(tx.scalars(gone.returning(ConsoleSession.id))))


def end_all_by(tx: Transaction, api_token_id: int) -> None:
    """End every session that an API token opened. Safe to run twice."""
    tx.execute(delete(ConsoleSession).where(ConsoleSession.api_token_id == api_token_id))
