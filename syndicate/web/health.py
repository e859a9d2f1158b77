"""Whether this process lives, and whether it can serve: for supervisors, proxies and containers."""

from fastapi import APIRouter, Response

from syndicate import clock, jobs
from syndicate.errors import SyndicateError
from syndicate.mail.recovery import copy_check
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.platform import due

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz(response: Response) -> dict[str, str]:
    """The process answers; nothing else is asked."""
    response.headers["Cache-Control"] = "no-store"
    return {"status": "ok"}


@router.get("/readyz")
def readyz(response: Response) -> dict[str, str]:
    """Database, schema and broker; 503 with the reason when one is missing.

    A tick that is late, or stamped in the future, and mail that is held are told and no reason for
    503: pages and feeds are served all the same, and a proxy that took them away would make it
    worse.
    """
    response.headers["Cache-Control"] = "no-store"
    try:
        migrate.require_current()
    except SyndicateError as error:
        response.status_code = 503
        return {"status": "not ready", "reason": str(error)}
    if not jobs.broker_answers():
        response.status_code = 503
        return {"status": "not ready", "reason": "The broker does not answer."}
    with transaction() as tx:
        tick = due.tick(tx, clock.now())
        silence = copy_check.silence(tx, clock.now())
    told = {} if tick.state is due.TickState.ON_TIME else {"reason": tick.says}
    held = {} if silence is None else {"mail": silence}
    return {"status": "ready", "tick": tick.state.value, **told, **held}
