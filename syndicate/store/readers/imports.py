"""Subscribers in bulk: a file's lines become subscriptions by a handful of statements.

Lines travel into a temporary table by COPY and are judged there, all at once; so 100,000 lines cost
seconds. An import never brings back who has left, was erased, or is suppressed.
Whom a file says to have left is judged and remembered by `store.readers.leavings`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from syndicate.store.ground.schema import sql
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom.newsletters import Newsletter, scope
from syndicate.store.readers import leavings
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason

IMPORT = "import"  # suppression scope that bars imports alone: who was erased may return themselves
UNDATED = ", no time given"  # ends the origin of a proof whose file does not say when
TWICE = "occurs in an earlier line too"


@dataclass(frozen=True)
class Line:
    """One usable line of a file.

    Attributes:
        number: of the line, from 1.
        address: normalised.
        address_hash: its keyed hash.
        receiver_group: who runs the mailbox.
        language: of the mails' frame.
        sections: slugs chosen; empty for all.
        languages: of stories; empty for all.
        consented_at: when the reader agreed, aware UTC; the import's own time where the file does
            not say, None of who has left.
        dated_by: the end of the proof's origin: by what the time is known.
        paused_until: nothing is sent before.
    """

    number: int
    address: str
    address_hash: bytes
    receiver_group: str
    language: str
    sections: Sequence[str]
    languages: Sequence[str]
    consented_at: dt.datetime | None
    dated_by: str = ""
    paused_until: dt.datetime | None = None


@dataclass(frozen=True)
class Gone(Line):
    """One line of who may not be mailed.

    Attributes:
        told: by which number the caller knows it.
        state: as which its reader is remembered; None where by the hash alone.
        left_at: when the file says that they left, aware UTC.
        ended_at: the same as it is remembered.
        suppressed: why nothing is sent there any more, where it was no word of the reader's.
    """

    told: int = -1
    state: SubscriptionState | None = None
    left_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    suppressed: SuppressionReason | None = None


@dataclass(frozen=True)
class BroughtIn:
    """What became of lines.

    Attributes:
        added: subscriptions that are new.
        known: lines whose reader has the newsletter already; nothing was changed.
        refused: (line number, reason) pairs.
        left: how many of these have left, were erased or are suppressed: nobody need correct them.
        over: of who may not be mailed, those (`Gone.told`) whose subscription here is over now.
        still: those of them that get the newsletter here all the same.
    """

    added: int
    known: int
    refused: tuple[tuple[int, str], ...]
    left: int
    over: frozenset[int] = frozenset()
    still: frozenset[int] = frozenset()

    @property
    def faults(self) -> tuple[tuple[int, str], ...]:
        """Those of the refused that somebody could correct."""
        return tuple(pair for pair in self.refused if pair[1] == TWICE)

    @property
    def suppressed(self) -> int:
        """How many of those who left were erased, or are suppressed."""
        return sum(why == _ERASED or why.startswith(_SUPPRESSED) for _, why in self.refused)


_ERASED, _SUPPRESSED = "was erased on request", "is suppressed: "
_COLUMNS = """place, number, address, address_hash, receiver_group, language, sections, languages,
        consented_at, dated_by, paused_until, told, state, left_at, ended_at, suppressed"""
_TABLE = text(
    """
    CREATE TEMPORARY TABLE import_line (
        place bigint, number bigint, address text, address_hash bytea, receiver_group text,
        language text, sections text[], languages text[], consented_at timestamptz, dated_by text,
        paused_until timestamptz, told bigint, state text, left_at timestamptz,
        ended_at timestamptz, suppressed text, is_undated boolean, verdict text,
        subscriber_id bigint, subscription_id bigint
    ) ON COMMIT DROP
    """
)
_COPY = f"COPY import_line ({_COLUMNS}) FROM STDIN"
# Without statistics of a column that was just filled, a join by it is planned as a loop in a loop
# (measured: 50,000 lines, minutes).
_ANALYZE = text("ANALYZE import_line")
# Likewise a table that has just grown many times over is planned for as the small one that it was.
_ANALYZE_SUBSCRIBERS = text("ANALYZE subscriber")
_ANALYZE_SUBSCRIPTIONS = text("ANALYZE subscription")
# The first reason that fits, in the order of their weight.
_JUDGE = text(
    f"""
    WITH judged AS (
        SELECT line.place, CASE
            WHEN row_number() OVER (PARTITION BY line.address_hash ORDER BY line.number) > 1
                THEN :twice
            WHEN barred.reason = {sql(SuppressionReason.ERASED)}
                THEN :erased
            WHEN barred.reason IS NOT NULL THEN :suppressed || barred.reason
            WHEN s.ended_at IS NOT NULL OR s.state = {sql(SubscriptionState.ENDED)}
                THEN 'has unsubscribed'
            WHEN s.state = {sql(SubscriptionState.PENDING)}
                THEN 'has not confirmed yet'
            WHEN s.id IS NOT NULL THEN 'known'
            ELSE 'new' END AS verdict
        FROM import_line line
        LEFT JOIN subscriber r ON r.address_hash = line.address_hash
        LEFT JOIN subscription s ON s.subscriber_id = r.id AND s.newsletter_id = :newsletter
        LEFT JOIN LATERAL (
            SELECT reason FROM suppression x WHERE x.address_hash = line.address_hash
                AND x.scope IN ('*', :scope, :import) ORDER BY x.scope LIMIT 1
        ) barred ON true
        WHERE line.told IS NULL
    )
    UPDATE import_line SET verdict = judged.verdict
    FROM judged WHERE judged.place = import_line.place
    """  # noqa: S608 - our own words
)
_SUBSCRIBERS = text(
    """
    INSERT INTO subscriber (address, address_hash, language, created_at)
    SELECT address, address_hash, language, :now FROM import_line WHERE verdict IN ('new', 'gone')
    ORDER BY place
    ON CONFLICT (address_hash) DO NOTHING
    """
)
# From here on lines are found by their own columns.
_KNOW_SUBSCRIBERS = text(
    """
    UPDATE import_line SET subscriber_id = r.id
    FROM subscriber r
    WHERE r.address_hash = import_line.address_hash AND verdict IN ('new', 'gone')
    """
)
_RECIPIENTS = text(
    """
    INSERT INTO recipient (address, address_hash, receiver_group, subscriber_id)
    SELECT address, address_hash, receiver_group, subscriber_id
    FROM import_line WHERE verdict = 'new'
    ON CONFLICT (address_hash) DO UPDATE
        SET subscriber_id = excluded.subscriber_id, address = excluded.address, purge_at = NULL
    """
)
# In the order of the file, which is that of an export too: rows of lines lie as updates left them.
_SUBSCRIPTIONS = text(
    f"""
    INSERT INTO subscription (subscriber_id, newsletter_id, state, language, created_at,
        confirmed_at, paused_until, ended_at)
    SELECT subscriber_id, :newsletter, coalesce(state, {sql(SubscriptionState.ACTIVE)}), language,
        :now, consented_at, paused_until, ended_at
    FROM import_line WHERE verdict IN ('new', 'gone')
    ORDER BY place
    """  # noqa: S608 - our own words
)
_KNOW_SUBSCRIPTIONS = text(
    """
    UPDATE import_line SET subscription_id = s.id
    FROM subscription s WHERE s.subscriber_id = import_line.subscriber_id
        AND s.newsletter_id = :newsletter AND verdict IN ('new', 'gone')
    """
)
_CHOICES = text(
    f"""
    INSERT INTO subscription_choice (subscription_id, kind, value)
    SELECT subscription_id, {sql(ChoiceKind.SECTION)}, unnest(sections)
    FROM import_line WHERE verdict IN ('new', 'gone')
    UNION ALL
    SELECT subscription_id, {sql(ChoiceKind.LANGUAGE)}, unnest(languages)
    FROM import_line WHERE verdict IN ('new', 'gone')
    """  # noqa: S608 - our own words
)
_PROOFS = text(
    """
    INSERT INTO consent (subscription_id, at, method, wording, origin)
    SELECT subscription_id, consented_at, 'import', :wording, :origin || ':' || number || dated_by
    FROM import_line WHERE verdict = 'new'
    """
)
_STEPS = (
    _SUBSCRIBERS,
    _ANALYZE_SUBSCRIBERS,
    _KNOW_SUBSCRIBERS,
    _ANALYZE,
    _RECIPIENTS,
    _SUBSCRIPTIONS,
    _ANALYZE_SUBSCRIPTIONS,
    _KNOW_SUBSCRIPTIONS,
    _ANALYZE,
    _CHOICES,
    _PROOFS,
    *leavings.KEEP,
)
# Few lines change no plan; and whoever looks at a table so keeps others from it until the commit.
_MANY_LINES = 1_000
_FOR_BIG_ONES = (_ANALYZE_SUBSCRIBERS, _ANALYZE_SUBSCRIPTIONS)
_REFUSED = text(
    "SELECT number, verdict FROM import_line WHERE told IS NULL AND verdict NOT IN ('new', 'known')"
    " ORDER BY number"
)
_COUNTED = text("SELECT count(*) FROM import_line WHERE verdict = :verdict")
_TOLD = text("SELECT told FROM import_line WHERE told IS NOT NULL AND verdict = :verdict")


def bring_in(
    tx: Transaction,
    lines: Sequence[Line],
    newsletter: Newsletter,
    *,
    proof: tuple[str, str],
    now: dt.datetime,
) -> BroughtIn:
    """Make subscriptions of lines, active at once: their readers have agreed elsewhere.

    Args:
        tx: the open transaction; one call in each.
        lines: that could be read, of who may not be mailed (`Gone`) among them.
        newsletter: which.
        proof: (wording, origin) of the consent; the origin gets the line's number.
        now: aware UTC.

    Returns:
        What became of the lines. Safe to run twice: the second time all of them are known.
    """
    done = judged(tx, lines, newsletter)
    values = {"newsletter": newsletter.id, "now": now, "wording": proof[0], "origin": proof[1]}
    for step in _STEPS:
        if step not in _FOR_BIG_ONES or len(lines) >= _MANY_LINES:
            tx.execute(step, values | {"scope": scope(newsletter.id)})
    return done


def judged(tx: Transaction, lines: Sequence[Line], newsletter: Newsletter) -> BroughtIn:
    """What `bring_in` does with lines, told by the same statements before it is done.

    Args:
        tx: the open transaction; one call in each.
        lines: that could be read.
        newsletter: which.
    """
    tx.execute(_TABLE)
    _copy(tx, lines)
    tx.execute(_ANALYZE)
    names = {"newsletter": newsletter.id, "scope": scope(newsletter.id), "import": IMPORT}
    own = {"twice": TWICE, "erased": _ERASED, "suppressed": _SUPPRESSED}
    tx.execute(_JUDGE, names | own)
    for step in leavings.JUDGE:
        tx.execute(step, names | {"undated": UNDATED})
    tx.execute(_ANALYZE)
    added, known = (
        tx.execute(_COUNTED, {"verdict": verdict}).scalar_one() for verdict in ("new", "known")
    )
    refused = tuple((int(number), str(why)) for number, why in tx.execute(_REFUSED))
    over, still = (
        frozenset(tx.execute(_TOLD, {"verdict": verdict}).scalars())
        for verdict in ("over", "still")
    )
    left = sum(why != TWICE for _, why in refused)
    return BroughtIn(added, known, refused, left, over, still)


def _copy(tx: Transaction, lines: Sequence[Line]) -> None:
    # COPY is the driver's own; SQLAlchemy has no name for it.
    connection = tx.session.connection().connection.driver_connection
    assert connection is not None  # noqa: S101 - a transaction is open
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for place, line in enumerate(lines):
            copy.write_row((place, *_cells(line)))


def _cells(line: Line) -> tuple[object, ...]:
    return (
        line.number,
        line.address,
        line.address_hash,
        line.receiver_group,
        line.language,
        list(line.sections),
        list(line.languages),
        line.consented_at,
        line.dated_by,
        line.paused_until,
        *(_of_gone(line) if isinstance(line, Gone) else (None,) * 5),
    )


def _of_gone(line: Gone) -> tuple[object, ...]:
    state = None if line.state is None else line.state.value
    suppressed = None if line.suppressed is None else line.suppressed.value
    return (line.told, state, line.left_at, line.ended_at, suppressed)
