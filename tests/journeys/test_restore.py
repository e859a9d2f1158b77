"""`syndicate up` on a database that was brought back: held, settled, released, nobody mailed twice.

A backup before the issue, the issue to 30, one reader leaves and one is erased, then the backup is
restored as docs/operations.md says it.
"""

import json
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.embedded import places
from tests.embedded.processes import wait_for
from tests.journeys.running import (
    CHECKOUT,
    NEWSROOM_STACK,
    SYNDICATE,
    Running,
    clean_env,
    fresh_folder,
    running,
)

pytestmark = [pytest.mark.stack, pytest.mark.long]

READERS = 30
TICKS_S = 7.0  # three ticks and what they wake


def test_a_backup_that_is_brought_back_mails_nobody_twice() -> None:
    with fresh_folder() as data_dir:
        backup = data_dir.with_name("nightly.dump")
        _send_the_issue(data_dir, backup)
        sent = _mailed(data_dir)
        _bring_back(data_dir, backup)

        up = [*SYNDICATE, "up", "--json", "--port", "0", "--data-dir", str(data_dir)]
        with running(up, data_dir) as program:
            assert "was restored or copied" in program.said["held"]
            _is_held(program)
            assert _mailed(data_dir) == sent
            assert program.command("mailings", "release").returncode == 1  # nobody answers
            assert program.command("mailings", "release", "--yes").returncode == 0
            time.sleep(TICKS_S)
            # Asked for by its name it is an issue that was sent.
            program.command("newsletters", "send", "morning-harbour")
            time.sleep(TICKS_S)
            assert program.command("doctor", "--only", "restore").returncode == 0
            program.end()
        with running([*up, "--restored"], data_dir) as program:
            assert "an operator said so" in program.said["held"]
            program.end()
        assert _mailed(data_dir) == sent
        assert set(sent.values()) == {1}


def _send_the_issue(data_dir: Path, backup: Path) -> None:
    with running([*NEWSROOM_STACK, str(data_dir), "3600", str(READERS)], data_dir) as program:
        assert program.json_of("collect", "run")["failed"] == 0
        _dump(program, data_dir, backup)
        program.json_of("newsletters", "send", "morning-harbour")
        assert wait_for(lambda: len(_mailed(data_dir)) == READERS, seconds=60)
        [(erased,)] = program.rows("SELECT address FROM subscriber ORDER BY id LIMIT 1")
        assert program.command("subscribers", "erase", erased, "--yes").returncode == 0
        program.end()


def _is_held(program: Running) -> None:
    time.sleep(TICKS_S)
    refused = program.command("doctor", "--only", "restore")
    assert (refused.returncode, "Mail is held" in refused.stdout) == (5, True)
    assert program.json_of("mailings", "release", "--dry-run") == {"mailings": []}
    told = program.command("mailings", "release", "--dry-run").stdout
    assert "Issue 1 of morning-harbour" in told
    assert "according to the journal" in told


def _mailed(data_dir: Path) -> Counter[str]:
    """How often the mailbox took a mail for each address."""
    lines = (data_dir / "mailbox" / "accept.log").read_text().splitlines()
    return Counter(json.loads(line)["rcpt"][0] for line in lines)


def _bring_back(data_dir: Path, backup: Path) -> None:
    """Restore a backup into an empty database of the same cluster, as the handbook says it."""
    servers = subprocess.Popen(
        [*SYNDICATE, "servers", "--data-dir", str(data_dir)],
        env=clean_env(),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert servers.stdout
        line = servers.stdout.readline()
        steps = f"dropdb syndicate; createdb syndicate; pg_restore --no-owner -d syndicate {backup}"
        done = subprocess.run(
            ["sh", "-ec", f"{line}{steps}"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    finally:
        servers.send_signal(signal.SIGINT)
        servers.communicate(timeout=30)
    assert servers.returncode == 0


def _dump(program: Running, data_dir: Path, backup: Path) -> None:
    host = parse_qs(urlsplit(program.run_file()["settings"]["SYNDICATE_DATABASE_URL"]).query)[
        "host"
    ]
    done = subprocess.run(
        [
            str(places.settle(data_dir).programs / "pg_dump"),
            f"--host={host[0]}",
            "--username=syndicate",
            "--format=custom",
            f"--file={backup}",
            "syndicate",
        ],
        env=dict(places.program_env()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
