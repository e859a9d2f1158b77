"""The words of feeds: what they list, and the formats in which they are published."""

import enum


class FeedFormat(enum.StrEnum):
    """The forms that every feed is published in; a value is also the ending of its addresses."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @classmethod
    def ending(cls, said: str) -> "FeedFormat | None":
        """The format of addresses that end so; None where none does."""
        return _BY_ENDING.get(said)

    @property
    def label(self) -> str:
        """What people call it."""
        return _FACTS[self][0]

    @property
    def media_type(self) -> str:
        """How it is served."""
        return _FACTS[self][1]

    @property
    def is_xml(self) -> bool:
        """Whether its documents are XML (RFC 7303 4.2)."""
        return self.media_type.endswith("+xml")


_FACTS = {
    FeedFormat.RSS: ("RSS", "application/rss+xml"),
    FeedFormat.ATOM: ("Atom", "application/atom+xml"),
    FeedFormat.JSON: ("JSON Feed", "application/feed+json"),
}
_BY_ENDING = {form.value: form for form in FeedFormat}


class FeedKind(enum.StrEnum):
    """What a feed lists."""

    EVERYTHING = "everything"
    SECTION = "section"
    TAG = "tag"
    AUTHOR = "author"
    LANGUAGE = "language"
    FEATURED = "featured"
    CORRECTIONS = "corrections"
    RULE = "rule"

    @classmethod
    def of_words(cls) -> frozenset["FeedKind"]:
        """Those of a single tag or author: many, followed by few."""
        return frozenset({cls.TAG, cls.AUTHOR})
