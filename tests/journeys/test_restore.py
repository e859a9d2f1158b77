"""`syndicate up` on a database that was brought back: new mail leaves, the rest waits, 0 twice.

Three restores one after the other, as docs/operations.md says them: a backup made before an issue
to 30, into the same cluster; one made after the issue; the first into another cluster. In
between one reader leaves, one is erased, one who had left comes back. The restore in mid-send, and
a replica that takes over, are tried on one database each.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from syndicate import clock, settings, signing
from syndicate.embedded import keys, places
from syndicate.embedded.postgres import Postgres
from syndicate.journal import readers
from syndicate.mail.mime.message import UNSUBSCRIBE
from syndicate.mail.recovery import copy_check
from syndicate.master_key import MasterKey
from syndicate.sample import visitor
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.subscribers import erase
from syndicate.vocabulary.newsletters import SubscriptionState
from tests import leftovers
from tests.acting import TESTER
from tests.embedded.processes import wait_for
from tests.faults import copies
from tests.faults.test_restore_alarms import replica_of, use, wait_until_there
from tests.faults.test_restore_readers import addresses, come_back, leave, subscription
from tests.journeys.running import (
    CHECKOUT,
    NEWSROOM_STACK,
    SYNDICATE,
    Running,
    clean_env,
    fresh_folder,
    running,
    text_of,
)

pytestmark = [pytest.mark.stack, pytest.mark.long]

READERS = 30
ALERTED = [f"alert{number:03}@example.com" for number in range(1, 4)]
RETURNED, LEFT, ERASED = (f"reader{number:03}@example.com" for number in (2, 3, 4))
TICKS_S = 7.0  # three ticks and what they wake
WITHIN_S = 300.0
DIGEST = "morning-harbour"
UP = [*SYNDICATE, "up", "--json", "--port", "0", "--data-dir"]


@pytest.mark.timeout(1200)  # eight starts of all of it
def test_whatever_is_brought_back_new_mail_leaves_and_nobody_is_mailed_twice() -> None:
    with fresh_folder() as here, fresh_folder() as there:
        early, late = (here.with_name(name) for name in ("early.dump", "late.dump"))
        _live(here, early, late)
        folders = (here, there)
        sent = _mailed(*folders)
        # Who came back had a confirmation, and not the issue.
        assert Counter(_readers(sent).values()) == {1: READERS}

        for backup, article in ((early, 1), (late, 2)):
            _bring_back(here, backup)
            with running([*UP, str(here)], here) as program:
                _goes_on(program, folders, article=article)
                program.end()

        shutil.copytree(here / "secrets", there / "secrets")
        _bring_back(there, early)
        beside = {
            "SYNDICATE_JOURNAL": str(here / "journal.jsonl"),
            "SYNDICATE_TAKEDOWN_LOG": str(here / "takedowns.jsonl"),
            "SYNDICATE_RELAY_ACCEPT_LOG": str(here / "mailbox" / "accept.log"),
        }
        with running([*UP, str(there)], there, **beside) as program:
            _goes_on(program, folders, article=3, **beside)
            program.end()

        with running([*UP, str(there), "--restored"], there, **beside) as program:
            assert "an operator said so" in program.said["held"]
            program.end()
        assert _readers(_mailed(*folders)) == _readers(sent)


def _live(data_dir: Path, early: Path, late: Path) -> None:
    """A backup, the issue, one leaves, one is erased, one comes back; another backup."""
    with running([*NEWSROOM_STACK, str(data_dir), "3600", str(READERS)], data_dir) as program:
        assert program.json_of("collect", "run")["failed"] == 0
        _add_alerts(program)
        _leave(program, RETURNED)
        time.sleep(TICKS_S)
        _dump(program, data_dir, early)
        program.json_of("newsletters", "send", DIGEST)
        assert wait_for(lambda: len(_mailed(data_dir)) == READERS - 1, seconds=60)
        _leave(program, LEFT)
        assert program.command("subscribers", "erase", ERASED, "--yes").returncode == 0
        _come_back(program, data_dir, RETURNED)
        time.sleep(TICKS_S)
        _dump(program, data_dir, late)
        program.end()


def _goes_on(program: Running, folders: Sequence[Path], *, article: int, **beside: str) -> None:
    """New mail leaves within minutes, to whom it may; the rest waits for a release, and is none."""
    assert "was restored or copied" in program.said["held"]
    before = _mailed(*folders)
    _alert(program, article)
    assert wait_for(lambda: _more(before, folders) == Counter(ALERTED), seconds=WITHIN_S)
    [warned] = _doctor(program, beside)
    assert (warned["state"], "what was open then is held" in warned["says"]) == ("warn", True)

    assert _states(program) == {LEFT: "ended", RETURNED: "active"}
    assert _command(program, beside, "mailings", "release", "--yes").returncode == 0
    time.sleep(TICKS_S)
    # Asked for by its name it is an issue that was sent.
    _command(program, beside, "newsletters", "send", DIGEST)
    time.sleep(TICKS_S)
    assert _doctor(program, beside)[0]["state"] == "ok"
    assert _more(before, folders) == Counter(ALERTED)


def _command(
    program: Running, beside: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """A command that is told, as the processes are, where the living files are."""
    return subprocess.run(
        [*SYNDICATE, *arguments],
        env=clean_env(SYNDICATE_DATA_DIR=str(program.data_dir), **beside),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def _doctor(program: Running, beside: Mapping[str, str]) -> list[dict[str, str]]:
    told = _command(program, beside, "doctor", "--only", "restore", "--json").stdout
    found: list[dict[str, str]] = json.loads(told.splitlines()[-1])["checks"]
    return found


def _alert(program: Running, number: int) -> None:
    """The newsroom tells of a story at once."""
    query = "SELECT id FROM article WHERE state = 'live' AND language = 'en' ORDER BY id"
    article_id = program.rows(query)[number][0]
    program.json_of("articles", "alert", str(article_id))


def _add_alerts(program: Running) -> None:
    owner = program.rows("SELECT slug FROM publication ORDER BY id")[0][0]
    wanted = ["--name", "Alerts", "--publication", owner, "--kind", "alert"]
    done = program.command("newsletters", "add", "alerts", *wanted)
    assert done.returncode == 0, done.stderr
    path = program.data_dir.with_name("alerts.csv")
    path.write_text("\n".join(["address", *ALERTED]) + "\n")
    program.json_of("subscribers", "import", str(path), "-n", "alerts", "--wording", "Yes.")


def _leave(program: Running, address: str) -> None:
    """The one-click link of a mail, which a mail program follows."""
    query = (
        "SELECT s.id FROM subscription s JOIN subscriber r ON r.id = s.subscriber_id "
        "JOIN newsletter n ON n.id = s.newsletter_id WHERE r.address = %s AND n.slug = %s"
    )
    [(subscription_id,)] = program.rows(query, address, DIGEST)
    key = MasterKey(bytes.fromhex(keys.master_key(program.data_dir)))
    token = signing.sign(key, UNSUBSCRIBE, str(subscription_id))
    url = f"{program.web_url}/unsubscribe/{token}"
    assert visitor._ask("POST", url, headers={}, body=b"List-Unsubscribe=One-Click").status == 200


def _come_back(program: Running, data_dir: Path, address: str) -> None:
    form = visitor.get(f"{program.web_url}/newsletters/{DIGEST}").form()
    time.sleep(2.1)  # whoever is faster is no person
    assert visitor.send(form, {"address": address}).status == 200
    assert wait_for(lambda: bool(_links(program)), seconds=60)
    assert visitor.send(visitor.get(_links(program)[0]).form(), {}).status == 200
    assert _mailed(data_dir)[address] == 1


def _links(program: Running) -> list[str]:
    texts = [text_of(each) for each in program.mails()]
    return [word for text in texts for word in text.split() if "/confirm/" in word]


def _states(program: Running) -> dict[str, str]:
    """How the three of the lost time stand; who was erased is nowhere."""
    query = (
        "SELECT r.address, s.state FROM subscription s JOIN subscriber r ON r.id = s.subscriber_id "
        "WHERE r.address = ANY(%s)"
    )
    return {row[0]: row[1] for row in program.rows(query, [LEFT, RETURNED, ERASED])}


def _readers(sent: Counter[str]) -> Counter[str]:
    """Of the issue; alerts are others'."""
    return Counter({address: number for address, number in sent.items() if address not in ALERTED})


def _more(before: Counter[str], folders: Sequence[Path]) -> Counter[str]:
    return _mailed(*folders) - before


def _mailed(*folders: Path) -> Counter[str]:
    """How often the mailboxes took a mail for each address."""
    logs = [folder / "mailbox" / "accept.log" for folder in folders]
    lines = [line for log in logs if log.exists() for line in log.read_text().splitlines()]
    return Counter(json.loads(line)["rcpt"][0] for line in lines)


def _bring_back(data_dir: Path, backup: Path) -> None:
    """Restore a backup into an empty database, as the handbook says it."""
    with _servers(data_dir) as line:
        steps = f"dropdb syndicate; createdb syndicate; pg_restore --no-owner -d syndicate {backup}"
        done = subprocess.run(
            ["sh", "-ec", f"{line}{steps}"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def _servers(data_dir: Path) -> Iterator[str]:
    """PostgreSQL without anything that mails; the line by which a shell finds it."""
    servers = subprocess.Popen(
        [*SYNDICATE, "servers", "--data-dir", str(data_dir)],
        env=clean_env(),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert servers.stdout
        yield servers.stdout.readline()
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


@pytest.fixture
def folder() -> Iterator[Path]:
    with leftovers.folder() as made:
        yield made


def test_a_replica_that_takes_over_without_the_last_seconds_mails_nobody_who_left(
    settings_env: pytest.MonkeyPatch, folder: Path, valkey_url: str
) -> None:
    """The primary dies with what had not reached the replica; the journal has it."""
    assert valkey_url
    primary = Postgres(folder)
    use(settings_env, primary.start())
    settings_env.setenv("SYNDICATE_JOURNAL", str(folder / "journal.jsonl"))
    settings.load.cache_clear()
    migrate.upgrade()
    with replica_of(primary) as (url, promote):
        left, erased, returned = _live_on(primary, url)
        readers.keep(folder / readers.NAME)
        session.dispose()
        primary.stop(now=True)
        promote()

        use(settings_env, url)
        held = copy_check.wake(clock.now())
        with transaction() as tx:
            states = [subscription(tx, each).state for each in (left, returned)]
        found = addresses()
        session.dispose()
    primary.remove()

    assert held is None
    assert states == [SubscriptionState.ENDED, SubscriptionState.ACTIVE]
    assert erased not in found


def _live_on(primary: Postgres, replica_url: str) -> list[str]:
    """One leaves, one is erased, one comes back, which the replica never hears of."""
    copies.open_newsroom(readers=4)
    left, erased, returned, _stays = addresses()
    leave(returned)
    copy_check.wake(clock.now(), is_start=True)
    copies.tick()
    wait_until_there(primary, replica_url)
    _stop_following(replica_url)
    leave(left)
    erase.erase(erased, actor=TESTER, now=clock.now())
    come_back(returned)
    return [left, erased, returned]


def _stop_following(url: str) -> None:
    """The line to the replica is cut: what is committed from here on never reaches it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET primary_conninfo = ''")
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(1.0)
