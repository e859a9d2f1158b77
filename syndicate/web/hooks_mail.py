"""/hooks/mail/…: where mail providers tell us what became of what they took."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from syndicate import clock
from syndicate.bounces.doors import hooks

router = APIRouter(include_in_schema=False)


@router.post("/hooks/mail/{provider}")
async def take_events(request: Request, provider: str) -> Response:
    """Keep what a provider tells; what it did not sign is none of ours."""
    if not hooks.is_expected(provider):
        return Response(status_code=404)
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    status = await run_in_threadpool(hooks.receive, provider, headers, body, clock.now())
    return Response(status_code=status)
