"""What `syndicate doctor` finds, and its checks that look for it in rows and at the relay."""

import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from syndicate import clock, phrases
from syndicate.alarms import ringing
from syndicate.articles import date_notices
from syndicate.bounces.keeping import advice
from syndicate.errors import RelayError
from syndicate.mail.relay import addresses, our_name
from syndicate.mail.relay.addresses import Relay
from syndicate.mail.relay.greeting import open_connection
from syndicate.mail.relay.patience import Patience
from syndicate.newsletters import kinds, timetable
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate, odd_rows
from syndicate.store.newsroom import incidents, newsletters, publications, streams
from syndicate.store.newsroom.newsletters import Newsletter

_PATIENCE = Patience(greeting_s=15.0, step_s=10.0)
_SHOWN = 5  # of rows and of needs; whoever puts these right asks again


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: what was looked at.
        state: `ok`, `warn` or `fail`.
        says: what was found and, where it matters, what to do.
    """

    check: str
    state: Literal["ok", "warn", "fail"]
    says: str


def check_alarms(own: Settings, _data_dir: Path) -> Finding:
    """Whether anything waits for a person, as the console's first page says it."""
    if own.database_url is None:
        return Finding("alarms", "ok", "They are in the database; none is running yet.")
    migrate.require_current()
    with transaction() as tx:
        told = [each.text for each in ringing.needs(tx, clock.now())]
    if not told:
        return Finding("alarms", "ok", "Nothing needs a person.")
    more = _more(len(told) - _SHOWN)
    return Finding("alarms", "warn", f"{' '.join(told[:_SHOWN])}{more} /console links to each.")


def check_incidents(own: Settings, _data_dir: Path) -> Finding:
    """Whether receivers hold something against our mail."""
    if own.database_url is None:
        return Finding("incidents", "ok", "They are in the database; none is running yet.")
    migrate.require_current()
    with transaction() as tx:
        found = incidents.open_ones(tx)
    if not found:
        return Finding("incidents", "ok", "Receivers accept our mail.")
    first = found[0]
    others = _more(len(found) - 1)
    says = f"{advice.sentence(first.receiver, first.domain, first.reason)}{others}"
    return Finding("incidents", "warn", f"{says} /console/incidents says what helps.")


def check_streams(own: Settings, _data_dir: Path) -> Finding:
    """Whether the pools that streams name have relays."""
    if own.database_url is None:
        return Finding("streams", "ok", "They are in the database; none is running yet.")
    migrate.require_current()
    relays = own.relay_url.get_secret_value() if own.relay_url is not None else ""
    pools = {each.pool for each in addresses.parse_all(relays)} if relays else set()
    with transaction() as tx:
        told = [
            f"The stream {row.slug.value} of {owner.name} names the pool {row.pool}, and no relay "
            "is in it: its mail is sent by the others."
            for owner in publications.all_publications(tx)
            for row in streams.of(tx, owner.id)
            if row.pool and row.pool not in pools
        ]
    if not told:
        return Finding("streams", "ok", "Every pool that a stream names has a relay.")
    do = "Write pool=NAME behind a relay in SYNDICATE_RELAY_URL, or change the stream."
    return Finding("streams", "warn", f"{' '.join(told[:_SHOWN])}{_more(len(told) - _SHOWN)} {do}")


def check_embargoes(own: Settings, _data_dir: Path) -> Finding:
    """Whether articles are held back whose embargo nobody can read."""
    if own.database_url is None:
        return Finding("embargoes", "ok", "They are in the database; none is running yet.")
    migrate.require_current()
    with transaction() as tx:
        says = date_notices.held_now(tx)
    if not says:
        return Finding("embargoes", "ok", "Every embargo can be read.")
    return Finding(
        "embargoes", "warn", f"{says} `syndicate articles embargo ID --lift` publishes one."
    )


def check_rows(own: Settings, _data_dir: Path) -> Finding:
    """Whether rows hold what nobody can use: it costs each its place, and stops no other."""
    if own.database_url is None:
        return Finding("rows", "ok", "They are in the database; none is running yet.")
    migrate.require_current()
    with transaction() as tx:
        odd = odd_rows.found(tx, most=_SHOWN)
        every = newsletters.every(tx)
    told = [f"In {each.table} {each.column} {each.why}: `{each.repair};`." for each in odd]
    told += [why for each in every if (why := _unsent(each)) is not None]
    if not told:
        return Finding("rows", "ok", "Every row can be read.")
    more = _more(len(told) - _SHOWN)
    return Finding("rows", "warn", f"{' '.join(told[:_SHOWN])}{more}")


def _more(number: int) -> str:
    """That others are left out; nothing where none is."""
    return f" {phrases.counted(number, 'more is', 'more are')} left out." if number > 0 else ""


def _unsent(newsletter: Newsletter) -> str | None:
    """Why a newsletter is not sent; until when, where something can be put right."""
    why = timetable.trouble(newsletter)
    if why is None or not kinds.RULES[newsletter.kind].is_offered:  # that says it itself
        return why
    return f"{why} It is not sent until then."


def check_relay(own: Settings, _data_dir: Path) -> Finding:
    """Whether each relay lets us in as the settings demand, and what name it is told."""
    if own.relay_url is None:
        return Finding("relay", "ok", "The embedded mailbox; it starts with `syndicate up`.")
    targets = addresses.of_readers(own)
    faults = [why for each in targets if (why := _fault(each, own.relay_helo)) is not None]
    if faults:
        more = _more(len(faults) - _SHOWN)
        return Finding(
            "relay",
            "fail",
            f"{' '.join(faults[:_SHOWN])}{more} Put that right, or correct SYNDICATE_RELAY_URL. "
            "Mail that is due is safe in the database and waits.",
        )
    return told_to(targets[0], own.relay_helo)


def check_operators(own: Settings, _data_dir: Path) -> Finding:
    """Whether the relay for mail to operators lets us in, where they have one of their own."""
    if own.operators_relay_url is None:
        return Finding("operators", "ok", "Mail to operators goes by the same relay.")
    target = addresses.to_operators(own)
    why = _fault(target, own.relay_helo)
    if why is not None:
        do = "Mail to operators goes by it: put that right, or correct"
        return Finding("operators", "fail", f"{why} {do} SYNDICATE_OPERATORS_RELAY_URL.")
    return Finding("operators", "ok", f"{target.name} answers for mail to operators.")


def _fault(relay: Relay, helo: str | None) -> str | None:
    """Why mail does not leave by a relay; None where it lets us in."""
    try:
        sock, _ = open_connection(relay, helo=helo, patience=_PATIENCE)
    except RelayError as error:
        return str(error)
    with sock, contextlib.suppress(OSError):
        sock.sendall(b"QUIT\r\n")
    return None


def told_to(relay: Relay, helo: str | None) -> Finding:
    """What a relay that answers hears in EHLO, and whether a strict one would take it.

    Args:
        relay: which one.
        helo: the setting.
    """
    with socket.create_connection((relay.host, relay.port), timeout=_PATIENCE.step_s) as sock:
        ours, theirs = sock.getsockname()[0], sock.getpeername()[0]
    if helo and not helo.startswith("[") and not our_name.resolves(helo):
        says = (
            f"{relay.name} answers and is told {helo}, which leads to no address: strict relays "
            "refuse that. Correct SYNDICATE_RELAY_HELO, or DNS."
        )
        return Finding("relay", "warn", says)
    name = our_name.our_name(ours, theirs, chosen=helo)
    if name == our_name.literal(ours) != helo:
        name = "the domain that mail comes from, for DNS knows no name of this machine"
    return Finding("relay", "ok", f"{relay.name} answers; EHLO says {name}.")
