"""The time of a page: what whoever asks by it alone is told."""

import datetime as dt

import pytest

from syndicate.vocabulary.feeds import FeedFormat
from tests.feeds import building, newsroom, reading
from tests.feeds.newsroom import NOW

pytestmark = pytest.mark.usefixtures("database")


def test_a_story_within_the_second_of_another_is_news_to_whoever_asks_by_the_time() -> None:
    publication = newsroom.publication()
    newsroom.article(publication, 10)
    building.publish_due(NOW)
    seen = []
    for late, ms in ((45, 200), (50, 700), (55, 900)):
        newsroom.article(publication, late)
        building.publish_due(NOW + dt.timedelta(milliseconds=ms))
        seen.append(reading.documents("everything")[FeedFormat.RSS, 0].modified_at)

    assert seen == [NOW + dt.timedelta(seconds=each) for each in range(3)]
