"""Releasing mail from the shell: what would be sent is shown, and the operator asked."""

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import typer

from syndicate import clock, phrases
from syndicate.cli.options import print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.mail import steering
from syndicate.mail.recovery import copy_check, restored
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform.tokens import Actor

if TYPE_CHECKING:
    from syndicate.mail.recovery.restored import Plan

# Confirmations and emailed articles may be many; all of them stand in the JSON.
_SHOWN = 20
_KNOWN = "Readers who unsubscribed or were erased since the backup stay out: the journal knows."
_UNKNOWN = (
    "Readers who unsubscribed after the backup was made are subscribed again unless readers.jsonl "
    "beside the journal is whole."
)
_LOST = (
    "readers.jsonl beside the journal is lost, or an older copy was laid in its place: readers who "
    "unsubscribed after the backup was made are subscribed again."
)
_NUMBERS = ("would_send", "settled", "left")


def release(*, actor: Actor, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Release mail; ask before, where it was held as a copy's.

    Args:
        actor: who asks.
        dry_run: say what would be done, and do nothing.
        yes: do not ask.
        as_json: print one JSON object.
    """
    copy_check.wake(clock.now(), is_start=True)
    if dry_run:
        _tell(restored.plan(clock.now()), as_json=as_json)
        return
    if not yes:
        _ask(restored.plan(clock.now()), is_quiet=as_json)
    done = steering.release(actor=actor, now=clock.now())
    if as_json:
        print_json(as_dict(done))
    else:
        sys.stdout.write("Mail is released.\n")


def as_dict(found: "Plan") -> dict[str, object]:
    """A plan for JSON; `GET /api/v1/installation/release` tells the rest of it too."""
    return {
        "mailings": [
            {"id": row.id, "would_send": row.would_send, "settled": row.settled}
            for row in found.mailings
        ]
    }


def _ask(found: "Plan", *, is_quiet: bool) -> None:
    if found.held_why is None:
        return
    if not is_quiet:
        _tell(found, as_json=False)
    number = sum(row.would_send for row in found.mailings)
    of_these = (
        f"{number} of these deliveries will be sent." if found.mailings else "None is waiting."
    )
    typer.confirm(f"Release mail? {of_these}", abort=True, err=True)


def _tell(found: "Plan", *, as_json: bool) -> None:
    if as_json:
        print_json(as_dict(found))
        return
    console = Terminal(soft_wrap=True)
    for sentence in sentences(found, _zones() if found.put_back else {}):
        console.print(sentence, markup=False)
    if found.mailings:
        console.print(_table(found))


def _zones() -> dict[str, str]:
    with transaction() as tx:
        return newsletters.zones(tx)


def sentences(found: "Plan", zones: Mapping[str, str]) -> Iterator[str]:
    """What a plan means, in words.

    Args:
        found: the plan.
        zones: of the newsletters, by slug; UTC for others.
    """
    if found.held_why is None:
        yield (
            "This database does not look like a copy. Everything that is waiting is sent as soon "
            "as you release it."
        )
        return
    yield found.held_sentence
    for one in found.put_back:
        due = phrases.moment(one.window[1], zones.get(one.newsletter, "UTC"))
        issue = f"Issue {one.number} of {one.newsletter} ({due})"
        if one.is_over:
            yield f"{issue} was sent, according to the journal. It will not be opened again."
        else:
            yield (
                f"{issue} was being sent, according to the journal. It will not be opened again: "
                "readers it had not reached will not get it."
            )
    left = sum(row.left for row in found.mailings)
    if left:
        yield (
            f"{phrases.counted(left, 'delivery was', 'deliveries were')} possibly sent already: no "
            "trustworthy accept log tells. What is in doubt is left for you to decide; "
            "`syndicate mailings resend ID --what ambiguous` sends it anyway."
        )
    if found.opens_from is not None:
        yield (
            "There is no trustworthy journal of what was sent before "
            f"{phrases.moment(found.opens_from)}. Issues that were due by then do not open "
            "automatically; `syndicate newsletters send NAME` sends one."
        )
    if found.opens_from is not None:
        yield _UNKNOWN
    else:
        yield _KNOWN if found.has_reader_journal else _LOST


def _table(found: "Plan") -> Table:
    table = Table()
    for heading in ("mailing", "would send", "settled by log", "left to you"):
        table.add_column(heading, justify="right")
    for row in found.mailings[:_SHOWN]:
        table.add_row(str(row.id), str(row.would_send), str(row.settled), str(row.left))
    if len(found.mailings) > _SHOWN:
        rest = found.mailings[_SHOWN:]
        numbers = [sum(getattr(row, name) for row in rest) for name in _NUMBERS]
        table.add_row(f"{len(rest)} more", *(str(number) for number in numbers))
    return table
