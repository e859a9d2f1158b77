"""/console/audit: who did what."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Permission
from syndicate.store.views import operations
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead

_ON_A_PAGE = 50

router = APIRouter(include_in_schema=False)


@router.get("/console/audit")
def audit(
    actor: CanRead,
    *,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The newest actions first."""
    allow(actor, Permission.READ)
    with transaction() as tx:
        rows = operations.audit_rows(tx, limit=_ON_A_PAGE + 1, before=before)
    older = f"?before={rows[_ON_A_PAGE - 1].id}" if len(rows) > _ON_A_PAGE else None
    return pages.render(actor, "audit.html", tab="audit", rows=rows[:_ON_A_PAGE], older=older)
