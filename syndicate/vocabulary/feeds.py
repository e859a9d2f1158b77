"""The words of feeds: what they list, and the formats in which they are published."""

import enum


class FeedFormat(enum.StrEnum):
    """The forms that every feed is published in."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """How it is served."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FeedFormat.RSS: "application/rss+xml",
    FeedFormat.ATOM: "application/atom+xml",
    FeedFormat.JSON: "application/feed+json",
}


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
