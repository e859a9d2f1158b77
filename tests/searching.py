"""Looking for a word in all that an installation holds: tables, their packed bytes, files."""

import gzip
import zlib
from pathlib import Path

import brotli
import psycopg
from psycopg import sql

_TABLES = (
    "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
)


def tables_with(url: str, word: str) -> list[str]:
    """Tables in which a word stands, in any letter case; compressed documents are opened.

    Args:
        url: the database.
        word: in lower case.
    """
    found = []
    with psycopg.connect(url) as connection:
        for (name,) in connection.execute(_TABLES).fetchall():
            table = sql.Identifier(name)
            as_text = sql.SQL("SELECT t.*::text FROM {} t").format(table)
            rows = connection.execute(as_text).fetchall()
            whole = connection.execute(sql.SQL("SELECT * FROM {}").format(table)).fetchall()
            cells = [cell for row in whole for cell in row if isinstance(cell, bytes)]
            if word in str(rows).lower() or any(_holds(cell, word) for cell in cells):
                found.append(name)
    return found


def files_with(folder: Path, word: str, *, but: frozenset[str] = frozenset()) -> list[str]:
    """Files below a folder in which a word stands; sockets and some of its folders left out."""
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if inside.parts[0] not in but and path.is_file() and _holds(path.read_bytes(), word):
            found.append(str(inside))
    return found


def _holds(data: bytes, word: str) -> bool:
    return any(word.encode() in each.lower() for each in (data, *_opened(data)))


def _opened(data: bytes) -> list[bytes]:
    opened = []
    if data.startswith(b"\x1f\x8b"):
        opened.append(gzip.decompress(data))
    if data.startswith(b"x"):
        try:
            opened.append(zlib.decompress(data))
        except zlib.error:
            opened.append(b"")
    try:
        opened.append(brotli.decompress(data))
    except brotli.error:
        opened.append(b"")
    return opened
