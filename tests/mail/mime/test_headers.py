"""No text that anybody writes can add a header, break a line, or hide what it says."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import BadAddressError
from syndicate.mail.mime import headers

NASTY = st.text(
    st.characters() | st.sampled_from(list('\r\n\x00\x85\u2028\u202e\ufeff"\\<>@,;:=?()أé😀 \t')),
    max_size=300,
)
PROBES = [
    "hi\r\nBcc: evil@example.com",
    "=?utf-8?q?hi=0D=0ABcc:_evil@x.example?=",
    "=?utf-8?b?aGkNCkJjYzogZXZpbA==?=",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "a\x0bX-Evil: 1",
    "a\u2028X-Evil: 1",
    "a\x85X-Evil: 1",
    "\ud800lone",
    "=?=?=?utf-8?q?x?=",
    "x" * 2000,
    "أ" * 2000,
]


def parsed(*fields: bytes) -> EmailMessage:
    return email.message_from_bytes(
        b"".join(fields) + b"\r\nbody\r\n", _class=EmailMessage, policy=email.policy.default
    )


@given(NASTY)
def test_a_subject_adds_no_header_and_says_what_it_said(text: str) -> None:
    message = parsed(headers.unstructured("Subject", text), b"X-After: 1\r\n")

    assert message.keys() == ["Subject", "X-After"]
    assert str(message["Subject"]).replace(" ", "") == headers.clean(text).replace(" ", "")
    assert message["X-After"] == "1"


@given(NASTY)
def test_a_display_name_adds_no_header_and_no_address(text: str) -> None:
    message = parsed(headers.mailbox("From", text, "news@daily.example"), b"X-After: 1\r\n")

    assert message.keys() == ["From", "X-After"]
    addresses = message["From"].addresses
    assert [each.addr_spec for each in addresses] == ["news@daily.example"]
    assert addresses[0].display_name.replace(" ", "") == headers.clean(text).replace(" ", "")


@pytest.mark.parametrize("probe", PROBES)
def test_known_attacks_come_out_as_text(probe: str) -> None:
    raw = headers.unstructured("Subject", probe) + headers.mailbox("From", probe, "a@b.example")

    message = parsed(raw)

    assert message.keys() == ["Subject", "From"]
    assert len(message["From"].addresses) == 1
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@given(NASTY)
def test_a_list_id_adds_no_header(text: str) -> None:
    message = parsed(headers.list_id("List-Id", text, "morning.daily.example"))

    assert message.keys() == ["List-Id"]
    assert str(message["List-Id"]).endswith("<morning.daily.example>")


@pytest.mark.parametrize("value", ["a\r\nb", "أ", "a\x00b", "x" * 1000, "a\u202eb"])
def test_plain_fields_are_refused_when_they_are_not(value: str) -> None:
    with pytest.raises(ValueError, match="field"):
        headers.plain("X-Test", value)


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("reader001@example.com", "reader001@example.com"),
        ("reader001@bücher.example", "reader001@xn--bcher-kva.example"),
        ("قارئ@example.com", "قارئ@example.com"),
    ],
)
def test_domains_travel_in_ascii_and_local_parts_as_they_are(address: str, wire: str) -> None:
    assert headers.wire_address(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@example.com",
        "a b@example.com",
        "a>b@example.com",
        "a\r\nb@example.com",
        "a@-.example é",
    ],
)
def test_an_address_that_cannot_stand_on_the_wire_is_refused(address: str) -> None:
    with pytest.raises(BadAddressError):
        headers.wire_address(address)


def test_ascii_stays_readable() -> None:
    assert headers.unstructured("Subject", "Morning, 24 November") == (
        b"Subject: Morning, 24 November\r\n"
    )
    assert headers.mailbox("From", 'The "Daily", Ltd', "a@b.example") == (
        b'From: "The \\"Daily\\", Ltd" <a@b.example>\r\n'
    )
