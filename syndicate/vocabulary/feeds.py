"""The words of feeds: what they list, and the formats in which they are published."""

import enum


class FeedFormat(enum.StrEnum):
    """The forms that every feed is published in."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


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
