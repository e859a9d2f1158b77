"""`syndicate sample`: which newsroom it plays, what articles are called there, refusals."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syndicate import settings
from syndicate.cli import newsroom as opening
from syndicate.cli import sample as command
from syndicate.embedded import folder
from syndicate.errors import NotFoundError
from syndicate.sample import setup, state
from syndicate.sample.state import State
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.vocabulary.articles import Access
from tests import rows
from tests.cli.asking import Answer, ask, cells

pytestmark = pytest.mark.usefixtures("database")
NEWSROOM = State(rows.NOW, 18080)
NO_NEWSROOM = "No sample newsroom runs here; start `syndicate up` on an empty installation first."
NO_STATE = "There is no sample newsroom in {}; `syndicate up` on an empty installation sets one up."


@pytest.fixture
def data_dir(tmp_path: Path, settings_env: pytest.MonkeyPatch) -> Path:
    """The data folder of the settings, in which nothing runs."""
    settings_env.setenv("SYNDICATE_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    folder.make(tmp_path)
    return tmp_path


@pytest.fixture
def running(data_dir: Path) -> Iterator[Path]:
    """The same while a stack with a sample newsroom runs in it."""
    state.write(state.folder_of(data_dir), NEWSROOM)
    lock = folder.FolderLock(data_dir)
    lock.take()
    with transaction() as tx:
        setup.install(tx, NEWSROOM, slot="08:00")
    yield data_dir
    lock.release()


def run(*arguments: object, stdin: str = "") -> Answer:
    return ask(command.app, *arguments, stdin=stdin)


def article(name: str, **columns: Any) -> int:
    with transaction() as tx:
        url = f"{NEWSROOM.origin}/{name}" if "/" in name else f"https://daily.example/{name}"
        return rows.article(tx, 1, name.replace("/", "-"), **({"url": url} | columns)).id


@pytest.mark.parametrize("step", [("list",), ("edit", 1), ("remove", "--yes")])
def test_without_a_running_stack_there_is_nothing_to_play(
    data_dir: Path, step: tuple[object, ...]
) -> None:
    state.write(state.folder_of(data_dir), NEWSROOM)

    done = run(*step)

    assert (done.code, done.out, done.err) == (3, "", NO_NEWSROOM)


def test_without_a_data_folder_there_is_nothing_to_play() -> None:
    assert run("list").err == NO_NEWSROOM


def test_a_stack_without_the_newsroom_says_so(data_dir: Path) -> None:
    lock = folder.FolderLock(data_dir)
    lock.take()

    done = run("list")
    lock.release()

    assert (done.code, done.err) == (3, NO_STATE.format(data_dir / "sample"))


@pytest.mark.usefixtures("database", "running")
def test_its_own_articles_are_listed_by_the_names_that_they_have_there() -> None:
    first = article("en/articles/river-treaty", access=Access.PAID, revision=2)
    article("elsewhere")
    article("none", url=None)
    second = article("ar/articles/library-boat")

    told, shown = run("list").out, run("list", "--json").said["articles"]

    assert [(each["id"], each["article"]) for each in shown] == [
        (first, "en/river-treaty"),
        (second, "ar/library-boat"),
    ]
    assert shown[0] == {
        "id": first,
        "article": "en/river-treaty",
        "state": "live",
        "access": "paid",
        "revision": 2,
        "headline": "Headline en-articles-river-treaty",
    }
    assert cells(told, "id") == ["article", "state", "access", "revision", "headline"]
    assert cells(told, str(first))[:4] == ["en/river-treaty", "live", "paid", "2"]


def test_an_address_that_only_begins_alike_is_not_the_newsrooms() -> None:
    ours = Article(id=1, url=f"{NEWSROOM.origin}/en/articles/river-treaty")
    other = Article(id=2, url=f"{NEWSROOM.origin}1/en/articles/river-treaty")

    assert command._key(ours, NEWSROOM) == "en/river-treaty"
    with pytest.raises(NotFoundError) as refused:
        command._key(other, NEWSROOM)
    assert str(refused.value) == (
        "Article 2 is not the sample newsroom's; `syndicate sample list` shows those that are."
    )


@pytest.mark.parametrize(
    "kinds",
    [("--fix", "--update"), ("--fix", "--correction"), ("--fix", "--update", "--correction")],
)
def test_one_change_is_made_at_a_time(kinds: tuple[str, ...]) -> None:
    done = run("edit", 1, *kinds)

    assert (done.code, done.out) == (2, "")
    assert done.err == "One change at a time: --fix, --update or --correction."


@pytest.mark.usefixtures("database", "running")
def test_an_article_that_is_not_there_is_named() -> None:
    done = run("edit", 7)

    assert (done.code, done.out) == (3, "")
    assert done.err == "There is no article 7; `syndicate sample list` shows them."


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_the_newsroom_is_removed_only_with_a_yes(running: Path, answer: str) -> None:
    done = run("remove", stdin=answer)

    assert done.code == 1
    assert "Delete The Harbour Post and بريد المرفأ with everything in them?" in done.out
    assert state.exists(state.folder_of(running))
    with transaction() as tx:
        assert len(publications.all_publications(tx)) == 2


@pytest.mark.parametrize(("options", "stdin"), [((), "y\n"), (("--yes",), "")])
def test_what_is_removed_is_gone_with_its_readers_and_does_not_come_back(
    running: Path, options: tuple[str, ...], stdin: str
) -> None:
    opening.import_readers(3, rows.NOW)
    with transaction() as tx:
        own = rows.publication(tx, "own").id

    done = run("remove", *options, stdin=stdin)

    assert done.code == 0
    assert done.out.endswith("The Harbour Post and بريد المرفأ are gone, with 3 sample readers.\n")
    assert not state.exists(state.folder_of(running))
    assert state.was_removed(state.folder_of(running))
    with transaction() as tx:
        assert [each.id for each in publications.all_publications(tx)] == [own]


@pytest.mark.usefixtures("database", "running")
def test_a_program_is_told_how_many_readers_went() -> None:
    opening.import_readers(2, rows.NOW)

    assert run("remove", "--yes", "--json").said == {"subscribers": 2}
