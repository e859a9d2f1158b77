"""Readers come from a CSV file and leave as one."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from syndicate.errors import BadAddressError, NotFoundError, UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import recipients, subscribers
from syndicate.subscribers import csvfile, erase, spelling, transfer
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.subscribers import desk
from tests.subscribers.desk import NOW
from tests.subscribers.exports import EXPORTS

HEADER = "address,language,sections,languages,consented_at\n"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def morning() -> Newsletter:
    with transaction() as tx:
        return desk.morning(tx)


def bring(*lines: str, header: str = HEADER) -> transfer.Imported:
    return transfer.import_csv(
        [header, *(f"{line}\n" for line in lines)],
        "morning",
        wording="Yes, every day.",
        origin="list.csv",
        now=NOW,
    )


def foreseen(text: str) -> transfer.Foreseen:
    return transfer.foresee(csvfile.lines_of(text), "morning", now=NOW)


def counts(newsletter: Newsletter) -> dict[str, int]:
    with transaction() as tx:
        return subscribers.counts(tx, newsletter.id)


def test_a_line_becomes_an_active_subscription_with_choices_and_proof(morning: Newsletter) -> None:
    done = bring("reader001@Example.com,ar,sport,en;ar,2024-05-01T09:30:00Z")

    with transaction() as tx:
        found = subscribers.by_address(tx, "reader001@example.com")
        assert found is not None
        made = subscribers.subscribe(tx, found.id, morning.id, language="en", now=NOW)
        chosen = {kind: subscribers.choices(tx, made.id, kind) for kind in ChoiceKind}
        (proof,) = desk.consents(tx, made.id)
    assert done == transfer.Imported(1, 0, ())
    assert (made.state, made.language) == (SubscriptionState.ACTIVE, "ar")
    assert chosen == {ChoiceKind.SECTION: ("sport",), ChoiceKind.LANGUAGE: ()}
    assert (proof.method, proof.wording, proof.origin) == (
        "import",
        "Yes, every day.",
        "list.csv:2",
    )
    assert proof.at == dt.datetime(2024, 5, 1, 9, 30, tzinfo=dt.UTC)


def test_importing_twice_changes_nothing(morning: Newsletter) -> None:
    bring("reader001@example.com,,sport")

    done = bring("reader001@example.com,,world")

    with transaction() as tx:
        assert subscribers.choices(tx, 1, ChoiceKind.SECTION) == ("sport",)
    assert done == transfer.Imported(0, 1, ())
    assert counts(morning)["active"] == 1


def test_an_import_brings_back_nobody_who_left_was_erased_or_is_suppressed(
    morning: Newsletter,
) -> None:
    bring("reader001@example.com", "reader002@example.com", "reader004@example.com")
    with transaction() as tx:
        left = subscribers.lock_subscription(tx, 1)
        assert left is not None
        subscribers.end(tx, left, now=NOW)
        for address, scope in (
            ("reader003@example.com", "*"),
            ("reader005@example.com", newsletters.scope(morning.id)),
        ):
            recipients.suppress(
                tx,
                recipients.hash_of(address),
                scope=scope,
                reason=SuppressionReason.COMPLAINT,
                now=NOW,
            )
    erase.erase("reader002@example.com", actor=TESTER, now=NOW)

    done = bring(*(f"reader00{number}@example.com" for number in range(1, 6)))

    assert done == transfer.Imported(
        0,
        1,
        (
            (2, "has unsubscribed"),
            (3, "was erased on request"),
            (4, "is suppressed: complaint"),
            (6, "is suppressed: complaint"),
        ),
        left=4,
    )


@pytest.mark.usefixtures("database", "morning")
def test_lines_that_cannot_be_used_are_refused_with_the_reason() -> None:
    done = bring(
        "reader001@example.com",
        "not an address",
        "READER001@example.com",
        "reader004@example.com,,,,yesterday",
        "",
    )

    reasons = dict(done.refused)
    assert done.added == 1
    assert sorted(reasons) == [3, 4, 5]
    assert reasons[3].startswith("Mail cannot be sent to this address")
    assert reasons[4] == "occurs in an earlier line too"
    assert reasons[5].startswith("says that its reader agreed “yesterday”, which is not a time")
    assert done.faults == 3


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("Email Address;First Name\n", "reader001@example.com;Reader"),
        ("\ufeffemail,name\n", "reader001@example.com,Reader"),
        ("name,e-mail\n", "Reader,reader001@example.com"),
    ],
)
def test_other_houses_exports_are_read(header: str, line: str) -> None:
    assert bring(line, header=header).added == 1


@pytest.mark.usefixtures("database", "morning")
def test_a_file_without_addresses_is_refused_before_anything_is_stored() -> None:
    with pytest.raises(UsageError, match="no column of addresses"):
        bring("Reader", header="name\n")


def test_an_unknown_newsletter_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        bring("reader001@example.com")


def test_what_was_exported_can_be_imported_and_who_left_stays_away(morning: Newsletter) -> None:
    bring("reader001@example.com,ar,sport,en", "reader002@example.com")
    with transaction() as tx:
        left = subscribers.lock_subscription(tx, 2)
        assert left is not None
        subscribers.end(tx, left, now=NOW)
    lines = list(transfer.export_csv("morning"))
    forget_everybody()

    done = transfer.import_csv(lines, "morning", wording="Yes.", origin="old", now=NOW)

    gone = ((3, "is ended where the file comes from"),)
    assert done == transfer.Imported(1, 0, gone, left=1)
    assert list(transfer.export_csv("morning")) == lines
    assert counts(morning) == {"pending": 0, "active": 1, "ended": 1}


def test_an_export_and_its_import_are_a_round_trip(morning: Newsletter) -> None:
    """Whoever is active, paused, pending, ended or suppressed is so in the next house too."""
    when = ("2024-05-01T09:30:00Z", "")  # "": the file does not say
    lines = (
        f"reader00{number}@example.com,ar,sport,ar,{when[number % 2]}" for number in range(1, 8)
    )
    bring(*lines)
    make_a_reader_of_each_kind()
    first = list(transfer.export_csv("morning"))
    forget_everybody()
    said = transfer.foresee(first, "morning", now=NOW)

    done = transfer.import_csv(first, "morning", wording="Yes.", origin="old", now=NOW)

    assert list(transfer.export_csv("morning")) == first
    assert (done.added, done.left, done.faults) == (2, 5, 0)
    assert (said.active, said.left, said.suppressed) == (2, 3, 2)
    assert counts(morning)["active"] == 2
    plain = "address\n" + "".join(f"reader00{number}@example.com\n" for number in range(1, 8))
    woken = transfer.import_csv(
        csvfile.lines_of(plain), "morning", wording="Yes.", origin="old", now=NOW
    )
    assert (woken.added, woken.known, woken.left) == (0, 2, 5)
    assert list(transfer.export_csv("morning")) == first


def test_an_address_that_begins_like_a_formula_goes_out_guarded_and_comes_in_as_it_was(
    morning: Newsletter,
) -> None:
    bring("=cmd@example.com,en,,,", "+1@example.com,en,,,", "-x@example.com,en,,,")
    assert counts(morning)["active"] == 3
    first = list(transfer.export_csv("morning"))
    forget_everybody()

    transfer.import_csv(first, "morning", wording="Yes.", origin="old", now=NOW)

    assert [line.partition(",")[0] for line in first[1:]] == [
        "'=cmd@example.com", "'+1@example.com", "'-x@example.com",
    ]  # fmt: skip
    assert list(transfer.export_csv("morning")) == first


def test_who_left_in_one_file_does_not_come_in_by_the_next(morning: Newsletter) -> None:
    """Nor whoever never confirmed, or whose mail came back: of these the hash alone is kept."""
    text = "email,status\nreader001@example.com,unsubscribed\nreader002@example.com,pending\n"
    text += "reader003@example.com,bounced\nreader004@example.com,complained\n"
    transfer.import_csv(
        csvfile.lines_of(text), "morning", wording="Yes.", origin="old.csv", now=NOW
    )

    done = bring(*(f"reader00{number}@example.com" for number in range(1, 6)))

    assert (done.added, done.left) == (1, 4)
    assert dict(done.refused) == {
        2: "has unsubscribed",
        3: "has not confirmed yet",
        4: "is suppressed: bounce",
        5: "is suppressed: complaint",
    }
    assert counts(morning) == {"pending": 1, "active": 1, "ended": 1}
    with transaction() as tx:
        assert subscribers.by_address(tx, "reader003@example.com") is None


def test_a_double_is_one_in_whatever_lot_it_comes(
    morning: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "LINES_AT_ONCE", 2)
    numbers = (1, 2, 3, 1, 4, 3, 3)
    text = "email\n" + "".join(f"reader00{number}@example.com\n" for number in numbers)

    said = foreseen(text)
    done = bring(*(f"reader00{number}@example.com" for number in numbers))

    assert (done.added, [number for number, _ in done.refused]) == (4, [5, 7, 8])
    assert (said.active, [number for number, _ in said.rejected]) == (4, [5, 7, 8])
    assert counts(morning)["active"] == 4


def test_a_pause_that_no_calendar_has_is_left_out_of_who_has_left(morning: Newsletter) -> None:
    bring("reader001@example.com,,,,")
    with transaction() as tx:
        found = subscribers.lock_subscription(tx, 1)
        assert found is not None
        subscribers.end(tx, found, now=NOW - dt.timedelta(days=1))
        found.paused_until = NOW
    head, line = transfer.export_csv("morning")
    forget_everybody()
    pause = NOW.isoformat()
    assert pause in line

    odd = line.replace(pause, "0001-01-01T00:00:00+14:00")
    transfer.import_csv([head, odd], "morning", wording="Yes.", origin="old", now=NOW)

    assert counts(morning)["ended"] == 1
    assert list(transfer.export_csv("morning")) == [head, line.replace(pause, "")]


def make_a_reader_of_each_kind() -> None:
    """Of seven active readers: two pending, four gone or suppressed, one paused."""
    with transaction() as tx:
        every = [subscribers.lock_subscription(tx, number) for number in range(1, 8)]
        _, paused, pending, again, ended, _, gone = (each for each in every if each)
        paused.paused_until = NOW + dt.timedelta(days=20)
        pending.state, pending.confirmed_at = SubscriptionState.PENDING, None
        subscribers.end(tx, again, now=NOW - dt.timedelta(days=1))
        subscribers.ask(tx, again, language="en")
        subscribers.end(tx, ended, now=NOW - dt.timedelta(days=2))
        subscribers.end(tx, gone, now=NOW - dt.timedelta(days=3))
        for each, reason in ((6, SuppressionReason.BOUNCE), (7, SuppressionReason.READER)):
            key = recipients.hash_of(f"reader00{each}@example.com")
            recipients.suppress(tx, key, scope="*", reason=reason, now=NOW)


def forget_everybody() -> None:
    """As if it were another house: nobody was ever here, nor erased."""
    with transaction() as tx:
        for kind in (subscribers.Subscription, recipients.Recipient, subscribers.Subscriber):
            tx.execute(delete(kind))
        tx.execute(delete(recipients.Suppression))


def test_a_name_of_over_64_letters_before_the_at_is_no_address_but_can_be_forgotten(
    morning: Newsletter,
) -> None:
    longest, longer = f"{'x' * 64}@example.com", f"{'x' * 65}@example.com"
    with transaction() as tx:
        subscribers.upsert(tx, longer, language="en", now=NOW)

    done = bring(longest, longer)

    assert (done.added, [number for number, _ in done.refused]) == (1, [3])
    assert "too long before the @-sign" in done.refused[0][1]
    assert erase.erase(longer, actor=TESTER, now=NOW).subscriptions == 0
    assert counts(morning)["active"] == 1


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    ("tool", "left", "suppressed"),
    [
        ("mailchimp, everybody", 2, 1),
        ("listmonk", 1, 1),
        ("mailpoet", 3, 1),
        ("brevo", 1, 1),
        ("campaign monitor", 3, 1),
        ("kit", 1, 2),
        ("hubspot", 1, 1),
        ("mailgun, refused", 0, 1),
        ("substack", 2, 0),
        ("by hand, in German", 1, 0),
    ],
)
def test_who_left_is_told_from_whose_mail_came_back(tool: str, left: int, suppressed: int) -> None:
    found = foreseen(EXPORTS[tool])

    assert (found.left, found.suppressed) == (left, suppressed)


def test_a_dry_run_knows_who_is_here_and_who_left_here_and_stores_nothing(
    morning: Newsletter,
) -> None:
    bring(*(f"reader00{number}@example.com" for number in range(1, 4)))
    with transaction() as tx:
        left = subscribers.lock_subscription(tx, 2)
        assert left is not None
        subscribers.end(tx, left, now=NOW)
        key = recipients.hash_of("reader003@example.com")
        recipients.suppress(tx, key, scope="*", reason=SuppressionReason.BOUNCE, now=NOW)

    found = foreseen(
        "email,language,state\nreader001@example.com,en,active\nreader002@example.com,en,active\n"
        "reader003@example.com,en,active\nreader004@example.com,fr,active\n\n"
        "READER004@example.com,en,active\nnobody,en,active\nreader005@example.com,en,gold\n"
        "reader006@example.com,en,bounced\nreader007@example.com,en,unsubscribed\n"
    )

    assert (found.rows, found.active, found.left, found.suppressed) == (9, 2, 2, 2)
    assert [number for number, _ in found.rejected] == [7, 8, 9]
    assert [number for number, _ in found.notes] == [5]
    assert counts(morning)["active"] == 2
    with transaction() as tx:
        assert tx.scalar(select(func.count()).select_from(recipients.Recipient)) == 3


LABELS = st.from_regex(r"[A-Za-z0-9-]{1,8}", fullmatch=True)
LOCALS = st.from_regex(r"[A-Za-z0-9._+'!-]{1,12}", fullmatch=True)


@given(local=LOCALS, labels=st.lists(LABELS, min_size=1, max_size=4))
def test_the_quick_look_at_an_address_agrees_with_the_slow_one(
    local: str, labels: list[str]
) -> None:
    address = f"{local}@{'.'.join(labels)}"
    try:
        slow = recipients.normalise(address)
    except BadAddressError:
        with pytest.raises(BadAddressError):
            spelling.normalised(address)
    else:
        assert spelling.normalised(address) == slow
