"""/preferences/<token>: what a subscriber gets, and how to change it."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from syndicate import clock
from syndicate.errors import RefusedError, UsageError
from syndicate.feeds import model
from syndicate.render.choosing import choosing
from syndicate.settings import load
from syndicate.subscribers import own_feed, preferences, unsubscribe
from syndicate.subscribers.preferences import Preferences
from syndicate.web.pages import PageAnswer, render
from syndicate.web.reader.links import site_of_newsletter
from syndicate.web.sites import Site
from syndicate.web.words import gettext_in, problem_in

router = APIRouter(include_in_schema=False)


@router.get("/preferences/{token}")
def preferences_page(request: Request, token: str) -> Response:
    """What the reader chose."""
    return _page(request, token, preferences.read(token, now=clock.now()))


@router.post("/preferences/{token}")
def change_preferences(
    request: Request,
    token: str,
    *,
    sections: Annotated[tuple[str, ...], Form(max_length=200)] = (),
    languages: Annotated[tuple[str, ...], Form(max_length=50)] = (),
    language: Annotated[str | None, Form(max_length=35)] = None,
    pause: Annotated[str, Form(max_length=4)] = "",
) -> Response:
    """Keep what the reader chose, or say why it cannot be."""
    now = clock.now()
    before = preferences.read(token, now=now)
    try:
        changed = preferences.change(
            token,
            sections=sections,
            languages=languages,
            language=language,
            paused_until=_until(pause, before, now),
            now=now,
        )
    except (UsageError, RefusedError) as error:
        return _page(request, token, before, problem=problem_in(before.language, error))
    return _page(request, token, changed, is_saved=True)


@router.post("/preferences/{token}/feed")
def change_own_feed(
    request: Request, token: str, *, take: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Make the reader's own feed, under a new address each time, or take it away."""
    now = clock.now()
    before = preferences.read(token, now=now)
    address = ""
    try:
        if take == "away":
            own_feed.revoke(token)
        else:
            address = own_feed.renew(token, now=now)
    except RefusedError as error:
        return _page(request, token, before, problem=problem_in(before.language, error))
    return _page(request, token, before, feed=address)


def _until(pause: str, before: Preferences, now: dt.datetime) -> dt.datetime | None:
    """The end of a pause: "keep" the one there is, "0" none, else so many weeks from now."""
    if pause in {"", "keep"}:
        return before.paused_until
    if not pause.isdecimal():
        raise UsageError("Choose how long to pause for.")
    weeks = int(pause)
    return now + dt.timedelta(weeks=weeks) if weeks else None


def _page(
    request: Request,
    token: str,
    chosen: Preferences,
    *,
    problem: str = "",
    is_saved: bool = False,
    feed: str | None = None,
) -> Response:
    """The page.

    Args:
        request: which site it is on.
        token: of the link.
        chosen: what the reader chose.
        problem: why nothing was changed.
        is_saved: whether something was.
        feed: token of the reader's own feed that was just made; empty when one was taken away.
    """
    site = site_of_newsletter(request, chosen.newsletter_slug)
    return render(
        site,
        "reader/preferences.html",
        PageAnswer(status=422 if problem else 200, is_private=True, language=chosen.language),
        newsletter=chosen.newsletter,
        choosing=choosing(
            chosen.language, sections=len(chosen.sections), languages=len(chosen.languages)
        ),
        slug=chosen.newsletter_slug,
        is_active=chosen.is_active,
        is_ended=chosen.is_ended,
        is_at_rest=chosen.is_at_rest,
        is_saved=is_saved,
        problem=problem,
        paused_until=chosen.paused_until,
        sections=chosen.sections,
        languages=chosen.languages,
        frame_language=chosen.language,
        pauses=_pauses(chosen),
        action=f"{site.prefix}/preferences/{token}",
        leave=f"{site.prefix}/unsubscribe/{unsubscribe.beside(token)}",
        feed=feed and f"{_feeds_base(site)}/feeds/mine/{feed}.rss",
        feed_since=own_feed.since(token),
        is_feed_gone=feed == "",
    )


def _feeds_base(site: Site) -> str:
    """Where this publication's feeds are served."""
    return model.site_of(site.publication, load().base_url(), is_first=not site.prefix).base


def _pauses(chosen: Preferences) -> list[tuple[str, str]]:
    say = gettext_in(chosen.language)
    texts = {1: say("One week"), 2: say("Two weeks"), 4: say("Four weeks"), 8: say("Eight weeks")}
    now = (
        [("keep", say("Keep the pause")), ("0", say("End the pause"))]
        if chosen.paused_until
        else [("0", say("No pause"))]
    )
    return now + [(str(weeks), text) for weeks, text in texts.items()]
