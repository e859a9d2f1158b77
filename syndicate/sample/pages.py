"""The sample newsroom's web site: article pages, fronts and RSS feeds as its own template has them.

Pure: what the newsroom has published, what its editor changed, and where it is reached.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from syndicate.errors import NotFoundError
from syndicate.sample import newsroom
from syndicate.sample.newsroom import SamplePublication, SampleSection, SampleStory
from syndicate.sample.state import Edit, State

EVERYTHING = "everything"
TAG_DATE = "2026"  # of the tag: URIs that the newsroom gives its articles (RFC 4151)


@dataclass(frozen=True, kw_only=True)
class SampleArticle:
    """An article as it stands now, with its edits and absolute times and addresses."""

    key: str
    guid: str
    url: str
    picture_url: str
    section: SampleSection
    tags: tuple[str, ...]
    headline: str
    standfirst: str
    caption: str
    alt: str
    blocks: tuple[tuple[str, str], ...]
    is_paid: bool
    is_embargoed: bool
    published_at: dt.datetime
    updated_at: dt.datetime
    corrections: tuple[tuple[dt.datetime, str], ...]
    change: str | None
    note: str | None


def article(state: State, key: str) -> SampleArticle:
    """The article of a key ("en/river-treaty"), as it stands now.

    Raises:
        NotFoundError: there is none.
    """
    story = newsroom.stories().get(key)
    if story is None:
        raise NotFoundError(f"The sample newsroom has no article {key}.")
    edits = state.edits.get(key, ())
    words = _publication(story.language).words
    return SampleArticle(
        key=key,
        guid=f"tag:{_publication(story.language).slug}.example,{TAG_DATE}:{story.slug}",
        url=f"{state.origin}/{story.language}/articles/{story.slug}",
        picture_url=f"{state.origin}/pictures/{story.picture}.jpg",
        section=_publication(story.language).section(story.section),
        tags=tuple(story.tags),
        headline=story.headline,
        standfirst=story.standfirst,
        caption=story.caption,
        alt=story.alt,
        blocks=_edited(story.blocks, edits, words),
        is_paid=story.access == "paid",
        is_embargoed=story.embargo_minutes is not None,
        published_at=_published_at(story, state),
        updated_at=max(
            [
                story.updated_at(state.started_at)
                if story.embargo_minutes is None
                else _published_at(story, state),
                *(edit.at for edit in edits if edit.kind != "fix"),
            ]
        ),
        corrections=tuple(
            (edit.at, words["correction_text"]) for edit in edits if edit.kind == "correction"
        ),
        change=edits[-1].kind if edits else None,
        note=words["correction_text"] if edits and edits[-1].kind == "correction" else None,
    )


def articles(state: State, language: str, section: str = EVERYTHING) -> list[SampleArticle]:
    """A publication's articles, or a section's, newest first."""
    found = [
        article(state, story.key)
        for story in newsroom.stories().values()
        if story.language == language and section in {EVERYTHING, story.section}
    ]
    return sorted(found, key=lambda each: (each.published_at, each.key), reverse=True)


def article_page(state: State, key: str) -> str:
    """An article's page.

    Raises:
        NotFoundError: there is no such article.
    """
    found = article(state, key)
    publication = _publication(key.partition("/")[0])
    return _render(
        "article.html",
        state,
        publication,
        article=found,
        linked_data=Markup(_linked_data(publication, found)),  # noqa: S704 - escaped there
        featured=[
            {"teaser": pick.teaser, "url": article(state, f"{publication.language}/{slug}").url}
            for pick in publication.featured
            for slug in (pick.article,)
        ],
    )


def front_page(state: State, language: str, section: str, *, now: dt.datetime) -> str:
    """A publication's front page, or a section's: what is published by now.

    Raises:
        NotFoundError: there is no such publication or section.
    """
    publication = _publication(language)
    if section != EVERYTHING:
        publication.section(section)
    shown = [each for each in articles(state, language, section) if each.published_at <= now]
    return _render("front.html", state, publication, articles=shown)


def feed(state: State, language: str, section: str) -> str:
    """A section's feed, or the publication's: RSS 2.0 with standfirsts, not whole texts.

    It is the feed that a newsroom gives to those who publish for it: what is embargoed stands in
    it, marked as such.

    Raises:
        NotFoundError: there is no such publication or section.
    """
    publication = _publication(language)
    name = publication.name
    if section != EVERYTHING:
        name = f"{name}: {publication.section(section).name}"
    listed = articles(state, language, section)
    return _render(
        "feed.xml",
        state,
        publication,
        title=name,
        link=f"{state.origin}/{language}/",
        url=feed_url(state, language, section),
        built_at=max(each.updated_at for each in listed),
        articles=listed,
    )


def feed_url(state: State, language: str, section: str) -> str:
    """Where a feed is served."""
    return f"{state.origin}/{language}/feeds/{section}.xml"


def stylesheet() -> str:
    """The site's style sheet."""
    return (files("syndicate.sample") / "pages" / "style.css").read_text(encoding="utf-8")


def _publication(language: str) -> SamplePublication:
    for publication in newsroom.publications():
        if publication.language == language:
            return publication
    raise NotFoundError(f"The sample newsroom has no publication in {language!r}.")


def _published_at(story: SampleStory, state: State) -> dt.datetime:
    if story.embargo_minutes is not None and state.embargo_s is not None:
        return state.started_at + dt.timedelta(seconds=state.embargo_s)
    return story.published_at(state.started_at)


def _edited(
    blocks: Sequence[tuple[str, str]], edits: Iterable[Edit], words: Any
) -> tuple[tuple[str, str], ...]:
    """The text with what the editor changed: each change leaves it different from before."""
    text = list(blocks)
    for number, edit in enumerate(edits, start=1):
        if edit.kind == "fix":
            tag, last = text[-1]
            text[-1] = (tag, f"{last} {words['fix_text']}")
        else:
            word, sentence = words[edit.kind], words[f"{edit.kind}_text"]
            label = f"{word} {number} ({edit.at:%H:%M})"
            text.append(("p", f"<em>{label}:</em> {sentence}"))
    return tuple(text)


def _linked_data(publication: SamplePublication, found: SampleArticle) -> str:
    """The page's JSON-LD, safe inside a script element."""
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": found.url,
        "headline": found.headline,
        "description": found.standfirst,
        "inLanguage": publication.language,
        "articleSection": found.section.name,
        "datePublished": found.published_at.isoformat(),
        "dateModified": found.updated_at.isoformat(),
        "isAccessibleForFree": not found.is_paid,
        "author": [{"@type": "Organization", "name": found.section.desk}],
        "publisher": {"@type": "NewsMediaOrganization", "name": publication.name},
        "image": {
            "@type": "ImageObject",
            "url": found.picture_url,
            "width": 960,
            "height": 540,
            "caption": found.caption,
            "creditText": publication.picture_credit,
        },
        "correction": [
            {"@type": "CorrectionComment", "text": text, "datePublished": at.isoformat()}
            for at, text in found.corrections
        ],
    }
    return json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")


def _render(template: str, state: State, publication: SamplePublication, **values: Any) -> str:
    return (
        _environment()
        .get_template(template)
        .render(origin=state.origin, publication=publication, words=publication.words, **values)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("syndicate.sample", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rfc822"] = format_datetime
    return environment
