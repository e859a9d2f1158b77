"""`syndicate limits`: how often strangers may do what, who is at a limit now, and lifting one."""

import sys
from typing import Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.breakers import steering
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.store.ground.session import transaction

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_limits(*, as_json: AsJson = False) -> None:
    """List every limit, who is at it now, and what mail waits behind it."""
    now = clock.now()
    with transaction() as tx:
        found = [
            _row(each, [steering.called(tx, each.limit, spent.key) for spent in each.spent])
            for each in steering.every(tx, actor=actor(), now=now)
        ]
        waits = steering.waiting(tx, now=now)
    if as_json:
        queues = [vars(each) | {"until": each.until.isoformat()} for each in waits]
        print_json({"limits": found, "waiting": queues})
        return
    table = Table("limit", "what", "most", "counts by", "beyond it", "at it now", box=None)
    for each in found:
        most = f"{each['most']:,} in {phrases.counted(each['hours'], 'hour', 'hours')}"
        at_it = " ".join(spent["key"] for spent in each["spent"])
        table.add_row(each["name"], each["what"], most, each["counts"], each["beyond"], at_it)
    Terminal().print(table)
    for queue in waits:
        sys.stdout.write(
            f"{phrases.counted(queue.count, 'mail', 'mails')} of {queue.publication} wait behind "
            f"{queue.limit}, until {phrases.moment(queue.until)}; `syndicate limits lift "
            f"{queue.limit} {queue.publication}` lets them go.\n"
        )


@app.command()
def lift(
    name: Annotated[str, typer.Argument(help="Of the limit, as the list shows it.")],
    key: Annotated[
        str,
        typer.Argument(
            help="For whom: as the list shows it, or an IP address, email address, domain or "
            "publication; nothing for all who are at it.",
            show_default="",
        ),
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Let those who are at a limit begin anew, and the mail that waits behind it leave."""
    with transaction() as tx:
        done = steering.lift(tx, name, key, actor=actor(), now=clock.now())
    if as_json:
        print_json(vars(done))
        return
    who = phrases.counted(done.counters, "counter begins", "counters begin")
    mail = phrases.counted(done.mails, "mail leaves", "mails leave")
    sys.stdout.write(f"{who} anew; {mail} now.\n")


def _row(each: steering.Standing, keys: list[str]) -> dict[str, Any]:
    return {
        "name": each.limit.name,
        "what": each.limit.what,
        "most": each.limit.most,
        "hours": each.limit.hours,
        "counts": each.limit.counts.value,
        "beyond": each.limit.beyond,
        "spent": [
            {"key": key, "used": spent.used}
            for key, spent in zip(keys, each.spent[: steering.SHOWN], strict=False)
        ],
    }
