"""`syndicate bounces`: what came back, what it means, and what receivers hold against us."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate import clock, phrases, settings
from syndicate.bounces.doors import intake as intakes
from syndicate.bounces.doors import mailboxes
from syndicate.bounces.doors.place import LARGEST
from syndicate.bounces.keeping import advice
from syndicate.bounces.reading import classify as verdicts
from syndicate.cli.actors import actor
from syndicate.cli.bounces_listen import listen
from syndicate.cli.files import is_stdin, start_of_stdin
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import PartialError
from syndicate.newsroom import incidents as acts
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents

app = typer.Typer(no_args_is_help=True)
app.command()(listen)

Paths = Annotated[
    list[Path], typer.Argument(help="Files, Maildirs, mboxes or folders; - reads one from stdin.")
]


@app.command()
def classify(paths: Paths, *, as_json: AsJson = False) -> None:
    """Say what returned mails mean, recipient by recipient; needs no database, stores nothing."""
    mails: list[dict[str, Any]] = [
        {"file": name, "verdicts": [asdict(verdict) for verdict in verdicts.classify(raw)]}
        for path in paths
        for name, raw in _mails(path)
    ]
    if as_json:
        print_json({"mails": mails})
        return
    table = Table("mail", "kind", "recipient", "reason", "code", "hard", "said", box=None)
    for mail in mails:
        for row in mail["verdicts"] or [None]:
            table.add_row(str(mail["file"]), *_cells(row))
    Terminal().print(table)


@app.command()
def ingest(paths: Paths, *, as_json: AsJson = False) -> None:
    """Record what returned mails say: one event each, suppression by rule."""
    intake = intakes.Intake()
    for path in paths:
        for _, raw in _mails(path):
            intake(raw)
    _tell(intake, as_json=as_json)


@app.command()
def fetch(*, as_json: AsJson = False) -> None:
    """Empty the mailbox of returned mails (SYNDICATE_BOUNCE_MAILBOX_URL), record what they say."""
    url = settings.load().need("bounce_mailbox_url")
    intake = intakes.Intake()
    while mailboxes.collect(url, intake).is_worth_another:
        pass
    _tell(intake, as_json=as_json)


@app.command("incidents")
def list_incidents(*, as_json: AsJson = False) -> None:
    """List what receivers object to: open incidents, newest first."""
    with transaction() as tx:
        found = incidents.open_ones(tx)
        rows = [
            {
                "id": each.id,
                "receiver": each.receiver,
                "domain": each.domain,
                "reason": each.reason,
                "events": each.events,
                "opened_at": each.opened_at.isoformat(),
                "last_at": each.last_at.isoformat(),
                "code": each.code,
                "said": each.detail,
                "taken_by": each.taken_by,
                "do": advice.about(each.reason).do,
            }
            for each in found
        ]
    if as_json:
        print_json({"incidents": rows})
        return
    table = Table("id", "receiver", "our domain", "reason", "events", "last", "said", box=None)
    for each in found:
        row = (each.id, each.receiver, each.domain, each.reason, each.events)
        last = phrases.moment(each.last_at)
        table.add_row(*(str(cell or "") for cell in (*row, last, each.detail)))
    Terminal().print(table)


@app.command()
def take(
    incident_id: Annotated[int, typer.Argument(help="Number of the incident.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say that you look after an incident; the first to say so stays."""
    with transaction() as tx:
        is_news = acts.take(tx, incident_id, actor=actor(), now=clock.now())
    if as_json:
        print_json({"taken": incident_id, "changed": is_news})
    else:
        whose = "yours to look after" if is_news else "looked after already"
        sys.stdout.write(f"Incident {incident_id} is {whose}.\n")


@app.command()
def close(
    incident_id: Annotated[int, typer.Argument(help="Number of the incident.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Close an incident; the next refusal of its kind opens a new one."""
    with transaction() as tx:
        acts.close(tx, incident_id, actor=actor(), now=clock.now())
    if as_json:
        print_json({"closed": incident_id})
    else:
        sys.stdout.write(f"Incident {incident_id} is closed.\n")


@app.command()
def lift(
    incident_id: Annotated[int, typer.Argument(help="Number of the incident, open or closed.")],
    *,
    why: Annotated[str, typer.Option("--why", help="For the audit and the readers' timelines.")],
    as_json: AsJson = False,
) -> None:
    """Lift every suppression caused by mail that came back during an incident."""
    with transaction() as tx:
        lifted = acts.lift(tx, incident_id, why=why, actor=actor(), now=clock.now())
    if as_json:
        print_json({"lifted": lifted})
    else:
        again = phrases.counted(lifted, "address is", "addresses are")
        sys.stdout.write(f"{again} mailed again.\n")


def _mails(path: Path) -> list[tuple[str, bytes]]:
    if is_stdin(path):
        return [("-", start_of_stdin(LARGEST))]
    return list(mailboxes.messages(path))


def _tell(intake: "intakes.Intake", *, as_json: bool) -> None:
    row, counted = intake.counted, phrases.counted
    if as_json:
        print_json(row)
    else:
        sys.stdout.write(
            f"{counted(row['mails'], 'mail')}, {row['reports']} of them reports: "
            f"{counted(row['events'], 'new event')}, {row['known']} already known, "
            f"{row['strangers']} not about our mail, "
            f"{counted(row['suppressed'], 'address')} suppressed.\n"
        )
    if row["unreadable"]:
        raise PartialError(
            f"{counted(row['unreadable'], 'mail')} could not be read, which is a bug in Syndicate; "
            "the log names each by its SHA-256."
        )


def _cells(row: dict[str, Any] | None) -> tuple[str, ...]:
    if row is None:
        return ("no report", "", "", "", "", "")
    code = " ".join(str(part) for part in (row["code"], row["status"]) if part)
    hard = "yes" if row["is_hard"] else ""
    return (row["kind"], row["recipient"], row["reason"], code, hard, row["detail"][:60])
