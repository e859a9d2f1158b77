"""/hooks/websub/…: where hubs ask whether we meant a subscription, and tell us of news."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from syndicate import clock
from syndicate.collect import websub

router = APIRouter(include_in_schema=False)
Callback = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,64}$")]


@router.get("/hooks/websub/{callback}")
def verify_subscription(request: Request, callback: Callback) -> Response:
    """Answer a hub's challenge when we meant the subscription, else 404."""
    said = dict(request.query_params)
    challenge = websub.verify(callback, said, clock.now())
    if challenge is None:
        return PlainTextResponse("We did not ask for this.\n", 404)
    return PlainTextResponse(challenge)


@router.post("/hooks/websub/{callback}")
async def take_delivery(
    request: Request,
    callback: Callback,
    signature: Annotated[str | None, Header(alias="X-Hub-Signature")] = None,
) -> Response:
    """Keep a push for a worker to read; a body without a good signature is none of ours."""
    body, kind = await request.body(), request.headers.get("content-type", "")
    status = await run_in_threadpool(websub.deliver, callback, signature, body, kind, clock.now())
    return Response(status_code=status)
