"""`syndicate subscribers show`, and what else is about one reader: what they got, and why.

A reader is named by address or by number; the number stands in everything that is kept about a
look, the address nowhere.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from syndicate import clock
from syndicate.cli.actors import actor
from syndicate.cli.files import written_or_printed
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import UsageError
from syndicate.newsletters import reader_copy
from syndicate.newsroom import readers as newsroom
from syndicate.store.ground.session import transaction
from syndicate.subscribers import care, fates, own_data, readers, suppressions
from syndicate.subscribers.readers import Reader
from syndicate.subscribers.standing import Past
from syndicate.subscribers.suppressions import OneReader, of_newsletter

_MOST_DIGITS = 18  # of a bigint, whatever they are
Who = Annotated[str, typer.Argument(help="Address of the reader, or their number.")]
IssueId = Annotated[int, typer.Argument(help="Number of the issue, as the timeline names it.")]

Why = Annotated[str, typer.Option("--why", help="For the audit and the reader's timeline.")]
OfNewsletter = Annotated[
    str | None, typer.Option("--newsletter", "-n", help="Only of this newsletter; all mail else.")
]
Out = Annotated[Path | None, typer.Option(help="File to write; stdout unless given.")]


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
        sys.stdout.write(f"{issue.title}: {fate.words}.\n")


def suppress(
    who: Who, *, why: Why, newsletter: OfNewsletter = None, as_json: AsJson = False
) -> None:
    """Send no more mail to a reader, or none of one newsletter, until the suppression is lifted."""
    with transaction() as tx:
        of, whose = of_newsletter(newsletter), OneReader(named(who))
        is_new = suppressions.add(tx, whose, of=of, why=why, actor=actor(), now=clock.now())
    if as_json:
        print_json({"changed": is_new})
    else:
        sys.stdout.write("Suppressed.\n" if is_new else "The reader was already suppressed.\n")


def lift(who: Who, *, why: Why, newsletter: OfNewsletter = None, as_json: AsJson = False) -> None:
    """Lift a suppression: send a reader mail again, or that of one newsletter."""
    with transaction() as tx:
        of, whose = of_newsletter(newsletter), OneReader(named(who))
        suppressions.lift(tx, whose, of=of, why=why, actor=actor(), now=clock.now())
    if as_json:
        print_json({"changed": True})
    else:
        sys.stdout.write("The suppression is lifted.\n")


def copy(
    who: Who,
    issue_id: Annotated[
        int | None, typer.Argument(help="Number of the issue; without it, --next.")
    ] = None,
    *,
    coming: Annotated[
        str | None, typer.Option("--next", help="Of this newsletter's next slot instead.")
    ] = None,
    out: Out = None,
) -> None:
    """Show a reader's copy of an issue as it was or will be sent; its links lead nowhere."""
    if (issue_id is None) is (coming is None):
        raise UsageError("Name the issue by its number, or a newsletter with --next.")
    reader, by, now = named(who), actor(), clock.now()
    if issue_id is not None:
        _give(care.copy(reader, issue_id, actor=by, now=now), out)
    else:
        _give(reader_copy.coming(reader, str(coming), actor=by, now=now), out)


def resend(who: Who, issue_id: IssueId, *, as_json: AsJson = False) -> None:
    """Send a reader's copy of an issue again, with the content that it had."""
    with transaction() as tx:
        issue = care.resend(tx, named(who), issue_id, actor=actor(), now=clock.now())
    if as_json:
        print_json({"issue": issue.id, "mailing": issue.mailing_id})
    else:
        sys.stdout.write(f"{issue.title} is being sent to them again.\n")


def data(
    who: Who,
    *,
    is_csv: Annotated[bool, typer.Option("--csv", help="As CSV; JSON by default.")] = False,
    out: Out = None,
) -> None:
    """Write all that is kept about a reader, to be given to them."""
    # Opened first: what was given to nobody is not in the audit.
    with written_or_printed(out) as file:
        with transaction() as tx:
            given = own_data.give_out(tx, named(who), actor=actor(), now=clock.now())
        text = own_data.as_csv(given) if is_csv else json.dumps(given, ensure_ascii=False) + "\n"
        file.write(text.encode("utf-8", "backslashreplace"))


COMMANDS = (show, why, copy, resend, suppress, lift, data)


def _give(message: bytes, out: Path | None) -> None:
    with written_or_printed(out) as file:
        file.write(message)


def named(who: str) -> newsroom.Who:
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
