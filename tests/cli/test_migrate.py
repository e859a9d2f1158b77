"""`syndicate migrate`: what it says it did, what it does beside the schema, run twice."""

import json
import shutil
from pathlib import Path

import pytest

from syndicate import clock, settings
from syndicate.cli.migrate import begin_migration, migrate
from syndicate.journal import lives, takedowns
from syndicate.mail.recovery import copy_check
from syndicate.store.content.articles import Article
from syndicate.store.editing import changes
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate as schema
from syndicate.store.platform import installation
from syndicate.store.recovery import copies
from syndicate.vocabulary.articles import ArticleState
from tests import rows
from tests.cli.asking import Answer, ask

WHY = "this database was restored or copied (its tables were created again)"


def run(*options: str) -> Answer:
    return ask(migrate, *options)


def set_to(env: pytest.MonkeyPatch, name: str, value: Path) -> Path:
    env.setenv(name, str(value))
    settings.load.cache_clear()
    return value


@pytest.mark.usefixtures("empty_database")
def test_an_empty_database_comes_up_to_this_version_once() -> None:
    first, second = run(), run()

    assert (first.code, first.out) == (0, f"The schema went from nothing to {schema.head()}.\n")
    assert (second.code, second.out) == (0, f"The schema is already at {schema.head()}.\n")
    assert first.err == second.err == ""


@pytest.mark.usefixtures("empty_database")
def test_the_json_says_from_where_to_where() -> None:
    head = schema.head()
    plain = {"takedowns_repeated": 0, "held": None}

    assert run("--json").said == {"before": None, "after": head, **plain}
    assert run("--json").said == {"before": head, "after": head, **plain}


def hold() -> None:
    with transaction() as tx:
        assert copies.hold(tx, now=clock.now(), why=WHY, is_all_restored=False)


@pytest.mark.usefixtures("database")
def test_a_database_that_is_held_is_told_before_the_schema() -> None:
    hold()

    told, shown = run(), run("--json")

    assert told.out.splitlines() == [
        copy_check.held_notice(WHY),
        f"The schema is already at {schema.head()}.",
    ]
    assert (told.code, shown.said["held"]) == (0, WHY)


@pytest.mark.usefixtures("database")
def test_an_operator_who_restored_everything_has_mail_held() -> None:
    shown = run("--restored", "--json")

    with transaction() as tx:
        row = installation.read(tx)
        assert row is not None
    assert "an operator said so" in shown.said["held"]
    assert (row.held_why, row.is_all_restored) == (shown.said["held"], True)


@pytest.mark.usefixtures("database")
def test_what_the_journal_took_down_is_taken_down_again(
    tmp_path: Path, settings_env: pytest.MonkeyPatch
) -> None:
    path = set_to(settings_env, "SYNDICATE_TAKEDOWN_LOG", tmp_path / "takedowns.jsonl")
    with transaction() as tx:
        publication_id = rows.publication(tx).id
        changes.take_down(tx, rows.article(tx, publication_id, "gone"), now=clock.now())
    assert takedowns.keep(path) == 1
    (line,) = path.read_text().splitlines()
    other = json.loads(line) | {"atom_id": "tag:daily.example,2026:back"}
    path.write_text(f"{line}\n{json.dumps(other)}\n")
    with transaction() as tx:
        back = rows.article(tx, publication_id, "back").id

    first, second = run(), run("--json")

    assert first.out.splitlines()[-2:] == [
        "1 takedown or kill from the journal was applied again.",
        f"The schema is already at {schema.head()}.",
    ]
    assert second.said["takedowns_repeated"] == 0
    with transaction() as tx:
        assert tx.session.get_one(Article, back).state is ArticleState.TAKEN_DOWN


@pytest.mark.usefixtures("database")
def test_the_journal_knows_of_the_database_from_now_on(
    tmp_path: Path, settings_env: pytest.MonkeyPatch
) -> None:
    path = set_to(settings_env, "SYNDICATE_JOURNAL", tmp_path / "journal.jsonl")

    assert run().code == 0

    with transaction() as tx:
        row = installation.read(tx)
        assert row is not None
    head = lives.read(path).head
    assert head is not None
    assert head.life == row.life


@pytest.mark.usefixtures("database")
def test_a_journal_that_is_only_read_here_stops_no_migration(
    settings_env: pytest.MonkeyPatch,
) -> None:
    set_to(settings_env, "SYNDICATE_JOURNAL", Path("/proc/syndicate/journal.jsonl"))

    done = run()

    assert (done.code, done.out) == (0, f"The schema is already at {schema.head()}.\n")
    assert "journal_not_written" in done.err


def test_a_migration_is_begun_without_a_database(
    tmp_path: Path, settings_env: pytest.MonkeyPatch
) -> None:
    settings_env.delenv("SYNDICATE_DATABASE_URL", raising=False)
    settings.load.cache_clear()
    folder = Path(shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations"))

    path = begin_migration("Add nothing yet", folder)

    assert path == folder / "versions" / f"{int(schema.head()) + 1:04d}_add_nothing_yet.py"
    text = path.read_text()
    assert f"down_revision = '{schema.head()}'" in text
    assert "op." not in text  # the classes have nothing that the migrations do not make
    assert settings.load().database_url is None
