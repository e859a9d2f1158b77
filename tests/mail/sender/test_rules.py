"""The table of the sender check: what each line says for what stands in DNS."""

import base64
from collections.abc import Mapping
from dataclasses import replace

import pytest

from syndicate.mail.sender import rules
from syndicate.mail.sender.dkim_key import OwnKey
from syndicate.mail.sender.lines import Line
from syndicate.mail.sender.rules import Sending
from syndicate.newsroom.alignment import organisation
from syndicate.vocabulary.sending import KeyState, RecordState, SenderRecord
from tests.mail.sender.nameserver import zone_of

KEY = OwnKey("s1._domainkey.daily.example", "daily.example", "rsa", 2048, (b"spki", b"bare"))
OURS = base64.b64encode(b"spki").decode()
SENDING = Sending(
    "daily.example", (KEY,), "daily.example", True, ("192.0.2.10",), helo=("mail.daily.example",)
)
GOOD = {
    ("TXT", "daily.example"): ("hello", "v=spf1 ip4:192.0.2.10 -all"),
    ("TXT", "s1._domainkey.daily.example"): (f"v=DKIM1; k=rsa; p={OURS}",),
    ("TXT", "_dmarc.daily.example"): ("v=DMARC1; p=reject; rua=mailto:desk@daily.example",),
    ("MX", "daily.example"): ("10 mx.daily.example",),
    ("A", "mx.daily.example"): ("192.0.2.25",),
    ("PTR", "192.0.2.10"): ("mail.daily.example",),
    ("A", "mail.daily.example"): ("192.0.2.10",),
}
ADD, BEFORE = "Add", "to the record, before its “all”"
SPF, DKIM, DMARC, MX, REVERSE, HELO = SenderRecord
AT = {
    SPF: ("TXT", "daily.example"),
    DKIM: ("TXT", "s1._domainkey.daily.example"),
    DMARC: ("TXT", "_dmarc.daily.example"),
    MX: ("MX", "daily.example"),
    REVERSE: ("PTR", "192.0.2.10"),
    HELO: ("A", "mail.daily.example"),
}


def line(record: SenderRecord, *found: str, sending: Sending = SENDING) -> Line:
    held = GOOD | {AT[record]: found}
    return {each.record: each for each in rules.lines(sending, zone_of(held))}[record]


def test_a_domain_that_has_everything_is_good() -> None:
    found = rules.lines(SENDING, zone_of(GOOD))

    assert [(each.record, each.state, each.do) for each in found] == [
        (record, RecordState.GOOD, "") for record in SenderRecord
    ]
    assert found[0].wanted == 'daily.example TXT "v=spf1 ip4:192.0.2.10 -all"'
    assert found[1].wanted == f'{KEY.name} TXT "v=DKIM1; k=rsa; p={OURS}"'


def test_what_does_not_answer_is_unknown_and_never_wrong() -> None:
    silent = [name for _, name in GOOD]

    found = rules.lines(SENDING, zone_of(GOOD, *silent))

    assert {each.state for each in found} == {RecordState.UNKNOWN}
    assert {each.found.removeprefix("192.0.2.10 ") for each in found} == {"No answer from DNS."}


def test_a_domain_that_has_nothing_is_wrong_line_by_line() -> None:
    found = rules.lines(SENDING, zone_of({}))

    assert {each.state for each in found} == {RecordState.WRONG}
    assert all(each.do for each in found)


@pytest.mark.parametrize(
    ("record", "found", "do"),
    [
        (SPF, ["v=spf1 a -all"], "Add ip4:192.0.2.10 to the record, before its “all”."),
        (
            SPF,
            ["v=spf1 +all", "v=spf1 a"],
            "daily.example has 2 SPF records; it can have only one.",
        ),
        (SPF, ["v=spf1 " + "a:mx.daily.example " * 11], "It takes more than 10 lookups"),
        (DKIM, ["v=DKIM1; p=Zm9yZWlnbg=="], "Another key stands there"),
        (DKIM, ["v=DKIM1; p="], "withdrawn"),
        (DKIM, [f"k=ed25519; p={OURS}"], "Another key stands there"),
        (DKIM, [f"p={OURS}", f"p={OURS}; n=x"], "Leave one of the 2 keys"),
        (DKIM, [f"t=y; p={OURS}"], "Take t=y out"),
        (DKIM, [f"h=sha1; p={OURS}"], "Take h= out"),
        (DKIM, [f"s=tlsrpt; p={OURS}"], "Take s= out"),
        (DMARC, ["v=DMARC1; rua=mailto:a@b.example"], "Say p=none"),
        (DMARC, ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "Leave one of the 2 records"),
        (MX, ["0 "], "Name a host"),
        (MX, ["10 gone.daily.example"], "Give gone.daily.example an address"),
        (REVERSE, ["other.daily.example"], "Ask the provider of 192.0.2.10"),
        (HELO, ["192.0.2.77"], "Give mail.daily.example the address 192.0.2.10"),
    ],
)
def test_what_is_wrong_says_what_to_do(record: SenderRecord, found: list[str], do: str) -> None:
    told = line(record, *found)

    assert told.state is RecordState.WRONG
    assert do in told.do


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (DKIM, f"v=DKIM1; t=s; p={OURS[:3]} {OURS[3:]}"),
        (DKIM, f"p={base64.b64encode(b'bare').decode()}"),
        (SPF, "v=spf1 redirect=daily.example"),
        (DMARC, "v=DMARC1;p=none"),
    ],
)
def test_what_looks_odd_and_counts_is_not_wrong(record: SenderRecord, found: str) -> None:
    told = line(record, found)

    assert (told.state is RecordState.WRONG) is (record is SPF)  # it leads to itself


def test_a_policy_stands_at_the_organisation_too_and_who_signs_must_be_of_it() -> None:
    news = replace(SENDING, domain="news.daily.example")
    above = {("TXT", "_dmarc.daily.example"): ("v=DMARC1; p=reject; sp=none",)}
    strict = {("TXT", "_dmarc.daily.example"): ("v=DMARC1; p=reject; adkim=s",)}
    foreign = replace(news, signs_as="sender.example")

    def dmarc(sending: Sending, held: Mapping[tuple[str, str], tuple[str, ...]]) -> Line:
        found = rules.lines(sending, zone_of(held))
        return next(each for each in found if each.record is DMARC)

    assert dmarc(news, above).state is RecordState.GOOD
    assert "_dmarc.daily.example" in dmarc(news, above).found
    assert "p=quarantine" in dmarc(news, above).do
    assert "or take adkim=s out" in dmarc(news, strict).do
    assert "another owner's name" in dmarc(foreign, above).do
    assert dmarc(replace(news, signs_as=None), above).state is RecordState.GOOD


def test_the_organisation_is_found_with_the_public_suffix_list() -> None:
    names = ("news.daily.co.uk", "a.b.daily.com.qa", "daily.org", "news.daily.example")

    found = [organisation(each) for each in names]

    assert found == ["daily.co.uk", "daily.com.qa", "daily.org", "daily.example"]


@pytest.mark.parametrize(
    ("found", "state", "do"),
    [
        ((), RecordState.UNKNOWN, "Publish it: it signs mail as soon as it is seen here"),
        ((f"p={OURS}",), RecordState.GOOD, "the next mails are signed with it"),
        (("p=b3RoZXI=",), RecordState.WRONG, "Another key stands there"),
    ],
)
def test_a_key_that_waits_is_wrong_only_where_another_stands(
    found: tuple[str, ...], state: RecordState, do: str
) -> None:
    waiting = replace(KEY, name="s2._domainkey.daily.example", state=KeyState.WAITING)
    held = GOOD | {("TXT", waiting.name): found}

    lines = rules.lines(replace(SENDING, keys=(KEY, waiting)), zone_of(held))

    first, second = (each for each in lines if each.record is DKIM)
    assert (first.about, first.state, first.do) == (KEY.name, RecordState.GOOD, "")
    assert (second.about, second.state) == (waiting.name, state)
    assert do in second.do


def test_mail_that_none_of_our_keys_fits_is_said_to_be_unsigned() -> None:
    other = replace(SENDING, keys=(), signs_as=None)

    told = line(DKIM, sending=other)

    assert told.state is RecordState.WRONG
    assert told.found == "None of our keys is; mail from daily.example is not signed."
    assert line(DKIM, sending=replace(other, is_signing=False)).state is RecordState.UNKNOWN


def test_the_relays_of_two_pools_have_lines_of_their_own() -> None:
    pools = {"alerts": ("192.0.2.11",), "bulk": ("192.0.2.12",)}
    others = [replace(SENDING, pool=pool, addresses=seen) for pool, seen in pools.items()]
    ask = zone_of(GOOD)

    more = rules.more(SENDING, [*others, *others], ask)

    assert [(each.record, each.about) for each in more] == [
        (REVERSE, "alerts"), (HELO, "alerts"), (REVERSE, "bulk"), (HELO, "bulk"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "state", "do"),
    [
        ("v=spf1 ip4:192.0.2.10 ip4:192.0.2.11 -all", RecordState.GOOD, ""),
        (
            "v=spf1 ip4:192.0.2.10 -all",
            RecordState.WRONG,
            f"{ADD} ip4:192.0.2.11 {BEFORE}: mail by the pool alerts comes from there.",
        ),
        (
            "v=spf1 ip4:192.0.2.11 -all",
            RecordState.WRONG,
            f"{ADD} ip4:192.0.2.10 {BEFORE}.",
        ),
    ],
)
def test_one_spf_record_lets_the_relays_of_every_pool_send(
    record: str, state: RecordState, do: str
) -> None:
    alerts = replace(SENDING, pool="alerts", addresses=("192.0.2.11",))
    held = GOOD | {AT[SPF]: (record,)}

    found = rules.table([SENDING, alerts], zone_of(held))

    (told,) = (each for each in found if each.record is SPF)
    wanted = 'daily.example TXT "v=spf1 ip4:192.0.2.10 ip4:192.0.2.11 -all"'
    assert (told.state, told.do, told.wanted) == (state, do, wanted)


def test_a_pool_whose_addresses_nobody_knows_leaves_spf_unknown_and_is_named() -> None:
    hidden = replace(SENDING, pool="alerts", addresses=(), hidden="relay:587 sends it on.")
    back = replace(hidden, returns="back.example")

    first, second = (
        each for each in rules.table([SENDING, hidden, back], zone_of(GOOD)) if each.record is SPF
    )

    assert first.state is RecordState.UNKNOWN
    assert first.do.startswith("Of the pool alerts: relay:587 sends it on. Set SYNDICATE_RELAY_")
    assert second.about == "back.example"


def test_who_hides_behind_a_relay_is_unknown_with_what_to_set() -> None:
    hidden = Sending("daily.example", hidden="relay:587 sends it on.", unheard="It is silent.")

    found = {each.record: each for each in rules.lines(hidden, zone_of(GOOD))}

    assert {found[each].state for each in (SPF, DKIM, REVERSE, HELO)} == {RecordState.UNKNOWN}
    assert "SYNDICATE_RELAY_ADDRESSES" in found[SPF].do
    assert found[REVERSE].found == "relay:587 sends it on."
    assert found[HELO].found == "It is silent."
    assert found[MX].state is RecordState.GOOD


def test_a_relay_that_calls_itself_no_host_name_is_told_so() -> None:
    told = rules.lines(replace(SENDING, helo=("localhost",)), zone_of(GOOD))[5]

    assert told.state is RecordState.WRONG
    assert "host name that DNS knows" in told.do
