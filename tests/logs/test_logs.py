"""Logs: one event a line, for machines or people, and never an address."""

import json
import logging
import subprocess
import sys

import pytest
import structlog

from syndicate import cli, logs


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="json")
    log = structlog.stdlib.get_logger("test.one")

    log.info("issue_composed", issue_id=7)

    (event,) = lines(capsys)
    assert event.pop("timestamp")
    assert event == {
        "event": "issue_composed",
        "issue_id": 7,
        "level": "info",
        "logger": "test.one",
    }


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("reader001@example.com", "(address)"),
        ("to <reader001@example.com>: 550", "to <(address)>: 550"),
        ("o'neil@example.com", "(address)"),
        ("a.b+c@mail.example.co.uk bounced", "(address) bounced"),
        ("@example.com", "@example.com"),
        ("reader@intranet", "(address)"),
        (["550", {"to": "reader001@example.com"}], ["550", {"to": "(address)"}]),
        (ValueError("no reader001@example.com"), "ValueError('no (address)')"),
        ([ValueError("no reader001@example.com")], ["ValueError('no (address)')"]),
        ({"to": b"reader001@example.com"}, {"to": "(address)'"}),
    ],
)
def test_an_address_that_slipped_in_is_blanked(
    capsys: pytest.CaptureFixture[str], said: object, written: object
) -> None:
    logs.configure(log_format="json")

    structlog.stdlib.get_logger("test.two").warning("relay_said", reply=said)

    assert lines(capsys)[0]["reply"] == written


def test_our_lines_are_json_behind_one_of_a_program_that_we_run_in() -> None:
    """As in Celery's workers and under uvicorn: a process of its own, which has logged nothing."""
    script = """if True:
        import logging
        from syndicate import logs
        log = logs.get("test.own")
        logs.configure(log_format="json")
        logging.getLogger("celery").info("ready")
        log.info("relay_said", reply="550 reader001@example.com")
    """
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    first, second = (json.loads(line) for line in done.stderr.splitlines())
    assert (done.stdout, first["event"]) == ("", "ready")
    assert (second["event"], second["reply"]) == ("relay_said", "550 (address)")


def test_other_peoples_loggers_are_written_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="json")

    logging.getLogger("kombu").warning("lost %s", "reader001@example.com")

    (event,) = lines(capsys)
    assert (event["event"], event["logger"]) == ("lost (address)", "kombu")


def test_an_exception_is_on_the_events_own_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="json")
    log = structlog.stdlib.get_logger("test.three")

    try:
        int("no")
    except ValueError:
        log.exception("step_failed")

    (event,) = lines(capsys)
    assert "ValueError: invalid literal" in str(event["exception"])


def test_what_is_less_serious_than_the_level_is_not_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(log_format="json", level="error")

    structlog.stdlib.get_logger("test.four").warning("hint_failed")

    assert lines(capsys) == []


def test_people_get_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="text")

    structlog.stdlib.get_logger("test.five").info("issue_composed", issue_id=7)

    said = capsys.readouterr().err
    assert "issue_composed" in said
    assert not said.startswith("{")


def test_setting_up_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(log_format="json")
    logs.configure(log_format="json")

    structlog.stdlib.get_logger("test.six").info("once")

    assert len(lines(capsys)) == 1


def refuse(words: str) -> None:
    raise ValueError(words)


def test_a_command_speaks_for_itself_and_logs_what_went_wrong_alone(
    settings_env: pytest.MonkeyPatch,
) -> None:
    settings_env.delenv("SYNDICATE_LOG_LEVEL", raising=False)
    quiet = [cli._level(name, "info") for name in ("up", "subscribers", "web", "worker")]
    of_file = cli._level("up", "debug")
    settings_env.setenv("SYNDICATE_LOG_LEVEL", "info")

    assert quiet == ["warning", "warning", "info", "info"]
    assert (of_file, cli._level("up", "info")) == ("debug", "info")


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_traceback_names_nobody(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    logs.configure(log_format=log_format)

    try:
        refuse("550 <o'neil@example.com>: user unknown")
    except ValueError:
        logging.getLogger("kombu").exception("lost")
        structlog.stdlib.get_logger("test.three").exception("lost_too")

    written = capsys.readouterr().err
    assert "neil" not in written
    assert "example.com" not in written
    assert written.count("550 <(address)>: user unknown") == 4  # its line, and its words
