"""`syndicate audit`: who did what, in words, with the name of what it was done to."""

from typing import Annotated

import typer

from syndicate import phrases
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.newsroom import trail
from syndicate.store.ground.session import transaction

_MAX_ID = 2**62


def audit(
    *,
    action: Annotated[
        str | None, typer.Option(help="Only this act, such as section-change.")
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(
            help="Only what was done to one thing, such as section:3, or to a kind: section."
        ),
    ] = None,
    before: Annotated[
        int | None,
        typer.Option(min=1, max=_MAX_ID, help="Only lines before this one, by its number."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List who did what, newest first."""
    act = None if action is None else trail.act_of(action)
    with transaction() as tx:
        found = trail.lines(
            tx, limit=limit, before=before, act=act, about=about or None, actor=actor()
        )
    if as_json:
        print_json({"lines": [each.as_dict() for each in found]})
        return
    table = Table("number", "when", "who", "what", "to what", "more", box=None)
    for each in found:
        when = phrases.moment(each.row.at)
        table.add_row(str(each.row.id), when, each.who, each.row.words, each.name, each.more)
    Terminal().print(table)
