"""/unsubscribe/<token>: leaving. A person opens the page and clicks; a mail program posts at once.

The one-click POST (RFC 8058) may come from anywhere, with a form-urlencoded or a multipart body,
and is answered 200 and never a redirect. The body is not read: who posts here holds the link.
"""

from fastapi import APIRouter, Request, Response

from syndicate import clock
from syndicate.subscribers import unsubscribe
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader.links import site_of_newsletter
from syndicate.web.words import gettext_in

router = APIRouter(include_in_schema=False)


@router.get("/unsubscribe/{token}")
def unsubscribe_page(request: Request, token: str) -> Response:
    """The page with the button."""
    left = unsubscribe.read(token)
    if not left.is_subscribed:
        return _left(request, left)
    site = site_of_newsletter(request, left.newsletter_slug)
    return render(
        site,
        "reader/unsubscribe.html",
        PageAnswer(is_private=True, language=left.language),
        newsletter=left.newsletter,
        action=f"{site.prefix}/unsubscribe/{token}",
    )


@router.post("/unsubscribe/{token}")
def leave(request: Request, token: str) -> Response:
    """End the subscription; the second time changes nothing and says the same."""
    return _left(request, unsubscribe.leave(token, clock.now()))


def _left(request: Request, left: unsubscribe.Left) -> Response:
    site = site_of_newsletter(request, left.newsletter_slug)
    say = gettext_in(left.language)
    return done_page(
        site,
        say("You have unsubscribed"),
        language=left.language,
        sentences=[
            say("You will receive no more issues of %(newsletter)s.", newsletter=left.newsletter)
        ],
        links=[
            (
                say("Changed your mind? Subscribe again"),
                f"{site.prefix}/newsletters/{left.newsletter_slug}",
            ),
        ],
    )
