"""What a face needs in order to offer a kind: shell, API and console take nothing else.

A kind that is added gets its commands, routes and pages by standing in `syndicate.setup.kinds`.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from syndicate.newsroom.making.acts import Given, Keeping, Key
from syndicate.newsroom.making.fields import Difference, Kind, Values, plain_values
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.tokens import Actor, Permission


class Adding(Protocol):
    """The verb that makes a thing."""

    permission: Permission

    def __call__(self, tx: Transaction, given: Given, *, actor: Actor, now: dt.datetime) -> Any:
        """Make it; its row."""


class Changing(Protocol):
    """The verb that gives a thing other values."""

    permission: Permission

    def __call__(
        self, tx: Transaction, key: Key, given: Given, *, actor: Actor, now: dt.datetime
    ) -> Sequence[Difference]:
        """Change it; what has another value now."""


class Ending(Protocol):
    """The verb that takes a thing out of use."""

    permission: Permission

    def __call__(self, tx: Transaction, key: Key, *, actor: Actor, now: dt.datetime) -> object:
        """End it."""


class Trying(Protocol):
    """What is asked before one is added, with no transaction open."""

    def __call__(self, given: Given, *, actor: Actor, now: dt.datetime) -> None:
        """Raise what is wrong, at its field."""


@dataclass(frozen=True)
class Shelf:
    """A kind as faces offer it.

    Attributes:
        keeping: how its rows are found and read.
        every: its rows, of one publication or of all, in the order people know.
        key: which one a row is.
        add: the verb that makes one; None where that needs more than fields.
        change: the verb that changes one.
        end: the verb that takes one out of use; None where there is none.
        ended: what that means, in one sentence for whoever asks for it.
        is_read_elsewhere: whether the API has lists and single ones of its own, which say more.
        has_own_faces: whether API and console have all their routes and pages for it elsewhere,
            which know more than fields: then they offer none by its fields.
        is_optional: whether a file may leave the whole kind out and say nothing about it; else
            what such a file does not name is missing there.
        told: a row as programs read it, where that is more than its id and its fields.
        tried: asks other servers whether what is to be added works; None where nobody is asked.
    """

    keeping: Keeping[Any]
    every: Callable[[Transaction, str | None], Sequence[Any]]
    key: Callable[[Transaction, Any], Key]
    add: Adding | None
    change: Changing
    end: Ending | None = None
    ended: str = ""
    is_read_elsewhere: bool = False
    has_own_faces: bool = False
    is_optional: bool = False
    told: Callable[[Transaction, Any], dict[str, object]] | None = None
    tried: Trying | None = None

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return self.keeping.kind

    def try_out(self, given: Given, *, actor: Actor, now: dt.datetime) -> None:
        """See whether what is to be added works; whoever adds by hand does, a file does not.

        Raises:
            SyndicateError: it does not, at its field.
        """
        if self.tried is not None:
            self.tried(given, actor=actor, now=now)

    def plain(self, tx: Transaction, row: Any) -> Values:
        """A row's values by its fields' names."""
        return self.keeping.plain(tx, row)

    def as_json(self, tx: Transaction, row: Any) -> dict[str, object]:
        """A row as programs read it: its id and its fields, and what else its kind tells."""
        if self.told is not None:
            return self.told(tx, row)
        return {"id": row.id, **plain_values(self.plain(tx, row))}
