"""A form's guards: opened here, not just now, not yesterday, not too often, not by a robot."""

import datetime as dt

import pytest

from syndicate.actions import forms
from syndicate.actions.forms import Guarded
from syndicate.errors import UsageError

NOW = dt.datetime(2026, 11, 24, 10, 30, tzinfo=dt.UTC)


def posted(stamp: str, *, trap: str = "", ip: str = "203.0.113.7") -> Guarded:
    return Guarded(stamp=stamp, trap=trap, ip=ip)


@pytest.mark.parametrize(
    ("age", "sentence"),
    [
        (dt.timedelta(seconds=1.9), "too fast"),
        (dt.timedelta(seconds=2), None),
        (dt.timedelta(hours=24), None),
        (dt.timedelta(hours=24, seconds=1), "more than a day"),
        (dt.timedelta(seconds=-5), "too fast"),
        (dt.timedelta(hours=-1), None),  # opened before our clock was set back
    ],
)
def test_form_has_its_time(age: dt.timedelta, sentence: str | None) -> None:
    guarded = posted(forms.stamp("email:7", NOW - age))

    if sentence is None:
        forms.check("email:7", guarded, NOW)
    else:
        with pytest.raises(UsageError, match=sentence):
            forms.check("email:7", guarded, NOW)


def test_form_whose_hidden_field_is_filled_in_says_so_and_works_without_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stamp = forms.stamp("email:7", NOW - dt.timedelta(minutes=1))

    with pytest.raises(UsageError, match="field that you cannot see") as refused:
        forms.check("email:7", posted(stamp, trap="https://shop.example"), NOW)

    told = capsys.readouterr().out
    assert "nothing was sent" in str(refused.value)
    assert "form_trapped" in told
    assert "email:7" in told
    assert "shop.example" not in told
    forms.check("email:7", posted(stamp), NOW)


@pytest.mark.parametrize("stamp", ["", "x", "MTc2.AAAA", "é.é"])
def test_form_that_was_not_opened_here_is_refused(stamp: str) -> None:
    with pytest.raises(UsageError, match="not opened on our site"):
        forms.check("email:7", posted(stamp), NOW)


def test_stamp_of_one_form_is_worthless_in_another() -> None:
    stamp = forms.stamp("email:7", NOW - dt.timedelta(minutes=1))

    with pytest.raises(UsageError, match="not opened on our site"):
        forms.check("email:8", posted(stamp), NOW)
