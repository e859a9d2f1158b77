"""Columns of status and consent: understood, or they stop the file; what is unclear stays out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.errors import UsageError
from syndicate.subscribers import columns, status_cells
from syndicate.subscribers.status_cells import Role
from syndicate.subscribers.words import plain
from tests import matrix

UNDERSTOOD = {
    Role.STATE: [
        "Status", "STATUS", "status", "Subscription status", "subscription_state", "Email Status",
        "Email Permission Status", "Global status", "List Status", "Email status - HTML",
        "emailMarketingStatus", "opt-in status", "Consent status", "Statut", "Estado", "Stato",
        "Статус", "الحالة", "Marketing contact status",
    ],
    Role.YES: [
        "Active", "isActive", "is_active", "Subscribed", "subscribed_to_emails", "Confirmed",
        "is_confirmed", "Enabled", "OPT_IN", "Opt-in", "Opted In", "optInConfirmed",
        "DOUBLE_OPT-IN", "Consent", "Email Consent", "Email Marketing Consent", "email_verified",
        "Accepts Email Marketing", "Permission", "Bestätigt", "Abonné", "Inscrit", "Suscrito",
        "Iscritto", "نشط",
    ],
    Role.NO: [
        "Unsubscribed", "is_unsubscribed", "hasUnsubscribed", "Opt-out", "opted_out", "OptedOut",
        "Email Opt Out", "Has Opted Out Of Email", "Unsubscribed from all email", "BLACKLIST",
        "Email_Blacklisted", "emailBlacklisted", "blocked", "Blocklisted", "bounced",
        "Bounce count",
        "Hard Bounced", "deleted", "email_disabled", "globalUnsubscribe", "Suppressed", "Spam",
        "Complained", "Cleaned", "Archived", "Inactive", "Do not email", "do_not_contact",
        "Unconfirmed", "Abgemeldet", "Gesperrt", "Désabonné", "Désinscrit", "Baja", "Disiscritto",
        "Отписан", "ملغى",
    ],
    Role.LEFT_AT: [
        "UNSUB_TIME", "unsubscribed_at", "unsubscribedAt", "Date unsubscribed", "Unsubscribe Date",
        "CLEAN_TIME", "deleted_at", "bounced_at", "ended_at", "spam_complaint_at", "Stop Time",
        "Opt-out date", "Confirmed Opt-Out Date", "Blocked on", "Abgemeldet am", "Désabonné le",
    ],
    Role.WHY_LEFT: [
        "UNSUB_REASON", "UNSUB_REASON_OTHER", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID",
        "CLEAN_CAMPAIGN_TITLE", "bounce_type", "Bounce reason", "Email hard bounce reason",
        "Stop Status",
    ],
    Role.CONFIRMED_AT: [
        "CONFIRM_TIME", "confirmed_at", "Confirmation date", "Date confirmed", "email_verified_at",
        "Bestätigt am", "Double opt-in date",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "role"),
    matrix.rows([(name, role) for role, names in UNDERSTOOD.items() for name in names], every=4),
)
def test_a_column_of_status_is_understood_however_it_is_written(name: str, role: Role) -> None:
    found = columns.understand(["email", name])

    assert [(each.name, each.role) for each in found.judged] == [(name, role)]


@pytest.mark.parametrize(
    "name",
    [
        "GDPR permissions",
        "DSGVO",
        "Newsletterabmeldung",
        "Date de désabonnement",
        "Reason for unsubscribing",
        "Seat status",
        "Subscription health",
        "Bounce rate",
        "Last unsubscribed list",
        "Consent form version",
        "Blacklist region",
        "active_subscription_v2",
        "سبب إلغاء الاشتراك",
        "Статус клиента",
        "Zustimmung",
        "Is eligible",
        "Suspended?",
    ],
)
def test_a_column_that_speaks_of_status_and_is_not_understood_stops_the_file(name: str) -> None:
    with pytest.raises(UsageError, match="status or consent") as refused:
        columns.understand(["email", "First name", name])

    assert f"“{name}”" in str(refused.value)
    assert "--ignore-column" in str(refused.value)
    assert columns.understand(["email", name], [name.upper()]).judged == ()


@pytest.mark.parametrize(
    "name",
    [
        "First Name", "LNAME", "Phone Number", "Company", "City", "MEMBER_RATING", "OPTIN_TIME",
        "OPTIN_IP", "CONFIRM_IP", "LAST_CHANGED", "created_at", "Date Added", "Subscribed At",
        "Source", "utm_source", "stripe_customer_id", "complimentary_plan", "digest_enabled",
        "Consent to Track", "SMS", "SMS_BLACKLISTED", "WhatsApp opted in", "Vorname", "Prénom",
        "الاسم", "Address",
    ],
)  # fmt: skip
def test_a_column_that_says_nothing_of_status_passes_whatever_it_holds(name: str) -> None:
    found = columns.understand(["Email Address", name])

    assert (found.address, found.judged, found.watched) == (0, (), ())


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (["Address", "Email Address"], 1),
        (["Adresse", "Email"], 1),
        (["mail", "Subscriber Email"], 1),
        (["address"], 0),
        (["Nom", "Adresse e-mail"], 1),
        (["الاسم", "البريد الإلكتروني"], 1),
        (["name", "phone"], None),
    ],
)
def test_a_postal_address_is_not_taken_for_where_mail_goes(
    names: list[str], place: int | None
) -> None:
    assert columns.address_place(names) == place


def test_a_column_to_ignore_must_be_there_and_cannot_be_the_only_address() -> None:
    with pytest.raises(UsageError, match="no column “Stats” to ignore"):
        columns.understand(["email", "Status"], ["Stats"])
    with pytest.raises(UsageError, match="no column of addresses"):
        columns.understand(["email"], ["email"])
    assert columns.address_place(["email", "E-Mail"], ["email"]) == 1


MAILED = [
    "active",
    "Active",
    " SUBSCRIBED ",
    "confirmed",
    "enabled",
    "Opted-In",
    "Express",
    "aktiv",
]
GONE = [
    "unsubscribed", "Unsubscribed ", "non-subscribed", "transactional", "cleaned", "archived",
    "inactive", "pending", "false", "0", "no", "n", "nein", "unconfirmed", "disabled",
    "blocklisted", "blacklisted", "hard_bounced", "Hard bounce", "complained", "spam",
    "Marked as spam", "deleted", "ended", "paused", "needs approval", "désabonné", "abgemeldet",
    "suppressed", "cancelled", "ملغى",
]  # fmt: skip
UNCLEAR = ["1", "2", "yes", "true", "", "subscribed?no", "un subscribed", "n/a", "CA", "-", "✓"]
UNCLEAR += ["🚫 active", "active ❌", "≠active", "⛔subscribed", "active 🔕"]
UNCLEAR += ["active?", "!active", "✗ active", "unSubscribed", "InActive"]


@pytest.mark.parametrize(
    ("cell", "has_left"),
    matrix.rows(
        [
            *((cell, None) for cell in MAILED),
            *((cell, True) for cell in GONE),
            *((cell, False) for cell in UNCLEAR),
        ],
        every=3,
    ),
)
def test_a_word_of_status_is_clear_or_keeps_its_reader_out(
    cell: str, *, has_left: bool | None
) -> None:
    objection = status_cells.judge(Role.STATE, "Status", cell)

    assert (objection.has_left if objection else None) == has_left


@pytest.mark.parametrize(
    ("role", "cell", "has_left"),
    matrix.rows(
        [
            *(
                (Role.YES, cell, None)
                for cell in ("true", "Yes", "1", "x", "ja", "✓", "2024-01-02")
            ),
            *((Role.YES, cell, None) for cell in ("subscribed", "Opt-in")),
            *((Role.YES, cell, True) for cell in ("false", "No", "0", "nein", "never subscribed")),
            *((Role.YES, cell, False) for cell in ("", "2", "perhaps", "I agree")),
            *((Role.NO, cell, None) for cell in ("", "false", "No", "0", "nein", "NULL", "never")),
            *((Role.NO, cell, None) for cell in ("0000-00-00 00:00:00",)),
            *(
                (Role.NO, cell, True)
                for cell in ("true", "Yes", "1", "3", "2024-01-02", "soft", "?")
            ),
            *((Role.NO, cell, True) for cell in ("t", "T", "✓", "✔", "☑", "x", "y", "00")),
            *((Role.YES, cell, False) for cell in ("0000-00-00", "✗", "!true", "yes?")),
            *((Role.LEFT_AT, cell, None) for cell in ("", "NULL", "0000-00-00", "0", "never")),
            *((Role.LEFT_AT, cell, True) for cell in ("2024-01-02", "yesterday", "1716543000")),
            *((Role.WHY_LEFT, cell, None) for cell in ("", "NULL", r"\N")),
            *((Role.WHY_LEFT, cell, True) for cell in ("N/A", "none", "0", "Too many")),
            *((Role.CONFIRMED_AT, cell, None) for cell in ("2024-01-02 10:00:00", "1716543000")),
            *(
                (Role.CONFIRMED_AT, cell, True)
                for cell in ("", "NULL", "0000-00-00", "never", "no")
            ),
        ],
        every=3,
    ),
)
def test_a_yes_or_a_time_is_clear_or_keeps_its_reader_out(
    role: Role, cell: str, *, has_left: bool | None
) -> None:
    objection = status_cells.judge(role, "Column", cell)

    assert (objection.has_left if objection else None) == has_left


@given(cell=st.text(max_size=30), role=st.sampled_from([Role.STATE, Role.YES]))
def test_no_word_that_nobody_knows_makes_a_reader(cell: str, role: Role) -> None:
    known = plain(cell) in status_cells.ACTIVE
    if role is Role.YES:
        known = known or status_cells.is_yes_or_no(cell) or status_cells.is_time(cell)

    objection = status_cells.judge(role, "Status", cell)

    assert known or objection is not None
    assert objection is None or "\n" not in objection.why


@pytest.mark.parametrize(
    ("name", "is_theirs"),
    [
        ("unsubscribed_email_audience_export_1a2b3c.csv", True),
        ("nonsubscribed_members_export.csv", True),
        ("cleaned_email_audience_export_1a2b3c.csv", True),
        ("Bounces 2024.csv", True),
        ("suppressionList.csv", True),
        ("Abmeldungen.csv", True),
        ("désabonnés.csv", True),
        ("unsubscribe_list.csv", True),
        ("Optout.csv", True),
        ("opt-outs.csv", True),
        ("non_subscribers.csv", True),
        ("archived_contacts.csv", True),
        ("Gelöschte.csv", True),
        ("complaints-2024.csv", True),
        ("final-no-bounces.csv", False),
        ("readers without unsubscribed.csv", False),
        ("duplicates removed.csv", False),
        ("left-bank readers.csv", False),
        ("subscribed_email_audience_export_1a2b3c.csv", False),
        ("readers.csv", False),
        ("-", False),
    ],
)
def test_a_file_of_those_who_left_is_known_by_its_name(name: str, *, is_theirs: bool) -> None:
    assert status_cells.is_name_of_leavers(name) == is_theirs


@given(name=st.text(max_size=20))
def test_no_name_upsets_it(name: str) -> None:
    assert plain(plain(name)) == plain(name)
    columns.role_of(name)
