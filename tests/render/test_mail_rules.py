"""Every kind of mail is right by every rule, and each rule knows what it is there for."""

import datetime as dt
import email
import email.policy
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from syndicate.mail.mime.dkim import Signer
from syndicate.mail.mime.message import Writer, content_rows, frozen_headers
from syndicate.mail.mime.senders import Sender
from syndicate.mail.mime.signers import Key, KeyName, Signers
from syndicate.master_key import MasterKey
from syndicate.render import mail_css, mail_page
from syndicate.render.email import render
from syndicate.render.mail_rules import Fault, faults
from syndicate.render.merge import Content
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import KeyState
from tests.render.test_layout import GIVEN

ROOT = Path(__file__).resolve().parents[2]
NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
KEY = MasterKey(bytes(range(32)))
SIGNER = Signer("daily.example", "s1", Ed25519PrivateKey.generate())
LINK = "https://news.daily.example/confirm/x"
COLOURS = {"colour": "#123456", "colour_on_dark": "#aabbcc"}
LISTED = {"list_name": "Morning", "list_id": "morning.lists.daily.example", "list_help": "/m"}


def content(mail: str, values: Mapping[str, Any], language: str) -> Content:
    headers = frozen_headers(
        subject="“ميناء” in the morning, of a subject that is long enough to be folded once",
        from_name="The Daily, اليومية",
        sender=Sender("news@daily.example"),
        now=NOW,
    )
    if mail in {"digest", "alert"}:
        headers |= LISTED | {"leave_by_mail": True}
    headers["slots"] = dict.fromkeys(("confirm_url", "confirm_url_1", "change_url"), LINK)
    return Content.load(content_rows(render(mail, language, values), headers))


def written(mail: str, made: Content, signer: Signer | None = None) -> bytes:
    is_listed = mail in {"digest", "alert"}
    due = DueDelivery(0, 1, "reader001@example.com", 7 if is_listed else None, 63, "en", 0, None)
    mailing = Mailing(id=42, message=mail)
    if signer is None:
        writer = Writer(mailing, KEY, "https://news.daily.example")
        return b"".join(writer.envelope(due, made).message)
    name = KeyName(signer.domain, signer.selector)
    own = Key(name, KeyState.IN_USE, lambda: signer)
    made = replace(made, headers={**made.headers, "dkim": name.as_json()})
    writer = Writer(mailing, KEY, "https://news.daily.example", Signers((own,), own))
    return b"".join(writer.envelope(due, made).message)


def kinds() -> Iterator[tuple[str, str, bool]]:
    for name in GIVEN:
        for language in ("en", "ar"):
            yield name, language, False
        yield name, "ar", True


@pytest.mark.parametrize(("name", "language", "is_coloured"), list(kinds()))
def test_every_kind_of_mail_is_right_by_every_rule(
    name: str, language: str, *, is_coloured: bool
) -> None:
    mail, values = GIVEN[name]
    if is_coloured:
        values = {**values, "publication": {**values["publication"], **COLOURS}}
    made = content(mail, values, language)

    for each in (made, made.seven_bit()):
        assert faults(written(mail, each)) == ()
        assert faults(written(mail, each, SIGNER)) == ()


def digest() -> bytes:
    return written("digest", content("digest", GIVEN["two-stories"][1], "en"))


@pytest.mark.parametrize(
    ("was", "now", "part", "says"),
    [
        (b"\r\nSubject:", b"\nSubject:", "message", "CR and LF"),
        (b"\r\nSubject:", b"\r\nX-Long: " + b"x" * 1000 + b"\r\nSubject:", "message", "octets"),
        (b"Message-ID: <", b"Message-ID: ", "headers", "Message-ID is none"),
        (b"Date: Tue, 24", b"Date: Tue, 44", "headers", "Date is none"),
        (b"\r\nTo: ", b"\r\nTo: a@example.com\r\nTo: ", "headers", "to does not stand"),
        (b"MIME-Version: 1.0\r\n", b"", "headers", "mime-version"),
        (b"Content-Language: en\r\n", b"", "headers", "language"),
        (b"Auto-Submitted: auto-generated\r\n", b"", "headers", "program sends it"),
        (b"List-Unsubscribe: <https", b"List-Unsubscribe: <http", "headers", "no https"),
        (b"subject=unsubscribe>", b"subject=unsubscribe", "headers", "angle brackets"),
        (b"=One-Click", b"=Click", "headers", "one click"),
        (b"lists.daily.example>", b"lists daily>", "headers", "List-Id"),
        (b"=?utf-8?b?", b"=?utf-8?b?" + b"A" * 80, "headers", "encoded word"),
        (b"From: ", "From: ü".encode(), "headers", "beyond ASCII"),
        (b"text/plain; charset=utf-8", b"text/plain; charset=latin-1", "text", "UTF-8"),
        (b"text/plain", b"text/html", "message", "its text, and then its HTML"),
        (b"--=20\r\n", b"--\r\n", "text", "footer"),
        (b"--=20\r\n", b"a =20=20=20 b\r\n", "text", "run of blanks"),
        (b"--=20\r\n", b"--=20\r\n=E2=80=AEabc\r\n", "text", "act on others"),
        (b"--=20\r\n", b"--=20\r\n" + b"a" * 80 + b"\r\n", "text", "longer than 76"),
        (b"--=20\r\n", b"--=20\r\n=FF\r\n", "text", "makes of UTF-8"),
        (b"<!DOCTYPE html>", b"", "html", "doctype"),
    ],
)
def test_each_rule_knows_a_mail_that_breaks_it(
    was: bytes, now: bytes, part: str, says: str
) -> None:
    right = digest()
    assert was in right

    found = faults(right.replace(was, now, 1))

    assert [each for each in found if each.part == part and says in each.what], found


def test_a_signature_that_leaves_a_way_open_is_a_fault() -> None:
    mail = content("digest", GIVEN["digest"][1], "en")
    raw = written("digest", mail, SIGNER)

    found = faults(re.sub(rb":list-unsubscribe(-post)?(?=[:;])", b"", raw))
    assert Fault("headers", "its signature does not cover list-unsubscribe (RFC 8058 4)") in found
    found = faults(raw.replace(b":subject:", b":", 1))
    assert "anybody add another subject" in " ".join(each.what for each in found)


RIGHT = """<!DOCTYPE html>
<html lang="en" dir="ltr"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>t</title></head>
<body><h1>a</h1>%s</body></html>"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<table><tr><td>a</td></tr></table>", "read aloud"),
        ("<h3>a</h3>", "level out"),
        ("<h1>b</h1>", "first level"),
        ('<a href="https://x.example"></a>', "no words"),
        ('<a href="javascript:x">a</a>', "scheme javascript"),
        ('<a href="/a">a</a>', "scheme none"),
        ('<a href="https://u:p@x.example/">a</a>', "name or password"),
        ('<a href="https://x.example/é">a</a>', "per cent"),
        ('<img src="https://x.example/a" width="1" height="1">', "alternative text"),
        ('<img src="https://x.example/a" alt="" width="auto">', "width in a number"),
        ('<img src="https://x.example/a" alt="" width="9" height="auto">', "height in a number"),
        ("<form></form>", "shows form"),
        ('<p onclick="x">a</p>', "runs onclick"),
        ("<p>\u202eabc</p>", "turns the words"),
        ('<p style="padding: 4px">a</p>', "padding on p is lost"),
        ('<p style="border-top: 1px solid #000">a</p>', "border-top on p is lost"),
        ('<p style="margin: -4px">a</p>', "not the same"),
        ('<p style="display: flex">a</p>', "not the same"),
        ('<p style="background: url(https://x.example/a)">a</p>', "not the same"),
        ('<p style="position: absolute">a</p>', "nobody has looked up"),
        ("<style>.a > .b { color: #000 }</style>", ".a > .b is known"),
        ("<style>p:first-child { color: #000 }</style>", "p:first-child is known"),
        ("<style>@media (hover) { .a { color: #000 } }</style>", "few programs"),
        ("<style>@import url(x);</style>", "few programs"),
        (f"<style>{'.a { color: #000 } ' * 500}</style>", "over 8192"),
        ("a" * 90_000, "cut off"),
    ],
)
def test_each_rule_knows_a_page_that_breaks_it(body: str, says: str) -> None:
    assert list(mail_page.faults(RIGHT % "")) == []

    found = list(mail_page.faults(RIGHT % body))

    assert [each for each in found if says in each], found


def test_a_button_has_its_padding_from_its_cell_in_outlook() -> None:
    link = '<a style="padding: 14px 28px" href="https://x.example">a</a>'
    table = '<table role="presentation"><tr><td style="%s">%s</td></tr></table>'

    assert list(mail_page.faults(RIGHT % table % ("mso-padding-alt: 14px 28px", link))) == []
    assert list(mail_page.faults(RIGHT % table % ("", link))) == ["padding on a is lost"]


def test_each_row_of_the_table_is_a_fact_that_names_its_property() -> None:
    page = (ROOT / "docs" / "facts" / "mail.md").read_text()
    part = page.partition("## CSS by program\n")[2].partition("\n## ")[0]
    facts = {int(number): words for number, words in re.findall(r"(?m)^(\d+)\. (.*)$", part)}

    assert sorted(facts) == list(range(1, 20))
    for name, support in mail_css.PROPERTIES.items():
        whole = part.partition(f"\n{support.fact}. ")[2].partition(f"\n{support.fact + 1}. ")[0]
        family = (
            name.partition("-")[0] if name.startswith(("padding", "border-t", "border-b")) else name
        )
        assert f"`{family.removesuffix('-color')}`" in whole, name


@pytest.mark.debian("html-validate")
def test_html_validate_finds_nothing(tmp_path: Path) -> None:
    """By its own rules, but for what HTML has given up and Outlook for Windows needs."""
    (tmp_path / ".htmlvalidate.json").write_text(
        '{"root": true, "extends": ["html-validate:standard"], "elements": ["html5"],'
        ' "rules": {"no-deprecated-attr": "off"}}'
    )
    for name, (mail, values) in GIVEN.items():
        raw = written(mail, content(mail, values, "ar").seven_bit())
        message = email.message_from_bytes(raw, policy=email.policy.default)
        part = message.get_body(("html",))
        assert part is not None
        (tmp_path / f"{name}.html").write_text(part.get_content())

    done = subprocess.run(
        ["html-validate", "-f", "text", "*.html"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("", 0)


def test_what_cannot_be_read_as_a_mail_is_told_and_never_raised() -> None:
    for raw in (b"", b"\r\n\r\n", b"\xff\x00", b"From: a\r\n\r\n", digest()[:900]):
        assert faults(raw)
