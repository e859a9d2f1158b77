"""The first mail of a process, rendered before anybody waits for it.

Templates are compiled, style sheets parsed and calendars read when they are first needed: half a
second that a fresh worker's first alert would be late.
"""

import datetime as dt

from syndicate.newsletters.compose import recompose
from syndicate.newsletters.kinds import RULES
from syndicate.newsletters.material import Frame, Material
from syndicate.reading.records import Words
from syndicate.store.composition.stories import Story
from syndicate.translations import LANGUAGES
from syndicate.vocabulary.newsletters import NewsletterKind


def warm_up(now: dt.datetime) -> int:
    """Render an invented alert in every language and forget it. Touches no row.

    Args:
        now: aware UTC.

    Returns:
        How many mails were rendered.
    """
    frames = tuple(Frame(language, "Alerts", "", "The Daily") for language in LANGUAGES)
    story = _story(now)
    material = Material(
        number=1,
        local_date=now.date(),
        zone="UTC",
        window=(now, now),
        frames=frames,
        postal_address="1 Press Square, Exampletown",
        home_url=None,
        section_slugs=(),
        max_stories=1,
        stories=(story,),
        corrections=(),
        base_url="https://daily.example",
        message=RULES[NewsletterKind.ALERT].message,
    )
    rendered, _ = recompose(material, {0: story}, ())
    return len(rendered)


def _story(now: dt.datetime) -> Story:
    return Story(
        article_id=1,
        revision=1,
        section_slug="",
        section_name="",
        language=LANGUAGES[0],
        news_at=now,
        collected_at=now,
        updated_at=now,
        is_dated=True,
        is_backlog=False,
        featured=None,
        words=Words("A headline", standfirst="A standfirst.", authors=("News desk",)),
        url="https://daily.example/1",
        slug="1",
        is_free=True,
        picture=None,
    )
