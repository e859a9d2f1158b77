"""A line has a length that it keeps, whatever it tells of."""

import json

import pytest

from syndicate import logs
from syndicate.logs import bounded

log = logs.get("test.bounded")
LINE_BYTES = 10_000


def line(capsys: pytest.CaptureFixture[str]) -> str:
    (written,) = capsys.readouterr().err.splitlines()
    return str(written)


def deep(levels: int, words: str) -> None:
    if levels == 0:
        raise ValueError(words)
    try:
        deep(levels - 1, words)
    except (ValueError, RuntimeError) as error:
        raise RuntimeError(words) from error


@pytest.mark.parametrize("levels", [0, 1, 30])
def test_a_crash_is_never_ten_kilobytes_of_traceback(
    capsys: pytest.CaptureFixture[str], levels: int
) -> None:
    logs.configure(log_format="json")

    try:
        deep(levels, "wide " * 20_000)
    except (RuntimeError, ValueError):
        log.exception("request_crashed", error_id="7f3a9c-04b1d2")

    written = line(capsys)
    said = json.loads(written)
    assert len(written) < LINE_BYTES
    assert said["error_id"] == "7f3a9c-04b1d2"
    assert "in deep" in said["exception"]


def test_a_traceback_keeps_the_first_fault_and_the_last_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(log_format="json")

    try:
        deep(40, "no")
    except RuntimeError:
        log.exception("request_crashed")

    trace = json.loads(line(capsys))["exception"]
    assert "ValueError: no" in trace
    assert trace.endswith("RuntimeError: no")
    assert "characters left out" in trace


@pytest.mark.parametrize(
    "value",
    ["x" * 10**6, ["x" * 5_000] * 2, list(range(10**5)), {n: n for n in range(10**4)},
     "ع" * 3_000, json.loads("[" * 300 + "]" * 300), "a\ud800b"],
    ids=["text", "texts", "list", "object", "arabic", "deep", "half a character"],
)  # fmt: skip
def test_no_value_makes_a_line_long(capsys: pytest.CaptureFixture[str], value: object) -> None:
    logs.configure(log_format="json")

    log.warning("value_refused", value=value)

    assert len(line(capsys)) < 4 * LINE_BYTES


def test_an_address_at_the_cut_is_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="json")

    for shift in range(0, 40, 3):
        log.warning("relay_said", reply="y " * 480 + " " * shift + " reader001@example.com" * 300)

    assert "reader" not in capsys.readouterr().err


def test_what_is_short_stays_as_it_is() -> None:
    said = {"reply": "550 no", "codes": [1, 2], "at": None}

    assert bounded.bounded(said) == said
