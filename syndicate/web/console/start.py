"""/console/start: the first hour, in steps that can be left and taken up.

    publication ─> stories ─> newsletter, with a preview ─> a test mail to oneself ─> sender check

How far somebody is follows from the rows (`store.views.first_steps`); each step is an act that the
other pages of the console do too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from syndicate import clock, phrases
from syndicate.collect.finding import Found
from syndicate.errors import BlockedAddressError, SyndicateError
from syndicate.newsletters import first_look, schedule, timetable
from syndicate.newsletters import making as newsletters
from syndicate.newsroom import verbs
from syndicate.newsroom.making import publications
from syndicate.newsroom.making.fields import Field, Kind, Value
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.views import first_steps
from syndicate.store.views.first_steps import FirstSteps
from syndicate.vocabulary.sending import RecordState
from syndicate.vocabulary.sources import SourceKind
from syndicate.web import mailbox
from syndicate.web.console import fields, finding, pages
from syndicate.web.console.actors import (
    CanMake,
    CanMakeNewsletters,
    CanRead,
    CanSend,
    CanSteerSources,
)
from syndicate.web.console.done import Done
from syndicate.web.console.fields import Sent
from syndicate.web.console.finding import Pasted
from syndicate.web.errors import status_of
from syndicate.web.mail_frame import framed, framed_mail

router = APIRouter(include_in_schema=False)
_START = "/console/start"
_NAMES = {
    "publication": "Your publication",
    "stories": "Your stories",
    "newsletter": "Your newsletter",
    "test": "A test mail to yourself",
    "sender": "What your sender needs",
}
_DO = {
    "publication": "Set up your publication",
    "stories": "Find your stories",
    "newsletter": "Make your newsletter",
    "test": "Send yourself a test mail",
    "sender": "Check your sender",
}
_OWN_SLUG = "For addresses and commands. Leave it empty to take it from the name."


def _asked(kind: Kind, *names: str, **defaults: Value) -> list[Field]:
    found = {each.name: each for each in kind.fields}
    slug = replace(found["slug"], means=_OWN_SLUG, is_required=False)
    rest = [replace(found[name], default=defaults.get(name, found[name].default)) for name in names]
    return [*rest, slug]


# The little that a first publication and newsletter are asked for; the rest can wait.
_PUBLICATION = _asked(
    publications.KIND,
    *("name", "language", "zone", "sender_address", "postal_address", "home_url"),
    language="en",
    zone="UTC",
)
_NEWSLETTER = _asked(
    newsletters.SHELF.kind,
    *("name", "description", "times", "days"),
    days=schedule.EVERY_DAY,
)


@dataclass(frozen=True)
class Step:
    """One of the first steps.

    Attributes:
        act: the same as what there is to do.
        is_open: what it needs is there.
        said: what there is of it.
    """

    name: str
    title: str
    act: str
    path: str
    is_done: bool
    is_open: bool
    said: str = ""


def steps_of(found: FirstSteps) -> list[Step]:
    """The first steps with how far each is."""
    publication, newsletter = found.publication, found.newsletter
    few, many = (found.articles, "story"), (found.sources, "source")
    stories = phrases.counted(*(few if found.articles else many))
    has_stories, has_newsletter = bool(found.sources), newsletter is not None
    rows = (
        ("publication", publication is not None, True, publication.name if publication else ""),
        ("stories", has_stories, publication is not None, stories if has_stories else ""),
        ("newsletter", has_newsletter, has_stories, newsletter.name if newsletter else ""),
        ("test", found.tested_at is not None, has_newsletter, ""),
        ("sender", found.is_sender_right, publication is not None, _said_of(found.records)),
    )
    return [
        Step(
            name,
            _NAMES[name],
            _DO[name],
            "/console/senders?first=1" if name == "sender" else f"{_START}/{name}",
            is_done=is_done,
            is_open=is_open,
            said=said,
        )
        for name, is_done, is_open, said in rows
    ]


def _said_of(records: Sequence[RecordState]) -> str:
    """What DNS said of the sender, where that is not yet all it needs."""
    if wrong := records.count(RecordState.WRONG):
        return phrases.counted(wrong, "record is wrong", "records are wrong")
    return "" if not records or RecordState.GOOD in records else "DNS has not answered"


def steps_for(actor: Actor, found: FirstSteps, *, asked: bool = False) -> list[Step]:
    """The first steps, where they are not over, or asked for, and the actor has to do with them."""
    own = found.publication.id if found.publication is not None else None
    if (found.is_over and not asked) or not actor.may(Permission.READ, publication_id=own):
        return []
    return steps_of(found)


@router.get("/console/start")
def start(actor: CanRead) -> Response:
    """The steps, and which comes next."""
    return _page(actor, "start.html", "")


@router.get("/console/start/publication")
def publication_page(actor: CanRead) -> Response:
    """The form that asks for the little that a publication needs."""
    return _page(actor, "start_publication.html", "publication", **fields.filled(_PUBLICATION))


@router.post("/console/start/publication")
def add_publication(actor: CanMake, sent: Sent) -> Response:
    """Make the publication."""
    given = fields.named(fields.given(_PUBLICATION, sent), publications.KIND)
    try:
        with transaction() as tx:
            publications.add(tx, given, actor=actor, now=clock.now())
    except SyndicateError as error:
        filled = fields.filled(_PUBLICATION, sent, error)
        return _page(actor, "start_publication.html", "publication", **filled)
    return pages.see_other(f"{_START}/stories", Done.ADDED)


@router.get("/console/start/stories")
def stories_page(actor: CanRead) -> Response:
    """The form that takes any address of the publication's site."""
    with transaction() as tx:
        publication = first_steps.read(tx).publication
    home = publication.home_url if publication is not None else None
    return _stories(actor, Pasted(home or ""))


@router.post("/console/start/stories")
def find_stories(
    actor: CanSteerSources,
    *,
    address: Annotated[str, Form()] = "",
    allow: Annotated[str, Form()] = "",
) -> Response:
    """Look where an address leads, and show its stories."""
    pasted = Pasted(address.strip(), allow)
    try:
        found = finding.look(pasted, actor)
    except SyndicateError as error:
        return _stories(actor, pasted, problem=error)
    return _stories(actor, pasted, found=found)


@router.post("/console/start/use")
def use_stories(  # noqa: PLR0913 - one field per fact of a source
    actor: CanSteerSources,
    *,
    url: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = SourceKind.FEED.value,
    name: Annotated[str, Form()] = "",
    profile: Annotated[str, Form()] = "",
    allow: Annotated[str, Form()] = "",
    section: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Add what was found as a source, with its sections; it is collected from at once."""
    pasted = Pasted(url, allow, sections=tuple(section or ()))
    try:
        finding.add(pasted, kind, name, profile, actor=actor)
    except SyndicateError as error:
        return _stories(actor, pasted, problem=error)
    return pages.see_other(f"{_START}/newsletter", Done.ADDED)


@router.get("/console/start/newsletter")
def newsletter_page(actor: CanRead) -> Response:
    """The form of a newsletter; once there is one, today's issue of the stories there are."""
    return _newsletter(actor)


@router.post("/console/start/newsletter")
def add_newsletter(actor: CanMakeNewsletters, sent: Sent) -> Response:
    """Make the newsletter, on its days at its times."""
    given = fields.named(fields.given(_NEWSLETTER, sent), newsletters.SHELF.kind)
    try:
        with transaction() as tx:
            publication = first_steps.read(tx).publication
            given["publication"] = publication.slug if publication is not None else ""
            newsletters.add(tx, given, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _newsletter(actor, sent, error)
    return pages.see_other(f"{_START}/newsletter", Done.ADDED)


@router.get("/console/start/preview")
def preview(actor: CanRead) -> Response:
    """Today's issue, for the frame; its links lead nowhere."""
    with transaction() as tx:
        newsletter = first_steps.read(tx).newsletter
    if newsletter is None:
        return framed("")
    return framed_mail(first_look.look(newsletter.id, actor=actor, now=clock.now()).message())


@router.get("/console/start/test")
def test_page(actor: CanRead, request: Request) -> Response:
    """The form that asks where to send today's issue as a test."""
    return _test(actor, request)


@router.post("/console/start/test")
def send_test(
    actor: CanSend, request: Request, *, address: Annotated[str, Form()] = ""
) -> Response:
    """Send today's issue to one address, marked as a test."""
    with transaction() as tx:
        newsletter = first_steps.read(tx).newsletter
    try:
        newsletter_id = newsletter.id if newsletter is not None else 0
        first_look.send_test(newsletter_id, address, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _test(actor, request, given=address, problem=error)
    return pages.see_other(f"{_START}/test", Done.TESTED)


def _page(actor: Actor, template: str, step: str, **context: Any) -> Response:
    """A page of the steps, for somebody who has to do with the first publication."""
    with transaction() as tx:
        found = first_steps.read(tx)
    own = found.publication.id if found.publication is not None else None
    verbs.allow(actor, Permission.READ, publication_id=own)
    steps = steps_of(found)
    return pages.render(actor, template, tab="home", first=found, steps=steps, step=step, **context)


def _stories(
    actor: Actor,
    pasted: Pasted,
    *,
    found: Found | None = None,
    problem: SyndicateError | None = None,
) -> Response:
    pasted, said = finding.refused(pasted, problem)
    return _page(
        actor,
        "start_stories.html",
        "stories",
        status=status_of(problem) if problem is not None else 200,
        media=finding.media(found),
        pasted=pasted,
        found=found,
        problem=said,
        is_blocked=isinstance(problem, BlockedAddressError),
    )


def _newsletter(
    actor: Actor, sent: FormData | None = None, error: SyndicateError | None = None
) -> Response:
    now = clock.now()
    with transaction() as tx:
        made = first_steps.read(tx).newsletter
    look, trouble = None, ""
    if made is not None:
        try:
            look = first_look.look(made.id, actor=actor, now=now)
        except SyndicateError as problem:
            trouble = str(problem)
    return _page(
        actor,
        "start_newsletter.html",
        "newsletter",
        with_frames=True,
        look=look,
        trouble=trouble,
        when=timetable.when(made) if made is not None else "",
        next_slot=timetable.next_slot(made, now) if made is not None else None,
        **fields.filled(_NEWSLETTER, sent, error),
    )


def _test(
    actor: Actor, request: Request, *, given: str = "", problem: SyndicateError | None = None
) -> Response:
    return _page(
        actor,
        "start_test.html",
        "test",
        status=status_of(problem) if problem is not None else 200,
        given=given,
        problem=str(problem or ""),
        mailbox=mailbox.link_for(request, actor),
    )
