"""Whatever bytes are brought to an import: a sentence, or each row is named out once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from syndicate.errors import UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import recipients, subscribers
from syndicate.subscribers import columns, status_cells, transfer, uploads
from tests.subscribers import desk
from tests.subscribers.desk import NOW

LIMITS = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
HEADS = st.sampled_from(
    [
        "email",
        "E-Mail",
        "status",
        "Statut",
        "Désabonné",
        "UNSUB_TIME",
        "tags",
        "lists",
        "Ort",
        "Имя",
        "consented_at",
        "sections",
        "",
        "Статус",
        "subscribed",
        "ended_at",
        "state",
        "paused_until",
    ]
)
CELLS = st.one_of(
    st.sampled_from(
        [
            "a@example.com",
            "B@example.com",
            "c@example.com",
            "active",
            "unsubscribed",
            "bounced",
            "",
            "отписан",
            "abonné",
            "désabonné",
            "2024-05-01",
            "03/04/2024",
            "1716543000",
            "yes",
            "no",
            'say "hello"',
            "two\nlines",
            "[1]",
            '{"a":',
            "a@example.com (old)",
            "\ufeff",
            "\x00",
        ]
    ),
    st.text(max_size=8),
)
PAGES = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp1251", "cp932", "mac-roman"])


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx)


def _cell(cell: str, delimiter: str, quote: str) -> str:
    is_odd = any(sign in cell for sign in f'"{delimiter}\r\n')
    return f"{quote}{cell.replace(quote, quote * 2)}{quote}" if quote and is_odd else cell


def _outcome(raw: bytes) -> None:
    """Import bytes twice; both times every row is told of, and nobody who left is active."""
    with transaction() as tx:
        for kind in (subscribers.Subscription, recipients.Recipient, subscribers.Subscriber):
            tx.execute(delete(kind))
        tx.execute(delete(recipients.Suppression))
    try:
        found = uploads.opened(raw)
        said = transfer.foresee(found.lines, "morning", now=NOW, left=found.left)
    except UsageError:
        return
    rows = said.active + said.left + said.suppressed + len(said.rejected)
    assert said.rows == rows
    for _ in range(2):
        done = transfer.import_csv(
            found.lines, "morning", wording="Yes.", origin="x", now=NOW, left=found.left
        )
        assert done.added + done.known + len(done.refused) == rows
        assert (done.added + done.known, done.faults) == (said.active, len(said.rejected))
    exported = list(transfer.export_csv("morning"))
    active = [line for line in exported if ",active," in line]
    assert len(active) == said.active


@pytest.mark.usefixtures("morning")
@LIMITS
@given(
    raw=st.binary(max_size=200),
    head=st.sampled_from([b"", b"email\n", b"email,status\r\n", b"PK\x03\x04"]),
)
def test_any_bytes_are_a_sentence_or_rows_that_are_all_named_out(raw: bytes, head: bytes) -> None:
    _outcome(head + raw)


@pytest.mark.usefixtures("morning")
@LIMITS
@given(
    heads=st.lists(HEADS, min_size=1, max_size=4),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=6),
    dress=st.tuples(
        st.sampled_from(",;\t|"), st.sampled_from(['"', ""]), st.sampled_from(["\n", "\r\n", "\r"])
    ),
    page=PAGES,
)
def test_any_table_in_any_dress_is_a_sentence_or_rows_that_are_all_named_out(
    heads: list[str], rows: list[list[str]], dress: tuple[str, str, str], page: str
) -> None:
    delimiter, quote, end = dress
    lines = [["email", *heads], *rows]
    text = "".join(
        delimiter.join(_cell(cell, delimiter, quote) for cell in cells) + end for cells in lines
    )
    _outcome(text.encode(page, errors="replace"))


@given(name=st.text(max_size=30), cell=st.text(max_size=30))
def test_no_name_and_no_cell_is_a_fault_of_ours(name: str, cell: str) -> None:
    role = columns.role_of(name)
    if role is not None:
        said = status_cells.judge(role, name, cell)
        assert said is None or said.why
