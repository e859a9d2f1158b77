"""Who may call the API: a bearer token, and a permission that each route declares.

    @router.post("/mailings/{mailing_id}/pause")
    def pause(mailing_id: MailingId, actor: CanSteer):

`web.api.actors` has a name for each `Needs`; a route without one is found by a guard test.
"""

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from syndicate import clock
from syndicate.newsroom import verbs
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web import wrong_secrets

_BEARER = HTTPBearer(
    auto_error=False,
    description="A token that `syndicate tokens add NAME` has made.",
    scheme_name="token",
)


class Needs:
    """The dependency of a route that only holders of a permission may call.

    Args:
        permission: which.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(
        self,
        request: Request,
        credentials: HTTPAuthorizationCredentials | None = Depends(_BEARER),  # noqa: B008
    ) -> Actor:
        """Who calls.

        Raises:
            HTTPException: 401 without a token that is known.
            NotAllowedError: it does not have the permission.
        """
        # `api.signed` has checked the signature of a request that has one instead of a token.
        actor: Actor | None = getattr(request.state, "signed_by", None)
        if actor is None and credentials is not None:
            with transaction() as tx:
                actor = tokens.actor_of_token(tx, credentials.credentials, now=clock.now())
        if actor is None:
            if credentials is not None:
                wrong_secrets.note(request)
            raise HTTPException(
                401,
                "Send `Authorization: Bearer TOKEN` with a valid token; `syndicate tokens add "
                "NAME` creates one.",
                {"WWW-Authenticate": "Bearer"},
            )
        verbs.let_in(actor, self.permission)
        request.state.actor = actor
        return actor


def is_held(request: Request) -> bool:
    """Whether a request carries a token that is known; for what, is asked by its route."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return False
    with transaction() as tx:
        return tokens.actor_of_token(tx, secret.strip(), now=clock.now()) is not None
