"""What the database's own errors mean to whoever ran a command: one sentence, and what next."""

from psycopg import errors as told
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, ProgrammingError

from syndicate.errors import RefusedError, SyndicateError, TemporaryError, UsageError

# The database is older or newer than the program that asks it.
_OTHER_SCHEMA = (told.UndefinedTable, told.UndefinedColumn, told.UndefinedFunction)


def explain(error: BaseException) -> SyndicateError | None:
    """An error of ours for one of the database's, or None for what only a programmer can mend.

    Args:
        error: whatever reached the face.
    """
    if isinstance(error, ProgrammingError) and isinstance(error.orig, _OTHER_SCHEMA):
        return RefusedError(
            f"The database has another schema than this program ({_first_line(error)}); "
            "`syndicate doctor --only database` says which, `syndicate migrate` brings it up."
        )
    if isinstance(error, DataError):
        return UsageError(
            f"A value that was given cannot be stored ({_first_line(error)}); "
            "shorten or correct it, nothing was changed."
        )
    if not isinstance(error, OperationalError):
        return None
    if getattr(error.orig, "sqlstate", None) is None:  # no server said this
        return TemporaryError(
            f"The database does not answer ({_first_line(error)}); "
            "start it, or correct SYNDICATE_DATABASE_URL."
        )
    return TemporaryError(
        f"The database could not do it now ({_first_line(error)}); "
        "nothing was changed. Try again, and look into its log if this happens again."
    )


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]
