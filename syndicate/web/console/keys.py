"""/console/keys: what each key protects and how old it is; another in its place, shown once."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from syndicate import clock, settings
from syndicate.errors import SyndicateError, UsageError
from syndicate.keys import listing, rotating
from syndicate.keys.rotating import Rotated
from syndicate.master_key import MOST_HONOURED
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor
from syndicate.vocabulary.keys import KeyKind
from syndicate.web.console import pages
from syndicate.web.console.actors import CanEditTokens
from syndicate.web.console.done import Done

router = APIRouter(include_in_schema=False)
Typed = Annotated[str, Form(max_length=300)]
# Of these the page has a button; the master key is of whoever runs the machines.
_HERE = frozenset({KeyKind.PUSH, KeyKind.DKIM, KeyKind.TOKEN, KeyKind.HUB})


@router.get("/console/keys")
def every(actor: CanEditTokens) -> Response:
    """Every key that whoever looks could rotate, and those of the installation."""
    return _page(actor)


@router.post("/console/keys/rotate")
def rotate(actor: CanEditTokens, *, name: Typed = "", days: Typed = "") -> Response:
    """Let another key take the place of one, and show its secret, this once."""
    try:
        made = rotating.rotate(name, days=_days(days), actor=actor, now=clock.now())
    except SyndicateError as error:
        return _page(actor, error=error, name=name, days=days)
    return _page(actor, made=made)


@router.post("/console/keys/end")
def end(actor: CanEditTokens, *, name: Typed = "") -> Response:
    """Believe no longer what came before a key."""
    try:
        rotating.end(name, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _page(actor, error=error, name=name)
    return pages.see_other("/console/keys", Done.KEY_ENDED)


def _page(
    actor: Actor,
    *,
    made: Rotated | None = None,
    error: SyndicateError | None = None,
    name: str = "",
    days: str = "",
) -> Response:
    with transaction() as tx:
        found = listing.every(tx, settings.load(), actor=actor, now=clock.now())
    names = dict.fromkeys(each.name for each in found if each.kind in _HERE)
    about = {each.name: each.about for each in found}
    choices = [(each, f"{each} ({about[each]})" if about[each] else each) for each in names]
    return pages.form(
        actor,
        "keys.html",
        error,
        tab="operators",
        found=found,
        made=made,
        names=[("", choices)],
        said={"name": name, "days": days},
    )


def _days(said: str) -> int | None:
    """A number of days as it was typed; None where the field is empty.

    Raises:
        UsageError: it is no number of days.
    """
    text = said.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:5]) <= MOST_HONOURED):
        raise UsageError(
            f"Write a number of days from 0 to {MOST_HONOURED}, or leave it empty.",
            field="days",
        )
    return int(text)
