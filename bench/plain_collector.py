"""The baseline: what a good afternoon's script does, without anything that this project adds.

requests with conditional GET, feedparser with its defaults, one transaction per entry. It stores
the same entries into a table of its own, and fetches no pages either.
"""

import hashlib
import io
import time
from collections.abc import Mapping, Sequence

import feedparser
import psycopg
import requests

_TABLE = """
CREATE TABLE IF NOT EXISTS plain_entry (
  feed text, guid text, title text, link text, content text, hash bytea,
  PRIMARY KEY (feed, guid))
"""


class PlainCollector:
    """Collects the same feeds, one after the other.

    Args:
        database_url: where it stores.
    """

    def __init__(self, database_url: str) -> None:
        self._database = psycopg.connect(database_url)
        self._database.execute(_TABLE)
        self._database.commit()
        self._session = requests.Session()
        self._etags: dict[str, str] = {}

    def collect(self, urls: Sequence[str]) -> float:
        """Collect from every feed once.

        Returns:
            Feeds per second.
        """
        began = time.monotonic()
        for url in urls:
            headers = {"If-None-Match": self._etags[url]} if url in self._etags else {}
            try:
                answer = self._session.get(url, headers=headers, timeout=30)
            except requests.RequestException:
                continue  # next time, perhaps
            if answer.status_code != 200:  # noqa: PLR2004 - not modified, or nothing to read
                continue
            if "ETag" in answer.headers:
                self._etags[url] = answer.headers["ETag"]
            for entry in feedparser.parse(io.BytesIO(answer.content)).entries:
                self._store(url, entry)
        return len(urls) / (time.monotonic() - began)

    def _store(self, url: str, entry: Mapping[str, str]) -> None:
        content = entry["content"][0]["value"]  # type: ignore[index]
        digest = hashlib.sha256((entry["title"] + content).encode()).digest()
        row = (url, entry["id"], entry["title"], entry["link"], content, digest)
        found = self._database.execute(
            "SELECT hash FROM plain_entry WHERE feed = %s AND guid = %s", row[:2]
        ).fetchone()
        if found is None:
            self._database.execute("INSERT INTO plain_entry VALUES (%s, %s, %s, %s, %s, %s)", row)
        elif bytes(found[0]) != digest:
            self._database.execute(
                "UPDATE plain_entry SET title = %s, content = %s, hash = %s "
                "WHERE feed = %s AND guid = %s",
                (row[2], content, digest, *row[:2]),
            )
        self._database.commit()

    def close(self) -> None:
        """Hang up."""
        self._session.close()
        self._database.close()
