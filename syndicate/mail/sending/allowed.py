"""Whom a process may mail in a database that belongs to another environment.

A copy of production's database that is started as a test must mail nobody but the people named in
`SYNDICATE_MAIL_ALLOW_LIST`. What may not be mailed stays pending, so that a process which was only
started under the wrong name has done no harm.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import installation

# Names that belong to nobody and never will (RFC 2606, RFC 6761), as a POSIX and a Python pattern.
RESERVED = r"(^|[@.])(example|test|invalid|localhost|example\.(com|net|org))$"
_RESERVED = re.compile(RESERVED)


@dataclass(frozen=True)
class Allowed:
    """Who may be mailed.

    Attributes:
        is_everybody: the database is of our own environment.
        names: otherwise only these: addresses, or domains with an @ before them.
    """

    is_everybody: bool
    names: frozenset[str] = frozenset()

    def has(self, address: str) -> bool:
        """Whether this address may be mailed."""
        if self.is_everybody:
            return True
        return _is_named(address.lower(), self.names)


@dataclass(frozen=True)
class Trial:
    """Whom a campaign outside production may mail, whatever its relay does with it.

    Attributes:
        names: the allow list in lower case: addresses, or domains with an @ before them.
    """

    names: frozenset[str]

    def has(self, address: str) -> bool:
        """Whether this address is in the list, or can be nobody's."""
        lowered = address.strip().lower()
        return _is_named(lowered, self.names) or bool(_RESERVED.search(_domain(lowered)))


def whom(*, stamped: str | None, own: str, allow_list: Sequence[str]) -> Allowed:
    """Decide who may be mailed.

    Args:
        stamped: the environment that the database is stamped with; None before the first start.
        own: the environment of this process.
        allow_list: the setting.
    """
    if stamped == own:
        return Allowed(is_everybody=True)
    return Allowed(is_everybody=False, names=_lowered(allow_list))


def here(tx: Transaction, configured: Settings) -> Allowed:
    """Whom a process of these settings may mail out of this database."""
    row = installation.read(tx)
    return whom(
        stamped=row.environment if row is not None else None,
        own=configured.environment,
        allow_list=configured.mail_allow_list,
    )


def trial(allow_list: Sequence[str]) -> Trial:
    """Whom a trial may mail: what is in the allow list, and addresses that can be nobody's."""
    return Trial(_lowered(allow_list))


def _lowered(allow_list: Sequence[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in allow_list)


def _is_named(lowered: str, names: frozenset[str]) -> bool:
    return lowered in names or _domain(lowered) in names


def _domain(lowered: str) -> str:
    return f"@{lowered.rpartition('@')[2]}"
