"""One clear sentence per error, with the status that fits, as a page or as JSON.

A page when a reader asked, JSON when a program did. Neither needs the database: it may be the very
thing that is down.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from syndicate import errors, logs, signing
from syndicate.render.environment import environment
from syndicate.store.ground.session import BadValueError, DatabaseDownError
from syndicate.web import crashes, static
from syndicate.web.headers import COMMON, RETRY_AFTER_S, content_policy
from syndicate.web.sites import NOTHING_YET, Site, site_of
from syndicate.web.words import gettext_in

log = logs.get(__name__)

_FOR_PROGRAMS = ("/api/", "/hooks/", "/hub", "/feeds/", "/healthz", "/readyz", "/metrics")
# The nearest ancestor in this order decides.
_STATUS: tuple[tuple[type[errors.SyndicateError], int], ...] = (
    (errors.NotFoundError, 404),
    (errors.CapReachedError, 429),
    (errors.NotAllowedError, 403),
    (errors.RefusedError, 409),
    (errors.InvalidError, 422),
    (errors.UsageError, 400),
    (errors.BadAddressError, 422),
    (errors.UnrenderableError, 422),
    (errors.OversizeError, 413),
    (errors.TemporaryError, 503),
)
# Whoever has strayed sees whose house it is, in its language.
_OF_A_PUBLICATION = frozenset({404, 405, 410})
_TITLES = {
    403: "Not allowed",
    404: "Not found",
    410: "No longer here",
    429: "Please wait a moment",
    500: "Something went wrong",
    503: "Please try again soon",
}
# What FastAPI says of a body that it cannot read, whatever is the matter.
_UNREAD = "There was an error parsing the body"
SENTENCES = {
    400: "What you sent cannot be read. Check its form and its encoding, and send it again.",
    404: "There is no page at this address. Perhaps it has moved, or the link is incomplete.",
    405: "This address does not take that kind of request.",
    422: "Something you sent cannot be stored: a text, a time or a number is out of range.",
    500: "Something went wrong on our side, and we have logged it. Please try again.",
    503: "The service is busy or under maintenance. Please try again in a minute.",
}


def answer(
    request: Request,
    status: int,
    sentence: str,
    fields: Mapping[str, str] | None = None,
    *,
    error_id: str | None = None,
) -> Response:
    """An error as whoever asked can read it.

    Args:
        request: what was asked.
        status: HTTP status.
        sentence: what went wrong and what to do next.
        fields: the same for each field that is at fault, for programs.
        error_id: which line of our log tells more (`crashes`).
    """
    headers = {
        **COMMON,
        "Content-Security-Policy": content_policy(),
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    if status in {429, 503}:
        headers["Retry-After"] = RETRY_AFTER_S
    path = request.scope.get("path", "").removeprefix(request.scope.get("root_path", ""))
    if path.startswith(_FOR_PROGRAMS):
        told: dict[str, Any] = {"status": status, "message": sentence}
        if fields:
            told["fields"] = dict(fields)
        if error_id:
            told["id"] = error_id
        return JSONResponse({"error": told}, status, headers)
    return HTMLResponse(_page(request, status, sentence, error_id), status, headers)


def crashed(request: Request, error_id: str) -> Response:
    """The answer to a request that ended in an error of ours."""
    return answer(request, 500, SENTENCES[500], error_id=error_id)


def install(app: FastAPI) -> None:
    """Answer every error that may leave a handler."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(errors.SyndicateError, _own_error)
    app.add_exception_handler(signing.BadTokenError, _bad_token)
    app.add_exception_handler(DatabaseDownError, _database_down)
    app.add_exception_handler(BadValueError, _bad_value)
    app.add_exception_handler(UnicodeEncodeError, _bad_value)


def status_of(error: errors.SyndicateError) -> int:
    """The HTTP status that says what kind of error it is."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def _page(request: Request, status: int, sentence: str, error_id: str | None) -> str:
    site: Site | None = getattr(request.state, "site", None)
    is_of_console = is_led = _is_of_console(request)
    if site is None and status in _OF_A_PUBLICATION and not is_of_console:
        site, is_led = _site_or_none(request)
    language = site.publication.language if site else "en"
    say = gettext_in(language)
    return (
        environment(language)
        .get_template("web/error.html")
        .render(
            name=site.publication.name_in(language) if site else "Syndicate",
            home="/console" if is_led else f"{site.prefix}/" if site else "/",
            is_of_console=is_led,
            may=_may(request) if is_of_console and status == HTTPStatus.FORBIDDEN else (),
            title=say(_TITLES.get(status, "That did not work")),
            status=status,
            sentence=say(sentence),
            error_id=error_id,
            static=static.url,
        )
    )


def _site_or_none(request: Request) -> tuple[Site | None, bool]:
    """The publication whose page was asked for, unless the database is what fails.

    Returns:
        Also whether there is no publication at all yet: then only the console leads on.
    """
    try:
        return site_of(request), False
    except (errors.SyndicateError, DatabaseDownError) as error:
        return None, str(error) == NOTHING_YET


def _is_of_console(request: Request) -> bool:
    """Whether an operator has strayed: the way home is the console, and no newspaper's page."""
    return str(request.scope.get("path", "")).startswith("/console")


def _may(request: Request) -> list[str]:
    """What whoever was refused in the console may do, by the names of permissions."""
    actor = getattr(request.state, "actor", None)  # none before signing in
    return [] if actor is None else sorted(actor.permissions)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - by registration
    given = error.detail
    is_own = given and given not in {_UNREAD, HTTPStatus(error.status_code).phrase}
    sentence = given if is_own else SENTENCES.get(error.status_code, f"{given}.")
    response = answer(request, error.status_code, sentence)
    response.headers.update(error.headers or {})
    return response


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - by registration
    first = _plainest(error.errors())
    if first["loc"][0] == "path":
        return answer(request, 404, SENTENCES[404])
    if first["type"] == "json_invalid":
        where = f"{first['ctx']['error']} at character {first['loc'][-1]}"
        return answer(request, 422, f"The body is not valid JSON: {where}.")
    name = ".".join(str(part) for part in first["loc"][1:] if not _is_model(part)) or "body"
    if name == "body" and "json" not in request.headers.get("Content-Type", ""):
        sentence = "The body must be JSON; send it with the header Content-Type: application/json."
        return answer(request, 422, sentence)
    why = str(first["ctx"]["error"]) if first["type"] == "value_error" else f"{first['msg']}."
    return answer(request, 422, f"The field {name} cannot be used: {why}")


def _plainest(found: Sequence[Any]) -> Any:
    """The first thing wrong; of a body that may have several forms, with the form nearest to it."""
    forms = Counter(each["loc"][1] for each in found if _is_model(*each["loc"][1:2]))
    nearest = min(forms, key=lambda form: forms[form], default=None)
    return next(each for each in found if nearest in (None, *each["loc"][1:2]))


def _is_model(part: object = None) -> bool:
    """Whether a part of a place is the name of one of our classes, which no caller knows."""
    return isinstance(part, str) and part[:1].isupper()


def _own_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.SyndicateError)  # noqa: S101 - by registration
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        error_id = crashes.id_of(error)
        log.error("request_failed", error_id=error_id, reason=str(error), **error.ids)
        return crashed(request, error_id)
    if status > HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", reason=str(error), **error.ids)
    return answer(request, status, str(error), error.ids.get("fields"))


def _bad_token(request: Request, error: Exception) -> Response:
    return answer(
        request, 404, f"{error} Copy the whole address from the email, or ask for a new one."
    )


def _database_down(request: Request, error: Exception) -> Response:
    log.error("database_unreachable", reason=type(error).__name__)
    return answer(request, 503, SENTENCES[503])


def _bad_value(request: Request, error: Exception) -> Response:
    """The last net: what was sent passed every entrance, and no row could hold it."""
    log.warning("value_refused_by_the_database", reason=type(error).__name__)
    return answer(request, 422, SENTENCES[422])
