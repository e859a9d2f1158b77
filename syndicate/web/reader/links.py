"""Pages that a link in a mail opens: which publication and language they speak."""

from fastapi import Request

from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.web.sites import Site, site_of_publication


def site_of_newsletter(request: Request, slug: str) -> Site:
    """The publication behind a newsletter.

    Raises:
        NotFoundError: there is no such newsletter.
    """
    with transaction() as tx:
        newsletter = newsletters.by_slug(tx, slug)
    if newsletter is None:
        raise NotFoundError("There is no such newsletter here.", slug=slug)
    return site_of_publication(request, newsletter.publication_id)
