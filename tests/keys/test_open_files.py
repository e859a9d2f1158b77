"""A file with a secret that others can read: one sentence, rung, and nothing stands still."""

import datetime as dt
from pathlib import Path

import pytest

from syndicate import files, settings
from syndicate.keys import open_files
from syndicate.store.ground.session import transaction
from tests.rows import NOW

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def secret(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> Path:
    """The master key as a secret file."""
    folder = tmp_path / "secrets"
    folder.mkdir()
    path = folder / "syndicate_master_key"
    path.write_text(f"{'ab' * 32}\n")
    path.chmod(0o400)
    settings_env.delenv("SYNDICATE_MASTER_KEY")
    settings_env.setenv("SYNDICATE_SECRETS_DIR", str(folder))
    settings.load.cache_clear()
    return path


def found() -> list[str]:
    return open_files.found(settings.load())


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602, 0o444])
def test_a_key_file_that_others_may_read_is_told_and_the_key_is_used(
    secret: Path, mode: int
) -> None:
    assert found() == []

    secret.chmod(mode)

    assert found() == [f"{secret} may be read by others; run `chmod 600 {secret}`."]
    assert settings.load().key().signs == bytes.fromhex("ab" * 32)


def test_a_dkim_key_and_a_settings_file_with_a_password_are_looked_at_too(
    secret: Path, tmp_path: Path, settings_env: pytest.MonkeyPatch
) -> None:
    pem, toml = tmp_path / "dkim.pem", tmp_path / "s.toml"
    pem.write_text("pem")
    toml.write_text('relay_url = "smtp://x:password@mx.example"\nport = 1\n')
    settings_env.setenv("SYNDICATE_DKIM_KEY_FILE", str(pem))
    settings_env.setenv("SYNDICATE_CONFIG", str(toml))
    settings.load.cache_clear()
    for each in (pem, toml):
        each.chmod(0o644)

    assert [each.partition(" ")[0] for each in found()] == [str(toml), str(pem)]
    toml.write_text("port = 1\n")
    assert [each.partition(" ")[0] for each in found()] == [str(pem)]
    assert secret.exists()


def test_what_root_hands_to_a_group_of_ours_is_well_and_another_accounts_file_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Kubernetes does with `fsGroup`; the file here is root's where root runs the tests."""
    path = tmp_path / "key"
    path.write_text("x")
    path.chmod(0o440)
    owner = path.stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: 4711)

    told = files.fault_of_secret(path)

    if owner == 0:
        assert told is None
        path.chmod(0o444)
        assert (
            files.fault_of_secret(path) == f"{path} may be read by others; run `chmod 600 {path}`."
        )
    else:
        assert told is not None
        path.chmod(0o400)
        assert files.fault_of_secret(path) == (
            f"{path} belongs to another account, which may change it; run `chown 4711 {path}`."
        )


def test_a_file_that_is_not_there_is_none_of_this(tmp_path: Path) -> None:
    assert files.fault_of_secret(tmp_path / "none") is None
    assert files.fault_of_secret(Path("\0")) is None


@pytest.mark.usefixtures("database")
def test_what_a_worker_found_is_known_for_three_minutes() -> None:
    with transaction() as tx:
        for _ in range(2):
            open_files.note(tx, ["a 50 % file.", "b"], NOW)

        known = [open_files.noted(tx, NOW + each * MINUTE) for each in (-1, 0, 2, 3)]

    assert known == [[], ["a 50 % file.", "b"], ["a 50 % file.", "b"], []]
