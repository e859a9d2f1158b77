"""/articles/<id>/<slug>/email: the form that sends an article to one friend."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from syndicate import clock, settings
from syndicate.actions import email_article, forms
from syndicate.actions.email_article import Wish
from syndicate.breakers import doors
from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.sending import waiting_singles
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader import article_lookup
from syndicate.web.reader.article import ArticleId
from syndicate.web.reader.article_lookup import ShownArticle
from syndicate.web.reader.forms import PROBLEMS, GuardedOf, Refused, SteppedRoute, refused
from syndicate.web.words import gettext_of

router = APIRouter(include_in_schema=False, route_class=SteppedRoute)


@router.get("/articles/{article_id}/{slug}/email")
def email_form(request: Request, article_id: ArticleId, slug: str) -> Response:  # noqa: ARG001
    """The empty form."""
    return _form(_offered(request, article_id))


@router.post("/articles/{article_id}/{slug}/email")
def email_send(
    request: Request,
    article_id: ArticleId,
    slug: str,  # noqa: ARG001 - part of the address
    *,
    guarded: GuardedOf,
    to: Annotated[str, Form(max_length=400)] = "",
    name: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Send it, or show the form again with what is wrong; what succeeded looks always the same."""
    shown = _offered(request, article_id)
    wish = Wish(to=to, sender_name=name)
    try:
        email_article.send(article_id, wish, guarded, now=clock.now())
    except PROBLEMS as error:
        return _form(shown, wish, refused(error, guarded, shown.site.publication.language))
    say = gettext_of(shown.site)
    soon = say("If your friend accepts mail from us, it will arrive in a minute or two.")
    late = say("Very many articles are being emailed, so it can take some hours to arrive.")
    return done_page(
        shown.site,
        say("The article is on its way"),
        sentences=[late if _is_flooded(shown) else soon],
        links=[(say("Back to the article"), shown.own_path)],
        current=shown.reading.story.section_slug,
    )


def _offered(request: Request, article_id: int) -> ShownArticle:
    if not settings.load().email_article:
        raise NotFoundError("Emailing articles is not available here.")
    return article_lookup.find(request, article_id)


def _is_flooded(shown: ShownArticle) -> bool:
    """Whether articles wait for their turn: the same for everybody, whoever the friend is."""
    whose = shown.reading.story.publication_id
    with transaction() as tx:
        last = waiting_singles.last(tx, whose, doors.EMAIL_ARTICLE.scope, now=clock.now())
    return last is not None


def _form(shown: ShownArticle, wish: Wish | None = None, again: Refused | None = None) -> Response:
    filled = wish or Wish("", "")
    form = email_article.form_of(shown.reading.story.id)
    return render(
        shown.site,
        "reader/email.html",
        PageAnswer(status=again.status if again else 200, is_private=True),
        **shown.context(),
        stamp=(again and again.stamp) or forms.stamp(form, clock.now()),
        form={"to": filled.to, "name": filled.sender_name},
        problem=again.sentence if again else "",
    )
