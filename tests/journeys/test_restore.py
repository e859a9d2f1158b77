"""`syndicate up` on a database that was brought back: held, settled, released, nobody mailed twice.

A backup before the issue, the issue to 30, one reader leaves and one is erased, then the backup is
restored as docs/operations.md says it.
"""

import json
import subprocess
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from syndicate.embedded import places
from syndicate.embedded.postgres import DATABASE, Postgres
from tests.embedded.processes import wait_for
from tests.journeys.running import NEWSROOM_STACK, SYNDICATE, Running, fresh_folder, running

pytestmark = pytest.mark.faults

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
        assert _mailed(data_dir) == sent
        assert set(sent.values()) == {1}


def _send_the_issue(data_dir: Path, backup: Path) -> None:
    with running([*NEWSROOM_STACK, str(data_dir), "3600", str(READERS)], data_dir) as program:
        assert program.json_of("collect", "run")["failed"] == 0
        _run(data_dir, "pg_dump", "--format=custom", f"--file={backup}", DATABASE, of=program)
        program.json_of("newsletters", "send", "morning-harbour")
        assert wait_for(lambda: len(_mailed(data_dir)) == READERS, seconds=60)
        [(erased,)] = program.rows("SELECT address FROM subscriber ORDER BY id LIMIT 1")
        assert program.command("subscribers", "erase", erased, "--yes").returncode == 0
        program.end()


def _is_held(program: Running) -> None:
    time.sleep(TICKS_S)
    refused = program.command("doctor", "--only", "restore")
    assert (refused.returncode, "No mail leaves" in refused.stdout) == (5, True)
    planned = program.json_of("mailings", "release", "--dry-run")
    assert planned["mailings"] == []
    assert [each["newsletter"] for each in planned["sent_before"]] == ["morning-harbour"]


def _mailed(data_dir: Path) -> Counter[str]:
    """How often the mailbox took a mail for each address."""
    lines = (data_dir / "mailbox" / "accept.log").read_text().splitlines()
    return Counter(json.loads(line)["rcpt"][0] for line in lines)


def _bring_back(data_dir: Path, backup: Path) -> None:
    """Restore a backup into an empty database of the same cluster."""
    server = Postgres(data_dir)
    server.start()
    try:
        _run(data_dir, "dropdb", DATABASE, of=server)
        _run(data_dir, "createdb", DATABASE, of=server)
        wanted = ("--no-owner", f"--dbname={DATABASE}", str(backup))
        _run(data_dir, "pg_restore", *wanted, of=server)
    finally:
        server.stop()


def _run(data_dir: Path, name: str, *arguments: str, of: Running | Postgres) -> None:
    url = of.url() if isinstance(of, Postgres) else of.run_file()["settings"][_URL]
    host = parse_qs(urlsplit(url).query)["host"][0]
    program = places.settle(data_dir).programs / name
    done = subprocess.run(
        [str(program), f"--host={host}", "--username=syndicate", *arguments],
        env=dict(places.program_env()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


_URL = "SYNDICATE_DATABASE_URL"
