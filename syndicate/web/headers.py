"""The headers that bind a browser to what a page is for: nothing from elsewhere, nothing inline."""

from collections.abc import Iterable, Iterator

# Requests that change nothing (RFC 9110 9.2.1).
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
RETRY_AFTER_S = "60"  # of whoever came too often, and while we cannot answer
# What pages and mails anywhere may show: without it browsers keep a picture to our own pages.
FOR_ANY_SITE = {"Cross-Origin-Resource-Policy": "cross-origin"}

# What the names of others may take up in a policy: proxies have 4 KiB for all headers together, and
# 502 for more. Pictures of 40 hosts of usual length fit in; a name may be 253 letters long.
_ORIGINS_BYTES = 1200


def content_policy(
    *, media: Iterable[str] = (), frames: str = "'none'", is_live: bool = False
) -> str:
    """The Content-Security-Policy of a page.

    Args:
        media: origins of pictures, sound and film besides our own; where they are too many, those
            with the longest names are left out, and what stands there is not shown.
        frames: what may stand in its frames.
        is_live: whether its script may talk to us.
    """
    origins = sorted(_that_fit(set(media)))
    parts = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        " ".join(["img-src 'self' data:", *origins]),
        *([" ".join(["media-src", *origins])] if origins else []),
        f"frame-src {frames}",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    return "; ".join([*parts, "connect-src 'self'"] if is_live else parts)


def _that_fit(origins: set[str]) -> Iterator[str]:
    left = _ORIGINS_BYTES
    for origin in sorted(origins, key=lambda each: (len(each), each)):
        left -= len(origin) + 1
        if left < 0:
            return
        yield origin
