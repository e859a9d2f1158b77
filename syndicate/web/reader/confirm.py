"""/confirm/<token>: the link of the confirmation mail. Opening changes nothing, the click does."""

from fastapi import APIRouter, Request, Response

from syndicate import clock
from syndicate.subscribers import subscribe
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader.forms import ClientOf
from syndicate.web.reader.links import site_of_newsletter
from syndicate.web.sites import Site
from syndicate.web.words import gettext_in

router = APIRouter(include_in_schema=False)


@router.get("/confirm/{token}")
def confirm_page(request: Request, token: str) -> Response:
    """The page with the button; of what is confirmed already, where to go on."""
    pending = subscribe.read(token, now=clock.now())
    site = site_of_newsletter(request, pending.newsletter_slug)
    if pending.preferences_token is not None:
        say = gettext_in(pending.language)
        told = say(
            "You already receive %(newsletter)s; there is nothing more to do.",
            newsletter=pending.newsletter,
        )
        heading = say("You have already confirmed")
        return _done(site, pending.language, heading, told, pending.preferences_token)
    return render(
        site,
        "reader/confirm.html",
        PageAnswer(is_private=True, language=pending.language),
        newsletter=pending.newsletter,
        is_stopped=pending.is_stopped,
        action=f"{site.prefix}/confirm/{token}",
    )


@router.post("/confirm/{token}")
def confirm(request: Request, token: str, client: ClientOf) -> Response:
    """Make the subscription active; the second time changes nothing and says the same."""
    done = subscribe.confirm(token, ip=client.ip, user_agent=client.user_agent, now=clock.now())
    site = site_of_newsletter(request, done.newsletter_slug)
    say = gettext_in(done.language)
    told = say("You will receive the next issue of %(newsletter)s.", newsletter=done.newsletter)
    return _done(site, done.language, say("You are subscribed"), told, done.preferences_token)


def _done(site: Site, language: str, heading: str, told: str, preferences: str) -> Response:
    say = gettext_in(language)
    links = [
        (say("Change your subscription"), f"{site.prefix}/preferences/{preferences}"),
        (say("Go to the front page"), f"{site.prefix}/"),
    ]
    return done_page(site, heading, language=language, sentences=[told], links=links)
