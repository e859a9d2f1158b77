"""Tokens that may be used once, and tokens that open the HTTP API (kept as hashes)."""

import datetime as dt

from sqlalchemy import LargeBinary, delete, func
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.schema import Id, Table
from syndicate.store.session import Transaction


class UsedToken(Table):
    """A one-use token, by SHA-256, that somebody used."""

    __tablename__ = "used_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[str]
    used_at: Mapped[dt.datetime]


class ApiToken(Table):
    """A bearer token of an integrator; the token itself is shown once and never kept."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]


def use_once(tx: Transaction, token_hash: bytes, *, purpose: str, now: dt.datetime) -> bool:
    """Mark a token as used; False when it was used before."""
    statement = insert(UsedToken).values(token_hash=token_hash, purpose=purpose, used_at=now)
    returned = tx.scalar(statement.on_conflict_do_nothing().returning(UsedToken.purpose))
    return returned is not None


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop used tokens that have expired by themselves since."""
    tx.execute(delete(UsedToken).where(UsedToken.used_at < moment))
