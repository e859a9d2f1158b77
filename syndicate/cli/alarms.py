"""`syndicate alarms`: what rings, who has heard it, and a test of how it is told."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from syndicate import clock, phrases
from syndicate.alarms import hearing, ringing
from syndicate.alarms.need import Need
from syndicate.alarms.shown import ShownRing, shown
from syndicate.cli.actors import actor
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import operators, rings

app = typer.Typer(no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Number of the ring, as `list` shows it.")]
_PARTLY = 5
_SHOWN = 50


@app.command("list")
def list_alarms(
    *,
    over: Annotated[
        bool, typer.Option("--over", help="Those that are over instead, the newest first.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what rings now, and what else waits for a person."""
    with transaction() as tx:
        slugs, names = publications.slugs(tx), operators.names(tx)
        found = rings.past(tx, limit=_SHOWN) if over else rings.open_ones(tx)
        told = [shown(each, slugs) for each in found]
        needs = [] if over else _notices(ringing.by_name(tx, clock.now()))
    if as_json:
        print_json({"rings": [each.as_dict() for each in told], "notices": needs})
        return
    if not told:
        sys.stdout.write("Nothing has rung.\n" if over else "Nothing rings.\n")
    for each in told:
        Terminal().print(f"{each.id}  {each.text}", soft_wrap=True)
        sys.stdout.write(f"    {_standing(each, names)}\n")
    for need in needs:
        Terminal().print(f"·  {need['text']}", soft_wrap=True)


@app.command()
def show(number: Number, *, as_json: AsJson = False) -> None:
    """Show one ring: since when, how often, who heard it, and by which ways it was told."""
    with transaction() as tx:
        slugs, names = publications.slugs(tx), operators.names(tx)
        found = shown(hearing.found(tx, number, actor=actor()), slugs)
    if as_json:
        print_json(found.as_dict())
        return
    Terminal().print(found.text, soft_wrap=True)
    sys.stdout.write(f"{_standing(found, names)}\n")
    sys.stdout.write(f"What to do: {found.runbook}\n")
    _ways([(way, said.get("error", "")) for way, said in found.outcomes.items()])


@app.command()
def acknowledge(number: Number) -> None:
    """Say that you look into a ring: it is told no more until it is over."""
    with transaction() as tx:
        is_news = hearing.acknowledge(tx, number, actor=actor(), now=clock.now())
    was = "is acknowledged" if is_news else "was acknowledged already"
    sys.stdout.write(f"Ring {number} {was}.\n")


@app.command("test")
def ring_test(*, as_json: AsJson = False) -> None:
    """Ring a test by every way that is set, and say what came back; 5 where a way failed."""
    ring_id, outcomes = hearing.ring_test(actor=actor(), now=clock.now())
    if as_json:
        ways = [{"way": each.way, "error": each.error or None} for each in outcomes]
        print_json({"id": ring_id, "ways": ways})
    else:
        _ways([(each.way, each.error) for each in outcomes])
    if any(each.error for each in outcomes):
        raise typer.Exit(_PARTLY)


def _notices(found: Mapping[str, Sequence[Need]]) -> list[dict[str, str]]:
    """What no bell rings for."""
    quiet = {alarm.name for alarm in ringing.ALARMS if alarm.bell is None}
    return [
        {"alarm": name, "text": need.text, "path": need.path}
        for name, needs in found.items()
        if name in quiet
        for need in needs
    ]


def _standing(each: ShownRing, names: Mapping[str, str]) -> str:
    said = [f"{each.alarm}, since {phrases.moment(each.began_at)}"]
    if each.ended_at is not None:
        said.append("a test" if each.is_test else f"over since {phrases.moment(each.ended_at)}")
    said.append(f"rung {phrases.counted(each.rung, 'time')}")
    if each.acknowledged_at is not None:
        who = phrases.who(each.acknowledged_by or "", names)
        said.append(f"acknowledged by {who} {phrases.moment(each.acknowledged_at)}")
    elif each.ended_at is None:
        said.append(
            f"for {each.whose}; `syndicate alarms acknowledge {each.id}` if you look into it"
        )
    return "; ".join(said)


def _ways(outcomes: Sequence[tuple[str, str]]) -> None:
    table = Table("way", "what came back", box=None)
    for way, error in outcomes:
        table.add_row(way, error or "told")
    Terminal().print(table)
