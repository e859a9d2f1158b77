"""Who may do what, tokens that open the HTTP API, and tokens that may be used once.

Only hashes are kept: whoever reads the database cannot act with what stands in it.
"""

import datetime as dt
import enum
import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ForeignKey, LargeBinary, and_, delete, func, or_, select, update
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
    NEWSROOM = "newsroom.edit"  # make and change publications, sections and desks
    ARTICLES = "articles.write"
    READERS = "readers"  # find one reader by address, and see what became of their mail
    CARE = "readers.steer"  # send a reader's copy again, suppress an address, lift that
    IMPORT = "subscribers.import"
    EXPORT = "subscribers.export"
    ERASE = "subscribers.erase"
    TOKENS = "tokens.edit"  # make and revoke tokens
    OPERATORS = "operators.edit"  # add and retire operators, say what they may do
    ACCEPTS = "relay.accepts"  # tell what a relay took


# What each lets one do, as forms say it to whoever grants it.
PERMITS: dict[Permission, str] = {
    Permission.READ: "see everything but the addresses of readers",
    Permission.METRICS: "read the numbers that monitoring collects",
    Permission.STEER: "pause, resume, cancel and hold mailings, and send again what failed",
    Permission.STOP: "stop all mail, and release it again",
    Permission.RUN: "send an issue to its readers now, and decide what becomes of one that is held",
    Permission.SOURCES: "add, change and pause sources",
    Permission.FEEDS: "add, move and retire feeds, and let partners in",
    Permission.NEWSLETTERS: "make, change, pause and end newsletters",
    Permission.NEWSROOM: "make and change publications, sections and desks",
    Permission.ARTICLES: "correct, feature, hold back and withdraw articles, and send alerts",
    Permission.READERS: "find a reader by address, and see what became of their mail",
    Permission.CARE: "send a reader's copy again, and suppress an address or lift that",
    Permission.IMPORT: "import lists of subscribers",
    Permission.EXPORT: "export lists of subscribers",
    Permission.ERASE: "erase a reader for good",
    Permission.TOKENS: "make and revoke tokens",
    Permission.OPERATORS: "add and retire operators, and say what they may do",
    Permission.ACCEPTS: "tell what a relay has accepted, as the relay itself does",
}


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
AS_OPERATOR = "operator"  # instead of a role: it lets in that operator, with what they may do


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
    # What it opens ends there; none means every publication.
    publication_id: Mapped[int | None] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE")
    )
    secret_at: Mapped[dt.datetime | None]  # when its secret was changed last
    # The secret before this one opens the same, until then.
    former_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    former_until: Mapped[dt.datetime | None]


@dataclass(frozen=True)
class Grant:
    """A permission, for everything or for a part of it.

    Attributes:
        permission: which.
        publication_id: it holds for this publication and its newsletters; None: for all.
        newsletter_id: it holds for this newsletter alone; then no publication is named.
    """

    permission: Permission
    publication_id: int | None = None
    newsletter_id: int | None = None

    def covers(self, publication_id: int | None, newsletter_id: int | None) -> bool:
        """Whether it holds for a thing; neither id means the installation as a whole."""
        if self.newsletter_id is not None:
            return self.newsletter_id == newsletter_id
        return self.publication_id in {None, publication_id}


@dataclass(frozen=True)
class Actor:
    """Who acts, and what they may do.

    Attributes:
        name: as the audit shows it: "token:cms", "operator:desk".
        permissions: all of them, wherever they hold.
        token_id: of the API token behind it, if there is one.
        operator_id: of the operator, if it is one.
        grants: where each permission holds; None: everywhere.
        called: what people call them, if they are an operator.
    """

    name: str
    permissions: frozenset[Permission]
    token_id: int | None = None
    operator_id: int | None = None
    grants: frozenset[Grant] | None = None
    called: str = field(default="", compare=False)

    @property
    def spoken(self) -> str:
        """As a sentence for people names them."""
        return self.called or self.name

    def may(
        self,
        permission: Permission,
        *,
        publication_id: int | None = None,
        newsletter_id: int | None = None,
    ) -> bool:
        """Whether they have a permission for a thing; without one, for the whole installation."""
        if self.grants is None:
            return permission in self.permissions
        return any(
            each.permission is permission and each.covers(publication_id, newsletter_id)
            for each in self.grants
        )

    def publications(self, permission: Permission) -> frozenset[int] | None:
        """In which publications they have a permission as a whole; None: in all."""
        if self.may(permission):
            return None
        held = (each for each in self.grants or () if each.permission is permission)
        return frozenset(each.publication_id for each in held if each.publication_id is not None)


def new_secret() -> str:
    """A fresh token; it is shown once and only its hash is kept."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> bytes:
    """What is kept of a token: 32 bytes, SHA-256. It has 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).digest()


def add_token(  # noqa: PLR0913 - a row's columns
    tx: Transaction,
    name: str,
    permissions: Collection[Permission],
    *,
    secret: str,
    expires_at: dt.datetime | None,
    now: dt.datetime,
    publication_id: int | None = None,
) -> ApiToken:
    """Make an API token.

    Args:
        tx: the open transaction.
        name: whose it is, for lists and the audit.
        permissions: what it may do.
        secret: what `new_secret` returned.
        expires_at: aware UTC, None for never.
        now: aware UTC.
        publication_id: the only one that it opens; None means all.
    """
    token = ApiToken(
        publication_id=publication_id,
        name=name,
        token_hash=digest(secret),
        scopes=sorted(permissions),
        created_at=now,
        expires_at=expires_at,
    )
    return keep(tx, token)


def keep(tx: Transaction, token: ApiToken) -> ApiToken:
    """Write a new API token down; it has its id afterwards."""
    tx.add(token)
    tx.flush()
    return token


def change(tx: Transaction, token: ApiToken, columns: Mapping[str, object]) -> None:
    """Write other values into an API token's row."""
    for name, value in columns.items():
        setattr(token, name, value)
    tx.flush()


def named(tx: Transaction, name: str) -> list[ApiToken]:
    """The API tokens of a name, oldest first."""
    return list(tx.scalars(select(ApiToken).where(ApiToken.name == name).order_by(ApiToken.id)))


def of_digest(tx: Transaction, token_hash: bytes) -> ApiToken | None:
    """The API token whose secret has this hash, expired or not."""
    return tx.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash))


def all_tokens(tx: Transaction) -> list[ApiToken]:
    """Every API token, oldest first."""
    return list(tx.scalars(select(ApiToken).order_by(ApiToken.id)))


def find(tx: Transaction, token_id: int) -> ApiToken | None:
    """The API token of this id."""
    return tx.get(ApiToken, token_id)


def rotate(
    tx: Transaction, token: ApiToken, secret: str, *, until: dt.datetime, now: dt.datetime
) -> None:
    """Give an API token another secret.

    Args:
        tx: the open transaction.
        token: which.
        secret: what `new_secret` returned.
        until: the secret of before opens the same until then, aware UTC.
        now: aware UTC.
    """
    token.former_hash, token.former_until = token.token_hash, until
    token.token_hash, token.secret_at = digest(secret), now
    tx.flush()


def end_former(tx: Transaction, token: ApiToken) -> None:
    """Let the secret of before open nothing any more."""
    token.former_hash = token.former_until = None
    tx.flush()


def revoke(tx: Transaction, token_id: int) -> bool:
    """Forget an API token and end its sessions; False when there is none of this id."""
    gone = delete(ApiToken).where(ApiToken.id == token_id).returning(ApiToken.id)
    return tx.scalar(gone) is not None


def actor_of_token(tx: Transaction, secret: str, *, now: dt.datetime) -> Actor | None:
    """Who holds an API token; None when it is unknown or has expired."""
    given = digest(secret)
    is_former = and_(ApiToken.former_hash == given, ApiToken.former_until > now)
    token = tx.scalar(
        select(ApiToken).where(
            or_(ApiToken.token_hash == given, is_former),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
        )
    )
    if token is None:
        return None
    if token.used_at is None or token.used_at < now - _USED_EVERY:
        tx.execute(update(ApiToken).where(ApiToken.id == token.id).values(used_at=now))
    return holder(token)


def holder(token: ApiToken) -> Actor:
    """Whoever holds an API token."""
    held, grants = known(token.scopes), None
    if token.publication_id is not None:
        grants = frozenset(Grant(each, token.publication_id) for each in held)
    return Actor(f"token:{token.name}", held, token.id, grants=grants)


def link_payload(name: str, role: str, *, now: dt.datetime) -> str:
    """What a sign-in link signs: who, as what, since when, and a number of its own.

    Args:
        name: a name for the audit, or an operator's slug.
        role: one of `ROLES`, or `AS_OPERATOR`.
        now: aware UTC.
    """
    shown = "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-_."))
    return f"{shown or 'operator'}:{role}:{int(now.timestamp())}:{secrets.token_hex(8)}"


def read_link(payload: str, *, now: dt.datetime) -> tuple[str, str] | None:
    """Name and role of a sign-in link, as `link_payload` took them; None when it is too old."""
    name, role, seconds, _ = payload.split(":")
    signed_at = dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC)
    return None if now - signed_at > LINK_WITHIN else (name, role)


def known(scopes: Collection[str]) -> frozenset[Permission]:
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
