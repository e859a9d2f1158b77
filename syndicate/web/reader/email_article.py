"""/articles/<id>/<slug>/email: the form that sends an article to one friend."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from syndicate import clock, settings
from syndicate.actions import email_article, forms
from syndicate.actions.email_article import Wish
from syndicate.errors import BadAddressError, NotFoundError, UsageError
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader import article_lookup
from syndicate.web.reader.article import ArticleId
from syndicate.web.reader.article_lookup import ShownArticle
from syndicate.web.reader.forms import GuardedOf
from syndicate.web.words import gettext_of, problem_in

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id}/{slug}/email")
def email_form(request: Request, article_id: ArticleId, slug: str) -> Response:  # noqa: ARG001
    """The empty form."""
    return _form(_offered(request, article_id), stamp=None)


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
    except (UsageError, BadAddressError) as error:
        return _form(
            shown,
            stamp=guarded.stamp,
            wish=wish,
            problem=problem_in(shown.site.publication.language, error),
        )
    say = gettext_of(shown.site)
    return done_page(
        shown.site,
        say("The article is on its way"),
        sentences=[
            say("If your friend accepts mail from us, it will arrive in a minute or two."),
        ],
        links=[(say("Back to the article"), shown.own_path)],
        current=shown.reading.story.section_slug,
    )


def _offered(request: Request, article_id: int) -> ShownArticle:
    if not settings.load().email_article:
        raise NotFoundError("Emailing articles is not available here.")
    return article_lookup.find(request, article_id)


def _form(
    shown: ShownArticle, *, stamp: str | None, wish: Wish | None = None, problem: str = ""
) -> Response:
    filled = wish or Wish("", "")
    form = email_article.form_of(shown.reading.story.id)
    return render(
        shown.site,
        "reader/email.html",
        PageAnswer(status=422 if problem else 200, is_private=True),
        **shown.context(),
        # The old stamp stays good: whoever was too quick need not wait again.
        stamp=stamp or forms.stamp(form, clock.now()),
        form={"to": filled.to, "name": filled.sender_name},
        problem=problem,
    )
