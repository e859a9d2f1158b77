"""What operators sign in with that no mail carries: passkeys, and recovery codes beside them.

Of a passkey the public half is kept, of a code its hash: whoever reads the database signs in by
neither.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ForeignKey, LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from syndicate.store.ground.schema import Id, Table
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.tokens import digest


class OperatorPasskey(Table):
    """A passkey of an operator, for one host."""

    __tablename__ = "operator_passkey"

    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"))
    name: Mapped[str]  # what the operator calls it: "laptop"
    host: Mapped[str]  # the relying party's id
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE
    sign_count: Mapped[int]  # 0 for ever where the authenticator does not count
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class OperatorCode(Table):
    """A recovery code that was not used yet, by SHA-256."""

    __tablename__ = "operator_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    operator_id: Mapped[int] = mapped_column(
        ForeignKey("operator.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[dt.datetime]


def of(tx: Transaction, operator_id: int) -> list[OperatorPasskey]:
    """An operator's passkeys, oldest first."""
    query = select(OperatorPasskey).where(OperatorPasskey.operator_id == operator_id)
    return list(tx.scalars(query.order_by(OperatorPasskey.id)))


def by_credential(tx: Transaction, credential_id: bytes) -> OperatorPasskey | None:
    """The passkey of a credential's id, locked: of two who use it at once one waits."""
    query = select(OperatorPasskey).where(OperatorPasskey.credential_id == credential_id)
    return tx.scalar(query.with_for_update())


def add(tx: Transaction, row: OperatorPasskey) -> None:
    """Write a passkey down; the row has its id afterwards."""
    tx.add(row)
    tx.flush()


def note_use(tx: Transaction, row: OperatorPasskey, *, sign_count: int, now: dt.datetime) -> None:
    """Write down that a passkey signed somebody in."""
    row.sign_count = sign_count
    row.used_at = now
    tx.flush()


def remove(tx: Transaction, operator_id: int, passkey_id: int) -> bool:
    """Forget a passkey of an operator; False when they have none of this id."""
    gone = (
        delete(OperatorPasskey)
        .where(OperatorPasskey.id == passkey_id, OperatorPasskey.operator_id == operator_id)
        .returning(OperatorPasskey.id)
    )
    return tx.scalar(gone) is not None


def forget_all(tx: Transaction, operator_id: int) -> int:
    """Forget all passkeys and codes of an operator.

    Returns:
        How many there were.
    """
    keys = delete(OperatorPasskey).where(OperatorPasskey.operator_id == operator_id)
    gone = len(list(tx.scalars(keys.returning(OperatorPasskey.id))))
    codes = delete(OperatorCode).where(OperatorCode.operator_id == operator_id)
    return gone + len(list(tx.scalars(codes.returning(OperatorCode.operator_id))))


def codes_left(tx: Transaction, operator_id: int) -> int:
    """How many of an operator's recovery codes were not used yet."""
    query = select(func.count()).where(OperatorCode.operator_id == operator_id)
    return int(tx.scalar(query) or 0)


def replace_codes(
    tx: Transaction, operator_id: int, codes: Sequence[str], *, now: dt.datetime
) -> None:
    """Let these codes let an operator in, once each, and none of before."""
    tx.execute(delete(OperatorCode).where(OperatorCode.operator_id == operator_id))
    for code in codes:
        tx.add(OperatorCode(code_hash=digest(code), operator_id=operator_id, created_at=now))
    tx.flush()


def use_code(tx: Transaction, code: str) -> int | None:
    """Use a recovery code up: the id of its operator; None when it is none, or was used."""
    gone = delete(OperatorCode).where(OperatorCode.code_hash == digest(code))
    return tx.scalar(gone.returning(OperatorCode.operator_id))
