"""Files of other houses: who is in them may come in, and nobody who left is woken by any."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from syndicate.errors import UsageError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import Recipient
from syndicate.store.readers.subscribers import Consent, Subscriber, Subscription
from syndicate.subscribers import csvfile, status_cells, transfer
from syndicate.subscribers.transfer import Foreseen, How, Imported
from syndicate.vocabulary.newsletters import ChoiceKind, SubscriptionState
from syndicate.vocabulary.sending import SuppressionReason
from tests import matrix
from tests.subscribers import desk
from tests.subscribers.desk import NOW
from tests.subscribers.exports import EXPORTS
from tests.subscribers.plain_exports import PLAIN
from tests.subscribers.unread_exports import UNREAD


@pytest.fixture
def morning() -> Newsletter:
    with transaction() as tx:
        return desk.morning(tx)


def bring(text: str | bytes, *ignored: str, end: str = "\n") -> Imported:
    raw = text if isinstance(text, bytes) else text.replace("\n", end).encode()
    lines = csvfile.lines_of(csvfile.decoded(raw))
    return transfer.import_csv(
        lines, "morning", wording="Yes.", origin="list.csv", now=NOW, how=How(ignored)
    )


def foreseen(text: str, *ignored: str, end: str = "\n") -> Foreseen:
    lines = csvfile.lines_of(text.replace("\n", end))
    return transfer.foresee(lines, "morning", now=NOW, how=How(ignored))


def active() -> list[str]:
    """The addresses that get the newsletter, without their domain."""
    with transaction() as tx:
        query = (
            select(Subscriber.address)
            .join(Subscription, Subscription.subscriber_id == Subscriber.id)
            .where(Subscription.state == SubscriptionState.ACTIVE)
            .order_by(Subscriber.address)
        )
        return [address.partition("@")[0] for address in tx.scalars(query)]


def nothing_stored() -> bool:
    with transaction() as tx:
        kinds = (Subscriber, Subscription, Recipient, Consent)
        return not any(tx.scalar(select(func.count()).select_from(kind)) for kind in kinds)


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("end", matrix.whole(["\n", "\r\n", "\r"], short=["\n"], name=repr))
@pytest.mark.parametrize("tool", EXPORTS)
def test_who_left_elsewhere_does_not_become_a_reader_here(tool: str, end: str) -> None:
    text = EXPORTS[tool]

    said = foreseen(text, end=end)
    assert nothing_stored()
    done = bring(text, end=end)

    assert active() == ["in"]
    rows = text.count("@example.com")
    assert done.added + done.known + len(done.refused) == rows
    assert done.faults == (1 if tool == "mailtrain" else 0)
    assert (said.rows, said.active, said.left + said.suppressed) == (rows, 1, done.left)
    assert len(said.rejected) == done.faults


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(("text", "named"), matrix.rows(list(UNREAD), every=4))
def test_a_column_that_may_say_who_left_stops_the_file_unless_somebody_says_that_it_does_not(
    text: str, named: str
) -> None:
    for does in (foreseen, bring):
        with pytest.raises(UsageError, match="Nothing was imported") as stopped:
            does(text)
        assert f"“{named}”" in str(stopped.value)

    assert nothing_stored()
    assert bring(text, named).added == text.count("@")


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    "text",
    [
        "email,Lieblingsfarbe\nreader001@example.com,blau\nreader002@example.com,\n",
        "email,Beitritt\nreader001@example.com,2024-01-01\nreader002@example.com,2024-01-02\n",
        "email,Filiale\nreader001@example.com,\nreader002@example.com,\n",
        "email,City,State,ZIP\nreader001@example.com,A,IL,1\nreader002@example.com,B,NY,2\n",
        "email,Tags\nreader001@example.com,left bank\nreader002@example.com,inactive volcano\n",
    ],
)
def test_a_column_that_says_nothing_of_status_keeps_nobody_out(text: str) -> None:
    assert bring(text).added == 2


@pytest.mark.usefixtures("database", "morning")
def test_a_column_that_says_who_left_cannot_be_ignored() -> None:
    text = "email,Status\nreader001@example.com,active\nreader002@example.com,unsubscribed\n"

    with pytest.raises(UsageError, match="says in line 3 that a reader has left"):
        bring(text, "status")

    assert nothing_stored()
    fine = text.replace("unsubscribed", "gold").replace(",active", ",silver")
    assert bring(fine, "status").added == 2


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("lines", [("active", "unsubscribed"), ("unsubscribed", "active")])
@pytest.mark.parametrize("spelt", ["reader001@example.com", "READER001@Example.com"])
def test_who_left_in_one_line_does_not_come_in_by_another(
    lines: tuple[str, str], spelt: str
) -> None:
    text = (
        f"email,state\nreader001@example.com,{lines[0]}\nreader002@example.com,active\n"
        f"Reader <{spelt}>,{lines[1]}\n"
    )

    done = bring(text)

    assert active() == ["reader002"]
    assert done.left == 2
    assert {why for _, why in done.refused} >= {"is unsubscribed where the file comes from"}


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("end", matrix.whole(["\n", "\r\n"], short=["\r\n"], name=repr))
@pytest.mark.parametrize("tool", PLAIN)
def test_a_plain_list_of_readers_comes_in_without_a_word(tool: str, end: str) -> None:
    done = bring(PLAIN[tool], end=end)

    assert active() == ["in1", "in2"]
    assert (done.added, done.refused) == (2, ())
    assert all(
        why.startswith(("the tag “", "the column Newsletter names")) for _, why in done.notes
    )


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    "spelt",
    matrix.rows([
        "reader001@example.com\u200b", "\u202areader001@example.com\u202c",
        "reader001@example.com.",
        "reader001\uff20example.com", "\uff52eader001@example.com", '"""reader001""@example.com"',
        '"reader009@example.com; reader001@example.com"', "reader001@example.com (old)",
        "reader001@exam\u00adple.com", "[reader001@example.com]", "reader001@example.com reader",
    ], every=3),
)  # fmt: skip
@pytest.mark.parametrize("state", ["unsubscribed", "gold"])
def test_who_left_under_an_odd_spelling_does_not_come_in_under_the_plain_one(
    spelt: str, state: str
) -> None:
    bring(
        f"email,state\nreader001@example.com,active\n{spelt},{state}\nreader002@example.com,active\n"
    )

    assert active() == ["reader002"]


@pytest.mark.usefixtures("database", "morning")
def test_a_newsletter_that_is_neither_yes_nor_no_beside_one_that_is_brings_nobody_in() -> None:
    done = bring(
        "E-Mail;Newsletter\nreader001@example.com;Ja\nreader002@example.com;Nein\n"
        "reader003@example.com;\nreader004@example.com;Morgenblatt\n"
    )

    assert active() == ["reader001"]
    assert (done.left, done.faults) == (1, 2)


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("heading", ["Unsubscribed:", "--- opt-outs ---", "Abgemeldet", "deleted"])
def test_a_heading_above_those_who_left_stops_the_file_by_its_line(heading: str) -> None:
    with pytest.raises(UsageError, match=r"^Line 3 says"):
        bring(f"email,name\nreader001@example.com,A\n{heading},\nreader002@example.com,B\n")

    assert nothing_stored()


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    "other",
    ["reader001@example.com,gold", 'reader001@example.com,"a "b" c"', "reader001@example.com,a,b"],
)
def test_who_stands_in_a_line_that_nobody_understands_does_not_come_in_by_another(
    other: str,
) -> None:
    done = bring(f"email,state\nreader001@example.com,active\n{other}\n")

    assert active() == []
    assert (done.added, done.left, len(done.refused)) == (0, 0, 2)


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("state", ["unsubscribed", "active"])
def test_an_import_wakes_nobody_who_left_here_whatever_it_says(state: str) -> None:
    bring("email\nreader001@example.com\nreader002@example.com\n")
    with transaction() as tx:
        left = subscribers.lock_subscription(tx, 2)
        assert left is not None
        subscribers.end(tx, left, now=NOW)

    bring(f"email,state\nreader001@example.com,{state}\nreader002@example.com,{state}\n")

    assert active() == (["reader001"] if state == "active" else [])


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    ("language", "frame"), [("en-GB", "en"), ("EN", "en"), ("ar_QA", "ar"), ("fr", "en")]
)
def test_a_language_means_the_one_on_offer_and_an_unknown_one_falls(
    language: str, frame: str
) -> None:
    done = bring(
        "email,language,languages,sections\n"
        f"reader001@example.com,{language},{language},Weather;SPORT\n"
    )

    with transaction() as tx:
        subscription = subscribers.of(tx, 1, 1)
        assert subscription is not None
        sections = subscribers.choices(tx, subscription.id, ChoiceKind.SECTION)
        languages = subscribers.choices(tx, subscription.id, ChoiceKind.LANGUAGE)
    assert (done.added, done.refused) == (1, ())
    assert (subscription.language, sections) == (frame, ("sport",))
    assert languages == (() if language == "fr" else (frame,))
    assert (2, "the newsletter has no section Weather") in done.notes
    assert len(done.notes) == (3 if language == "fr" else 1)


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2099-01-01", "yet to come"),
        ("9999-12-31T23:59:59-05:00", "yet to come"),
        ("0001-01-01", "before 1970"),
        ("0001-01-01T00:00:00+14:00", "before 1970"),
        ("1969-12-31T23:59:59Z", "before 1970"),
        ("05/06/2024", "is not a time"),
        ("4102444800", "yet to come"),
        ("yester\x00day", "is not a time"),
    ],
)
def test_a_consent_that_cannot_have_been_given_then_is_refused(cell: str, why: str) -> None:
    done = bring(f"email,consented_at\nreader001@example.com,{cell}\n")

    assert [(number, why in reason) for number, reason in done.refused] == [(2, True)]
    assert done.faults == 1
    assert nothing_stored()


@pytest.mark.usefixtures("database", "morning")
def test_a_consent_of_a_zone_that_is_ahead_is_of_now() -> None:
    ahead = (NOW + dt.timedelta(hours=14)).replace(tzinfo=None).isoformat()

    assert bring(f"email,consented_at\nreader001@example.com,{ahead}\n").added == 1

    with transaction() as tx:
        assert tx.scalar(select(Consent.at)) == NOW


@pytest.mark.usefixtures("database", "morning")
def test_nothing_of_a_file_with_an_open_quote_is_stored() -> None:
    rows = "".join(f"reader{number:03}@example.com,Ann\n" for number in range(1, 51))

    with pytest.raises(UsageError, match=r"^Line 52 opens a quotation mark"):
        bring(f'email,name\n{rows}reader051@example.com,"Bea\n{rows}')

    assert nothing_stored()


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize(
    "second",
    [
        "Email Address,Name,UNSUB_TIME\n",
        "Name,Email Address,UNSUB_TIME\nAnn,reader009@example.com,2024-02-01\n",
        "UNSUB_TIME,Name,Email\n2024-02-01,Ann,reader009@example.com\n",
    ],
)
def test_two_files_in_one_are_refused_by_the_line_of_the_second(second: str) -> None:
    with pytest.raises(UsageError, match=r"^Line 3 names the columns once more"):
        bring(f"Email Address,Name,Note\nreader001@example.com,Ann,Email\n{second}")

    assert nothing_stored()


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("text", ["Yes\x00.", "Yes \ud800."])
def test_a_wording_that_no_database_holds_is_refused_in_a_sentence(text: str) -> None:
    for wording, origin in ((text, "x"), ("x", text)):
        with pytest.raises(UsageError, match="no text can hold"):
            transfer.import_csv(["email\n"], "morning", wording=wording, origin=origin, now=NOW)


@pytest.mark.usefixtures("database", "morning")
@pytest.mark.parametrize("scope", ["*", "newsletter:1"])
def test_our_own_export_says_whose_address_is_mailed_no_more(scope: str) -> None:
    bring("email\nreader001@example.com\nreader002@example.com\n")
    with transaction() as tx:
        key = recipients.hash_of("reader001@example.com")
        recipients.suppress(tx, key, scope=scope, reason=SuppressionReason.COMPLAINT, now=NOW)
    exported = "".join(transfer.export_csv("morning"))
    with transaction() as tx:
        for kind in (Subscription, Recipient, Subscriber, recipients.Suppression):
            tx.execute(delete(kind))

    done = bring(exported)

    assert active() == ["reader002"]
    assert (2, "is suppressed where the file comes from") in done.refused


WORDS = st.sampled_from(
    ["active", "subscribed", "unsubscribed", "bounced", "gold", "", "no", "yes", "0", "1", "true"]
)
NAMES = st.sampled_from(["status", "subscribed", "opt-out", "unsub_time", "confirmed_at", "state"])

BOTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.usefixtures("database", "morning")
@settings(deadline=None, suppress_health_check=BOTH)
@example(names=["status", "subscribed"], rows=[(0, ["active", "", "active"])])
@given(
    names=st.lists(NAMES, min_size=1, max_size=3, unique=True),
    rows=st.lists(
        st.tuples(st.integers(0, 3), st.lists(WORDS, min_size=3, max_size=3)), max_size=6
    ),
)
def test_each_row_is_counted_once_and_who_is_barred_anywhere_is_out(
    names: list[str], rows: list[tuple[int, list[str]]]
) -> None:
    with transaction() as tx:
        for kind in (Subscription, Recipient, Subscriber, recipients.Suppression):
            tx.execute(delete(kind))
    text = ",".join(["email", *names]) + "\n"
    text += "".join(
        f"reader{reader}@example.com,{','.join(cells[: len(names)])}\n" for reader, cells in rows
    )

    said = foreseen(text)
    done = bring(text)

    assert said.rows == said.active + said.left + said.suppressed + len(said.rejected) == len(rows)
    assert (said.active, len(said.rejected)) == (done.added + done.known, done.faults)
    used = _in_use(names, [cells for _, cells in rows])
    barred = {
        f"reader{reader}"
        for reader, cells in rows
        for name, cell in zip(names, cells, strict=False)
        if name in used and status_cells.judge(ROLES[name], name, cell)
    }
    assert done.added + done.known + len(done.refused) == len(rows)
    assert set(active()) == {f"reader{reader}" for reader, _ in rows} - barred


def _in_use(names: list[str], rows: list[list[str]]) -> set[str]:
    """Without columns that are empty in every line, where another says who may be mailed."""
    filled = {name for place, name in enumerate(names) if any(row[place] for row in rows)}
    is_said = filled & {"status", "state", "subscribed"}
    return filled | {"opt-out", "unsub_time"} if is_said else set(names)


ROLES = {
    "status": status_cells.Role.STATE,
    "state": status_cells.Role.STATE,
    "subscribed": status_cells.Role.YES,
    "opt-out": status_cells.Role.NO,
    "unsub_time": status_cells.Role.LEFT_AT,
    "confirmed_at": status_cells.Role.CONFIRMED_AT,
}
