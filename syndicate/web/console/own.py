"""/console/me: how one signs in oneself: passkeys, recovery codes, and where one is signed in."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from syndicate import clock
from syndicate.errors import SyndicateError
from syndicate.newsroom import operators as acts
from syndicate.newsroom import passkeys as keys
from syndicate.newsroom import sessions as signing_in
from syndicate.newsroom.passkeys import Answer
from syndicate.store.ground.session import transaction
from syndicate.store.platform import passkeys, sessions
from syndicate.store.platform.tokens import Actor
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead
from syndicate.web.console.done import Done

router = APIRouter(include_in_schema=False)
PasskeyId = Annotated[int, Path(ge=1, le=2**62)]
SessionId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/me")
def me(request: Request, actor: CanRead) -> Response:
    """Passkeys, how many recovery codes are left, and sessions."""
    return _page(request, actor)


@router.post("/console/me/passkeys")
def add_passkey(
    request: Request,
    actor: CanRead,
    *,
    name: Annotated[str, Form()] = "",
    credential: Annotated[str, Form(max_length=20_000)] = "",
    challenge: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Take a new passkey."""
    answer = Answer(credential, challenge)
    try:
        host = keys.named(_header(request))
        with transaction() as tx:
            keys.add(tx, name, answer, host, actor=actor, now=clock.now())
    except SyndicateError as error:
        return _page(request, actor, error, name=name)
    return pages.see_other("/console/me", Done.PASSKEY)


@router.post("/console/me/passkeys/{passkey_id}/remove")
def remove_passkey(actor: CanRead, passkey_id: PasskeyId) -> Response:
    """Forget a passkey."""
    with transaction() as tx:
        keys.remove(tx, passkey_id, actor=actor, now=clock.now())
    return pages.see_other("/console/me", Done.REMOVED)


@router.post("/console/me/codes")
def make_codes(request: Request, actor: CanRead) -> Response:
    """Ten new recovery codes, shown this once."""
    with transaction() as tx:
        codes = signing_in.make_codes(tx, actor=actor, now=clock.now())
    return _page(request, actor, codes=codes)


@router.post("/console/me/sessions/{session_id}/end")
def end_session(actor: CanRead, session_id: SessionId) -> Response:
    """Sign out elsewhere."""
    with transaction() as tx:
        signing_in.end_own(tx, session_id, actor=actor, now=clock.now())
    return pages.see_other("/console/me", Done.SIGNED_OUT)


def _page(
    request: Request,
    actor: Actor,
    error: SyndicateError | None = None,
    *,
    name: str = "",
    codes: Sequence[str] = (),
) -> Response:
    if actor.operator_id is None:
        return pages.form(actor, "me.html", error, tab="me", operator=None)
    now, header = clock.now(), _header(request)
    host = keys.host_of(header)
    with transaction() as tx:
        operator = acts.numbered(tx, actor.operator_id)
        known = passkeys.of(tx, operator.id)
        left = passkeys.codes_left(tx, operator.id)
        found = sessions.of(tx, operator.id, now=now)
    return pages.form(
        actor,
        "me.html",
        error,
        tab="me",
        operator=operator,
        known=known,
        asked=keys.ask_for_new(operator, known, host, now) if host is not None else None,
        nameless=keys.nameless(header) if host is None else "",
        elsewhere=keys.elsewhere(header) if host is None else None,
        codes=codes,
        left=left,
        found=found,
        name=name,
    )


def _header(request: Request) -> str:
    return request.headers.get("host", "")
