"""`syndicate subscribers show`, and what else is about one reader: what they got, and why.

A reader is named by address or by number; the number stands in everything that is kept about a
look, the address nowhere.
"""

import sys
from typing import Annotated

import typer

from syndicate import clock
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import UsageError
from syndicate.store.ground.session import transaction
from syndicate.subscribers import fates, readers
from syndicate.subscribers.readers import Reader
from syndicate.subscribers.standing import Past

_MOST_DIGITS = 18  # of a bigint, whatever they are
Who = Annotated[str, typer.Argument(help="Address of the reader, or their number.")]
IssueId = Annotated[int, typer.Argument(help="Number of the issue, as the timeline names it.")]


def show(
    who: Who,
    *,
    limit: Annotated[
        int, typer.Option(min=1, max=readers.MOST, help="Entries of the timeline.")
    ] = readers.ON_A_PAGE,
    as_json: AsJson = False,
) -> None:
    """Show one reader: subscriptions, choices, suppressions, and what became of each issue.

    Each look is a line in the audit, which names the reader by number.
    """
    with transaction() as tx:
        found = readers.look(tx, named(who), limit=limit, actor=actor(), now=clock.now())
    if as_json:
        print_json(found.as_dict())
    else:
        _tell(found)


def why(who: Who, issue_id: IssueId, *, as_json: AsJson = False) -> None:
    """Say why a reader got an issue, or did not get it."""
    with transaction() as tx:
        issue, fate = readers.why(tx, named(who), issue_id, actor=actor(), now=clock.now())
    if as_json:
        said = {"issue": issue.id, "number": issue.number, "newsletter": issue.newsletter}
        print_json(said | {"code": fate.code.value, "words": fate.words})
    else:
        sys.stdout.write(f"{issue.newsletter} {issue.number}: {fate.words}.\n")


def named(who: str) -> readers.Who:
    """A reader as verbs take one: what is no number is an address.

    Raises:
        UsageError: it is a number that no reader can have.
    """
    text = who.strip()
    if not (text.isascii() and text.isdecimal()):
        return text
    if len(text) > _MOST_DIGITS:
        raise UsageError("No reader has this number; give the address, or the number of a reader.")
    return int(text)


def _tell(found: Reader) -> None:
    console = Terminal()
    person = found.person
    since = fates.when(person.created_at, "UTC")
    console.print(f"Reader {person.id}: {person.address}, in {person.language}, since {since}")
    for past in found.pasts:
        console.print(f"  {subscription(past)}")
    for each in found.suppressions:
        console.print(
            f"  suppressed ({each.scope}) since {fates.when(each.at, 'UTC')}: {fates.why(each)}"
        )
    table = Table("when", "issue", "code", "what", box=None)
    for entry in found.timeline:
        issue = "" if entry.issue is None else str(entry.issue)
        table.add_row(fates.when(entry.at, "UTC"), issue, entry.code.value, entry.words)
    console.print(table)
    if found.next_before is not None:
        console.print("… and older ones; --limit shows more.")


def subscription(past: Past) -> str:
    """A subscription in a line: "Morning: active, world; en"."""
    order = past.order
    paused = order.paused_until
    until = f", paused until {fates.when(paused, order.zone)}" if paused is not None else ""
    return f"{order.name} ({order.newsletter}): {order.state}{until}, {fates.choices(order)}"
