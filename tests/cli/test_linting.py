"""`syndicate mailings lint`: a mail that is right is said to be, and each fault is one line."""

import json
from pathlib import Path

from syndicate.cli import mailings
from tests.cli.asking import ask
from tests.render.test_mail_rules import digest


def test_a_mail_that_is_right_is_said_to_be(tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(digest().replace(b"\r\n", b"\n"))  # as a file of this machine

    told = ask(mailings.app, "lint", mail)

    assert (told.code, told.out) == (0, "1 mail right by every rule.\n")


def test_each_fault_is_a_line_and_the_last_says_how_many_mails(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(digest())
    (tmp_path / "b.eml").write_bytes(digest().replace(b"Content-Language: en\r\n", b""))

    told = ask(mailings.app, "lint", tmp_path)
    as_json = ask(mailings.app, "lint", tmp_path, "--json")

    assert told.code == as_json.code == 5
    assert told.out == (
        "b.eml: headers: it does not say its language by a Content-Language (RFC 3282 2)\n"
    )
    assert "1 mail of 2 would not be right everywhere" in told.err
    assert [len(each["faults"]) for each in json.loads(as_json.out)["mails"]] == [0, 1]


def test_a_mail_comes_by_standard_input() -> None:
    assert ask(mailings.app, "lint", "-", stdin=digest()).code == 0
