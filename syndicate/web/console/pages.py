"""Console pages from templates and plain data: never kept, never framed, of this moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from syndicate import clock
from syndicate.errors import NotAllowedError, SyndicateError
from syndicate.newsroom.holds import standing
from syndicate.render.environment import OPERATORS, OWN_ZONE, environment
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import installation, operators
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.sending import DeliveryReason
from syndicate.web import static
from syndicate.web.console.done import Done, said, with_code
from syndicate.web.errors import status_of
from syndicate.web.headers import content_policy
from syndicate.web.pages import PRIVATE, origins

_LANGUAGE = "en"
# What an operator has who named no zone.
_UNNAMED = "UTC"


def render(
    actor: Actor | None,
    template: str,
    *,
    status: int = 200,
    is_live: bool = False,
    with_frames: bool = False,
    media: Iterable[str] = (),
    **context: Any,
) -> Response:
    """A page of the console.

    Args:
        actor: who sees it; None before signing in.
        template: its name under templates/web/console.
        status: HTTP status.
        is_live: whether its script may open a stream.
        with_frames: whether pages of ours stand in frames on it.
        media: addresses of pictures of others that it shows.
        **context: plain data for the template.
    """
    with transaction() as tx:
        row = installation.read(tx)
        on_hold = standing(tx, actor) if actor is not None else []
        own_zone = _zone_of(tx, actor)
        names = operators.names(tx)
    html = (
        environment(_LANGUAGE)
        .get_template(f"web/console/{template}")
        .render(
            {
                "actor": actor,
                "may": _permissions(actor),
                "static": static.url,
                "now": clock.now(),
                "worded": DeliveryReason.worded,
                "stopped": row if row is not None and row.stopped_at is not None else None,
                "holds": on_hold,
                "tab": "",
                "was_done": said(),
                OWN_ZONE: own_zone,
                OPERATORS: names,
                **context,
            }
        )
    )
    response = HTMLResponse(html, status, headers=PRIVATE)
    response.headers["Content-Security-Policy"] = content_policy(
        media=origins(media), is_live=is_live, frames="'self'" if with_frames else "'none'"
    )
    # Browsers that say no Sec-Fetch-Site say where a post comes from only under this policy.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@dataclass(frozen=True)
class Problem:
    """Why a form was refused, and at which of its fields; "" means the form as a whole."""

    text: str
    field: str


def form(
    actor: Actor,
    template: str,
    error: SyndicateError | None = None,
    *,
    at: str = "",
    **context: Any,
) -> Response:
    """A page with a form; after a refusal with the sentence at its field, and what was typed.

    Args:
        actor: who sees it.
        template: its name under templates/web/console.
        error: the refusal, which may name the field: `UsageError("…", field="slug")`. Where a form
            is made of a kind's fields, `fields.filled` puts a sentence at each.
        at: the field that a refusal is about which names none; empty for the form as a whole.
        **context: plain data for the template, among it what was typed.

    Raises:
        NotAllowedError: the refusal is one, and no other word in the form would help.
    """
    if isinstance(error, NotAllowedError):
        raise error
    status = 200 if error is None else status_of(error)
    return render(actor, template, status=status, problem=problem_of(error, at), **context)


def problem_of(error: SyndicateError | None, at: str = "") -> Problem | None:
    """A refusal as a form shows it; of several fields at the first, of none at `at`."""
    if error is None:
        return None
    first = next(iter(error.ids.get("fields", ())), at)
    return Problem(str(error), str(error.ids.get("field", first)))


def see_other(path: str, done: Done | None) -> Response:
    """After a post: the page that shows what it did, and says so in a sentence if there is one."""
    address = with_code(path, done) if done is not None else path
    return RedirectResponse(address, status_code=303, headers=PRIVATE)


def _permissions(actor: Actor | None) -> dict[str, bool]:
    """What templates ask before they show a button: `may.STEER`."""
    held = actor.permissions if actor else frozenset()
    may = {permission.name: permission in held for permission in Permission}
    # This one is for all mail, and no part of it is a button.
    return may | {"STOP": actor is not None and actor.may(Permission.STOP)}


def _zone_of(tx: Transaction, actor: Actor | None) -> str:
    """The zone of whoever looks; of one who named none, that of all publications, if it is one."""
    own = operators.find(tx, actor.operator_id) if actor is not None else None
    if own is not None and own.zone != _UNNAMED:
        return own.zone
    zones = {each.zone for each in publications.all_publications(tx)}
    return zones.pop() if len(zones) == 1 else _UNNAMED
