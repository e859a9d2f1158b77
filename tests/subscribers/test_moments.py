"""Times as other tools and people write them; what can be read two ways is none."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.subscribers import moments
from syndicate.subscribers.moments import Habit, Order

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
MAY = "2024-05-24T09:30:00+00:00"


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-05-24T09:30:00Z", MAY),
        ("2024-05-24 09:30:00", MAY),
        ("2024-05-24 09:30:00.000 +0000 UTC", MAY),
        ("2024-05-24 11:30:00+02:00", MAY),
        ("2024-05-24 09:30:00 UTC", MAY),
        ("1716543000", MAY),
        ("1716543000000", MAY),
        ("24.05.2024 09:30", MAY),
        ("24.5.2024, 09:30", MAY),
        ("2024/05/24 9:30 AM", MAY),
        ("May 24, 2024 9:30 am", MAY),
        ("Friday, May 24, 2024 09:30", MAY),
        ("24 May 2024 at 09:30", MAY),
        ("2024.05.24. 09:30", MAY),
        ("20240524 09:30", MAY),
        ("٢٠٢٤-٠٥-٢٤ ٠٩:٣٠", MAY),  # noqa: RUF001 - Arabic
        ("20240524T093000Z", MAY),
        ("24-May-2024 09:30", MAY),
        ("20241324", None),
        ("2024-05-24", "2024-05-24T00:00:00+00:00"),
        ("1/3/2024", None),
        ("31.02.2024", None),
        ("24.05.24", None),
        ("2024-05", None),
        ("24/05.2024", None),
        ("24.05.2024 tea time", None),
        ("1969-12-31", None),
        ("2099-01-01", None),
        ("yes", None),
        ("", None),
        ("May 2024", None),
        ("9" * 10, None),
    ],
)
def test_a_time_is_read_in_the_forms_that_tools_write(cell: str, moment: str | None) -> None:
    found = moments.past_of(cell, None, now=NOW)

    assert (found.isoformat() if found else None) == moment


@pytest.mark.parametrize(
    ("column", "order", "moment"),
    [
        (("03/04/2024", "05/24/2024"), Order.MONTH, "2024-03-04"),
        (("03/04/2024", "24-05-2024"), Order.DAY, "2024-04-03"),
        (("03/04/2024", "2024/05/24", "24.05.2024"), None, None),
        (("03/04/2024", "05/24/2024", "24/05/2024"), None, None),
    ],
)
def test_which_of_day_and_month_comes_first_a_column_settles(
    column: tuple[str, ...], order: Order | None, moment: str | None
) -> None:
    habit = Habit()
    for cell in column:
        habit.see(cell)

    found = moments.past_of(column[0], habit.order, now=NOW)

    assert (habit.order, found and f"{found:%Y-%m-%d}") == (order, moment)


@given(
    text=st.text(alphabet="0123456789-/. :TZ+ampMjuney,", max_size=40),
    order=st.sampled_from([*Order, None]),
)
def test_whatever_stands_there_is_a_time_of_the_past_or_none(
    text: str, order: Order | None
) -> None:
    found = moments.past_of(text, order, now=NOW)

    assert found is None or dt.datetime(1970, 1, 1, tzinfo=dt.UTC) <= found <= NOW
