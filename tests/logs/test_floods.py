"""A flood of one cause is twenty lines a minute, and one that counts the rest."""

import json
import logging
import time

import pytest

from syndicate import logs
from syndicate.logs import floods

log = logs.get("test.floods")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def flood(count: int) -> None:
    for number in range(count):
        log.error("request_crashed", number=number)


def test_a_thousand_errors_of_one_cause_are_twenty_lines_and_a_count(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(log_format="json")

    flood(1_260)
    log.error("another_cause")
    logging.getLogger().handlers[0].close()

    *first, other, last = lines(capsys)
    assert [each["number"] for each in first] == list(range(floods.LINES_A_WINDOW))
    assert other["event"] == "another_cause"
    assert (last["event"], last["of"], last["said"], last["more"], last["level"]) == (
        floods.MORE, "request_crashed", "… and 1,240 more", 1_240, "error",
    )  # fmt: skip


def test_the_count_is_told_when_its_minute_is_over_though_nobody_writes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floods, "WINDOW_S", 0.3)
    logs.configure(log_format="json")

    flood(25)
    time.sleep(1.0)

    assert [each["event"] for each in lines(capsys)][floods.LINES_A_WINDOW :] == [floods.MORE]


def test_the_next_minute_is_written_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floods, "WINDOW_S", 0.2)
    logs.configure(log_format="json")

    flood(30)
    time.sleep(0.5)
    flood(3)

    events = [each["event"] for each in lines(capsys)]
    assert events == ["request_crashed"] * 20 + [floods.MORE] + ["request_crashed"] * 3


def test_lines_of_work_done_are_all_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="json")

    for number in range(100):
        log.info("request_answered", number=number)

    assert len(lines(capsys)) == 100


def test_another_fault_at_the_same_line_is_another_cause(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(log_format="json")

    for fault in [ValueError] * 30 + [KeyError]:
        try:
            raise fault
        except (ValueError, KeyError):
            log.exception("source_not_read")

    assert "KeyError" in str(lines(capsys)[-1]["exception"])


def test_words_that_differ_each_time_are_one_cause_of_somebody_elses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(log_format="json")

    for number in range(100):
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received %s", number)

    assert len(lines(capsys)) == floods.LINES_A_WINDOW


def test_causes_without_end_take_no_memory_without_end() -> None:
    found = floods.Floods()

    for number in range(20_000):
        found.is_one_too_many(("a", str(number)), logging.ERROR, 0.0)

    assert len(vars(found)["_windows"]) <= 1_000


def test_an_exception_that_has_its_line_gets_no_other_of_the_server(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(log_format="json")
    error = ZeroDivisionError("x")

    floods.told(error)
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)

    assert lines(capsys) == []
