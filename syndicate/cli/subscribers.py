"""`syndicate subscribers`: bring readers in, give them out, count them; look after one of them."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from syndicate import clock, phrases
from syndicate.cli import one_reader
from syndicate.cli.actors import actor
from syndicate.cli.files import bytes_of, written_or_printed
from syndicate.cli.options import AsJson, Yes, print_json
from syndicate.cli.terminal import Terminal
from syndicate.errors import PartialError, UsageError
from syndicate.newsroom.newsletters import named
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.readers import subscribers
from syndicate.subscribers import erase as erasing
from syndicate.subscribers import steering, transfer, uploads
from syndicate.subscribers.transfer import How
from syndicate.subscribers.uploads import Upload

app = typer.Typer(no_args_is_help=True)
for each in one_reader.COMMANDS:
    app.command()(each)
REASONS_SHOWN = 20
_FORETOLD = ("rows", "active", "left", "suppressed", "ended")

Newsletter = Annotated[str, typer.Option("--newsletter", "-n", help="Slug of the newsletter.")]
Ignored = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore-column", help="A column that says nothing about who may be mailed; repeatable."
    ),
]
Encoding = Annotated[
    str, typer.Option(help="Code page of the file, such as cp1252; found out unless given.")
]

OneList = Annotated[
    str, typer.Option("--list", help="Of a file of several lists or tags, the one to import.")
]
ByTags = Annotated[
    bool,
    typer.Option(
        "--tags-as-sections", help="Give readers the sections on offer that their tags name."
    ),
]


FileOfReaders = Annotated[
    Path,
    typer.Argument(
        help="What another tool exported, as it is (CSV, gzip or ZIP), or a list of your own "
        "with a column `address`; - reads stdin."
    ),
]


@app.command(name="import")
def import_(  # noqa: PLR0913 - what a command takes
    file: FileOfReaders,
    *,
    newsletter: Newsletter,
    wording: Annotated[
        str,
        typer.Option(
            help="What these readers agreed to; kept as proof of consent. "
            "Needed except with --dry-run."
        ),
    ] = "",
    origin: Annotated[
        str | None, typer.Option(help="Where the file comes from; its name by default.")
    ] = None,
    ignore_column: Ignored = None,
    encoding: Encoding = "",
    only: OneList = "",
    by_tags: ByTags = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each row; store nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import a file's readers, who agreed elsewhere.

    It never brings back anyone who unsubscribed, here or there, was erased or is suppressed.
    """
    began = time.monotonic()
    transfer.refuse_by_name(file.name)
    how = How(ignore_column or (), only, by_tags)
    found = uploads.opened(bytes_of(file), encoding=encoding, ignored=how.ignored)
    if dry_run:
        _foretell(found, newsletter, how, as_json=as_json)
        return
    done = steering.bring_in(
        found.lines,
        newsletter,
        wording=wording,
        origin=file.name[:200] if origin is None else origin,
        left=found.left,
        how=how,
        actor=actor(),
        now=clock.now(),
    )
    done = found.noted(done)
    if as_json:
        print_json(_told(done, time.monotonic() - began))
    else:
        _tell(done)
    if done.faults:
        were = phrases.counted(done.faults, "line was", "lines were")
        raise PartialError(f"{were} refused; correct what was refused and import it again.")


@app.command()
def export(
    *,
    newsletter: Newsletter,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout unless given.")] = None,
) -> None:
    """Write a newsletter's subscribers as CSV, with what they chose; `import` reads it."""
    with transaction() as tx:
        named(tx, newsletter)
    # Opened first: what was given to nobody is not in the audit. Addresses are nobody else's
    # business, so that others cannot read it.
    with written_or_printed(out) as file:
        found = steering.give_out(newsletter, actor=actor(), now=clock.now())
        file.writelines(line.encode() for line in found)


@app.command()
def counts(*, as_json: AsJson = False) -> None:
    """How many readers each newsletter has."""
    with transaction() as tx:
        rows = {each.slug: subscribers.counts(tx, each.id) for each in newsletters.every(tx)}
    if as_json:
        print_json(rows)
        return
    for slug, row in rows.items():
        numbers = " · ".join(f"{number} {state}" for state, number in row.items())
        sys.stdout.write(f"{slug}: {numbers}\n")


@app.command()
def erase(
    address: Annotated[str, typer.Argument(help="Address of the person to erase.")],
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: address, subscriptions, choices and consents. This cannot be undone."""
    if not yes and not typer.confirm("Erase this person for good?", err=True):
        raise UsageError("Nothing was changed.")
    done = erasing.erase(address, actor=actor(), now=clock.now())
    if as_json:
        print_json({"subscriptions": done.subscriptions})
    else:
        what = phrases.counted(done.subscriptions, "subscription")
        sys.stdout.write(f"Erased, with {what}.\n")


def _foretell(upload: Upload, slug: str, how: How, *, as_json: bool) -> None:
    """Tell what an import would do; a row that could be corrected ends it as it ends the import."""
    found = steering.foresee(
        upload.lines,
        slug,
        left=upload.left,
        how=how,
        actor=actor(),
        now=clock.now(),
    )
    found = upload.noted(found)
    if as_json:
        numbers = {name: getattr(found, name) for name in _FORETOLD}
        rejected = [{"line": line, "reason": reason} for line, reason in found.rejected]
        notes = [{"line": line, "note": note} for line, note in found.notes]
        print_json(numbers | {"rejected": rejected, "notes": notes})
    else:
        _list(
            f"{phrases.counted(found.rows, 'row')}: {found.active} active, {found.left} left, "
            f"{found.suppressed} suppressed{_got_it(found.ended)}, {len(found.rejected)} to "
            "correct. "
            "Nothing was imported.",
            found.rejected,
            found.notes,
        )
    if found.rejected:
        would = phrases.counted(len(found.rejected), "line")
        raise PartialError(f"{would} would be refused; correct them before you import the file.")


def _told(done: transfer.Imported, seconds: float) -> dict[str, object]:
    """What became of a file, for programs: `refused` names those who left too."""
    return {
        "added": done.added,
        "known": done.known,
        "left": done.left,
        "ended": done.ended,
        "refused": [{"line": line, "reason": reason} for line, reason in done.refused],
        "notes": [{"line": line, "note": note} for line, note in done.notes],
        "seconds": round(seconds, 1),
    }


def _tell(done: transfer.Imported) -> None:
    _list(
        f"{done.added} added, {done.known} already known, {done.left} have left"
        f"{_got_it(done.ended)}, {done.faults} refused.",
        done.refused,
        done.notes,
    )


def _got_it(ended: int) -> str:
    return f" ({ended} of them got it here until now)" if ended else ""


def _list(said: str, *told: Sequence[tuple[int, str]]) -> None:
    console = Terminal(stderr=True)
    console.print(said)
    for pairs in told:
        for line, reason in pairs[:REASONS_SHOWN]:
            of_line = f"line {line}: " if line else ""
            console.print(f"  {of_line}{reason}", markup=False, highlight=False)
        if len(pairs) > REASONS_SHOWN:
            console.print(f"  … and {len(pairs) - REASONS_SHOWN} more (--json has them all)")
