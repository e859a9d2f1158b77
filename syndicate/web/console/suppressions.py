"""/console/suppressions: who gets no more mail, and the forms that add to it and lift.

An address is typed into a form that is posted, and never stands in a web address or a log.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Response

from syndicate import clock
from syndicate.errors import (
    BadAddressError,
    NotAllowedError,
    NotFoundError,
    SyndicateError,
)
from syndicate.newsroom.newsletters import readable
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.subscribers import readers, suppressions
from syndicate.subscribers.fates import why_of
from syndicate.subscribers.suppressions import OF_NEWSLETTER
from syndicate.vocabulary.sending import SuppressionReason, SuppressionScope
from syndicate.web.console import pages
from syndicate.web.console.actors import CanCareForReaders, CanFindReaders
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of
from syndicate.web.storable import Text

PAGE = "/console/suppressions"
router = APIRouter(include_in_schema=False)
Typed = Annotated[str, Form(max_length=readers.LONGEST_SOUGHT)]
Nothing: Mapping[str, str] = MappingProxyType({})


@router.get(PAGE)
def every(
    actor: CanFindReaders,
    *,
    reason: Annotated[Text, Query(max_length=40)] = "",
    after: Annotated[Text | None, Query(max_length=400)] = None,
) -> Response:
    """All of them, the newest first, or those for one reason."""
    why = SuppressionReason(reason) if reason in set(SuppressionReason) else None
    return _page(actor, reason=why, after=after)


@router.post(f"{PAGE}/find")
def find(actor: CanFindReaders, *, address: Typed = "") -> Response:
    """Those of one address; or the form again with what was typed, and what is wrong with it."""
    try:
        return _page(actor, address=address)
    except (BadAddressError, NotFoundError) as error:
        return _refused(actor, "find", error, address=address)


@router.post(PAGE)
def add(
    actor: CanCareForReaders, *, address: Typed = "", of: Typed = "*", why: Typed = ""
) -> Response:
    """Send no more mail to an address."""
    try:
        with transaction() as tx:
            suppressions.add(tx, address, of=of, why=why, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _refused(actor, "add", error, address=address, of=of, why=why)
    return pages.see_other(PAGE, Done.SUPPRESSED)


@router.post(f"{PAGE}/lift")
def lift(
    actor: CanCareForReaders, *, address: Typed = "", of: Typed = "*", why: Typed = ""
) -> Response:
    """Send mail to an address again."""
    try:
        with transaction() as tx:
            suppressions.lift(tx, address, of=of, why=why, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _refused(actor, "lift", error, address=address, of=of, why=why)
    return pages.see_other(PAGE, Done.MAILED)


def _refused(actor: Actor, form: str, error: SyndicateError, **typed: str) -> Response:
    """The page with a form as it was filled in, and why it was refused, at its field.

    Raises:
        SyndicateError: no other word in the form would help, or the actor may not see the page.
    """
    if isinstance(error, NotAllowedError) or not actor.may(Permission.READERS):
        raise error
    field = "why"
    if isinstance(error, BadAddressError) or form == "find":
        field = "address"
    elif isinstance(error, NotFoundError) or error.ids.get("field") == "of":
        field = "of"
    refused = {"form": form, "field": field, "sentence": str(error), **typed}
    return _page(actor, refused=refused, status=status_of(error))


def _page(
    actor: Actor,
    *,
    address: str = "",
    reason: SuppressionReason | None = None,
    after: str | None = None,
    refused: Mapping[str, str] = Nothing,
    status: int = 200,
) -> Response:
    page = None
    with transaction() as tx:
        if not refused:  # a form again is no look at the list
            page = suppressions.listed(
                tx, address=address, reason=reason, after=after, actor=actor, now=clock.now()
            )
        own = readable(newsletters.every(tx), actor)
    kinds = [(each.value, each.words.capitalize()) for each in SuppressionScope]
    after = None if page is None else page.after
    return pages.render(
        actor,
        "suppressions.html",
        status=status,
        tab="readers",
        page=page,
        sought=address,
        reason=reason or "",
        reasons=[(each.value, why_of(each)) for each in SuppressionReason],
        mails=[*kinds, *((f"{OF_NEWSLETTER}{each.slug}", each.name) for each in own)],
        refused=refused,
        older=None if after is None else f"?{urlencode({'after': after, 'reason': reason or ''})}",
    )
