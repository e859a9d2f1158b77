"""The first hour in production settings: the processes of docker-compose.yml, Postfix, one file.

From an empty database to a first digest in a mailbox: no SQL, no Python, no sample.
"""

import json
import os
import secrets
import shlex
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
from tests.journeys import handbook
from tests.journeys.running import CHECKOUT, SYNDICATE, clean_env, mails_in, text_of
from tests.journeys.running import mailbox as mailbox_at
from tests.mail.postfix import Postfix

pytestmark = [
    pytest.mark.stack,
    pytest.mark.long,
    pytest.mark.timeout(600),  # eight processes, and each line of the document one more
    pytest.mark.debian("postfix"),
    pytest.mark.skipif(os.getuid() != 0, reason="Postfix starts as root only"),
]

IMPORTED, SIGNED_UP = "reader001@example.com", "reader002@example.com"
_START_S = 120  # eight processes at once, on two cores
HEADLINES = ("The bridge is open again", "Market day moves to Friday")
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

    def says(self, line: str) -> str:
        """What a shell says to a line; it does not fail."""
        return handbook.run(line, self.folder, self.env)

    def json_of(self, command: str) -> Any:
        """What a command says with --json."""
        return json.loads(self.says(f"syndicate {command} --json").splitlines()[-1])

    @contextmanager
    def up(self) -> Iterator[None]:
        """Migrate, then start every other service of ours."""
        services = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
        ours = {name: each["command"] for name, each in services.items() if _is_ours(each)}
        self.says(shlex.join(["syndicate", *ours.pop("migrate")]))
        with ExitStack() as stack:
            for name, command in ours.items():
                log = stack.enter_context((self.folder / f"{name}.log").open("wb"))
                argv = [*SYNDICATE, *command]
                started = subprocess.Popen(
                    argv, env=self.env, cwd=CHECKOUT, stdout=log, stderr=subprocess.STDOUT
                )
                stack.callback(_end, started)
            assert wait_for(self._is_ready, seconds=_START_S), self.said()
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
            f"<link>https://www.courier.example/{number}</link><pubDate>{moment}</pubDate>"
            f"<description>{headline}, the council said, after a long winter.</description></item>"
            for number, headline in enumerate(HEADLINES)
        )
        found.serve(
            "/feed",
            f'<rss version="2.0"><channel><title>The Courier</title>{items}</channel></rss>',
            content_type="application/rss+xml",
        )
        found.serve("/", "<link rel='alternate' type='application/rss+xml' href='/feed'>")
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


def test_the_lines_of_the_document_lead_to_a_first_digest_in_production(
    site: Site, folder: Path, mailbox: Path, relay: str, empty_database: str, valkey_url: str
) -> None:
    here = Production(folder, empty_database, valkey_url, relay)
    (folder / "newsroom.toml").write_text(
        handbook.of_file(handbook.block("With one file", "toml"), site)
    )
    (folder / "readers.csv").write_text(f"address\n{IMPORTED}\n")
    begin, *follow = handbook.lines("In production")
    assert begin == "docker compose up -d"

    with here.up():
        for line in follow:
            if "newsletters test" in line:
                assert _waited(lambda: _has_stories(here)), here.said()
            if "newsletters send" in line:
                _signs_up(here, mailbox)
            here.says(handbook.of_site(line, site))
        _is_set_up(here)
        trial = _waited(lambda: _mail(mailbox, "[Test] Morning Courier", *HEADLINES))
        digests = [_digest(mailbox, who) for who in (IMPORTED, SIGNED_UP)]

    assert trial, here.said()
    assert all("1 Bridge Street, London" in each for each in digests), here.said()


def _digest(mailbox: Path, who: str) -> str:
    words = ("Subject: Morning", f"To: {who}", *HEADLINES)
    return str(_waited(lambda: _mail(mailbox, *words)))


def _has_stories(here: Production) -> bool:
    return len(here.json_of("articles list")["articles"]) == len(HEADLINES)


def _is_set_up(here: Production) -> None:
    """The file made all that it names: again it changes nothing, and nor does the exported one."""
    here.says("docker compose exec -T web syndicate setup --export > exported.toml")
    for name in ("newsroom.toml", "exported.toml"):
        again = here.json_of(f"setup {name}")
        assert (again["create"], again["change"], again["unchanged"]) == ([], [], 3)


def _signs_up(here: Production, mailbox: Path) -> None:
    """A reader signs up by the form, and confirms by the link in the mail."""
    form = visitor.get(f"{here.url}/newsletters/morning").form()
    time.sleep(2.1)  # whoever is faster is no person
    assert visitor.send(form, {"address": SIGNED_UP}).status == 200
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
