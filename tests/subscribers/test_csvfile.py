"""A file of readers in whatever dress: read, or refused with the true reason and the line."""

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import UsageError
from syndicate.subscribers import columns, csvfile
from syndicate.subscribers.csvfile import Table

READER = ("reader001@example.com", "Zoë")


def table(raw: bytes) -> Table:
    lines = csvfile.lines_of(csvfile.decoded(raw))
    return csvfile.table_of(lines, lambda names: columns.address_place(names) is not None)


def read(raw: bytes) -> list[tuple[int, tuple[str, ...], str]]:
    return [(row.number, row.cells, row.fault) for row in table(raw).rows()]


def file(*lines: str, end: str = "\r\n") -> bytes:
    return "".join(f"{line}{end}" for line in lines).encode()


PLAIN = "email,name\r\nreader001@example.com,Zoë\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-32"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        b"sep=;\r\n" + PLAIN.replace(",", ";").encode(),
        b'"sep=;"\r\n' + PLAIN.replace(",", ";").encode(),
        b"\xef\xbb\xbfsep=,\r\n\xef\xbb\xbf" + PLAIN.encode(),
        "sep=\t\r\n".encode("utf-16") + PLAIN.replace(",", "\t").encode("utf-16-le"),
        b'"email";"name"\r\n"reader001@example.com";"Zo\xc3\xab"\r\n',
        b"\xef\xbb\xbf" + b'"email","name"\r\n"reader001@example.com","Zo\xc3\xab"\r\n',
        PLAIN.replace("\r\n", "\n").encode(),
        PLAIN.replace("\r\n", "\r").encode(),
        b"\r\n\r\n" + PLAIN.encode(),
        b"# exported today; keep it safe\r\n#\r\n" + PLAIN.encode(),
        PLAIN.encode().removesuffix(b"\r\n"),
        PLAIN.encode() + b",\r\n\r\n  ,\r\n",
    ],
)
def test_a_file_is_read_in_any_dress(raw: bytes) -> None:
    assert [cells for _, cells, _ in read(raw)] == [READER]
    assert table(raw).names == ("email", "name")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (PLAIN.encode("windows-1252"), "Line 2 of the file is not UTF-8 text"),
        (PLAIN.encode("utf-16")[:-1], "not UTF-16 text"),
        (b"\xff\xfe\x00\xd8", "not UTF-16 text"),
        (b"\xd0\xcf\x11\xe0" + bytes(30), "an Excel workbook"),
        (b"", "no column of addresses"),
        (b"\r\n\r\n", "no column of addresses"),
        (b"name\r\nZoe\r\n", "no column of addresses"),
        (b"reader001@example.com\r\n", "no column of addresses"),
        (b"sep=;\r\nemail,name\r\n", "no column of addresses"),
        (b'"email,name\r\nreader001@example.com,Zoe\r\n', "no column of addresses"),
        (b"email,Email\r\n", "could both be the address"),
        (b"Email Address,Primary Email\r\n", "could both be the address"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_true_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        read(raw)


def test_a_line_separator_in_a_name_makes_no_row() -> None:
    odd = "\u2028 \u2029 \x85 \x0b \x0c \x1c \x1d \x1e"

    found = read(file("email,name,state", f"reader001@example.com,A{odd}B,active"))

    assert [(number, cells[2]) for number, cells, _ in found] == [(2, "active")]


def test_quotation_marks_behind_a_backslash_are_read_where_nothing_else_can_be_meant() -> None:
    found = read(
        file(
            '"email","name","state"',
            '"reader001@example.com","Ann \\"the pilot\\" B","active"',
            '"reader002@example.com","C:\\","unsubscribed"',
            '"reader003@example.com","Ann \\"B","active"',
        )
    )

    assert [(cells[1:], bool(fault)) for _, cells, fault in found] == [
        (('Ann "the pilot" B', "active"), False),
        (("C:\\", "unsubscribed"), False),
        (('Ann "B', "active"), False),
    ]


def test_quoted_text_may_run_over_lines() -> None:
    found = read(
        file(
            "note,email,name",
            '"first',
            'second",reader001@example.com,"Ben ""the pilot"""',
            'plain,reader002@example.com,"Ann',
            "",
            'of the harbour"',
            'a 5" screen,reader003@example.com,Carl',
        )
    )

    assert [(number, cells[1], cells[2]) for number, cells, _ in found] == [
        (2, "reader001@example.com", 'Ben "the pilot"'),
        (4, "reader002@example.com", "Ann\r\n\r\nof the harbour"),
        (7, "reader003@example.com", "Carl"),
    ]


BEFORE = [f"reader{number:03}@example.com,Reader,active" for number in range(1, 51)]
AFTER = [f"reader{number:03}@example.com,Reader,active" for number in range(52, 80)]


@pytest.mark.parametrize(
    "after",
    [
        AFTER,
        AFTER * 400,  # past what a cell may hold
        [],
        [*AFTER[:5], 'reader999@example.com,"Quoted",active', *AFTER[5:]],
        [*AFTER[:5], 'reader999@example.com,"Quoted, too",active', *AFTER[5:]],
        [*AFTER[:5], 'reader999@example.com,Closed",active', *AFTER[5:]],
        ['reader999@example.com,Closed",active'],
        ['reader999@example.com,"Open again,active', *AFTER],
        ["", "", *AFTER],
        ["a line without anything", *AFTER],
        [f"line {number}" for number in range(60)],
    ],
)
def test_an_open_quote_is_refused_by_its_line_and_swallows_nobody(after: list[str]) -> None:
    raw = file("email,name,state", *BEFORE, 'reader051@example.com,"Bea the first,active', *after)

    with pytest.raises(UsageError, match=r"^Line 52 opens a quotation mark") as refused:
        read(raw)
    assert refused.value.ids == {"line": 52}


def test_an_open_quote_in_a_file_of_addresses_alone_is_refused_by_its_line() -> None:
    with pytest.raises(UsageError, match=r"^Line 3 opens a quotation mark"):
        read(
            file(
                "email", "reader001@example.com", '"reader002@example.com', 'reader003@example.com"'
            )
        )


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('reader001@example.com,"Reader "the pilot" One",active', "quotation marks inside"),
        ("reader001@example.com,Reader, One,active", "more cells than the file has columns"),
        (f'reader001@example.com,"{"x" * 140_000}",active', "more than 131,072 characters"),
    ],
)
def test_a_row_that_cannot_be_told_apart_is_refused_alone(line: str, fault: str) -> None:
    found = read(file("email,name,state", line, "reader002@example.com,Ann,active"))

    assert [number for number, _, _ in found] == [2, 3]
    assert fault in found[0][2]
    assert found[1][1:] == (("reader002@example.com", "Ann", "active"), "")


def test_cells_that_are_missing_at_the_end_are_empty() -> None:
    assert read(file("email,name,state", "reader001@example.com"))[0][1] == (
        "reader001@example.com", "", "",
    )  # fmt: skip


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="@\0"), max_size=12)


@given(
    rows=st.lists(st.tuples(CELL, CELL), max_size=8),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    is_all_quoted=st.booleans(),
)
def test_what_a_program_writes_is_read_as_it_was_meant(
    rows: list[tuple[str, str]], delimiter: str, *, is_all_quoted: bool
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL if is_all_quoted else 0)
    writer.writerow(["email", "name", "note"])
    for place, row in enumerate(rows):
        writer.writerow([f"reader{place:03}@example.com", *row])

    found = read(written.getvalue().encode())

    assert [(cells[1:], fault) for _, cells, fault in found] == [
        (tuple(cell.strip() for cell in row), "") for row in rows
    ]


@given(raw=st.binary(max_size=200), head=st.sampled_from([b"", b"email,name\n", b"email;x\r\n"]))
def test_no_bytes_upset_it(raw: bytes, head: bytes) -> None:
    try:
        read(head + raw)
    except UsageError as error:
        assert str(error)  # noqa: PT017 - either a sentence or rows


def test_a_file_full_of_quotation_marks_takes_as_long_as_it_is() -> None:
    def seconds(number: int) -> float:
        raw = file(
            "note,email,name", *(f'x{place}" y,r@example.com,"a"' for place in range(number))
        )
        rows = table(raw)
        began = time.process_time()
        assert sum(1 for _ in rows.rows()) == number
        return time.process_time() - began

    short = min(seconds(3_000) for _ in range(3))
    long = min(seconds(12_000) for _ in range(3))

    assert long < 8 * short
