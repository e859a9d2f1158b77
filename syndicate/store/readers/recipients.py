"""Addresses that mail may go to, and those that it must not."""

import datetime as dt
import importlib
import unicodedata
from collections.abc import Collection

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    and_,
    case,
    delete,
    exists,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from syndicate import settings, signing
from syndicate.characters import normal
from syndicate.errors import BadAddressError
from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction
from syndicate.vocabulary.sending import SuppressionReason, SuppressionScope

# Suppression scopes: no mail of any kind, but for what answers a sign-up, which has its own.
EVERYWHERE: str = SuppressionScope.EVERYWHERE.value
CONFIRMATION: str = SuppressionScope.CONFIRMATION.value
ALL_MAIL = SuppressionScope.EVERYWHERE.words  # what lines of the audit call it
OTHER = "other"
# Who runs the mailboxes of a domain, as far as the domain itself tells.
_GROUPS = {
    "google": ("gmail.com", "googlemail.com"),
    "microsoft": ("outlook.com", "hotmail.com", "live.com", "msn.com"),
    "yahoo": ("yahoo.com", "ymail.com", "aol.com"),
    "apple": ("icloud.com", "me.com", "mac.com"),
}
_GROUP_OF = {domain: group for group, domains in _GROUPS.items() for domain in domains}


# Of an address as it is stored; a quoted local part may hold an @ too.
DOMAIN = "lower(reverse(split_part(reverse(address), '@', 1)))"


class Recipient(Table):
    """A subscriber's address, or a friend's (purged by date)."""

    __tablename__ = "recipient"
    # Where nobody big runs the mailbox, its domain is the receiver.
    __table_args__ = (
        Index("ix_recipient_domain", text(DOMAIN), postgresql_where=f"receiver_group = '{OTHER}'"),
    )

    id: Mapped[Id]
    address: Mapped[str]
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    receiver_group: Mapped[str]  # who runs the mailbox: google, microsoft, …, other
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscriber.id", ondelete="SET NULL"), unique=True
    )
    purge_at: Mapped[dt.datetime | None]


class Suppression(Table):
    """An address, by keyed hash, that gets no more mail of a scope: *, article, newsletter:7."""

    __tablename__ = "suppression"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]  # a SuppressionReason
    at: Mapped[dt.datetime]
    # When it was written: a provider may tell of a complaint days after it was made.
    noted_at: Mapped[dt.datetime] = mapped_column(server_default=func.now(), index=True)


def normalise(typed: str, *, is_known: bool = False) -> str:
    """The one spelling of an address: trimmed, domain in lower case.

    Signs that nobody sees, letters that an input method widened and the full stop of a sentence are
    no part of it.

    Args:
        typed: as typed.
        is_known: whether it may be stored from before: then it is only looked for, and one that is
            too long for mail (RFC 5321 4.5.3.1.1: 64 before the @) is found all the same.

    Raises:
        BadAddressError: it cannot be mailed; the sentence says why and does not repeat it.
    """
    rules = importlib.import_module("email_validator")  # most commands meet no address
    try:
        found = rules.validate_email(
            _meant(typed), check_deliverability=False, test_environment=True, strict=not is_known
        )
    except rules.EmailNotValidError as error:
        raise BadAddressError(f"Mail cannot be sent to this address: {error}") from error
    return str(found.normalized)


def _meant(typed: str) -> str:
    """An address without what comes along when it is pasted, where plain letters are left."""
    shown = "".join(sign for sign in typed if unicodedata.category(sign) != "Cf")
    plain = normal("NFKC", shown).strip()
    return plain.removesuffix(".") if plain.isascii() else typed.strip()


def hash_of(address: str) -> bytes:
    """The keyed hash of a normalised address; letters' case does not matter to it."""
    return signing.address_hash(settings.load().key(), address.lower())


def mailbox_of(address: str) -> str:
    """Whose mailbox an address leads to: "a.b+news@googlemail.com" and "ab@gmail.com" are one."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0] or local
    if receiver_group(address) == "google":
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def receiver_group(address: str) -> str:
    """Who runs the mailbox of an address, as far as its domain tells."""
    return _GROUP_OF.get(address.rpartition("@")[2].lower(), OTHER)


def receiver_of(recipient: Recipient) -> str:
    """Who takes a recipient's mail: a group, or the domain; "" of who was forgotten."""
    if recipient.receiver_group != OTHER:
        return recipient.receiver_group
    return recipient.address.rpartition("@")[2].lower()


def upsert(
    tx: Transaction,
    address: str,
    *,
    subscriber_id: int | None = None,
    purge_at: dt.datetime | None = None,
) -> Recipient:
    """The recipient of an address, made if there is none.

    A subscriber's address is never purged, though it was a friend's before; a friend's gets the
    later date, also when it had been blanked and is written to again.
    """
    values = {
        "address": address,
        "address_hash": hash_of(address),
        "receiver_group": receiver_group(address),
        "subscriber_id": subscriber_id,
        "purge_at": purge_at,
    }
    statement = insert(Recipient).values(values)
    fresh = statement.excluded
    # What a friend typed never changes how a subscriber's address is written.
    own = case((Recipient.subscriber_id.is_not(None), Recipient.address), else_=fresh.address)
    changed: dict[str, object] = {"address": own, "purge_at": None}
    if subscriber_id is not None:
        changed |= {"subscriber_id": fresh.subscriber_id, "address": fresh.address}
    elif purge_at is not None:
        changed["purge_at"] = case(
            (Recipient.subscriber_id.is_not(None), None),
            (Recipient.address == "", fresh.purge_at),
            (Recipient.purge_at.is_not(None), func.greatest(Recipient.purge_at, fresh.purge_at)),
            else_=None,
        )
    upserted = statement.on_conflict_do_update(
        index_elements=[Recipient.address_hash], set_=changed
    ).returning(Recipient)
    return tx.scalars(upserted, execution_options={"populate_existing": True}).one()


def find(tx: Transaction, recipient_id: int) -> Recipient | None:
    """The recipient of this id."""
    return tx.get(Recipient, recipient_id)


def by_hash(tx: Transaction, address_hash: bytes) -> Recipient | None:
    """The recipient of an address, by its hash."""
    return tx.scalar(select(Recipient).where(Recipient.address_hash == address_hash))


def is_suppressed(tx: Transaction, address_hash: bytes, scope: str) -> bool:
    """Whether an address gets no mail of a scope."""
    query = select(
        exists().where(
            Suppression.address_hash == address_hash, Suppression.scope.in_((scope, EVERYWHERE))
        )
    )
    return bool(tx.scalar(query))


def reasons(tx: Transaction, address_hash: bytes, scopes: Collection[str]) -> dict[str, str]:
    """Why an address gets no mail of some scopes: scope to reason, of those that are suppressed."""
    query = select(Suppression.scope, Suppression.reason).where(
        Suppression.address_hash == address_hash, Suppression.scope.in_(scopes)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def suppress(
    tx: Transaction, address_hash: bytes, *, scope: str, reason: SuppressionReason, now: dt.datetime
) -> bool:
    """Send no more mail of a scope to an address; False when that changes nothing.

    Safe to run twice; the first reason stays, but that mail came back: that may prove to be the
    receiver's fault and be given back, and then a complaint must still stand.
    """
    statement = insert(Suppression).values(
        address_hash=address_hash, scope=scope, reason=reason, at=now
    )
    bounce = SuppressionReason.BOUNCE
    graver = statement.on_conflict_do_update(
        index_elements=[Suppression.address_hash, Suppression.scope],
        set_={"reason": reason, "at": now, "noted_at": func.now()},
        where=and_(Suppression.reason == bounce, statement.excluded.reason != bounce),
    )
    return tx.scalar(graver.returning(Suppression.scope)) is not None


def suppress_erased(tx: Transaction, address_hash: bytes, *, scope: str, now: dt.datetime) -> None:
    """Note that an address was erased, once more where it was before. Safe to run twice."""
    values = {"reason": SuppressionReason.ERASED, "at": now, "noted_at": func.now()}
    statement = insert(Suppression).values(address_hash=address_hash, scope=scope, **values)
    key = [Suppression.address_hash, Suppression.scope]
    tx.execute(statement.on_conflict_do_update(index_elements=key, set_=values))


def lift(tx: Transaction, address_hash: bytes, *, scope: str) -> Suppression | None:
    """Send mail of a scope to an address again; what barred it, None when nothing did."""
    statement = (
        delete(Suppression)
        .where(Suppression.address_hash == address_hash, Suppression.scope == scope)
        .returning(Suppression)
    )
    return tx.scalar(statement)
