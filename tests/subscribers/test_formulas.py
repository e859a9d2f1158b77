"""What a visitor wrote is no formula in an editor's spreadsheet, and comes back as it was."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import UsageError
from syndicate.subscribers import csvfile, formulas, transfer

BEGIN = re.compile(r"(?:^|[;,|\t\r\n\"])[=+\-@\t\r]")
TEXTS = st.text(alphabet="'=+-@\t\r\n;,|\"a1 \uff1d", max_size=12)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ('=cmd|"/C calc"!A0', '\'=cmd|"/C calc"!A0'),
        ("+49 30 1234", "'+49 30 1234"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("a;=1", "a;'=1"),
        ('a,"=1', "a,\"'=1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("world;middle-east", "world;middle-east"),
        ("2026-11-30T08:00:00+00:00", "2026-11-30T08:00:00+00:00"),
    ],
)
def test_no_cell_of_an_export_begins_a_formula(cell: str, written: str) -> None:
    assert formulas.guarded(cell) == written
    assert formulas.unguarded(written) == cell


@given(cell=TEXTS)
def test_any_cell_comes_back_as_it_was_and_begins_none(cell: str) -> None:
    written = formulas.guarded(cell)

    assert formulas.unguarded(written) == cell
    assert BEGIN.search(written.replace("\t'", "\t_").replace("\r'", "\r_")) is None


@given(cells=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_row_is_csv_whatever_is_in_it(cells: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(formulas.line(cells), newline=""))

    assert [formulas.unguarded(each) for each in read] == cells


def test_only_a_file_of_our_own_loses_its_apostrophes() -> None:
    row = formulas.line(["=x@example.com", *("" for _ in transfer.COLUMNS[1:])])
    ours = [formulas.line(transfer.COLUMNS), row]
    theirs = ["address,name\n", "'=x@example.com,'=1\n"]

    def read(lines: list[str]) -> list[str]:
        return [address for _, address in transfer.addresses(lines)]

    assert ours[1].startswith("'=x@example.com")
    assert (read(ours), read(theirs)) == (["=x@example.com"], ["'=x@example.com"])


def test_ten_thousand_columns_are_refused_at_once() -> None:
    with pytest.raises(UsageError, match="10,001 columns, and a file of readers has"):
        csvfile.table_of(["address" + ",x" * 10_000 + "\n"], lambda names: "address" in names)
