"""Bring the database's schema up to the code's, one process at a time."""

import functools
import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from syndicate import settings
from syndicate.errors import RefusedError, SchemaTooNewError
from syndicate.store.ground import session
from syndicate.store.ground.trouble import explain
from syndicate.store.platform import installation
from syndicate.store.recovery import copies

# Any constant of our own: two processes that migrate at once wait for each other.
ADVISORY_LOCK = 0x53594E44
MIGRATIONS = Path(__file__).parents[1] / "migrations"


def head() -> str:
    """The newest schema version that this code knows."""
    return str(_scripts().get_current_head())


def current() -> str | None:
    """The schema version of the database, or None when it is empty."""
    with session.engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_current() -> None:
    """Make sure that the database answers and has this code's schema.

    Raises:
        TemporaryError: it does not answer.
        SchemaTooNewError: newer code migrated it.
        RefusedError: it waits for `syndicate migrate`.
    """
    try:
        with session.engine().connect() as connection:
            _refuse_newer(connection)
            version = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise explain(error) or error from error
    if version != head():
        raise RefusedError(
            f"The database has schema {version or 'nothing'}, this code needs {head()}; "
            "run `syndicate migrate`.",
            version=version,
        )


def upgrade() -> str:
    """Migrate to the newest version and stamp environment and home. Safe to run twice, or at once.

    Returns:
        The version that the database now has.

    Raises:
        SchemaTooNewError: the database was migrated by newer code.
        RefusedError: its tables are not those of the schema that it names.
    """
    with session.engine().connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
        try:
            _refuse_newer(connection)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        except ProgrammingError as error:
            raise _not_ours(error) from error
        finally:
            connection.rollback()  # of what failed; else the next line would be refused too
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()
    with session.transaction() as tx:
        installation.stamp(tx, settings.load().environment)
        copies.move_in(tx)
    return head()


def begin(title: str, folder: Path = MIGRATIONS) -> Path:
    """Write the next migration, with what the classes have and the database has not.

    Args:
        title: what it does, in a few words: "add the reader's time zone".
        folder: where the migrations stand.

    Returns:
        The file, to be read and corrected: Alembic sees no renames and no data.

    Raises:
        RefusedError: the database waits for `syndicate migrate` first.
    """
    require_current()
    with session.engine().connect() as connection:
        config = _config(folder)
        config.attributes["connection"] = connection
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        number = f"{int(head()) + 1:04d}"
        script = command.revision(config, message=title, rev_id=number, autogenerate=True)
    if not isinstance(script, Script):
        raise TypeError(f"Alembic wrote {script}")
    return Path(script.path)


def _refuse_newer(connection: Connection) -> None:
    version = MigrationContext.configure(connection).get_current_revision()
    connection.commit()
    known = {script.revision for script in _scripts().walk_revisions()}
    if version is not None and version not in known:
        raise SchemaTooNewError(
            f"The database has schema {version}, which this version of Syndicate does not know; "
            "install the version that wrote it, or a newer one.",
            version=version,
        )


def _not_ours(error: ProgrammingError) -> RefusedError:
    """What to do with a database whose tables the migrations do not know."""
    said = str(error.orig).partition("\n")[0].rstrip(".")
    return RefusedError(
        f"The database cannot be upgraded: its tables are not those of the schema that it names "
        f"({said}). It was made by a version from before the first schema that upgrades are made "
        "for, or was changed by hand; the step that failed changed nothing. Go on with a backup of "
        "it and the version that made it: `syndicate subscribers export` there, then set "
        "SYNDICATE_DATABASE_URL to an empty database, and `syndicate subscribers import` here."
    )


def _config(folder: Path = MIGRATIONS) -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(folder))
    return config


@functools.cache  # a process keeps the code that it began with, and reading this takes 60 ms
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
