"""/console/audit: who did what, named, with a link where whoever looks may go."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from syndicate.newsroom import trail
from syndicate.newsroom.trail import Line
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web.console import pages
from syndicate.web.console.actors import CanRead
from syndicate.web.storable import Text

_ON_A_PAGE = 50
# The page of each kind of thing, by its number or its slug; and what else than reading it needs.
_PAGES: Mapping[str, tuple[str, Permission]] = {
    "publication": ("/console/newsroom/publications/{slug}", Permission.READ),
    "section": ("/console/newsroom/sections/{slug}?publication={publication}", Permission.READ),
    "desk": ("/console/newsroom/desks/{slug}?publication={publication}", Permission.READ),
    "stream": ("/console/newsroom/streams/{slug}?publication={publication}", Permission.READ),
    "source": ("/console/newsroom/sources/{slug}?publication={publication}", Permission.READ),
    "feed": ("/console/feeds/{slug}", Permission.READ),
    "partner": ("/console/feeds", Permission.READ),
    "newsletter": ("/console/newsletters/{id}", Permission.READ),
    "issue": ("/console/issues/{id}", Permission.READ),
    "mailing": ("/console/mailings/{id}", Permission.READ),
    "article": ("/console/articles/{id}", Permission.READ),
    "incident": ("/console/incidents", Permission.READ),
    "operator": ("/console/operators/{slug}", Permission.OPERATORS),
    "token": ("/console/tokens/{id}", Permission.TOKENS),
}
_READER = "/console/readers/{id}"

router = APIRouter(include_in_schema=False)


@router.get("/console/audit")
def audit(
    actor: CanRead,
    *,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    action: Annotated[Text, Query(max_length=80)] = "",
    about: Annotated[Text, Query(max_length=80)] = "",
) -> Response:
    """The newest actions first: all of them, one act, or what was done to one thing or kind."""
    act = trail.act_of(action) if action else None
    with transaction() as tx:
        found = trail.lines(
            tx, limit=_ON_A_PAGE + 1, before=before, act=act, about=about or None, actor=actor
        )
    shown, older = found[:_ON_A_PAGE], None
    if len(found) > len(shown):
        asked = {"before": shown[-1].row.id, "action": action, "about": about}
        older = "?" + urlencode({key: value for key, value in asked.items() if value})
    return pages.render(
        actor,
        "audit.html",
        tab="audit",
        lines=shown,
        links={each.row.id: _link(each, actor) for each in shown},
        acts=trail.choices(),
        action=action,
        about=about,
        older=older,
    )


def _link(line: Line, actor: Actor) -> str:
    """The page of what an act was done to; "" where there is none, or it is not theirs to see."""
    thing, _, number = line.row.subject.partition(":")
    if thing == "subscriber":
        return _READER.format(id=number) if Permission.READERS in actor.permissions else ""
    if thing not in _PAGES or line.named is None or not line.named.is_there:
        return ""
    page, permission = _PAGES[thing]
    if permission not in actor.permissions:
        return ""
    return page.format(id=number, slug=line.named.slug, publication=line.named.publication)
