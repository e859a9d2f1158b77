"""`syndicate subscribers import`, as an operator with somebody else's file uses it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from syndicate.cli import subscribers
from syndicate.errors import NotFoundError, PartialError, UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.readers.subscribers import Subscriber
from syndicate.vocabulary.acts import Act
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database", "morning")


@pytest.fixture
def morning() -> None:
    with transaction() as tx:
        desk.morning(tx)


def run(file: Path | str, *more: str, stdin: bytes = b"") -> Result:
    arguments = ["import", str(file), "-n", "morning", "--wording", "Yes.", *more]
    return CliRunner().invoke(subscribers.app, arguments, input=stdin)


def write(tmp_path: Path, raw: str | bytes) -> Path:
    file = tmp_path / "readers.csv"
    file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return file


SEMICOLONS = (
    '"email";"state";"language"\r\n'
    '"reader001@example.com";"active";"en"\r\n'
    '"reader002@example.com";"unsubscribed";"en"\r\n'
    '"reader003@example.com";"ended";"en"\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("from_stdin", [False, True])
def test_a_semicolon_file_ends_with_0_and_wakes_nobody(
    tmp_path: Path, encoding: str, *, from_stdin: bool
) -> None:
    raw = SEMICOLONS.encode(encoding)

    done = run("-", "--json", stdin=raw) if from_stdin else run(write(tmp_path, raw), "--json")

    found = json.loads(done.stdout.splitlines()[-1])
    assert done.exit_code == 0, done.output
    assert {name: found[name] for name in ("added", "known", "left", "refused", "notes")} == {
        "added": 1,
        "known": 0,
        "left": 2,
        "refused": [
            {"line": 3, "reason": "is unsubscribed where the file comes from"},
            {"line": 4, "reason": "is ended where the file comes from"},
        ],
        "notes": [],
    }


DRY_RUN = SEMICOLONS + '"reader004@example.com";"bounced";"fr"\r\n"nobody";"active";"fr"\r\n'


def test_a_dry_run_tells_what_would_become_of_each_row_and_does_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, DRY_RUN)
    asked = ["import", str(file), "-n", "morning", "--dry-run"]

    done = CliRunner().invoke(subscribers.app, [*asked, "--json"])
    shown = CliRunner().invoke(subscribers.app, asked)

    found = json.loads(done.stdout.splitlines()[-1])
    (rejected,) = found.pop("rejected")
    assert found == {"rows": 5, "active": 1, "left": 2, "suppressed": 1, "ended": 0, "notes": []}
    assert rejected["line"] == 6
    assert rejected["reason"].startswith("Mail cannot be sent to this address")
    assert isinstance(done.exception, PartialError)
    said = " ".join(shown.stderr.split())
    assert said.startswith(
        "5 rows: 1 active, 2 left, 1 suppressed, 1 to correct. Nothing was imported. "
        "line 6: Mail cannot be sent"
    )
    with transaction() as tx:
        assert audit.of(tx, subject="newsletter:1", action=Act.NEWSLETTER_IMPORT) == []
        assert not tx.scalar(select(func.count()).select_from(Subscriber))


def test_whom_a_file_ends_here_a_dry_run_and_the_import_count_alike(tmp_path: Path) -> None:
    run(write(tmp_path, "email\nreader001@example.com\nreader002@example.com\n"))
    left = write(tmp_path, "email,state\nreader001@example.com,unsubscribed\n")

    said, done = run(left, "--dry-run"), run(left)

    assert "1 left, 0 suppressed (1 of them got it here until now), 0 to" in said.stderr
    assert "1 have left (1 of them got it here until now), 0 refused." in done.stderr


def test_a_code_page_and_a_list_are_named_by_an_operator(tmp_path: Path) -> None:
    text = "email,list\nj\u00fcrgen@example.com,Daily\nb@example.com,Weekly\n"
    file = write(tmp_path, text.encode("cp1252"))

    done = run(file, "--encoding", "cp1252", "--list", "daily", "--json")

    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["added"], [each["line"] for each in found["notes"]]) == (1, [3])
    with transaction() as tx:
        assert tx.scalar(select(Subscriber.address)) == "j\u00fcrgen@example.com"


def test_tags_are_named_unless_they_are_sections(tmp_path: Path) -> None:
    file = write(tmp_path, 'email,labels\nreader001@example.com,"gold,world"\n')

    done = run(file, "--tags-as-sections", "--json", "--dry-run")

    assert json.loads(done.stdout.splitlines()[-1])["notes"] == [
        {"line": 2, "note": "the tag “gold” of 1 reader was left out"}
    ]


def test_an_import_needs_the_wording_that_a_dry_run_does_not(tmp_path: Path) -> None:
    asked = ["import", str(write(tmp_path, SEMICOLONS)), "-n", "morning"]

    done = CliRunner().invoke(subscribers.app, asked)

    assert isinstance(done.exception, UsageError)
    assert str(done.exception).startswith("An import needs the wording that its readers agreed to")
    assert CliRunner().invoke(subscribers.app, [*asked, "--dry-run"]).exit_code == 0


def test_who_has_left_here_is_nothing_to_correct(tmp_path: Path) -> None:
    run(write(tmp_path, SEMICOLONS))
    CliRunner().invoke(subscribers.app, ["erase", "reader001@example.com", "--yes"])

    done = run(write(tmp_path, SEMICOLONS))

    assert done.exit_code == 0
    assert "0 added, 0 already known, 3 have left, 0 refused." in done.stderr
    assert "line 2: was erased on request" in done.stderr


def test_a_row_that_is_not_understood_is_named_and_ends_with_5(tmp_path: Path) -> None:
    text = SEMICOLONS + '"reader004@example.com";"[bold]gold";"en"\r\n'

    done = run(write(tmp_path, text))

    assert isinstance(done.exception, PartialError)
    assert str(done.exception).startswith("1 line was refused")
    shown = " ".join(done.stderr.split())
    assert "line 5: has possibly left where the file comes from: state says “[bold]gold”" in shown


@pytest.mark.parametrize(
    ("raw", "error", "sentence"),
    [
        ("email,Rabatt\nreader001@example.com,ja\n", UsageError, "“Rabatt” says yes or no"),
        ('email,name\nreader001@example.com,"Ann\n', UsageError, "Line 2 opens a quotation mark"),
        (b"email\nj\xfcrgen@example.com\n", UsageError, "say which it is with --encoding NAME"),
        (b"PK\x03\x04", UsageError, "a ZIP archive"),
    ],
)
def test_a_file_that_is_not_understood_is_refused_in_a_sentence(
    tmp_path: Path, raw: str | bytes, error: type[Exception], sentence: str
) -> None:
    done = run(write(tmp_path, raw))

    assert isinstance(done.exception, error)
    assert sentence in str(done.exception)


def test_a_file_of_those_who_left_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "unsubscribed_export.csv"
    file.write_text("Email Address,First Name\nreader001@example.com,Ann\n")

    done = run(file)

    assert isinstance(done.exception, UsageError)
    assert "The file's name, unsubscribed_export.csv," in str(done.exception)


def test_a_column_is_ignored_when_an_operator_says_so(tmp_path: Path) -> None:
    file = write(tmp_path, "email,Rabatt,VIP\nreader001@example.com,ja,nein\n")

    done = run(file, "--ignore-column", "rabatt", "--ignore-column", "VIP", "--json")

    assert json.loads(done.stdout.splitlines()[-1])["added"] == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run(tmp_path / "nowhere.csv")

    assert isinstance(done.exception, NotFoundError)
    assert "nowhere.csv" in str(done.exception)


def test_readers_who_were_given_to_nobody_are_not_in_the_audit(tmp_path: Path) -> None:
    known, kept = ["export", "-n", "morning"], tmp_path / "kept.csv"
    kept.write_text("kept")

    into_nothing = CliRunner().invoke(subscribers.app, [*known, "--out", str(tmp_path)])
    unknown = CliRunner().invoke(subscribers.app, ["export", "-n", "x", "--out", str(kept)])

    assert isinstance(into_nothing.exception, UsageError)
    assert isinstance(unknown.exception, NotFoundError)
    assert kept.read_text() == "kept"
    with transaction() as tx:
        assert audit.of(tx, subject="newsletter:1", action=Act.NEWSLETTER_EXPORT) == []
