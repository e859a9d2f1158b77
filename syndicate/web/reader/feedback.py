"""/articles/<id>/<slug>/feedback: a letter to the desk behind an article."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from syndicate import clock
from syndicate.actions import feedback, forms
from syndicate.actions.feedback import Letter
from syndicate.web.pages import PageAnswer, done_page, render
from syndicate.web.reader import article_lookup
from syndicate.web.reader.article import ArticleId
from syndicate.web.reader.article_lookup import ShownArticle
from syndicate.web.reader.forms import PROBLEMS, GuardedOf, Refused, refused
from syndicate.web.words import gettext_of

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id}/{slug}/feedback")
def feedback_form(request: Request, article_id: ArticleId, slug: str) -> Response:  # noqa: ARG001
    """The empty form."""
    return _form(article_lookup.find(request, article_id))


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
    except PROBLEMS as error:
        return _form(shown, letter, refused(error, guarded, shown.site.publication.language))
    say = gettext_of(shown.site)
    return done_page(
        shown.site,
        say("Thank you"),
        sentences=[say("Your message is on its way to the desk.")],
        links=[(say("Back to the article"), shown.own_path)],
        current=shown.reading.story.section_slug,
    )


def _form(
    shown: ShownArticle, letter: Letter | None = None, again: Refused | None = None
) -> Response:
    filled = letter or Letter("", "")
    desk = shown.reading.desk
    return render(
        shown.site,
        "reader/feedback.html",
        PageAnswer(status=again.status if again else 200, is_private=True),
        **shown.context(),
        stamp=(again and again.stamp)
        or forms.stamp(feedback.form_of(shown.reading.story.id), clock.now()),
        form={"text": filled.text, "reply_to": filled.reply_to},
        desk=desk.name if desk else shown.site.publication.name,
        problem=again.sentence if again else "",
    )
