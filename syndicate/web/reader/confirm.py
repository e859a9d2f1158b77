"""/confirm/<token>: the link of the confirmation mail. Opening changes nothing, the click does."""

from fastapi import APIRouter, Request, Response

from syndicate import clock
from syndicate.subscribers import subscribe
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader.forms import ClientOf
from syndicate.web.reader.links import site_of_newsletter
from syndicate.web.words import gettext_in

router = APIRouter(include_in_schema=False)


@router.get("/confirm/{token}")
def confirm_page(request: Request, token: str) -> Response:
    """The page with the button."""
    pending = subscribe.read(token, now=clock.now())
    site = site_of_newsletter(request, pending.newsletter_slug)
    return render(
        site,
        "reader/confirm.html",
        PageAnswer(is_private=True, language=pending.language),
        newsletter=pending.newsletter,
        action=f"{site.prefix}/confirm/{token}",
    )


@router.post("/confirm/{token}")
def confirm(request: Request, token: str, client: ClientOf) -> Response:
    """Make the subscription active; the second time changes nothing and says the same."""
    done = subscribe.confirm(token, ip=client.ip, user_agent=client.user_agent, now=clock.now())
    site = site_of_newsletter(request, done.newsletter_slug)
    say = gettext_in(done.language)
    return done_page(
        site,
        say("You are subscribed"),
        language=done.language,
        sentences=[
            say("You will receive the next issue of %(newsletter)s.", newsletter=done.newsletter)
        ],
        links=[
            (
                say("Choose sections and languages"),
                f"{site.prefix}/preferences/{done.preferences_token}",
            ),
            (say("Go to the front page"), f"{site.prefix}/"),
        ],
    )
