"""Who is in the console: a session cookie, and a permission that each route declares.

A session is a random secret of which PostgreSQL keeps the hash; it lasts a working day and ends
when its operator signs out or is retired, or when the token behind it is revoked. What somebody may
do is read at each request.
"""

import datetime as dt
from urllib.parse import quote

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from syndicate import clock, settings
from syndicate.newsroom import sessions as steering
from syndicate.newsroom import verbs
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import sessions
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.platform.tokens import Actor, Permission

LASTS = dt.timedelta(hours=12)
_PATH = "/console"


class Needs:
    """The dependency of a console route that only operators with a permission may ask for.

    Args:
        permission: which.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> Actor:
        """Who asks.

        Raises:
            HTTPException: a redirect to the sign-in, 401 for a post.
            NotAllowedError: the operator does not have the permission.
        """
        actor = current(request)
        if actor is None:
            if request.method == "GET":
                where = f"{_PATH}/sign-in?next={quote(request.scope['path'])}"
                raise HTTPException(303, "Please sign in first.", {"Location": where})
            raise HTTPException(401, "Your session has ended; sign in again, then repeat this.")
        request.state.actor = (
            actor  # also where they are not let in: the refusal says what they may
        )
        verbs.let_in(actor, self.permission)
        return actor


def current(request: Request) -> Actor | None:
    """Who is signed in, if anybody."""
    secret = request.cookies.get(cookie_name())
    if not secret:
        return None
    with transaction() as tx:
        return sessions.actor_of(tx, secret, now=clock.now())


def sign_in(
    tx: Transaction, actor: Actor, response: Response, *, by: SignedInBy, now: dt.datetime
) -> None:
    """Start a session under a fresh secret and hand it to the browser."""
    secret = steering.sign_in(tx, by=by, ends_at=now + LASTS, actor=actor, now=now)
    response.set_cookie(
        cookie_name(),
        secret,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=settings.load().is_https(),
        httponly=True,
        samesite="lax",
    )


def sign_out(request: Request, response: Response) -> None:
    """End the session here and in the browser."""
    secret = request.cookies.get(cookie_name())
    if secret:
        with transaction() as tx:
            sessions.end(tx, secret)
    response.delete_cookie(
        cookie_name(), path="/", secure=settings.load().is_https(), httponly=True
    )


def cookie_name() -> str:
    """`__Host-` binds a cookie to this host over HTTPS; a trial on loopback has no HTTPS."""
    return "__Host-syndicate" if settings.load().is_https() else "syndicate"
