"""Migrations: serial, reversible, and at their end exactly what the classes say."""

import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from alembic import command
from sqlalchemy import create_engine

from syndicate.embedded import places
from syndicate.embedded.postgres import DATABASE, Postgres
from syndicate.store.ground import session
from syndicate.store.maintenance import migrate
from syndicate.store.maintenance.tables import METADATA

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"


def scripts() -> list[tuple[str, str, str]]:
    """File name, revision and the one before (or nothing), oldest first."""
    return sorted(
        (Path(each.path).name, each.revision, str(each.down_revision) if each.down_revision else "")
        for each in migrate._scripts().walk_revisions()
    )


def dump(server: Postgres, database: str) -> list[str]:
    """The schema as pg_dump prints it, without what differs between two runs."""
    program = places.settle(server.data_dir).programs / "pg_dump"
    argv = [str(program), "--schema-only", "--no-owner", "--exclude-table=alembic_version"]
    done = subprocess.run(
        [*argv, f"--host={server.socket_dir}", "--username=syndicate", database],
        capture_output=True,
        text=True,
        check=True,
        env=dict(places.program_env()),
    )
    lines = done.stdout.splitlines()
    return [line for line in lines if line and not line.startswith(("--", "\\", "SET ", "SELECT "))]


def name_of(url: str) -> str:
    """The database that an address names."""
    return urlsplit(url).path.removeprefix("/")


def test_numbers_are_serial_and_named_after_their_file() -> None:
    found = scripts()

    expected = [f"{number:04d}" for number in range(1, len(found) + 1)]
    assert [revision for _, revision, _ in found] == expected
    assert [name[:5] for name, _, _ in found] == [f"{number}_" for number in expected]
    assert [before for *_, before in found] == ["", *expected[:-1]]


def test_the_head_is_the_last_file() -> None:
    assert migrate.head() == scripts()[-1][1]


def test_no_other_file_lies_among_them() -> None:
    odd = [
        path.name
        for path in VERSIONS.glob("*.*")
        if not re.match(r"\d{4}_[a-z0-9_]+\.py$", path.name)
    ]

    assert odd == []


def test_the_migrated_schema_is_the_one_that_the_classes_make(
    postgres: Postgres, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE created TEMPLATE template1")
    engine = create_engine(session.driver_url(postgres.url("created")))
    METADATA.create_all(engine)
    engine.dispose()

    migrated = dump(postgres, DATABASE)
    created = dump(postgres, "created")

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE created")
    assert sorted(migrated) == sorted(created), "write a migration: make db-new NAME=…"
    assert len(migrated) > 500


def test_a_step_back_and_forward_leaves_the_same_schema(postgres: Postgres, database: str) -> None:
    name = name_of(database)
    before = dump(postgres, name)
    with session.engine().connect() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()

    left = dump(postgres, name)
    migrate.upgrade()

    assert [line for line in left if line.startswith("CREATE TABLE")] == []
    assert dump(postgres, name) == before
