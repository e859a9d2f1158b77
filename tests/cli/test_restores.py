"""What doctor says of the journals: red in production without one on a disk of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate import settings
from syndicate.cli import restores
from syndicate.journal import lives
from syndicate.store.ground.session import transaction
from syndicate.store.recovery import copies

pytestmark = pytest.mark.usefixtures("database")
OTHER = Path("/dev/shm")  # noqa: S108 - a second disk that every Linux has


@pytest.fixture
def files() -> Path:
    """Where PostgreSQL has its files."""
    with transaction() as tx:
        named = copies.folder(tx)
    assert named is not None
    return Path(named)


@pytest.fixture
def apart(files: Path) -> Iterator[Path]:
    """A folder on another disk."""
    made = OTHER / f"syndicate-{os.getpid()}"
    made.mkdir()
    assert made.stat().st_dev != files.stat().st_dev
    yield made
    shutil.rmtree(made)


@pytest.fixture
def beside(files: Path) -> Iterator[Path]:
    """A folder on the disk of the database."""
    made = files.parent / f"beside-{os.getpid()}"
    made.mkdir()
    yield made
    shutil.rmtree(made)


def found(
    env: pytest.MonkeyPatch, journal: Path | None, environment: str, data_dir: Path | None = None
) -> tuple[str, str]:
    with transaction() as tx:
        tx.session.connection().exec_driver_sql(
            "UPDATE installation SET environment = %(is)s", {"is": environment}
        )
    env.setenv("SYNDICATE_ENVIRONMENT", environment)
    for name, path in (("JOURNAL", journal), ("DATA_DIR", data_dir)):
        if path is not None:
            env.setenv(f"SYNDICATE_{name}", str(path))
        else:
            env.delenv(f"SYNDICATE_{name}", raising=False)
    settings.load.cache_clear()
    if journal is not None:
        lives.keep(journal)
    finding = restores.check_restore(settings.load(), Path())
    return finding.state, finding.says


@pytest.mark.parametrize(("environment", "state"), [("production", "fail"), ("test", "warn")])
def test_without_a_journal_it_is_red_in_production(
    settings_env: pytest.MonkeyPatch, environment: str, state: str
) -> None:
    told = found(settings_env, None, environment)

    assert (told[0], "set SYNDICATE_JOURNAL to a file" in told[1]) == (state, True)


@pytest.mark.parametrize(("environment", "state"), [("production", "fail"), ("test", "ok")])
def test_a_journal_that_nobody_named_is_one_for_trying_out(
    settings_env: pytest.MonkeyPatch, apart: Path, environment: str, state: str
) -> None:
    assert found(settings_env, None, environment, apart)[0] == state


@pytest.mark.parametrize(("environment", "state"), [("production", "fail"), ("test", "ok")])
def test_a_journal_on_the_disk_of_the_database_goes_with_it(
    settings_env: pytest.MonkeyPatch, beside: Path, environment: str, state: str
) -> None:
    told = found(settings_env, beside / "journal.jsonl", environment)

    assert (told[0], "is on the disk of the database" in told[1]) == (state, state == "fail")


def test_a_journal_on_a_disk_of_its_own_is_right(
    settings_env: pytest.MonkeyPatch, apart: Path
) -> None:
    assert found(settings_env, apart / "journal.jsonl", "production")[0] == "ok"
