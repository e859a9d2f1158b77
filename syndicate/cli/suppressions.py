"""`syndicate suppressions`: who gets no more mail, and adding and lifting by address."""

import sys
from typing import Annotated

import typer

from syndicate import clock, phrases
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, one_of, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators
from syndicate.subscribers import readers, suppressions
from syndicate.vocabulary.sending import SuppressionReason, SuppressionScope

app = typer.Typer(no_args_is_help=True)
_KINDS = ", ".join(each.value for each in SuppressionScope)
Of = Annotated[str, typer.Option(help=f"Which mail: {_KINDS} or newsletter:SLUG; * is all of it.")]
Why = Annotated[str, typer.Option("--why", help="For the list and the audit.")]


@app.command("list")
def list_suppressions(
    *,
    address: Annotated[str, typer.Option(help="Only of this address, or of a key.")] = "",
    of: Annotated[
        str | None, typer.Option(help=f"Only of this mail: {_KINDS} or newsletter:SLUG.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help=f"Only for this reason: {', '.join(SuppressionReason)}.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(help="The next page: as the one before says at its end.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=readers.MOST, help="How many, newest first.")
    ] = suppressions.SHOWN_AT_ONCE,
    as_json: AsJson = False,
) -> None:
    """List what is suppressed, newest first. Each look is a line in the audit."""
    why = None if reason is None else one_of(SuppressionReason, reason, "reason")
    with transaction() as tx:
        page = suppressions.listed(
            tx,
            address=address,
            of=of,
            reason=why,
            after=after,
            limit=limit,
            actor=actor(),
            now=clock.now(),
        )
        names = operators.names(tx)
    if as_json:
        print_json(page.as_dict())
        return
    if not page.found:
        sys.stdout.write("Nothing is suppressed.\n")
        return
    table = Table("address or key", "of", "since", "reason", "by", "why", box=None)
    for each in page.found:
        row = each.row
        since, by = phrases.moment(row.at), phrases.who(row.by or "", names)
        name = row.address or each.key
        table.add_row(name, each.of, since, each.reason_words, by, row.why or "")
    Terminal().print(table)
    if page.after is not None:
        sys.stdout.write(f"… and older ones: --after '{page.after}'\n")


@app.command()
def add(
    address: Annotated[str, typer.Argument(help="Also one that is no subscriber.")],
    *,
    why: Why,
    of: Of = SuppressionScope.EVERYWHERE.value,
    as_json: AsJson = False,
) -> None:
    """Send no more mail to an address, until the suppression is lifted."""
    with transaction() as tx:
        is_new = suppressions.add(tx, address, of=of, why=why, actor=actor(), now=clock.now())
    if as_json:
        print_json({"changed": is_new})
    else:
        sys.stdout.write("Suppressed.\n" if is_new else "The address was already suppressed.\n")


@app.command()
def lift(
    address: Annotated[str, typer.Argument(help="The address, or the key of the list.")],
    *,
    why: Why,
    of: Of = SuppressionScope.EVERYWHERE.value,
    as_json: AsJson = False,
) -> None:
    """Lift a suppression: send mail to an address again."""
    with transaction() as tx:
        suppressions.lift(tx, address, of=of, why=why, actor=actor(), now=clock.now())
    if as_json:
        print_json({"changed": True})
    else:
        sys.stdout.write("The suppression is lifted.\n")
