"""/articles/<id>/<slug>/feedback: a letter to the desk behind an article."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from syndicate import clock
from syndicate.actions import feedback, forms
from syndicate.actions.feedback import Letter
from syndicate.errors import BadAddressError, UsageError
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader import article_lookup
from syndicate.web.reader.article import ArticleId
from syndicate.web.reader.article_lookup import ShownArticle
from syndicate.web.reader.forms import GuardedOf
from syndicate.web.words import gettext_of, problem_in

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id}/{slug}/feedback")
def feedback_form(request: Request, article_id: ArticleId, slug: str) -> Response:  # noqa: ARG001
    """The empty form."""
    return _form(article_lookup.find(request, article_id), stamp=None)


@router.post("/articles/{article_id}/{slug}/feedback")
def feedback_send(
    request: Request,
    article_id: ArticleId,
    slug: str,  # noqa: ARG001 - part of the address
    *,
    guarded: GuardedOf,
    text: Annotated[str, Form(max_length=20_000)] = "",
    reply_to: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Pass it on, or show the form again with what is wrong."""
    shown = article_lookup.find(request, article_id)
    letter = Letter(text=text, reply_to=reply_to)
    try:
        feedback.send(article_id, letter, guarded, now=clock.now())
    except (UsageError, BadAddressError) as error:
        return _form(
            shown,
            stamp=guarded.stamp,
            letter=letter,
            problem=problem_in(shown.site.publication.language, error),
        )
    say = gettext_of(shown.site)
    return done_page(
        shown.site,
        say("Thank you"),
        sentences=[say("Your message is on its way to the desk.")],
        links=[(say("Back to the article"), shown.own_path)],
        current=shown.reading.story.section_slug,
    )


def _form(
    shown: ShownArticle, *, stamp: str | None, letter: Letter | None = None, problem: str = ""
) -> Response:
    filled = letter or Letter("", "")
    desk = shown.reading.desk
    return render(
        shown.site,
        "reader/feedback.html",
        PageAnswer(status=422 if problem else 200, is_private=True),
        **shown.context(),
        stamp=stamp or forms.stamp(feedback.form_of(shown.reading.story.id), clock.now()),
        form={"text": filled.text, "reply_to": filled.reply_to},
        desk=desk.name if desk else shown.site.publication.name,
        problem=problem,
    )
