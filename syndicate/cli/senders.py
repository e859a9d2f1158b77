"""`syndicate senders`: what each publication's sender needs in DNS, what is there, what to do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate import clock, phrases
from syndicate.cli.actors import actor
from syndicate.cli.findings import Finding
from syndicate.cli.options import AsJson, print_json
from syndicate.cli.terminal import Table, Terminal
from syndicate.mail.mime import signers
from syndicate.mail.sender import check as looking
from syndicate.mail.sender import steering
from syndicate.mail.sender.lines import in_one_piece, is_in_pieces
from syndicate.newsroom import publications as meant
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.newsroom import publications, sender_checks, streams
from syndicate.store.newsroom.sender_checks import Sender
from syndicate.vocabulary.sending import RecordState

app = typer.Typer(no_args_is_help=True)
Publication = Annotated[
    str | None,
    typer.Option("--publication", "-p", help="Slug of the publication; the only one there is."),
]


@app.command("list")
def list_senders(*, as_json: AsJson = False) -> None:
    """List what was found when DNS was asked last, once a day or by `check`."""
    with transaction() as tx:
        found = sender_checks.every(tx)
    _tell(found, as_json=as_json)


@app.command()
def check(
    *,
    publication: Publication = None,
    as_json: AsJson = False,
) -> None:
    """Ask DNS about a publication's sender now, and keep what was found."""
    with transaction() as tx:
        slug = meant.named_or_only(tx, publication).slug
    _tell([steering.check(slug, actor=actor(), now=clock.now())], as_json=as_json)


@app.command()
def rotate(
    *,
    publication: Publication = None,
    domain: Annotated[
        str,
        typer.Option(help="Make the key of this domain alone, where mail comes from several."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make a new key for a publication's mail; it signs once DNS shows the record printed here."""
    with transaction() as tx:
        slug = meant.named_or_only(tx, publication).slug
    _tell([steering.rotate(slug, domain, actor=actor(), now=clock.now())], as_json=as_json)


def looked(own: Settings) -> list[dict[str, str]]:
    """Every line of the table of every publication, asked for now; nothing is kept."""
    migrate.require_current()
    with transaction() as tx:
        known = [
            (each.slug, streams.origins(tx, each)) for each in publications.all_publications(tx)
        ]
        keys = signers.read(tx, own)
    return [
        {
            "publication": slug,
            "record": line.record.value,
            "state": line.state.value,
            "wanted": line.wanted,
            "found": line.found,
            "do": line.do,
            "about": line.about,
            "value": in_one_piece(line.wanted),
        }
        for slug, origins in known
        for line in looking.look(origins, own, keys)
    ]


def check_dns(own: Settings, _data_dir: Path) -> Finding:
    """Whether senders have what they need in DNS."""
    if own.database_url is None:
        return Finding("dns", "ok", "Senders are in the database; none is running yet.")
    found = looked(own)
    wrong = [each for each in found if each["state"] == RecordState.WRONG]
    if wrong:
        named = dict.fromkeys(f"{each['record']} of {each['publication']}" for each in wrong)
        told = ", ".join(named)
        says = f"DNS is not right: {told}. /console/senders says what to do."
        return Finding("dns", "warn", says)
    unknown = sum(each["state"] == RecordState.UNKNOWN for each in found)
    if unknown:
        says = f"Nothing is wrong; unknown: {unknown} of {phrases.counted(len(found), 'record')}."
        return Finding("dns", "ok", f"{says} `syndicate doctor --only dns --json` says why.")
    return Finding("dns", "ok", "DNS has what the senders need.")


def show(rows: Sequence[dict[str, str]]) -> None:
    """Print the table."""
    table = Table("record", "state", "wanted", "found", "what to do")
    for each in rows:
        record = "\n".join(filter(None, (each["record"], each["about"])))
        wanted = each["wanted"]
        if is_in_pieces(wanted):
            wanted += f"\n\nIn one piece, for a form:\n{each['value']}"
        table.add_row(record, each["state"], wanted, each["found"], each["do"])
    Terminal().print(table)


def _tell(found: Sequence[Sender], *, as_json: bool) -> None:
    if as_json:
        print_json({"senders": [_as_dict(each) for each in found]})
        return
    for each in found:
        asked = f"asked {phrases.moment(each.checked_at)}" if each.checked_at else "not asked yet"
        Terminal().print(f"{each.name} ({each.slug}): {each.address}, {asked}")
        if each.records:
            show(_as_dict(each)["records"])


def _as_dict(sender: Sender) -> dict[str, Any]:
    return {
        "publication": sender.slug,
        "sender": sender.address,
        "checked_at": sender.checked_at.isoformat() if sender.checked_at else None,
        "records": [
            {
                "record": row.record.value,
                "state": row.state.value,
                "wanted": row.wanted,
                "found": row.found,
                "do": row.do,
                "about": row.about,
                "value": in_one_piece(row.wanted),
            }
            for row in sender.records
        ],
    }
