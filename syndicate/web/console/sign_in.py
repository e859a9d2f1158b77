"""/console/sign-in: by passkey, recovery code, a one-time link, or a token.

None of them comes by mail, so that whoever steers the mail can sign in while none leaves.
"""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.exceptions import HTTPException

from syndicate import clock, logs, settings, signing
from syndicate.errors import RefusedError
from syndicate.newsroom import operators as acts
from syndicate.newsroom import passkeys, sessions
from syndicate.newsroom.passkeys import Answer
from syndicate.store.ground.session import transaction
from syndicate.store.platform import operators, tokens
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.platform.tokens import AS_OPERATOR, LINK_PURPOSE, ROLES, Actor, Permission
from syndicate.web import wrong_secrets
from syndicate.web.console import access, pages

log = logs.get(__name__)

router = APIRouter(include_in_schema=False)
_OLD_LINK = (
    "This link has expired or has already been used; another operator can make a new one, and "
    "`syndicate console-link` prints one in the shell."
)
_Next = Annotated[str, Form(alias="next", max_length=400)]


@router.get("/console/sign-in")
def sign_in_page(
    request: Request, next_path: Annotated[str, Query(alias="next", max_length=400)] = ""
) -> Response:
    """The forms: passkey, token, recovery code."""
    return _page(request, next_path)


@router.post("/console/sign-in")
def sign_in(
    request: Request,
    token: Annotated[str, Form(max_length=200)] = "",
    next_path: _Next = "",
) -> Response:
    """Let the holder of a token in."""
    now = clock.now()
    with transaction() as tx:
        actor = tokens.actor_of_token(tx, token.strip(), now=now)
    if actor is None or Permission.READ not in actor.permissions:
        sentence = (
            "This token does not open the console; `syndicate tokens add NAME` creates one that "
            "does."
        )
        return _page(request, next_path, problem=sentence, at="token")
    return _let_in(actor, SignedInBy.TOKEN, _own(next_path))


@router.post("/console/sign-in/passkey")
def passkey_sign_in(
    request: Request,
    credential: Annotated[str, Form(max_length=20_000)] = "",
    challenge: Annotated[str, Form(max_length=400)] = "",
    next_path: _Next = "",
) -> Response:
    """Let an operator in by a passkey."""
    answer = Answer(credential, challenge)
    try:
        host = passkeys.named(_header(request))
        with transaction() as tx:
            actor = passkeys.whose(tx, answer, host, now=clock.now())
    except RefusedError as error:
        return _page(request, next_path, problem=str(error), at="passkey")
    return _let_in(actor, SignedInBy.PASSKEY, _own(next_path))


@router.post("/console/sign-in/code")
def code_sign_in(
    request: Request, code: Annotated[str, Form(max_length=200)] = "", next_path: _Next = ""
) -> Response:
    """Let an operator in by a recovery code, which is used up."""
    try:
        with transaction() as tx:
            actor = sessions.whose_code(tx, code)
    except RefusedError as error:
        return _page(request, next_path, problem=str(error), at="code")
    return _let_in(actor, SignedInBy.CODE, _own(next_path))


@router.get("/console/sign-in/{link}")
def link_page(request: Request, link: str) -> Response:
    """The page with the button: programs that follow links do not use this one up."""
    actor = _of_link(request, link)
    return pages.render(None, "sign_in_link.html", link=link, name=actor.name)


@router.post("/console/sign-in/{link}")
def link_sign_in(request: Request, link: str) -> Response:
    """Let the holder of a link in, once."""
    actor = _of_link(request, link)
    digest = hashlib.sha256(link.encode()).digest()
    with transaction() as tx:
        is_first = tokens.use_once(tx, digest, purpose=LINK_PURPOSE, now=clock.now())
    if not is_first:
        raise HTTPException(410, _OLD_LINK)
    return _let_in(actor, SignedInBy.LINK, "/console")


@router.post("/console/sign-out")
def sign_out(request: Request) -> Response:
    """End the session; safe to run twice."""
    response = pages.see_other("/console/sign-in", None)
    access.sign_out(request, response)
    return response


def _page(request: Request, next_path: str, *, problem: str = "", at: str = "") -> Response:
    """The forms; after a refusal with the sentence at the one that was sent."""
    host = passkeys.host_of(_header(request))
    if problem:
        wrong_secrets.note(request)
    return pages.render(
        None,
        "sign_in.html",
        status=422 if problem else 200,
        next=_own(next_path),
        problem=problem,
        at=at,
        asked=passkeys.ask_for_any(host, clock.now()) if host is not None else None,
    )


def _header(request: Request) -> str:
    return request.headers.get("host", "")


def _let_in(actor: Actor, by: SignedInBy, path: str) -> Response:
    now = clock.now()
    response = pages.see_other(path, None)
    with transaction() as tx:
        access.sign_in(tx, actor, response, by=by, now=now)
    log.info("operator_signed_in", actor=actor.name, by=by.value)
    return response


def _of_link(request: Request, link: str) -> Actor:
    try:
        payload = signing.verify(settings.load().key(), LINK_PURPOSE, link)
    except signing.BadTokenError:
        wrong_secrets.note(request)
        raise
    read = tokens.read_link(payload, now=clock.now())
    if read is None:
        raise HTTPException(410, _OLD_LINK)
    name, role = read
    if role != AS_OPERATOR:
        return Actor(f"console:{name}", ROLES[role])
    with transaction() as tx:
        actor = operators.actor_of(tx, acts.active(tx, name))
    assert actor is not None  # noqa: S101 - an active one is
    return actor


def _own(path: str) -> str:
    """A path of the console to go on with; anything else leads home."""
    is_ours = path.startswith("/console/") and "//" not in path and "\\" not in path
    return path if is_ours else "/console"
