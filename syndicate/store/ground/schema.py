"""The ground that every table stands on: the declarative root, key types and column types."""

import datetime as dt
import enum
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Identity,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql.operators import OperatorType

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Root of all mapped classes; rows are plain, with no relationships to load by surprise."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own hook
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        int: BigInteger,
    }


Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
ID_DIGITS = 18  # a number of so many fits into a bigint, whatever it is


def sql(*members: enum.IntEnum | enum.StrEnum) -> str:
    """Values of an enum as SQL text writes them: `1`, or `'done', 'cancelled'` for several.

    For statements that are text: constants of ours, in the order in which they are drawn, so that
    no number and no word stands in one without its name.
    """
    drawn = [
        each for kind in {type(member) for member in members} for each in kind if each in members
    ]
    return ", ".join(
        f"{each:d}" if isinstance(each, enum.IntEnum) else f"'{each}'" for each in drawn
    )


def text_enum(kind: type[enum.StrEnum]) -> SqlEnum:
    """A column that holds one of the enum's values as text, with a CHECK that says which."""
    return SqlEnum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=kind.__name__.lower(),
        length=32,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )


class SmallEnum(TypeDecorator[enum.IntEnum]):
    """A smallint column read and written as an IntEnum: two bytes, where rows go to millions."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, kind: type[enum.IntEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(
        self,
        value: int | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> int | None:
        """The member's number."""
        return None if value is None else int(value)

    def process_result_value(
        self,
        value: int | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> enum.IntEnum | None:
        """The member that has this number."""
        return None if value is None else self.kind(value)


class Object(TypeDecorator[dict[str, Any]]):
    """A JSONB column that is an object whose values are of one type, whatever is in the row.

    Anything else is read as not there: JSON of another shape must not fail a list of rows.
    """

    impl = JSONB
    cache_ok = True

    def __init__(self, of: type = object) -> None:
        super().__init__()
        self.of = of

    def coerce_compared_value(self, op: OperatorType | None, value: object) -> Any:
        """The type of what it is compared with, or taken apart by: that of JSONB itself."""
        return self.impl_instance.coerce_compared_value(op, value)

    def process_result_value(
        self,
        value: object,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> dict[str, Any]:
        """The object, without what has no place in it."""
        found = value if isinstance(value, dict) else {}
        return {name: each for name, each in found.items() if isinstance(each, self.of)}


SLUG = String(80)
LANGUAGE = String(35)  # RFC 5646 4.4.1: 35 characters hold every registered tag
