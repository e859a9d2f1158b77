"""Real servers for the tests, made once per session: PostgreSQL and Valkey, both embedded.

`database` hands each test a clean migrated database; `valkey_url` an empty broker. A test without
them touches no server.
"""

import gc
import itertools
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
import structlog

from syndicate import jobs, settings
from syndicate.embedded.postgres import Postgres
from syndicate.embedded.valkey import Valkey
from syndicate.store.ground import session
from syndicate.store.maintenance import migrate
from tests import connections, leftovers
from tests.clean_database import CleanDatabase

pytest_plugins = ("tests.skips",)

# A busy machine makes everything slow, and that is no fault of the example.
hypothesis.settings.register_profile(
    "house",
    max_examples=10,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
# `make long` asks five times as many.
hypothesis.settings.register_profile(
    "long", hypothesis.settings.get_profile("house"), max_examples=50
)
hypothesis.settings.load_profile("house")

MASTER_KEY = "00112233445566778899aabbccddeeff" * 2
_names = itertools.count(1)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a value of bytes by its argument.

    What is packed holds the second of its packing: each worker would collect other names.
    """
    return argname if isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    """What is there now stays: looking through it for garbage took a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def settings_env(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings of the test and of nobody else: set more with `settings_env.setenv`, then
    `settings.load.cache_clear()`. There is no broker unless a test takes `valkey_url`."""
    _clean(monkeypatch)
    _forget()
    yield monkeypatch
    _forget()


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """What a command sets up for its own process is no longer there for the next test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    _log_plainly()


def _log_plainly() -> None:
    """As structlog does by itself, but for tracebacks in colours: one takes seconds to draw."""
    structlog.reset_defaults()
    formatter = structlog.dev.plain_traceback
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=formatter)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


_log_plainly()


@pytest.fixture(scope="session", autouse=True)
def _no_parsing_child_left() -> Iterator[None]:
    """The processes that read documents are kept warm between tests, and end with the session."""
    yield
    reading = sys.modules.get("syndicate.reading.pool")
    if reading is not None:
        reading.close()


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    with leftovers.folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(server_dir: Path) -> Iterator[Postgres]:
    """The PostgreSQL of this session. Its database `syndicate` is migrated and stays untouched."""
    server = Postgres(server_dir, durable=False)
    url = server.start()
    with pytest.MonkeyPatch.context() as monkeypatch:
        _clean(monkeypatch)
        monkeypatch.setenv("SYNDICATE_DATABASE_URL", url)
        _forget()
        migrate.upgrade()
        session.dispose()
        _forget()
    yield server
    server.stop(now=True)
    server.remove()


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The address of the session's PostgreSQL, database `postgres`: for making databases."""
    return postgres.url("postgres")


@pytest.fixture
def empty_database(
    postgres: Postgres, postgres_url: str, settings_env: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a database without tables, set in the settings."""
    name = f"empty_{next(_names)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template1 STRATEGY FILE_COPY")
        settings_env.setenv("SYNDICATE_DATABASE_URL", postgres.url(name))
        _forget()
        yield postgres.url(name)
        _forget()
        session.dispose()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def clean_database(postgres: Postgres, postgres_url: str) -> Iterator[CleanDatabase]:
    """What `database` hands out."""
    made = CleanDatabase(postgres_url, postgres.url, "syndicate")
    yield made
    made.close()


@pytest.fixture
def database(clean_database: CleanDatabase, settings_env: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a clean migrated database, set in the settings."""
    url = clean_database.take()
    settings_env.setenv("SYNDICATE_DATABASE_URL", url)
    _forget()
    yield url
    _forget()
    if not clean_database.give_back(connections.open_now()):
        session.dispose()


@pytest.fixture(scope="session")
def valkey(server_dir: Path) -> Iterator[Valkey]:
    """The Valkey of this session."""
    server = Valkey(server_dir)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey_url(valkey: Valkey, settings_env: pytest.MonkeyPatch) -> str:
    """The address of an empty broker, set in the settings."""
    url = valkey.url()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(url.removeprefix("unix://"))
        connection.sendall(b"FLUSHALL\r\n")
        assert connection.recv(64) == b"+OK\r\n"
    settings_env.setenv("SYNDICATE_REDIS_URL", url)
    _forget()
    return url


def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this shell's settings away; what is left is the same on every machine."""
    for name in settings.FIELDS:
        monkeypatch.delenv(f"{settings.PREFIX}{name.upper()}", raising=False)
    monkeypatch.delenv("SYNDICATE_SECRETS_DIR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("SYNDICATE_CONFIG", "/nonexistent/syndicate.toml")
    monkeypatch.setenv("SYNDICATE_ENVIRONMENT", "test")
    monkeypatch.setenv("SYNDICATE_MASTER_KEY", MASTER_KEY)
    # Nobody answers there: hints fail at once and in silence, as in a night without a broker.
    monkeypatch.setenv("SYNDICATE_REDIS_URL", "unix:///nonexistent/valkey.sock")


def _forget() -> None:
    """Drop what the process remembers about its settings and servers."""
    settings.load.cache_clear()
    jobs._producer.cache_clear()
    jobs.BREAKER.open_until = 0.0
