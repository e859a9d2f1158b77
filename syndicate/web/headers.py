"""The headers that bind a browser to what a page is for: nothing from elsewhere, nothing inline."""

from collections.abc import Iterable

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


def content_policy(
    *, media: Iterable[str] = (), frames: str = "'none'", is_live: bool = False
) -> str:
    """The Content-Security-Policy of a page.

    Args:
        media: origins of pictures, sound and film besides our own.
        frames: what may stand in its frames.
        is_live: whether its script may talk to us.
    """
    origins = sorted(set(media))
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
