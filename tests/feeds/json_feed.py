"""A check of JSON Feed 1.1 (jsonfeed.org/version/1.1): every key known, every value of its type."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

Check = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_address(value: Any) -> bool:
    return _is_text(value) and urlsplit(value).scheme in {"http", "https"} and value.isascii()


def _is_date(value: Any) -> bool:
    return _is_text(value) and dt.datetime.fromisoformat(value).tzinfo is not None


def _is_language(value: Any) -> bool:
    return _is_text(value) and re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", value) is not None


def _is_type(value: Any) -> bool:
    return _is_text(value) and re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", value) is not None


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _is_tags(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value)


_AUTHOR: dict[str, Check] = {"name": _is_text, "url": _is_address}
_HUB: dict[str, Check] = {"type": _is_text, "url": _is_address}
_ATTACHMENT: dict[str, Check] = {
    "url": _is_address,
    "mime_type": _is_type,
    "title": _is_text,
    "size_in_bytes": _is_size,
}
_ITEM: dict[str, Check] = {
    "id": _is_text,
    "url": _is_address,
    "title": _is_text,
    "content_html": _is_text,
    "content_text": _is_text,
    "summary": _is_text,
    "image": _is_address,
    "date_published": _is_date,
    "date_modified": _is_date,
    "tags": _is_tags,
    "language": _is_language,
}
_FEED: dict[str, Check] = {
    "version": lambda value: bool(value == "https://jsonfeed.org/version/1.1"),
    "title": _is_text,
    "home_page_url": _is_address,
    "feed_url": _is_address,
    "next_url": _is_address,
    "description": _is_text,
    "language": _is_language,
    "icon": _is_address,
    "favicon": _is_address,
}


_LISTS = {"authors", "hubs", "items"}


def faults(feed: dict[str, Any]) -> list[str]:
    """What is wrong with a document; nothing, if it is a JSON Feed."""
    return [
        *_of(
            feed, _FEED, "feed", required={"version", "title"}, lists={"authors", "hubs", "items"}
        ),
        *_each(feed, "authors", _AUTHOR, set()),
        *_each(feed, "hubs", _HUB, {"type", "url"}),
        *(fault for number, item in enumerate(feed["items"]) for fault in _item(item, number)),
    ]


def _item(item: dict[str, Any], number: int) -> Iterator[str]:
    where = f"item {number}"
    yield from _of(item, _ITEM, where, required={"id"}, lists={"authors", "attachments"})
    yield from _each(item, "authors", _AUTHOR, set())
    yield from _each(item, "attachments", _ATTACHMENT, {"url", "mime_type"})
    if not {"content_html", "content_text"} & set(item):
        yield f"{where} has no content"


def _each(
    parent: dict[str, Any], name: str, checks: dict[str, Check], required: set[str]
) -> Iterator[str]:
    for number, each in enumerate(parent.get(name, ())):
        yield from _of(each, checks, f"{name} {number}", required=required, lists=set())


def _of(
    found: dict[str, Any],
    checks: dict[str, Check],
    where: str,
    *,
    required: set[str],
    lists: set[str],
) -> Iterator[str]:
    for name in required - set(found):
        yield f"{where} has no {name}"
    for name, value in found.items():
        if name in lists:
            if not isinstance(value, list):
                yield f"{where}: {name} is no list"
        elif name not in checks or not checks[name](value):
            yield f"{where}: {name} is {value!r}"
