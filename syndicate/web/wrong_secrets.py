"""Who sends many wrong tokens, codes or links is answered slowly, and nobody else is.

    right ─> let in at once, whatever came from the same network before
    wrong ─> refused; after so many in an hour only seconds later, or, of many at once, with 429

Nobody guesses one (79 bits at the least), so a flood of wrong ones is only a nuisance: it must not
fill the log, nor our threads, nor lock an operator out who sits in the same office. So nothing that
is right is ever refused for what was wrong.
"""

import asyncio
from collections import Counter

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syndicate import clock
from syndicate.breakers import counting, known
from syndicate.breakers.visitors import Visitor, visitor
from syndicate.store.ground.session import DatabaseDownError, transaction
from syndicate.web import errors

SLOW_S = 3.0
# So many of one network wait at once in a process, and of all together.
OF_ONE, OF_ALL = 8, 200
_WRONG = "wrong_secret"  # as `note` calls it
_TOO_MANY = (
    "Too many wrong tokens, codes or links have come from your network. A right one is let in at "
    "any time; please check it, and try again in a moment."
)


def note(request: Request) -> None:
    """Say that what a request carried to be let in was wrong."""
    request.state.wrong_secret = True


class SlowWrongSecrets:
    """Count refused secrets, and answer slowly where there were many."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.waiting: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and hold its answer back if need be."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        is_replaced = False

        async def slowly(message: Message) -> None:
            nonlocal is_replaced
            if message["type"] == "http.response.start" and state.get(_WRONG):
                is_replaced = not await self._is_held(scope)
                if is_replaced:
                    instead = errors.answer(Request(scope), 429, _TOO_MANY)
                    await instead(scope, receive, send)
            if not is_replaced:
                await send(message)

        await self.app(scope, receive, slowly)

    async def _is_held(self, scope: Scope) -> bool:
        """Wait, where a network sent many wrong ones; False where too many wait already."""
        client = scope.get("client")
        who = visitor(client[0] if client else "")
        if await run_in_threadpool(_count, who):
            return True
        if self.waiting[who.network] >= OF_ONE or self.waiting.total() >= OF_ALL:
            return False
        self.waiting[who.network] += 1
        try:
            await asyncio.sleep(SLOW_S)
        finally:
            self.waiting[who.network] -= 1
            self.waiting += Counter()  # forgets who no longer waits
        return True


def _count(who: Visitor) -> bool:
    """Count one; False when a network has sent too many."""
    now = clock.now()
    try:
        with transaction() as tx:
            return counting.take(tx, known.WRONG_SECRETS, who, now)
    except DatabaseDownError:
        return True
