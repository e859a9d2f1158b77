"""A process that was warmed up renders its first alert as fast as its second; nothing is stored."""

from syndicate.newsletters import warm
from syndicate.render.environment import environment
from syndicate.translations import LANGUAGES
from tests.newsletters.paper import NOW


def test_an_alert_is_rendered_in_every_language_without_a_database() -> None:
    assert warm.warm_up(NOW) == len(LANGUAGES)

    for language in LANGUAGES:
        cache = environment(language).cache
        assert cache is not None
        names = {str(key[1]) for key in cache}
        assert {"mail/alert/body.html", "mail/digest/body.html", "mail/frame.html"} <= names
