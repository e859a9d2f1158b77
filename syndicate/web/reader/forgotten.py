"""What every link in a mail opens once its reader was forgotten: nothing is sent, nothing is kept.

Answered 200, whatever was asked. A mail program that leaves for its reader (RFC 8058) shows any
other answer as a failure, and a person who was forgotten has no use for "not here".
"""

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from syndicate.errors import NotFoundError
from syndicate.web.pages import PRIVATE, done_page
from syndicate.web.sites import site_of
from syndicate.web.words import gettext_of

_NOTHING = (
    "You will receive nothing more from this subscription, and we no longer keep anything about it."
)


def answer(request: Request, _error: Exception) -> Response:
    """The page, in the language of the publication whose address was opened."""
    try:
        site = site_of(request)
    except NotFoundError:
        return PlainTextResponse(_NOTHING, headers=PRIVATE)
    say = gettext_of(site)
    return done_page(
        site,
        say("This subscription no longer exists"),
        sentences=[say(_NOTHING)],
        links=[(say("Go to the front page"), f"{site.prefix}/")],
    )
