"""/issues/<id>: an issue that went out, as its stories stand now."""

from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from syndicate import clock
from syndicate.errors import NotFoundError
from syndicate.languages import is_undetermined
from syndicate.store.ground.session import transaction
from syndicate.store.views import reader_pages
from syndicate.store.views.reader_pages import ListedArticle
from syndicate.web.pages import PageAnswer, render
from syndicate.web.sites import Site, site_of_publication

router = APIRouter(include_in_schema=False)


@router.get("/issues/{issue_id}")
def issue_page(request: Request, issue_id: Annotated[int, Path(ge=1, le=2**62)]) -> Response:
    """All stories of one issue."""
    with transaction() as tx:
        found = reader_pages.sent_issue(tx, issue_id)
        if found is None:
            raise NotFoundError("There is no such issue here.", issue_id=issue_id)
        issue, newsletter = found
        stories = reader_pages.issue_stories(tx, issue_id, now=clock.now())
    site = site_of_publication(request, newsletter.publication_id)
    return render(
        site,
        "reader/issue.html",
        PageAnswer(media=[story.picture.url for story in stories if story.picture]),
        newsletter=newsletter,
        slug=newsletter.slug,
        issue=issue,
        groups=_groups(stories, site.publication.language),
        prefixes=_prefixes(site),
    )


def _groups(stories: list[ListedArticle], language: str) -> list[dict[str, Any]]:
    """Stories under the section that the issue put them in, in its order.

    Args:
        stories: of the issue.
        language: of its publication, for the name of a section whose stories are in none we know.
    """
    return [
        {
            "name": name or "",
            "language": language if is_undetermined(spoken) else spoken,
            "stories": list(group),
        }
        for (name, spoken), group in groupby(
            stories, key=lambda story: (story.section_name, story.language)
        )
    ]


def _prefixes(site: Site) -> dict[int, str]:
    """Where each publication's pages stand."""
    others = {other.id: prefix for prefix, other in site.others}
    return {site.publication.id: site.prefix, **others}
