"""`syndicate bounces`, as an operator sees it: what mails mean, what is kept, who objects."""

import datetime as dt
import json
import mailbox
from pathlib import Path

import pytest

from syndicate.bounces.doors.intake import Intake
from syndicate.bounces.keeping import advice
from syndicate.cli import bounces as command
from syndicate.errors import PartialError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.store.newsroom.incidents import Sample
from tests.cli.asking import Answer, ask

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
LUNCH = b"From: desk@daily.example\r\nSubject: Lunch\r\n\r\nAt noon?\r\n"


def report(address: str = "reader001@example.com", status: str = "5.1.1") -> bytes:
    """A mail server's report of one recipient."""
    return (
        "From: MAILER-DAEMON@mx.daily.example\r\nReturn-Path: <>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b1\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.daily.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} no such user\r\n\r\n--b1--\r\n"
    ).encode()


def run(*arguments: object, stdin: bytes = b"") -> Answer:
    return ask(command.app, *arguments, stdin=stdin)


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """A folder with a report and a mail that is none."""
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "1.eml").write_bytes(report())
    (folder / "2.eml").write_bytes(LUNCH)
    return folder


def test_what_mails_mean_is_told_recipient_by_recipient(mails: Path) -> None:
    told = run("classify", mails)

    assert told.code == 0
    heads, first, second = (" ".join(line.split()) for line in told.out.splitlines())
    assert heads == "mail kind recipient reason code hard said"
    assert first.startswith("1.eml bounced reader001@example.com userunknown 550 5.1.1 yes smtp; ")
    assert second == "2.eml no report"


def test_the_json_of_a_mail_has_each_verdict_whole(mails: Path) -> None:
    first, second = run("classify", mails, "--json").said["mails"]

    assert first["file"] == "1.eml"
    (verdict,) = first["verdicts"]
    assert {name: verdict[name] for name in ("kind", "status", "code", "reason", "is_hard")} == {
        "kind": "bounced",
        "status": "5.1.1",
        "code": 550,
        "reason": "userunknown",
        "is_hard": True,
    }
    assert second == {"file": "2.eml", "verdicts": []}


def test_mails_are_read_from_files_folders_mailboxes_and_stdin(mails: Path, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "mbox")
    for number in (2, 3):
        box.add(report(f"reader00{number}@example.com"))
    box.close()

    done = run(
        "classify", mails / "1.eml", tmp_path / "mbox", "-", "--json", stdin=report("r@a.example")
    )

    assert [each["recipient"] for mail in done.said["mails"] for each in mail["verdicts"]] == [
        "reader001@example.com",
        "reader002@example.com",
        "reader003@example.com",
        "r@a.example",
    ]


@pytest.mark.parametrize("step", ["classify", "ingest"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, step: str) -> None:
    done = run(step, tmp_path / "none")

    assert (done.code, done.out) == (3, "")
    assert done.err == f"There is no file or folder {tmp_path}/none."


@pytest.mark.usefixtures("database")
def test_what_was_kept_is_one_sentence_and_one_object(mails: Path) -> None:
    told, again = run("ingest", mails), run("ingest", mails, "--json")

    assert told.out == (
        "2 mails, 1 of them reports: 1 new event, 0 already known, 1 not about our mail, "
        "0 addresses suppressed.\n"
    )
    assert again.said == {
        "mails": 2,
        "reports": 1,
        "events": 0,
        "known": 1,
        "strangers": 1,
        "suppressed": 0,
        "unreadable": 0,
    }


def test_a_mail_over_which_we_stumble_is_a_part_that_was_not_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stumble(_raw: bytes, _now: dt.datetime) -> list[object]:
        raise ZeroDivisionError

    intake = Intake(stumble)  # type: ignore[arg-type]
    intake(LUNCH)

    with pytest.raises(PartialError) as told:
        command._tell(intake, as_json=True)

    assert json.loads(capsys.readouterr().out.splitlines()[-1])["unreadable"] == 1
    assert str(told.value) == (
        "1 mail could not be read, which is a bug in Syndicate; the log names each by its SHA-256."
    )


def test_a_mailbox_that_is_not_set_is_named() -> None:
    done = run("fetch")

    assert (done.code, done.out) == (2, "")
    assert done.err == "SYNDICATE_BOUNCE_MAILBOX_URL is not set; set it first."


def incident(receiver: str = "google", reason: str = "blocked", at: dt.datetime = NOW) -> int:
    with transaction() as tx:
        sample = Sample(None, "550 5.7.1", "listed by a list")
        incidents.report(tx, receiver, "courier.example", reason, sample=sample, now=at)
        return next(each.id for each in incidents.open_ones(tx) if each.receiver == receiver)


@pytest.mark.usefixtures("database")
def test_what_receivers_object_to_is_listed_with_what_helps() -> None:
    first = incident(at=NOW - dt.timedelta(hours=1))
    incident(at=NOW)
    second = incident("mx.example", "burst", NOW + dt.timedelta(hours=1))

    found, told = run("incidents", "--json").said["incidents"], run("incidents").out

    assert [each["id"] for each in found] == [second, first]
    assert found[1] == {
        "id": first,
        "receiver": "google",
        "domain": "courier.example",
        "reason": "blocked",
        "events": 2,
        "opened_at": "2026-11-24T08:00:00+00:00",
        "last_at": "2026-11-24T09:00:00+00:00",
        "code": "550 5.7.1",
        "said": "listed by a list",
        "taken_by": None,
        "do": advice.about("blocked").do,
    }
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert lines[0] == "id receiver our domain reason events last said"
    assert lines[2] == (
        f"{first} google courier.example blocked 2 24 Nov 2026 09:00 UTC listed by a list"
    )


@pytest.mark.usefixtures("database")
def test_no_incident_is_an_empty_list() -> None:
    assert run("incidents", "--json").said == {"incidents": []}


@pytest.mark.usefixtures("database")
def test_an_incident_is_closed_once_and_the_next_refusal_opens_another() -> None:
    first, second = incident(), incident("mx.example")

    told, shown = run("close", first), run("close", second, "--json")
    again = run("close", first)

    assert told.out == f"Incident {first} is closed.\n"
    assert shown.said == {"closed": second}
    assert (again.code, again.out) == (3, "")
    assert again.err == f"There is no open incident {first}; perhaps it has been closed."
    assert incident() not in {first, second}
