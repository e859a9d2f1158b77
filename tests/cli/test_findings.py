"""What the doctor finds in rows and at the relay, check by check: state, sentence, what helps."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from syndicate import settings
from syndicate.cli import doctor, findings
from syndicate.cli.findings import Finding
from syndicate.errors import RefusedError
from syndicate.settings import Settings
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents, streams
from syndicate.store.newsroom.incidents import Sample
from syndicate.store.newsroom.streams import MailStream
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import Stream
from tests import rows
from tests.mail.fault_relay import FaultRelay

NO_SCHEDULE = """UPDATE newsletter SET schedule = '{"times": 7}'"""
NOWHERE = Path("/nonexistent")
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
CHECKS: dict[str, Callable[[Settings, Path], Finding]] = {
    "alarms": findings.check_alarms,
    "incidents": findings.check_incidents,
    "embargoes": findings.check_embargoes,
    "rows": findings.check_rows,
    "streams": findings.check_streams,
}


def found(name: str) -> Finding:
    return CHECKS[name](settings.load(), NOWHERE)


@pytest.mark.parametrize("name", CHECKS)
def test_without_a_database_there_is_nothing_to_find(name: str) -> None:
    says = "They are in the database; none is running yet."

    assert found(name) == Finding(name, "ok", says)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("alarms", "Nothing needs a person."),
        ("incidents", "Receivers accept our mail."),
        ("embargoes", "Every embargo can be read."),
        ("rows", "Every row can be read."),
        ("streams", "Every pool that a stream names has a relay."),
    ],
)
def test_what_is_well_is_said_in_a_sentence(name: str, says: str) -> None:
    assert found(name) == Finding(name, "ok", says)


@pytest.mark.usefixtures("empty_database")
@pytest.mark.parametrize("name", CHECKS)
def test_a_database_of_another_schema_is_asked_nothing(name: str) -> None:
    with pytest.raises(RefusedError, match="run `syndicate migrate`"):
        found(name)


def report(receiver: str, at: dt.datetime) -> None:
    with transaction() as tx:
        sample = Sample(None, "550 5.7.1", "no")
        incidents.report(tx, receiver, "courier.example", "blocked", sample=sample, now=at)


FIRST = "refuses mail from courier.example: it says that our address is on a block list."


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("others", "more"), [(0, ""), (1, " 1 more is left out."), (2, " 2 more are left out.")]
)
def test_the_newest_incident_is_told_and_the_others_are_counted(others: int, more: str) -> None:
    for number in range(others):
        report(f"mx{number}.example", NOW - dt.timedelta(hours=number + 1))
    report("google", NOW)

    assert found("incidents") == Finding(
        "incidents", "warn", f"Google {FIRST}{more} /console/incidents says what helps."
    )


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("count", "more"), [(1, ""), (5, ""), (7, " 2 more are left out.")])
def test_five_needs_are_told_and_the_rest_is_counted(count: int, more: str) -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        for number in range(count):
            rows.newsletter(tx, publication_id, f"letter-{number}")
    spoil(NO_SCHEDULE)

    needs = found("alarms")

    assert needs.state == "warn"
    assert needs.says.count("The schedule is not usable") == min(count, 5)
    assert needs.says.endswith(f"{more} /console links to each.")


@pytest.mark.usefixtures("database")
def test_a_letter_is_never_sent_and_nothing_can_be_put_right_until_then() -> None:
    with transaction() as tx:
        rows.newsletter(tx, rows.publication(tx).id, kind=NewsletterKind.LETTER)

    odd = found("rows")

    assert odd.state == "warn"
    assert odd.says.startswith("Morning is a letter, which cannot be sent yet")
    assert not odd.says.endswith("It is not sent until then.")


@pytest.mark.usefixtures("database")
def test_an_incident_that_is_over_is_no_warning() -> None:
    report("google", NOW)
    with transaction() as tx:
        assert incidents.close(tx, incidents.open_ones(tx)[0].id, now=NOW)

    assert found("incidents").state == "ok"


@pytest.mark.usefixtures("database")
def test_only_an_embargo_that_nobody_can_read_is_a_warning() -> None:
    embargoed = ArticleState.EMBARGOED
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        rows.article(tx, publication_id, "known", state=embargoed, embargo_until=NOW)
        rows.article(tx, publication_id, "draft", state=ArticleState.DRAFT)
    before = found("embargoes").state
    with transaction() as tx:
        held = rows.article(tx, publication_id, "held", state=embargoed).id

    assert before == "ok"
    assert found("embargoes") == Finding(
        "embargoes",
        "warn",
        f"1 article is held because its embargo cannot be read: {held}. "
        "`syndicate articles embargo ID --lift` publishes one.",
    )


def spoil(statement: str) -> None:
    with transaction() as tx:
        tx.execute(text(statement))


@pytest.mark.usefixtures("database")
def test_a_row_that_nobody_can_use_is_named_with_its_repair() -> None:
    with transaction() as tx:
        rows.article(tx, rows.publication(tx).id)
    spoil("UPDATE article SET updated_at = 'infinity'")

    odd = found("rows")

    assert odd.state == "warn"
    assert odd.says.startswith("In article updated_at is not a time in the calendar")
    assert "`UPDATE article SET updated_at = " in odd.says
    assert odd.says.endswith(";`.")


@pytest.mark.usefixtures("database")
def test_a_newsletter_that_is_not_sent_is_named_with_why() -> None:
    with transaction() as tx:
        rows.newsletter(tx, rows.publication(tx).id)
    spoil(NO_SCHEDULE)

    odd = found("rows")

    assert odd.state == "warn"
    assert odd.says.startswith("Morning: The schedule is not usable")
    assert odd.says.endswith(" It is not sent until then.")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("count", "more"), [(5, ""), (6, " 1 more is left out."), (8, " 3 more are left out.")]
)
def test_five_are_told_and_the_rest_is_counted(count: int, more: str) -> None:
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        for number in range(count):
            rows.newsletter(tx, publication_id, f"letter-{number}")
    spoil(NO_SCHEDULE)

    says = found("rows").says

    assert says.count("It is not sent until then.") == 5
    assert says.endswith(f"It is not sent until then.{more}")


@pytest.mark.usefixtures("database")
def test_a_pool_that_no_relay_is_in_any_more_is_named(settings_env: pytest.MonkeyPatch) -> None:
    settings_env.setenv("SYNDICATE_RELAY_URL", "smtp://a.example smtp://b.example?pool=bulk")
    settings.load.cache_clear()
    with transaction() as tx:
        paper = rows.publication(tx)
        for slug, pool in ((Stream.DIGEST, "bulk"), (Stream.ALERT, "gone"), (Stream.ARTICLE, None)):
            streams.add(tx, MailStream(publication_id=paper.id, slug=slug, pool=pool))

    odd = found("streams")

    assert odd == Finding(
        "streams",
        "warn",
        f"The stream alert of {paper.name} names the pool gone, and no relay is in it: its mail "
        "is sent by the others. Write pool=NAME behind a relay in SYNDICATE_RELAY_URL, or change "
        "the stream.",
    )


def test_the_relay_of_operators_is_asked_where_they_have_one(
    settings_env: pytest.MonkeyPatch,
) -> None:
    def asked() -> Finding:
        settings.load.cache_clear()
        return findings.check_operators(settings.load(), Path())

    assert asked() == Finding("operators", "ok", "Mail to operators goes by the same relay.")
    with FaultRelay() as server:
        settings_env.setenv("SYNDICATE_OPERATORS_RELAY_URL", server.url)
        name = server.relay().name
        told = Finding("operators", "ok", f"{name} answers for mail to operators.")
        assert asked() == told
    assert asked() == Finding(
        "operators",
        "fail",
        f"The relay {name} cannot be reached ([Errno 111] Connection refused); is it running? Mail "
        "to operators goes by it: put that right, or correct SYNDICATE_OPERATORS_RELAY_URL.",
    )


@pytest.mark.parametrize(
    ("url", "more", "sentence"),
    [
        ("{url}", {}, "offers no STARTTLS, so no mail goes to it: switch it on there"),
        ("{url}?starttls=required", {"SYNDICATE_RELAY_TLS": "never"}, "offers no STARTTLS"),
        ("smtp://user:hunter2@{name}?starttls=never", {}, "so its password is not sent"),
    ],
)
def test_a_relay_that_would_be_told_things_in_clear_is_one_sentence_and_told_nothing(
    settings_env: pytest.MonkeyPatch, url: str, more: dict[str, str], sentence: str
) -> None:
    settings_env.setenv("SYNDICATE_RELAY_TLS", "required")
    for name, value in more.items():
        settings_env.setenv(name, value)
    with FaultRelay(offered=("PIPELINING", "AUTH PLAIN LOGIN")) as server:
        name = server.relay().name
        settings_env.setenv("SYNDICATE_RELAY_URL", url.format(url=server.url, name=name))
        settings.load.cache_clear()
        (told,) = doctor.examine(["relay"])

    assert told.state == "fail"
    assert f"The relay {name} " in told.says
    assert sentence in told.says
    assert "hunter2" not in told.says
    assert server.lines == ["EHLO localhost"]


def test_a_relay_on_this_machine_hears_localhost() -> None:
    with FaultRelay() as server:
        relay = server.relay()
        told = findings.told_to(relay, None)

    assert told == Finding("relay", "ok", f"{relay.name} answers; EHLO says localhost.")


def test_a_name_of_ours_that_leads_nowhere_is_a_warning() -> None:
    with FaultRelay() as server:
        relay = server.relay()
        told = findings.told_to(relay, "mail.invalid")

    assert told == Finding(
        "relay",
        "warn",
        f"{relay.name} answers and is told mail.invalid, which leads to no address: strict "
        "relays refuse that. Correct SYNDICATE_RELAY_HELO, or DNS.",
    )


def test_an_address_in_brackets_need_not_be_in_dns() -> None:
    with FaultRelay() as server:
        relay = server.relay()
        told = findings.told_to(relay, "[192.0.2.1]")

    assert told == Finding("relay", "ok", f"{relay.name} answers; EHLO says [192.0.2.1].")


@pytest.mark.parametrize("password", ["pa#ss", "pa?ss", "pa/ss", "[pass"])
def test_a_relay_whose_password_is_not_written_for_an_address_is_one_sentence_without_it(
    settings_env: pytest.MonkeyPatch, password: str
) -> None:
    settings_env.setenv("SYNDICATE_RELAY_URL", f"smtp://user:{password}@mx.example:587")
    settings.load.cache_clear()

    (told,) = doctor.examine(["relay"])

    assert (told.check, told.state) == ("relay", "fail")
    assert told.says.startswith("SYNDICATE_RELAY_URL is not usable; write smtp://HOST:PORT or")
    assert not any(part in told.says for part in (password, "pa", "ss@", "user"))


def test_each_of_several_relays_is_asked(settings_env: pytest.MonkeyPatch) -> None:
    with FaultRelay() as one, FaultRelay() as other:
        settings_env.setenv("SYNDICATE_RELAY_URL", f"{one.url} {other.url}")
        settings.load.cache_clear()
        both = findings.check_relay(settings.load(), NOWHERE)
    settings_env.setenv("SYNDICATE_RELAY_URL", "smtp://127.0.0.1:1 smtp://127.0.0.1:2")
    settings.load.cache_clear()
    none = findings.check_relay(settings.load(), NOWHERE)

    assert both.state != "fail"
    assert none.state == "fail"
    assert none.says.startswith("The relay 127.0.0.1:1 cannot be reached (")
    assert "The relay 127.0.0.1:2 cannot be reached (" in none.says
