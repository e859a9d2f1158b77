"""A text that begins with its own headline: the headline stands above it already. Pure.

Before it may stand pictures and a line of a few words, such as the section's name. What is more
than that begins the story, and so does a time, a list or another heading: what follows any of
these is a heading of the article's own, whatever it says.
"""

import html
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from syndicate.characters import resolved
from syndicate.reading.text import plain, word_list

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)(?:\s[^<>]*+)?>", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PICTURES = frozenset({"figure", "picture", "video", "audio"})
# These hold a heading, or a line before it, and say nothing themselves.
_OPEN = frozenset(
    {"div", "span", "p", "a", "img", "br", "hr", "strong", "b", "em", "i", "u", "small", "source"}
    | {"table", "tbody", "thead", "tr", "td"}
)
# A clock, or the end of a sentence.
_OF_A_STORY = re.compile(r"\d{1,2}[:.h]\d\d(?!\d)|[.!?。؟۔।…][\"'»”’]?$")  # noqa: RUF001 - signs of many languages
_BOLD_LINE = re.compile(
    r"<p(?:\s[^<>]*+)?>\s*+<(?P<bold>strong|b)>(?P<said>[^<>]++)</(?P=bold)>\s*+</p>"
)
# Where one part of a heading ends and another begins, seen though not said.
_BORDER = re.compile(r"<[^<>]*+>|\s\s++|\n")
_BORDER_SIGN = "\x1f"
_QUOTES = "\"'«»‹›„“”‚‘’「『"  # noqa: RUF001 - quotes of many languages
_BARS = frozenset("|¦｜丨")  # noqa: RUF001 - bars of Chinese
_DASHES = frozenset("-–—:·•»*_")  # noqa: RUF001 - dashes before the name of a site
_ENDS = _DASHES | _BARS | frozenset("!?.…/")  # of what stands before a headline
_MOST_TAGS = 60
_MOST_REPEATS = 5  # a page may have it for each width of a screen
_MOST_BEFORE = 80  # signs of a line that begins no story
_MOST_KICKER = 60
_MOST_SITE = 40
_LONGEST = 2_000  # signs of a heading with its tags
_LEAST_WORDS = 3  # of a headline that is found within a longer heading
_LEAST_SIGNS = 10  # of one in a script that parts no words


class _Heading(NamedTuple):
    """A heading, or a bold line, near the head of a text: its place there and what it holds."""

    start: int
    end: int
    said: str
    is_line: bool


def begins(body: str) -> bool:
    """Whether a cleaned text begins with a heading, or with what may stand above one."""
    return next(_first(body), None) is not None


def without(body: str, headlines: Iterable[str], sites: Iterable[str] = ()) -> str:
    """A cleaned text without its first headings, where these say no more than a headline does.

    What a heading says besides, in a part of its own before the headline, stays as a line.

    Args:
        body: HTML as `reading.clean` leaves it.
        headlines: what is shown above it, or was; letters count, not case, quotes or spaces.
        sites: names of the site, which may stand behind either.
    """
    shown = {letters: each for each in headlines if (letters := _letters(each))}
    names = {_letters(each) for each in sites} - {""}
    for _ in range(_MOST_REPEATS):
        for heading in _first(body):
            kicker = _repeats(heading, shown, names)
            if kicker is not None:
                line = f"<p>{html.escape(kicker, quote=False)}</p>" if kicker else ""
                shorter = body[: heading.start] + line + body[heading.end :].lstrip()
                break
        else:
            return body
        if heading.is_line and not plain(shorter):
            return body
        body = shorter
    return body


def is_long(headline: str) -> bool:
    """Whether a headline is no mere word, which other headings may begin or end with."""
    if not headline.isascii() and len(word_list(headline)) < _LEAST_WORDS:
        return len(headline) >= _LEAST_SIGNS
    return len(word_list(headline)) >= _LEAST_WORDS


def _first(body: str) -> Iterator[_Heading]:
    """The headings that may repeat what stands above the text."""
    before, least = 0, 0
    for tag, said in _opened(body):
        name = tag["name"].lower()
        before += len(said)
        if before > _MOST_BEFORE or _OF_A_STORY.search(said):
            return
        if name in _HEADINGS:
            heading = _heading_at(body, tag)
            # What stands smaller above a headline is its kicker: the headline follows at once.
            if heading is None or (least and (before or int(name[1]) >= least)):
                return
            yield heading
            if before or len(plain(heading.said)) > _MOST_KICKER:
                return
            least = int(name[1])
        elif least or name not in _OPEN:
            return
        elif name == "p" and (line := _BOLD_LINE.match(body, tag.start(), tag.start() + _LONGEST)):
            yield _Heading(line.start(), line.end(), line["said"], is_line=True)


def _opened(body: str) -> Iterator[tuple[re.Match[str], str]]:
    """The tags that open something, each with what is said before it outside pictures, headings."""
    at, said = 0, ""
    for tag in itertools.islice(_TAG.finditer(body), _MOST_TAGS):
        if tag.start() < at:
            continue
        said += body[at : min(tag.start(), at + _LONGEST)]
        at = tag.end()
        name = tag["name"].lower()
        if tag["end"]:
            continue
        if name in _PICTURES:
            end = body.find(f"</{name}>", at)
            at = end if end != -1 else at
            continue
        yield tag, plain(said)
        said = ""
        if name in _HEADINGS:
            end = body.find(f"</{name}>", at)
            at = end if end != -1 else at


def _heading_at(body: str, tag: re.Match[str]) -> _Heading | None:
    closing = f"</{tag['name']}>"
    end = body.find(closing, tag.end(), tag.end() + _LONGEST)
    if end == -1:
        return None
    return _Heading(tag.start(), end + len(closing), body[tag.end() : end], is_line=False)


def _repeats(heading: _Heading, shown: dict[str, str], sites: set[str]) -> str | None:
    """What a heading says before a headline that is shown; None where it says none."""
    said = _letters(plain(heading.said))
    if said in shown:
        return ""
    if heading.is_line or not said:
        return None
    text = resolved(_BORDER.sub(_BORDER_SIGN, heading.said))
    for letters, headline in shown.items():
        shorter, longer = sorted((text, headline), key=lambda each: len(_letters(each)))
        if not is_long(shorter):
            continue
        of_shorter, of_longer = _letters(shorter), _letters(longer)
        if of_longer.startswith(of_shorter) and _is_site(
            longer[_place(longer, len(of_shorter)) :], sites
        ):
            return ""
        if longer is text and said.endswith(letters):
            kicker = _kicker(text[: _place(text, len(said) - len(letters) + 1)])
            if kicker is not None:
                return kicker
    return None


def _is_site(rest: str, sites: set[str]) -> bool:
    """Whether what follows a headline is the name of its site: a bar before it says so alone."""
    tidy = rest.replace(_BORDER_SIGN, " ").lstrip(" \xa0" + _QUOTES)
    if len(tidy) > _MOST_SITE or not tidy:
        return False
    return tidy[0] in _BARS or (tidy[0] in _DASHES and _letters(tidy) in sites)


def _kicker(text: str) -> str | None:
    """The part of a heading before a headline, as a line; None where it is not set off from it.

    Args:
        text: all up to the headline's first letter, and that.
    """
    before, begin = text[:-1], text[-1:]
    unquoted = before.rstrip(_QUOTES)
    before = unquoted if unquoted[-1:].isspace() else before
    said = before.rstrip()
    between, last = before[len(said) :], said[-1:]
    if not said or len(said) > _MOST_KICKER:
        return None
    if between:
        is_set_off = _BORDER_SIGN in between or last in _ENDS
    else:  # two parts that were joined: "Storm in the northWater rises"
        is_set_off = begin.isupper() and (last.islower() or last in _ENDS or last in _QUOTES)
    return plain(said.rstrip(" |-–—:·•")) if is_set_off else None  # noqa: RUF001 - dashes


def _place(text: str, letters: int) -> int:
    """Where so many letters of a text end, case folded."""
    count = 0
    for at, sign in enumerate(text):
        if count >= letters:
            return at
        count += len(_letters(sign))
    return len(text)


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
