"""Import and export of subscribers, as CSV files.

    address,language,sections,languages,consented_at
    reader001@example.com,en,world;sport,en,2024-05-01T09:30:00Z

Only the address must be there; an empty cell means the newsletter's own default: all sections, all
languages. A choice that the newsletter does not offer falls, and its reader stays.

An import wakes nobody. Whoever a file says has left, is blocked or never confirmed does not become
active, also when another line says otherwise, and is remembered as such (`store.readers.imports`),
so that a later file wakes nobody either; what could say so and is not understood stops the
file, or refuses the row (`columns`, `status_cells`). So a file is read twice: to learn who has
left, and to bring the others in, by the ten thousand, each lot in a transaction of its own: a run
that was cut off is simply run again.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from types import MappingProxyType

from syndicate import bounds, logs
from syndicate.errors import RefusedError, UsageError
from syndicate.newsroom.newsletters import named
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import exports, imports
from syndicate.store.readers.exports import Exported
from syndicate.store.readers.imports import Line
from syndicate.subscribers import columns, formulas, status_cells
from syndicate.subscribers.columns import Columns
from syndicate.subscribers.csvfile import Table, table_of
from syndicate.subscribers.import_rows import Intake
from syndicate.subscribers.lists import one_list
from syndicate.subscribers.status_cells import Objection
from syndicate.subscribers.survey import left_in, survey
from syndicate.subscribers.tags import Tags

log = logs.get(__name__)

LINES_AT_ONCE = 50_000
_MAX_WORDING, _MAX_ORIGIN = 2_000, 200  # characters
ROWS_AT_ONCE = 5_000
SUPPRESSED = "suppressed"  # what an export calls a reader whose address is mailed no more
COLUMNS = (
    "address",
    "language",
    "sections",
    "languages",
    "consented_at",
    "state",
    "ended_at",
    "paused_until",
    "suppressed",
)


@dataclass(frozen=True)
class Imported:
    """What became of a file: each of its rows is counted once, in `added`, `known` or `refused`.

    Attributes:
        added: subscriptions that are new.
        known: lines whose reader has the newsletter already; nothing was changed.
        refused: (line number, reason) pairs, those who left among them.
        left: how many of these nobody need correct: they have left, there or here.
        notes: (line number, what was left out) pairs of readers who came in all the same.
        ended: how many got the newsletter here and no longer do: the file says that they left, or
            that their address is dead, after they agreed, or without a time and only files say
            that they agreed at all.
    """

    added: int
    known: int
    refused: tuple[tuple[int, str], ...]
    left: int = 0
    notes: tuple[tuple[int, str], ...] = ()
    ended: int = 0

    @property
    def faults(self) -> int:
        """How many lines could be corrected and imported again."""
        return len(self.refused) - self.left


@dataclass(frozen=True)
class Foreseen:
    """What would become of a file: each of its rows is counted once, or named in `rejected`.

    Attributes:
        rows: that say anything, without the names of columns.
        active: whose readers would get the newsletter, or get it already.
        left: whose readers have left, there or here, never confirmed, or wait for it.
        suppressed: whose mail came back, who complained, or who was erased, there or here.
        rejected: (line number, reason) of those that could be corrected.
        notes: (line number, what would be left out) of readers who would come in all the same.
        ended: how many of those who left or are suppressed get the newsletter here, and would no
            longer.
    """

    rows: int
    active: int
    left: int
    suppressed: int
    rejected: tuple[tuple[int, str], ...]
    notes: tuple[tuple[int, str], ...] = ()
    ended: int = 0


@dataclass(frozen=True)
class How:
    """How a file is to be read, as somebody said who knows it.

    Attributes:
        ignored: names of columns that say nothing about who may be mailed.
        only: of a file of several lists or tags, the name of the one that is meant.
        by_tags: whether tags that are sections on offer are what their readers choose.
    """

    ignored: Sequence[str] = ()
    only: str = ""
    by_tags: bool = False


AS_IT_STANDS = How()


def import_csv(  # noqa: PLR0913 - what, where to, and on what grounds
    lines: Iterable[str],
    newsletter_slug: str,
    *,
    wording: str,
    origin: str,
    now: dt.datetime,
    left: Mapping[str, Sequence[str]] = MappingProxyType({}),
    how: How = AS_IT_STANDS,
    note: Callable[[Transaction, "Imported", int], None] = lambda _tx, _so_far, _refused: None,
) -> Imported:
    """Bring a file's readers in as active subscribers: they agreed elsewhere. Safe to run twice.

    Args:
        lines: of the file, with their ends, as `csvfile.lines_of` makes them.
        newsletter_slug: what they subscribe to.
        wording: what they agreed to; kept as proof.
        origin: where the file comes from; kept as proof with each line's number.
        now: aware UTC.
        left: lines of files beside it, by name, of those who have left.
        how: it is to be read.
        note: told in each transaction how many have come in so far, and how many were refused.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended; one that is paused takes readers, who wait with the others.
        UsageError: wording or origin is empty or too long; the file has no column of addresses, an
            open quotation mark, or a column that may say who has left and is not understood.
            Nothing was stored.
    """
    _check_proof(wording, origin)
    newsletter, intake, usable = _opened(lines, newsletter_slug, left, how, now)
    done = Imported(0, 0, ())
    over, still = set[int](), set[int]()
    refused: list[tuple[int, str]] = []
    while part := list(islice(usable, LINES_AT_ONCE)):
        with transaction() as tx:
            brought = imports.bring_in(tx, part, newsletter, proof=(wording, origin), now=now)
            done = replace(
                done,
                added=done.added + brought.added,
                known=done.known + brought.known,
                left=done.left + brought.left,
                ended=done.ended + len(brought.over),
            )
            refused.extend(brought.refused)
            note(tx, done, len(refused))
        over |= brought.over
        still |= brought.still
        log.info("subscribers_imported", newsletter_id=newsletter.id, lines=part[-1].number)
    told = [
        (each.number, f"{each.why}{_here(at, over, still)}") for at, each in enumerate(intake.left)
    ]
    return replace(
        done,
        refused=tuple(sorted([*refused, *intake.refused, *told])),
        left=done.left + len(told),
        notes=tuple(intake.notes),
    )


def _here(told: int, over: Collection[int], still: Collection[int]) -> str:
    """What became of the subscription of somebody who left elsewhere."""
    if told in over:
        return "; it no longer gets the newsletter here"
    return "; it still gets the newsletter here" if told in still else ""


def foresee(
    lines: Iterable[str],
    newsletter_slug: str,
    *,
    now: dt.datetime,
    left: Mapping[str, Sequence[str]] = MappingProxyType({}),
    how: How = AS_IT_STANDS,
) -> Foreseen:
    """What `import_csv` would do with a file, by the same statements. Stores nothing.

    Args:
        lines: of the file, with their ends.
        newsletter_slug: what its readers would subscribe to.
        now: aware UTC.
        left: lines of files beside it, by name, of those who have left.
        how: it is to be read.

    Raises:
        NotFoundError: there is no such newsletter.
        RefusedError: it has ended.
        UsageError: the file cannot be used.
    """
    newsletter, intake, usable = _opened(lines, newsletter_slug, left, how, now)
    active = gone = suppressed = ended = 0
    rejected: list[tuple[int, str]] = []
    while part := list(islice(usable, LINES_AT_ONCE)):
        with transaction() as tx:
            done = imports.judged(tx, part, newsletter)
        active += done.added + done.known
        gone += done.left - done.suppressed
        suppressed += done.suppressed
        ended += len(done.over)
        rejected.extend(done.faults)
    return Foreseen(
        rows=intake.rows,
        active=active,
        left=gone + len(intake.left) - intake.suppressed,
        suppressed=suppressed + intake.suppressed,
        rejected=tuple(sorted([*rejected, *intake.refused])),
        notes=tuple(intake.notes),
        ended=ended,
    )


def _opened(
    lines: Iterable[str],
    newsletter_slug: str,
    left: Mapping[str, Sequence[str]],
    how: How,
    now: dt.datetime,
) -> tuple[Newsletter, Intake, Iterator[Line]]:
    """A file and the newsletter that it is for, and its usable rows: whoever left is known."""
    with transaction() as tx:
        newsletter = named(tx, newsletter_slug)
        if newsletter.ended_at is not None:
            raise RefusedError(
                f"{newsletter.name} has ended, so nobody was imported; import into a newsletter "
                "that is still sent."
            )
        on_offer = newsletters.sections_to_choose(tx, newsletter)
        sections = {section.slug: section.name for section in on_offer}
    table, others = one_list(_table(list(lines), how.ignored), how.only)
    gone = {name: _of_leavers(name, beside) for name, beside in left.items()}
    barred = dict[str, Objection]()
    for name, (beside, meant) in gone.items():
        barred |= left_in(beside, meant, name)
    found = survey(table, columns.understand(table.names, how.ignored), barred)
    tags = Tags(table.names, sections, is_choice=how.by_tags)
    intake = Intake(newsletter, sections, found, tags, now)
    intake.notes.extend(others)
    of_left = (intake.left_lines(name, *each) for name, each in gone.items())
    return newsletter, intake, chain(chain.from_iterable(of_left), intake.lines(table))


def _of_leavers(name: str, lines: Sequence[str]) -> tuple[Table, Columns]:
    """A file beside that of the readers, and what its columns mean.

    Raises:
        UsageError: nobody can tell who is in it.
    """
    try:
        table = _table(lines, ())
        meant = columns.of_leavers(table.names)
    except UsageError as error:
        raise UsageError(f"{name} in the archive: {error}") from error
    assert meant is not None  # noqa: S101 - by its column of addresses the table was found
    return table, meant


def _check_proof(wording: str, origin: str) -> None:
    """An import without them could not say later on what grounds its readers are mailed."""
    if not bounds.text(wording, "The wording", most=_MAX_WORDING).strip():
        raise UsageError(
            "An import needs the wording that its readers agreed to: it is proof of their consent."
        )
    if not bounds.text(origin, "The origin", most=_MAX_ORIGIN).strip():
        raise UsageError(
            "An import needs its origin, where the file comes from: it is proof of consent too."
        )


def export_csv(newsletter_slug: str) -> Iterator[str]:
    """A newsletter's subscribers as lines of CSV that `import_csv` reads, page by page.

    Yields:
        The line of column names, then one line a subscription, each with its line end. Who has left
        is among them with `ended_at`, and whose address is mailed no more with the state
        `suppressed` and the reason, so that the import of the file keeps it so.

    Raises:
        NotFoundError: there is no such newsletter.
    """
    with transaction() as tx:
        newsletter = named(tx, newsletter_slug)
    yield formulas.line(COLUMNS)
    last = 0
    while True:
        with transaction() as tx:
            page = exports.page(tx, newsletter.id, after=last, limit=ROWS_AT_ONCE)
        if not page:
            return
        yield from (formulas.line(_cells(row)) for row in page)
        last = page[-1].subscription_id


def refuse_by_name(name: str) -> None:
    """Refuse a file whose name says that those in it have left.

    Tools give out such files beside those of their readers, some without a word of it inside.

    Raises:
        UsageError: it does.
    """
    if status_cells.is_name_of_leavers(name):
        raise UsageError(
            f"The file's name, {name}, says that those in it have left; nothing was imported. If "
            "they are readers after all, give it another name."
        )


def addresses(lines: Iterable[str], ignored: Collection[str] = ()) -> Iterator[tuple[int, str]]:
    """The addresses of a file as they stand there, with the numbers of their lines.

    Raises:
        UsageError: the file has no column of addresses, or an open quotation mark.
    """
    table = _table(list(lines), ignored)
    place = columns.address_place(table.names, ignored)
    assert place is not None  # noqa: S101 - by it the table was found
    return ((row.number, row.cells[place]) for row in table.rows() if not row.fault)


def _table(lines: Sequence[str], ignored: Collection[str]) -> Table:
    table = table_of(lines, lambda names: columns.address_place(names, ignored) is not None)
    return replace(table, is_ours=columns.is_of_ours(table.names))


def _cells(row: Exported) -> list[str]:
    return [
        row.address,
        row.language,
        ";".join(row.sections),
        ";".join(row.languages),
        _written(row.confirmed_at),
        SUPPRESSED if row.suppressed else row.state.value,
        _written(row.ended_at),
        _written(row.paused_until),
        row.suppressed or "",
    ]


def _written(moment: dt.datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
