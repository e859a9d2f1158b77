"""Senders of which DNS says something wrong, and those that are well: what rings their alarm."""

from collections.abc import Callable

from syndicate.alarms.need import Need
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import publications, sender_checks
from tests import rows
from tests.rows import NOW


def sender_check(tx: Transaction, slug: str, **states: str) -> str:
    """What DNS said of a publication's sender."""
    made = rows.publication(tx, slug)
    kept = [
        {"record": record, "state": state, "wanted": "", "found": "", "do": ""}
        for record, state in states.items()
    ]
    sender_checks.keep(tx, made.id, made.sender_address, kept, now=NOW)
    return slug


def senders_that_dns_contradicts(tx: Transaction) -> list[Need]:
    sender_check(tx, "courier", dkim="wrong", spf="wrong", mx="good")
    sender_check(tx, "mail", helo="wrong", dkim="unknown")
    said = "DNS is not right for the sender of"
    return [
        Need(f"{said} Courier: SPF, DKIM.", "/console/senders#courier"),
        Need(f"{said} Mail: name in the relay's HELO.", "/console/senders#mail"),
    ]


def senders_that_are_well_unknown_or_new(tx: Transaction) -> None:
    sender_check(tx, "courier", spf="good", dkim="unknown")
    sender_check(tx, "mail", spf="wrong")
    (made,) = (each for each in publications.all_publications(tx) if each.slug == "mail")
    made.sender_address = "news@elsewhere.example"


RINGS: list[Callable[[Transaction], list[Need]]] = [senders_that_dns_contradicts]
SILENT: list[Callable[[Transaction], None]] = [senders_that_are_well_unknown_or_new]
