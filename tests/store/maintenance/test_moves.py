"""A newsroom's server moves: every address at the old origin follows, and no other does."""

import pytest
from sqlalchemy import select

from syndicate.store.content.articles import Article, ArticleKey
from syndicate.store.content.featured import Featured
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake.sources import Source
from syndicate.store.maintenance.moves import move_origin
from syndicate.store.newsroom.publications import Publication
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
OLD, NEW = "http://127.0.0.1:8081", "http://127.0.0.1:9090"
# Each of these looks like the old origin, and is not.
OTHERS = [
    f"{OLD}2/story",
    "https://127.0.0.1:8081/story",
    f"https://proxy.example/?to={OLD}/story",
    OLD,
]


def everything(tx: Transaction, url: str) -> None:
    """A row of each kind with this address."""
    daily = rows.publication(tx, home_url=url).id
    article = rows.article(tx, daily, url=url)
    rows.picture(tx, article.id, url=url)
    rows.source(tx, daily, url=url)
    pick = {"publication_id": daily, "position": 0, "teaser": "x", "starts_at": NOW}
    rows.added(tx, Featured(url=url, **pick))


def addresses(tx: Transaction) -> dict[str, str | None]:
    columns = (Source.url, Article.url, Picture.url, Featured.url, Publication.home_url)
    return {str(column): tx.scalar(select(column)) for column in columns}


def test_every_address_follows_and_moving_twice_is_moving_once() -> None:
    with transaction() as tx:
        everything(tx, f"{OLD}/a/{OLD}/b?c=%25_d")

        for _ in range(2):
            move_origin(tx, OLD, NEW)

        assert set(addresses(tx).values()) == {f"{NEW}/a/{OLD}/b?c=%25_d"}
        assert len(addresses(tx)) == 5


@pytest.mark.parametrize("url", OTHERS)
def test_an_address_of_another_server_stays(url: str) -> None:
    with transaction() as tx:
        everything(tx, url)

        move_origin(tx, OLD, NEW)

        assert set(addresses(tx).values()) == {url}


def test_an_origin_is_no_pattern() -> None:
    with transaction() as tx:
        everything(tx, "http://axb:1/story")

        move_origin(tx, "http://a_b:1", NEW)

        assert set(addresses(tx).values()) == {"http://axb:1/story"}


def test_the_server_stays_allowed_under_its_new_origin() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        rows.source(tx, daily, allow_origins=["127.0.0.1:8081", "10.0.0.1:80"])

        move_origin(tx, OLD, NEW)

        assert tx.scalar(select(Source.allow_origins)) == ["127.0.0.1:9090", "10.0.0.1:80"]


def test_articles_are_known_by_their_new_addresses() -> None:
    with transaction() as tx:
        daily = rows.publication(tx)
        article = rows.article(tx, daily.id)
        for address in ("127.0.0.1:8081/1", "127.0.0.1:80812/2", "daily.example/3"):
            rows.link(tx, article, address)
        rows.added(tx, ArticleKey(kind="guid", key="1:127.0.0.1:8081/4", article_id=article.id))

        move_origin(tx, OLD, NEW)

        assert set(tx.scalars(select(ArticleKey.key))) == {
            f"{daily.id}:127.0.0.1:80812/2",
            "1:127.0.0.1:8081/4",
            f"{daily.id}:127.0.0.1:9090/1",
            f"{daily.id}:daily.example/3",
        }
