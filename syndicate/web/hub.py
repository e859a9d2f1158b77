"""/hub: where programs subscribe to our feeds, so that changes come to them (W3C WebSub 5).

The request is only noted; a worker asks the callback whether it was meant. So everybody gets the
same quick answer, and nothing can be learnt here about who subscribed.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import PlainTextResponse

from syndicate import clock, errors, jobs
from syndicate.feeds import hub

router = APIRouter(include_in_schema=False)

_WORDS = (
    "This is the WebSub hub of our feeds: subscribe to one, and we send you its changes.\n"
    "POST hub.mode, hub.topic and hub.callback here (https://www.w3.org/TR/websub/).\n"
)


@router.get("/hub")
def explain() -> Response:
    """Say what this address is for."""
    return PlainTextResponse(_WORDS)


@router.post("/hub")
def subscribe(
    request: Request,
    *,
    mode: Annotated[str, Form(alias="hub.mode")] = "",
    topic: Annotated[str, Form(alias="hub.topic")] = "",
    callback: Annotated[str, Form(alias="hub.callback")] = "",
    secret: Annotated[str, Form(alias="hub.secret")] = "",
    lease_seconds: Annotated[str, Form(alias="hub.lease_seconds")] = "",
) -> Response:
    """Note a subscription, or its end, to be verified."""
    form = {
        "hub.mode": mode,
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.secret": secret,
        "hub.lease_seconds": lease_seconds,
    }
    try:
        hub.ask(form, clock.now(), ip=request.client.host if request.client else "")
    except errors.CapReachedError as error:
        return PlainTextResponse(f"{error}\n", 429, {"Retry-After": "3600"})
    except (errors.UsageError, errors.RefusedError) as error:
        return PlainTextResponse(f"{error}\n", 400)
    jobs.hint(jobs.HUB)
    return PlainTextResponse("Your callback will be verified in a moment.\n", 202)
