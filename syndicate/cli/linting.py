"""`syndicate mailings lint`: what is wrong with a mail as it leaves, by our tests' own rules."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from syndicate.bounces.doors import mailboxes
from syndicate.cli.files import bytes_of, is_stdin
from syndicate.cli.options import AsJson, print_json
from syndicate.errors import PartialError
from syndicate.phrases import counted
from syndicate.render import mail_rules

Paths = Annotated[
    list[Path], typer.Argument(help="Files, Maildirs, mboxes or folders; - reads one from stdin.")
]


def lint(paths: Paths, *, as_json: AsJson = False) -> None:
    """Say what is wrong with mails: headers, encodings, text, HTML and CSS; needs no database."""
    mails: list[dict[str, Any]] = [
        {"file": name, "faults": [asdict(fault) for fault in mail_rules.faults(raw)]}
        for path in paths
        for name, raw in ([(str(path), bytes_of(path))] if is_stdin(path) else _held(path))
    ]
    if as_json:
        print_json({"mails": mails})
    else:
        for mail in mails:
            for fault in mail["faults"]:
                sys.stdout.write(f"{mail['file']}: {fault['part']}: {fault['what']}\n")
    wrong = sum(bool(mail["faults"]) for mail in mails)
    if wrong:
        raise PartialError(
            f"{counted(wrong, 'mail')} of {len(mails)} would not be right everywhere; each line "
            "above says in which part and why."
        )
    if not as_json:
        sys.stdout.write(f"{counted(len(mails), 'mail')} right by every rule.\n")


def _held(path: Path) -> list[tuple[str, bytes]]:
    return [(name, _with_line_ends(raw)) for name, raw in mailboxes.messages(path)]


def _with_line_ends(raw: bytes) -> bytes:
    """A mail with the line ends of the wire: files often have those of their machine."""
    return raw if b"\r\n" in raw else raw.replace(b"\n", b"\r\n")
