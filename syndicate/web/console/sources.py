"""/console/sources: where articles come from, how each source is, and what it said."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from syndicate import clock
from syndicate.collect import steering
from syndicate.store.ground.session import transaction
from syndicate.store.intake import sources
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Permission
from syndicate.vocabulary.sources import SourceState
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead, CanSteerSources
from syndicate.web.console.done import Done

router = APIRouter(include_in_schema=False)
SourceId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/sources")
def every(actor: CanRead) -> Response:
    """Every source, those in trouble first, with the newest notices."""
    with transaction() as tx:
        found = [
            pair
            for pair in sources.listed(tx)
            if actor.may(Permission.READ, publication_id=pair[0].publication_id)
        ]
        notices = sources.notices(tx, limit=20) if actor.may(Permission.READ) else []
        names = {each.id: each.name for each in publications.all_publications(tx)}
    found.sort(key=lambda pair: (pair[0].state not in SourceState.troubled(), pair[0].id))
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
    """Stop polling a source until it is resumed."""
    steering.pause(source_id, actor=actor, now=clock.now())
    return pages.see_other("/console/sources", Done.PAUSED)


@router.post("/console/sources/{source_id}/resume")
def resume(actor: CanSteerSources, source_id: SourceId) -> Response:
    """Ask a source again, at once."""
    steering.resume(source_id, actor=actor, now=clock.now())
    return pages.see_other("/console/sources", Done.RESUMED)


@router.post("/console/sources/{source_id}/accept")
def accept(actor: CanSteerSources, source_id: SourceId) -> Response:
    """Take what a source changes in all its stories at once."""
    steering.accept(source_id, actor=actor, now=clock.now())
    return pages.see_other("/console/sources", Done.ACCEPTED)


@router.post("/console/sources/{source_id}/drop")
def drop(actor: CanSteerSources, source_id: SourceId) -> Response:
    """Take nothing of a document that is held."""
    steering.drop(source_id, actor=actor, now=clock.now())
    return pages.see_other("/console/sources", Done.LEFT)
