"""What the links of a test mail open: a page that says where a reader's own link leads.

Nothing is changed, and it is answered 200: a mail program that leaves for its reader (RFC 8058)
shows any other answer as a failure.
"""

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from syndicate.errors import NotFoundError, SyndicateError
from syndicate.mail.mime.message import NEVER, PREFERENCES, UNSUBSCRIBE
from syndicate.subscribers.confirmation import CONFIRM
from syndicate.subscribers.links import OF_A_TEST
from syndicate.web.pages import PRIVATE, done_page
from syndicate.web.sites import site_of
from syndicate.web.words import gettext_of


def answer(request: Request, error: Exception) -> Response:
    """The page, in the language of the publication whose address was opened."""
    try:
        site = site_of(request)
    except NotFoundError:
        return PlainTextResponse(OF_A_TEST, headers=PRIVATE)
    say = gettext_of(site)
    leads = {
        PREFERENCES: say(
            "In a reader's mail it leads to the page where they change what they get."
        ),
        UNSUBSCRIBE: say("In a reader's mail it leads to the page where they unsubscribe."),
        CONFIRM: say("In a reader's mail it leads to the page where they confirm their sign-up."),
        NEVER: say("In a reader's mail it leads to the page where they ask for no more articles."),
    }
    purpose = str(error.ids.get("purpose")) if isinstance(error, SyndicateError) else ""
    return done_page(
        site,
        say("This is a link of a test mail"),
        sentences=[leads[purpose], say("Nothing has been changed.")],
        links=[(say("Go to the front page"), f"{site.prefix}/")],
    )
