"""`syndicate newsletters` and `syndicate subscribers`, as an operator uses them."""

import email
import email.policy
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from typer.testing import CliRunner

from syndicate.cli import issues, newsletters, subscribers
from syndicate.cli.actors import user
from syndicate.errors import NotFoundError, PartialError, RefusedError, UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.views import operations
from tests.newsletters.paper import HOUR, NOW, SLOT, article
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database", "world")


@pytest.fixture
def world() -> None:
    """A publication "daily" with a section "world" and one story, and no newsletter yet."""
    with transaction() as tx:
        made = desk.publication(tx)
        desk.sections(tx, made.id, "world")
        article(tx, 1, "world-one", SLOT - HOUR)


WHO = f"cli:{user()}"


def run(*arguments: str) -> str:
    with time_machine.travel(NOW, tick=False):
        result = CliRunner().invoke(newsletters.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def answer(*arguments: str) -> dict[str, Any]:
    """What a command prints as JSON; its log stands before it here, and on stderr in real life."""
    found: dict[str, Any] = json.loads(run(*arguments, "--json").splitlines()[-1])
    return found


def add(*more: str) -> None:
    run(
        *("add", "morning", "--name", "Morning", "--publication", "daily", "--section", "world"),
        *("--language", "en", "--language", "ar", "--at", "08:00", *more),
    )


def bring(tmp_path: Path, text: str) -> dict[str, object]:
    file = tmp_path / "readers.csv"
    file.write_text(text)
    arguments = ["import", str(file), "-n", "morning", "--wording", "Yes.", "--json"]
    result = CliRunner().invoke(subscribers.app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return found


def audited(subject: str) -> list[tuple[str, str, dict[str, object]]]:
    with transaction() as tx:
        rows = operations.audit_rows(tx, limit=9, about=[subject])
        return [(row.actor, row.action, row.detail) for row in rows]


def test_an_export_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    add()
    out = tmp_path / "nowhere" / "out.csv"

    done = CliRunner().invoke(subscribers.app, ["export", "-n", "morning", "--out", str(out)])

    assert str(done.exception) == (
        f"{out} cannot be written (No such file or directory); name another file with --out."
    )


def test_a_preview_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    add()
    arguments = ["preview", "morning", "--out", str(tmp_path)]

    with time_machine.travel(NOW, tick=False):
        done = CliRunner().invoke(newsletters.app, arguments)

    assert isinstance(done.exception, UsageError)
    assert "cannot be written (Is a directory)" in str(done.exception)


def test_a_language_a_time_and_a_day_that_are_named_twice_count_once(tmp_path: Path) -> None:
    add("--language", "EN", "--at", "08:00", *("--day", "2") * 2)
    bring(tmp_path, "address\nreader001@example.com\n")

    (row,) = answer("list")["newsletters"]
    sent = answer("send", "morning")

    assert (row["languages"], row["times"], row["days"]) == (["en", "ar"], ["08:00"], [2])
    assert (sent["state"], sent["audience"]) == ("sending", 1)


def test_a_newsletter_is_made_filled_rehearsed_and_sent(tmp_path: Path) -> None:
    add()
    done = bring(tmp_path, "address,language\nreader001@example.com,en\nreader002@example.com,ar\n")

    rehearsed = answer("dry-run", "morning")
    sent = answer("send", "morning")

    assert (done["added"], done["refused"]) == (2, [])
    assert rehearsed["counts"]["remaining"] == 2
    assert [story["headline"] for story in rehearsed["stories"]] == ["Headline world-one"]
    assert (sent["state"], sent["audience"], sent["stories"]) == ("sending", 2, 1)
    assert sent["content_hash"] == rehearsed["content_hash"]
    assert audited(f"issue:{sent['id']}") == [(WHO, "issue-run", {})]
    (listed,) = answer("list")["newsletters"]
    assert (listed["next_at"], listed["readers"]["active"]) == ("2026-11-25T05:00+00:00", 2)


def test_an_alert_is_due_at_no_time() -> None:
    run("add", "flash", "--name", "Flash", "--publication", "daily", "--kind", "alert")

    [listed] = answer("list")["newsletters"]
    assert (listed["times"], listed["days"], listed["next_at"]) == ([], [], None)
    assert run("list").splitlines()[-1].split() == [
        "flash",
        "Flash",
        "alert",
        "en",
        *("when", "something", "happens"),
        "0",
    ]


def test_people_read_slots_in_the_newsletters_zone_and_counts_that_agree(tmp_path: Path) -> None:
    add()
    bring(tmp_path, "address\nreader001@example.com\n")
    due, following = "24 Nov 2026 08:00 Qatar Time", "25 Nov 2026 08:00 Qatar Time"

    offered, looked = run("offers", "morning"), run("dry-run", "morning")
    sent = run("send", "morning")
    number = sent.rpartition("Issue ")[2].split()[0]
    listed, shown = (
        CliRunner().invoke(issues.app, words).stdout for words in (["list"], ["show", number])
    )
    run("pause", "morning")

    assert f"the slot of {due}, 1 story to 1 reader\n" in offered
    assert looked.startswith(f"Slot of {due}: 1 story.\n")
    assert sent.endswith(f"Issue {number} of {due} is sending, 1 reader.\n")
    assert f"morning     {due}" in listed
    assert f"slot                {due}\n" in shown
    assert ", 1 reader\n" in shown
    assert run("resume", "morning").endswith(f"its next slot is {following}.\n")
    assert following in run("list")


def test_sending_twice_sends_once() -> None:
    add()

    assert answer("send", "morning") == answer("send", "morning")


def test_a_preview_is_a_mail_or_a_part_of_it(tmp_path: Path) -> None:
    add()
    out = tmp_path / "preview.eml"

    run("preview", "morning", "--language", "ar", "--out", str(out))

    mail = email.message_from_bytes(out.read_bytes(), policy=email.policy.default)
    assert mail["List-Id"] == "Morning <morning.lists.daily.example>"
    assert "Headline world-one" in run("preview", "morning", "--text")
    assert run("preview", "morning", "--html").startswith("<!DOCTYPE html>")


def test_an_issue_with_nothing_new_says_what_became_of_it() -> None:
    add("--when-empty", "hold")
    run("send", "morning")
    with (
        time_machine.travel(NOW + 24 * HOUR, tick=False),
        pytest.raises(RefusedError, match="held"),
    ):
        CliRunner().invoke(newsletters.app, ["send", "morning"], catch_exceptions=False)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("send", "evening"), NotFoundError),
        (("add", "x", "--name", "X", "--publication", "weekly"), NotFoundError),
        (("add", "x", "--name", "X", "--publication", "daily", "--section", "no"), NotFoundError),
        (("add", "x", "--name", "X", "--publication", "daily", "--at", "25:00"), UsageError),
        (("add", "x", "--name", "X", "--publication", "daily", "--zone", "Mars"), UsageError),
    ],
)
def test_what_does_not_exist_is_one_clear_error(
    arguments: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(*arguments)


def test_a_slug_is_given_once() -> None:
    add()
    with pytest.raises(RefusedError):
        add()


def test_refused_lines_are_told_and_end_in_a_partial_success(tmp_path: Path) -> None:
    add()
    with pytest.raises(PartialError, match="1 line was refused"):
        bring(tmp_path, "address\nreader001@example.com\nnobody\n")


def test_readers_leave_as_a_file_and_are_forgotten(tmp_path: Path) -> None:
    add()
    bring(tmp_path, "address\nreader001@example.com\n")
    out = tmp_path / "out.csv"
    runner = CliRunner()

    exported = runner.invoke(subscribers.app, ["export", "-n", "morning", "--out", str(out)])
    erased = runner.invoke(subscribers.app, ["erase", "reader001@example.com", "--yes", "--json"])
    counted = runner.invoke(subscribers.app, ["counts", "--json"])

    assert (exported.exit_code, erased.exit_code, counted.exit_code) == (0, 0, 0)
    assert audited("newsletter:1") == [
        (WHO, "newsletter-export", {}),
        (WHO, "newsletter-import", {"added": 1, "known": 0, "left": 0, "refused": 0}),
        (WHO, "newsletter-add", {}),
    ]
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_text().splitlines()[1].startswith("reader001@example.com,en,")
    assert json.loads(erased.stdout) == {"subscriptions": 1}
    assert json.loads(counted.stdout)["morning"]["active"] == 0
