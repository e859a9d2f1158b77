"""Real feeds that somebody wants to see in the demo: an address, or a file that is served first.

They go into the first publication, and their pages are not fetched.
"""

import datetime as dt
import ipaddress
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from syndicate import settings
from syndicate.collect import checking
from syndicate.errors import NotFoundError, UsageError
from syndicate.reading import pool
from syndicate.sample import setup, state
from syndicate.sample.state import State
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.vocabulary.sources import Pages, SourceKind

_UNUSUAL = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class OwnSource:
    """One `--source`.

    Attributes:
        url: its address; None for a file.
        file: None for an address.
    """

    url: str | None = None
    file: Path | None = None

    def add(self, data_dir: Path, newsroom: State, publication_id: int, number: int) -> int:
        """Add it to a publication; a file is copied to where the newsroom's server finds it.

        Returns:
            The source's id.
        """
        url, allowed = self.url, []
        if self.file is not None:
            name = f"{number}-{_UNUSUAL.sub('-', self.file.name)}"
            shutil.copyfile(self.file, state.folder_of(data_dir) / state.FILES / name)
            url, allowed = (
                f"{newsroom.origin}/files/{quote(name)}",
                [setup.allowed_origin(newsroom)],
            )
        elif (own := _loopback(url or "")) is not None:
            allowed = [own]
        with transaction() as tx:
            return sources.add(
                tx,
                publication_id,
                SourceKind.FEED,
                url or "",
                self.file.name if self.file else url or "",
                pages=Pages.NEVER,
                allow_origins=allowed,
            ).id


def read(text: str) -> OwnSource:
    """What follows `--source`.

    Raises:
        NotFoundError: there is no such file.
        UsageError: it is neither an address nor a file.
    """
    if _is_address(text):
        return OwnSource(url=text)
    if "://" in text:
        raise UsageError(
            f"--source {text} cannot be collected; give an http or https address, or a file."
        )
    path = Path(text).absolute()
    if not path.is_file():
        raise NotFoundError(
            f"--source {text}: there is no such file; give a feed's address or its file."
        )
    return OwnSource(file=path)


def check(own: Iterable[OwnSource], now: dt.datetime) -> None:
    """Make sure that each can be collected, before anything is started.

    Raises:
        UnknownHostError, BlockedAddressError, FetchError, OversizeError: it cannot be fetched.
        NotAFeedError: it is no feed.
    """
    try:
        for source in own:
            if source.file is not None:
                pool.readers().feed(
                    source.file.read_bytes(), url=str(source.file), content_type="", now=now
                )
            else:
                allowed = _loopback(source.url or "")
                checking.check(
                    source.url or "",
                    kind=SourceKind.FEED,
                    allow=[allowed] if allowed else [],
                    profile=None,
                    base_url=settings.load().base_url(),
                    now=now,
                )
    finally:
        pool.close()


def _is_address(text: str) -> bool:
    """Whether somebody can be asked there."""
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:  # half an IPv6 address, or a port beyond the last one
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and has_port


def _loopback(url: str) -> str | None:
    """The exact IP:port of a server on this machine that was named on purpose, by its number."""
    parts = urlsplit(url)
    try:
        address = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{address}:{port}" if address.is_loopback else None
