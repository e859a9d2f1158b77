"""Tokens that may be used once, tokens that open the HTTP API, and operators' sessions.

Only hashes are kept: whoever reads the database cannot act with what stands in it.
"""

import datetime as dt
import enum
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ForeignKey, LargeBinary, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction

PREFIX = "syn_"
_SECRET_BYTES = 32
# `used_at` tells an operator whether a token is still in use; to the hour is exact enough.
_USED_EVERY = dt.timedelta(hours=1)


class Permission(enum.StrEnum):
    """What a token or an operator may do."""

    READ = "read"  # everything but readers' addresses
    METRICS = "metrics"
    STEER = "mailings.steer"  # pause, resume, cancel
    STOP = "mailings.stop"  # stop everything, and let it go again
    RUN = "newsletters.run"  # compose and send an issue now
    SOURCES = "sources.steer"
    FEEDS = "feeds.edit"  # add, retire and move feeds; know partners
    NEWSLETTERS = "newsletters.edit"  # make newsletters
    ARTICLES = "articles.write"
    READERS = "readers"  # find one reader by address, and see what became of their mail
    CARE = "readers.steer"  # send a reader's copy again, suppress an address, lift that
    IMPORT = "subscribers.import"
    EXPORT = "subscribers.export"
    ERASE = "subscribers.erase"
    TOKENS = "tokens.edit"  # make and revoke tokens
    ACCEPTS = "relay.accepts"  # tell what a relay took


_VIEWER = frozenset({Permission.READ, Permission.METRICS})
_EDITOR = _VIEWER | {Permission.ARTICLES, Permission.RUN}
ROLES: dict[str, frozenset[Permission]] = {
    "viewer": _VIEWER,
    "editor": _EDITOR,
    "sender": _EDITOR | {Permission.STEER, Permission.STOP, Permission.SOURCES},
    "admin": frozenset(Permission),
    "relay": frozenset({Permission.ACCEPTS}),
}

# A link that `syndicate console-link` prints: signed for this purpose, used once, soon.
LINK_PURPOSE = "console"
LINK_WITHIN = dt.timedelta(minutes=15)


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


class ConsoleSession(Table):
    """An operator who signed in; ends by itself, by signing out, or with its token."""

    __tablename__ = "console_session"

    session_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    actor: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    api_token_id: Mapped[int | None] = mapped_column(
        ForeignKey("api_token.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Actor:
    """Who acts, and what they may do.

    Attributes:
        name: as the audit shows it: "token:cms", "console:desk".
        permissions: all of them.
        token_id: of the API token behind it, if there is one.
    """

    name: str
    permissions: frozenset[Permission]
    token_id: int | None = None


def new_secret() -> str:
    """A fresh token; it is shown once and only its hash is kept."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of a token: 32 bytes, SHA-256. It has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).digest()


def add_token(
    tx: Transaction,
    name: str,
    permissions: Collection[Permission],
    *,
    secret: str,
    expires_at: dt.datetime | None,
    now: dt.datetime,
) -> ApiToken:
    """Make an API token.

    Args:
        tx: the open transaction.
        name: whose it is, for lists and the audit.
        permissions: what it may do.
        secret: what `new_secret` returned.
        expires_at: aware UTC, None for never.
        now: aware UTC.
    """
    token = ApiToken(
        name=name,
        token_hash=digest(secret),
        scopes=sorted(permissions),
        created_at=now,
        expires_at=expires_at,
    )
    tx.add(token)
    tx.flush()
    return token


def all_tokens(tx: Transaction) -> list[ApiToken]:
    """Every API token, oldest first."""
    return list(tx.scalars(select(ApiToken).order_by(ApiToken.id)))


def revoke(tx: Transaction, token_id: int) -> bool:
    """Forget an API token and end its sessions; False when there is none of this id."""
    gone = delete(ApiToken).where(ApiToken.id == token_id).returning(ApiToken.id)
    return tx.scalar(gone) is not None


def actor_of_token(tx: Transaction, secret: str, *, now: dt.datetime) -> Actor | None:
    """Who holds an API token; None when it is unknown or has expired."""
    token = tx.scalar(
        select(ApiToken).where(
            ApiToken.token_hash == digest(secret),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
        )
    )
    if token is None:
        return None
    if token.used_at is None or token.used_at < now - _USED_EVERY:
        tx.execute(update(ApiToken).where(ApiToken.id == token.id).values(used_at=now))
    return Actor(f"token:{token.name}", _permissions(token.scopes), token.id)


def link_payload(name: str, role: str, *, now: dt.datetime) -> str:
    """What a sign-in link signs: who, as what, since when, and a number of its own."""
    shown = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-_."))
    return f"{shown or 'operator'}:{role}:{int(now.timestamp())}:{secrets.token_hex(8)}"


def actor_of_link(payload: str, *, now: dt.datetime) -> Actor | None:
    """Who a sign-in link lets in; None when it is too old."""
    name, role, seconds, _ = payload.split(":")
    signed_at = dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC)
    if now - signed_at > LINK_WITHIN:
        return None
    return Actor(f"console:{name}", ROLES[role])


def start_session(
    tx: Transaction, actor: Actor, *, secret: str, expires_at: dt.datetime, now: dt.datetime
) -> None:
    """Let an operator in until a moment, under a new secret each time."""
    tx.execute(delete(ConsoleSession).where(ConsoleSession.expires_at <= now))
    tx.add(
        ConsoleSession(
            session_hash=digest(secret),
            actor=actor.name,
            scopes=sorted(actor.permissions),
            api_token_id=actor.token_id,
            created_at=now,
            expires_at=expires_at,
        )
    )


def actor_of_session(tx: Transaction, secret: str, *, now: dt.datetime) -> Actor | None:
    """Who signed in; None when nobody did, or the session has ended."""
    session = tx.scalar(
        select(ConsoleSession).where(
            ConsoleSession.session_hash == digest(secret), ConsoleSession.expires_at > now
        )
    )
    if session is None:
        return None
    return Actor(session.actor, _permissions(session.scopes), session.api_token_id)


def end_session(tx: Transaction, secret: str) -> None:
    """Sign out. Safe to run twice."""
    tx.execute(delete(ConsoleSession).where(ConsoleSession.session_hash == digest(secret)))


def _permissions(scopes: Collection[str]) -> frozenset[Permission]:
    """Those that this version knows: a scope of another version permits nothing."""
    known = {permission.value for permission in Permission}
    return frozenset(Permission(scope) for scope in scopes if scope in known)


def use_once(tx: Transaction, token_hash: bytes, *, purpose: str, now: dt.datetime) -> bool:
    """Mark a token as used; False when it was used before."""
    statement = insert(UsedToken).values(token_hash=token_hash, purpose=purpose, used_at=now)
    returned = tx.scalar(statement.on_conflict_do_nothing().returning(UsedToken.purpose))
    return returned is not None


def forget_before(tx: Transaction, moment: dt.datetime) -> None:
    """Drop used tokens that have expired by themselves since."""
    tx.execute(delete(UsedToken).where(UsedToken.used_at < moment))
