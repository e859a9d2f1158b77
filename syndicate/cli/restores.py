"""What `syndicate doctor` says of what stands beside the database for the day of a restore."""

from pathlib import Path
from typing import Literal

from syndicate import clock
from syndicate.cli.findings import Finding
from syndicate.journal import lives, takedowns
from syndicate.mail.recovery import copy_check
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform import installation
from syndicate.store.recovery import copies


def check_takedowns(own: Settings, _data_dir: Path) -> Finding:
    """Whether the database knows every takedown of the journal, and there is a journal."""
    if own.database_url is None:
        return Finding("takedowns", "ok", "They are compared while it runs.")
    migrate.require_current()
    path = takedowns.path_of(own)
    if path is None:
        says = "A restored backup would undo them; set SYNDICATE_TAKEDOWN_LOG."
        return Finding("takedowns", _grave(own), says)
    missing = takedowns.unheeded(path)
    if missing:
        says = (
            f"The database does not know {len(missing)} of {path}: it was restored. Run "
            "`syndicate migrate` before anything else starts."
        )
        return Finding("takedowns", "fail", says)
    return Finding("takedowns", "ok", f"The database knows all of {path}.")


def check_restore(own: Settings, _data_dir: Path) -> Finding:
    """Whether mail is held as a copy's, and whether a restored backup would be noticed."""
    if own.database_url is None:
        return Finding("restore", "ok", "It is compared with its journal while it runs.")
    migrate.require_current()
    path = lives.path_of(own)
    head = lives.head(path) if path is not None else None
    with transaction() as tx:
        row = installation.read(tx)
        found = copies.here(tx)
        files = copies.folder(tx)
        silence = copy_check.silence(tx, clock.now())
    if row is None:
        return Finding("restore", "fail", "The database has no life yet; run `syndicate migrate`.")
    clause = copies.moved(row.home or found.home, found.home) or lives.conflict(head, row)
    if clause is not None and row.held_why is None:
        silence = (
            f"The database was restored or copied ({clause}). Run `syndicate migrate` at once."
        )
    if silence is not None:
        return Finding("restore", "fail", silence)
    if row.rest_held_at is not None:
        return Finding("restore", "warn", copy_check.rest_notice(row.rest_held_at))
    if (exposed := _exposed(own, path, files)) is not None:
        return Finding("restore", _grave(own), exposed)
    says = (
        f"The database matches its journal {path}. If everything is restored together, journal "
        "and logs included, that cannot be detected: start it with `syndicate up --restored` or "
        "`syndicate migrate --restored`."
    )
    return Finding("restore", "ok", says)


def _exposed(own: Settings, path: Path | None, files: str | None) -> str | None:
    """Why the journal would be lost, or brought back, with the database; None where it would not.

    Args:
        own: the settings.
        path: of the journal.
        files: PostgreSQL's folder, where it says so.
    """
    is_named = own.journal is not None or own.takedown_log is not None
    if path is None or (_is_live(own) and not is_named):
        return (
            "A restored backup could go unnoticed, and mail readers twice who left; set "
            "SYNDICATE_JOURNAL to a file on another disk than the database's."
        )
    here = _device(path.parent)
    if not _is_live(own) or files is None or here is None or here != _device(Path(files)):
        return None
    return (
        f"The journal {path} is on the disk of the database: both are lost together, and one "
        "snapshot brings both back. Set SYNDICATE_JOURNAL to a file on another disk, or on a "
        "mounted share."
    )


def _device(folder: Path) -> int | None:
    """Which disk a folder is on; None where it is not to be seen from here."""
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def _is_live(own: Settings) -> bool:
    return own.environment == "production"


def _grave(own: Settings) -> Literal["warn", "fail"]:
    return "fail" if _is_live(own) else "warn"
