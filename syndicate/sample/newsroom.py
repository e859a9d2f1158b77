"""What the sample newsroom has published: its publications and articles, read from data files.

    articles/en.toml              a publication: name, sections with desks, picks, its pages' words
    articles/en/river-treaty.md   an article: facts as TOML between +++, then its text

The text is Markdown in small: paragraphs, `## ` cross-headings, `*emphasis*`. Times are minutes
before the newsroom's start, so that its news is always from today.
"""

import datetime as dt
import html
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from syndicate.errors import NotFoundError

LANGUAGES = ("en", "ar")
_EMPHASIS = re.compile(r"\*([^*\n]+)\*")


@dataclass(frozen=True)
class SampleSection:
    """A part of the paper, and the desk behind it."""

    slug: str
    name: str
    desk: str
    address: str


@dataclass(frozen=True)
class SamplePick:
    """One line of the featured box: an article's slug and a teaser of the box's own."""

    article: str
    teaser: str


@dataclass(frozen=True)
class SamplePublication:
    """One of the two brands, as its file tells it; `words` are those of its page template."""

    language: str
    slug: str
    name: str
    tagline: str
    direction: str
    zone: str
    sender_name: str
    sender_address: str
    postal_address: str
    picture_credit: str
    words: Mapping[str, str]
    newsletter: Mapping[str, str]
    sections: tuple[SampleSection, ...]
    featured: tuple[SamplePick, ...]

    def section(self, slug: str) -> SampleSection:
        """The section of a slug.

        Raises:
            NotFoundError: there is none.
        """
        for section in self.sections:
            if section.slug == slug:
                return section
        raise NotFoundError(f"{self.name} has no section {slug}.")


@dataclass(frozen=True, kw_only=True)
class SampleStory:
    """One article as its file tells it; times are still relative to the newsroom's start.

    Attributes:
        language: of the publication that it stands in.
        slug: shared with its translation.
        blocks: its text, as (tag, HTML) pairs: ("p", …) or ("h2", …).
        minutes_ago: first publication, before the start; None for an embargoed one.
        updated_minutes_ago: last change, before the start.
        embargo_minutes: end of the embargo, after the start.
    """

    language: str
    slug: str
    section: str
    headline: str
    standfirst: str
    picture: str
    caption: str
    alt: str
    blocks: tuple[tuple[str, str], ...] = field(repr=False)
    tags: Sequence[str] = ()
    access: str = "free"
    minutes_ago: int | None = None
    updated_minutes_ago: int | None = None
    embargo_minutes: float | None = None

    @property
    def key(self) -> str:
        """Its name in the newsroom: "en/river-treaty"."""
        return f"{self.language}/{self.slug}"

    def published_at(self, start: dt.datetime) -> dt.datetime:
        """When it was, or will be, published."""
        if self.embargo_minutes is not None:
            return start + dt.timedelta(minutes=self.embargo_minutes)
        return start - dt.timedelta(minutes=self.minutes_ago or 0)

    def updated_at(self, start: dt.datetime) -> dt.datetime:
        """When it was last changed before the start, or published."""
        if self.updated_minutes_ago is not None:
            return start - dt.timedelta(minutes=self.updated_minutes_ago)
        return self.published_at(start)


@cache
def publications() -> tuple[SamplePublication, ...]:
    """Both publications, English first."""
    return tuple(_publication(language) for language in LANGUAGES)


@cache
def stories() -> Mapping[str, SampleStory]:
    """Every article by its key, in the order of languages and slugs."""
    found = [
        _story(language, path)
        for language in LANGUAGES
        for path in sorted((_articles() / language).iterdir(), key=lambda path: path.name)
        if path.name.endswith(".md")
    ]
    return {story.key: story for story in found}


def picture(name: str) -> bytes:
    """The JPEG file of a picture.

    Raises:
        NotFoundError: there is none of this name.
    """
    if name not in {story.picture for story in stories().values()}:
        raise NotFoundError(f"The sample newsroom has no picture {name}.")
    return (files("syndicate.sample") / "pictures" / f"{name}.jpg").read_bytes()


def read_blocks(text: str) -> tuple[tuple[str, str], ...]:
    """The blocks of a small Markdown text as (tag, HTML) pairs."""
    return tuple(_block(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip())


def _block(text: str) -> tuple[str, str]:
    tag = "h2" if text.startswith("## ") else "p"
    escaped = html.escape(text.removeprefix("## ").replace("\n", " "), quote=False)
    return tag, _EMPHASIS.sub(r"<em>\1</em>", escaped)


def _articles() -> Traversable:
    return files("syndicate.sample") / "articles"


def _publication(language: str) -> SamplePublication:
    facts: dict[str, Any] = tomllib.loads(
        (_articles() / f"{language}.toml").read_text(encoding="utf-8")
    )
    sections: Sequence[dict[str, str]] = facts.pop("sections")
    featured: Sequence[dict[str, str]] = facts.pop("featured")
    return SamplePublication(
        language=language,
        sections=tuple(SampleSection(**section) for section in sections),
        featured=tuple(SamplePick(**pick) for pick in featured),
        **facts,
    )


def _story(language: str, path: Traversable) -> SampleStory:
    _, facts, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    return SampleStory(
        language=language,
        slug=path.name.removesuffix(".md"),
        blocks=read_blocks(text),
        **tomllib.loads(facts),
    )
