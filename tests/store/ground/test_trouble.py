"""What the database's own errors are to whoever ran a command: one sentence, and what next."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from syndicate import settings
from syndicate.errors import RefusedError, TemporaryError, UsageError
from syndicate.store.ground.session import dispose, transaction
from syndicate.store.ground.trouble import explain


def error_of(*statements: str) -> Exception:
    """What the database says to the last of these statements."""

    def work() -> None:
        with transaction() as tx:
            for each in statements:
                tx.execute(text(each))

    with pytest.raises(DBAPIError) as caught:
        work()
    return caught.value


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT * FROM no_such_table", 'relation "no_such_table" does not exist'),
        ("SELECT no_such_column FROM article", 'column "no_such_column" does not exist'),
        ("SELECT no_such_function()", "function no_such_function() does not exist"),
    ],
)
def test_another_schema_is_told_as_such(statement: str, said: str) -> None:
    found = explain(error_of(statement))

    assert isinstance(found, RefusedError)
    assert str(found) == (
        f"The database has another schema than this program ({said}); "
        "`syndicate doctor --only database` says which, `syndicate migrate` brings it up."
    )


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT CAST('x' AS integer)", 'invalid input syntax for type integer: "x"'),
        ("SELECT 1 / 0", "division by zero"),
    ],
)
def test_a_value_that_cannot_be_stored_is_the_callers(statement: str, said: str) -> None:
    found = explain(error_of(statement))

    assert isinstance(found, UsageError)
    assert str(found) == (
        f"A value that was given cannot be stored ({said}); "
        "shorten or correct it, nothing was changed."
    )


@pytest.mark.usefixtures("database")
def test_what_the_server_could_not_do_now_may_work_later() -> None:
    found = explain(error_of("SET LOCAL statement_timeout = 10", "SELECT pg_sleep(9)"))

    assert isinstance(found, TemporaryError)
    assert str(found) == (
        "The database could not do it now (canceling statement due to statement timeout); "
        "nothing was changed. Try again, and look into its log if this happens again."
    )


def test_a_database_that_does_not_answer_is_told_with_its_setting(
    settings_env: pytest.MonkeyPatch,
) -> None:
    settings_env.setenv("SYNDICATE_DATABASE_URL", "postgresql://x@127.0.0.1:1/x")
    settings.load.cache_clear()

    found = explain(error_of("SELECT 1"))
    dispose()

    assert isinstance(found, TemporaryError)
    assert str(found).startswith("The database does not answer (")
    assert str(found).endswith("); start it, or correct SYNDICATE_DATABASE_URL.")
    assert str(found).count("\n") == 0


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("SELECT FROM FROM", id="a statement that is none"),
        pytest.param("INSERT INTO tag (publication_id, slug) VALUES (1, 'x')", id="a broken rule"),
    ],
)
def test_what_a_programmer_must_mend_is_not_explained_away(statement: str) -> None:
    assert explain(error_of(statement)) is None


@pytest.mark.parametrize("make", [ValueError, KeyError])
def test_an_error_of_another_kind_is_not_the_databases(make: Callable[[str], Exception]) -> None:
    assert explain(make("x")) is None
