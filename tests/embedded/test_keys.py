"""Secrets that an installation makes once and never again."""

import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from syndicate.embedded import keys
from syndicate.errors import SettingsError


def test_the_master_key_is_made_once(tmp_path: Path) -> None:
    first = keys.master_key(tmp_path)

    assert re.fullmatch("[0-9a-f]{64}", first)
    assert keys.master_key(tmp_path) == first


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert keys.master_key(tmp_path / "a") != keys.master_key(tmp_path / "b")


def test_the_dkim_key_is_one_that_receivers_accept(tmp_path: Path) -> None:
    path = keys.dkim_key_file(tmp_path)
    written = path.read_bytes()

    key = load_pem_private_key(written, password=None)

    assert isinstance(key, RSAPrivateKey)
    assert key.key_size == 2048
    assert keys.dkim_key_file(tmp_path).read_bytes() == written


def test_secrets_are_their_owners_alone(tmp_path: Path) -> None:
    keys.master_key(tmp_path)
    keys.dkim_key_file(tmp_path)

    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "secrets").iterdir()}

    assert modes == {"master_key": 0o600, "dkim.pem": 0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_secret_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    keys.master_key(tmp_path)
    path = tmp_path / "secrets" / "master_key"
    path.chmod(mode)

    with pytest.raises(SettingsError, match=f"chmod 600 {path}"):
        keys.master_key(tmp_path)


def test_a_secret_left_half_written_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / ".master_key.new").write_text("half")

    assert re.fullmatch("[0-9a-f]{64}", keys.master_key(tmp_path))


def test_a_rotation_killed_while_it_writes_leaves_a_whole_key(tmp_path: Path) -> None:
    """Killed in the middle of a hundred writes, the file holds one line or the other."""
    keys.master_key(tmp_path)
    lines = {f"{each:064x} {each + 1:064x} addresses:{each:064x}" for each in range(100)}
    code = (
        "import sys, pathlib; from syndicate.embedded import keys\n"
        "print('ready', flush=True)\n"
        "for line in sys.stdin: keys.replace_master_key(pathlib.Path(sys.argv[1]), line.strip())"
    )
    seen = set()
    for wait_s in (0.0, 0.02, 0.05):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        writer.stdin.write("\n".join(sorted(lines)) + "\n")
        writer.stdin.flush()
        time.sleep(wait_s)
        writer.kill()
        writer.communicate()
        seen.add(keys.master_key(tmp_path))

    assert {len(each) for each in seen - lines} <= {64}
    assert stat.S_IMODE((tmp_path / "secrets" / "master_key").stat().st_mode) == 0o600
    keys.replace_master_key(tmp_path, min(lines))
    assert keys.master_key(tmp_path) == min(lines)
