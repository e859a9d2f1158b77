"""`syndicate migrate`: bring the database's schema up to this version, one process at a time.

What was taken down and came back with a restored backup is taken down again; a database that was
restored sends no mail.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from syndicate import clock, logs, phrases, settings
from syndicate.cli.options import AsJson, print_json
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.running import Adoption
from syndicate.errors import PermanentError
from syndicate.journal import lives, readers, takedowns
from syndicate.mail.recovery import copy_check
from syndicate.settings import Settings
from syndicate.store.maintenance import migrate as schema

log = logs.get(__name__)

Restored = Annotated[
    bool,
    typer.Option(
        "--restored",
        help="Everything was restored together, journal and logs too: hold mail until released.",
    ),
]


def migrate(
    *,
    begin: Annotated[
        str | None, typer.Option(help="Write the next migration instead, with this title.")
    ] = None,
    restored: Restored = False,
    as_json: AsJson = False,
) -> None:
    """Bring the database's schema up to this version; safe to run twice or concurrently."""
    if begin is not None:
        sys.stdout.write(f"{begin_migration(begin, schema.MIGRATIONS)}\n")
        return
    before = schema.current()
    after = schema.upgrade()
    path = takedowns.path_of(settings.load())
    repeated = takedowns.replay(path, clock.now()) if path is not None else 0
    held = _compare(is_all_restored=restored)
    if as_json:
        said = {"before": before, "after": after, "takedowns_repeated": repeated, "held": held}
        print_json(said)
        return
    if held is not None:
        sys.stdout.write(f"{copy_check.held_notice(held)}\n")
    if repeated:
        again = phrases.counted(
            repeated,
            "takedown or kill from the journal was",
            "takedowns and kills from the journal were",
        )
        sys.stdout.write(f"{again} applied again.\n")
    if before == after:
        sys.stdout.write(f"The schema is already at {after}.\n")
    else:
        sys.stdout.write(f"The schema went from {before or 'nothing'} to {after}.\n")


def begin_migration(title: str, folder: Path) -> Path:
    """Write the next migration, as `schema.begin` does, beside a database of this code's schema.

    A database that the settings name is not asked, and none has to be there.
    """
    with _schema_alone():
        return schema.begin(title, folder)


@contextmanager
def _schema_alone() -> Iterator[None]:
    """A PostgreSQL that has what the migrations make, and ends with the block."""
    with tempfile.TemporaryDirectory(prefix="syndicate-migration-") as folder:
        server = Postgres(Path(folder), durable=False)
        try:
            adoption = Adoption({"SYNDICATE_DATABASE_URL": server.start()})
            try:
                schema.upgrade()
                yield
            finally:
                adoption.undo()
        finally:
            server.stop(now=True)
            server.remove()


def _compare(*, is_all_restored: bool) -> str | None:
    """Why mail is held, if it is; else the journal knows of this database from now on."""
    held = copy_check.wake(clock.now(), is_start=True, is_all_restored=is_all_restored)
    try:
        _keep(settings.load())
    except PermanentError as error:
        # Where it is only read here: the tick writes it.
        log.warning("journal_not_written", reason=str(error))
    return held


def _keep(own: Settings) -> None:
    """Write down what the journals lack; of takedowns also what an older version left out."""
    if (path := lives.path_of(own)) is not None:
        lives.keep(path)
    if (path := readers.path_of(own)) is not None:
        readers.keep(path)
    if (path := takedowns.path_of(own)) is not None:
        takedowns.keep(path, is_whole=True)
