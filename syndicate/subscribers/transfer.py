"""Moving house with one's readers: subscribers come from a CSV file and leave as one.

    address,language,sections,languages,consented_at
    reader001@example.com,en,world;sport,en,2024-05-01T09:30:00Z

Only the address must be there; an empty cell means the newsletter's own default: all sections, all
languages. Where a file says who has left (`state`, `ended_at`), those stay away. Lines come in by
the ten thousand, each lot in a transaction of its own: a run that was cut off is simply run again.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from syndicate import logs, settings, signing
from syndicate.errors import BadAddressError, NotFoundError, UsageError
from syndicate.store import imports, newsletters, recipients, subscribers
from syndicate.store.imports import Line
from syndicate.store.newsletters import Newsletter
from syndicate.store.session import transaction
from syndicate.store.subscribers import Exported

log = logs.get(__name__)

LINES_AT_ONCE = 50_000
ROWS_AT_ONCE = 5_000
COLUMNS = ("address", "language", "sections", "languages", "consented_at", "state", "ended_at")
# Whom a file calls so may be mailed; in any other state they have left, or never confirmed.
_MAILED = frozenset({"", "active", "paused", "subscribed", "confirmed", "enabled"})
# What other houses' exports call an address.
_ADDRESS_NAMES = ("address", "email", "e-mail", "email address", "email_address", "mail")
_SEPARATORS = re.compile(r"[;,|\s]+")
# An address that needs no second look, 40 times faster than the library that judges all others.
# What a test shows: whatever it matches, `recipients.normalise` accepts and spells the same.
_PLAIN = re.compile(
    r"[a-z0-9](?:[a-z0-9_+-]|\.(?!\.)){0,62}(?<!\.)@"
    r"((?:[a-z0-9](?:[a-z0-9]|-(?!-)){0,61}(?<!-)\.){1,4})([a-z]{2,12})",
    re.IGNORECASE,
)
_SPECIAL = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
_LONGEST = 200


@dataclass(frozen=True)
class Imported:
    """What became of a file.

    Attributes:
        added: subscriptions that are new.
        known: lines whose reader has the newsletter already; nothing was changed.
        refused: (line number, reason) pairs.
    """

    added: int
    known: int
    refused: tuple[tuple[int, str], ...]


def import_csv(
    lines: Iterable[str], newsletter_slug: str, *, wording: str, origin: str, now: dt.datetime
) -> Imported:
    """Bring a file's readers in as active subscribers: they agreed elsewhere. Safe to run twice.

    Args:
        lines: of the file, the first one naming the columns.
        newsletter_slug: what they subscribe to.
        wording: what they agreed to; kept as proof.
        origin: where the file comes from; kept as proof with each line's number.
        now: aware UTC; when they agreed, where a line does not say.

    Raises:
        NotFoundError: there is no such newsletter.
        UsageError: the file has no column of addresses.
    """
    with transaction() as tx:
        newsletter = newsletters.by_slug(tx, newsletter_slug)
        if newsletter is None:
            raise NotFoundError(f"There is no newsletter {newsletter_slug}.", slug=newsletter_slug)
        slugs = {section.slug for section in newsletters.sections_of(tx, newsletter.id)}
    reader = _Reader(newsletter, frozenset(slugs), now)
    rows = reader.read(lines)
    added = known = 0
    refused: list[tuple[int, str]] = []
    while part := list(islice(rows, LINES_AT_ONCE)):
        with transaction() as tx:
            done = imports.bring_in(tx, part, newsletter, proof=(wording, origin), now=now)
        added += done.added
        known += done.known
        refused.extend(done.refused)
        log.info("subscribers_imported", newsletter_id=newsletter.id, lines=part[-1].number)
    return Imported(added, known, tuple(sorted([*refused, *reader.refused])))


def export_csv(newsletter_slug: str) -> Iterator[str]:
    """A newsletter's subscribers as lines of CSV that `import_csv` reads, page by page.

    Yields:
        The line of column names, then one line a subscription, each with its line end. Who has left
        is among them with `ended_at`, so that whoever imports the file can keep it so.

    Raises:
        NotFoundError: there is no such newsletter.
    """
    with transaction() as tx:
        newsletter = newsletters.by_slug(tx, newsletter_slug)
    if newsletter is None:
        raise NotFoundError(f"There is no newsletter {newsletter_slug}.", slug=newsletter_slug)
    yield _csv_line(COLUMNS)
    last = 0
    while True:
        with transaction() as tx:
            page = subscribers.page(tx, newsletter.id, after=last, limit=ROWS_AT_ONCE)
        if not page:
            return
        yield from (_csv_line(_cells(row)) for row in page)
        last = page[-1].subscription_id


def addresses(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The addresses of a file as they stand there, with the numbers of their lines.

    Raises:
        UsageError: the file has no column of addresses.
    """
    return ((number, cells["address"]) for number, cells in _rows(lines))


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a file that say anything, with their numbers, by the names of `COLUMNS`."""
    rows = csv.reader(lines)
    header = next(rows, [])
    if len(header) == 1 and ";" in header[0]:
        rows = csv.reader(lines, delimiter=";")
        header = header[0].split(";")
    names = [name.strip().lower().lstrip("\ufeff") for name in header]
    places = {name: names.index(name) for name in COLUMNS if name in names}
    address = next((names.index(name) for name in _ADDRESS_NAMES if name in names), None)
    if address is None:
        raise UsageError(
            "The file has no column of addresses; its first line must name one `address`."
        )
    places["address"] = address
    for row in rows:
        cells = {
            name: row[place].strip() if place < len(row) else "" for name, place in places.items()
        }
        if any(cells.values()):
            yield rows.line_num, cells


class _Reader:
    """Reads a file's lines for one newsletter and remembers those it could not use."""

    def __init__(self, newsletter: Newsletter, slugs: frozenset[str], now: dt.datetime) -> None:
        self.languages = frozenset(newsletter.languages)
        self.default_language = newsletter.languages[0]
        self.slugs = slugs
        self.now = now
        self.key = settings.load().key()
        self.refused: list[tuple[int, str]] = []

    def read(self, lines: Iterable[str]) -> Iterator[Line]:
        """The usable lines of a file."""
        for number, cells in _rows(lines):
            line = self._line(number, cells)
            if line is not None:
                yield line

    def _line(self, number: int, cells: Mapping[str, str]) -> Line | None:
        try:
            return self._usable(number, cells)
        except (BadAddressError, ValueError) as error:
            self.refused.append((number, str(error)))
            return None

    def _usable(self, number: int, cells: Mapping[str, str]) -> Line:
        address = normalised(cells["address"])
        state = cells.get("state", "").lower()
        if state not in _MAILED or cells.get("ended_at"):
            raise ValueError(f"is {state or 'ended'} where the file comes from")
        language = cells.get("language") or self.default_language
        _refuse_unknown("language", {language}, self.languages)
        return Line(
            number=number,
            address=address,
            address_hash=signing.address_hash(self.key, address.lower()),
            receiver_group=recipients.receiver_group(address),
            language=language,
            sections=self._chosen("section", cells.get("sections", ""), self.slugs),
            languages=self._chosen("language", cells.get("languages", ""), self.languages),
            consented_at=self._moment(cells.get("consented_at", "")),
        )

    def _chosen(self, kind: str, cell: str, offered: frozenset[str]) -> tuple[str, ...]:
        chosen = {value for value in _SEPARATORS.split(cell) if value}
        _refuse_unknown(kind, chosen, offered)
        return () if chosen == offered else tuple(sorted(chosen))

    def _moment(self, cell: str) -> dt.datetime:
        if not cell:
            return self.now
        moment = dt.datetime.fromisoformat(cell)
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def normalised(text: str) -> str:
    """The same as `recipients.normalise`, quickly for addresses that hold nothing unusual.

    Raises:
        BadAddressError: it cannot be mailed.
    """
    address = text.strip()
    plain = _PLAIN.fullmatch(address)
    if plain and len(address) < _LONGEST and plain[2].lower() not in _SPECIAL:
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.lower()}"
    return recipients.normalise(address)


def _refuse_unknown(kind: str, chosen: set[str], offered: frozenset[str]) -> None:
    unknown = chosen - offered
    if unknown:
        raise ValueError(f"The newsletter has no {kind} {min(unknown)}.")


def _cells(row: Exported) -> list[str]:
    return [
        row.address,
        row.language,
        ";".join(row.sections),
        ";".join(row.languages),
        _written(row.confirmed_at),
        row.state.value,
        _written(row.ended_at),
    ]


def _written(moment: dt.datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
