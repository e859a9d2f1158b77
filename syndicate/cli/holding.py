"""`syndicate mailings hold`, `unhold` and `holds`: brakes by scope."""

import datetime as dt
import sys
from typing import Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, one_of, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.mail import holding
from syndicate.store.ground.session import transaction
from syndicate.store.platform import installation, operators
from syndicate.store.sending import holds as rows
from syndicate.store.sending.holds import Standing
from syndicate.vocabulary.sending import HoldScope

Scope = Annotated[str, typer.Argument(help=f"{', '.join(HoldScope)}.")]
Which = Annotated[
    str,
    typer.Argument(help="Number of the mailing, or slug; nothing for all issues.", show_default=""),
]
_ALL_MAIL = "everything"


def hold(
    scope: Scope,
    which: Which = "",
    *,
    why: Annotated[str, typer.Option(help="So that others know why nothing is sent.")] = "",
) -> None:
    """Hold back a mailing, a newsletter, a publication, or all digests and letters (issues).

    Alerts and confirmations go on; `stop-all` stops them too.
    """
    wanted = one_of(HoldScope, scope, "scope")
    is_news = holding.hold(wanted, which, why, actor=actor(), now=clock.now())
    was = "is held" if is_news else "was held already"
    again = " ".join(part for part in ("syndicate mailings unhold", wanted.value, which) if part)
    sys.stdout.write(f"{_named(wanted, which)} {was}; `{again}` lifts the hold.\n")


def unhold(scope: Scope, which: Which = "") -> None:
    """Lift a hold; mailings get the time back for which they were held."""
    wanted = one_of(HoldScope, scope, "scope")
    is_news = holding.unhold(wanted, which, actor=actor(), now=clock.now())
    goes = "goes on" if is_news else "was not held"
    sys.stdout.write(f"{_named(wanted, which)} {goes}.\n")


def holds(*, as_json: AsJson = False) -> None:
    """List what is held, by whom, since when and why; also whether everything is stopped."""
    with transaction() as tx:
        found = [_row(each) for each in rows.named(tx, rows.every(tx))]
        whole = installation.read(tx)
        names = operators.names(tx)
    if whole is not None and whole.stopped_at is not None:
        stopped = {"scope": _ALL_MAIL, "which": "", "name": "Everything", "by": None}
        found.insert(
            0, stopped | {"since": whole.stopped_at.isoformat(), "why": whole.stopped_why or ""}
        )
    if as_json:
        print_json({"holds": found})
        return
    if not found:
        sys.stdout.write("Nothing is held.\n")
        return
    table = Table("scope", "which", "since", "by", "why", box=None)
    for each in found:
        since = phrases.moment(dt.datetime.fromisoformat(each["since"]))
        by = phrases.who(each["by"] or "", names)
        table.add_row(each["scope"], each["which"] or "", since, by, each["why"])
    Terminal().print(table)


def _named(scope: HoldScope, which: str) -> str:
    return f"{scope.value} {which}".capitalize() if which else scope.words


def _row(each: Standing) -> dict[str, Any]:
    return {
        "scope": each.hold.scope.value,
        "which": each.which,
        "name": each.name,
        "since": each.hold.placed_at.isoformat(),
        "by": each.hold.placed_by,
        "why": each.hold.why,
    }
