"""An archive as Mailchimp gives it out: its readers come in, and nobody of the other files."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest
from sqlalchemy import select

from syndicate.errors import UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import subscribers
from syndicate.store.readers.subscribers import Subscriber, Subscription
from syndicate.subscribers import suppressions, transfer, uploads
from syndicate.subscribers.transfer import Imported
from tests.subscribers import desk
from tests.subscribers.desk import NOW

HEAD = "Email Address,First Name,OPTIN_TIME,CONFIRM_TIME"
# By the names that Mailchimp gives them; "both" is in two files.
FILES = {
    "subscribed_members_export_0a1b2c.csv": f"{HEAD}\nin@example.com,A,,2024-01-01 08:00:00\n"
    "both@example.com,B,,2024-01-01 08:00:00\n",
    "unsubscribed_members_export_0a1b2c.csv": f"{HEAD},UNSUB_TIME,UNSUB_REASON\n"
    "left@example.com,C,,2024-01-01 08:00:00,2024-02-01 09:00:00,NORMAL\n"
    "both@example.com,B,,2024-01-01 08:00:00,2024-02-01 09:00:00,NORMAL\n",
    "cleaned_members_export_0a1b2c.csv": f"{HEAD},CLEAN_TIME\n"
    "bounced@example.com,Zo\u00eb,,2024-01-01 08:00:00,2024-03-01 09:00:00\n",
    "nonsubscribed_members_export_0a1b2c.csv": f"{HEAD}\nnever@example.com,E,,\n",
}


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx)


def archive(files: dict[str, str], page: str = "utf-8") -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(f"audience/{name}", content.encode(page))
    return raw.getvalue()


def bring(raw: bytes) -> Imported:
    found = uploads.opened(raw)
    return transfer.import_csv(
        found.lines, "morning", wording="Yes.", origin="x.zip", now=NOW, left=found.left
    )


@pytest.mark.parametrize("page", ["utf-8", "cp1252"])
def test_who_is_in_a_file_of_those_who_left_does_not_come_in_by_the_other(
    morning: Newsletter, page: str
) -> None:
    raw = archive(FILES, page)
    found = uploads.opened(raw)
    said = transfer.foresee(found.lines, "morning", now=NOW, left=found.left)

    done = bring(raw)

    rows = sum(text.count("@") for text in FILES.values())
    assert (done.added, done.left, done.faults) == (1, rows - 1, 0)
    assert (said.rows, said.active, said.left, said.suppressed) == (rows, 1, 4, 1)
    assert ("is in cleaned_members_export_0a1b2c.csv, the file of those who have left") in {
        why for _, why in done.refused
    }
    with transaction() as tx:
        assert subscribers.counts(tx, morning.id) == {"pending": 0, "active": 1, "ended": 3}
        ended = subscribers.by_address(tx, "left@example.com")
        assert ended is not None
        found_there = subscribers.of(tx, ended.id, morning.id)
        assert found_there is not None
        assert found_there.ended_at is not None
        assert found_there.ended_at.isoformat() == "2024-02-01T09:00:00+00:00"
    plain = "email\n" + "".join(f"{each}@example.com\n" for each in ("both", "never", "bounced"))
    assert bring(plain.encode()).added == 0


@pytest.mark.usefixtures("morning")
def test_of_all_files_of_an_archive_the_gravest_word_about_somebody_is_kept() -> None:
    """Also where the file's name says less than its cells, or a later date stands elsewhere."""
    files = {
        "subscribers.csv": "email,status\nin@example.com,active\nspam@example.com,active\n",
        "unsubscribed.csv": "email,status,unsubscribed_at\n"
        "spam@example.com,complained,\ndead@example.com,unsubscribed,2024-05-01\n"
        "left@example.com,unsubscribed,\nspam@example.com,unsubscribed,2024-05-01\n",
        "unconfirmed.csv": "email,date\nleft@example.com,2024-06-01\n",
        "bounced.csv": "email,reason\ndead@example.com,no such user\nspam@example.com,full\n",
    }

    done = bring(archive(files))

    assert (done.added, done.left, done.faults) == (1, 8, 0)
    with transaction() as tx:
        page = suppressions.read(tx)
        assert {(each.row.address, each.row.reason) for each in page.found} == {
            ("spam@example.com", "complaint"),
            ("dead@example.com", "bounce"),
        }
        states = tx.execute(
            select(Subscriber.address, Subscription.state).join(Subscription).order_by("address")
        )
        assert [(address, state.value) for address, state in states] == [
            ("dead@example.com", "ended"),
            ("in@example.com", "active"),
            ("left@example.com", "ended"),
            ("spam@example.com", "ended"),
        ]


@pytest.mark.usefixtures("morning")
def test_a_file_of_those_who_left_in_which_nobody_can_be_found_stops_the_archive() -> None:
    broken = FILES | {"cleaned_members_export_0a1b2c.csv": "Name\nC\n"}

    with pytest.raises(UsageError, match=r"^cleaned_members_export_0a1b2c\.csv in the archive: "):
        bring(archive(broken))


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (
            b"Rar!\x1a\x07\x01\0x",
            "The file is a RAR archive; unpack it, and import the CSV file in it.",
        ),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "The file is a 7z archive; unpack it"),
        (bz2.compress(b"email\na@example.com\n"), "The file is packed with bzip2; unpack it"),
        (lzma.compress(b"email\na@example.com\n"), "The file is packed with xz; unpack it"),
        (
            gzip.compress(b"a.csv" + bytes(252) + b"ustar\x0000"),
            "The file is a tar archive; unpack it",
        ),
        (gzip.compress(archive({"a.csv": "email\n"})), "The file is packed twice; unpack it"),
        (archive({})[:4] + bytes(18), "The file is a ZIP archive without a file; choose another."),
    ],
)
@pytest.mark.parametrize("encoding", ["", "cp1252"])
def test_a_file_that_is_no_text_is_refused_as_what_it_is(
    raw: bytes, sentence: str, encoding: str
) -> None:
    with pytest.raises(UsageError) as refused:
        uploads.opened(raw, encoding=encoding)
    assert str(refused.value).startswith(sentence)


@pytest.mark.usefixtures("morning")
def test_a_file_that_was_passed_over_is_named_by_a_dry_run_and_the_import() -> None:
    found = uploads.opened(archive(FILES | {"README.txt": "Made on Monday."}))
    said = found.noted(transfer.foresee(found.lines, "morning", now=NOW, left=found.left))

    done = found.noted(bring(archive(FILES)))

    assert (done.added, said.active) == (1, 1)
    note = (0, "README.txt in the archive was passed over: it holds no readers")
    assert said.notes == done.notes == (note,)


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("content", ["", "\ufeff\r\n", ",,\n"])
def test_an_empty_file_of_those_who_left_says_that_nobody_has(content: str) -> None:
    name = "cleaned_members_export_0a1b2c.csv"
    without = {each: said for each, said in FILES.items() if each != name}

    done = bring(archive(without | {name: content}))

    assert (done.added, done.left) == (1, 3 + 1)
