"""/never/<token>: a friend who got an emailed article makes it the last one."""

from fastapi import APIRouter, Response

from syndicate import clock
from syndicate.mail.mime.message import NEVER
from syndicate.subscribers import links, unsubscribe
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.sites import SiteOf
from syndicate.web.words import gettext_of

router = APIRouter(include_in_schema=False)


@router.get("/never/{token}")
def never_page(site: SiteOf, token: str) -> Response:
    """The page with the button."""
    links.read(NEVER, token)
    return render(
        site,
        "reader/never.html",
        PageAnswer(is_private=True),
        action=f"{site.prefix}/never/{token}",
    )


@router.post("/never/{token}")
def never(site: SiteOf, token: str) -> Response:
    """Suppress it; the second time changes nothing and says the same."""
    unsubscribe.never(token, clock.now())
    say = gettext_of(site)
    return done_page(
        site,
        say("Done"),
        sentences=[say("Articles can no longer be emailed to your address from this site.")],
    )
