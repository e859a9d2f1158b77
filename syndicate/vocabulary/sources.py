"""The words of sources: how they are read, how they are, and how we stand with their hubs."""

import enum


class SourceKind(enum.StrEnum):
    """How a source is read."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    WEBSUB = "websub"
    PUSH = "push"

    @property
    def read_as(self) -> "SourceKind":
        """What lies at its address: a hub tells of a feed."""
        return SourceKind.FEED if self is SourceKind.WEBSUB else self

    @classmethod
    def fetched(cls) -> frozenset["SourceKind"]:
        """Those of a source that we ask; of the others a CMS sends what it has."""
        return frozenset(cls) - {cls.PUSH}

    @property
    def is_fetched(self) -> bool:
        """Whether we ask it, at a web address."""
        return self in self.fetched()


class SourceState(enum.StrEnum):
    """active → failing → dormant (probed daily); gone after repeated 410s; paused by someone."""

    ACTIVE = "active"
    FAILING = "failing"
    DORMANT = "dormant"
    GONE = "gone"
    PAUSED = "paused"

    @classmethod
    def resting(cls) -> frozenset["SourceState"]:
        """Those of a source that nobody asks."""
        return frozenset({cls.GONE, cls.PAUSED})

    @classmethod
    def troubled(cls) -> frozenset["SourceState"]:
        """Those of a source that somebody wants and that does not come."""
        return frozenset({cls.FAILING, cls.DORMANT, cls.GONE})


class Pages(enum.StrEnum):
    """Whether article pages are fetched: never, for thin entries only, or always."""

    NEVER = "never"
    THIN = "thin"
    ALWAYS = "always"


class HubState(enum.StrEnum):
    """asked → verified → ended; or denied by the hub."""

    ASKED = "asked"
    VERIFIED = "verified"
    DENIED = "denied"
    ENDED = "ended"

    @classmethod
    def open(cls) -> frozenset["HubState"]:
        """Those of a subscription that is renewed before it ends."""
        return frozenset({cls.ASKED, cls.VERIFIED})


class Lead(enum.StrEnum):
    """How an address that somebody pasted leads to stories."""

    FEED = "feed"  # it is one
    NAMED = "named"  # its page, or the site's home page, names a feed
    USUAL = "usual"  # a feed lies where feeds usually do
    SITEMAP = "sitemap"  # it is one, or robots.txt names it, or it lies where they usually do
    LIST = "list"  # its page lists stories
    ARTICLE = "article"  # its page is one
