"""The words of articles: what they are, how far they are, who may read them, what was changed."""

import enum


class ArticleKind(enum.StrEnum):
    """What sort of piece an article is."""

    STORY = "story"
    LIVE = "live"
    VIDEO = "video"
    GALLERY = "gallery"
    OPINION = "opinion"
    WIRE = "wire"


class ArticleState(enum.StrEnum):
    """draft → embargoed → live → killed or taken_down; embargoed without an end is held."""

    DRAFT = "draft"
    EMBARGOED = "embargoed"
    LIVE = "live"
    KILLED = "killed"
    TAKEN_DOWN = "taken_down"

    @classmethod
    def gone(cls) -> frozenset["ArticleState"]:
        """Those of an article that was withdrawn: nothing brings it back."""
        return frozenset({cls.KILLED, cls.TAKEN_DOWN})

    @classmethod
    def coming(cls) -> frozenset["ArticleState"]:
        """Those of an article that readers see, or will see by themselves."""
        return frozenset({cls.LIVE, cls.EMBARGOED})

    @classmethod
    def stated(cls) -> tuple["ArticleState", ...]:
        """Those that a newsroom may say; that it is embargoed follows from the moment it names."""
        return tuple(each for each in cls if each is not cls.EMBARGOED)


class Access(enum.StrEnum):
    """Who may read the whole text."""

    FREE = "free"
    REGISTERED = "registered"
    PAID = "paid"


class Change(enum.StrEnum):
    """What an editor did; `first` is the revision that an article begins with."""

    FIRST = "first"
    FIX = "fix"
    UPDATE = "update"
    CORRECTION = "correction"
    KILL = "kill"

    @classmethod
    def stated(cls) -> tuple["Change", ...]:
        """Those that a newsroom may call what it did; the first revision is nobody's to name."""
        return tuple(each for each in cls if each is not cls.FIRST)


class Channel(enum.StrEnum):
    """A way out of the house."""

    PAGE = "page"
    PUBLIC_FEED = "public_feed"
    PRIVATE_FEED = "private_feed"
    SITEMAP = "sitemap"
    MAIL = "mail"
