"""What one line of the journal of readers says, and how it is written.

The address, and what was chosen, is encrypted with a key of this installation (`sealed`).
"""

import base64
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from syndicate import bounds, encryption, logs, settings
from syndicate.errors import BAD_ROW
from syndicate.signing import BadTokenError
from syndicate.store.recovery.reader_record import Fact, Person
from syndicate.vocabulary.readers import ReaderFact
from syndicate.vocabulary.sending import SuppressionReason

log = logs.get(__name__)

_PURPOSE = "journal"
_UNREADABLE: tuple[type[Exception], ...] = (BadTokenError, *BAD_ROW)


def facts(said: Iterable[Mapping[str, Any]]) -> list[Fact]:
    """What lines say; those that are none of ours are passed over."""
    return [found for each in said if (found := _fact(each)) is not None]


def _fact(said: Mapping[str, Any]) -> Fact | None:
    """What one line says; None when it is none of ours."""
    try:
        reason = said.get("reason", "")
        return Fact(
            fact=ReaderFact(said["fact"]),
            reader=bytes.fromhex(said["reader"]),
            about=str(said["about"]),
            at=bounds.sayable(dt.datetime.fromisoformat(said["at"])),
            noted_at=bounds.sayable(dt.datetime.fromisoformat(said["noted_at"])),
            reason=SuppressionReason(reason).value if reason else "",
            sealed=str(said.get("sealed", "")),
        )
    except BAD_ROW:
        log.warning("journal_line_not_understood", names=sorted(said)[:10])
        return None


def plain(one: Fact) -> dict[str, object]:
    """A fact as a line says it."""
    said: dict[str, object] = {
        "fact": one.fact,
        "reader": one.reader.hex(),
        "about": one.about,
        "at": one.at.isoformat(),
        "noted_at": one.noted_at.isoformat(),
    }
    if one.person is not None:
        said["sealed"] = _sealed(one)
    return said | {"reason": one.reason} if one.reason else said


def _sealed(one: Fact) -> str:
    assert one.person is not None  # noqa: S101 - it was asked
    told = asdict(one.person)
    until = one.person.paused_until
    told["paused_until"] = until.isoformat() if until is not None else None
    words = json.dumps(told, ensure_ascii=False).encode()
    sealed = encryption.encrypt(settings.load().key(), _PURPOSE, words, about=one.reader)
    return base64.b64encode(sealed).decode()


def renewed(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """A line with its person under the master key that signs; None where there is nothing to do.

    Raises:
        BadTokenError: the master key that it was encrypted under is gone.
    """
    if not said.get("sealed"):
        return None
    try:
        sealed, reader = base64.b64decode(said["sealed"]), bytes.fromhex(said["reader"])
    except BAD_ROW:
        return None  # none of ours, and nothing that a key opens
    fresh = encryption.renewed(settings.load().key(), _PURPOSE, sealed, about=reader)
    return None if fresh is None else {**said, "sealed": base64.b64encode(fresh).decode()}


def opened(one: Fact) -> Person | None:
    """Whose fact it is; None where nobody is named any more, or the key was another one."""
    if not one.sealed:
        return None
    try:
        key = settings.load().key()
        sealed = base64.b64decode(one.sealed)
        told = json.loads(encryption.decrypt(key, _PURPOSE, sealed, about=one.reader))
        until = told["paused_until"]
        return Person(
            address=str(told["address"]),
            language=str(told["language"]),
            sections=tuple(told["sections"]),
            languages=tuple(told["languages"]),
            paused_until=dt.datetime.fromisoformat(until) if until is not None else None,
        )
    except _UNREADABLE:
        log.warning("journal_line_not_opened", reader=one.reader.hex())
        return None
