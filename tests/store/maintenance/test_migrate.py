"""Migrating: once though two ask, never backwards, and the next one is begun from the classes."""

import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicate import settings
from syndicate.errors import RefusedError, SchemaTooNewError, TemporaryError
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform import installation


def run(statement: str) -> None:
    with transaction() as tx:
        tx.execute(text(statement))


@pytest.mark.usefixtures("empty_database")
def test_an_empty_database_is_migrated_and_stamped() -> None:
    assert migrate.current() is None

    assert migrate.upgrade() == migrate.head() == migrate.current()

    with transaction() as tx:
        stamped = installation.read(tx)
    assert stamped is not None
    assert stamped.environment == "test"


@pytest.mark.usefixtures("empty_database")
def test_two_that_migrate_at_once_do_it_once() -> None:
    versions: list[str] = []
    both = [threading.Thread(target=lambda: versions.append(migrate.upgrade())) for _ in range(2)]

    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert versions == [migrate.head()] * 2


@pytest.mark.usefixtures("database")
def test_a_newer_schema_is_refused_and_left_alone() -> None:
    run("UPDATE alembic_version SET version_num = '9999'")

    for act in (migrate.upgrade, migrate.require_current):
        with pytest.raises(SchemaTooNewError, match=r"has schema 9999, which .* does not know"):
            act()

    assert migrate.current() == "9999"


@pytest.mark.usefixtures("empty_database")
def test_an_older_schema_is_said_with_the_way_out() -> None:
    with pytest.raises(RefusedError, match=r"has schema nothing, .* run `syndicate migrate`"):
        migrate.require_current()


@pytest.mark.usefixtures("empty_database")
@pytest.mark.parametrize("version", [None, "0001", "0012"])
def test_a_database_from_before_the_first_schema_is_refused_in_one_sentence(
    version: str | None,
) -> None:
    run("CREATE TABLE article (id int)")  # as it was once
    if version is not None:
        run("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)")
        run(f"INSERT INTO alembic_version VALUES ('{version}')")  # noqa: S608 - ours

    for _ in range(2):  # nothing is left locked, or changed
        with pytest.raises(RefusedError, match=r"tables are not those of the schema .* export"):
            migrate.upgrade()

    assert migrate.current() == version


def test_a_database_that_is_away_is_one_sentence(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_DATABASE_URL", "postgresql://syndicate@127.0.0.1:1/none")
    settings.load.cache_clear()
    session.dispose()

    with pytest.raises(
        TemporaryError, match=r"^The database does not answer .*SYNDICATE_DATABASE_URL"
    ):
        migrate.require_current()


@pytest.mark.usefixtures("database")
def test_the_next_migration_holds_what_the_database_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder)
    run("ALTER TABLE audit DROP COLUMN detail")

    path = migrate.begin("Add what was done", folder)

    lines = [line.strip() for line in path.read_text().splitlines()]
    assert path.name == f"{int(migrate.head()) + 1:04d}_add_what_was_done.py"
    assert f"down_revision = '{migrate.head()}'" in lines
    changes = [line.partition(", sa.")[0] for line in lines if line.startswith("op.")]
    assert changes == ["op.add_column('audit'", "op.drop_column('audit', 'detail')"]
