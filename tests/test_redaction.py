"""What names a person vanishes from whatever is kept, logged or shown; codes and handles stay."""

import datetime as dt

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sqlalchemy import select

from syndicate.redaction import BLANK, without_addresses, without_addresses_in
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.vocabulary.acts import Act
from tests import pumping

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
# As mail servers, pages and programs write them, and what is left.
NAMED = {
    "<o'neil@example.com>": "<(address)>",
    "'reader001@example.com'": "'(address)'",
    '"a b"@example.com': "(address)",
    'RCPT TO:<"a\\"b c"@example.com> refused': "RCPT TO:<(address)> refused",
    '{\\"to\\": \\"a b\\"@example.com}': '{\\"to\\": (address)}',
    "reader@intranet": "(address)",
    "reader@[192.0.2.1] unknown": "(address) unknown",
    "reader@[IPv6:2001:db8::1]: 550": "(address): 550",
    "reader@192.0.2.1": "(address)",
    "قارئ@مثال.إختبار غير معروف": "(address) غير معروف",
    "पाठक@उदाहरण.भारत": "(address)",
    "reader@bücher.example": "(address)",
    "reader@xn--bcher-kva.example": "(address)",
    "mailto:reader@example.com?subject=Hi": "mailto:(address)?subject=Hi",
    "mailto:reader%40example.com": "mailto:(address)",
    "https://x.example/leave/reader%40example.com/now": "https://x.example/leave/(address)/now",
    "https://x.example/leave?to=reader@example.com&l=en": "https://x.example/leave?(address)&l=en",
    "reader%2540example.com": "(address)",
    "reader%40example%2Ecom": "(address)",
    "reader=40example.com": "(address)",
    "=?utf-8?q?reader=40example.com?=": "(address)?=",
    "reader&#64;example.com, reader&#x40;example.com": "(address), (address)",
    "reader&commat;example.com": "(address)",
    "reader\\u0040example.com": "(address)",
    "reader\uff20example.com": "(address)",
    "reader(at)example.com": "(address)",
    "bounce+reader=example.com@lists.example": "(address)",
    "SRS0=HHH=TT=example.com=reader@forwarder.example": "(address)",
    "SRS1=HHH=a.example==HHH=TT=example.com=reader@b.example": "(address)",
    "prvs=1234abcd=reader@example.com": "(address)",
    "reader%example.com@gateway.example": "(address)",
    "uucp!host!reader@gateway.example": "(address)",
    "/G=Reader/S=One/@gateway.example": "(address)",
    "reader@example.com@relay.example": "(address)",
    "reader001@example.com,reader002@example.com;reader003@example.com": f"{BLANK},{BLANK};{BLANK}",
    "{@example.com": "(address)",
    "_@example.com": "(address)",
    "I wrote to reader001@example.com.": "I wrote to (address).",
    "550-5.1.1 <reader@example.com>\n550 5.1.1 gone": "550-5.1.1 <(address)>\n550 5.1.1 gone",
    "smtp://reader%40example.com:secret@relay.example:25": "smtp://(address):(address):25",
}
STAYS = [
    "550 5.1.1 user unknown",
    "10.0.0.1 says 4.7.28",
    "@desk wrote",
    ".@desk wrote",
    "https://social.example/@desk/1",
    "https://social.example/%40desk",
    "social.example/@desk",
    '{"@context": "https://schema.org", "@type": "NewsArticle"}',
    "{@link here}",
    "3 pens @ 2.50 each",
    "timeout=400, width=4096px, wait=4012.5ms",
    "100%40",
    "a @ b",
    "",
]
WORDS = st.text(st.characters(codec="utf-8", exclude_characters='@\uff20\ufe6b"%&=\\'), max_size=30)


@pytest.mark.parametrize(("said", "kept"), NAMED.items())
def test_an_address_vanishes_however_it_is_written(said: str, kept: str) -> None:
    assert without_addresses(said) == kept


@pytest.mark.parametrize("said", STAYS)
def test_what_names_no_mailbox_stays(said: str) -> None:
    assert without_addresses(said) == said


@example("o'neil@example.com", "", "")
@example("0@a.com", "//", "/")
@given(st.emails(), WORDS, WORDS)
def test_no_part_of_an_address_is_left(address: str, before: str, after: str) -> None:
    local, _, domain = address.partition("@")
    assume(not local.endswith("/"))  # as `example.com/@desk` does, which names no mailbox
    assume(local[0] not in "'`")  # taken for a quotation mark, which stays

    told = without_addresses(f"{before} <{address}>: {after} {address} rejected")

    assert (
        told
        == f"{without_addresses(before)} <{BLANK}>: {without_addresses(after)} {BLANK} rejected"
    )
    assert f"{local}@" not in told
    assert f"@{domain}" not in told


@given(WORDS, st.sampled_from(sorted(NAMED)))
def test_what_was_blanked_once_is_left_alone(words: str, said: str) -> None:
    once = without_addresses(f"{words} {said}")

    assert without_addresses(once) == once


@given(st.text())
def test_a_text_without_an_address_is_left_alone(text: str) -> None:
    told = without_addresses(text)

    assert told == text or BLANK in told


def test_every_text_of_a_document_is_looked_at() -> None:
    told = without_addresses_in(
        {"to": ["reader001@example.com", 7], "reader002@example.com": {"why": None}}
    )

    assert told == {"to": [BLANK, 7], BLANK: {"why": None}}


@pytest.mark.parametrize(
    "pump", ["a@", '"', "a", "%40", "@a.", "=40a", "//a/", "a=", '\\"', "&#64;"]
)
def test_a_long_text_takes_its_length_and_no_more(pump: str) -> None:
    def act(length: int) -> None:
        without_addresses(pump * (length // len(pump)))

    assert pumping.growth(act, chars=len(pump)) <= pumping.MOST


@pytest.mark.usefixtures("database")
def test_what_an_operator_writes_down_names_nobody() -> None:
    with transaction() as tx:
        audit.record(
            tx,
            at=NOW,
            actor="desk",
            action=Act.ARTICLE_TAKEDOWN,
            subject="article:7",
            why="asked by reader001@example.com",
        )
        (kept,) = tx.scalars(select(audit.Audit.detail))

    assert kept == {"why": f"asked by {BLANK}"}
