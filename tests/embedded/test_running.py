"""What a command takes over from the stack in its data folder, and from whose it takes nothing."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from syndicate import settings
from syndicate.embedded import folder, keys, running
from syndicate.errors import SettingsError

OURS = "postgresql://syndicate@db.example/syndicate"
SERVERS = {
    "SYNDICATE_REDIS_URL": "unix:///run/example/valkey.sock",
    "SYNDICATE_RELAY_URL": "smtp://127.0.0.1:2525",
    "SYNDICATE_PORT": "8123",
}
Stack = Callable[..., Path]


@pytest.fixture
def stack(data_dir: Path, settings_env: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A supervisor's side: the folder held, and what it runs with written down."""
    folder.make(data_dir)
    lock = folder.FolderLock(data_dir)
    lock.take()
    for name in ("CONFIG", "MASTER_KEY", "REDIS_URL"):
        settings_env.delenv(f"SYNDICATE_{name}")
    set_to(settings_env, data_dir=str(data_dir))
    before = dict(os.environ)

    def runs_with(named: Mapping[str, str], *, has_made_key: bool = True) -> Path:
        written = {"settings": {**SERVERS, **named}, "has_made_key": has_made_key}
        folder.write_run(data_dir, written)
        return data_dir

    yield runs_with
    lock.release()
    for name in set(os.environ) - set(before):
        del os.environ[name]
    os.environ.update(before)


def set_to(settings_env: pytest.MonkeyPatch, **named: str) -> None:
    for name, value in named.items():
        settings_env.setenv(f"SYNDICATE_{name.upper()}", value)
    settings.load.cache_clear()


@pytest.mark.parametrize(
    "ours",
    [
        OURS,
        "postgresql://syndicate@db.example:5432/syndicate",
        "postgresql://reader:secret@db.example/syndicate?sslmode=require",
    ],
)
def test_a_command_with_the_stacks_database_takes_over_the_rest(
    stack: Stack, settings_env: pytest.MonkeyPatch, ours: str
) -> None:
    data_dir = stack({"SYNDICATE_DATABASE_URL": OURS})
    set_to(settings_env, database_url=ours)

    assert running.attach() == data_dir

    own = settings.load()
    assert own.database_url == ours
    assert own.need("redis_url") == SERVERS["SYNDICATE_REDIS_URL"]
    assert own.need("relay_url") == SERVERS["SYNDICATE_RELAY_URL"]
    assert own.base_url() == "http://127.0.0.1:8123"
    assert own.key().line() == keys.master_key(data_dir)


@pytest.mark.parametrize(
    "theirs",
    [
        "postgresql://syndicate@db.example/another",
        "postgresql://syndicate@elsewhere.example/syndicate",
        "postgresql://syndicate@db.example:5433/syndicate",
        "postgresql:///syndicate?host=/run/postgresql",
        "postgresql://[",
    ],
)
def test_a_command_with_another_database_takes_nothing(
    stack: Stack, settings_env: pytest.MonkeyPatch, theirs: str
) -> None:
    stack({"SYNDICATE_DATABASE_URL": OURS})
    set_to(settings_env, database_url=theirs)

    assert running.attach() is None

    assert settings.load().redis_url is None
    assert "SYNDICATE_MASTER_KEY" not in os.environ


def test_what_a_command_names_itself_is_left_alone(
    stack: Stack, settings_env: pytest.MonkeyPatch
) -> None:
    stack({"SYNDICATE_DATABASE_URL": OURS})
    set_to(settings_env, database_url=OURS, redis_url="redis://127.0.0.1:6379/0")

    running.attach()

    assert settings.load().redis_url == "redis://127.0.0.1:6379/0"


def test_a_file_of_settings_is_read_by_a_command_that_has_none(
    stack: Stack, settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "theirs.toml"
    file.write_text(f'database_url = "{OURS}"\npublic_url = "https://news.example"\n')
    stack({"SYNDICATE_CONFIG": str(file)})
    settings_env.chdir(tmp_path)

    running.attach()

    assert settings.load().database_url == OURS
    assert settings.load().base_url() == "https://news.example"


def test_no_key_is_made_for_a_stack_that_was_given_one(
    stack: Stack, settings_env: pytest.MonkeyPatch
) -> None:
    data_dir = stack({"SYNDICATE_DATABASE_URL": OURS}, has_made_key=False)
    set_to(settings_env, database_url=OURS)

    running.attach()

    with pytest.raises(SettingsError, match="set this installation's key"):
        settings.load().key()
    assert not (data_dir / "secrets").exists()
