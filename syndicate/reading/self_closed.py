"""Elements closed by their own tag, as XHTML writes them: `<iframe src="…"/>`, `<a id="top"/>`.

A parser of HTML passes over that stroke: to it the element goes on, and takes the rest of the
article along, into a frame, a film or a script where nobody sees it. So each gets an end of its
own, but for elements that close by themselves (`<p/>`), and where a later tag closes it anyway.
Pure, and linear in the length: the text may be hostile.

Source: HTML, the page docs/facts/specifications.md (a stroke of a tag that is not void is ignored).
"""

import re
from collections import Counter

_NAMES = (
    "iframe|script|style|template|noscript|object|video|audio|textarea|title|select|button|canvas|"
    "details|a|abbr|b|bdi|bdo|big|cite|code|del|em|font|i|ins|kbd|mark|pre|q|s|samp|small|span|"
    "strike|strong|sub|sup|tt|u|var"
)
# An address without quotation marks may end in a stroke of its own: <a href=https://x.example/>.
_SELF_CLOSED = re.compile(rf"<({_NAMES})((?:\s(?:[^<>]*[\"'\s])?[A-Za-z-]*)?)/>", re.IGNORECASE)
_TAG = re.compile(rf"<(/?)({_NAMES})(?=[\s>/])", re.IGNORECASE)


def with_ends(markup: str) -> str:
    """Markup in which such elements hold nothing."""
    if "/>" not in markup or not _SELF_CLOSED.search(markup):
        return markup
    begun = Counter[str]()
    for slash, name in _TAG.findall(markup):
        begun[name.lower()] += -1 if slash else 1

    def ended(tag: re.Match[str]) -> str:
        name, attributes = tag.groups()
        return f"<{name}{attributes}></{name}>" if begun[name.lower()] > 0 else tag[0]

    return _SELF_CLOSED.sub(ended, markup)
