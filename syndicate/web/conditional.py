"""Conditional requests and content codings: what a client has, and what it can read.

Source: RFC 9110 8.8 (validators), 12.5.3 (Accept-Encoding), 13.1 (preconditions).
"""

import datetime as dt
import re
from email.utils import parsedate_to_datetime

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
# Best first: brotli leaves a seventh less than gzip does.
CODINGS = ("br", "gzip")
_COMPONENT = re.compile(r"\s*([^\s;,]+)\s*(?:;\s*q\s*=\s*([0-9.]+))?")


def coding(accept_encoding: str) -> str | None:
    """The content coding to answer in; None is the plain document.

    Args:
        accept_encoding: the header, empty when there is none.
    """
    if accept_encoding == "gzip, deflate, br":  # what most readers' apps send
        return "br"
    wanted: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        found = _COMPONENT.match(part)
        if found is not None:
            wanted[found[1]] = _quality(found[2])
    anything = wanted.get("*", 0.0)
    offered = {name: wanted.get(name, anything) for name in CODINGS}
    best = max(offered, key=lambda name: offered[name])
    return best if offered[best] > 0 else None


def matching_tag(if_none_match: str, tags: frozenset[str]) -> str | None:
    """The entity tag, without quotes, that the client has and we would send, or None.

    Args:
        if_none_match: the header.
        tags: ours, without quotes; one for each content coding.
    """
    if if_none_match.strip() == "*":
        return min(tags)
    return next((tag for tag in _TAG.findall(if_none_match) if tag in tags), None)


def is_unmodified_since(if_modified_since: str, modified_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether nothing changed since the client's time.

    A time that cannot be read says nothing, and neither does one of the future: a clock that was
    set back gave it out (RFC 9110 13.1.3).
    """
    try:
        since = parsedate_to_datetime(if_modified_since)
    except (ValueError, OverflowError):
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=dt.UTC)
    return modified_at.replace(microsecond=0) <= since <= now


def _quality(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return 0.0
