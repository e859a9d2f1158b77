"""/console/sources: where articles come from, how each source is, and what it said."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from syndicate import clock
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import SourceState
from syndicate.store.newsroom import publications
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteerSources

router = APIRouter(include_in_schema=False)
SourceId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/sources")
def every(actor: CanRead) -> Response:
    """Every source, those in trouble first, with the newest notices."""
    with transaction() as tx:
        found = sources.listed(tx)
        notices = sources.notices(tx, limit=20)
        names = {each.id: each.name for each in publications.all_publications(tx)}
    order = list(SourceState)
    found.sort(key=lambda pair: (order.index(pair[0].state) in (0, 4), pair[0].id))
    return pages.render(
        actor,
        "sources.html",
        tab="sources",
        found=found,
        notices=notices,
        publications=names,
        names={source.id: source.name for source, _ in found},
    )


@router.post("/console/sources/{source_id}/pause")
def pause(actor: CanSteerSources, source_id: SourceId) -> Response:
    """Ask a source no more until it is resumed."""
    return _set(actor, source_id, SourceState.PAUSED, "was paused")


@router.post("/console/sources/{source_id}/resume")
def resume(actor: CanSteerSources, source_id: SourceId) -> Response:
    """Ask a source again, at once."""
    return _set(actor, source_id, SourceState.ACTIVE, "was resumed")


def _set(actor: Actor, source_id: int, state: SourceState, what: str) -> Response:
    now = clock.now()
    with transaction() as tx:
        found = sources.find(tx, source_id)
        if found is None:
            raise NotFoundError(f"There is no source {source_id}.", source_id=source_id)
        sources.set_state(tx, source_id, state, message=f"{found.name} {what}.", now=now)
        subject = f"source:{source_id}"
        audit.record(tx, at=now, actor=actor.name, action=state.value, subject=subject)
    return pages.see_other("/console/sources")
