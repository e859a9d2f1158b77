"""`syndicate issues`: see what came out and what is held; send it, merge it, drop it, try it."""

import email
import email.policy
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.cli.actors import actor
from syndicate.cli.files import written_or_printed
from syndicate.cli.options import AsJson, Yes, one_of, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.errors import NotFoundError
from syndicate.newsletters import deciding, run, specimen
from syndicate.newsroom.newsletters import named, numbered
from syndicate.store.composition import issues
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue
from syndicate.store.sending import ledger
from syndicate.vocabulary.newsletters import IssueState

app = typer.Typer(no_args_is_help=True)

IssueId = Annotated[int, typer.Argument(help="The issue, as `issues list` names it.")]
Language = Annotated[
    str | None, typer.Option(help="Language of the mail; the newsletter's first if none.")
]


@app.command("list")
def list_issues(
    *,
    newsletter: Annotated[str | None, typer.Option(help="Slug: only this one's.")] = None,
    state: Annotated[
        str | None, typer.Option(help=f"Only {', '.join(IssueState)}.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List issues, newest first, the empty and the held ones too."""
    states = () if state is None else (one_of(IssueState, state, "state"),)
    with transaction() as tx:
        ids = None if newsletter is None else [named(tx, newsletter).id]
        found = issues.listed(tx, newsletter_ids=ids, states=states, limit=limit)
        rows = [issue_row(tx, issue) for issue in found]
        slots = [_slot(tx, issue) for issue in found]
    if as_json:
        print_json({"issues": rows})
        return
    table = Table("issue", "newsletter", "slot", "state", "audience", "mailing", box=None)
    for row, slot in zip(rows, slots, strict=True):
        said = {**row, "slot": slot}
        cells = ("id", "newsletter", "slot", "state", "audience", "mailing_id")
        table.add_row(*("" if said[cell] is None else str(said[cell]) for cell in cells))
    Terminal().print(table)


@app.command()
def show(issue_id: IssueId, *, as_json: AsJson = False) -> None:
    """Show one issue: its state and why, its stories, its mailing."""
    with transaction() as tx:
        found = run.known_issue(tx, issue_id)
        row = issue_row(tx, found)
        slot = _slot(tx, found)
        told = [
            {"position": each.position, "article_id": each.article_id, "headline": headline}
            for each, headline in issues.carried(tx, issue_id)
        ]
    if as_json:
        print_json({**row, "carried": told})
        return
    shown = {**row, "slot": slot}
    for name in ("id", "newsletter", "slot", "state", "note", "number"):
        if shown[name] is not None:
            said = "number for readers" if name == "number" else name
            sys.stdout.write(f"{said:<20}{shown[name]}\n")
    if row["mailing_id"] is not None:
        readers = phrases.counted(row["audience"], "reader")
        sys.stdout.write(f"{'mailing':<20}{row['mailing_id']}, {readers}\n")
    for each in told:
        sys.stdout.write(
            f"  {each['position']:2} article {each['article_id']}: {each['headline']}\n"
        )


@app.command()
def preview(
    issue_id: IssueId,
    *,
    language: Language = None,
    html: Annotated[bool, typer.Option("--html", help="The HTML part alone.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The text part alone.")] = False,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout unless given.")] = None,
) -> None:
    """Show an issue's mail with every story as it would be sent; nothing is stored or sent."""
    message = specimen.preview(issue_id, clock.now(), actor=actor(), language=language)
    shown = part(message, "html") if html else part(message, "plain") if text else message
    with written_or_printed(out) as file:
        file.write(shown)


@app.command("test")
def send_test(
    issue_id: IssueId,
    *,
    to: Annotated[str, typer.Option(help="Address that the mail goes to.")],
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Send an issue's mail to one address, marked as a test; no reader gets it."""
    mailing_id = specimen.send_test(issue_id, to, language=language, actor=actor(), now=clock.now())
    if as_json:
        print_json({"issue_id": issue_id, "mailing_id": mailing_id})
    else:
        sys.stdout.write(f"A test of issue {issue_id} is on its way: mailing {mailing_id}.\n")


@app.command()
def send(
    issue_id: IssueId,
    *,
    here: Annotated[
        bool, typer.Option(help="Compose in this process; by default the workers do it.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Send an issue that is held or was empty; with nothing new it says so to its readers."""
    now = clock.now()
    deciding.send(issue_id, actor=actor(), now=now)
    if here:
        run.compose_issue(issue_id, now)
    _tell(issue_id, as_json=as_json)


@app.command()
def merge(issue_id: IssueId, *, as_json: AsJson = False) -> None:
    """Leave the news of an issue that is held to the next one; it is never sent itself."""
    deciding.merge(issue_id, actor=actor(), now=clock.now())
    _tell(issue_id, as_json=as_json)


@app.command()
def drop(issue_id: IssueId, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Never send an issue that is held, nor its news in a later one."""
    if not yes:
        typer.confirm(f"Drop issue {issue_id} for good?", abort=True, err=True)
    deciding.drop(issue_id, actor=actor(), now=clock.now())
    _tell(issue_id, as_json=as_json)


def issue_row(tx: Transaction, issue: Issue) -> dict[str, Any]:
    """An issue as `--json` lists it."""
    mailing = ledger.of_issue(tx, issue.id)
    return {
        "id": issue.id,
        "newsletter": numbered(tx, issue.newsletter_id).slug,
        "number": issue.number,
        "local_date": issue.local_date.isoformat(),
        "slot": issue.slot,
        "window": [issue.window_from.isoformat(), issue.window_to.isoformat()],
        "state": issue.state.value,
        "note": issue.note,
        "stories": len(issues.carried(tx, issue.id)),
        "subjects": issue.subjects,
        "content_hash": issue.content_hash.hex() if issue.content_hash else None,
        "mailing_id": mailing.id if mailing else None,
        "audience": mailing.audience if mailing else None,
    }


def _slot(tx: Transaction, issue: Issue) -> str:
    """When it is due, which is where its news ends, in its newsletter's zone."""
    return phrases.moment(issue.window_to, numbered(tx, issue.newsletter_id).zone)


def part(message: bytes, subtype: str) -> bytes:
    """One part of a mail, in UTF-8.

    Raises:
        NotFoundError: it has none of this kind.
    """
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    found = parsed.get_body((subtype,))
    if found is None:
        raise NotFoundError(f"The mail has no {subtype} part.")
    return str(found.get_content()).encode()


def _tell(issue_id: int, *, as_json: bool) -> None:
    with transaction() as tx:
        found = issues.find(tx, issue_id)
        row = issue_row(tx, found) if found else {}
    if as_json:
        print_json(row)
        return
    note = f" {row['note']}" if row["note"] else ""
    sys.stdout.write(f"Issue {issue_id} of {row['newsletter']} is {row['state']}.{note}\n")
