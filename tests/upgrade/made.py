"""What `make` has made: a database of older code, and what the world around it said and saw.

database.sql.xz   the dump, schema and rows; compressed copies of feeds are made anew
world.json.xz     documents as they were served, pushes as they were sent
shown.json.xz     pages as the older code showed them, the mails that it would have sent next
"""

import base64
import datetime as dt
import gzip
import json
import lzma
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
import psycopg
from starlette.testclient import TestClient

from syndicate.embedded import places
from tests.upgrade.pushes import Push
from tests.upgrade.world import Document

FOLDER = Path(__file__).parent / "made"
# When the dump was made, by the clock of the newsroom.
MADE_AT = dt.datetime(2026, 11, 24, 7, 0, tzinfo=dt.UTC)
RETRIED_AT = dt.datetime(2026, 11, 24, 9, 40, tzinfo=dt.UTC)
NEXT_MORNING = dt.datetime(2026, 11, 25, 5, 0, 5, tzinfo=dt.UTC)
PAUSED = "evening-quay"  # the newsletter whose mailing was paused in mid-send
ENVIRONMENT = {
    "SYNDICATE_ENVIRONMENT": "test",
    "SYNDICATE_MASTER_KEY": "00112233445566778899aabbccddeeff" * 2,
    "SYNDICATE_CONFIG": "/nonexistent/syndicate.toml",
    "SYNDICATE_MAIL_CONNECTIONS": "1",
    "SYNDICATE_MAIL_CHUNK_SIZE": "5",
    "SYNDICATE_LOG_LEVEL": "error",
}
TOKEN = "syn_the-token-of-the-sample-newsrooms-cms"  # noqa: S105 - of an invented newsroom
_HOME = "UPDATE installation SET system_id = (SELECT system_identifier FROM pg_control_system())"
_BODIES = "SELECT feed_id, format, page, body FROM feed_document"
_COPIES = (
    "UPDATE feed_document SET gzip = %s, brotli = %s WHERE (feed_id, format, page) = (%s, %s, %s)"
)


@dataclass(frozen=True)
class Made:
    """What lies in the folder, but for the database.

    Attributes:
        documents: by path.
        pushes: the newest of each article.
        pages: by article id, and "front" of each publication; see `seen.pages`.
        retried: mail by recipient that the older code sent at `RETRIED_AT`.
        next_issue: what it put into the issue of `NEXT_MORNING`; see `seen.issue`.
    """

    documents: dict[str, Document]
    pushes: list[Push]
    pages: dict[str, Any]
    retried: dict[str, bytes]
    next_issue: dict[str, Any]


def dump(url: str) -> str:
    """A database as SQL, the same for the same rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE feed_document SET gzip = '', brotli = ''")
    program = places.wheel_programs() / "pg_dump"
    options = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=1000")
    done = subprocess.run(
        [program, *options, f"--dbname={url}"], capture_output=True, text=True, check=True
    )
    # Lines that begin with \ speak to psql, those with -- to people.
    kept = [line for line in done.stdout.splitlines() if line and line[:1] != "\\"]
    return "\n".join(line for line in kept if line[:2] != "--") + "\n"


def load(url: str) -> None:
    """Fill an empty database with the dump, as if it had grown up where it is now."""
    statements = lzma.decompress((FOLDER / "database.sql.xz").read_bytes()).decode()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statements.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_HOME)
        for *key, body in connection.execute(_BODIES).fetchall():
            copies = gzip.compress(body, 4, mtime=0), brotli.compress(body, quality=4)
            connection.execute(_COPIES, (*copies, *key))


def write(folder: Path, database: str, made: Made) -> None:
    """Put everything into the folder."""
    folder.mkdir(exist_ok=True)
    world = {
        "documents": {
            path: [each.content_type, each.body.decode()] for path, each in made.documents.items()
        },
        "pushes": [[each.id, each.body] for each in made.pushes],
    }
    shown = {
        "pages": made.pages,
        "retried": {to: base64.b64encode(mail).decode() for to, mail in made.retried.items()},
        "next_issue": made.next_issue,
    }
    _pack(folder / "database.sql.xz", database)
    _pack(folder / "world.json.xz", json.dumps(world, ensure_ascii=False, indent=1))
    _pack(folder / "shown.json.xz", json.dumps(shown, ensure_ascii=False, indent=1))


def read() -> Made:
    """Take everything out of the folder."""
    world, shown = (_unpack(FOLDER / f"{name}.json.xz") for name in ("world", "shown"))
    return Made(
        documents={
            path: Document(kind, body.encode()) for path, (kind, body) in world["documents"].items()
        },
        pushes=[Push(*each) for each in world["pushes"]],
        pages=shown["pages"],
        retried={to: base64.b64decode(mail) for to, mail in shown["retried"].items()},
        next_issue=shown["next_issue"],
    )


def push(site: TestClient, sent: Push, key: str) -> tuple[int, Any]:
    """Send an article as the CMS does; status and body of the answer.

    Args:
        site: our web server.
        sent: the same bytes as ever.
        key: for idempotence; a new one asks for the article to be looked at.
    """
    headers = {
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    answer = site.post("/api/v1/articles", content=sent.body.encode(), headers=headers)
    return answer.status_code, answer.json()


def set_environment(**more: str) -> None:
    """The settings that the older code ran under; nothing of this machine's."""
    for name in [name for name in os.environ if name.startswith("SYNDICATE_")]:
        del os.environ[name]
    os.environ.update({**ENVIRONMENT, **more})


def _pack(path: Path, text: str) -> None:
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def _unpack(path: Path) -> Any:
    return json.loads(lzma.decompress(path.read_bytes()))
