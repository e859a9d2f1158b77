"""The demo's own ground: a fresh folder, a free port, and nothing of the user's installation."""

import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from syndicate import settings
from syndicate.cli.demo.ground import fresh
from syndicate.embedded import listening
from syndicate.errors import RefusedError

USERS_OWN = {
    "SYNDICATE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "SYNDICATE_RELAY_URL": "smtp://127.0.0.1:1",
    "SYNDICATE_PUBLIC_URL": "https://news.example",
    "SYNDICATE_JOURNAL": "/srv/journal.jsonl",
}
HOW_IT_IS_USED = {"SYNDICATE_LOG_LEVEL": "error", "SYNDICATE_MAIL_CONNECTIONS": "3"}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_no_setting_of_the_users_installation_reaches_the_demo(
    settings_env: pytest.MonkeyPatch,
) -> None:
    for name, value in (USERS_OWN | HOW_IT_IS_USED).items():
        settings_env.setenv(name, value)
    settings_env.setenv("syndicate_hub_url", "https://hub.example")
    settings.load.cache_clear()

    with fresh(None, 0):
        own = settings.load()
        inside = {name for name in os.environ if name.upper().startswith("SYNDICATE_")}

    assert (own.database_url, own.relay_url, own.public_url, own.journal) == (None,) * 4
    assert (own.log_level, own.mail_connections) == ("error", 3)
    assert inside == {*HOW_IT_IS_USED, "SYNDICATE_CONFIG"}


def test_the_users_settings_are_back_afterwards_whatever_happened(
    settings_env: pytest.MonkeyPatch,
) -> None:
    settings_env.setenv("SYNDICATE_PUBLIC_URL", "https://news.example")
    settings.load.cache_clear()
    before = dict(os.environ)

    def fail() -> None:
        with fresh(None, 0):
            os.environ["SYNDICATE_PORT"] = "1"
            settings.load()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert dict(os.environ) == before
    assert settings.load().public_url == "https://news.example"


def test_a_folder_of_its_own_is_gone_when_nothing_was_started_in_it(temporary: Path) -> None:
    with fresh(None, 0) as (folder, _):
        assert folder.parent == temporary
        (folder / "secrets").mkdir()

    assert list(temporary.iterdir()) == []


def test_a_folder_with_logs_stays_for_whoever_wants_to_read_them(temporary: Path) -> None:
    with fresh(None, 0) as (folder, _):
        (folder / "logs").mkdir()
        (folder / "logs" / "web.log").write_text("x")

    assert list(temporary.iterdir()) == [folder]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_that_was_named_is_used_and_stays(tmp_path: Path, is_there: bool) -> None:
    named = tmp_path / "demo"
    if is_there:
        named.mkdir()

    with fresh(named, 0) as (folder, _):
        folder.mkdir(exist_ok=True)

    assert (folder, named.is_dir()) == (named, True)


def test_a_relative_folder_becomes_a_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with fresh(Path("demo"), 0) as (folder, _):
        assert folder == tmp_path / "demo"


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "readers.csv").write_text("address\n")

    with pytest.raises(RefusedError) as refused, fresh(tmp_path / "mine", 0):
        pass

    assert str(refused.value) == (
        f"The demo needs a folder of its own, and {tmp_path / 'mine'} is not empty; name a new "
        "one, or none at all."
    )
    assert (tmp_path / "mine" / "readers.csv").read_text() == "address\n"


@pytest.mark.parametrize("port", [0, 8123])
def test_a_port_that_was_asked_for_is_taken(port: int) -> None:
    with fresh(None, port) as (_, chosen):
        assert chosen == port


def test_a_port_in_the_settings_is_left_to_them(settings_env: pytest.MonkeyPatch) -> None:
    with closing(listening.listen("127.0.0.1", 0)) as taken:
        settings_env.setenv("SYNDICATE_PORT", str(listening.port_of(taken)))
        with fresh(None, None) as (_, chosen):
            assert chosen is None  # whoever set it is told that it is in use


def test_where_nobody_asked_the_usual_port_gives_way_to_a_free_one() -> None:
    try:
        usual = listening.listen("127.0.0.1", 8080)
    except RefusedError:  # another program has it already
        usual = listening.listen("127.0.0.1", 0)

    with closing(usual), fresh(None, None) as (_, chosen):
        assert chosen == 0
