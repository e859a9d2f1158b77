"""A database as the version before formats left it in mid-send; `first_format.json` holds its rows.

That version collected from the sample newsroom, composed its digest of four stories in two
languages for eight readers, and was paused when three had it: reader002 had been put off, and the
connection broke after the whole mail to reader004, who therefore gets those bytes again. A second
digest is made of hostile stories (by desk "Letters"), and six single messages wait. Every address
and every article is of the sample or of `example.com`. `sent_on` has the SHA-256 of each message
that the same version sent when it was let go on, unsigned, from SYNDICATE_PUBLIC_URL `PUBLIC_URL`.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import text

from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate

PUBLIC_URL = "https://news.harbour.example"
SCHEMA = "0006"


@cache
def paused() -> dict[str, Any]:
    """`mailings`: id by name; `sent_on`: hash by recipient, by name; `tables`: their rows."""
    found: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return found


def restore() -> None:
    """Fill an empty database as that version had it."""
    with session.engine().connect() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, SCHEMA)
        connection.commit()
    with transaction() as tx:
        for table, rows in paused()["tables"].items():
            for row in rows:
                names = ", ".join(f'"{name}"' for name in row)
                tx.execute(
                    text(
                        f'INSERT INTO "{table}" ({names}) SELECT {names} '  # noqa: S608 - our own
                        f'FROM json_populate_record(NULL::"{table}", CAST(:row AS json))'
                    ),
                    {"row": json.dumps(_stored(row))},
                )


def _stored(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its bytes as PostgreSQL writes them; those of content are readable in the file."""
    digits: dict[str, str] = {name: row[name] for name in row if name.endswith("_hash")}
    digits |= {name: row[name].encode().hex() for name in ("html", "text") if name in row}
    return row | {name: f"\\x{each}" for name, each in digits.items()}
