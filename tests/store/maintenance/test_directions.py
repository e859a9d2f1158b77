"""Articles that were kept before scripts were known run as new ones do."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import select, text

from syndicate.languages import direction
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from tests.feeds import newsroom
from tests.test_languages import LEFT_TO_RIGHT, RIGHT_TO_LEFT

FILE = Path(migrate.__file__).parents[1] / "migrations" / "versions" / "0011_directions.py"

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def migration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("directions", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_migration_knows_what_the_code_knows(migration: ModuleType) -> None:
    query = text(f"SELECT {migration._RIGHT} FROM (SELECT CAST(:tag AS text) AS language) AS a")  # noqa: S608
    tags = [tag for tag in RIGHT_TO_LEFT + LEFT_TO_RIGHT if "_" not in tag]  # as rows hold them

    with transaction() as tx:
        found = {tag: tx.scalar(query, {"tag": tag}) for tag in tags}

    assert found == {tag: direction(tag) == "rtl" for tag in tags}


def test_articles_are_turned_and_nothing_else_of_them_changes(migration: ModuleType) -> None:
    paper = newsroom.publication()
    wrong = {"az-Arab": "ltr", "ar-Latn": "rtl", "ar": "rtl", "en": "ltr"}
    for number, (tag, way) in enumerate(wrong.items(), start=1):
        newsroom.article(paper, number, language=tag, direction=way)

    with transaction() as tx:
        tx.execute(text(migration._TURN))
        ways = dict(tx.execute(select(Article.language, Article.direction)).all())

    assert ways == {"az-Arab": "rtl", "ar-Latn": "ltr", "ar": "rtl", "en": "ltr"}
