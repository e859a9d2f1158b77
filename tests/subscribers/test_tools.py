"""One reader for each tool: who may come in, and by which column their consent is dated."""

import csv

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers.subscribers import Consent
from syndicate.subscribers import csvfile, transfer
from syndicate.subscribers.tools.known import TOOLS, tool_of
from syndicate.subscribers.transfer import Imported
from tests.subscribers import desk
from tests.subscribers.desk import NOW

# (file, (who comes in: when they agreed, by what that is known)).
FILES: dict[str, tuple[str, dict[str, tuple[str | None, str]]]] = {
    "Mailchimp": (
        """\
Email Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,LEID,EUID
both@example.com,2,2024-01-01 08:00:00,2024-01-02 08:00:00,,1,a
one@example.com,2,,2024-01-03 08:00:00,,2,b
left@example.com,2,2024-01-01 08:00:00,2024-01-02 08:00:00,2024-02-01 08:00:00,3,c
""",
        {"both": ("2024-01-02", "CONFIRM_TIME"), "one": ("2024-01-03", "CONFIRM_TIME")},
    ),
    "listmonk": (
        """\
uuid,email,name,attributes,status,created_at,updated_at
1,in@example.com,A,{},enabled,2024-01-01 08:00:00.123456 +0000 UTC,x
2,left@example.com,A,{},blocklisted,2024-01-01 08:00:00 +0000 UTC,x
""",
        {"in": (None, "known there since 2024-01-01, no time given")},
    ),
    "Ghost": (
        """\
id,email,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels
1,in@example.com,true,false,,2024-01-01T08:00:00.000Z,,
2,left@example.com,false,false,,2024-01-01T08:00:00.000Z,,
""",
        {"in": ("2024-01-01", "created_at")},
    ),
    "Mailtrain": (
        """\
cid,status,HASH_EMAIL,EMAIL,MERGE_NAME
a,subscribed,4f,in@example.com,A
b,1,9a,one@example.com,A
c,2,7c,left@example.com,A
d,3,8d,back@example.com,A
e,4,6e,spam@example.com,A
f,bounced,5b,dead@example.com,A
""",
        {"in": (None, "no time given"), "one": (None, "no time given")},
    ),
    "MailPoet": (
        """\
"Email","Subscription time","Confirmation time","List status","Global status","List"
"in@example.com","2024-01-01 08:00:00","2024-01-02 08:00:00","subscribed","subscribed","News"
"one@example.com","2024-01-01 08:00:00","","subscribed","subscribed","News"
"left@example.com","2024-01-01 08:00:00","2024-01-02 08:00:00","unsubscribed","subscribed","News"
""",
        {
            "in": ("2024-01-02", "Confirmation time"),
            "one": (None, "known there since 2024-01-01, no time given"),
        },
    ),
    "Substack": (
        """\
email,active_subscription,expiry,plan,email_disabled,digest_enabled,created_at
in@example.com,false,,other,false,true,2024-01-01T08:00:00.000Z
left@example.com,false,,other,true,true,2024-01-01T08:00:00.000Z
""",
        {"in": ("2024-01-01", "created_at")},
    ),
    "Substack (dashboard)": (
        """\
Email,Name,Stripe plan,Cancel date,Start date,Type
in@example.com,A,monthly,2024-02-01,2024-01-01,free
one@example.com,B,,,2024-01-01,free
""",
        dict.fromkeys(("in", "one"), (None, "known there since 2024-01-01, no time given")),
    ),
    "Brevo": (
        """\
CONTACT ID;EMAIL;BLACKLIST;DOUBLE_OPT-IN;ADDED_TIME;MODIFIED_TIME
1;in@example.com;false;Yes;24-05-2024 09:30:00;x
2;left@example.com;true;Yes;24-05-2024 09:30:00;x
""",
        {"in": (None, "known there since 2024-05-24, no time given")},
    ),
    "": (
        """\
email;subscribed on;Consent
in@example.com;01/24/2024;yes
one@example.com;02/03/2024;yes
odd@example.com;Spring 2024;yes
left@example.com;01/24/2024;no
""",
        {
            "in": ("2024-01-24", "subscribed on"),
            "one": ("2024-02-03", "subscribed on"),
            "odd": (None, "no time given"),
        },
    ),
}


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx)


def bring(text: str) -> Imported:
    lines = csvfile.lines_of(text)
    return transfer.import_csv(lines, "morning", wording="Yes.", origin="list.csv", now=NOW)


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("tool", FILES)
def test_a_proof_says_when_a_reader_agreed_only_by_a_column_that_says_so(tool: str) -> None:
    text, readers = FILES[tool]
    lines = csvfile.lines_of(text)
    names = csvfile.table_of(lines, lambda each: any("mail" in n.lower() for n in each)).names
    assert tool_of(names).name == tool

    done = bring(text)

    assert (done.added, done.faults) == (len(readers), 0)
    with transaction() as tx:
        proofs = tx.execute(select(Consent.origin, Consent.at).order_by(Consent.id)).all()
    said = [(f"{at:%Y-%m-%d}", (origin or "").partition(", ")[2]) for origin, at in proofs]
    assert said == [(day or f"{NOW:%Y-%m-%d}", by) for day, by in readers.values()]
    assert undated() == [f"{who}@example.com" for who, (day, _) in readers.items() if day is None]
    assert [number for number, why in done.notes if "unknown when" in why] == (
        [4] if "odd" in readers else []
    )


def undated() -> list[str]:
    """Active readers of whom an export does not say when they agreed."""
    rows = csv.DictReader(transfer.export_csv("morning"))
    active = (row for row in rows if row["state"] == "active")
    return [row["address"] for row in active if not row["consented_at"]]


def test_every_tool_has_a_file_here_and_no_two_are_alike() -> None:
    assert {tool.name for tool in TOOLS} | {""} == set(FILES)
