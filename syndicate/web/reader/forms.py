"""What every public form of the reader pages carries: its guards, and the visitor's address."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Form, Request, Response
from fastapi.routing import APIRoute

from syndicate.actions.forms import Guarded
from syndicate.errors import (
    BadAddressError,
    CapReachedError,
    SpentFormError,
    SyndicateError,
    UsageError,
)
from syndicate.web.words import problem_in

# Longer than the work behind any of these forms takes on a machine that has time for it.
STEP_S = 0.1
# For these a form is shown again, as it was filled in.
PROBLEMS = (UsageError, BadAddressError, CapReachedError)


def guarded(
    request: Request,
    stamp: Annotated[str, Form(max_length=400)] = "",
    website: Annotated[str, Form(max_length=4000)] = "",
) -> Guarded:
    """The hidden fields of a posted form."""
    return Guarded(stamp=stamp, trap=website, ip=client_ip(request))


GuardedOf = Annotated[Guarded, Depends(guarded)]


@dataclass(frozen=True)
class Refused:
    """A form that was not taken, and is shown again.

    Attributes:
        sentence: what is wrong, in the page's language.
        status: HTTP status of the page.
        stamp: its own where it is still good, so that whoever was too quick need not wait again;
            None for a new one.
    """

    sentence: str
    status: int
    stamp: str | None


def refused(error: SyndicateError, guarded: Guarded, language: str) -> Refused:
    """What becomes of a form that one of the `PROBLEMS` befell."""
    is_enough = isinstance(error, CapReachedError)
    return Refused(
        problem_in(language, error),
        HTTPStatus.TOO_MANY_REQUESTS if is_enough else HTTPStatus.UNPROCESSABLE_ENTITY,
        None if isinstance(error, SpentFormError) else guarded.stamp,
    )


@dataclass(frozen=True)
class Client:
    """What a request says about the reader's client; kept as proof of consent."""

    ip: str
    user_agent: str | None


def client(request: Request) -> Client:
    """Address and program of whoever asks."""
    agent = request.headers.get("user-agent")
    return Client(client_ip(request), agent[:400] if agent else None)


ClientOf = Annotated[Client, Depends(client)]


class SteppedRoute(APIRoute):
    """A route whose posts are answered at full steps since they came: their time tells nothing.

    Who is a reader, who has had enough and who wants nothing more is answered alike, and the work
    is not: a row more or less is a millisecond. Nobody can count on a step being long enough while
    the machine is busy; then other work makes more of a difference than a row.

    It is waited for outside the threads that handlers run in, or a few hundred posts a second would
    keep them all.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        handle = super().get_route_handler()

        async def stepped(request: Request) -> Response:
            began_s = time.monotonic()
            answer = await handle(request)
            if request.method == "POST":
                await asyncio.sleep(left_of_step(time.monotonic() - began_s))
            return answer

        return stepped


def left_of_step(spent_s: float) -> float:
    """Seconds to the end of the step that so much time has led into."""
    return -spent_s % STEP_S


def client_ip(request: Request) -> str:
    """The visitor's address; behind a trusted proxy what that one forwarded."""
    return request.client.host if request.client else "unknown"
