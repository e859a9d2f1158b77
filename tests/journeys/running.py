"""A whole Syndicate in processes of its own, as the journeys see it: HTTP, rows and files."""

import email.policy
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import psycopg

from syndicate.settings import PREFIX
from tests.embedded.processes import of_stack, wait_for

SYNDICATE = [sys.executable, "-m", "syndicate.cli"]
CHECKOUT = Path(__file__).parents[2]
NEWSROOM_STACK = [sys.executable, str(CHECKOUT / "tests" / "journeys" / "newsroom_stack.py")]
CORPUS = CHECKOUT.parent / "shared" / "corpus"


def clean_env(**more: str) -> dict[str, str]:
    """This shell's environment without its settings of ours."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**env, "SYNDICATE_CONFIG": os.devnull, **more}


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A data folder that does not exist yet; its database goes with it."""
    parent = Path(tempfile.mkdtemp(prefix="syndicate-journey-"))
    try:
        yield parent / "data"
    finally:
        pointer = parent / "data" / "postgres.path"
        if pointer.exists():
            shutil.rmtree(pointer.read_text().strip(), ignore_errors=True)
        shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def mailbox(folder: Path) -> Iterator[int]:
    """A mailbox of its own in a new folder; its port."""
    folder.mkdir()
    argv = [sys.executable, "-m", "syndicate.embedded.mailbox", "--dir", str(folder)]
    with subprocess.Popen(argv, env=clean_env()) as process:
        assert wait_for((folder / "port").exists, seconds=30)
        yield int((folder / "port").read_text())
        process.terminate()


def mails_in(folder: Path) -> list[EmailMessage]:
    """Every message of a mailbox, parsed."""
    parser = BytesParser(_class=EmailMessage, policy=email.policy.default)
    return [
        parser.parsebytes(path.read_bytes()) for path in sorted((folder / "messages").glob("*.eml"))
    ]


class Running:
    """A program that runs a stack in a data folder and prints one JSON line when it is ready.

    Args:
        argv: the program.
        data_dir: its data folder.
        env: more environment.
    """

    def __init__(self, argv: Sequence[str], data_dir: Path, env: Mapping[str, str]) -> None:
        self.data_dir = data_dir
        self.errors = data_dir.with_name("stderr")
        with self.errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                list(argv),
                env=clean_env(**env),
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        self.said: dict[str, Any] = {}

    def wait(self) -> None:
        """Wait for the line of JSON."""
        assert self.process.stdout
        lines = iter(self.process.stdout.readline, b"")
        line = next((line for line in lines if line.startswith(b"{")), b"")
        assert line, self.errors.read_text()
        self.said = json.loads(line)

    def run_file(self) -> dict[str, Any]:
        """What run.json says."""
        found: dict[str, Any] = json.loads((self.data_dir / "run.json").read_text())
        return found

    @property
    def web_url(self) -> str:
        return str(self.run_file()["web_url"])

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query, asked as an outsider would."""
        url = self.run_file()["settings"]["SYNDICATE_DATABASE_URL"]
        with psycopg.connect(url) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def mails(self) -> list[EmailMessage]:
        """Every message of the mailbox, parsed."""
        return mails_in(self.data_dir / "mailbox")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `syndicate` beside the stack."""
        return subprocess.run(
            [*SYNDICATE, *arguments],
            env=clean_env(SYNDICATE_DATA_DIR=str(self.data_dir)),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def json_of(self, *arguments: str) -> dict[str, Any]:
        """What a command says with --json."""
        done = self.command(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def kill(self, name: str) -> None:
        """kill -9 to one process of the stack."""
        os.kill(self.run_file()["processes"][name], signal.SIGKILL)

    def end(self) -> int:
        """Ctrl-C, and what it exits with; nothing of the stack is left."""
        stack = self.run_file()["stack"]
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(60)
        assert wait_for(lambda: not of_stack(stack), seconds=5), of_stack(stack)
        return status

    def close(self) -> None:
        """End it however a test left it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def running(argv: Sequence[str], data_dir: Path, **env: str) -> Iterator[Running]:
    """The program, ready; ended at the end of the block."""
    program = Running(argv, data_dir, env)
    try:
        program.wait()
        yield program
    finally:
        program.close()


def kind_of(mail: EmailMessage) -> str:
    """digest, confirmation or article."""
    [kind] = {"digest", "confirmation", "article"} & set(str(mail["Feedback-ID"]).split(":"))
    return kind


def text_of(mail: EmailMessage) -> str:
    """The text part."""
    part = mail.get_body(("plain",))
    assert part
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    """The HTML part."""
    part = mail.get_body(("html",))
    assert part
    return str(part.get_content())


def slugs_in(text: str) -> list[str]:
    """The sample newsroom's articles that a mail links to, in the order they come first."""
    return list(dict.fromkeys(re.findall(r"/((?:en|ar)/articles/[a-z-]+)", text)))
