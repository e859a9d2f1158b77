"""/console/newsletters: what comes out when, what came out, *send it now*; pause, resume, end."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Response

from syndicate import clock
from syndicate.errors import NotAllowedError, SyndicateError, UsageError
from syndicate.newsletters import first_look, making, rehearse, steering, timetable
from syndicate.newsletters.offers import Offer
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.newsletters import numbered, read, readable
from syndicate.store.composition import issues
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.sending import holds
from syndicate.store.views import operations
from syndicate.vocabulary.newsletters import Afterwards
from syndicate.web.console import pages
from syndicate.web.console.actors import CanMakeNewsletters, CanRead, CanSend
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of

_RECENT = 30

router = APIRouter(include_in_schema=False)
NewsletterId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/newsletters")
def every(actor: CanRead) -> Response:
    """Every newsletter with its next slot."""
    now = clock.now()
    with transaction() as tx:
        found = readable(newsletters.every(tx), actor)
        readers = operations.active_readers(tx)
        last = operations.last_issues(tx)
    coming = {
        each.id: slot for each in found if (slot := timetable.next_slot(each, now)) is not None
    }
    resting = {each.id: still for each in found if (still := timetable.at_rest(each)) is not None}
    return pages.render(
        actor,
        "newsletters.html",
        resting=resting,
        tab="newsletters",
        found=found,
        readers=readers,
        last=last,
        coming=coming,
    )


@router.get("/console/newsletters/{newsletter_id}")
def newsletter(actor: CanRead, newsletter_id: NewsletterId) -> Response:
    """One newsletter with its issues and what became of each."""
    return _one(actor, newsletter_id)


@router.get("/console/newsletters/{newsletter_id}/send")
def offers(actor: CanRead, newsletter_id: NewsletterId) -> Response:
    """What can be sent now, with the stories and the readers of each."""
    with transaction() as tx:
        found = read(numbered(tx, newsletter_id), actor)
        holding = holds.on_newsletter(tx, found)
    still = timetable.standstill(found)
    return pages.render(
        actor,
        "send.html",
        tab="newsletters",
        newsletter=found,
        still=still,
        holding=holding,
        offers=rehearse.offered(newsletter_id, clock.now()) if not still else (),
    )


@router.post("/console/newsletters/{newsletter_id}/run")
def run(
    actor: CanSend, newsletter_id: NewsletterId, *, what: Annotated[Offer, Form()] = Offer.SLOT
) -> Response:
    """Compose and send the slot that is now, or what is new; what was sent is left alone."""
    steering.send_now(newsletter_id, what, actor=actor, now=clock.now())
    return pages.see_other(f"/console/newsletters/{newsletter_id}", Done.SENT)


@router.post("/console/newsletters/{newsletter_id}/test")
def send_test(
    actor: CanSend, newsletter_id: NewsletterId, *, address: Annotated[str, Form()] = ""
) -> Response:
    """Send what the next issue would hold now to one address, marked as a test."""
    try:
        first_look.send_test(newsletter_id, address, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, newsletter_id, error, tested=address)
    return pages.see_other(f"/console/newsletters/{newsletter_id}", Done.TESTED)


@router.post("/console/newsletters/{newsletter_id}/pause")
def pause(actor: CanMakeNewsletters, newsletter_id: NewsletterId) -> Response:
    """Compose no issue until it is resumed."""
    try:
        with transaction() as tx:
            making.pause(tx, _key(tx, newsletter_id), actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, newsletter_id, error)
    return pages.see_other(f"/console/newsletters/{newsletter_id}", Done.PAUSED)


@router.post("/console/newsletters/{newsletter_id}/resume")
def resume(actor: CanMakeNewsletters, newsletter_id: NewsletterId) -> Response:
    """Compose issues again, from the next slot."""
    try:
        with transaction() as tx:
            making.resume(tx, _key(tx, newsletter_id), actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, newsletter_id, error)
    return pages.see_other(f"/console/newsletters/{newsletter_id}", Done.RESUMED)


@router.post("/console/newsletters/{newsletter_id}/end")
def end(
    actor: CanMakeNewsletters,
    newsletter_id: NewsletterId,
    *,
    readers: Annotated[str, Form()] = "",
) -> Response:
    """End it for good, once it is said what becomes of its readers."""
    try:
        chosen = _chosen(readers)
        with transaction() as tx:
            key = _key(tx, newsletter_id)
            making.end(tx, key, readers=chosen, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _one(actor, newsletter_id, error)
    return pages.see_other(f"/console/newsletters/{newsletter_id}", Done.ENDED)


def _one(
    actor: Actor,
    newsletter_id: int,
    error: SyndicateError | None = None,
    *,
    tested: str | None = None,
) -> Response:
    """A newsletter's page, with what was refused if anything was: a test to an address, or else."""
    if isinstance(error, NotAllowedError):
        raise error
    now = clock.now()
    with transaction() as tx:
        found = read(numbered(tx, newsletter_id), actor)
        recent = issues.of_newsletter(tx, newsletter_id, limit=_RECENT)
        mailings = operations.mailings_of_issues(tx, [issue.id for issue in recent])
        readers = operations.active_readers(tx)
        holding = holds.on_newsletter(tx, found)
        key = making.SHELF.key(tx, found)
    return pages.render(
        actor,
        "newsletter.html",
        status=200 if error is None else status_of(error),
        problem=str(error) if error is not None else "",
        at_field=error.ids.get("field", "") if error is not None else "",
        at_test=tested is not None,
        address=tested or "",
        holding=holding,
        tab="newsletters",
        newsletter=found,
        publication=key.publication,
        trouble=timetable.trouble(found),
        when=timetable.when(found),
        still=timetable.standstill(found),
        afterwards=Afterwards,
        can_make=_may(actor, Permission.NEWSLETTERS, found),
        can_send=_may(actor, Permission.RUN, found),
        recent=recent,
        mailings=mailings,
        readers=readers.get(newsletter_id, 0),
        last=timetable.last_slot(found, now),
        coming=timetable.next_slot(found, now),
    )


def _may(actor: Actor, permission: Permission, found: Newsletter) -> bool:
    return actor.may(permission, publication_id=found.publication_id, newsletter_id=found.id)


def _key(tx: Transaction, newsletter_id: int) -> Key:
    return making.SHELF.key(tx, numbered(tx, newsletter_id))


def _chosen(readers: str) -> Afterwards:
    if readers not in set(Afterwards):
        raise UsageError("Choose what becomes of its readers, then end it.", field="readers")
    return Afterwards(readers)
