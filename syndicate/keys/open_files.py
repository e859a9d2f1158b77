"""Files with secrets that others on the machine can read: told, and not refused.

A newsroom's mail does not stand still one night because a file was copied with other rights. So
what others wrote is told of by `syndicate doctor` and an alarm; what `syndicate up` made for itself
is refused, for nobody but us ever touches it (`embedded.keys`).
"""

import datetime as dt
from pathlib import Path

from syndicate import configured, files
from syndicate.keys.listing import OF_SETTINGS
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import due

# The tick looks once a minute.
AGO = dt.timedelta(minutes=3)
_PREFIX = "open_key_file: "


def found(own: Settings) -> list[str]:
    """What is wrong with each file of this machine that holds a secret, in sentences."""
    paths = configured.secret_files({"master_key", *OF_SETTINGS})
    if own.dkim_key_file is not None:
        paths.append(own.dkim_key_file)
    told = (files.fault_of_secret(each) for each in dict.fromkeys(map(Path.absolute, paths)))
    return [each for each in told if each is not None]


def note(tx: Transaction, told: list[str], slot: dt.datetime) -> None:
    """Write down what a worker has found. Safe to run twice.

    Args:
        tx: the open transaction.
        told: as `found` says it.
        slot: the minute, aware UTC.
    """
    for each in told:
        due.take(tx, f"{_PREFIX}{each}", slot)


def noted(tx: Transaction, now: dt.datetime) -> list[str]:
    """What workers have found lately."""
    jobs = due.lately(tx, _PREFIX, since=now - AGO, now=now)
    return [each.removeprefix(_PREFIX) for each in jobs]
