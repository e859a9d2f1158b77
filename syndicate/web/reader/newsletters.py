"""/newsletters and /newsletters/<slug>: what there is to subscribe to, and the form to do it."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from syndicate import clock, phrases, settings
from syndicate.actions import forms
from syndicate.actions.forms import Guarded
from syndicate.breakers import counting, doors, known
from syndicate.errors import BadAddressError, CapReachedError, NotFoundError, UsageError
from syndicate.languages import own_name
from syndicate.newsletters import timetable
from syndicate.newsroom.making.days import WEEKDAYS
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Section
from syndicate.store.platform import installation
from syndicate.store.sending import waiting_singles
from syndicate.store.views import reader_pages
from syndicate.subscribers import subscribe
from syndicate.subscribers.preferences import Option
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader.forms import (
    PROBLEMS,
    ClientOf,
    GuardedOf,
    Refused,
    SteppedRoute,
    refused,
)
from syndicate.web.sites import Site, SiteOf, site_of, site_of_publication
from syndicate.web.words import gettext_of
from syndicate.zones import zone_or_utc

_RECENT = 10

router = APIRouter(include_in_schema=False, route_class=SteppedRoute)


@dataclass(frozen=True)
class _Offer:
    """A newsletter as its page shows it."""

    site: Site
    newsletter: Newsletter
    sections: list[Section]
    issues: list[Issue]

    @property
    def names(self) -> dict[str, str]:
        """Its name and description in the page's language."""
        return newsletters.in_language(self.newsletter, self.site.publication.language)

    def section_names(self) -> dict[str, str]:
        """Slug to name in the page's language."""
        ours = self.site.publication
        return publications.names_in(self.sections, ours.language, publication_id=ours.id)


@dataclass(frozen=True)
class _Filled:
    """What a reader filled in; empty choices mean all."""

    address: str = ""
    language: str = ""
    sections: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@router.get("/newsletters")
def newsletter_list(site: SiteOf) -> Response:
    """Every public newsletter of a publication."""
    with transaction() as tx:
        found = reader_pages.public_newsletters(tx, site.publication)
    return render(site, "reader/newsletters.html", newsletters=found)


@router.get("/newsletters/{slug}")
def newsletter_page(request: Request, slug: str) -> Response:
    """A newsletter with its form and its recent issues."""
    return _page(_find(request, slug), _Filled())


@router.post("/newsletters/{slug}")
def sign_up(  # noqa: PLR0913 - the form's fields, each by its name
    request: Request,
    slug: str,
    *,
    guarded: GuardedOf,
    client: ClientOf,
    address: Annotated[str, Form(max_length=400)] = "",
    language: Annotated[str, Form(max_length=35)] = "",
    sections: Annotated[tuple[str, ...], Form(max_length=200)] = (),
    languages: Annotated[tuple[str, ...], Form(max_length=50)] = (),
) -> Response:
    """Ask for the newsletter; the answer is the same for every address."""
    offer = _find(request, slug)
    filled = _Filled(address, language or _frame(offer), sections, languages)
    now = clock.now()
    try:
        forms.check(_form_of(slug), guarded, now)
        _refuse_unfit(slug, filled, guarded, now)
        _take_limits(offer, guarded, now)
        subscribe.ask(
            address,
            slug,
            language=filled.language,
            sections=sections,
            languages=languages,
            ip=client.ip,
            user_agent=client.user_agent,
            wording=_wording(offer),
            base_url=settings.load().base_url(),
            now=now,
        )
    except PROBLEMS as error:
        return _page(offer, filled, refused(error, guarded, offer.site.publication.language))
    return _check_your_mail(offer)


def _refuse_unfit(slug: str, filled: _Filled, guarded: Guarded, now: dt.datetime) -> None:
    try:
        subscribe.check(
            filled.address,
            slug,
            language=filled.language,
            sections=filled.sections,
            languages=filled.languages,
        )
    except (BadAddressError, UsageError):
        with transaction() as tx:
            is_allowed = counting.take(tx, [known.SIGN_UP_REFUSED], guarded.visitor, now)
        if not is_allowed:
            raise _too_many() from None
        raise


def _too_many() -> CapReachedError:
    return forms.too_many("There have been too many sign-ups from your network.")


def _take_limits(offer: _Offer, guarded: Guarded, now: dt.datetime) -> None:
    with transaction() as tx:
        is_allowed = counting.take(tx, known.SIGN_UP, guarded.visitor, now)
        whose, network = offer.newsletter.publication_id, guarded.visitor.network
        doors.SIGN_UP.refuse_full(tx, whose, network, now)
        is_good = forms.take_post(tx, guarded, now)
    if not is_allowed:
        raise _too_many()
    if not is_good:
        raise forms.spent()


def _find(request: Request, slug: str) -> _Offer:
    with transaction() as tx:
        newsletter = newsletters.by_slug(tx, slug)
        if newsletter is None or not newsletter.is_public:
            raise NotFoundError("There is no such newsletter here.", slug=slug)
        sections = newsletters.sections_to_choose(tx, newsletter)
        issues = reader_pages.sent_issues(tx, newsletter.id, limit=_RECENT)
    site = site_of(request)
    # A sister publication whose sections it draws from offers it under its own name.
    if site.publication.id not in {section.publication_id for section in sections}:
        site = site_of_publication(request, newsletter.publication_id)
    return _Offer(site, newsletter, sections, issues)


def _form_of(slug: str) -> str:
    return f"sign-up:{slug}"


def _frame(offer: _Offer) -> str:
    """The language that the form proposes for the mail: the page's, if the newsletter has it."""
    wanted, offered = offer.site.publication.language, offer.newsletter.languages
    return wanted if wanted in offered or not offered else offered[0]


def _wording(offer: _Offer) -> str:
    """What a reader agrees to; kept as proof."""
    say = gettext_of(offer.site)
    return say(
        "By subscribing you agree that %(name)s sends %(newsletter)s to this address until you "
        "unsubscribe, which you can do with one click in every issue. We keep a record of when "
        "and from where you signed up, as proof, and do not pass your address on.",
        name=offer.site.publication.name_in(offer.site.publication.language),
        newsletter=offer.names["name"],
    )


def _when(offer: _Offer) -> str:
    """When its issues come, in the page's language; "" where its row says no time."""
    say, newsletter = gettext_of(offer.site), offer.newsletter
    if not timetable.has_slots(newsletter):
        return say("Sent whenever something important happens.")
    times, days = timetable.times_and_days(newsletter)
    if not times:
        return ""
    language = offer.site.publication.language
    today = clock.now().astimezone(zone_or_utc(newsletter.zone))
    local = [
        phrases.time(
            dt.datetime.combine(today, dt.time.fromisoformat(each), today.tzinfo),
            newsletter.zone,
            language,
        )
        for each in times
    ]
    at = phrases.listed(local, language)
    if len(days) == len(WEEKDAYS):
        return say("Sent every day at %(times)s.", times=at)
    names = phrases.listed([phrases.weekday(each, language) for each in days], language)
    return say("Sent on %(days)s at %(times)s.", days=names, times=at)


def _page(offer: _Offer, filled: _Filled, again: Refused | None = None) -> Response:
    names = offer.section_names()
    return render(
        offer.site,
        "reader/newsletter.html",
        PageAnswer(status=again.status, is_private=True) if again else None,
        newsletter=offer.names,
        slug=offer.newsletter.slug,
        is_ended=offer.newsletter.ended_at is not None,
        is_paused=offer.newsletter.paused_at is not None,
        issues=offer.issues,
        sections=[
            Option(value, name, not filled.sections or value in filled.sections)
            for value, name in names.items()
        ],
        languages=[
            Option(tag, own_name(tag), not filled.languages or tag in filled.languages)
            for tag in offer.newsletter.languages
        ],
        form={"address": filled.address, "language": filled.language or _frame(offer)},
        when=_when(offer),
        wording=_wording(offer),
        stamp=(again and again.stamp) or forms.stamp(_form_of(offer.newsletter.slug), clock.now()),
        problem=again.sentence if again else "",
    )


def _check_your_mail(offer: _Offer) -> Response:
    say = gettext_of(offer.site)
    with transaction() as tx:
        row = installation.read(tx)
        whose = offer.newsletter.publication_id
        waits = waiting_singles.last(tx, whose, doors.SIGN_UP.scope, now=clock.now())
    at_most = say(
        "We send at most three of these emails a day to one address, and three a month if we had "
        "stopped sending to it. If it has had three, subscribe again later."
    )
    # The same to everybody, so that nobody learns who is a reader.
    if row is not None and row.stopped_at is not None:
        sentence = say(
            "Mail is not going out at the moment. As soon as it does again, we will send a link to "
            "the address you gave. Follow it and confirm to start receiving %(newsletter)s.",
            newsletter=offer.names["name"],
        )
        front = [(say("Go to the front page"), f"{offer.site.prefix}/")]
        heading = say("We will email you")
        return done_page(offer.site, heading, sentences=[sentence, at_most], links=front)
    return done_page(
        offer.site,
        say("Check your email"),
        sentences=[
            say(
                "To start receiving %(newsletter)s, follow the link in our email and confirm. The "
                "email lists everything that you have not confirmed yet.",
                newsletter=offer.names["name"],
            ),
            say("Nothing arrived? Check your junk folder, or check the address and try again."),
            *_flood(offer, waits),
            at_most,
        ],
        links=[(say("Go to the front page"), f"{offer.site.prefix}/")],
    )


def _flood(offer: _Offer, waits: dt.datetime | None) -> list[str]:
    """What is said while more sign up than is answered at once: the same to everybody."""
    if waits is None:
        return []
    say = gettext_of(offer.site)
    return [say("Very many people are signing up, so our email can take some hours to arrive.")]
