"""The first hour in production settings: the processes of docker-compose.yml, Postfix, one file.

From an empty database to a first digest in a mailbox: no SQL, no Python, no sample.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from syndicate import clock
from syndicate.errors import FetchError
from syndicate.sample import visitor
from tests.collect.site import Site
from tests.collect.site import running as serving
from tests.embedded.processes import wait_for
from tests.journeys.running import CHECKOUT, SYNDICATE, clean_env, mails_in, text_of
from tests.journeys.running import mailbox as mailbox_at
from tests.mail.postfix import Postfix

pytestmark = [
    pytest.mark.stack,
    pytest.mark.long,
    pytest.mark.debian("postfix"),
    pytest.mark.skipif(os.getuid() != 0, reason="Postfix starts as root only"),
]

READER = "reader001@example.com"
HEADLINES = ("The bridge is open again", "Market day moves to Friday")
NEWSROOM = """\
[[publications]]
slug = "gazette"
name = "The River Gazette"
language = "en"
zone = "Europe/London"
sender_address = "news@gazette.example"
postal_address = "1 Bridge Street, London"

[[sections]]
slug = "town"
name = "Town"

[[newsletters]]
slug = "morning"
name = "Morning Gazette"
times = ["08:00"]
"""
# What leaves Postfix goes to a mailbox of ours.
_ONWARD = """\
default_transport = smtp:[127.0.0.1]:{port}
relay_transport = smtp:[127.0.0.1]:{port}
local_transport = smtp:[127.0.0.1]:{port}
"""


class Production:
    """The services of docker-compose.yml that are ours, as processes with the same commands."""

    def __init__(self, folder: Path, database: str, valkey: str, relay: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        self.env = clean_env(
            SYNDICATE_ENVIRONMENT="production",
            SYNDICATE_MASTER_KEY=secrets.token_hex(32),
            SYNDICATE_PUBLIC_URL=self.url,
            SYNDICATE_DATABASE_URL=database,
            SYNDICATE_REDIS_URL=valkey,
            SYNDICATE_RELAY_URL=relay,
            SYNDICATE_HOST="127.0.0.1",
            SYNDICATE_PORT=str(port),
            SYNDICATE_LOG_FORMAT="json",
            SYNDICATE_DATA_DIR=str(folder / "data"),
            SYNDICATE_TAKEDOWN_LOG=str(folder / "takedowns.jsonl"),
            SYNDICATE_JOURNAL=str(folder / "journal.jsonl"),
        )

    def command(self, *arguments: str) -> str:
        """What a command says; it does not fail."""
        done = subprocess.run(
            [*SYNDICATE, *arguments],
            env=self.env,
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    def json_of(self, *arguments: str) -> Any:
        return json.loads(self.command(*arguments, "--json").splitlines()[-1])

    @contextmanager
    def up(self) -> Iterator[None]:
        """Migrate, then start every other service of ours."""
        services = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
        ours = {name: each["command"] for name, each in services.items() if _is_ours(each)}
        self.command(*ours.pop("migrate"))
        with ExitStack() as stack:
            for name, command in ours.items():
                log = stack.enter_context((self.folder / f"{name}.log").open("wb"))
                argv = [*SYNDICATE, *command]
                started = subprocess.Popen(
                    argv, env=self.env, cwd=CHECKOUT, stdout=log, stderr=subprocess.STDOUT
                )
                stack.callback(_end, started)
            assert wait_for(self._is_ready, seconds=60), self.said()
            yield

    def said(self) -> str:
        """The ends of what the processes wrote."""
        return "\n".join(
            f"{path.name}: {path.read_text()[-2_000:]}" for path in self.folder.glob("*.log")
        )

    def _is_ready(self) -> bool:
        try:
            return visitor.get(f"{self.url}/readyz").status == 200
        except FetchError:
            return False


def _is_ours(service: dict[str, Any]) -> bool:
    return str(service.get("image", "")).startswith("syndicate:")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(45)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def site() -> Iterator[Site]:
    """A publisher's feed of stories of this hour."""
    with serving() as found:
        moment = f"{clock.now():%a, %d %b %Y %H:%M:%S} +0000"
        items = "".join(
            f"<item><guid>story-{number}</guid><title>{headline}</title>"
            f"<link>https://gazette.example/{number}</link><pubDate>{moment}</pubDate>"
            f"<description>{headline}, the council said, after a long winter.</description></item>"
            for number, headline in enumerate(HEADLINES)
        )
        found.serve(
            "/feed.xml",
            f'<rss version="2.0"><channel><title>Gazette</title>{items}</channel></rss>',
            content_type="application/rss+xml",
        )
        yield found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the account `postfix` can enter."""
    made = Path(tempfile.mkdtemp(prefix="syndicate-first-hour-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def mailbox(folder: Path) -> Path:
    """Where mail ends that left Postfix."""
    return folder / "mailbox"


@pytest.fixture
def relay(folder: Path, mailbox: Path) -> Iterator[str]:
    (folder / "postfix").mkdir()
    with mailbox_at(mailbox) as port:
        server = Postfix(folder / "postfix", _ONWARD.format(port=port))
        server.start()
        yield f"smtp://127.0.0.1:{server.port}"
        server.stop()


def test_one_file_leads_to_a_first_digest_in_production(
    site: Site, folder: Path, mailbox: Path, relay: str, empty_database: str, valkey_url: str
) -> None:
    here = Production(folder, empty_database, valkey_url, relay)
    file = folder / "newsroom.toml"
    file.write_text(NEWSROOM)

    with here.up():
        _is_set_up(here, file)
        feed = site.url("/feed.xml")
        found = here.json_of("sources", "find", feed, "--allow", site.origin)
        assert [each["headline"] for each in found["stories"]] == list(HEADLINES)
        where = ("--publication", "gazette", "--section", "town", "--allow", site.origin)
        here.command("sources", "add", feed, *where)
        assert _waited(lambda: len(here.json_of("articles", "list")["articles"]) == 2), here.said()
        _signs_up(here, mailbox)
        here.command("newsletters", "send", "morning", "--what", "new")
        digest = _waited(lambda: _mail(mailbox, "Morning Gazette", *HEADLINES))

    assert digest, here.said()
    assert "1 Bridge Street, London" in digest
    assert f"To: {READER}" in digest


def _is_set_up(here: Production, file: Path) -> None:
    """The file is made, and made again it changes nothing; nor does the one that is exported."""
    planned = here.json_of("setup", str(file), "--dry-run")
    made = [each["kind"] for each in planned["create"]]
    assert made == ["publication", "section", "newsletter"]
    here.command("setup", str(file))
    exported = file.with_name("exported.toml")
    here.command("setup", "--export", "--out", str(exported))
    for each in (file, exported):
        again = here.json_of("setup", str(each))
        assert (again["create"], again["change"], again["unchanged"]) == ([], [], 3)


def _signs_up(here: Production, mailbox: Path) -> None:
    """A reader signs up by the form, and confirms by the link in the mail."""
    form = visitor.get(f"{here.url}/newsletters/morning").form()
    time.sleep(2.1)  # whoever is faster is no person
    assert visitor.send(form, {"address": READER}).status == 200
    mail = _waited(lambda: _mail(mailbox, "/confirm/"))
    assert mail, here.said()
    link = next(word for word in mail.split() if "/confirm/" in word)
    assert visitor.send(visitor.get(link).form(), {}).status == 200


def _mail(mailbox: Path, *words: str) -> str:
    """Headers and text of a mail that holds all these words; "" where none does."""
    for message in mails_in(mailbox):
        lines = [f"{name}: {value}" for name, value in message.items()]
        said = "\n".join([*lines, text_of(message)])
        if all(word in said for word in words):
            return said
    return ""


def _waited(look: Callable[[], Any], *, seconds: float = 90) -> Any:
    """What a look gives as soon as it gives anything."""
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found
