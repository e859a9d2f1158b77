"""`syndicate doctor`: it finds what is wrong, says what to do, and changes nothing."""

import datetime as dt
import json
import os
import re
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from syndicate import clock, jobs, settings
from syndicate.cli import build, doctor
from syndicate.cli.findings import Finding
from syndicate.embedded import keys, places
from syndicate.errors import PartialError, UsageError
from syndicate.newsletters import kinds
from syndicate.store.content import articles
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import incidents
from syndicate.store.newsroom.incidents import Sample
from syndicate.store.platform import due
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sources import SourceState
from tests import matrix, rows
from tests.web import newsroom

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
Ask = Callable[..., dict[str, Finding]]


@pytest.fixture
def ask(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> Ask:
    """Runs some checks, or all, with settings that it is told."""
    settings_env.delenv("SYNDICATE_REDIS_URL")
    settings_env.setenv("SYNDICATE_DATA_DIR", str(tmp_path / "data"))

    def examine(*names: str, **env: str) -> dict[str, Finding]:
        for name, value in env.items():
            settings_env.setenv(name, value)
        settings.load.cache_clear()
        return {each.check: each for each in doctor.examine(names or doctor.NAMES)}

    return examine


def test_a_fresh_machine_has_nothing_that_fails(ask: Ask, tmp_path: Path) -> None:
    found = ask(SYNDICATE_PORT="0")

    assert tuple(found) == doctor.NAMES
    assert {name: each.says for name, each in found.items() if each.state == "fail"} == {}
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_setting_ends_the_round(ask: Ask) -> None:
    found = ask(SYNDICATE_PROT="1")

    assert list(found) == ["python", "headers", "package", "settings"]
    assert (found["settings"].state, found["settings"].says) == (
        "fail",
        "There is no setting SYNDICATE_PROT; did you mean SYNDICATE_PORT?",
    )


def test_databases_left_behind_are_told_with_their_folder_and_none_in_use_is_to_be_deleted(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "ROOT_FOLDER", tmp_path)
    fresh, old = tmp_path / "postgres-fresh", tmp_path / "postgres-old"
    for room in (fresh, old):
        (room / "data").mkdir(parents=True)
        (room / "belongs-to").write_text(f"/srv/{room.name}\n")
    told_fresh = ask("leftovers")["leftovers"].says
    os.utime(old / "data", (NOW.timestamp(), dt.datetime(2026, 1, 2, tzinfo=dt.UTC).timestamp()))

    found = ask("leftovers")["leftovers"]

    assert "rm -r" not in told_fresh
    assert found.state == "warn"
    assert f"{old} to /srv/postgres-old, last written 2 Jan 2026 00:00 UTC" in found.says
    assert f"{fresh} to /srv/postgres-fresh, last written " in found.says
    assert found.says.endswith(f": rm -r {old}")


def test_embedded_servers_in_production_fail(ask: Ask) -> None:
    found = ask("environment", SYNDICATE_ENVIRONMENT="production")

    assert found["environment"].state == "fail"
    assert "SYNDICATE_RELAY_URL" in found["environment"].says


def test_what_the_console_lists_is_a_warning(ask: Ask, database: str) -> None:
    nothing = ask("alarms", SYNDICATE_DATABASE_URL=database)["alarms"]
    with transaction() as tx:
        rows.source(tx, rows.publication(tx).id, state=SourceState.GONE)
        rows.incident(tx)

    found = ask("alarms")["alarms"]

    assert (nothing.state, nothing.says) == ("ok", "Nothing needs a person.")
    assert found.state == "warn"
    assert found.says == (
        "Google refuses mail from daily.example: it says that our address is on a block list. "
        "The source wire is gone. /console links to each."
    )


def test_only_the_first_needs_are_told_and_the_others_are_counted(ask: Ask, database: str) -> None:
    ask("alarms", SYNDICATE_DATABASE_URL=database)
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        for number in range(7):
            rows.newsletter(tx, publication_id, f"n{number}", languages=[])

    found = ask("alarms")["alarms"]

    assert found.says.count("has no language") == 5
    assert found.says.endswith(" 2 more are left out. /console links to each.")


def test_an_open_incident_is_a_warning_that_says_where_to_look(ask: Ask, database: str) -> None:
    assert ask("incidents", SYNDICATE_DATABASE_URL=database)["incidents"].state == "ok"
    with transaction() as tx:
        for receiver in ("google", "mx.example"):
            sample = Sample(None, "550 5.7.1", "no")
            incidents.report(tx, receiver, "courier.example", "burst", sample=sample, now=NOW)

    found = ask("incidents")["incidents"]

    assert found.state == "warn"
    assert "refuses mail from courier.example" in found.says
    assert "1 more" in found.says
    assert "/console/incidents" in found.says


def test_an_embargo_that_nobody_can_read_is_a_warning(ask: Ask, database: str) -> None:
    assert ask("embargoes", SYNDICATE_DATABASE_URL=database)["embargoes"].state == "ok"
    room = newsroom.make()
    with transaction() as tx:
        row = articles.find(tx, room.articles["report"])
        assert row is not None
        row.state, row.embargo_until = ArticleState.EMBARGOED, None

    found = ask("embargoes")["embargoes"]

    assert found.state == "warn"
    assert found.says == (
        f"1 article is held because its embargo cannot be read: {row.id}. "
        "`syndicate articles embargo ID --lift` publishes one."
    )


SPOILT = [
    ("UPDATE article SET updated_at = 'infinity'", "updated_at", "not a time in the calendar"),
    ("UPDATE picture SET rights_until = '10000-01-01'", "rights_until", "not a time"),
    ("UPDATE issue SET local_date = '0044-03-15 BC'", "local_date", "not a time"),
    ("UPDATE issue SET subjects = '[1]'", "subjects", "is not an object"),
    ("UPDATE article SET authors = '{NULL}'", "authors", "has a NULL among its values"),
    ("UPDATE article SET url = 'http://[' || id", "url", "is not a web address"),
    ("UPDATE article SET language = '<'", "language", "is not a language"),
    ("UPDATE publication SET zone = 'Mars/Base'", "zone", "is not a time zone"),
    ("UPDATE article SET headline = repeat('x', 300000)", "headline", "longer than any page"),
]


@pytest.mark.parametrize(("bad", "column", "why"), matrix.rows(SPOILT, every=12))
def test_a_row_that_nobody_can_use_is_named_with_its_repair(
    ask: Ask, database: str, bad: str, column: str, why: str
) -> None:
    newsroom.make()
    assert ask("rows", SYNDICATE_DATABASE_URL=database)["rows"].says == "Every row can be read."
    with transaction() as tx:
        tx.execute(text(bad))

    found = ask("rows")["rows"]

    assert found.state == "warn"
    assert f" {column} is" in found.says or f" {column} has" in found.says
    assert why in found.says
    repairs = re.findall(r"`(UPDATE [^`]+);`", found.says)
    assert repairs
    for _ in range(9):  # it names five at a time
        with transaction() as tx:
            for each in repairs:
                tx.execute(text(each.replace("…", "daily.example/1")))
        repairs = re.findall(r"`(UPDATE [^`]+);`", ask("rows")["rows"].says)
    assert ask("rows")["rows"].state == "ok"


def test_a_story_from_before_1970_is_no_fault(ask: Ask, database: str) -> None:
    newsroom.make()
    with transaction() as tx:
        tx.execute(text("UPDATE article SET published_at = '1969-07-20 20:17:40Z'"))

    assert ask("rows", SYNDICATE_DATABASE_URL=database)["rows"].state == "ok"


def test_a_newsletter_that_comes_out_no_more_is_named(ask: Ask, database: str) -> None:
    newsroom.make()
    with transaction() as tx:
        tx.execute(text("""UPDATE newsletter SET schedule = '{"times": 7}'"""))

    found = ask("rows", SYNDICATE_DATABASE_URL=database)["rows"]

    assert found.state == "warn"
    assert "The schedule is not usable" in found.says


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"languages": []}, "Morning has no language; name one. It is not sent until then."),
        ({"kind": NewsletterKind.LETTER}, kinds.not_yet("Morning", NewsletterKind.LETTER)),
    ],
)
def test_a_newsletter_is_said_to_wait_only_where_something_can_be_put_right(
    ask: Ask, database: str, columns: dict[str, Any], says: str
) -> None:
    ask("rows", SYNDICATE_DATABASE_URL=database)
    with transaction() as tx:
        rows.newsletter(tx, rows.publication(tx).id, **columns)

    assert ask("rows")["rows"] == Finding("rows", "warn", says)


def test_a_port_in_use_is_a_warning(ask: Ask) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        found = ask("port", SYNDICATE_PORT=str(port))

    assert found["port"].state == "warn"
    assert f"127.0.0.1:{port}" in found["port"].says


def test_a_data_folder_that_cannot_be_fails(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    found = ask("folder", SYNDICATE_DATA_DIR=str(tmp_path / "file" / "data"))

    assert found["folder"].state == "fail"
    assert "SYNDICATE_DATA_DIR" in found["folder"].says


def test_a_secret_that_others_may_read_fails(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    keys.master_key(tmp_path / "data")
    path = tmp_path / "data" / "secrets" / "master_key"
    path.chmod(0o644)

    found = ask("secrets")

    assert (found["secrets"].state, found["secrets"].says) == (
        "fail",
        f"{path} may be read by others; run `chmod 600 {path}`.",
    )


@pytest.mark.parametrize(
    ("check", "env"),
    [
        ("database", {"SYNDICATE_DATABASE_URL": "postgresql://x@127.0.0.1:1/none"}),
        ("clock", {"SYNDICATE_DATABASE_URL": "postgresql://x@127.0.0.1:1/none"}),
        ("broker", {"SYNDICATE_REDIS_URL": "redis://127.0.0.1:1/0"}),
        ("relay", {"SYNDICATE_RELAY_URL": "smtp://127.0.0.1:1"}),
        ("operators", {"SYNDICATE_OPERATORS_RELAY_URL": "smtp://127.0.0.1:1"}),
        ("web", {"SYNDICATE_DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "SYNDICATE_PORT": "1"}),
    ],
)  # fmt: skip
def test_a_server_that_is_away_fails_and_names_its_setting_or_command(
    ask: Ask, check: str, env: dict[str, str]
) -> None:
    found = ask(check, **env)

    assert found[check].state == "fail"
    assert any(name in found[check].says for name in (*env, "syndicate web"))


def test_a_database_of_this_schema_is_well(ask: Ask, database: str) -> None:
    assert ask("database", SYNDICATE_DATABASE_URL=database)["database"].state == "ok"


def test_an_older_schema_fails_with_the_way_out(ask: Ask, empty_database: str) -> None:
    found = ask("database", SYNDICATE_DATABASE_URL=empty_database)

    assert found["database"].state == "fail"
    assert "run `syndicate migrate`" in found["database"].says


@pytest.mark.parametrize(
    ("ages_s", "state", "says"),
    matrix.rows(
        [
            ([], "fail", "There has been no tick yet. Start `syndicate beat`"),
            ([3], "ok", "The last tick was 3 s ago."),
            ([90], "fail", "90 s ago. Start `syndicate beat` and `syndicate worker build tick`."),
            ([-3600], "fail", "the clock was set back, or the clocks of two machines differ. None"),
            ([-3600, 90], "fail", "No tick since "),
            ([-3600, 3], "warn", "Compare the clocks of all machines that run workers"),
        ],
        every=2,
    ),
)
def test_the_clock_is_judged_by_the_last_tick(
    ask: Ask, database: str, ages_s: list[int], state: str, says: str
) -> None:
    ask(SYNDICATE_DATABASE_URL=database)
    with transaction() as tx:
        for age_s in ages_s:
            due.take(tx, jobs.TICK.name, clock.now() - dt.timedelta(seconds=age_s))

    found = ask("clock")

    assert found["clock"].state == state
    assert says in found["clock"].says


def test_pythons_headers_are_tried_and_not_guessed(ask: Ask) -> None:
    found = ask("headers")["headers"]

    assert found.state in {"ok", "warn"}
    assert ("CVE-2024-6923" in found.says) == (found.state == "warn")


def test_it_writes_nothing_to_the_database(ask: Ask, database: str) -> None:
    def rows() -> int:
        # What the tests before wrote is told late by a connection that stays open.
        for told in (text("SELECT pg_stat_force_next_flush()"), text("SELECT 1")):
            with transaction() as tx:
                tx.execute(told)
        with transaction() as tx:
            return int(tx.scalar(text("SELECT sum(n_tup_ins) FROM pg_stat_user_tables")) or 0)

    before = rows()
    ask(SYNDICATE_DATABASE_URL=database)

    assert rows() == before


class TestCommand:
    def run(self, *arguments: str) -> tuple[object, str]:
        result = CliRunner().invoke(build(["doctor"]), ["doctor", *arguments])
        return result.exception, result.stdout

    @pytest.mark.usefixtures("ask")
    def test_json_is_one_object(self) -> None:
        error, said = self.run("--json", "--only", "python,settings")

        assert error is None
        assert [each["check"] for each in json.loads(said)["checks"]] == ["python", "settings"]

    def test_json_is_one_object_whatever_a_check_logs(self, ask: Ask, database: str) -> None:
        ask(SYNDICATE_DATABASE_URL=database)
        with transaction() as tx:
            rows.article(tx, rows.publication(tx).id, state=ArticleState.EMBARGOED)
            tx.execute(text("ALTER TABLE article DROP CONSTRAINT ck_article_articlekind"))
            tx.execute(text("UPDATE article SET kind = 'hologram'"))

        error, said = self.run("--json", "--only", "alarms")

        assert error is None
        (found,) = json.loads(said)["checks"]
        assert (found["check"], found["state"]) == ("alarms", "warn")
        assert found["says"].startswith("The alarm unread_embargoes cannot be read, ")

    def test_a_check_that_fails_is_a_partial_success(self, ask: Ask) -> None:
        ask(SYNDICATE_REDIS_URL="redis://127.0.0.1:1/0")

        error, said = self.run("--only", "broker,python")

        assert isinstance(error, PartialError)
        assert str(error) == "1 of 2 checks failed: broker."
        assert "fail broker" in said

    def test_an_unknown_check_is_a_usage_error(self) -> None:
        error, _ = self.run("--only", "weather")

        assert isinstance(error, UsageError)
        assert "There is no check weather; the checks are python, " in str(error)


def test_a_data_folder_is_taken_from_the_option(
    settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings_env.setenv("SYNDICATE_DATA_DIR", "/nonexistent")  # put back afterwards

    result = CliRunner().invoke(
        build(["doctor"]),
        ["doctor", "--data-dir", str(tmp_path / "d"), "--json", "--only", "folder"],
    )

    assert os.environ["SYNDICATE_DATA_DIR"] == str(tmp_path / "d")
    assert json.loads(result.stdout)["checks"][0]["says"] == f"{tmp_path / 'd'} can be written."
